//! `make demo`: the main job on real data, from learning to verified and synthesised Verilog.
//!
//! Everything is left in `demo/`. A second run reuses what is there: a job whose design has not
//! changed since prints what it found then.

mod cells;
mod digits;
mod job;
mod terminal;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use cosim::Tools;

/// Any error, with its own text.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("demo: something differs; see above");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::from(3)
        }
    }
}

fn run() -> Result<bool, Failure> {
    let tools = Tools::new();
    let (examples, out) = (Path::new("examples"), Path::new("demo"));
    std::fs::create_dir_all(out)?;
    let mut holds = digits::run(&tools, examples, out)?;
    for picture in cells::PICTURES {
        holds &= cells::run(&tools, examples, out, picture)?;
    }
    println!(
        "\nEverything is in {}/: Verilog, testbenches, stimuli, results, pictures.",
        out.display()
    );
    println!("`make` in one of its folders lints, simulates and synthesises without hopwire.");
    Ok(holds)
}
