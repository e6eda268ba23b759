//! A design that runs cycle by cycle.

use std::sync::Arc;

use hw_ir::{Design, Type};

use crate::error::SimulationError;
use crate::flatten::FlatDesign;
use crate::instruction::Fault;
use crate::lower::{Lowered, NOWHERE, Slot, Stage, lower};
use crate::machine::Machine;
use crate::names::{Names, NetHandle};
use crate::signature::Packer;

/// What does not change while a design runs.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub lowered: Lowered,
    pub names: Names,
    pub packer: Packer,
}

/// A port of the top, by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortHandle {
    place: usize,
    ty: Type,
}

impl PortHandle {
    /// The place among the inputs, or among the outputs.
    pub fn place(self) -> usize {
        self.place
    }

    /// The type of the port.
    pub fn ty(self) -> Type {
        self.ty
    }

    /// Whether the port takes these values.
    pub(crate) fn check(self, name: &str, values: &[i64]) -> Result<(), SimulationError> {
        let Type {
            signed,
            width,
            count,
        } = self.ty;
        if values.len() == count as usize && values.iter().all(|&value| self.ty.holds(value)) {
            return Ok(());
        }
        let found = match values.iter().find(|&&value| !self.ty.holds(value)) {
            Some(value) if values.len() == count as usize => format!("{value}"),
            _ => format!("{} values", values.len()),
        };
        Err(SimulationError::InputValue {
            port: name.to_owned(),
            count,
            width,
            sign: if signed { "signed" } else { "unsigned" },
            found,
        })
    }
}

/// A running design.
///
/// A cycle is: set the inputs, look at whatever is of interest, then [`Simulator::tick`]. Values
/// are those after the combinational logic has settled and before the cycle's clock edge.
/// Registers are zero at power-up, which hardware does not promise: hold the reset for one cycle
/// at least before anything counts.
///
/// A clone runs on independently from the same state.
#[derive(Debug, Clone)]
pub struct Simulator {
    compiled: Arc<Compiled>,
    machine: Machine,
    rst_n: bool,
    cycle: u64,
    settled: Stage,
}

impl Simulator {
    /// Checks a design and makes it ready to run, with all inputs and registers 0, memories at
    /// their images, and the reset not asserted.
    ///
    /// # Errors
    /// A design that [`hw_ir::check()`] refuses, that has a combinational loop, or that is too large.
    pub fn new(design: &Design) -> Result<Simulator, SimulationError> {
        hw_ir::check(design)?;
        let flat = FlatDesign::new(design)?;
        let lowered = lower(&flat)?;
        let names = Names::new(&flat, &lowered.slots);
        let packer = Packer::new(design, &names);
        let machine = Machine::new(&lowered);
        let compiled = Arc::new(Compiled {
            lowered,
            names,
            packer,
        });
        Ok(Simulator {
            compiled,
            machine,
            rst_n: true,
            cycle: 0,
            settled: Stage::State,
        })
    }

    /// How many clock edges there have been.
    pub fn cycle(&self) -> u64 {
        self.cycle
    }

    /// Drives the reset; it is active low.
    pub fn set_reset(&mut self, rst_n: bool) {
        self.rst_n = rst_n;
    }

    /// The level of the reset.
    pub fn rst_n(&self) -> bool {
        self.rst_n
    }

