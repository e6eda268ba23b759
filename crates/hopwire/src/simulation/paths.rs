//! Where the best paths of a simulation differ from those in real numbers.

use network::Network;
use quantize::sequence::path::{Deviation, Why, deviations};
use serde::Serialize;

use super::start::Starts;
use crate::built::Built;
use crate::error::HopwireError;
use crate::exit::Exit;

/// Steps that a summary names at most.
const NAMED: usize = 10;

/// How the paths of runs differ from those in real numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paths {
    /// The steps of all paths.
    pub steps: usize,
    /// Those that differ because rounded scores are the same.
    pub ties: usize,
    /// Those that differ because scores are rounded.
    pub roundings: usize,
    /// Each of them.
    pub differing: Vec<Differing>,
}

/// A step that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The run, from 0.
    pub run: usize,
    /// What differs, and why.
    #[serde(flatten)]
    pub deviation: Deviation,
}

/// The differences of the runs of a simulation; `None` where the network gives no path.
///
/// # Errors
/// A value that leaves a format whose overflow mode is `error`.
pub fn paths(built: &Built, starts: &Starts) -> Result<Option<Paths>, HopwireError> {
    let (Network::Sequence(network), Starts::Sequences(sequences)) =
        (&built.project.network, starts)
    else {
        return Ok(None);
    };
    if !network.gives_path() {
        return Ok(None);
    }
    let mut differing = vec![];
    for (run, given) in sequences.iter().enumerate() {
        let found = deviations(network, &built.program, given)
            .map_err(|error| HopwireError::level(&error, Exit::DoesNotHold))?;
        differing.extend(
            found
                .into_iter()
                .map(|deviation| Differing { run, deviation }),
        );
    }
    let by = |why: Why| {
        differing
            .iter()
            .filter(|of| of.deviation.why == why)
            .count()
    };
    Ok(Some(Paths {
        steps: sequences.iter().map(|given| given.sequence.len()).sum(),
        ties: by(Why::Tie),
        roundings: by(Why::Rounding),
        differing,
    }))
}

impl Paths {
    /// In words.
    pub fn text(&self) -> String {
        let Paths {
            steps,
            ties,
            roundings,
            differing,
        } = self;
        let mut text = match differing.len() {
            0 => format!("paths: all {steps} steps are as in real numbers\n"),
            count => format!(
                "paths: {count} of {steps} steps differ from real numbers, {ties} by ties of rounded \
                 scores, {roundings} by the rounding of scores\n"
            ),
        };
        for of in differing.iter().take(NAMED) {
            let Deviation {
                step,
                real,
                integer,
                why,
            } = of.deviation;
            let why = match why {
                Why::Tie => "tie",
                Why::Rounding => "rounding",
            };
            let run = of.run;
            text.push_str(&format!(
                "  run {run}, step {step}: {integer} for {real}, {why}\n"
            ));
        }
        match differing.len().saturating_sub(NAMED) {
            0 => text,
            more => format!("{text}  and {more} more\n"),
        }
    }
}
