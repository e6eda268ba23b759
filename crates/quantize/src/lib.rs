//! L0 to L1 of hopwire: chooses word formats and makes an integer program of a network.
//!
//! [`quantize`] takes a network with the wishes of its description, and gives a [`Quantized`]: the
//! program, and a report of what the formats cost. The accumulator of every sum is as wide as the
//! worst case over the weights needs, so that it cannot overflow.

pub mod activation;
mod annealed;
pub mod assembly;
mod bidirectional;
mod bifurcation;
mod brain_state;
pub mod cellular;
mod chaotic;
mod coefficients;
mod cohen_grossberg;
mod continuous;
pub mod contraction;
pub mod delay;
mod dense_memory;
pub mod dynamic;
mod error;
pub mod hopfield;
pub mod ising;
pub mod margin;
mod oscillator;
mod projection;
pub mod range;
mod real;
pub mod report;
pub mod search;
pub mod sequence;

use network::{Cellular, Description, Hopfield, Network, Sections};
use program::{Format, Program, VectorId};

pub use error::QuantizeError;
pub use report::{Constants, Report, Tried};

/// Formats that the caller asks for instead of those of the description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The format of weights.
    pub weights: Option<Format>,
    /// The format of a cellular array's state.
    pub state: Option<Format>,
}

/// A network in integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    /// The program.
    pub program: Program,
    /// What the formats are and what they cost.
    pub report: Report,
}

/// Makes a program of a network, with the formats that its description fixes, or the cheapest that
/// lose nothing on its data.
///
/// # Errors
/// When a format that was asked for cannot hold what it must.
pub fn quantize(
    description: &Description,
    network: &Network,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let mut quantized = match (network, &description.sections) {
        (Network::Hopfield(network), Sections::Hopfield(sections)) => {
            hopfield::quantize(network, &sections.format, options)?
        }
        (Network::Cellular(network), Sections::Cellular(sections)) => {
            cellular::quantize(network, &sections.format, options)?
        }
        (Network::BrainState(network), Sections::BrainState(sections)) => {
            brain_state::quantize(network, &sections.format, options)?
        }
        (Network::Projection(network), Sections::Projection(sections)) => {
            projection::quantize(network, &sections.format, options)?
        }
        (Network::Annealed(network), Sections::Annealed(sections)) => {
            annealed::quantize(network, &sections.format, options)?
        }
        (Network::Bifurcation(network), Sections::Bifurcation(sections)) => {
            bifurcation::quantize(network, &sections.format, options)?
        }
        (Network::Chaotic(network), Sections::Chaotic(sections)) => {
            chaotic::quantize(network, &sections.format, options)?
        }
        (Network::Continuous(network), Sections::Continuous(sections)) => {
            continuous::quantize(network, &sections.format, options)?
        }
        (Network::CohenGrossberg(network), Sections::CohenGrossberg(sections)) => {
            cohen_grossberg::quantize(network, &sections.format, options)?
        }
        (Network::Bidirectional(network), Sections::Bidirectional(sections)) => {
            bidirectional::quantize(network, &sections.format, options)?
        }
        (Network::DenseMemory(network), Sections::DenseMemory(sections)) => {
            dense_memory::quantize(network, &sections.format)?
        }
        (Network::Oscillator(network), Sections::Oscillator(sections)) => {
            oscillator::quantize(network, &sections.format, options)?
        }
        (Network::Sequence(network), Sections::Sequence(sections)) => {
            sequence::quantize(network, &sections.format, options)?
        }
        _ => return Err(QuantizeError::Mismatched),
    };
    quantized.program.sources = sources(description);
    Ok(quantized)
}

