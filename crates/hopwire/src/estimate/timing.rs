//! The longest path between registers, through instances, with rough delays.

use hw_ir::{Connection, Design, Module, NetId, NetSource, Op};

use crate::target::Family;

/// Rough delays in nanoseconds, routing included.
struct Delays {
    /// One look-up table.
    lut: f64,
    /// One bit of a carry chain.
    carry: f64,
    /// A multiplier block.
    multiplier: f64,
    /// Clock to output of a flip-flop, and the set-up of the next.
    register: f64,
    /// Clock to output of a memory.
    memory: f64,
    /// Inputs of a look-up table.
    lut_inputs: f64,
}

fn delays(family: Family) -> Delays {
    match family {
        Family::Ecp5 => Delays {
            lut: 0.9,
            carry: 0.04,
            multiplier: 4.0,
            register: 1.1,
            memory: 5.0,
            lut_inputs: 4.0,
        },
        Family::Ice40 => Delays {
            lut: 1.2,
            carry: 0.13,
            multiplier: 8.0,
            register: 1.3,
            memory: 3.0,
            lut_inputs: 4.0,
        },
        Family::Xilinx => Delays {
            lut: 0.7,
            carry: 0.03,
            multiplier: 3.5,
            register: 0.9,
            memory: 2.5,
            lut_inputs: 6.0,
        },
    }
}

/// When a net is settled, counted from the clock edge; `None` while it is not known yet.
type Arrivals = Vec<Option<f64>>;

/// How a module looks from outside: for each output its delay from the clock, and from each input.
struct Outside {
    from_clock: Vec<Option<f64>>,
    from_input: Vec<Vec<Option<f64>>>,
    /// From each input to the next register.
    to_register: Vec<Option<f64>>,
    /// Between registers inside.
    inside: f64,
}

/// The clock in MHz that the longest path allows.
pub fn fastest_clock(design: &Design, family: Family) -> Option<f64> {
    let delays = delays(family);
    let mut outsides: Vec<Outside> = vec![];
    for module in &design.modules {
        let outside = seen_from_outside(module, &outsides, &delays);
        outsides.push(outside);
    }
    let top = outsides.last()?;
    // Ports of the top are registered outside.
    let ends = top.from_clock.iter().chain(&top.to_register).flatten();
    let longest = ends.fold(top.inside, |longest, &path| longest.max(path));
    (longest > 0.0).then(|| (10_000.0 / (longest + delays.register)).round() / 10.0)
}

fn seen_from_outside(module: &Module, outsides: &[Outside], delays: &Delays) -> Outside {
    let clocked = Walk {
        module,
        outsides,
        delays,
    };
    let from_clock = clocked.arrivals(None);
    let at = |arrivals: &Arrivals, net: NetId| arrivals.get(net.0 as usize).copied().flatten();
    let outputs = |arrivals: &Arrivals| -> Vec<Option<f64>> {
        module
            .outputs
            .iter()
            .map(|port| at(arrivals, port.net))
            .collect()
    };
    let mut outside = Outside {
        from_clock: outputs(&from_clock),
        from_input: vec![],
        to_register: vec![],
        inside: clocked.longest_end(&from_clock).unwrap_or(0.0),
    };
    for instance in &module.instances {
        let inner = outsides
            .get(instance.module.0 as usize)
            .map_or(0.0, |inner| inner.inside);
        outside.inside = outside.inside.max(inner);
    }
    for port in &module.inputs {
        let arrivals = clocked.arrivals(Some(port.net));
        outside.from_input.push(outputs(&arrivals));
        outside.to_register.push(clocked.longest_end(&arrivals));
    }
    outside
}

/// A walk over the nets of a module.
struct Walk<'a> {
    module: &'a Module,
    outsides: &'a [Outside],
    delays: &'a Delays,
}

