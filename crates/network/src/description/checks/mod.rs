//! What one section says must fit what the others say.

mod cellular;
mod hopfield;

use program::{Coding, Format};

use super::values::FormatChoice;
use super::{Source, check_name};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;

pub(super) use cellular::check_cellular;
pub(super) use hopfield::check_hopfield;

/// Largest number of units of a Hopfield network, and of rows or columns of a cellular array.
const MAX_SIDE: usize = 4096;
/// Largest number of steps of a run.
const MAX_STEPS: u64 = 1_000_000;

type Checked = Result<(), NetworkError>;

/// The problems of one field at a time.
struct Checker<'a> {
    source: &'a Source,
}

impl Checker<'_> {
    fn fail(&self, field: &str, problem: Problem) -> Checked {
        Err(self.source.error(field, problem))
    }

    fn conflict(&self, field: &str, message: impl Into<String>, expected: &str) -> Checked {
        let problem = Problem::Conflict {
            message: message.into(),
            expected: expected.into(),
        };
        self.fail(field, problem)
    }

    /// The number at `field` lies from `low` to `high` (and is no NaN).
    fn range(&self, field: &str, what: &'static str, value: f64, low: f64, high: f64) -> Checked {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        self.fail(
            field,
            Problem::OutOfRange {
                what,
                value,
                low,
                high,
            },
        )
    }

    fn count(&self, field: &str, what: &'static str, value: usize, high: usize) -> Checked {
        self.range(field, what, value as f64, 1.0, high as f64)
    }

    /// A key that means something only in a certain case.
    fn only(&self, field: &str, given: bool, case: bool, when: &str) -> Checked {
        if !given || case {
            return Ok(());
        }
        let key = field.rsplit('.').next().unwrap_or(field);
        let message = format!("`{key}` has no meaning here");
        self.conflict(
            field,
            message,
            &format!("`{key}` only with {when}; else leave it out"),
        )
    }

    fn signed(&self, field: &str, what: &'static str, choice: FormatChoice) -> Checked {
        match choice {
            FormatChoice::Fixed(format) if format.coding() != Coding::Signed => {
                let expected = "a signed format such as `s8f4`, or `auto`";
                self.format_use(field, what, format, expected)
            }
            _ => Ok(()),
        }
    }

    fn format_use(
        &self,
        field: &str,
        what: &'static str,
        format: Format,
        expected: &'static str,
    ) -> Checked {
        self.fail(
            field,
            Problem::FormatUse {
                found: format.to_string(),
                what,
                expected,
            },
        )
    }

    fn name(&self, name: &str) -> Checked {
        check_name(name).or_else(|problem| self.fail("network.name", problem))
    }
}
