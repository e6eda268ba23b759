//! The top module of the engine over units: streams, state register, memories and lanes.

use std::collections::BTreeMap;

use hw_ir::{
    Connection, Image, ImageId, Module, ModuleBuilder, ModuleId, NetId, Op, PendingInstance,
    PendingRegister, Type, types::address_bits,
};
use program::{Arrangement, Role};

use super::Engine;
use super::lane::Restart;
use super::weights::{WeightImage, weight_word};
use crate::arithmetic::{encode, net_type};
use crate::counter::{address_counter, also, counter};
use crate::interface::Interface;

const LANE: ModuleId = ModuleId(0);
const CONTROL: ModuleId = ModuleId(1);

/// The top module under construction.
pub struct Top<'a, 'b> {
    /// The engine.
    pub engine: &'a Engine<'a>,
    /// Lane, control, and (where there is one) the map.
    pub modules: &'b [Module],
    /// The module of the map.
    pub map: Option<ModuleId>,
    /// Memory images of the design.
    pub images: &'b mut Vec<Image>,
}

/// Ports of the top, and the registers of the state.
struct Ports {
    load_valid: NetId,
    load_data: NetId,
    unload_ready: NetId,
    weight: Option<(NetId, NetId)>,
    state: PendingRegister,
    /// The state one step before, where period 2 is looked for.
    previous: Option<PendingRegister>,
    /// The state with the groups written so far, where a block is more than one group.
    shadow: Option<PendingRegister>,
}

/// The outputs of the controller, by port name.
struct Control {
    instance: PendingInstance,
    outputs: BTreeMap<String, NetId>,
}

impl Control {
    fn get(&self, name: &str) -> Option<NetId> {
        self.outputs.get(name).copied()
    }

    /// A bit that the controller always has; low if it has not, which the checker would show.
    fn bit(&self, m: &mut ModuleBuilder, name: &str) -> NetId {
        self.get(name)
            .unwrap_or_else(|| m.constant(name, Type::BIT, 0))
    }
}

/// What the lanes say at the write of a group.
struct Results {
    next: NetId,
    own: NetId,
    changed: NetId,
    differs: Option<NetId>,
}

impl Top<'_, '_> {
    /// Builds the module.
    pub fn build(mut self, interface: &Interface) -> Module {
        let program = self.engine.program;
        let purpose = format!("{} network, {} units", program.kind, self.engine.fold.units);
        let mut m = ModuleBuilder::new(program.name.clone(), purpose);
        if let Some(source) = program.source("network") {
            m.source(source);
        }
        let ports = self.ports(&mut m, interface);
        let control = self.control(&mut m);
        let loading = control.bit(&mut m, "loading_o");
        let unloading = control.bit(&mut m, "unloading_o");
        m.section("handshakes");
        let load = m.and("load", ports.load_valid, loading);
        let unload = m.and("unload", unloading, ports.unload_ready);

        let weights = self.weights(&mut m, &control, &ports, loading);
        let results = self.lanes(&mut m, &control, &ports, weights);
        self.update(&mut m, &control, &ports, (load, unload, loading), &results);
        let mut inputs = vec![load, unload, results.changed];
        inputs.extend(results.differs);
        m.connect(
            control.instance,
            inputs.into_iter().map(Connection::Shared).collect(),
        );
        self.outputs(&mut m, &control, &ports, loading, unloading);
        m.finish()
    }

    fn ports(&self, m: &mut ModuleBuilder, interface: &Interface) -> Ports {
        let engine = self.engine;
        let element = net_type(engine.state_vector.format);
        m.group("the start state");
        let load_valid = m.input("s_axis_tvalid", Type::BIT);
        let load_data = m.input(
            "s_axis_tdata",
            element.times(interface.load.elements as u32),
        );
        m.group("the final state");
        let unload_ready = m.input("m_axis_tready", Type::BIT);
        let weight = interface.weights.as_ref().map(|_| {
            m.group("weights, one a beat, in the order of the weight memory");
            let valid = m.input("w_axis_tvalid", Type::BIT);
            (
                valid,
                m.input("w_axis_tdata", net_type(engine.gather.weights.format)),
            )
        });
        let vector = element.times(engine.length as u32);
        let state = m.register("state_q", vector, 0);
        let detect = engine.program.stop.on_period_two;
        let previous = detect.then(|| m.register("previous_q", vector, 0));
        let shadow = (engine.fold.groups > 1).then(|| m.register("shadow_q", vector, 0));
        Ports {
            load_valid,
            load_data,
            unload_ready,
            weight,
            state,
            previous,
            shadow,
        }
    }

    fn control(&self, m: &mut ModuleBuilder) -> Control {
        let module = &self.modules[CONTROL.0 as usize];
        let (instance, nets) = m.declare_instances("control", CONTROL, module, 1);
        let names = module.outputs.iter().map(|port| port.name.clone());
        Control {
            instance,
            outputs: names.zip(nets).collect(),
        }
    }

