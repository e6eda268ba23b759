//! `certify`: whether a certificate shows that no value of a program can leave its format.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Serialize;

use crate::arguments::CertifyArguments;
use crate::error::HopwireError;
use crate::report::Report;

/// What the checker found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertifyReport {
    /// Whether the certificate holds.
    pub holds: bool,
    /// How many ranges of vectors, sums and nodes were derived again and found as stated.
    pub ranges: usize,
    /// Why it does not hold.
    pub fault: Option<String>,
}

impl Report for CertifyReport {
    const VERB: &'static str = "certify";

    fn holds(&self) -> bool {
        self.holds
    }

    fn summary(&self) -> String {
        match &self.fault {
            Some(fault) => format!("{fault}\n"),
            None => format!(
                "the certificate holds: {} ranges, no value can leave its format\n",
                self.ranges
            ),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// A file that cannot be read. A certificate that does not hold is a result.
pub fn run(arguments: &CertifyArguments) -> Result<CertifyReport, HopwireError> {
    let read = |path: &Path, argument| {
        let mut text = String::new();
        // One byte more than the checker takes, so that it says that there are too many.
        let file = File::open(path).map(|file| file.take(certificate::MAX_TEXT as u64 + 1));
        let done = file.and_then(|mut file| file.read_to_string(&mut text));
        done.map(|_| text).map_err(|error| HopwireError::Argument {
            argument,
            message: format!("{} cannot be read: {error}", path.display()),
            expected: "a file written by `quantize`".into(),
        })
    };
    let program = read(&arguments.program, "PROGRAM")?;
    let claimed = read(&arguments.certificate, "CERTIFICATE")?;
    let found = certificate::verify(&program, &claimed);
    Ok(CertifyReport {
        holds: found.is_ok(),
        ranges: *found.as_ref().unwrap_or(&0),
        fault: found.err().map(|fault| fault.to_string()),
    })
}