/// The network with its numbers as the words of its program stand for them: facts and energies of
/// the integers are those of it. `None` for the kinds whose facts are computed from the program
/// itself.
pub fn rounded(network: &Network, program: &Program) -> Option<Network> {
    match network {
        Network::Hopfield(_) | Network::Cellular(_) => None,
        Network::Sequence(network) => sequence::rounded(network, program).map(Network::Sequence),
        Network::CohenGrossberg(network) => {
            let rounded = cohen_grossberg::rounded(network, program)?;
            Some(Network::CohenGrossberg(Box::new(rounded)))
        }
        Network::Continuous(network) => {
            let rounded = continuous::rounded(network, program)?;
            Some(Network::Continuous(Box::new(rounded)))
        }
        Network::BrainState(network) => {
            brain_state::rounded(network, program).map(Network::BrainState)
        }
        Network::Projection(network) => {
            projection::rounded(network, program).map(Network::Projection)
        }
        Network::Annealed(network) => annealed::rounded(network, program).map(Network::Annealed),
        Network::Bifurcation(network) => {
            bifurcation::rounded(network, program).map(Network::Bifurcation)
        }
        Network::Chaotic(network) => chaotic::rounded(network, program).map(Network::Chaotic),
        Network::Bidirectional(network) => {
            let rounded = bidirectional::rounded(network, program);
            rounded.map(|network| Network::Bidirectional(Box::new(network)))
        }
        Network::DenseMemory(network) => {
            dense_memory::rounded(network, program).map(Network::DenseMemory)
        }
        Network::Oscillator(network) => {
            let rounded = oscillator::rounded(network, program);
            rounded.map(|network| Network::Oscillator(Box::new(network)))
        }
    }
}

/// Where the parts of a program stand in the description.
fn sources(description: &Description) -> Vec<(String, String)> {
    let parts = [
        ("network", "network"),
        ("update", "update"),
        ("sweep", "weights"),
        ("feed", "template"),
        ("iterate", "template"),
        ("relax", "weights"),
        ("project", "weights"),
        ("predict", "weights"),
        ("correct", "weights"),
        ("anneal", "dynamics"),
        ("bifurcate", "dynamics"),
        ("transient", "dynamics"),
        ("receive", "input"),
        ("respond", "dynamics"),
        ("move", "dynamics"),
        ("recall_y", "weights"),
        ("recall_x", "weights"),
        ("overlap", "weights"),
        ("own", "dynamics"),
        ("recall", "weights"),
        ("wave", "dynamics"),
        ("couple", "weights"),
    ];
    let place = |(of, field): (&str, &str)| {
        let place = description.source.locate(field)?;
        let file = place.file.rsplit(['/', '\\']).next().unwrap_or_default();
        Some((of.to_owned(), format!("{file}:{} [{field}]", place.line)))
    };
    parts.into_iter().filter_map(place).collect()
}

/// The raw start state of a Hopfield network for the program's `state` vector.
pub fn hopfield_start(program: &Program, probe: &[i8]) -> Vec<(VectorId, Vec<i64>)> {
    let values = probe.iter().map(|&spin| i64::from(spin)).collect();
    program
        .find("state")
        .into_iter()
        .map(|state| (state, Vec::clone(&values)))
        .collect()
}

/// The raw input and start state of a cellular array; images of rows x columns values from -1 to
/// 1, white (-1) where values are missing.
pub fn cellular_start(
    program: &Program,
    network: &Cellular,
    input: &[f64],
    second: &[f64],
) -> Vec<(VectorId, Vec<i64>)> {
    let state = network.start_state(input, second);
    let raw = |name: &str, values: &[f64]| {
        let id = program.find(name)?;
        let format = program.vector(id)?.format;
        let white = std::iter::repeat(&-1.0);
        let values = values.iter().chain(white).take(network.cells());
        let nearest = |&value: &f64| program::rounding::nearest(value, format).unwrap_or(0);
        Some((id, values.map(nearest).collect::<Vec<i64>>()))
    };
    [raw("input", input), raw("state", &state)]
        .into_iter()
        .flatten()
        .collect()
}

/// The output y of a cellular array for raw states: the state between -1 and 1.
pub fn cellular_output(program: &Program, raw: &[i64]) -> Vec<f64> {
    let state = program
        .find("state")
        .and_then(|state| program.vector(state));
    let format = state.map_or(Format::BIPOLAR, |state| state.format);
    raw.iter()
        .map(|&raw| format.value(raw).clamp(-1.0, 1.0))
        .collect()
}

/// The weights of a program as a network in real numbers again, for facts about the integers: the
/// same network with its weights replaced by the raw ones.
pub fn integer_hopfield(network: &Hopfield, program: &Program) -> Option<Hopfield> {
    hopfield::integer_network(network, program)
}
