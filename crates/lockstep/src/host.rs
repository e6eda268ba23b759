//! The host of a simulated design: loads vectors over its streams, and unloads the final state.

use hw_sim::stimulus::stream::{Beat, StreamDriver, StreamOptions};
use hw_sim::{SimulationError, Simulator};
use program::{Role, VectorId};
use schedule::Scheduled;

/// What a host has seen of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRun {
    /// The final raw values of the first unloaded vector.
    pub state: Vec<i64>,
    /// The same of all unloaded vectors.
    pub states: Vec<Vec<i64>>,
    /// The status output, as [`schedule::interface::status_code`]; for a streaming design 1 where
    /// the last iteration changed nothing.
    pub status: i64,
    /// The steps output, where there is one.
    pub steps: Option<i64>,
    /// Cycles from the last load beat to the first unload beat.
    pub latency: u64,
    /// Cycles from the last load beat to the last unload beat.
    pub unloaded: u64,
}

/// Raw values of the vectors that a run starts from.
pub type Values = [(VectorId, Vec<i64>)];

/// Runs a design once with quiet streams (no gap, no stall) and no reset but the first.
///
/// # Errors
/// What the simulator finds, or `None` inside when the run did not end within `cycles`.
pub fn run(
    scheduled: &Scheduled,
    values: &Values,
    options: StreamOptions,
    cycles: u64,
) -> Result<Option<HostRun>, SimulationError> {
    let mut simulator = Simulator::new(&scheduled.design)?;
    let mut driver = StreamDriver::new(&simulator, options)?;
    let load = &scheduled.interface.load;
    let fields: Vec<&[i64]> = load
        .fields
        .iter()
        .map(|(vector, _)| {
            let found = values.iter().find(|(id, _)| id == vector);
            found.map_or(&[][..], |(_, values)| values.as_slice())
        })
        .collect();
    for data in load.pack(&fields) {
        driver.send(&load.prefix, Beat { data, last: false })?;
    }
    let unload = &scheduled.interface.unload;
    let mut loaded_at = None;
    let mut status = (0, None);
    let status_net = simulator.output("status_o").ok();
    let steps_net = simulator.output("steps_o").ok();
    let user_net = simulator.output("m_axis_tuser").ok();
    for cycle in 0..cycles {
        driver.step(&mut simulator, |simulator| {
            if let (Some(status_net), Some(steps_net)) = (&status_net, &steps_net) {
                status = (
                    simulator.value(status_net)?,
                    Some(simulator.value(steps_net)?),
                );
            }
            if let Some(user) = &user_net {
                status.0 = 1 - simulator.value(user)?;
            }
            Ok(())
        })?;
        if loaded_at.is_none() && driver.sent(&load.prefix) == load.beats as u64 {
            loaded_at = Some(cycle);
        }
        if driver.received(&unload.prefix).len() == unload.beats {
            break;
        }
    }
    let received = driver.received(&unload.prefix);
    let (Some(loaded), true) = (loaded_at, received.len() == unload.beats) else {
        return Ok(None);
    };
    let beats: Vec<Vec<i64>> = received.iter().map(|r| r.beat.data.clone()).collect();
    let states = unload.unpack(&beats);
    let state = states.first().cloned().unwrap_or_default();
    Ok(Some(HostRun {
        state,
        states,
        status: status.0,
        steps: status.1,
        latency: received
            .first()
            .map_or(0, |r| r.cycle.saturating_sub(loaded)),
        unloaded: received
            .last()
            .map_or(0, |r| r.cycle.saturating_sub(loaded)),
    }))
}

/// The quiet stream options of timing checks.
pub fn quiet() -> StreamOptions {
    StreamOptions {
        gap_per_mille: 0,
        stall_per_mille: 0,
        ..StreamOptions::default()
    }
}

/// The vectors that a program is loaded with.
pub fn loaded(program: &program::Program) -> impl Iterator<Item = VectorId> {
    let vectors = program.vectors.iter().enumerate();
    vectors
        .filter(|(_, vector)| matches!(vector.role, Role::State | Role::Input))
        .map(|(place, _)| VectorId(place))
}
