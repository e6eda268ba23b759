//! The page of `report`: complete, standing alone, escaped, and well laid out in a real browser.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Scratch, example, four_units, small_array};

/// Sections that every network has.
const ALWAYS: [&str; 11] = [
    "network",
    "facts",
    "words",
    "certificate",
    "ranges",
    "runs",
    "error",
    "front",
    "timing",
    "waveform",
    "resources",
];

fn sections(report: &Value) -> Vec<&str> {
    let sections = report["sections"].as_array().expect("sections");
    let name = |section: &'_ Value| -> Option<usize> { section.as_str().map(str::len) };
    assert!(sections.iter().all(|section| name(section).is_some()));
    sections.iter().filter_map(Value::as_str).collect()
}

fn page(scratch: &Scratch, words: &[&str]) -> (Value, String) {
    let words = [words, &["-o", "page.html"]].concat();
    let report = scratch.json(&words, 0);
    let text = String::from_utf8(scratch.read("page.html")).expect("UTF-8");
    assert_eq!(report["bytes"], text.len());
    for section in sections(&report) {
        assert!(
            text.contains(&format!("<section id=\"{section}\">")),
            "{section}"
        );
        assert!(
            text.contains(&format!("<a href=\"#{section}\">")),
            "{section}"
        );
    }
    (report, text)
}

/// Nothing is fetched and nothing runs: addresses are of this page, of data, or a name space.
fn stands_alone(text: &str) {
    for mark in [
        "<script",
        "<link rel=\"stylesheet",
        "@import",
        "url(",
        "<iframe",
        "javascript:",
    ] {
        assert!(!text.contains(mark), "{mark}");
    }
    for attribute in ["src=\"", "href=\""] {
        for place in text.split(attribute).skip(1) {
            let ours = place.starts_with('#') || place.starts_with("data:");
            assert!(ours, "{attribute}{:.60}", place);
        }
    }
    let spaces = text.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
    // The description may hold an address, as text.
    let addresses = text.matches("http://").count() + text.matches("https://").count();
    assert_eq!(addresses, spaces);
}

#[test]
fn every_kind_has_a_whole_page() {
    let scratch = Scratch::new();
    let kinds = scratch.json(&["new", "--list"], 0);
    for kind in kinds["kinds"].as_array().expect("kinds") {
        let kind = kind.as_str().expect("a word");
        scratch.json(&["new", kind, "-o", "net.toml", "--force"], 0);
        let (report, text) = page(&scratch, &["report", "net.toml"]);
        let found = sections(&report);
        for section in ALWAYS {
            assert!(found.contains(&section), "{kind}: {section} in {found:?}");
        }
        stands_alone(&text);
        assert!(text.matches("<svg").count() > 5, "{kind}");
    }
}

#[test]
fn texts_are_escaped_and_the_page_is_the_same_each_time() {
    let scratch = Scratch::new();
    let note = "# <script>alert(1)</script> & \"quotes\" <img src=x onerror=alert(2)>\n[format]";
    scratch.write("net.toml", four_units(&[("[format]", note)]));
    let (_, text) = page(&scratch, &["report", "net.toml"]);
    stands_alone(&text);
    assert!(text.contains("&lt;script&gt;alert(1)"));
    assert!(!text.contains("<img src=x"));
    let (_, again) = page(&scratch, &["report", "net.toml"]);
    assert!(text == again, "two runs give two pages");
}

#[test]
fn the_page_tells_what_the_other_verbs_tell() {
    let scratch = Scratch::new();
    let probes = "[data]\nprobes = [[1, 1, -1, 1], [1, 1, 1, 1]]\n\n[hardware]";
    scratch.write("net.toml", four_units(&[("[hardware]", probes)]));
    let (_, text) = page(&scratch, &["report", "net.toml"]);
    let check = scratch.json(&["check", "net.toml"], 0);
    for fact in check["facts"].as_array().expect("facts") {
        let words = fact["text"].as_str().expect("text");
        assert!(text.contains(words), "{words}");
    }
    let run = scratch.json(&["simulate", "net.toml", "--ticks"], 0);
    let cycles = format!("{} cycles, as the closed form says", run["cycles"]);
    assert!(text.contains(&cycles), "{cycles}");
    scratch.json(
        &[
            "quantize",
            "net.toml",
            "-o",
            "p.json",
            "--certificate",
            "c.json",
        ],
        0,
    );
    let certificate: Value = serde_json::from_slice(&scratch.read("c.json")).expect("JSON");
    let digest = certificate["program_sha256"].as_str().expect("a digest");
    assert!(text.contains(digest));
    let held = scratch.json(&["certify", "p.json", "c.json"], 0);
    assert!(text.contains(&format!("{} ranges hold", held["ranges"])));
    // No signal beyond those of the hardware, and those of the streams.
    for signal in ["s_axis_tvalid", "m_axis_tdata", "status_o", "sweep."] {
        assert!(text.contains(&format!(">{signal}")), "{signal}");
    }
}

