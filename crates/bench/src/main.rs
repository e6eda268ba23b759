//! `make bench`: speed and size, as ratios taken in one run, into `target/bench.json`. With names of
//! parts as arguments (`search`, `speed`, `size`, `sequence`, `gallery`) only these are measured.

mod gallery;
mod search;
mod sequence;
mod size;
mod speed;
mod subject;
mod yardstick;

use std::error::Error;
use std::process::ExitCode;

use cosim::Tools;
use serde::Serialize;

/// Any error, with its own text.
type Failure = Box<dyn Error + Send + Sync>;

/// What measures a part.
type Part = fn(&Tools) -> Result<Vec<Figure>, Failure>;

/// A figure of ours beside a peer's.
#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    ours: f64,
    peer: f64,
    peer_name: String,
    /// Ours over the peer's.
    ratio: f64,
    unit: String,
}

impl Figure {
    fn new(name: &str, ours: f64, (peer, peer_name): (f64, &str), unit: &str) -> Figure {
        Figure {
            name: name.into(),
            ours,
            peer,
            peer_name: peer_name.into(),
            ratio: ours / peer,
            unit: unit.into(),
        }
    }
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--emit-large") {
        return match size::emit_large() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        };
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &Failure) -> ExitCode {
    eprintln!("bench: {error}");
    ExitCode::from(3)
}

fn run() -> Result<(), Failure> {
    let tools = Tools::new();
    let mut figures = vec![];
    let parts: [(&str, Part); 5] = [
        ("search", search::figures),
        ("speed", speed::figures),
        ("size", size::figures),
        ("sequence", sequence::figures),
        ("gallery", gallery::figures),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let known = |name: &&String| parts.iter().any(|(part, _)| part == name);
    if let Some(other) = wanted.iter().find(|name| !known(name)) {
        let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        return Err(format!("no part `{other}`; {}", names.join(", ")).into());
    }
    let all = wanted.is_empty();
    for (_, part) in parts
        .iter()
        .filter(|(name, _)| all || wanted.iter().any(|of| of == name))
    {
        for figure in part(&tools)? {
            println!(
                "{:<44} {:>14.3} against {:>14.3} {:<28} ratio {:>9.3}  {}",
                figure.name, figure.ours, figure.peer, figure.peer_name, figure.ratio, figure.unit
            );
            figures.push(figure);
        }
    }
    let path = std::path::Path::new("target/bench.json");
    std::fs::create_dir_all("target")?;
    std::fs::write(path, serde_json::to_string_pretty(&figures)? + "\n")?;
    println!("written to {}", path.display());
    Ok(())
}
