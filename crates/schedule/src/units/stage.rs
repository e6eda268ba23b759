//! A stage over units as a module: the walk through its rows, its memories, and its lanes.

use hw_ir::{
    Connection, Image, ImageId, Module, ModuleBuilder, ModuleId, NetId, Op, Type,
    types::address_bits,
};
use program::{Format, VectorId};

use super::handed::Arriving;
use super::lane::{Lane, Restart};
use super::noise::NoiseSource;
use super::plan::{GatherPlan, StagePlan};
use super::store::Stores;
use super::walk::Walk;
use super::weights::{WeightImage, load_weights, weight_word};
use crate::arithmetic::{encode, net_type};
use crate::counter::{also, unless};
use crate::error::ScheduleError;
use crate::expression::{map_module, table::TableImages};

/// What an input of a stage's module is fed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// One bit: the stage begins with the next cycle.
    Start,
    /// One bit: a run begins with the next cycle; for permutations and noise.
    Reseed,
    /// One bit: a weight is loaded.
    WeightLoad,
    /// The weight.
    WeightData,
    /// So many elements of a vector as it stands.
    Vector(VectorId, usize),
    /// So many elements of a state one step before.
    Before(VectorId, usize),
    /// The value of a schedule in this step.
    Schedule(VectorId),
    /// One bit: what the stage gives must not be written yet.
    Hold,
    /// One bit: a word of a signal arrives from the stage that writes it.
    Arrives(VectorId),
    /// Its number.
    ArrivingNumber(VectorId),
    /// The word: so many elements.
    ArrivingWord(VectorId),
}

/// The module of a stage. Outputs: `end_o` (the stage ends with this cycle), `apply_o` (a group of
/// rows is written), `chunk_o` (which, where there are several), `block_last_o` (it is its block's
/// last, where there are several), `NAME_next_o` for each vector written, `changed_o` where it
/// tells rest from unrest, and `differs_o` where it writes a state and period 2 is looked for.
pub struct StageModule {
    /// The module.
    pub id: ModuleId,
    /// What its inputs are fed with, in port order.
    pub feeds: Vec<Feed>,
}

/// The modules and images of a design, as they are made.
#[derive(Debug, Default)]
pub struct Parts {
    /// Modules.
    pub modules: Vec<Module>,
    /// Memory images.
    pub images: Vec<Image>,
    tables: TableImages,
}

impl Parts {
    /// Adds a module.
    pub fn add(&mut self, module: Module) -> ModuleId {
        self.modules.push(module);
        ModuleId(self.modules.len() as u32 - 1)
    }

    /// Adds the contents of a memory, padded with zeros to a power of two of words.
    pub fn image(&mut self, name: String, word: Type, mut elements: Vec<i64>) -> ImageId {
        let words = elements.len() / word.count as usize;
        WeightImage::pad(&mut elements, words.max(2).next_power_of_two(), word);
        self.images.push(Image {
            name,
            word,
            elements,
        });
        ImageId(self.images.len() as u32 - 1)
    }

    /// The module of an id.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }
}

/// Makes the module of a stage, and those that it is made of.
///
/// # Errors
/// When an expression of the stage reads what is not there.
pub fn build(
    parts: &mut Parts,
    plan: &StagePlan<'_>,
    stores: &Stores<'_>,
) -> Result<StageModule, ScheduleError> {
    let Parts { images, tables, .. } = &mut *parts;
    let mut image = |table| tables.get(images, plan.program, table);
    let lane = Lane { plan, stores }.build(&mut image)?;
    let lane = parts.add(lane);
    let mut maps = vec![];
    for (place, gather) in plan.gathers.iter().enumerate() {
        let name = format!("{}_{}_source", plan.program.name, plan.stage.name);
        let name = match plan.gathers.len() {
            1 => name,
            _ => format!("{name}{place}"),
        };
        let module = map_module(plan.program, &gather.gather, &name)?;
        maps.push(module.map(|module| parts.add(module)));
    }
    let name = format!("{}_{}", plan.program.name, plan.stage.name);
    let purpose = format!("stage `{}`: {}", plan.stage.name, plan.order_text());
    let mut builder = StageBuilder {
        m: ModuleBuilder::new(name, purpose),
        feeds: vec![],
        parts,
        plan,
        stores,
    };
    builder.build(lane, &maps);
    let StageBuilder {
        m, feeds, parts, ..
    } = builder;
    let id = parts.add(m.finish());
    Ok(StageModule { id, feeds })
}