#[test]
fn what_is_asked_for_is_shown_or_refused() {
    let scratch = Scratch::new();
    let image = ["1,-1,1,-1,-1,-1,1,1"; 6].join("\n") + "\n";
    scratch.write("image.csv", &image);
    scratch.write("array.toml", small_array(&[]));
    let (report, text) = page(
        &scratch,
        &[
            "report",
            "array.toml",
            "--keep",
            "labels",
            "--pareto",
            "p.svg",
        ],
    );
    let found = sections(&report);
    assert!(
        found.contains(&"front") && found.contains(&"pictures"),
        "{found:?}"
    );
    assert!(scratch.read("p.svg").starts_with(b"<svg"));
    assert!(text.contains("data:image/png;base64,"));
    let refused = scratch.run(&["report", "array.toml", "--synth", "tin"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("HW1102"), "{}", refused.stderr);
    assert!(!scratch.listing().contains(&"report.html".to_owned()));
}

/// The browser; without one the test is skipped, unless tools are required.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("chromium"));
    let found = found.into_iter().find(|path| path.is_file());
    let required = std::env::var_os("HOPWIRE_REQUIRE_TOOLS").is_some();
    assert!(found.is_some() || !required, "chromium is not installed");
    if found.is_none() {
        eprintln!("skipped: chromium is not installed");
    }
    found
}