    /// The names of the inputs and their types, in port order.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, Type)> {
        self.compiled
            .names
            .inputs
            .iter()
            .map(|port| (port.name.as_str(), port.ty))
    }

    /// The names of the outputs and their types, in port order.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, Type)> {
        self.compiled
            .names
            .outputs
            .iter()
            .map(|port| (port.name.as_str(), port.ty))
    }

    /// Finds an input of the top.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn input(&self, name: &str) -> Result<PortHandle, SimulationError> {
        let ports = &self.compiled.names.inputs;
        let place = ports.iter().position(|port| port.name == name);
        let unknown = || SimulationError::UnknownName {
            what: "input",
            name: name.to_owned(),
        };
        place
            .map(|place| PortHandle {
                place,
                ty: ports[place].ty,
            })
            .ok_or_else(unknown)
    }

    /// Finds an output of the top.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn output(&self, name: &str) -> Result<NetHandle, SimulationError> {
        let port = self
            .compiled
            .names
            .outputs
            .iter()
            .find(|port| port.name == name);
        let unknown = || SimulationError::UnknownName {
            what: "output",
            name: name.to_owned(),
        };
        port.map(|port| port.handle.clone()).ok_or_else(unknown)
    }

    /// Finds a net by its hierarchical path, as `accumulator`, `lane[3].accumulator` or
    /// `row[1].cell[2].state`. An array without an index means all of its instances.
    ///
    /// # Errors
    /// There is none of this path.
    pub fn net(&self, path: &str) -> Result<NetHandle, SimulationError> {
        let unknown = || SimulationError::UnknownName {
            what: "net",
            name: path.to_owned(),
        };
        self.compiled.names.find(path).ok_or_else(unknown)
    }

    /// Drives an input: one value an element.
    ///
    /// # Errors
    /// Too few or too many values, or one that the port's type does not have.
    pub fn set_input(&mut self, port: PortHandle, values: &[i64]) -> Result<(), SimulationError> {
        let compiled = Arc::clone(&self.compiled);
        let Some(named) = compiled.names.inputs.get(port.place) else {
            let name = format!("number {}", port.place);
            return Err(SimulationError::UnknownName {
                what: "input",
                name,
            });
        };
        PortHandle {
            ty: named.ty,
            ..port
        }
        .check(&named.name, values)?;
        let offset = named.slot.offset as usize;
        let mut changed = false;
        for (place, &value) in values.iter().enumerate() {
            changed |= self.machine.set(offset + place, value);
        }
        if changed {
            self.settled = Stage::State;
        }
        Ok(())
    }

    /// Drives an input by name; see [`Simulator::set_input`].
    ///
    /// # Errors
    /// As [`Simulator::input`] and [`Simulator::set_input`].
    pub fn set_input_by_name(&mut self, name: &str, values: &[i64]) -> Result<(), SimulationError> {
        let port = self.input(name)?;
        self.set_input(port, values)
    }

    /// The values of a net: `instances x count` elements, instance-major.
    ///
    /// # Errors
    /// An index out of range in the logic that had to be evaluated.
    pub fn read(&mut self, net: &NetHandle) -> Result<Vec<i64>, SimulationError> {
        let mut values = vec![];
        self.read_into(net, &mut values)?;
        Ok(values)
    }

    /// As [`Simulator::read`], into a vector that is used again.
    ///
    /// # Errors
    /// As [`Simulator::read`].
    pub fn read_into(
        &mut self,
        net: &NetHandle,
        values: &mut Vec<i64>,
    ) -> Result<(), SimulationError> {
        self.settle_to(self.stage(net.net))?;
        values.clear();
        let slot = self.slot(net.net);
        for &instance in net.instances.iter() {
            let copy = if slot.copies == 1 { 0 } else { instance };
            let start = (slot.offset + copy * slot.elements) as usize;
            values
                .extend((start..start + slot.elements as usize).map(|at| self.machine.element(at)));
        }
        Ok(())
    }

    /// The first element of a net, which is all there is of a scalar.
    ///
    /// # Errors
    /// As [`Simulator::read`].
    pub fn value(&mut self, net: &NetHandle) -> Result<i64, SimulationError> {
        self.settle_to(self.stage(net.net))?;
        let slot = self.slot(net.net);
        let instance = net.instances.first().copied().unwrap_or(0);
        let copy = if slot.copies == 1 { 0 } else { instance };
        Ok(self
            .machine
            .element((slot.offset + copy * slot.elements) as usize))
    }

    /// Evaluates the combinational logic and takes the clock edge.
    ///
    /// # Errors
    /// An index out of range; the simulator is then of no further use.
    pub fn tick(&mut self) -> Result<(), SimulationError> {
        self.settle()?;
        let edge = self.machine.edge(&self.compiled.lowered, self.rst_n);
        edge.map_err(|fault| self.fault(fault))?;
        self.cycle += 1;
        self.settled = Stage::State;
        Ok(())
    }

    /// Evaluates the combinational logic that outputs and registers depend on.
    ///
    /// # Errors
    /// An index out of range.
    pub fn settle(&mut self) -> Result<(), SimulationError> {
        self.settle_to(Stage::Needed)
    }

    fn settle_to(&mut self, wanted: Stage) -> Result<(), SimulationError> {
        while self.settled < wanted {
            let next = if self.settled == Stage::State {
                Stage::Needed
            } else {
                Stage::Rest
            };
            let run = self.machine.evaluate(&self.compiled.lowered, next);
            run.map_err(|fault| self.fault(fault))?;
            self.settled = next;
        }
        Ok(())
    }

    fn fault(&self, fault: Fault) -> SimulationError {
        let net = self.compiled.lowered.faults.get(&fault.dest);
        SimulationError::IndexOutOfRange {
            net: net.map_or_else(String::new, |&net| self.compiled.names.path(net)),
            cycle: self.cycle,
            index: fault.index,
            chunks: fault.chunks,
        }
    }

    fn slot(&self, net: usize) -> Slot {
        self.compiled
            .lowered
            .slots
            .get(net)
            .copied()
            .unwrap_or(NOWHERE)
    }

    fn stage(&self, net: usize) -> Stage {
        self.compiled
            .lowered
            .stages
            .get(net)
            .copied()
            .unwrap_or(Stage::State)
    }

    /// Folds the ports and registers of this cycle into a signature, as [`hw_ir::probe`] says.
    ///
    /// # Errors
    /// As [`Simulator::settle`].
    pub fn fold_signature(&mut self, signature: u64) -> Result<u64, SimulationError> {
        self.settle()?;
        Ok(self
            .compiled
            .packer
            .fold(&self.machine, self.rst_n, signature))
    }

    /// The probe bus of this cycle in 64-bit chunks, the lowest first.
    ///
    /// # Errors
    /// As [`Simulator::settle`].
    pub fn probe(&mut self) -> Result<Vec<u64>, SimulationError> {
        self.settle()?;
        Ok(self.compiled.packer.chunks(&self.machine, self.rst_n))
    }

    pub(crate) fn names(&self) -> &Names {
        &self.compiled.names
    }
}
