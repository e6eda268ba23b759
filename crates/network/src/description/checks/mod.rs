//! What one section says must fit what the others say.

mod cellular;
mod hopfield;

use program::{Coding, Format};

use super::values::FormatChoice;
use super::{Fold, Noise, OrderWord, RealFormat, RunSection, Source, check_name};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;

pub(super) use cellular::check_cellular;
pub(super) use hopfield::{check_hopfield, check_memory};

/// Largest number of units of a Hopfield network, and of rows or columns of a cellular array.
pub const MAX_SIDE: usize = 4096;
/// Largest number of steps of a run.
pub(in crate::description) const MAX_STEPS: u64 = 1_000_000;

pub(in crate::description) type Checked = Result<(), NetworkError>;

/// The problems of one field at a time.
pub(in crate::description) struct Checker<'a> {
    pub(in crate::description) source: &'a Source,
}

impl Checker<'_> {
    pub(in crate::description) fn fail(&self, field: &str, problem: Problem) -> Checked {
        Err(self.source.error(field, problem))
    }

    pub(in crate::description) fn conflict(
        &self,
        field: &str,
        message: impl Into<String>,
        expected: &str,
    ) -> Checked {
        let problem = Problem::Conflict {
            message: message.into(),
            expected: expected.into(),
        };
        self.fail(field, problem)
    }

    /// The number at `field` lies from `low` to `high` (and is no NaN).
    pub(in crate::description) fn range(
        &self,
        field: &str,
        what: &'static str,
        value: f64,
        low: f64,
        high: f64,
    ) -> Checked {
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

    pub(in crate::description) fn count(
        &self,
        field: &str,
        what: &'static str,
        value: usize,
        high: usize,
    ) -> Checked {
        self.range(field, what, value as f64, 1.0, high as f64)
    }

    /// A key that must be there is not.
    pub(in crate::description) fn missing(&self, field: &str, key: &str, what: &str) -> Checked {
        let problem = Problem::MissingKey {
            key: key.into(),
            expected: format!("`{key}`: {what}"),
        };
        self.fail(field, problem)
    }

    /// A key that means something only in a certain case.
    pub(in crate::description) fn only(
        &self,
        field: &str,
        given: bool,
        case: bool,
        when: &str,
    ) -> Checked {
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

    pub(in crate::description) fn signed(
        &self,
        field: &str,
        what: &'static str,
        choice: FormatChoice,
    ) -> Checked {
        match choice {
            FormatChoice::Fixed(format) if format.coding() != Coding::Signed => {
                let expected = "a signed format such as `s8f4`, or `auto`";
                self.format_use(field, what, format, expected)
            }
            _ => Ok(()),
        }
    }

    pub(in crate::description) fn format_use(
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

    pub(in crate::description) fn name(&self, name: &str) -> Checked {
        check_name(name).or_else(|problem| self.fail("network.name", problem))
    }
    /// The sections of a network with real states.
    pub(in crate::description) fn run(&self, update: &RunSection, format: &RealFormat) -> Checked {
        let (what, steps) = ("the number of steps", update.max_steps as f64);
        self.range("update.max_steps", what, steps, 1.0, MAX_STEPS as f64)?;
        if let Some(tolerance) = update.tolerance {
            self.range("update.tolerance", "the tolerance", tolerance, 0.0, 1e9)?;
        }
        self.real_formats(format)
    }

    /// The formats of a network with real states.
    pub(in crate::description) fn real_formats(&self, format: &RealFormat) -> Checked {
        self.signed("format.weights", "weights", format.weights)?;
        self.signed("format.state", "a state of either sign", format.state)?;
        self.signed(
            "format.activation",
            "values of either sign",
            format.activation,
        )
    }

    /// Exactly one of the keys of `[weights]` that give them is there.
    pub(in crate::description) fn one_of_weights<const N: usize>(
        &self,
        given: [(&str, bool); N],
    ) -> Checked {
        let names: Vec<String> = given.iter().map(|(name, _)| format!("`{name}`")).collect();
        let expected = match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("exactly one of {} and {last}", others.join(", ")),
            None => String::new(),
        };
        match given.iter().filter(|(_, given)| *given).count() {
            0 => self.conflict("weights", "no weights are given", &expected),
            1 => Ok(()),
            _ => self.conflict("weights", "weights are given more than once", &expected),
        }
    }

    /// Noisy copies of patterns, where start states may be given instead.
    pub(in crate::description) fn noise(&self, noise: Noise, probes: bool) -> Checked {
        let (field, what) = ("data.noise.flips", "the share of flipped values");
        self.range(field, what, noise.flips, 0.0, 0.5)?;
        let (field, what) = ("data.noise.copies", "the number of copies");
        self.count(field, what, noise.copies, 10_000)?;
        if probes {
            let message = "both `probes` and `noise` are given";
            self.conflict("data.noise", message, "one of the two")?;
        }
        Ok(())
    }

    /// An order of updates, with the size of its blocks or the seed of its permutations.
    pub(in crate::description) fn order(
        &self,
        order: OrderWord,
        (block, seed): (Option<usize>, Option<u64>),
        units: usize,
    ) -> Checked {
        let is_block = order == OrderWord::Block;
        let (field, when) = ("update.block", "order = \"block\"");
        self.only(field, block.is_some(), is_block, when)?;
        if let Some(size) = block {
            self.count(field, "the number of units of a block", size, units)?;
        }
        let is_permuted = order == OrderWord::Permuted;
        let (field, when) = ("update.seed", "order = \"permuted\"");
        self.only(field, seed.is_some(), is_permuted, when)?;
        self.seed(field, seed)
    }

    /// A seed of a generator on the chip.
    pub(in crate::description) fn seed(&self, field: &str, seed: Option<u64>) -> Checked {
        let seed = seed.map_or(1.0, |seed| seed as f64);
        self.range(field, "the seed", seed, 1.0, f64::from(u32::MAX))
    }

    /// A fold over so many units.
    pub(in crate::description) fn fold(&self, hardware: &Fold, units: usize) -> Checked {
        if let Some(lanes) = hardware.lanes {
            self.count("hardware.lanes", "the number of lanes", lanes, units)?;
        }
        if let Some(taps) = hardware.taps {
            self.count("hardware.taps", "the number of taps", taps, units)?;
        }
        Ok(())
    }
}
