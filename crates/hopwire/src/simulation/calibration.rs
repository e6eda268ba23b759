//! The starts on which values are watched: those of a file, or the description's own.

use network::Network;

use super::start::{Starts, starts};
use crate::arguments::{CalibrationArguments, SimulateArguments};
use crate::built::Built;
use crate::error::HopwireError;
use crate::hardware::Loads;

/// All starts of the file that is given; else those of the description, or the patterns of a memory
/// without start states. One start with nothing loaded where there is none at all.
///
/// # Errors
/// A file that cannot be read or does not suit.
pub fn calibration(
    arguments: &CalibrationArguments,
    built: &Built,
) -> Result<Vec<Starts>, HopwireError> {
    let network = &built.project.network;
    let given = arguments.is_given();
    let all = match network {
        Network::Hopfield(network) if !given && network.probes.is_empty() => {
            Starts::Units(network.patterns.clone())
        }
        _ if !given => built.described_starts(),
        network => {
            let asked = SimulateArguments {
                input: arguments.input.clone(),
                second: arguments.second.clone(),
                starts: arguments.starts.clone(),
                all: !matches!(network, Network::Cellular(_)),
                ..SimulateArguments::default()
            };
            starts(&asked, &built.project)?
        }
    };
    Ok(all.single())
}

/// The raw values of [`calibration`] starts.
pub fn loads(built: &Built, starts: &[Starts]) -> Vec<Loads> {
    match starts {
        [] => vec![vec![]],
        starts => starts.iter().map(|start| built.loads(start)).collect(),
    }
}
