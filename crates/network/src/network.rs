//! A network of any kind.

use crate::cellular::Cellular;
use crate::description::{Description, Sections};
use crate::diagnostic::NetworkError;
use crate::fact::{Fact, Level};
use crate::hopfield::Hopfield;
use crate::kind::Kind;

/// A network in real numbers: what the user meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Network {
    /// A discrete Hopfield network.
    Hopfield(Hopfield),
    /// A cellular array.
    Cellular(Cellular),
}

impl Network {
    /// Builds the network of a description: reads the files that it names, learns weights, checks
    /// shapes and values.
    ///
    /// # Errors
    /// The first thing found wrong, with the place in the description that leads to it.
    pub fn from_description(description: &Description) -> Result<Network, NetworkError> {
        let source = &description.source;
        match &description.sections {
            Sections::Hopfield(sections) => {
                Hopfield::from_description(sections, source).map(Network::Hopfield)
            }
            Sections::Cellular(sections) => {
                Cellular::from_description(sections, source).map(Network::Cellular)
            }
        }
    }

    /// The network kind.
    pub fn kind(&self) -> Kind {
        match self {
            Network::Hopfield(_) => Kind::Hopfield,
            Network::Cellular(_) => Kind::Cellular,
        }
    }

    /// The number of units or cells.
    pub fn units(&self) -> usize {
        match self {
            Network::Hopfield(network) => network.units(),
            Network::Cellular(network) => network.cells(),
        }
    }

    /// What can be said before it runs.
    pub fn facts(&self) -> Vec<Fact> {
        match self {
            Network::Hopfield(network) => network.facts(Level::Float),
            Network::Cellular(network) => network.facts(Level::Float),
        }
    }
}