    /// The weights (and for sparse ones the indices) of the cycle after their address.
    fn weights(
        &mut self,
        m: &mut ModuleBuilder,
        control: &Control,
        ports: &Ports,
        loading: NetId,
    ) -> (NetId, Option<NetId>) {
        m.section("weights");
        let engine = self.engine;
        let word = weight_word(&engine.gather.weights, &engine.fold);
        let elements = engine.image.weights.clone();
        let address = control.get("address_o");
        let weights = self.contents(m, "weights", word, elements, address);
        if let (Some((valid, data)), Some(memory)) = (ports.weight, weights.1) {
            let fire = m.and("weight_load", valid, loading);
            load_weights(m, memory, word, engine.fold.words() as u64, fire, data);
        }
        let indices = engine.image.indices.clone().map(|indices| {
            let bits = address_bits(engine.length as u64);
            let word = Type::unsigned(bits).times(word.count);
            self.contents(m, "indices", word, indices, address).0
        });
        (weights.0, indices)
    }

    /// Fixed contents, addressed: a memory, or a constant where there is no address.
    fn contents(
        &mut self,
        m: &mut ModuleBuilder,
        name: &str,
        word: Type,
        mut elements: Vec<i64>,
        address: Option<NetId>,
    ) -> (NetId, Option<u32>) {
        let Some(address) = address else {
            return (
                m.op(&format!("{name}_constant"), word, Op::Constant(elements)),
                None,
            );
        };
        let words = elements.len() as u32 / word.count;
        let image = ImageId(self.images.len() as u32);
        let memory = m.memory(name, word, words, Some(image));
        let depth = words.max(2).next_power_of_two() as usize;
        WeightImage::pad(&mut elements, depth, word);
        let data = m.read(&format!("{name}_q"), memory, address, None);
        let name = format!("{}_{name}", self.engine.program.name);
        self.images.push(Image {
            name,
            word,
            elements,
        });
        (data, Some(memory))
    }

    fn lanes(
        &mut self,
        m: &mut ModuleBuilder,
        control: &Control,
        ports: &Ports,
        (weights, indices): (NetId, Option<NetId>),
    ) -> Results {
        let engine = self.engine;
        let lanes = engine.fold.lanes as u32;
        let state = ports.state.net;
        let chunk = control.get("chunk_o");
        m.section("sources and own states");
        let source = self.source(m, control, state);
        let own = pick(m, "own", state, chunk, lanes);
        let previous = ports
            .previous
            .map(|p| pick(m, "before", p.net, chunk, lanes));
        let offset = self.offset(m, control);

        let split = |net: NetId| Connection::Split(net);
        let mut inputs = vec![Connection::Shared(control.bit(m, "accumulate_o"))];
        let anew = match self.engine.restart() {
            Restart::Always => None,
            Restart::Clear => control.get("apply_o"),
            Restart::First => control.get("first_o"),
        };
        inputs.extend(anew.map(Connection::Shared));
        inputs.push(split(weights));
        inputs.extend(indices.map(split));
        inputs.push(Connection::Shared(source));
        inputs.extend(offset.map(split));
        inputs.push(split(own));
        inputs.extend(previous.map(split));
        let outputs = m.instances("lane", LANE, &self.modules[LANE.0 as usize], lanes, inputs);
        m.section("what the lanes say");
        let changed = self.real_rows(m, outputs[1], chunk);
        let changed = m.any("changed", changed);
        let differs = outputs.get(2).map(|&differs| {
            let differs = self.real_rows(m, differs, chunk);
            m.any("differs", differs)
        });
        Results {
            next: outputs[0],
            own,
            changed,
            differs,
        }
    }

    /// The sources of the cycle after their address: the taps' for dense weights, else all.
    fn source(&self, m: &mut ModuleBuilder, control: &Control, state: NetId) -> NetId {
        let engine = self.engine;
        let element = m.ty(state).element();
        if let Arrangement::Sparse { .. } = engine.gather.weights.arrangement {
            return self.mapped(m, state);
        }
        let taps = engine.fold.taps as u32;
        let needed = engine.fold.columns as u32 * taps;
        let length = engine.length as u32;
        let view = if needed > length {
            let padding = m.constant("padding", element.times(needed - length), 0);
            m.join("padded_state", &[state, padding])
        } else {
            m.elements("real_state", state, 0, needed)
        };
        let taken = pick(m, "taken", view, control.get("column_o"), taps);
        let mapped = self.mapped(m, taken);
        m.delay("source_q", mapped, None, 0)
    }

    fn mapped(&self, m: &mut ModuleBuilder, sources: NetId) -> NetId {
        let Some(map) = self.map else { return sources };
        let count = m.ty(sources).count;
        let inputs = vec![Connection::Split(sources)];
        m.instances("source", map, &self.modules[map.0 as usize], count, inputs)[0]
    }

    fn offset(&mut self, m: &mut ModuleBuilder, control: &Control) -> Option<NetId> {
        let engine = self.engine;
        let vector = engine
            .gather
            .offset
            .and_then(|id| engine.program.vector(id))?;
        let Role::Parameter(values) = &vector.role else {
            return None;
        };
        let format = engine.gather.accumulator;
        let word = net_type(format).times(engine.fold.lanes as u32);
        let value = |row: usize| encode(format, values.get(row).copied().unwrap_or(0));
        let elements = (0..engine.fold.rows()).map(value).collect();
        let address = control.get("offset_address_o");
        Some(self.contents(m, "offsets", word, elements, address).0)
    }

