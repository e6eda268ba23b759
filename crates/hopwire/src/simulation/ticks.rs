//! Runs the hardware cycle by cycle, as a host would: loads, waits, unloads.

use std::ops::ControlFlow;
use std::path::Path;

use hw_sim::stimulus::stream::{StreamDriver, StreamOptions};
use hw_sim::{SimulationError, Simulator, TraceFormat, Tracer};
use schedule::Scheduled;

use crate::error::HopwireError;
use crate::hardware::Beats;
use crate::progress::Progress;

/// What the host saw of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickRun {
    /// Raw values of each unloaded vector, padding included, in the order of
    /// [`schedule::Interface::unload`].
    pub unloaded: Vec<Vec<i64>>,
    /// How the run ended, as [`schedule::interface::status_code`]; none where the design has no
    /// such output.
    pub status: Option<i64>,
    /// The steps that the design counted; none likewise.
    pub steps: Option<i64>,
    /// Cycles from the last load beat to the first unload beat.
    pub first_beat: u64,
    /// Cycles from the last load beat to the last unload beat.
    pub last_beat: u64,
}

/// A waveform to be written.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its format.
    pub format: TraceFormat,
}

/// Runs a design once on quiet streams for at most `limit` cycles after loading.
///
/// # Errors
/// A fault of the design, a trace that cannot be written, or a run that does not end.
pub fn run(
    scheduled: &Scheduled,
    beats: &Beats,
    limit: u64,
    trace: Option<Trace<'_>>,
    progress: &Progress,
) -> Result<TickRun, HopwireError> {
    let mut simulator = Simulator::new(&scheduled.design)?;
    let hash = hw_ir::json::hash(&scheduled.design);
    let mut tracer = match trace {
        None => None,
        Some(Trace { path, format }) => Some(Tracer::create(
            path,
            format,
            &simulator,
            &hash,
            0..u64::MAX,
            |_| true,
        )?),
    };
    let mut look = |simulator: &mut Simulator, _| {
        if let Some(tracer) = &mut tracer {
            tracer.record(simulator)?;
        }
        Ok(ControlFlow::Continue(()))
    };
    let run = watched(&mut simulator, scheduled, beats, limit, &mut look, progress)?;
    if let Some(tracer) = tracer {
        tracer.finish()?;
    }
    run.ok_or_else(|| HopwireError::Internal {
        message: "a run was broken off that nobody breaks off".into(),
    })
}

/// Looks at each cycle of a run, before its clock edge; knows the cycle of the last load beat once
/// it has passed, and may break the run off.
pub type Look<'a> =
    &'a mut dyn FnMut(&mut Simulator, Option<u64>) -> Result<ControlFlow<()>, SimulationError>;

/// As [`run`], on a new simulator of the design; `None` where the run was broken off.
///
/// # Errors
/// A fault of the design, or a run that does not end.
pub fn watched(
    simulator: &mut Simulator,
    scheduled: &Scheduled,
    beats: &Beats,
    limit: u64,
    look: Look<'_>,
    progress: &Progress,
) -> Result<Option<TickRun>, HopwireError> {
    let quiet = StreamOptions {
        gap_per_mille: 0,
        stall_per_mille: 0,
        ..StreamOptions::default()
    };
    let mut driver = StreamDriver::new(simulator, quiet)?;
    let (load, unload) = (&scheduled.interface.load, &scheduled.interface.unload);
    let feed = scheduled.interface.feed.as_ref();
    let each_step = scheduled.interface.unloads_each_step;
    beats.send(scheduled, &mut driver)?;
    let mut status = Outputs::new(simulator);
    // Loading takes a cycle a beat where the design is ready, and unloading likewise.
    let most = limit.saturating_add(4 * (beats.count() + unload.beats) as u64 + 1000);
    let bar = progress.cycles("simulating", most);
    let mut loaded_at = None;
    for cycle in 0..most {
        let mut go_on = ControlFlow::Continue(());
        driver.step(simulator, |simulator| {
            go_on = look(simulator, loaded_at)?;
            status.look(simulator)
        })?;
        if go_on.is_break() {
            return Ok(None);
        }
        if cycle % 4096 == 0 {
            bar.at(cycle);
        }
        // A run that is not loaded begins by itself, in the cycle before the first that is seen.
        let loaded = load.beats > 0 && driver.sent(&load.prefix) == load.beats as u64;
        if loaded_at.is_none() && loaded {
            loaded_at = Some(cycle);
        }
        let first = feed.filter(|_| load.beats == 0 && loaded_at.is_none());
        if let Some(feed) = first.filter(|feed| driver.sent(&feed.prefix) == feed.beats as u64) {
            let before = feed.beats as u64 + scheduled.timing.start;
            loaded_at = Some(cycle.saturating_sub(before));
        }
        if ended(driver.received(&unload.prefix), unload.beats, each_step) {
            break;
        }
    }
    let received = driver.received(&unload.prefix);
    let all = ended(received, unload.beats, each_step);
    let (Some(loaded), true) = (loaded_at, all) else {
        return Err(HopwireError::Internal {
            message: format!(
                "the hardware did not end its run within {most} cycles: {} of {} beats in, {} of \
                 {} beats out",
                driver.sent(&load.prefix),
                load.beats,
                received.len(),
                unload.beats
            ),
        });
    };
    let out: Vec<Vec<i64>> = received.iter().map(|beat| beat.beat.data.clone()).collect();
    let since = |beat: Option<&hw_sim::ReceivedBeat>| {
        beat.map_or(0, |beat| beat.cycle.saturating_sub(loaded))
    };
    Ok(Some(TickRun {
        unloaded: unload.unpack_steps(&out),
        status: status.status,
        steps: status.steps,
        first_beat: since(received.first()),
        last_beat: since(received.last()),
    }))
}

/// Whether all that a run unloads has come: one transfer, or one for each step up to the last.
fn ended(received: &[hw_sim::ReceivedBeat], beats: usize, each_step: bool) -> bool {
    match each_step {
        true => received.last().is_some_and(|last| last.beat.last),
        false => received.len() == beats,
    }
}

/// The outputs that tell how a run ended.
struct Outputs {
    nets: Option<(hw_sim::NetHandle, hw_sim::NetHandle)>,
    status: Option<i64>,
    steps: Option<i64>,
}

impl Outputs {
    fn new(simulator: &Simulator) -> Outputs {
        let net = |name| simulator.output(name).ok();
        Outputs {
            nets: net("status_o").zip(net("steps_o")),
            status: None,
            steps: None,
        }
    }

    fn look(&mut self, simulator: &mut Simulator) -> Result<(), SimulationError> {
        if let Some((status, steps)) = &self.nets {
            self.status = Some(simulator.value(status)?);
            self.steps = Some(simulator.value(steps)?);
        }
        Ok(())
    }
}
