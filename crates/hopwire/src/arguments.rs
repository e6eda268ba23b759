//! The command line as it is written: plain structs made by clap. What they say is checked by the
//! verbs, which turn them into values that make sense.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Compiles recurrent networks to Verilog, bit for bit.
#[derive(Debug, Parser)]
#[command(name = "hopwire", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 fine, 1 the thing checked does not hold, 2 bad input or \
                        usage, 3 a tool is missing or failed."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Print the whole result as one JSON object.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a commented description to start from.
    New(NewArguments),
    /// Print the JSON Schema of the description file.
    Schema,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The kind of network; see --list.
    #[arg(required_unless_present = "list")]
    pub kind: Option<String>,
    /// List the kinds of network.
    #[arg(long, conflicts_with_all = ["kind", "output", "force"])]
    pub list: bool,
    /// The file to write; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite the file.
    #[arg(long, requires = "output")]
    pub force: bool,
}
