//! The program `hopwire`; all it does stands in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hopwire::main(std::env::args_os()).into()
}
