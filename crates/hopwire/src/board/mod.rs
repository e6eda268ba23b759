//! A design behind a byte stream, for boards with a serial port.
//!
//! What the host sends: the bytes of each load beat, lowest first, padded with zero bits to whole
//! bytes. What it gets: the bytes of each unload beat likewise, then [`scatter::TRAILER_BYTES`]
//! bytes: the status (1 stable, 2 period, 3 budget spent), and the steps, low byte first. Where
//! weights are loaded at run time, each transfer begins with a byte that says what follows:
//! [`STATE_TRANSFER`] or [`WEIGHT_TRANSFER`].

pub mod bits;
pub mod counting;
pub mod gather;
pub mod scatter;
pub mod wrapper;

use hw_ir::{Design, Module, ModuleBuilder, ModuleId, NetId, Type};
use schedule::Scheduled;

use crate::error::HopwireError;
use bits::{BYTE, Packing};
use counting::count;

/// The byte before a start state, where weights can be loaded too.
pub const STATE_TRANSFER: i64 = 0;
/// The byte before weights.
pub const WEIGHT_TRANSFER: i64 = 1;

/// The design with its streams as bytes: the top `NAME_bytes` has the byte streams `s_axis` and
/// `m_axis`, an input `dropped_i` for bytes that were lost on the way, and eight lights: the status
/// of the last run (1 stable, 2 period, 3 budget spent) in bits 0 and 1, at work in bit 2, bytes
/// that were lost or not understood in bit 3 (it stays), and the steps of the last run above.
///
/// # Errors
/// A design that is fed step by step, or lacks a port of its interface, which is a fault of hopwire.
pub fn behind_bytes(scheduled: &Scheduled) -> Result<Design, HopwireError> {
    if !suits(scheduled) {
        return Err(HopwireError::Argument {
            argument: "--target",
            message: "a network that is fed step by step has no byte front for the board".into(),
            expected: "ecp5-85k, ice40-hx8k or xilinx, which count the design alone".into(),
        });
    }
    let mut design = scheduled.design.clone();
    let inner = ModuleId(design.modules.len().saturating_sub(1) as u32);
    let name = design.name.clone();
    let front = Front::new(scheduled)?;
    let mut add = |module: Module| {
        design.modules.push(module);
        ModuleId(design.modules.len() as u32 - 1)
    };
    let load = add(gather::gather(&format!("{name}_load_bytes"), front.load));
    let weights = front
        .weights
        .as_ref()
        .map(|(packing, _)| add(gather::gather(&format!("{name}_weight_bytes"), *packing)));
    let unload = add(scatter::scatter(
        &format!("{name}_unload_bytes"),
        front.unload,
        front.steps_width,
    ));
    let top = front.build(&design.modules, inner, load, weights, unload)?;
    design.name = top.name.clone();
    design.modules.push(top);
    Ok(design)
}

/// Whether there is a byte front for a design: one that is loaded and unloaded once a run.
pub fn suits(scheduled: &Scheduled) -> bool {
    let interface = &scheduled.interface;
    interface.feed.is_none() && interface.load.beats > 0 && !interface.unloads_each_step
}

/// What the byte front must know of the design.
struct Front<'a> {
    scheduled: &'a Scheduled,
    load: Packing,
    unload: Packing,
    /// How weights are packed, and how many bytes there are of them.
    weights: Option<(Packing, u64)>,
    steps_width: u32,
}

/// Bytes from outside.
struct Incoming {
    valid: NetId,
    byte: NetId,
}

/// A gathering instance: its ready, its beat and its complaint.
struct Gathered {
    ready: NetId,
    valid: NetId,
    beat: NetId,
    wrong: NetId,
    pending: hw_ir::PendingInstance,
    inputs: [NetId; 2],
}