struct StageBuilder<'b, 'a> {
    m: ModuleBuilder,
    feeds: Vec<Feed>,
    parts: &'b mut Parts,
    plan: &'b StagePlan<'a>,
    stores: &'b Stores<'a>,
}

/// The input nets of the module.
struct Inputs {
    start: NetId,
    hold: Option<NetId>,
    reseed: NetId,
    weight: Option<(NetId, NetId)>,
    vectors: Vec<(VectorId, NetId)>,
    before: Vec<(VectorId, NetId)>,
    schedules: Vec<NetId>,
    arriving: Vec<(VectorId, Arriving)>,
}

impl Inputs {
    fn vector(&self, id: VectorId) -> Option<NetId> {
        find(&self.vectors, id)
    }
}

fn find(of: &[(VectorId, NetId)], id: VectorId) -> Option<NetId> {
    of.iter()
        .find(|(found, _)| *found == id)
        .map(|(_, net)| *net)
}

impl StageBuilder<'_, '_> {
    fn build(&mut self, lane: ModuleId, maps: &[Option<ModuleId>]) {
        let plan = self.plan;
        if let Some(source) = plan.program.source(&plan.stage.name) {
            self.m.source(source);
        }
        let cycles = plan.fold.step_cycles();
        self.m.fact("step", format!("{cycles} cycles"));
        let inputs = self.inputs();
        let issuing = self.m.register("issuing_q", Type::BIT, 0);
        let issuing_or_held = (issuing.net, inputs.hold);
        let walk = Walk::build(&mut self.m, plan, issuing_or_held, inputs.reseed);
        self.drive_issuing(issuing, &walk, inputs.start);

        let connections = self.connections(&inputs, &walk, maps);
        let lanes = plan.fold.lanes as u32;
        let module = &self.parts.modules[lane.0 as usize];
        let results = self.m.instances("lane", lane, module, lanes, connections);
        self.outputs(&walk, &results);
    }

    fn input(&mut self, feed: Feed, name: &str, ty: Type) -> NetId {
        self.feeds.push(feed);
        self.m.input(name, ty)
    }

    fn inputs(&mut self) -> Inputs {
        let plan = self.plan;
        self.m.group("the stage begins, and a run begins");
        let start = self.input(Feed::Start, "start_i", Type::BIT);
        let waits = self.stores.overlaps && plan.emits();
        let hold = waits.then(|| {
            self.m.group("the outputs of the step before have not left");
            self.input(Feed::Hold, "hold_i", Type::BIT)
        });
        let random = plan.fold.permuted_bits.is_some() || !plan.noises.is_empty();
        let reseed = if random {
            self.input(Feed::Reseed, "reseed_i", Type::BIT)
        } else {
            start
        };
        let loadable = plan.gathers.iter().find(|of| of.loadable());
        let weight = loadable.map(|of| {
            self.m.group("weights, in the order of their memory");
            let load = self.input(Feed::WeightLoad, "weight_load_i", Type::BIT);
            let ty = net_type(of.gather.weights.format);
            (load, self.input(Feed::WeightData, "weight_data_i", ty))
        });
        self.m.group("vectors as they stand");
        let read = plan.read().into_iter();
        let vectors = read.map(|id| {
            let (name, format) = plan.vector(id);
            let count = plan.reads(id, self.stores.length(id));
            let ty = net_type(format).times(count as u32);
            let feed = Feed::Vector(id, count);
            (id, self.input(feed, &format!("{name}_i"), ty))
        });
        let vectors = vectors.collect();
        let mut before = vec![];
        if plan.detects_period() {
            self.m.group("states one step before");
            for id in plan.states() {
                let (name, format) = plan.vector(id);
                let rows = plan.fold.rows();
                let ty = net_type(format).times(rows as u32);
                let name = format!("{name}_before_i");
                before.push((id, self.input(Feed::Before(id, rows), &name, ty)));
            }
        }
        self.m.group("values of this step");
        let mut schedules = vec![];
        for (id, schedule) in &plan.schedules {
            let (name, format) = plan.vector(*id);
            if schedule.constant().is_none() {
                let (feed, ty) = (Feed::Schedule(*id), net_type(format));
                schedules.push(self.input(feed, &format!("{name}_i"), ty));
            }
        }
        Inputs {
            start,
            hold,
            reseed,
            weight,
            vectors,
            before,
            schedules,
            arriving: self.arriving(),
        }
    }

