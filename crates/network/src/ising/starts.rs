//! Where runs start: from states that are given, or from as many random ones as are asked for.

use crate::description::{IsingData, Source};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::noise::SplitMix64;

/// Random start states where nothing else is said.
const COPIES: usize = 8;

/// Start states.
#[derive(Debug, Clone, PartialEq)]
pub struct StartStates {
    /// States that are given, one value a unit of all replicas.
    pub given: Vec<Vec<f64>>,
    /// The number of random states that a description asks for.
    pub copies: usize,
    /// Their seed.
    pub seed: u64,
    /// The largest magnitude of their values.
    pub magnitude: f64,
}

impl StartStates {
    /// Of a section; random states without a magnitude have this one.
    ///
    /// # Errors
    /// A file that cannot be read, another shape, or a value outside, at `data.starts`.
    pub fn from_section(
        data: &IsingData,
        units: usize,
        magnitude: f64,
        source: &Source,
    ) -> Result<StartStates, NetworkError> {
        let (what, field) = ("the start states", "data.starts");
        let given = match &data.starts {
            Some(starts) => given::rows(starts, units, (-1.0, 1.0), what, source, field)?,
            None => vec![],
        };
        Ok(StartStates {
            given,
            copies: data.copies.unwrap_or(COPIES),
            seed: data.seed.unwrap_or(1),
            magnitude: data.magnitude.unwrap_or(magnitude),
        })
    }

    /// The number of starts that the description gives or asks for.
    pub fn count(&self) -> usize {
        match self.given.len() {
            0 => self.copies,
            given => given,
        }
    }

    /// State `number`, from 0, where it is given.
    pub fn state(&self, number: usize) -> Option<&Vec<f64>> {
        self.given.get(number)
    }

    /// The generator of random state `number`: independent of all others, whatever their number.
    pub fn random(&self, number: usize) -> SplitMix64 {
        SplitMix64::new(SplitMix64::new(self.seed).bits() ^ number as u64)
    }

    /// So many random values.
    pub fn values(&self, units: usize, random: &mut SplitMix64) -> Vec<f64> {
        let value = |_| self.magnitude * (2.0 * random.uniform() - 1.0);
        (0..units).map(value).collect()
    }
}
