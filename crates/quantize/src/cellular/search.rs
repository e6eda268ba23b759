//! The fewest fraction bits of the state that lose nothing on pictures.

use network::Cellular;
use network::noise::SplitMix64;
use program::{Executor, Format, Program};

use super::range::state_format;
use crate::report::Tried;
use crate::{QuantizeError, Quantized, cellular_output, cellular_start};

/// The most fraction bits that are tried.
const FINEST: i32 = 8;

/// Half the distance of two grey levels of a picture of 256.
const HALF_GREY_LEVEL: f64 = 1.0 / 255.0;

/// Random pictures for a description that has none.
const RANDOM_PICTURES: usize = 4;

/// A start, and the output where it should end.
pub(crate) struct Case {
    input: Vec<f64>,
    second: Vec<f64>,
    /// What the array in real numbers makes of it.
    pub(crate) wanted: Vec<f64>,
}

/// Tries formats of the state, narrowest first, and gives the first that loses nothing, or the
/// finest.
///
/// # Errors
/// Those of `make`, and when a program stops.
pub fn narrowest(
    network: &Cellular,
    make: impl Fn(Format) -> Result<Quantized, QuantizeError>,
) -> Result<Quantized, QuantizeError> {
    let cases = cases(network, 1);
    let mut tried = vec![];
    for fraction in 0..=FINEST {
        let format = state_format(network, fraction)?;
        let mut quantized = make(format)?;
        let found = judge(network, &quantized, format, &cases)?;
        let done = found.loses_nothing || fraction == FINEST;
        tried.push(found);
        if done {
            quantized.report.tried = tried;
            return Ok(quantized);
        }
    }
    Err(QuantizeError::TooWide { of: "the state" })
}

/// The description's pictures, or random ones where it has none.
pub(crate) fn cases(network: &Cellular, seed: u64) -> Vec<Case> {
    let case = |input: Vec<f64>, second: Vec<f64>| Case {
        wanted: network.run(&input, &second).output,
        input,
        second,
    };
    let or_white = |picture: &[f64]| match picture {
        [] => vec![-1.0; network.cells()],
        given => given.to_vec(),
    };
    if !(network.input.is_empty() && network.second.is_empty()) {
        return vec![case(or_white(&network.input), or_white(&network.second))];
    }
    let mut random = SplitMix64::new(seed);
    let mut picture = || -> Vec<f64> {
        let cells = random.state(network.cells());
        cells.into_iter().map(f64::from).collect()
    };
    (0..RANDOM_PICTURES)
        .map(|_| case(picture(), picture()))
        .collect()
}

fn judge(
    network: &Cellular,
    quantized: &Quantized,
    format: Format,
    cases: &[Case],
) -> Result<Tried, QuantizeError> {
    let mut tried = Tried {
        format,
        kept: 0,
        of: 0,
        score: 0.0,
        loses_nothing: true,
    };
    for case in cases {
        let found = case.run(network, quantized)?;
        let binary = case.wanted.iter().all(|value| value.abs() == 1.0);
        let allowed = if binary { 0.0 } else { HALF_GREY_LEVEL };
        for (found, wanted) in found.iter().zip(&case.wanted) {
            let error = (found - wanted).abs();
            tried.kept += usize::from(error <= allowed);
            tried.score = tried.score.max(error);
        }
        tried.of += case.wanted.len();
    }
    tried.loses_nothing = tried.kept == tried.of;
    Ok(tried)
}

impl Case {
    /// The output where the integers end.
    pub(crate) fn run(
        &self,
        network: &Cellular,
        quantized: &Quantized,
    ) -> Result<Vec<f64>, QuantizeError> {
        let program = &quantized.program;
        let mut executor = self.started(network, program)?;
        executor.run()?;
        Ok(output(program, &executor))
    }

    /// The largest error of an output after any step, as long as either level moves.
    pub(crate) fn deviation(
        &self,
        network: &Cellular,
        quantized: &Quantized,
    ) -> Result<f64, QuantizeError> {
        let program = &quantized.program;
        let mut executor = self.started(network, program)?;
        let control = network.control(&self.input);
        let mut state = network.start_state(&self.input, &self.second);
        let mut largest: f64 = 0.0;
        for _ in 0..network.max_steps {
            let next = network.step(&state, &control);
            let moved = next != state;
            state = next;
            let changed = executor.step()?.changed;
            let pairs = output(program, &executor).into_iter();
            let errors = pairs
                .zip(network.output(&state))
                .map(|(a, b)| (a - b).abs());
            largest = errors.fold(largest, f64::max);
            if network.until_stable && !moved && !changed {
                break;
            }
        }
        Ok(largest)
    }

    fn started<'p>(
        &self,
        network: &Cellular,
        program: &'p Program,
    ) -> Result<Executor<'p>, QuantizeError> {
        let mut executor = Executor::new(program)?;
        for (vector, values) in cellular_start(program, network, &self.input, &self.second) {
            executor.load(vector, &values)?;
        }
        executor.start()?;
        Ok(executor)
    }
}

fn output(program: &Program, executor: &Executor<'_>) -> Vec<f64> {
    let state = program.find("state");
    let state = state.map_or(&[][..], |state| executor.values(state));
    cellular_output(program, state)
}