impl<'a> Front<'a> {
    fn new(scheduled: &'a Scheduled) -> Result<Front<'a>, HopwireError> {
        let top = scheduled
            .design
            .modules
            .last()
            .ok_or_else(|| lacks("top module"))?;
        let interface = &scheduled.interface;
        let port = |name: String| {
            let found = top
                .inputs
                .iter()
                .chain(&top.outputs)
                .find(|port| port.name == name);
            found
                .map(|port| top.ty(port.net))
                .ok_or_else(|| lacks(&name))
        };
        let data = |prefix: &str| port(format!("{prefix}_tdata")).map(|data| Packing { data });
        let weights = match &interface.weights {
            None => None,
            Some(stream) => {
                let packing = data(&stream.prefix)?;
                let bytes = stream.order.len() as u64 * u64::from(packing.bytes());
                Some((packing, bytes))
            }
        };
        let steps_width = match scheduled.timing.fixed_steps {
            Some(_) => 16,
            None => port("steps_o".into())?.width,
        };
        Ok(Front {
            scheduled,
            load: data(&interface.load.prefix)?,
            unload: data(&interface.unload.prefix)?,
            weights,
            steps_width,
        })
    }

    fn build(
        &self,
        modules: &[Module],
        inner: ModuleId,
        load: ModuleId,
        weights: Option<ModuleId>,
        unload: ModuleId,
    ) -> Result<Module, HopwireError> {
        let of = |id: ModuleId| modules.get(id.0 as usize).ok_or_else(|| lacks("module"));
        let name = &self.scheduled.design.name;
        let purpose = format!("{name} behind a byte stream");
        let mut m = ModuleBuilder::new(format!("{name}_bytes"), purpose);
        m.group("bytes from the host");
        let incoming = Incoming {
            valid: m.input("s_axis_tvalid", Type::BIT),
            byte: m.input("s_axis_tdata", Type::unsigned(BYTE)),
        };
        m.group("bytes to the host");
        let out_ready = m.input("m_axis_tready", Type::BIT);
        m.group("a byte was lost on the way");
        let dropped = m.input("dropped_i", Type::BIT);

        let route = self.route(&mut m, &incoming);
        m.section("bytes into beats");
        let load = gathered(
            &mut m,
            "load",
            load,
            of(load)?,
            [route.state, incoming.byte],
        )?;
        let weight = match weights {
            None => None,
            Some(id) => {
                let inputs = [route.weight.unwrap_or(route.state), incoming.byte];
                Some(gathered(&mut m, "weight", id, of(id)?, inputs)?)
            }
        };
        let ready = self.ready(&mut m, &route, &load, weight.as_ref());

        m.section("the network");
        let core = of(inner)?;
        let (core_pending, outputs) = m.declare_instances("core", inner, core, 1);
        let core_output = |name: &str| {
            let place = core.outputs.iter().position(|port| port.name == name);
            place
                .and_then(|place| outputs.get(place).copied())
                .ok_or_else(|| lacks(name))
        };
        let (status, steps) = self.ending(&mut m, &core_output)?;

        m.section("beats into bytes");
        let scatter = of(unload)?;
        let inputs = [
            core_output("m_axis_tvalid")?,
            core_output("m_axis_tdata")?,
            core_output("m_axis_tlast")?,
            status,
            steps,
            out_ready,
        ];
        let sent = m.instance("unload", unload, scatter, &inputs);
        let [beat_ready, valid, byte, last, status, steps] = sent.as_slice() else {
            return Err(lacks("output of the byte sender"));
        };

        let mut inputs = vec![];
        for port in &core.inputs {
            let stream = |of: &Gathered, valid: bool| if valid { of.valid } else { of.beat };
            inputs.push(match (port.name.as_str(), weight.as_ref()) {
                ("s_axis_tvalid", _) => stream(&load, true),
                ("s_axis_tdata", _) => stream(&load, false),
                ("w_axis_tvalid", Some(weight)) => stream(weight, true),
                ("w_axis_tdata", Some(weight)) => stream(weight, false),
                ("m_axis_tready", _) => *beat_ready,
                (other, _) => return Err(lacks(other)),
            });
        }
        let shared = |nets: Vec<NetId>| nets.into_iter().map(hw_ir::Connection::Shared).collect();
        m.connect(core_pending, shared(inputs));
        let mut wrong = vec![dropped, load.wrong];
        wrong.extend(weight.as_ref().map(|weight| weight.wrong));
        wrong.extend(route.unknown);
        connect(&mut m, load, core_output("s_axis_tready")?);
        if let Some(weight) = weight {
            connect(&mut m, weight, core_output("w_axis_tready")?);
        }

        m.section("lights");
        let taken = m.and("byte_taken", incoming.valid, ready);
        let end = m.and("answer_ends", *last, out_ready);
        let busy = flag(&mut m, "busy", taken, Some(end));
        let wrong = any_of(&mut m, "wrong", &wrong);
        let error = flag(&mut m, "error", wrong, None);
        let lights = m.concat("lights", &[*status, busy, error, *steps]);

        m.group("bytes from the host");
        m.output("s_axis_tready", ready);
        m.group("bytes to the host");
        m.output("m_axis_tvalid", *valid);
        m.output("m_axis_tdata", *byte);
        m.group(
            "lights, from the lowest: status of the last run (2), at work, fault, its steps (4)",
        );
        m.output("lights_o", lights);
        Ok(m.finish())
    }

    /// The status and step count that the sender takes with the last beat.
    fn ending(
        &self,
        m: &mut ModuleBuilder,
        core_output: &impl Fn(&str) -> Result<NetId, HopwireError>,
    ) -> Result<(NetId, NetId), HopwireError> {
        let Some(steps) = self.scheduled.timing.fixed_steps else {
            return Ok((core_output("status_o")?, core_output("steps_o")?));
        };
        let changed = core_output("m_axis_tuser")?;
        let two = Type::unsigned(2);
        let stable = m.constant("status_stable", two, 1);
        let budget = m.constant("status_budget", two, 3);
        let status = m.mux("core_status", changed, budget, stable);
        let steps = m.constant("core_steps", Type::unsigned(16), steps as i64);
        Ok((status, steps))
    }

    /// Where the byte on offer goes.
    fn route(&self, m: &mut ModuleBuilder, incoming: &Incoming) -> Route {
        if self.weights.is_none() {
            return Route {
                state: incoming.valid,
                weight: None,
                unknown: None,
                pending: None,
            };
        }
        m.section("the first byte of a transfer says what follows");
        let ty = Type::unsigned(BYTE);
        let first = m.register("first_byte_q", Type::BIT, 1);
        let to_weights = m.register("to_weights_q", Type::BIT, 0);
        let state_code = m.constant("state_code", ty, STATE_TRANSFER);
        let weight_code = m.constant("weight_code", ty, WEIGHT_TRANSFER);
        let says_state = m.equal("says_state", incoming.byte, state_code);
        let says_weights = m.equal("says_weights", incoming.byte, weight_code);
        let known = m.or("says_known", says_state, says_weights);
        let command = m.and("command", incoming.valid, first.net);
        let understood = m.and("understood", command, known);
        let not_known = m.not("says_unknown", known);
        let unknown = m.and("not_understood", command, not_known);
        m.drive(to_weights, says_weights, Some(understood));
        let not_first = m.not("not_first", first.net);
        let payload = m.and("payload", incoming.valid, not_first);
        let weight = m.and("weight_byte", payload, to_weights.net);
        let no_weights = m.not("to_state", to_weights.net);
        let state = m.and("state_byte", payload, no_weights);
        Route {
            state,
            weight: Some(weight),
            unknown: Some(unknown),
            pending: Some((first, understood, weight, state)),
        }
    }

    /// Whether the byte on offer is taken; and the end of a transfer.
    fn ready(
        &self,
        m: &mut ModuleBuilder,
        route: &Route,
        load: &Gathered,
        weight: Option<&Gathered>,
    ) -> NetId {
        let (Some(weight), Some((first, understood, weight_byte, state_byte))) =
            (weight, route.pending)
        else {
            return load.ready;
        };
        m.section("transfers are counted, to find the next first byte");
        let interface = &self.scheduled.interface;
        let load_bytes = interface.load.beats as u64 * u64::from(self.load.bytes());
        let weight_bytes = self.weights.map_or(1, |(_, bytes)| bytes);
        let state_taken = m.and("state_taken", state_byte, load.ready);
        let weight_taken = m.and("weight_taken", weight_byte, weight.ready);
        let mut ended = |name: &str, total: u64, taken: NetId| {
            let last = count(m, name, total, taken);
            last.map_or(taken, |last| m.and(&format!("{name}_ends"), taken, last))
        };
        let state_end = ended("state_bytes", load_bytes, state_taken);
        let weight_end = ended("weight_bytes", weight_bytes, weight_taken);
        let end = m.or("transfer_ends", state_end, weight_end);
        let stays = m.not("not_understood_yet", understood);
        let kept = m.and("first_byte_kept", first.net, stays);
        let next = m.or("first_byte_d", kept, end);
        m.drive(first, next, None);
        let either = m.or("taken", state_taken, weight_taken);
        m.or("byte_ready", either, first.net)
    }
}

/// Where the byte on offer goes, one bit each.
struct Route {
    state: NetId,
    weight: Option<NetId>,
    unknown: Option<NetId>,
    /// The first-byte register, a byte that was understood, and the bytes of either kind.
    pending: Option<(hw_ir::PendingRegister, NetId, NetId, NetId)>,
}

fn gathered(
    m: &mut ModuleBuilder,
    name: &str,
    id: ModuleId,
    module: &Module,
    inputs: [NetId; 2],
) -> Result<Gathered, HopwireError> {
    let (pending, outputs) = m.declare_instances(name, id, module, 1);
    let [ready, valid, beat, wrong] = outputs.as_slice() else {
        return Err(lacks("output of the byte collector"));
    };
    Ok(Gathered {
        ready: *ready,
        valid: *valid,
        beat: *beat,
        wrong: *wrong,
        pending,
        inputs,
    })
}

fn connect(m: &mut ModuleBuilder, gathered: Gathered, beat_ready: NetId) {
    let [valid, byte] = gathered.inputs;
    let inputs = [valid, byte, beat_ready].map(hw_ir::Connection::Shared);
    m.connect(gathered.pending, inputs.to_vec());
}

fn any_of(m: &mut ModuleBuilder, name: &str, bits: &[NetId]) -> NetId {
    match bits {
        [only] => *only,
        many => {
            let joined = m.concat(&format!("{name}_bits"), many);
            m.any(name, joined)
        }
    }
}

/// A bit that is set by `set` and cleared by `clear`, which wins.
fn flag(m: &mut ModuleBuilder, name: &str, set: NetId, clear: Option<NetId>) -> NetId {
    let register = m.register(&format!("{name}_q"), Type::BIT, 0);
    let mut next = m.or(&format!("{name}_or_set"), register.net, set);
    if let Some(clear) = clear {
        let keep = m.not(&format!("{name}_stays"), clear);
        next = m.and(&format!("{name}_d"), next, keep);
    }
    m.drive(register, next, None);
    register.net
}

fn lacks(what: &str) -> HopwireError {
    HopwireError::Internal {
        message: format!("the design lacks the {what} that its interface names"),
    }
}
