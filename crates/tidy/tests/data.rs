//! Data: every file of the examples has its source and terms named, and the board's pins are those of the
//! collected facts.

use std::collections::BTreeSet;

use serde_json::Value;

/// Words of the terms that data may come under; one must stand in the line or paragraph that names a file.
const TERMS: [&str; 5] = [
    "CC BY 4.0",
    "CC0",
    "no known copyright restrictions",
    "public domain",
    "drawn for this project",
];

fn listing(arguments: &[&str]) -> Vec<String> {
    let output = std::process::Command::new("git")
        .args(arguments)
        .current_dir(tidy::root())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}");
    let text = String::from_utf8(output.stdout).expect("paths in UTF-8");
    text.split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The texts beside a file that name sources.
fn notes_beside(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let notes = ["README.md", "SOURCES.md"];
    let texts = notes.map(|note| {
        let note = tidy::root().join(folder).join(note);
        std::fs::read_to_string(note).unwrap_or_default()
    });
    texts.join("\n")
}

/// True where the notes name the file and terms for it: in its row of a table, or, where it is named in
/// running text, anywhere in the notes.
fn has_terms(name: &str, notes: &str) -> bool {
    let quoted = format!("`{name}`");
    let with_terms = |text: &str| TERMS.iter().any(|terms| text.contains(terms));
    let mut rows = notes
        .lines()
        .filter(|line| line.contains(&quoted))
        .peekable();
    let mut prose = false;
    rows.peek().is_some()
        && (rows.any(|row| {
            prose |= !row.starts_with('|');
            with_terms(row)
        }) || (prose && with_terms(notes)))
}

#[test]
fn every_data_file_has_its_terms_named() {
    // Binary files too, so this asks git and does not read the texts.
    let data = listing(&["ls-files", "-z", "examples"]);
    let data = data
        .iter()
        .filter(|path| !path.ends_with(".toml") && !path.ends_with(".md"));
    let mut count = 0;
    let mut found = Vec::new();
    for path in data {
        count += 1;
        let name = path.rsplit('/').next().unwrap_or(path);
        if !has_terms(name, &notes_beside(path)) {
            found.push(path);
        }
    }
    assert!(count > 0, "no data in examples");
    assert!(
        found.is_empty(),
        "without source and terms in the README.md or SOURCES.md beside them: {found:#?}"
    );
}

#[test]
fn terms_are_those_of_the_file() {
    let table = "| `a.png` | picture | CC0 |\n| `b.png` | picture | mine |";
    assert!(has_terms("a.png", table));
    assert!(!has_terms("b.png", table) && !has_terms("c.png", table));
    assert!(has_terms(
        "a.csv",
        "`a.csv` holds numbers.\n\nSource: someone, CC BY 4.0."
    ));
}

/// The pins of the ULX3S that the layout of its constraints places.
fn placed_pins() -> Vec<(String, String)> {
    let path = tidy::root().join("constraints").join("ulx3s.lpf");
    let text = std::fs::read_to_string(path).expect("ulx3s.lpf");
    let places = text.lines().filter(|line| line.starts_with("LOCATE COMP "));
    let quoted =
        |line: &str, index: usize| line.split('"').nth(index).unwrap_or_default().to_owned();
    places
        .map(|line| (quoted(line, 1), quoted(line, 3)))
        .collect()
}

#[test]
fn constraints_are_the_facts_of_the_board() {
    let path = tidy::root().join("constraints").join("boards.json");
    let text = std::fs::read_to_string(path).expect("boards.json");
    let facts: Value = serde_json::from_str(&text).expect("JSON");
    let board = &facts["ulx3s"];
    let mut wanted = vec![
        ("clk_25mhz".to_owned(), &board["clk"]["pin"]),
        ("btn_n".to_owned(), &board["btn"]["pins"][0]),
        ("fpga_tx".to_owned(), &board["uart"]["fpga_tx"]),
        ("fpga_rx".to_owned(), &board["uart"]["fpga_rx"]),
        ("wifi_gpio0".to_owned(), &board["tie_high"]["wifi_gpio0"]),
    ];
    let leds = board["led"]["pins"]
        .as_array()
        .expect("the pins of the LEDs");
    let leds = leds.iter().enumerate();
    wanted.extend(leds.map(|(index, pin)| (format!("led[{index}]"), pin)));
    let pin = |value: &Value| value.as_str().expect("a pin").to_owned();
    let wanted: BTreeSet<_> = wanted
        .into_iter()
        .map(|(name, value)| (name, pin(value)))
        .collect();
    let placed = placed_pins();
    assert_eq!(placed.iter().cloned().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(placed.len(), wanted.len(), "a pin is placed twice");
    assert_eq!(
        board["clk"]["hz"], 25_000_000,
        "FREQUENCY of ulx3s.lpf is 25 MHz"
    );
}
