//! Sections about the past of a network: what reaches it late, and what was before it started. The
//! same for every kind whose equations have delays.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::RunUntil;
use super::checks::{Checked, Checker};
use super::dynamic::RunSection;
use super::values::{NamedFiles, TensorSource, named_in};
use crate::delay::{steps, within};

/// The delayed terms of a network, each a section `[delays.NAME]`; a name is a letter, then letters,
/// digits or `_`. Their sums are added to what the units receive.
pub type DelaySections = BTreeMap<String, DelaySection>;

/// What reaches the units late: `sum_j b_ij y_j(t - delay)`, y being what the undelayed weights
/// weigh, too. Exactly one of `w`, `sparse` and `links` gives the weights, and one of `delay`,
/// `delays`, `table`, `kernel` and `rate` says how late; with `links` the delays stand beside the
/// weights. Delays are times, and whole multiples of the step.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DelaySection {
    /// The matrix b; row i holds the weights into unit i.
    pub w: Option<TensorSource>,
    /// A sparse matrix b as triples row, column, value (rows and columns from 0), one a line.
    pub sparse: Option<TensorSource>,
    /// Weights with a delay each: row, column, value, delay, one connection a line. A delay of 0 is
    /// none.
    pub links: Option<TensorSource>,
    /// A constant delay, one step at least. With `kernel`: where the kernel begins, default 0.
    pub delay: Option<f64>,
    /// A delay for each weight of `w`: a matrix of the same shape, 0 for none.
    pub delays: Option<TensorSource>,
    /// A delay that changes with time: rows of time and delay. Each delay counts from its time on
    /// until the next; times begin with 0 and rise.
    pub table: Option<TensorSource>,
    /// A distributed delay: `sum_k kernel_k y(t - delay - k spacing)`, k from 0.
    pub kernel: Option<TensorSource>,
    /// With `kernel`: the time between its values, a whole multiple of the step. Default: the step.
    pub spacing: Option<f64>,
    /// A distributed delay with the exponential kernel `rate e^(-rate s)` over all of the past: a
    /// leaky state `dz/dt = rate (y - z)` stands for y. Above 0, one over the step at most.
    pub rate: Option<f64>,
    /// Whether the term weighs the rate of change of the states, `dx/dt(t - delay)`, instead of y:
    /// a neutral equation. With a constant `delay` only.
    pub neutral: bool,
    /// The longest delay that the hardware remembers; a longer one is an error. Default: the
    /// longest that occurs.
    pub longest: Option<f64>,
}

/// What was before the first step. Without this section the start state stood still before.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HistorySection {
    /// States, one a row: that one step before the start, that two steps before, and so on; the
    /// last one holds for all time before. One row is a constant history. Default: the start state.
    pub states: Option<TensorSource>,
    /// Whether the host loads the history, as it loads the start state: one vector for each step
    /// back to the longest delay, of what is delayed (outputs, or states in the static-field form
    /// and in a map); all that is loaded for a unit has 64 bits together. What `states` says is what
    /// runs of the description load.
    pub loaded: bool,
}

/// The keys that say how late a term is.
const WHEN: &str = "exactly one of `delay`, `delays`, `table`, `kernel` and `rate`";

impl DelaySection {
    /// Checks what can be checked without reading a file; the section stands at `at`.
    fn check(&self, check: &Checker<'_>, at: &str, step: f64) -> Checked {
        let field = |key: &str| format!("{at}.{key}");
        let links = self.links.is_some();
        let weights = [self.w.is_some(), self.sparse.is_some(), links];
        let expected = "exactly one of `w`, `sparse` and `links`";
        match weights.iter().filter(|given| **given).count() {
            0 => check.conflict(at, "no weights are given", expected)?,
            1 => {}
            _ => check.conflict(at, "weights are given more than once", expected)?,
        }
        self.check_when(check, at)?;
        if let Some(delay) = self.delay {
            let fewest = if self.kernel.is_some() { 0 } else { 1 };
            self.whole(check, &field("delay"), delay, step, fewest)?;
        }
        if let Some(spacing) = self.spacing {
            self.whole(check, &field("spacing"), spacing, step, 1)?;
        }
        if let Some(longest) = self.longest {
            let found = steps(longest, step, 1);
            found.map_err(|problem| check.source.error(&field("longest"), problem))?;
        }
        if let Some(rate) = self.rate {
            let (what, least) = ("the rate of the kernel", f64::MIN_POSITIVE);
            check.range(&field("rate"), what, rate, least, 1.0 / step)?;
        }
        Ok(())
    }