impl Walk<'_> {
    /// When each net that depends on the start is settled: on `input`, or where there is none on
    /// the clock.
    fn arrivals(&self, input: Option<NetId>) -> Arrivals {
        let mut known: Vec<Option<Option<f64>>> = vec![None; self.module.nets.len()];
        let mut waiting: Vec<(NetId, bool)> = vec![];
        for place in 0..self.module.nets.len() {
            waiting.push((NetId(place as u32), false));
            while let Some((net, visited)) = waiting.pop() {
                let index = net.0 as usize;
                if known.get(index).is_none_or(Option::is_some) {
                    continue;
                }
                let sources = self.sources(net);
                if visited {
                    let arrival = self.arrival(net, input, &known);
                    known[index] = Some(arrival);
                    continue;
                }
                waiting.push((net, true));
                let open =
                    |source: &NetId| known.get(source.0 as usize).is_some_and(Option::is_none);
                waiting.extend(sources.into_iter().filter(open).map(|net| (net, false)));
                // A checked design has no loop; the second visit of a net ends one all the same.
                if waiting.len() > 4 * self.module.nets.len() + 16 {
                    break;
                }
            }
        }
        known.into_iter().map(Option::flatten).collect()
    }

    /// The nets that a net depends on within the cycle.
    fn sources(&self, net: NetId) -> Vec<NetId> {
        let Some(found) = self.module.nets.get(net.0 as usize) else {
            return vec![];
        };
        match &found.source {
            NetSource::Op(op) => op.operands(),
            NetSource::Instance(instance, output) => self
                .through(*instance, *output)
                .map(|(net, _)| net)
                .collect(),
            NetSource::Input | NetSource::Register(_) | NetSource::Read(..) => vec![],
        }
    }

    /// The nets at the inputs of an instance that an output depends on, with the delay inside.
    fn through(&self, instance: u32, output: u32) -> impl Iterator<Item = (NetId, f64)> {
        let instance = self.module.instances.get(instance as usize);
        let inner = instance.and_then(|found| self.outsides.get(found.module.0 as usize));
        instance
            .zip(inner)
            .into_iter()
            .flat_map(move |(instance, inner)| {
                let inputs = instance.inputs.iter().copied().map(Connection::net);
                inputs
                    .zip(&inner.from_input)
                    .filter_map(move |(net, outputs)| {
                        Some((net, outputs.get(output as usize).copied().flatten()?))
                    })
            })
    }

    fn arrival(
        &self,
        net: NetId,
        input: Option<NetId>,
        known: &[Option<Option<f64>>],
    ) -> Option<f64> {
        let found = self.module.nets.get(net.0 as usize)?;
        let at = |net: NetId| known.get(net.0 as usize).copied().flatten().flatten();
        let clocked = input.is_none();
        match &found.source {
            NetSource::Input => (input == Some(net)).then_some(0.0),
            NetSource::Register(_) => clocked.then_some(0.0),
            NetSource::Read(..) => clocked.then_some(self.delays.memory),
            NetSource::Op(op) => {
                let before = op.operands().into_iter().filter_map(at).reduce(f64::max)?;
                Some(before + self.op_delay(op, found.ty.width))
            }
            NetSource::Instance(instance, output) => {
                let own = self
                    .module
                    .instances
                    .get(*instance as usize)
                    .and_then(|found| {
                        let inner = self.outsides.get(found.module.0 as usize)?;
                        inner.from_clock.get(*output as usize).copied().flatten()
                    });
                let own = own.filter(|_| clocked);
                let through = self.through(*instance, *output);
                let through = through.filter_map(|(net, delay)| Some(at(net)? + delay));
                own.into_iter().chain(through).reduce(f64::max)
            }
        }
    }

    /// The longest path that ends in a register, a memory, or inside an instance.
    fn longest_end(&self, arrivals: &Arrivals) -> Option<f64> {
        let at = |net: NetId| arrivals.get(net.0 as usize).copied().flatten();
        let registers = self.module.registers.iter().flat_map(|register| {
            [Some(register.next), register.enable]
                .into_iter()
                .flatten()
                .filter_map(at)
        });
        let memories = self.module.memories.iter().flat_map(|memory| {
            let reads = memory
                .reads
                .iter()
                .flat_map(|read| [Some(read.address), read.enable]);
            let write = memory
                .write
                .iter()
                .flat_map(|write| [Some(write.address), Some(write.enable), Some(write.data)]);
            reads.chain(write).flatten().filter_map(at)
        });
        let instances = self.module.instances.iter().flat_map(|instance| {
            let inner = self.outsides.get(instance.module.0 as usize);
            let ends = inner.into_iter().flat_map(|inner| &inner.to_register);
            let inputs = instance.inputs.iter().copied().map(Connection::net);
            inputs
                .zip(ends)
                .filter_map(|(net, end)| Some(at(net)? + (*end)?))
        });
        registers.chain(memories).chain(instances).reduce(f64::max)
    }

    fn op_delay(&self, op: &Op, width: u32) -> f64 {
        let delays = self.delays;
        let bits = |net: &NetId| {
            self.module
                .nets
                .get(net.0 as usize)
                .map_or(1.0, |net| net.ty.bits() as f64)
        };
        let tree = |inputs: f64| delays.lut * inputs.max(2.0).log(delays.lut_inputs).ceil();
        let chain = |width: f64| delays.lut + delays.carry * width;
        match op {
            Op::Constant(_)
            | Op::Not(_)
            | Op::ShiftLeft(..)
            | Op::ShiftRight(..)
            | Op::Resize(_)
            | Op::Slice(..)
            | Op::Concat(_)
            | Op::Join(_)
            | Op::Elements(..) => 0.0,
            // Two gates after one another share a table.
            Op::And(..) | Op::Or(..) | Op::Xor(..) => delays.lut / 2.0,
            Op::Negate(_) | Op::Add(..) | Op::Subtract(..) | Op::AddSubtract { .. } => {
                chain(f64::from(width))
            }
            Op::Less(a, _) | Op::LessEqual(a, _) => chain(bits(a)),
            Op::Multiply(..) => delays.multiplier,
            Op::Equal(a, _) | Op::NotEqual(a, _) => tree(2.0 * bits(a)),
            Op::Mux { .. } => delays.lut,
            Op::Any(a) | Op::All(a) => tree(bits(a)),
            Op::Select { vector, .. } | Op::Insert { vector, .. } => {
                delays.lut
                    * (bits(vector) / f64::from(width.max(1)))
                        .max(2.0)
                        .log2()
                        .ceil()
                    / 2.0
            }
        }
    }
}
