//! A memory as one that is asked: whatever its kind, at both levels.

use network::dynamics::{self, Cue};
use network::noise::SplitMix64;
use network::{Dynamics, Hopfield, Network};
use program::{ExecutionError, Executor};
use quantize::{dynamic, hopfield_start};

use crate::built::Built;
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::hardware::Loads;
use crate::simulation::integer::moment;

/// A memory.
pub struct Memory<'a> {
    kind: Kind<'a>,
    cues: Vec<Cue>,
}

enum Kind<'a> {
    Hopfield(&'a Hopfield),
    Dynamic(&'a dyn Dynamics),
}

impl<'a> Memory<'a> {
    /// The network as a memory; none where it stores nothing.
    pub fn of(network: &'a Network) -> Option<Memory<'a>> {
        let (kind, cues) = match network {
            Network::Hopfield(network) => {
                let cue = Cue {
                    name: "state",
                    patterns: network.patterns.clone(),
                    magnitude: 1.0,
                };
                (Kind::Hopfield(network), vec![cue])
            }
            other => {
                let network = other.dynamics()?;
                (Kind::Dynamic(network), network.cues())
            }
        };
        let stores = cues.iter().any(|cue| !cue.patterns.is_empty());
        stores.then_some(Memory { kind, cues })
    }

    /// The ways to ask.
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// The number of stored states.
    pub fn patterns(&self) -> usize {
        self.cues.first().map_or(0, |cue| cue.patterns.len())
    }

    /// A copy of what a cue gives of a stored state, with a share of its units flipped.
    pub fn noisy(
        &self,
        cue: usize,
        pattern: usize,
        share: f64,
        random: &mut SplitMix64,
    ) -> Vec<f64> {
        let Some(cue) = self.cues.get(cue) else {
            return vec![];
        };
        let stored = cue.patterns.get(pattern).map_or(&[][..], Vec::as_slice);
        let flipped = random.flipped(stored, share).into_iter();
        flipped
            .map(|sign| f64::from(sign) * cue.magnitude)
            .collect()
    }

    /// From how many of these states the stored one is recalled exactly, in real numbers.
    pub fn in_reals(&self, cue: usize, pattern: usize, states: &[Vec<f64>]) -> usize {
        let right = states.iter().filter(|state| match &self.kind {
            Kind::Hopfield(network) => {
                let stored = network.patterns.get(pattern);
                stored == Some(&network.run(&signs(state)).state)
            }
            Kind::Dynamic(network) => {
                let last = dynamics::last(*network, &network.start_from_cue(cue, state));
                network.agreement(pattern, &last) == 1.0
            }
        });
        right.count()
    }

    /// As [`Memory::in_reals`], in integers.
    ///
    /// # Errors
    /// A value that leaves a format whose overflow mode is `error`.
    pub fn in_integers(
        &self,
        built: &Built,
        cue: usize,
        pattern: usize,
        states: &[Vec<f64>],
    ) -> Result<usize, HopwireError> {
        let program = &built.program;
        let failed = |error: ExecutionError| {
            HopwireError::level(&error, Exit::DoesNotHold)
                .at(&built.project.description.source, "format")
        };
        let mut executor =
            Executor::new(program).map_err(|error| HopwireError::level(&error, Exit::Tool))?;
        let mut right = 0;
        for state in states {
            let loads: Loads = match &self.kind {
                Kind::Hopfield(_) => hopfield_start(program, &signs(state)),
                Kind::Dynamic(network) => {
                    dynamic::loads(program, *network, &network.start_from_cue(cue, state))
                }
            };
            for (vector, values) in &loads {
                executor.load(*vector, values).map_err(failed)?;
            }
            executor.start().map_err(failed)?;
            executor.run().map_err(failed)?;
            right += usize::from(self.is_recalled(built, pattern, &executor));
        }
        Ok(right)
    }

    fn is_recalled(&self, built: &Built, pattern: usize, executor: &Executor<'_>) -> bool {
        match &self.kind {
            Kind::Hopfield(network) => {
                let state = built.program.find("state").map(|id| executor.values(id));
                let stored = network.patterns.get(pattern);
                state.zip(stored).is_some_and(|(state, stored)| {
                    let pairs = state.iter().zip(stored);
                    pairs
                        .filter(|(raw, sign)| **raw == i64::from(**sign))
                        .count()
                        == stored.len()
                })
            }
            Kind::Dynamic(network) => {
                let last = moment(&built.program, *network, executor);
                network.agreement(pattern, &last) == 1.0
            }
        }
    }

    /// How far each unit of a stored state is on the side of its value, at least, in the numbers of
    /// the network.
    pub fn margin(&self, pattern: usize) -> Option<f64> {
        match &self.kind {
            Kind::Hopfield(network) => {
                let stored = network.patterns.get(pattern)?;
                let units = stored.iter().zip(&network.bias).enumerate();
                let sums = units.map(|(unit, (sign, bias))| {
                    f64::from(*sign) * (network.weights.field(unit, stored) + bias)
                });
                sums.reduce(f64::min)
            }
            Kind::Dynamic(network) => Some(network.margin(pattern)?.middle()),
        }
    }
}

/// The network with the numbers of its program, for margins in integers; those of a Hopfield network
/// are raw.
pub fn rounded(built: &Built) -> Option<Network> {
    match &built.project.network {
        Network::Hopfield(network) => {
            quantize::integer_hopfield(network, &built.program).map(Network::Hopfield)
        }
        other => quantize::rounded(other, &built.program),
    }
}

fn signs(values: &[f64]) -> Vec<i8> {
    let sign = |value: &f64| if *value < 0.0 { -1 } else { 1 };
    values.iter().map(sign).collect()
}
