//! The host of a simulated design: loads vectors over its streams, and unloads the final state.

use hw_sim::stimulus::stream::{Beat, StreamDriver, StreamOptions};
use hw_sim::{NetHandle, ReceivedBeat, SimulationError, Simulator};
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

/// Runs a design once with no reset but the first.
///
/// # Errors
/// What the simulator finds, or `None` inside when the run did not end within `cycles`.
pub fn run(
    scheduled: &Scheduled,
    values: &Values,
    options: StreamOptions,
    cycles: u64,
) -> Result<Option<HostRun>, SimulationError> {
    let mut runs = runs(scheduled, &[values], options, cycles)?;
    Ok(runs.pop())
}

/// Runs a design as often as there are values, one run after another with no reset but the first.
///
/// # Errors
/// What the simulator finds. There are fewer runs where they did not end within `cycles`.
pub fn runs(
    scheduled: &Scheduled,
    values: &[&Values],
    options: StreamOptions,
    cycles: u64,
) -> Result<Vec<HostRun>, SimulationError> {
    let mut simulator = Simulator::new(&scheduled.design)?;
    let mut driver = StreamDriver::new(&simulator, options)?;
    let (load, unload) = (&scheduled.interface.load, &scheduled.interface.unload);
    for values in values {
        for data in load.pack(&fields(scheduled, values)) {
            driver.send(&load.prefix, Beat { data, last: false })?;
        }
    }
    let mut verdict = Verdict::new(&simulator);
    let mut loaded = vec![];
    let mut verdicts = vec![];
    for cycle in 0..cycles {
        driver.step(&mut simulator, |simulator| verdict.look(simulator))?;
        let sent = driver.sent(&load.prefix) as usize;
        if sent >= (loaded.len() + 1) * load.beats {
            loaded.push(cycle);
        }
        let received = driver.received(&unload.prefix).len();
        if received >= (verdicts.len() + 1) * unload.beats {
            verdicts.push(verdict.last);
        }
        if verdicts.len() == values.len() {
            break;
        }
    }
    let received = driver.received(&unload.prefix).chunks(unload.beats);
    let runs = received.zip(loaded).zip(verdicts);
    let run = |((received, loaded), (status, steps)): ((&[ReceivedBeat], u64), _)| {
        let beats: Vec<Vec<i64>> = received.iter().map(|r| r.beat.data.clone()).collect();
        let states = unload.unpack(&beats);
        let after = |beat: Option<&ReceivedBeat>| {
            beat.map_or(0, |received| received.cycle.saturating_sub(loaded))
        };
        HostRun {
            state: states.first().cloned().unwrap_or_default(),
            states,
            status,
            steps,
            latency: after(received.first()),
            unloaded: after(received.last()),
        }
    };
    Ok(runs.map(run).collect())
}

/// What each field of the load stream carries.
fn fields<'v>(scheduled: &Scheduled, values: &'v Values) -> Vec<&'v [i64]> {
    let fields = scheduled.interface.load.fields.iter();
    let of = |id: &VectorId| values.iter().find(|(of, _)| of == id);
    fields
        .map(|(id, _)| of(id).map_or(&[][..], |(_, values)| values.as_slice()))
        .collect()
}

/// The outputs that say how a run ended.
struct Verdict {
    status: Option<NetHandle>,
    steps: Option<NetHandle>,
    user: Option<NetHandle>,
    /// The status and the steps as they were last seen.
    last: (i64, Option<i64>),
}

impl Verdict {
    fn new(simulator: &Simulator) -> Verdict {
        let output = |name: &str| simulator.output(name).ok();
        Verdict {
            status: output("status_o"),
            steps: output("steps_o"),
            user: output("m_axis_tuser"),
            last: (0, None),
        }
    }

    fn look(&mut self, simulator: &mut Simulator) -> Result<(), SimulationError> {
        if let (Some(status), Some(steps)) = (&self.status, &self.steps) {
            self.last = (simulator.value(status)?, Some(simulator.value(steps)?));
        }
        if let Some(user) = &self.user {
            self.last.0 = 1 - simulator.value(user)?;
        }
        Ok(())
    }
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