    /// What arrives of the signals that are handed to this stage.
    fn arriving(&mut self) -> Vec<(VectorId, Arriving)> {
        let plan = self.plan;
        let mut arriving: Vec<(VectorId, Arriving)> = vec![];
        for handed in &plan.handed {
            let of = handed.of;
            if arriving.iter().any(|(known, _)| *known == of) {
                continue;
            }
            let (name, format) = plan.vector(of);
            self.m.group(format!("`{name}`, as it is written"));
            let word = net_type(format).times(plan.fold.lanes as u32);
            let number = Type::unsigned(address_bits(handed.all as u64));
            let now = Arriving {
                arrives: self.input(Feed::Arrives(of), &format!("{name}_arrives_i"), Type::BIT),
                number: self.input(
                    Feed::ArrivingNumber(of),
                    &format!("{name}_number_i"),
                    number,
                ),
                word: self.input(Feed::ArrivingWord(of), &format!("{name}_word_i"), word),
            };
            arriving.push((of, now));
        }
        arriving
    }

    fn drive_issuing(&mut self, issuing: hw_ir::PendingRegister, walk: &Walk, start: NetId) {
        let m = &mut self.m;
        m.section("issue from the start, or after a block, until a block is addressed");
        let resume = also(m, "block_written", walk.apply, walk.block_last);
        let kept = unless(m, "issue_kept", issuing.net, walk.block_issued);
        let wanted = m.or("issue_wanted", resume, kept);
        let goes_on = unless(m, "issue_goes_on", wanted, walk.end);
        let next = m.or("issuing_d", start, goes_on);
        m.drive(issuing, next, None);
    }

    /// What the lanes' inputs are connected to, in port order.
    fn connections(
        &mut self,
        inputs: &Inputs,
        walk: &Walk,
        maps: &[Option<ModuleId>],
    ) -> Vec<Connection> {
        let plan = self.plan;
        let mut connections = vec![];
        connections.extend(walk.accumulate.map(Connection::Shared));
        if walk.accumulate.is_some() {
            let anew = match plan.restart() {
                Restart::Always => None,
                Restart::Clear => Some(walk.apply),
                Restart::First => walk.first,
            };
            connections.extend(anew.map(Connection::Shared));
        }
        for (place, gather) in plan.gathers.iter().enumerate() {
            let map = maps.get(place).copied().flatten();
            self.gather(&mut connections, inputs, walk, (gather, map));
        }
        self.m.section("own elements");
        for &id in &plan.own {
            let Some(vector) = inputs.vector(id) else {
                continue;
            };
            let name = format!("own_{}", plan.vector(id).0);
            let own = self.own(&name, vector, walk.own_chunk);
            connections.push(Connection::Split(own));
        }
        for &(id, values) in &plan.parameters {
            let (name, format) = plan.vector(id);
            let own = self.rows(name, format, values, walk.parameter_address);
            connections.push(Connection::Split(own));
        }
        for handed in &plan.handed {
            let arriving = inputs.arriving.iter().find(|(of, _)| *of == handed.of);
            let (Some((_, arriving)), Some(group)) = (arriving, walk.parameter_address) else {
                continue;
            };
            let (name, format) = plan.vector(handed.id);
            let element = (name, format, plan.fold.lanes as u32);
            let own = handed.build(&mut self.m, element, *arriving, group);
            connections.push(Connection::Split(own));
        }
        connections.extend(inputs.schedules.iter().copied().map(Connection::Shared));
        for &(id, seed) in &plan.noises {
            let noise = NoiseSource { plan, id, seed };
            let words = noise.build(&mut self.m, walk, inputs.reseed);
            connections.push(Connection::Split(words));
        }
        for &(id, vector) in &inputs.before {
            let name = format!("before_{}", plan.vector(id).0);
            let own = self.own(&name, vector, walk.own_chunk);
            connections.push(Connection::Split(own));
        }
        connections
    }