    /// That one key says how late the term is, and that the others suit it.
    fn check_when(&self, check: &Checker<'_>, at: &str) -> Checked {
        let field = |key: &str| format!("{at}.{key}");
        let kernel = self.kernel.is_some();
        let given = [
            self.delay.is_some() && !kernel,
            self.delays.is_some(),
            self.table.is_some(),
            kernel,
            self.rate.is_some(),
            self.links.is_some(),
        ];
        match given.iter().filter(|given| **given).count() {
            0 => check.conflict(at, "nothing says how late the term is", WHEN)?,
            1 => {}
            _ if self.links.is_some() => {
                let message = "`links` has a delay for each weight, and another one is given";
                check.conflict(at, message, "`links` alone")?;
            }
            _ => check.conflict(at, "more than one key says how late the term is", WHEN)?,
        }
        let when = "`w`: one delay for each of its weights";
        check.only(
            &field("delays"),
            self.delays.is_some(),
            self.w.is_some(),
            when,
        )?;
        check.only(
            &field("spacing"),
            self.spacing.is_some(),
            kernel,
            "`kernel`",
        )?;
        let constant = self.delay.is_some() && !kernel;
        check.only(
            &field("neutral"),
            self.neutral,
            constant,
            "a constant `delay`",
        )
    }

    /// A time is a whole number of steps, `fewest` at least, and no longer than remembered.
    fn whole(
        &self,
        check: &Checker<'_>,
        field: &str,
        time: f64,
        step: f64,
        fewest: usize,
    ) -> Checked {
        let at = |problem| check.source.error(field, problem);
        let found = steps(time, step, fewest).map_err(at)?;
        within(found, self.longest, step).map_err(at)
    }

    /// The fields that name files, and the names.
    fn files(&self, at: &str) -> NamedFiles {
        named_in(
            at,
            [
                ("w", self.w.as_ref()),
                ("sparse", self.sparse.as_ref()),
                ("links", self.links.as_ref()),
                ("delays", self.delays.as_ref()),
                ("table", self.table.as_ref()),
                ("kernel", self.kernel.as_ref()),
            ],
        )
    }
}

impl Checker<'_> {
    /// The delayed terms of a network with this step, and what was before its start.
    pub(in crate::description) fn delays(
        &self,
        sections: &DelaySections,
        history: &HistorySection,
        step: f64,
    ) -> Checked {
        for (name, section) in sections {
            let at = format!("delays.{name}");
            super::check_name(name).or_else(|problem| self.fail(&at, problem))?;
            section.check(self, &at, step)?;
        }
        let given = history.states.is_some() || history.loaded;
        if given && sections.is_empty() {
            let message = "a history, and nothing that is delayed";
            self.conflict(
                "history",
                message,
                "a section `[delays.NAME]`, or no history",
            )?;
        }
        let neutral = sections.values().any(|section| section.neutral);
        if neutral && history.loaded {
            let message = "a loaded history has no rates of change, which a neutral term weighs";
            let expected = "`states`, or a history that stood still";
            self.conflict("history.loaded", message, expected)?;
        }
        Ok(())
    }
}

impl Checker<'_> {
    /// That no term of a map is neutral.
    pub(in crate::description) fn no_rates(&self, sections: &DelaySections) -> Checked {
        let Some((name, _)) = sections.iter().find(|(_, section)| section.neutral) else {
            return Ok(());
        };
        let message = "a map has no rate of change that a neutral term could weigh";
        let field = format!("delays.{name}.neutral");
        self.conflict(&field, message, "Euler steps, or no `neutral`")
    }

    /// That a network with delays does not end when a state comes back.
    pub(in crate::description) fn cycles_are_none(&self, late: bool, run: &RunSection) -> Checked {
        if !late || run.until != RunUntil::StableOrPeriodTwo {
            return Ok(());
        }
        let message = "with delays a state that comes back is no cycle: the past counts too";
        self.conflict("update.until", message, "`stable` or `steps`")
    }
}

/// The fields of these sections that name files, and the names.
pub(in crate::description) fn files(
    sections: &DelaySections,
    history: &HistorySection,
) -> NamedFiles {
    let terms = sections.iter();
    let terms = terms.flat_map(|(name, section)| section.files(&format!("delays.{name}")));
    let history = named_in("history", [("states", history.states.as_ref())]);
    terms.chain(history).collect()
}
