//! A test of the tests: errors planted in emitted text must be noticed.

use ::program::{Boundary, Format, Order, Rounding, Storage};
use codegen::{EmitOptions, Files, emit};
use cosim::{Bench, Tool, Tools, VerifyOptions};
use hw_ir::Design;
use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::StreamOptions;
use lockstep::sample::{self, Cells, Units};
use schedule::{Form, Hardware};

/// Cycles that each mutant is given to show itself.
const CYCLES: u64 = 700;

/// How many places of a design each kind of error is planted at.
const PLACES: usize = 3;

/// A kind of error: what it is, and what it makes of a line (nothing where it does not apply).
type Kind = (&'static str, fn(&str) -> Option<String>);

const KINDS: [Kind; 9] = [
    ("zero instead of sign extension", zero_extension),
    ("rounding without the tie rule", rounding),
    ("another reset value", reset_value),
    ("a part one bit off", part_off_by_one),
    ("plus and minus exchanged", plus_minus),
    ("a comparison that takes equality in", comparison),
    ("branches of a choice exchanged", branches),
    ("an enable ignored", enable),
    ("valid taken without ready", ready),
];

/// Mutants that compute the same, with the reason. Each is (design, part of the line).
const EQUIVALENT: [(&str, &str, &str); 4] = [
    (
        "streaming",
        "wide_north1_west1_2",
        "the extension is shifted out of the word again",
    ),
    (
        "streaming",
        "last_feed",
        "read by nothing but the net that says so",
    ),
    (
        "frame",
        "unused_bits",
        "read by nothing but the net that says so",
    ),
    (
        "frame",
        "_bottom_beyond",
        "at equality both branches are the limit",
    ),
];

/// The declaration and the value of a wire.
fn wire(line: &str) -> Option<(&str, &str)> {
    line.split_once(" = ")
        .filter(|(target, _)| target.trim_start().starts_with("wire"))
}

fn zero_extension(line: &str) -> Option<String> {
    let start = line.find("= {{")? + 2;
    let close = line[start..].find("}}, ")? + start;
    let count = line[start + 2..].split('{').next()?;
    count.parse::<u32>().ok()?;
    Some(format!(
        "{}{{{count}'d0, {}",
        &line[..start],
        &line[close + 4..]
    ))
}

fn rounding(line: &str) -> Option<String> {
    let (target, value) = line.split_once("_up = ")?;
    let (half, _) = value.split_once(" & ")?;
    Some(format!("{target}_up = {half};"))
}

fn reset_value(line: &str) -> Option<String> {
    let (target, value) = line.split_once(" <= ")?;
    match value {
        "1'b0;" => Some(format!("{target} <= 1'b1;")),
        "1'b1;" => Some(format!("{target} <= 1'b0;")),
        _ => {
            let (width, zero) = value.split_once('\'')?;
            (zero == "d0;" || zero == "sd0;").then(|| format!("{target} <= {width}'d1;"))
        }
    }
}

fn part_off_by_one(line: &str) -> Option<String> {
    let (before, after) = line.split_once(" = ")?;
    let open = after.find('[')?;
    let (high, low) = after[open + 1..].split_once(']')?.0.split_once(':')?;
    let (high, low) = (high.parse::<u32>().ok()?, low.parse::<u32>().ok()?);
    let name = &after[..open];
    (low > 0).then(|| format!("{before} = {name}[{}:{}];", high - 1, low - 1))
}

fn plus_minus(line: &str) -> Option<String> {
    let (target, value) = wire(line)?;
    (value.matches(" + ").count() == 1 && !value.contains('?'))
        .then(|| format!("{target} = {}", value.replace(" + ", " - ")))
}

fn comparison(line: &str) -> Option<String> {
    let (target, value) = line.split_once(" = ")?;
    value
        .contains(" < ")
        .then(|| format!("{target} = {}", value.replace(" < ", " <= ")))
}

fn branches(line: &str) -> Option<String> {
    let (target, value) = wire(line)?;
    let (condition, rest) = value.split_once(" ? ")?;
    let (high, low) = rest.strip_suffix(';')?.split_once(" : ")?;
    Some(format!("{target} = {condition} ? {low} : {high};"))
}

fn enable(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("if (")?;
    let (_, update) = rest.split_once(") ")?;
    update.contains("_q <= ").then(|| update.to_owned())
}

fn ready(line: &str) -> Option<String> {
    let (target, value) = line.split_once(" = ")?;
    let wanted = ["wire load", "assign s_axis_tready", "wire unload"];
    let named = wanted.iter().any(|name| target.trim_start() == *name);
    named.then(|| match value.split_once(" & ") {
        Some((first, _)) => format!("{target} = {first};"),
        None => format!("{target} = 1'b1;"),
    })
}

fn designs() -> Vec<(&'static str, Design)> {
    let mut random = Random::new(11);
    let mut units = |order, lanes, taps| {
        let of = Units {
            units: 9,
            sparse: None,
            weights: "s4f0".parse().unwrap(),
            bias: true,
            order,
            storage: Storage::Rom,
            max_steps: 5,
            on_period_two: order == Order::Synchronous,
        };
        let program = sample::units(&mut random, &of);
        schedule::schedule(
            &program,
            &Hardware {
                lanes,
                taps,
                form: Form::Frame,
            },
        )
        .unwrap()
        .design
    };
    let synchronous = units(Order::Synchronous, 3, 2);
    let sequential = units(Order::Sequential, 1, 1);
    let mut cells = |state: &str, form, rounding| {
        let state: Format = state.parse().unwrap();
        let of = Cells {
            rows: 4,
            columns: 5,
            radius: 1,
            state,
            rounding,
            euler: state.fraction() > 0,
            input: true,
            boundary: Boundary::Fixed(-1),
            max_steps: 3,
            when_stable: true,
        };
        let program = sample::cells(&mut random, &of);
        schedule::schedule(
            &program,
            &Hardware {
                lanes: 1,
                taps: 1,
                form,
            },
        )
        .unwrap()
        .design
    };
    let streaming = cells("s2f0", Form::Streaming { iterations: 2 }, Rounding::Floor);
    let frame = cells("s6f3", Form::Frame, Rounding::HalfEven);
    vec![
        ("synchronous", synchronous),
        ("sequential", sequential),
        ("streaming", streaming),
        ("frame", frame),
    ]
}

/// A mutant: what was planted, where, and the files with it.
struct Mutant {
    name: String,
    line: String,
    files: Files,
}

fn mutants(files: &Files) -> Vec<Mutant> {
    let mut all = vec![];
    for (kind, mutate) in KINDS {
        let mut places = vec![];
        for (path, bytes) in files
            .iter()
            .filter(|(path, _)| path.ends_with(".v") && path.starts_with("rtl/"))
        {
            let text = String::from_utf8(bytes.clone()).unwrap();
            for (number, line) in text.lines().enumerate() {
                if let Some(mutated) = mutate(line).filter(|mutated| mutated != line) {
                    places.push((path.clone(), number, line.to_owned(), mutated));
                }
            }
        }
        // The first, the last, and what lies between them.
        let step = places.len().div_ceil(PLACES).max(1);
        for (path, number, line, mutated) in places.into_iter().step_by(step) {
            let text = String::from_utf8(files[&path].clone()).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            lines[number] = &mutated;
            let mut files = files.clone();
            files.insert(path.clone(), (lines.join("\n") + "\n").into_bytes());
            let name = format!("{kind}, {path}:{}", number + 1);
            all.push(Mutant {
                name,
                line: line.trim().to_owned(),
                files,
            });
        }
    }
    for path in files.keys().filter(|path| path.ends_with(".hex")) {
        let text = String::from_utf8(files[path].clone()).unwrap();
        let reversed: Vec<&str> = text.lines().rev().collect();
        let mut files = files.clone();
        files.insert(path.clone(), (reversed.join("\n") + "\n").into_bytes());
        all.push(Mutant {
            name: format!("reversed, {path}"),
            line: path.clone(),
            files,
        });
    }
    all
}

#[test]
fn every_planted_error_is_noticed() {
    let tools = Tools::new();
    if !tools.have(&[Tool::Iverilog, Tool::Vvp]) {
        assert!(
            std::env::var_os("HOPWIRE_REQUIRE_TOOLS").is_none(),
            "the tools are missing"
        );
        eprintln!("skipped: Icarus is missing; `make tools` installs it");
        return;
    }
    let options = VerifyOptions {
        lint: false,
        verilator: false,
        icarus_cycles: CYCLES,
    };
    let (mut planted, mut survivors) = (0, vec![]);
    for (name, design) in designs() {
        let restless = StreamOptions {
            seed: 3,
            reset_per_mille: 4,
            random_data: true,
            ..Default::default()
        };
        let bench = Bench::record(&design, restless, &[], CYCLES).unwrap();
        let extra = cosim::verify::bench_files(&design, &bench);
        let files = emit(
            &design,
            &EmitOptions {
                extra,
                ..Default::default()
            },
        )
        .unwrap();
        for mutant in mutants(&files) {
            let equivalent = EQUIVALENT
                .iter()
                .any(|(of, line, _)| *of == name && mutant.line.contains(line));
            if equivalent {
                continue;
            }
            planted += 1;
            let folder = tempfile::tempdir().unwrap();
            let report = cosim::verify::verify_files(
                &tools,
                &design,
                &mutant.files,
                &bench,
                folder.path(),
                options,
            );
            // A mutant that no longer compiles is noticed as well.
            if report.is_ok_and(|report| report.holds()) {
                survivors.push(format!("{name}: {}: {}", mutant.name, mutant.line));
            }
        }
    }
    println!("{planted} errors planted, {} unnoticed", survivors.len());
    assert!(planted >= 60, "only {planted} errors were planted");
    assert!(survivors.is_empty(), "unnoticed: {survivors:#?}");
}