    /// The elements of a vector that belong to the rows of a group.
    fn own(&mut self, name: &str, vector: NetId, chunk: Option<NetId>) -> NetId {
        let fold = self.plan.fold;
        let rows = self
            .m
            .elements(&format!("{name}_rows"), vector, 0, fold.rows() as u32);
        pick(&mut self.m, name, rows, chunk, fold.lanes as u32)
    }

    fn gather(
        &mut self,
        connections: &mut Vec<Connection>,
        inputs: &Inputs,
        walk: &Walk,
        (of, map): (&GatherPlan<'_>, Option<ModuleId>),
    ) {
        let plan = self.plan;
        let Some(vector) = inputs.vector(of.gather.source) else {
            return;
        };
        let name = self.gather_name(of, "weights");
        self.m.section(format!("the {name}"));
        let word = weight_word(&of.gather.weights, &plan.fold);
        let address = walk.address.filter(|_| of.in_memory(&plan.fold));
        let (weights, memory) = self.contents(&name, word, of.image.weights.clone(), address);
        if let (Some((fire, data)), Some(memory), true) = (inputs.weight, memory, of.loadable()) {
            let words = plan.fold.words() as u64;
            load_weights(&mut self.m, memory, word, words, fire, data);
        }
        connections.push(Connection::Split(weights));
        if let Some(indices) = of.image.indices.clone() {
            let length = self.stores.length(of.gather.source) as u64;
            let word = Type::unsigned(address_bits(length)).times(word.count);
            let name = self.gather_name(of, "indices");
            let indices = self.contents(&name, word, indices, address).0;
            connections.push(Connection::Split(indices));
            connections.push(Connection::Shared(self.mapped(vector, map)));
        } else {
            let taken = self.taken(vector, walk.column);
            let mapped = self.mapped(taken, map);
            let source = self.m.delay("source_q", mapped, None, 0);
            connections.push(Connection::Shared(source));
        }
        if let Some(id) = of.gather.offset {
            let values = plan.program.vector(id).map(|vector| &vector.role);
            let values = match values {
                Some(program::Role::Parameter(values)) => values.as_slice(),
                _ => &[],
            };
            let name = self.gather_name(of, "offsets");
            let format = of.gather.accumulator;
            let offset = self.rows(&name, format, values, walk.offset_address);
            connections.push(Connection::Split(offset));
        }
    }

    /// `weights` where the stage has one gather, else with the gather's place.
    fn gather_name(&self, of: &GatherPlan<'_>, what: &str) -> String {
        let same = |other: &GatherPlan<'_>| std::ptr::eq(other, of);
        let place = self.plan.gathers.iter().position(same);
        match (self.plan.gathers.len(), place) {
            (1, _) | (_, None) => what.to_owned(),
            (_, Some(place)) => format!("{what}{place}"),
        }
    }

    /// The sources of the taps, which the column chooses.
    fn taken(&mut self, vector: NetId, column: Option<NetId>) -> NetId {
        let fold = self.plan.fold;
        let element = self.m.ty(vector).element();
        let length = self.m.ty(vector).count;
        let taps = fold.taps as u32;
        let needed = fold.columns as u32 * taps;
        let view = if needed > length {
            let padding = self
                .m
                .constant("padding", element.times(needed - length), 0);
            self.m.join("padded_source", &[vector, padding])
        } else {
            self.m.elements("real_source", vector, 0, needed)
        };
        pick(&mut self.m, "taken", view, column, taps)
    }

    fn mapped(&mut self, sources: NetId, map: Option<ModuleId>) -> NetId {
        let Some(map) = map else { return sources };
        let count = self.m.ty(sources).count;
        let inputs = vec![Connection::Split(sources)];
        let module = &self.parts.modules[map.0 as usize];
        self.m.instances("source", map, module, count, inputs)[0]
    }

    /// A value for each row, group by group.
    fn rows(
        &mut self,
        name: &str,
        format: Format,
        values: &[i64],
        address: Option<NetId>,
    ) -> NetId {
        let word = net_type(format).times(self.plan.fold.lanes as u32);
        let padding = if format.holds(0) { 0 } else { -1 };
        let value = |row: usize| encode(format, values.get(row).copied().unwrap_or(padding));
        let elements = (0..self.plan.fold.rows()).map(value).collect();
        self.contents(name, word, elements, address).0
    }

    /// Fixed contents, addressed: a memory, or a constant where there is no address.
    fn contents(
        &mut self,
        name: &str,
        word: Type,
        elements: Vec<i64>,
        address: Option<NetId>,
    ) -> (NetId, Option<u32>) {
        let m = &mut self.m;
        let Some(address) = address else {
            let constant = Op::Constant(elements);
            return (m.op(&format!("{name}_constant"), word, constant), None);
        };
        let words = elements.len() as u32 / word.count;
        let plan = self.plan;
        let image = format!("{}_{}_{name}", plan.program.name, plan.stage.name);
        let image = self.parts.image(image, word, elements);
        let memory = m.memory(name, word, words, Some(image));
        let data = m.read(&format!("{name}_q"), memory, address, None);
        (data, Some(memory))
    }

    fn outputs(&mut self, walk: &Walk, results: &[NetId]) {
        let plan = self.plan;
        self.m.section("what the lanes say");
        let written = plan.stage.writes.len();
        let states = [
            ("changed", results.get(written)),
            ("differs", results.get(written + 1)),
        ];
        let said: Vec<(&str, NetId)> = states
            .into_iter()
            .filter_map(|(name, bits)| Some((name, *bits?)))
            .map(|(name, bits)| {
                let bits = self.real_rows(name, bits, walk.chunk);
                (name, self.m.any(name, bits))
            })
            .collect();
        let m = &mut self.m;
        m.group("when: the stage ends, a group of rows is written, and which");
        m.output("end_o", walk.end);
        m.output("apply_o", walk.apply);
        if let Some(chunk) = walk.chunk {
            m.output("chunk_o", chunk);
        }
        if let Some(last) = walk.block_last.filter(|_| plan.shadows_any()) {
            m.output("block_last_o", last);
        }
        m.group("what is written");
        for (&(id, _), &net) in plan.stage.writes.iter().zip(results) {
            m.output(&format!("{}_next_o", plan.vector(id).0), net);
        }
        for (name, net) in said {
            m.output(&format!("{name}_o"), net);
        }
    }

    /// One bit a lane, low for lanes that hold no row in this group.
    fn real_rows(&mut self, name: &str, bits: NetId, chunk: Option<NetId>) -> NetId {
        let fold = &self.plan.fold;
        let m = &mut self.m;
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
        m.and(&format!("{name}_bits"), bits, mask)
    }
}

/// Chunk `index` of a vector; the vector where there is no index.
fn pick(m: &mut ModuleBuilder, name: &str, of: NetId, index: Option<NetId>, count: u32) -> NetId {
    index.map_or(of, |index| m.select(name, of, index, count))
}