    /// One bit a lane, low for lanes that hold no row in this group.
    fn real_rows(&self, m: &mut ModuleBuilder, bits: NetId, chunk: Option<NetId>) -> NetId {
        let fold = &self.engine.fold;
        let padding = fold.rows() - fold.units;
        if padding == 0 {
            return bits;
        }
        let ty = m.ty(bits);
        let real = (0..fold.lanes)
            .map(|lane| i64::from(lane < fold.lanes - padding))
            .collect();
        let mut mask = m.op("last_group_rows", ty, Op::Constant(real));
        if let Some(chunk) = chunk {
            let last = m.constant("last_group", m.ty(chunk), fold.chunks() as i64 - 1);
            let is_last = m.equal("is_last_group", chunk, last);
            let all = m.constant("all_rows", ty, 1);
            mask = m.mux("real_rows", is_last, mask, all);
        }
        m.and("real_bits", bits, mask)
    }

    /// The next value of the state registers.
    fn update(
        &self,
        m: &mut ModuleBuilder,
        control: &Control,
        ports: &Ports,
        (load, unload, loading): (NetId, NetId, NetId),
        results: &Results,
    ) {
        m.section("state: shifted by the streams, written by the lanes");
        let state = ports.state.net;
        let (length, beat) = (self.engine.length as u32, self.engine.beat as u32);
        let low = m.elements("low", state, 0, beat);
        let entering = m.mux("entering", loading, ports.load_data, low);
        let shifted = if length > beat {
            let rest = m.elements("rest", state, beat, length - beat);
            m.join("shifted", &[rest, entering])
        } else {
            entering
        };
        let moves = m.or("moves", load, unload);
        let apply = control.bit(m, "apply_o");
        let chunk = control.get("chunk_o");
        let base = ports.shadow.map_or(state, |shadow| shadow.net);
        let written = put(m, "written", base, chunk, results.next);
        let next = m.mux("state_d", apply, written, shifted);
        let any = m.or("any_write", moves, apply);
        match ports.shadow {
            Some(shadow) => {
                let commit = also(m, "commit", apply, control.get("block_last_o"));
                let enable = m.or("state_write", moves, commit);
                m.drive(ports.state, next, Some(enable));
                m.drive(shadow, next, Some(any));
            }
            None => m.drive(ports.state, next, Some(any)),
        }
        if let Some(previous) = ports.previous {
            let kept = put(m, "previous_d", previous.net, chunk, results.own);
            m.drive(previous, kept, Some(apply));
        }
    }

    fn outputs(
        &self,
        m: &mut ModuleBuilder,
        control: &Control,
        ports: &Ports,
        loading: NetId,
        unloading: NetId,
    ) {
        m.group("the start state");
        m.output("s_axis_tready", loading);
        if ports.weight.is_some() {
            m.group("weights, taken between runs");
            m.output("w_axis_tready", loading);
        }
        m.group("the final state");
        m.output("m_axis_tvalid", unloading);
        let low = m.elements("unload_data", ports.state.net, 0, self.engine.beat as u32);
        m.output("m_axis_tdata", low);
        m.output(
            "m_axis_tlast",
            control.get("unload_last_o").unwrap_or(unloading),
        );
        m.group("how the last run ended: 1 stable, 2 period two, 3 budget spent; and its steps");
        let status = control.bit(m, "status_o");
        m.output("status_o", status);
        let steps = control.bit(m, "steps_o");
        m.output("steps_o", steps);
    }
}

/// Chunk `index` of a vector; the vector where there is no index.
fn pick(m: &mut ModuleBuilder, name: &str, of: NetId, index: Option<NetId>, count: u32) -> NetId {
    index.map_or(of, |index| m.select(name, of, index, count))
}

/// The vector with chunk `index` replaced; the chunk where there is no index.
fn put(m: &mut ModuleBuilder, name: &str, of: NetId, index: Option<NetId>, chunk: NetId) -> NetId {
    index.map_or(chunk, |index| m.insert(name, of, index, chunk))
}

/// Fills a weight memory from a stream, element by element of a word, word by word.
fn load_weights(
    m: &mut ModuleBuilder,
    memory: u32,
    word: Type,
    words: u64,
    fire: NetId,
    data: NetId,
) {
    m.section("weights from the stream");
    let element = counter(m, "weight_element", u64::from(word.count), fire);
    let write = also(m, "weight_write", fire, element.last);
    let address = address_counter(m, "weight_address", words, write);
    let full = if word.count > 1 {
        let ty = word.times(word.count - 1);
        let register = m.register("weight_word_q", ty, 0);
        let full = m.join("weight_word", &[register.net, data]);
        let kept = m.elements("weight_word_d", full, 1, word.count - 1);
        m.drive(register, kept, Some(fire));
        full
    } else {
        data
    };
    let address = address.unwrap_or_else(|| m.constant("weight_address", Type::BIT, 0));
    m.write(memory, address, write, full);
}
