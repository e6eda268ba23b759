//! Names that are safe as module names, file names and inside generated text.

use super::keywords::is_keyword;
use crate::problem::Problem;

/// Checks that `name` can name a network, its Verilog module and its files.
///
/// # Errors
/// [`Problem::Name`] with the reason.
pub fn check_name(name: &str) -> Result<(), Problem> {
    let reason = if name.is_empty() {
        "is empty"
    } else if name.len() > 63 {
        "is longer than 63 characters"
    } else if !name.is_ascii() {
        "holds a character that is not ASCII"
    } else if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        "does not begin with a letter"
    } else if !name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        "holds a character other than a letter, a digit or `_`"
    } else if is_keyword(name) {
        "is a keyword of Verilog or SystemVerilog"
    } else if name.to_ascii_lowercase().starts_with("verilator") {
        "begins with `verilator`, which the simulator of that name takes for its own"
    } else {
        return Ok(());
    };
    Err(Problem::Name {
        name: name.chars().take(80).collect(),
        reason,
    })
}
