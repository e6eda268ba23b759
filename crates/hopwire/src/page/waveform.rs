//! What named signals of the hardware do around the beginning and the end of a run.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use hw_ir::{Design, Module};
use hw_sim::{NetHandle, Simulator};
use plot::{Wave, WaveKind};
use schedule::Scheduled;

use crate::error::HopwireError;
use crate::hardware::Beats;
use crate::progress::Progress;
use crate::simulation::ticks::{self, TickRun};

/// Cycles of an excerpt.
const LENGTH: u64 = 30;
/// Cycles of them from the last load beat on.
const LOADED: u64 = 24;
/// Cycles of them from the first unload beat on.
const UNLOADED: u64 = 10;
/// The most signals of an excerpt.
const SIGNALS: usize = 18;
/// The widest signal that is shown, in bits.
const WIDEST: u64 = 32;
/// The most cycles that are run to reach the end.
const CYCLES: u64 = 400_000;

/// Some cycles of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The first cycle.
    pub first: u64,
    /// The signals that change, or are ports.
    pub waves: Vec<Wave>,
}

/// A run of the hardware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Around the last load beat.
    pub beginning: Excerpt,
    /// Around the first unload beat, as the closed form of the timing foresees it; none where that
    /// is too far away, or the first excerpt shows it.
    pub end: Option<Excerpt>,
    /// What the host saw; none where the run was too long to be waited for.
    pub run: Option<TickRun>,
}

/// Runs the hardware once on these beats; it makes `steps` steps.
///
/// # Errors
/// A fault of the design.
pub fn watch(
    scheduled: &Scheduled,
    beats: &Beats,
    steps: u64,
    progress: &Progress,
) -> Result<Watched, HopwireError> {
    let mut simulator = Simulator::new(&scheduled.design)?;
    let mut recorder = Recorder::new(&simulator, &scheduled.design);
    let expected = scheduled.timing.run(steps);
    let reachable = expected.saturating_add(beats.count() as u64) < CYCLES;
    let (mut beginning, mut end) = (None, None);
    let mut look = |simulator: &mut Simulator, loaded: Option<u64>| {
        let cycle = simulator.cycle();
        recorder.record(simulator)?;
        let Some(loaded) = loaded else {
            return Ok(ControlFlow::Continue(()));
        };
        if cycle == loaded + LOADED {
            beginning = Some(recorder.excerpt());
            if !reachable {
                return Ok(ControlFlow::Break(()));
            }
        }
        if cycle == loaded + expected + UNLOADED {
            end = Some(recorder.excerpt());
        }
        Ok(ControlFlow::Continue(()))
    };
    let limit = expected.saturating_add(LENGTH);
    let run = ticks::watched(&mut simulator, scheduled, beats, limit, &mut look, progress)?;
    // A short run is over before its excerpts are full.
    let last = recorder.excerpt();
    let beginning = beginning.unwrap_or_else(|| last.clone());
    let end = end.or_else(|| run.is_some().then_some(last));
    let end = end.filter(|end| end.first > beginning.first + LENGTH / 3);
    Ok(Watched {
        beginning,
        end,
        run,
    })
}

/// A signal and where it stands.
struct Signal {
    name: String,
    kind: WaveKind,
    port: bool,
    handle: NetHandle,
}

/// Remembers the last cycles.
struct Recorder {
    signals: Vec<Signal>,
    elements: Vec<i64>,
    cycles: VecDeque<(u64, Vec<i64>)>,
}

impl Recorder {
    fn new(simulator: &Simulator, design: &Design) -> Recorder {
        let mut names = vec![];
        let top = design.modules.last();
        if let Some(top) = top {
            let ports = top.inputs.iter().chain(&top.outputs);
            let ports: Vec<&str> = ports.map(|port| port.name.as_str()).collect();
            // The ports of a stream beside each other.
            let stream = |name: &str| name.rsplit_once('_').map_or(name, |(of, _)| of).to_owned();
            let first = |name: &str| ports.iter().position(|of| stream(of) == stream(name));
            let mut sorted = ports.clone();
            sorted.sort_by_key(|name| first(name));
            names.extend(sorted.into_iter().map(|name| (name.to_owned(), true)));
            registers(design, top, "", 0, &mut names);
        }
        let signal = |(name, port): (String, bool)| {
            let of_port = simulator.output(&name).ok().filter(|_| port);
            let handle = of_port.or_else(|| simulator.net(&name).ok())?;
            let ty = handle.ty();
            let shown = ty.bits() <= WIDEST && handle.instances() == 1;
            let kind = match (ty.width, ty.is_scalar()) {
                (1, true) => WaveKind::Level,
                (_, true) => WaveKind::Number,
                (_, false) => WaveKind::Bits,
            };
            shown.then_some(Signal {
                kind,
                name,
                port,
                handle,
            })
        };
        Recorder {
            signals: names.into_iter().filter_map(signal).collect(),
            elements: vec![],
            cycles: VecDeque::new(),
        }
    }

    fn record(&mut self, simulator: &mut Simulator) -> Result<(), hw_sim::SimulationError> {
        let mut values = Vec::with_capacity(self.signals.len());
        for signal in &self.signals {
            let ty = signal.handle.ty();
            simulator.read_into(&signal.handle, &mut self.elements)?;
            values.push(match self.elements.as_slice() {
                [only] => *only,
                elements => packed(elements, ty.width, |element| ty.pattern(element)),
            });
        }
        self.cycles.push_back((simulator.cycle(), values));
        if self.cycles.len() as u64 > LENGTH {
            self.cycles.pop_front();
        }
        Ok(())
    }

    /// The last cycles of the ports, and of the registers that change in them.
    fn excerpt(&self) -> Excerpt {
        let first = self.cycles.front().map_or(0, |(cycle, _)| *cycle);
        let waves = self.signals.iter().enumerate().filter_map(|(at, signal)| {
            let values = self.cycles.iter();
            let values = values.filter_map(|(_, values)| values.get(at).copied());
            let values: Vec<i64> = values.collect();
            let changes = values.windows(2).any(|pair| pair.first() != pair.last());
            (changes || signal.port).then(|| Wave {
                name: signal.name.clone(),
                kind: signal.kind,
                values,
            })
        });
        Excerpt {
            first,
            waves: waves.take(SIGNALS).collect(),
        }
    }
}

/// Elements as they stand on the wire, the first lowest.
fn packed(elements: &[i64], width: u32, pattern: impl Fn(i64) -> u64) -> i64 {
    let elements = elements.iter().rev();
    let bits = elements.fold(0u64, |bits, &element| {
        bits.checked_shl(width).unwrap_or(0) | pattern(element)
    });
    bits as i64
}

/// The registers of a module and of what is in it, of arrays those of the first instance.
fn registers(
    design: &Design,
    module: &Module,
    path: &str,
    depth: usize,
    names: &mut Vec<(String, bool)>,
) {
    for register in &module.registers {
        if let Some(net) = module.nets.get(register.net.0 as usize) {
            names.push((format!("{path}{}", net.name), false));
        }
    }
    if depth > 2 {
        return;
    }
    for instance in &module.instances {
        let inner = design.modules.get(instance.module.0 as usize);
        let place = match instance.count {
            1 => format!("{path}{}.", instance.name),
            _ => format!("{path}{}[0].", instance.name),
        };
        if let Some(inner) = inner {
            registers(design, inner, &place, depth + 1, names);
        }
    }
}