/// Runs the browser on a file; what it prints on both channels.
fn browse(browser: &Path, scratch: &Scratch, file: &str, options: &[String]) -> (String, String) {
    let profile = tempfile::tempdir().expect("a folder");
    let fixed = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--enable-logging=stderr",
    ];
    let (out, err) = (
        scratch.path().join("out.txt"),
        scratch.path().join("err.txt"),
    );
    let mut child = Command::new(browser)
        .args(fixed)
        .args(options)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}/{file}", scratch.path().display()))
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&out).expect("a file"))
        .stderr(std::fs::File::create(&err).expect("a file"))
        .spawn()
        .expect("the browser starts");
    let began = Instant::now();
    while child.try_wait().expect("its state").is_none() {
        if began.elapsed() > Duration::from_secs(180) {
            let _ = child.kill();
            panic!("the browser does not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let text = |path| String::from_utf8_lossy(&std::fs::read(path).expect("read")).into_owned();
    (text(&out), text(&err))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

/// A document with the page in a frame of this size, which a window could not be as narrow as; the
/// script measures the page and writes what it finds into the document: what reaches beyond the window,
/// and texts of a drawing that lie on each other or beyond its edge.
fn framed(page: &str, (width, height): (u32, u32), dark: bool) -> String {
    let page = match dark {
        true => page.replace("(prefers-color-scheme: dark)", "all"),
        false => page.to_owned(),
    };
    format!(
        "<!doctype html><body style=\"margin:0\"><iframe id=\"page\" style=\"border:0;display:block\" \
         width=\"{width}\" height=\"{height}\" srcdoc=\"{}\"></iframe><pre id=\"found\"></pre><script>\
         const frame = document.getElementById('page');\
         frame.addEventListener('load', () => {{\
           const view = frame.contentWindow, root = view.document.documentElement, over = [];\
           for (const element of view.document.querySelectorAll('body *')) {{\
             const edge = element.getBoundingClientRect().right;\
             if (edge > view.innerWidth + 0.5 && !element.closest('.scroll, pre'))\
               over.push(element.tagName + '.' + element.className + ' ' + edge);\
           }}\
           const marred = [];\
           for (const svg of view.document.querySelectorAll('svg')) {{\
             const box = svg.getBoundingClientRect();\
             const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim())\
               .map(text => [text.textContent.trim(), text.getBoundingClientRect()]);\
             texts.forEach(([name, a], at) => {{\
               if (a.left < box.left - 1 || a.right > box.right + 1 || a.top < box.top - 1 ||\
                   a.bottom > box.bottom + 1) marred.push(name + ' is cut');\
               for (const [other, b] of texts.slice(at + 1))\
                 if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&\
                     Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)\
                   marred.push(name + ' lies on ' + other);\
             }});\
           }}\
           const fetched = view.performance.getEntriesByType('resource').map(entry => entry.name);\
           document.getElementById('found').textContent = JSON.stringify({{\
             width: view.innerWidth, scrolled: root.scrollWidth, height: root.scrollHeight,\
             over, marred, fetched: fetched.filter(name => !name.startsWith('data:'))}});\
         }});</script></body>",
        escaped(&page)
    )
}

/// Where screenshots are kept.
fn kept() -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../report");
    std::fs::create_dir_all(&kept).expect("a folder");
    kept
}

/// A window so wide that shows a page in a frame of this width.
fn window(width: u32, height: u64) -> String {
    format!("--window-size={},{height}", width.max(500))
}

/// Opens a page in a frame of this width: it fits, nothing lies on anything else, nothing is fetched;
/// its height.
fn fits(browser: &Path, scratch: &Scratch, text: &str, (width, dark): (u32, bool)) -> u64 {
    scratch.write("framed.html", framed(text, (width, 900), dark));
    let options = [window(width, 900), "--dump-dom".into()];
    let (dom, log) = browse(browser, scratch, "framed.html", &options);
    assert!(!log.contains("CONSOLE"), "{log}");
    let found = dom.split("<pre id=\"found\">").nth(1).expect("measured");
    let found = found.split("</pre>").next().expect("measured");
    let found: Value = serde_json::from_str(&found.replace("&quot;", "\"")).expect("JSON");
    assert_eq!(found["width"], width, "{found}");
    let fit = found["scrolled"].as_u64() <= Some(u64::from(width));
    assert!(fit, "{width}: {found}");
    for list in ["over", "marred", "fetched"] {
        let length = found[list].as_array().map(Vec::len);
        assert_eq!(length, Some(0), "{list} at {width}: {found}");
    }
    let height = found["height"].as_u64().expect("a height");
    assert!(height > 2000, "{found}");
    height
}

fn screenshot(
    browser: &Path,
    scratch: &Scratch,
    (text, picture): (&str, &Path),
    (width, height, dark): (u32, u64, bool),
) {
    scratch.write("framed.html", framed(text, (width, height as u32), dark));
    let shot = format!("--screenshot={}", picture.display());
    browse(
        browser,
        scratch,
        "framed.html",
        &[window(width, height), shot],
    );
    let bytes = std::fs::read(picture).expect("a screenshot");
    assert!(
        bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000,
        "{}",
        bytes.len()
    );
}

#[test]
fn it_fits_phones_and_desktops_in_a_browser() {
    let Some(browser) = browser() else {
        return;
    };
    let (kept, scratch) = (kept(), Scratch::new());
    for name in ["digits/digits", "templates/edge"] {
        let stem = name.rsplit('/').next().expect("a name");
        let (_, text) = page(&scratch, &["report", &example(&format!("{name}.toml"))]);
        std::fs::write(kept.join(format!("{stem}.html")), &text).expect("written");
        for (width, dark) in [(390, false), (1280, false), (390, true), (1280, true)] {
            let height = fits(&browser, &scratch, &text, (width, dark));
            let tint = if dark { "-dark" } else { "" };
            let picture = kept.join(format!("{stem}-{width}{tint}.png"));
            let size = (width, height, dark);
            screenshot(&browser, &scratch, (&text, &picture), size);
        }
    }
}

#[test]
fn every_kind_fits_phones_in_a_browser() {
    let Some(browser) = browser() else {
        return;
    };
    let (kept, scratch) = (kept(), Scratch::new());
    let kinds = scratch.json(&["new", "--list"], 0);
    for kind in kinds["kinds"].as_array().expect("kinds") {
        let kind = kind.as_str().expect("a word");
        scratch.json(&["new", kind, "-o", "net.toml", "--force"], 0);
        let (_, text) = page(&scratch, &["report", "net.toml"]);
        std::fs::write(kept.join(format!("kind-{kind}.html")), &text).expect("written");
        let height = fits(&browser, &scratch, &text, (390, false));
        let picture = kept.join(format!("kind-{kind}-390.png"));
        screenshot(&browser, &scratch, (&text, &picture), (390, height, false));
    }
}
