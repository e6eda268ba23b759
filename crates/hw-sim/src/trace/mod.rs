//! Waveforms: the nets of a run over a window of cycles, as VCD or FST.
//!
//! A cycle lasts ten nanoseconds, from one rising edge of `clk` to the next; its values are those
//! after the combinational logic has settled. The header tells the design by name and hash. It
//! has no date, so that the same run gives the same file.

mod fst;
mod vcd;

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::SimulationError;
use crate::names::{Names, NetHandle};
use crate::simulator::Simulator;

/// Nanoseconds of a cycle.
const CYCLE: u64 = 10;

/// The format of a trace file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceFormat {
    /// Value change dump (IEEE 1364), a text.
    Vcd,
    /// GTKWave's fast signal trace, compressed.
    Fst,
}

impl TraceFormat {
    /// The format that a file's extension names: FST for `fst`, else VCD.
    pub fn of(path: &Path) -> TraceFormat {
        let is_fst = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("fst"));
        if is_fst {
            TraceFormat::Fst
        } else {
            TraceFormat::Vcd
        }
    }
}

/// A variable of the trace: a net of one instance.
struct Variable {
    handle: NetHandle,
    id: VariableId,
    /// The bits that were written last, the highest first, as characters.
    bits: Vec<u8>,
}

/// A variable by the number that its writer knows it by.
#[derive(Debug, Clone, Copy)]
enum VariableId {
    Vcd(::vcd::IdCode),
    Fst(fst_writer::FstSignalId),
}

/// What writes one of the formats. Bits are characters, the highest first.
trait Writer {
    fn open_scope(&mut self, name: &str) -> Result<(), String>;
    fn close_scope(&mut self) -> Result<(), String>;
    fn variable(&mut self, name: &str, bits: u32) -> Result<VariableId, String>;
    fn start(&mut self) -> Result<(), String>;
    fn time(&mut self, time: u64) -> Result<(), String>;
    fn change(&mut self, id: VariableId, bits: &[u8]) -> Result<(), String>;
    fn finish(self: Box<Self>) -> Result<(), String>;
}

/// Writes a trace while a design runs.
pub struct Tracer {
    path: PathBuf,
    writer: Box<dyn Writer>,
    window: Range<u64>,
    clock: VariableId,
    reset: VariableId,
    last_reset: Option<bool>,
    variables: Vec<Variable>,
    values: Vec<i64>,
    last_cycle: Option<u64>,
}

impl std::fmt::Debug for Tracer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracer")
            .field("path", &self.path)
            .field("window", &self.window)
            .finish()
    }
}

