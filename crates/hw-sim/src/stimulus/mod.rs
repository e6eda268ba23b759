//! What a run's inputs are, cycle by cycle.

pub mod random;
pub mod stream;

use std::borrow::Cow;

use crate::error::SimulationError;
use crate::simulator::{PortHandle, Simulator};

/// Cycles with the same inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StimulusRun {
    /// How many cycles, at least 1.
    pub cycles: u32,
    /// The level of the reset.
    pub rst_n: bool,
    /// The elements of all inputs of the top after one another, in port order.
    pub inputs: Vec<i64>,
}

/// The inputs of a whole run; the emitted testbench replays them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stimulus {
    runs: Vec<StimulusRun>,
}

impl Stimulus {
    /// The runs in order; neighbours differ.
    pub fn runs(&self) -> &[StimulusRun] {
        &self.runs
    }

    /// Cycles in all.
    pub fn cycles(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.cycles)).sum()
    }

    /// Appends one cycle.
    pub fn push<'i>(&mut self, rst_n: bool, inputs: impl Into<Cow<'i, [i64]>>) {
        let inputs = inputs.into();
        match self.runs.last_mut() {
            Some(last)
                if last.rst_n == rst_n && last.inputs == *inputs && last.cycles < u32::MAX =>
            {
                last.cycles += 1;
            }
            _ => self.runs.push(StimulusRun {
                cycles: 1,
                rst_n,
                inputs: inputs.into_owned(),
            }),
        }
    }

    /// Runs a simulator through it. `observe` sees each cycle with its inputs set, before the
    /// clock edge.
    ///
    /// # Errors
    /// Inputs that are not those of the design, an index out of range, or what `observe` returns.
    pub fn play(
        &self,
        simulator: &mut Simulator,
        mut observe: impl FnMut(&mut Simulator) -> Result<(), SimulationError>,
    ) -> Result<(), SimulationError> {
        let ports = input_ports(simulator)?;
        for run in &self.runs {
            simulator.set_reset(run.rst_n);
            let mut rest = run.inputs.as_slice();
            for &port in &ports {
                let count = (port.ty().count as usize).min(rest.len());
                let (values, after) = rest.split_at(count);
                simulator.set_input(port, values)?;
                rest = after;
            }
            for _ in 0..run.cycles {
                observe(simulator)?;
                simulator.tick()?;
            }
        }
        Ok(())
    }
}

/// All inputs of a design, in port order.
pub(crate) fn input_ports(simulator: &Simulator) -> Result<Vec<PortHandle>, SimulationError> {
    let names: Vec<String> = simulator
        .inputs()
        .map(|(name, _)| name.to_owned())
        .collect();
    names.iter().map(|name| simulator.input(name)).collect()
}
