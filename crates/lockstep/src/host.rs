//! The host of a simulated design: loads vectors over its streams, and unloads the final state.

use hw_sim::stimulus::stream::{Beat, StreamDriver, StreamOptions};
use hw_sim::{NetHandle, ReceivedBeat, SimulationError, Simulator};
use program::{Format, Role, VectorId};
use schedule::Scheduled;

/// What a host has seen of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRun {
    /// The final raw values of the first unloaded vector; where each step unloads, those of all
    /// steps.
    pub state: Vec<i64>,
    /// The same of all unloaded vectors.
    pub states: Vec<Vec<i64>>,
    /// The status output, as [`schedule::interface::status_code`]; for a streaming design 1 where
    /// the last iteration changed nothing.
    pub status: i64,
    /// The steps output, where there is one.
    pub steps: Option<i64>,
    /// Cycles from the last load beat to the first unload beat. Where nothing is loaded, from when
    /// the last load beat would have been, judged by the first step's last feed beat.
    pub latency: u64,
    /// As `latency`, to the last unload beat.
    pub unloaded: u64,
}

/// Raw values of the vectors that a run starts from; of a sequence those of all its steps.
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
    let mut fed = Fed::new(scheduled);
    for values in values {
        for data in load.pack(&fields(&load.fields, values)) {
            driver.send(&load.prefix, Beat { data, last: false })?;
        }
        fed.send(&mut driver, values)?;
    }
    let mut verdict = Verdict::new(&simulator);
    let mut loaded = vec![];
    let mut verdicts = vec![];
    for cycle in 0..cycles {
        driver.step(&mut simulator, |simulator| verdict.look(simulator))?;
        let sent = driver.sent(&load.prefix) as usize;
        if load.beats > 0 && sent >= (loaded.len() + 1) * load.beats {
            loaded.push(cycle as i64);
        }
        loaded.extend(fed.begun(&driver, cycle));
        let received = driver.received(&unload.prefix);
        if ends(scheduled, received).count() > verdicts.len() {
            verdicts.push(verdict.last);
        }
        if verdicts.len() == values.len() {
            break;
        }
    }
    let received = driver.received(&unload.prefix);
    let begins = std::iter::once(0).chain(ends(scheduled, received));
    let received = begins.zip(ends(scheduled, received));
    let received = received.filter_map(|(from, to)| driver.received(&unload.prefix).get(from..to));
    let runs = received.zip(loaded).zip(verdicts);
    let run = |((received, loaded), (status, steps)): ((&[ReceivedBeat], i64), _)| {
        let beats: Vec<Vec<i64>> = received.iter().map(|r| r.beat.data.clone()).collect();
        let states = unload.unpack_steps(&beats);
        let after = |beat: Option<&ReceivedBeat>| {
            beat.map_or(0, |received| (received.cycle as i64 - loaded).max(0) as u64)
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

/// Where the beats of each run end that has unloaded all.
fn ends(scheduled: &Scheduled, received: &[ReceivedBeat]) -> impl Iterator<Item = usize> {
    let beats = scheduled.interface.unload.beats.max(1);
    let each_step = scheduled.interface.unloads_each_step;
    let ends = received.iter().enumerate().map(|(at, beat)| (at + 1, beat));
    ends.filter(move |(end, received)| match each_step {
        true => received.beat.last,
        false => end % beats == 0,
    })
    .map(|(end, _)| end)
}

/// What the steps of runs are fed with.
struct Fed<'s> {
    scheduled: &'s Scheduled,
    /// Beats that are sent before each run, and of its first step.
    first: Vec<usize>,
    /// Beats of all runs so far.
    beats: usize,
    /// Runs that have begun.
    begun: usize,
}

impl<'s> Fed<'s> {
    fn new(scheduled: &'s Scheduled) -> Fed<'s> {
        Fed {
            scheduled,
            first: vec![],
            beats: 0,
            begun: 0,
        }
    }

    /// Sends the beats of all steps of a run.
    fn send(&mut self, driver: &mut StreamDriver, values: &Values) -> Result<(), SimulationError> {
        let Some(feed) = &self.scheduled.interface.feed else {
            return Ok(());
        };
        self.first.push(self.beats + feed.beats);
        let beats = feed.pack_steps(&fields(&feed.fields, values));
        self.beats += beats.len();
        for (data, last) in beats {
            driver.send(&feed.prefix, Beat { data, last })?;
        }
        Ok(())
    }

    /// The cycle in which the last load beat of the next run would have been, once it is known;
    /// nothing where a run is loaded.
    fn begun(&mut self, driver: &StreamDriver, cycle: u64) -> Option<i64> {
        let feed = self.scheduled.interface.feed.as_ref();
        let feed = feed.filter(|_| self.scheduled.interface.load.beats == 0)?;
        let first = *self.first.get(self.begun)?;
        if (driver.sent(&feed.prefix) as usize) < first {
            return None;
        }
        self.begun += 1;
        Some(cycle as i64 - feed.beats as i64 - self.scheduled.timing.start as i64)
    }
}

/// What each field of a stream carries.
fn fields<'v>(fields: &[(VectorId, Format)], values: &'v Values) -> Vec<&'v [i64]> {
    let fields = fields.iter();
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
        .filter(|(_, vector)| vector.role.is_loaded() || vector.role == Role::Sequence)
        .map(|(place, _)| VectorId(place))
}
