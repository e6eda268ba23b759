//! The command line of hopwire: from a description to verified Verilog.
//!
//! Arguments are parsed to plain structs ([`arguments`]), each verb ([`verbs`]) checks its own and
//! gives a report, and [`report`] prints it: a summary for a person, or with `--json` one object.

pub mod arguments;
pub mod basin;
pub mod board;
pub mod built;
pub mod emission;
pub mod error;
pub mod estimate;
pub mod exit;
pub mod facts;
pub mod hardware;
pub mod interruption;
pub mod mapping;
pub mod margins;
pub mod page;
pub mod progress;
pub mod project;
pub mod ranges;
pub mod recording;
pub mod report;
pub mod search;
pub mod simulation;
pub mod source;
pub mod staged;
pub mod target;
pub mod verbs;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;
use clap::error::ErrorKind;

use crate::arguments::{Arguments, Verb};
use crate::error::HopwireError;
pub use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Printed, Report, print};

/// Runs a command line, the program's name first: prints the result to standard output and errors
/// to standard error.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    if let Err(error) = interruption::watch() {
        let _ = writeln!(io::stderr(), "warning: signals are not watched: {error}");
    }
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Errors of the parser itself must be objects too.
    let json = arguments.iter().any(|argument| argument == "--json");
    let done = parse(&arguments).and_then(|parsed| match parsed {
        Parsed::Run(arguments) => dispatch(&arguments),
        Parsed::Help(text) => Ok(Printed { text, holds: true }),
    });
    let (text, exit) = match done {
        Ok(printed) if printed.holds => (printed.text, Exit::Fine),
        Ok(printed) => (printed.text, Exit::DoesNotHold),
        Err(error) => {
            // A closed standard error leaves the exit code to tell.
            let _ = writeln!(io::stderr(), "{error}");
            (
                if json {
                    error_object(&error)
                } else {
                    String::new()
                },
                error.exit(),
            )
        }
    };
    put(&text, exit)
}

/// A command line, or the help that it asks for.
enum Parsed {
    Run(Box<Arguments>),
    Help(String),
}

fn parse(arguments: &[OsString]) -> Result<Parsed, HopwireError> {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => Ok(Parsed::Run(Box::new(arguments))),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            Ok(Parsed::Help(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

fn dispatch(arguments: &Arguments) -> Result<Printed, HopwireError> {
    let json = arguments.json;
    let progress = Progress::on_terminal();
    match &arguments.verb {
        Verb::New(arguments) => shown(&verbs::new::run(arguments)?, json),
        Verb::Check(arguments) => shown(&verbs::check::run(arguments)?, json),
        Verb::Quantize(arguments) => shown(&verbs::quantize::run(arguments, &progress)?, json),
        Verb::Certify(arguments) => shown(&verbs::certify::run(arguments)?, json),
        Verb::Import(arguments) => shown(&verbs::import::run(arguments)?, json),
        Verb::Map(arguments) => shown(&verbs::map::run(arguments)?, json),
        Verb::Simulate(arguments) => shown(&verbs::simulate::run(arguments, &progress)?, json),
        Verb::Emit(arguments) => shown(&verbs::emit::run(arguments, &progress)?, json),
        Verb::Verify(arguments) => shown(&verbs::verify::run(arguments, &progress)?, json),
        Verb::Synth(arguments) => shown(&verbs::synth::run(arguments, &progress)?, json),
        Verb::Report(arguments) => shown(&verbs::report::run(arguments, &progress)?, json),
        Verb::Basin(arguments) => shown(&verbs::basin::run(arguments, &progress)?, json),
        Verb::Table(arguments) => shown(&verbs::table::run(arguments)?, json),
        Verb::Schema(arguments) => Ok(Printed {
            text: verbs::schema::run(arguments)?,
            holds: true,
        }),
    }
}

fn shown<R: Report>(report: &R, json: bool) -> Result<Printed, HopwireError> {
    print(report, json).map_err(|error| HopwireError::Internal {
        message: error.to_string(),
    })
}

fn error_object(error: &HopwireError) -> String {
    let object = serde_json::json!({
        "schema": "hopwire.error/1",
        "error": error.to_json(),
    });
    format!("{object}\n")
}

/// Prints to standard output. A reader that went away (`hopwire check x | head -1`) is no error.
fn put(text: &str, exit: Exit) -> Exit {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let error = HopwireError::write("standard output".as_ref(), &error);
            let _ = writeln!(io::stderr(), "{error}");
            error.exit()
        }
        _ => exit,
    }
}