impl Tracer {
    /// Starts a trace of the nets that `select` takes, told by their hierarchical paths without
    /// indices (as `lane.accumulator`), in the cycles of `window`. `hash` is
    /// [`hw_ir::json::hash`] of the design.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(
        path: &Path,
        format: TraceFormat,
        simulator: &Simulator,
        hash: &str,
        window: Range<u64>,
        select: impl Fn(&str) -> bool,
    ) -> Result<Tracer, SimulationError> {
        let names = simulator.names();
        let title = names.scopes.first().map_or("", |top| top.name.as_str());
        let header = format!("hopwire design {title} {hash}");
        let open = || -> Result<Tracer, String> {
            let mut writer: Box<dyn Writer> = match format {
                TraceFormat::Vcd => Box::new(vcd::VcdWriter::create(path, &header)?),
                TraceFormat::Fst => Box::new(fst::FstWriter::create(path, &header)?),
            };
            writer.open_scope(title)?;
            let clock = writer.variable("clk", 1)?;
            let reset = writer.variable("rst_n", 1)?;
            let mut variables = vec![];
            declare(writer.as_mut(), names, 0, 0, &select, &mut variables)?;
            writer.close_scope()?;
            writer.start()?;
            Ok(Tracer {
                path: path.to_owned(),
                writer,
                window,
                clock,
                reset,
                last_reset: None,
                variables,
                values: vec![],
                last_cycle: None,
            })
        };
        open().map_err(|problem| SimulationError::Trace {
            path: Some(path.to_owned()),
            problem,
        })
    }

    /// Writes the current cycle of a simulator, if it is in the window: call it once a cycle, with
    /// the inputs set, before the tick.
    ///
    /// # Errors
    /// The file cannot be written, or an index is out of range.
    pub fn record(&mut self, simulator: &mut Simulator) -> Result<(), SimulationError> {
        let cycle = simulator.cycle();
        if !self.window.contains(&cycle) || self.last_cycle.is_some_and(|last| last >= cycle) {
            return Ok(());
        }
        self.last_cycle = Some(cycle);
        self.edge(cycle).map_err(|problem| self.problem(problem))?;
        let rst_n = simulator.rst_n();
        if self.last_reset != Some(rst_n) {
            self.last_reset = Some(rst_n);
            let written = self.writer.change(self.reset, bit(rst_n));
            written.map_err(|problem| self.problem(problem))?;
        }
        let mut values = std::mem::take(&mut self.values);
        for variable in &mut self.variables {
            simulator.read_into(&variable.handle, &mut values)?;
            if variable.update(&values) {
                let written = self.writer.change(variable.id, &variable.bits);
                written.map_err(|problem| SimulationError::Trace {
                    path: Some(self.path.clone()),
                    problem,
                })?;
            }
        }
        self.values = values;
        let fall = self.writer.time(cycle * CYCLE + CYCLE / 2);
        let fall = fall.and_then(|()| self.writer.change(self.clock, bit(false)));
        fall.map_err(|problem| self.problem(problem))
    }

    fn edge(&mut self, cycle: u64) -> Result<(), String> {
        self.writer.time(cycle.saturating_mul(CYCLE))?;
        self.writer.change(self.clock, bit(true))
    }

    /// Ends the trace with the edge after the last cycle.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<(), SimulationError> {
        let last = self.last_cycle.map_or(Ok(()), |cycle| self.edge(cycle + 1));
        let path = Some(self.path);
        let finished = last.and_then(|()| self.writer.finish());
        finished.map_err(|problem| SimulationError::Trace { path, problem })
    }

    fn problem(&self, problem: String) -> SimulationError {
        SimulationError::Trace {
            path: Some(self.path.clone()),
            problem,
        }
    }
}

fn bit(level: bool) -> &'static [u8] {
    if level { b"1" } else { b"0" }
}

/// Declares the variables of one instance of a scope, and of the scopes in it.
fn declare(
    writer: &mut dyn Writer,
    names: &Names,
    scope: usize,
    instance: u32,
    select: &impl Fn(&str) -> bool,
    variables: &mut Vec<Variable>,
) -> Result<(), String> {
    for net in names.scopes[scope].nets.clone() {
        if !select(&names.path(net)) {
            continue;
        }
        let found = &names.nets[net];
        let bits = u32::try_from(found.ty.bits())
            .ok()
            .filter(|&bits| bits < u32::MAX);
        let Some(bits) = bits else { continue };
        let id = writer.variable(&found.name, bits)?;
        let handle = names.handle(net, instance);
        variables.push(Variable {
            handle,
            id,
            bits: vec![],
        });
    }
    for &child in &names.scopes[scope].children {
        let found = &names.scopes[child];
        for place in 0..found.count {
            if found.count > 1 {
                writer.open_scope(&format!("{}[{place}]", found.name))?;
            } else {
                writer.open_scope(&found.name)?;
            }
            declare(
                writer,
                names,
                child,
                instance * found.count + place,
                select,
                variables,
            )?;
            writer.close_scope()?;
        }
    }
    Ok(())
}

impl Variable {
    /// Takes new values; tells whether the bits differ from those before.
    fn update(&mut self, values: &[i64]) -> bool {
        let ty = self.handle.ty();
        let patterns = values.iter().rev().map(|&value| ty.pattern(value));
        let bits: Vec<u8> = patterns
            .flat_map(|pattern| {
                (0..ty.width)
                    .rev()
                    .map(move |bit| b'0' + (pattern >> bit & 1) as u8)
            })
            .collect();
        let changed = bits != self.bits;
        self.bits = bits;
        changed
    }
}
