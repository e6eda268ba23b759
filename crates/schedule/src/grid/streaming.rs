//! The streaming form: cells flow through a chain of iterations, one word a cycle.
//!
//! A frame enters word by word; behind its last word the chain is flushed with as many fillers as
//! its results need, so that a frame never waits for the next one. The chain moves as a whole.
//!
//! For a periodic boundary the host sends the far edges around the frame, as far as all iterations
//! together reach: each iteration makes a rim of them meaningless, and what is left in the end is
//! the frame.

use hw_ir::{Connection, Module, ModuleBuilder, ModuleId, NetId, Type};
use program::{Format, VectorId};

use super::geometry::Raster;
use super::scan::{Halo, interior};
use super::{Chain, Grid};
use crate::beat::{beat_type, unpack};
use crate::counter::{also, counter, unless};

/// Builds the top module of a streaming design.
pub struct Streaming<'a> {
    /// The grid's stages.
    pub grid: &'a Grid<'a>,
    /// Their modules.
    pub chain: &'a Chain<'a>,
    /// Iterations chained in space.
    pub iterations: usize,
    /// The scan of the frame that leaves.
    pub raster: Raster,
    /// What enters around it.
    pub halo: Halo,
    /// Vectors of the load stream, in field order.
    pub fields: Vec<(VectorId, Format)>,
    /// Words that follow the last word, until the last result has left.
    pub fillers: usize,
}

/// The entering side: what moves the chain, and the word that enters.
struct Entry {
    advance: NetId,
    first: NetId,
    word: NetId,
    ready: NetId,
}

/// Words of the vectors between two stages.
struct Words {
    first: NetId,
    vectors: Vec<(VectorId, NetId)>,
}

impl Streaming<'_> {
    /// Builds the module.
    pub fn build(&self) -> Module {
        let program = self.grid.program;
        let purpose = format!(
            "{}: {} iterations chained in space",
            program.kind, self.iterations
        );
        let mut m = ModuleBuilder::new(program.name.clone(), purpose);
        if let Some(source) = program.source("network") {
            m.source(source);
        }
        m.fact("fillers", format!("{} words flush a frame", self.fillers));
        m.group("the frame");
        let load_valid = m.input("s_axis_tvalid", Type::BIT);
        let formats: Vec<Format> = self.fields.iter().map(|(_, format)| *format).collect();
        let load_data = m.input("s_axis_tdata", beat_type(&formats, self.raster.lanes));
        m.group("the frame after the iterations");
        let unload_ready = m.input("m_axis_tready", Type::BIT);
        let out_valid = m.register("out_valid_q", Type::BIT, 0);

        let entry = self.entry(&mut m, load_valid, load_data, unload_ready, out_valid.net);
        let words = self.enter(&mut m, &entry);
        let words = self.once(&mut m, entry.advance, words);
        let (words, changed) = self.iterate(&mut m, entry.advance, words);
        self.leave(&mut m, &entry, words, changed, unload_ready, out_valid);
        m.finish()
    }

    fn entry(
        &self,
        m: &mut ModuleBuilder,
        valid: NetId,
        data: NetId,
        out_ready: NetId,
        out_valid: NetId,
    ) -> Entry {
        m.section("one word is kept while the chain cannot move, so that ready is a register");
        let kept_valid = m.register("kept_valid_q", Type::BIT, 0);
        let kept_data = m.register("kept_data_q", m.ty(data), 0);
        let ready = m.not("load_ready", kept_valid.net);
        let load = m.and("load", valid, ready);
        let word = m.mux("entering", kept_valid.net, kept_data.net, data);
        let available = m.or("word_available", kept_valid.net, valid);

        m.section("the chain moves with a word or with a filler, if the output is free");
        let flushing = m.register("flushing_q", Type::BIT, 1);
        let source = m.or("something_enters", available, flushing.net);
        let free = m.not("out_empty", out_valid);
        let can = m.or("out_free", free, out_ready);
        let advance = m.and("advance", source, can);
        let take = unless(m, "take", advance, flushing.net);
        let filler = m.and("filler", advance, flushing.net);

        let store = unless(m, "store", load, take);
        let keep = unless(m, "keep", kept_valid.net, take);
        let next = m.or("kept_valid_d", store, keep);
        m.drive(kept_valid, next, None);
        m.drive(kept_data, data, Some(store));

        let entering = self.halo.around(self.raster).positions();
        let position = counter(m, "position", entering as u64, take);
        let first = match position.value {
            Some(position) => {
                let some = m.any("not_first", position);
                let first = m.not("at_first", some);
                unless(m, "first", first, flushing.net)
            }
            None => m.not("first", flushing.net),
        };
        let ends = also(m, "frame_ends", take, position.last);
        let fillers = counter(m, "filler_count", self.fillers as u64, filler);
        let flushed = also(m, "flushed", filler, fillers.last);
        let kept = unless(m, "flushing_kept", flushing.net, flushed);
        let next = m.or("flushing_d", ends, kept);
        m.drive(flushing, next, None);
        Entry {
            advance,
            first,
            word,
            ready,
        }
    }

    fn enter(&self, m: &mut ModuleBuilder, entry: &Entry) -> Words {
        m.section("the fields of the entering word");
        let name = |vector: VectorId| self.grid.vector_name(vector).to_owned();
        let fields: Vec<(String, Format)> = self
            .fields
            .iter()
            .map(|&(vector, format)| (name(vector), format))
            .collect();
        let nets = unpack(m, entry.word, &fields);
        let vectors = self
            .fields
            .iter()
            .map(|(vector, _)| *vector)
            .zip(nets)
            .collect();
        Words {
            first: entry.first,
            vectors,
        }
    }

    /// The stage that runs once, where there is one.
    fn once(&self, m: &mut ModuleBuilder, advance: NetId, words: Words) -> Words {
        let (Some(stage), Some((id, module))) = (&self.grid.once, self.chain.once) else {
            return words;
        };
        let mut inputs = vec![advance, words.first];
        inputs.extend(
            stage
                .entering
                .iter()
                .filter_map(|&vector| words.get(vector)),
        );
        let outputs = m.instance(&stage.stage.name, id, module, &inputs);
        let vectors = stage
            .leaving
            .iter()
            .copied()
            .zip(outputs[1..].iter().copied())
            .collect();
        Words {
            first: outputs[0],
            vectors,
        }
    }

    /// The chain of iterations: an array of instances, each fed by the one before.
    fn iterate(&self, m: &mut ModuleBuilder, advance: NetId, words: Words) -> (Words, NetId) {
        let stage = &self.grid.iterate;
        let (id, module): (ModuleId, &Module) = self.chain.iterate;
        let count = self.iterations as u32;
        let lanes = self.raster.lanes as u32;
        let name = stage.stage.name.clone();
        let (pending, outputs) = m.declare_instances(&name, id, module, count);
        m.section("each iteration is fed by the one before");
        let fed =
            |m: &mut ModuleBuilder, name: &str, entering: NetId, leaving: NetId, each: u32| {
                if count == 1 {
                    return entering;
                }
                let before = m.elements(&format!("{name}_before"), leaving, 0, (count - 1) * each);
                m.join(&format!("{name}_fed"), &[entering, before])
            };
        let mut inputs = vec![Connection::Shared(advance)];
        inputs.push(Connection::Split(fed(
            m,
            "first",
            words.first,
            outputs[0],
            1,
        )));
        for &vector in &stage.entering {
            let place = stage.leaving.iter().position(|leaving| *leaving == vector);
            let (Some(entering), Some(place)) = (words.get(vector), place) else {
                continue;
            };
            let name = self.grid.vector_name(vector).to_owned();
            let net = fed(m, &name, entering, outputs[place + 1], lanes);
            inputs.push(Connection::Split(net));
        }
        m.connect(pending, inputs);
        m.section("the last iteration");
        let start = (count - 1) * lanes;
        let mut vectors = vec![];
        for (place, &vector) in stage.leaving.iter().enumerate() {
            let name = self.grid.vector_name(vector).to_owned();
            let net = m.elements(&format!("last_{name}"), outputs[place + 1], start, lanes);
            if place > 0 {
                m.any(&format!("last_{name}_unused"), net);
            }
            vectors.push((vector, net));
        }
        let first = m.elements("last_first", outputs[0], count - 1, 1);
        let all_changed = outputs[stage.leaving.len() + 1];
        let changed = m.elements("last_changed", all_changed, count - 1, 1);
        if count > 1 {
            let before = m.elements("changed_before", all_changed, 0, count - 1);
            m.any("changed_before_unused", before);
        }
        (Words { first, vectors }, changed)
    }

    fn leave(
        &self,
        m: &mut ModuleBuilder,
        entry: &Entry,
        words: Words,
        changed: NetId,
        ready: NetId,
        valid: hw_ir::PendingRegister,
    ) {
        m.section(
            "the output register takes the words of a frame, not what came around or behind it",
        );
        let giving = m.register("giving_q", Type::BIT, 0);
        let inside = m.or("in_frame", words.first, giving.net);
        let moves = m.and("frame_moves", entry.advance, inside);
        let deliver = if self.halo.is_empty() {
            moves
        } else {
            interior(m, "given", (self.raster, self.halo), moves, words.first)
        };
        let position = counter(m, "given", self.raster.positions() as u64, deliver);
        let last = position.last.unwrap_or(inside);
        let ends = m.and("given_last", deliver, last);
        let more = unless(m, "more_to_give", moves, ends);
        let rest = unless(m, "giving_kept", giving.net, moves);
        let next = m.or("giving_d", more, rest);
        m.drive(giving, next, None);

        let unread = unless(m, "out_kept", valid.net, ready);
        let next = m.or("out_valid_d", deliver, unread);
        m.drive(valid, next, None);
        let state = words.vectors.first().map_or(entry.word, |(_, net)| *net);
        let data = m.delay("out_data_q", state, Some(deliver), 0);
        let out_last = m.delay("out_last_q", last, Some(deliver), 0);

        m.section("whether the last iteration changed a cell of the frame");
        let seen = m.register("changed_q", Type::BIT, 0);
        let before = unless(m, "changed_so_far", seen.net, words.first);
        let counts = m.and("changed_inside", changed, deliver);
        let any = m.or("changed_d", before, counts);
        m.drive(seen, any, Some(moves));

        m.group("the frame");
        m.output("s_axis_tready", entry.ready);
        m.group("the frame after the iterations; tuser with tlast: the last one changed a cell");
        m.output("m_axis_tvalid", valid.net);
        m.output("m_axis_tdata", data);
        m.output("m_axis_tlast", out_last);
        m.output("m_axis_tuser", seen.net);
    }
}

impl Words {
    fn get(&self, vector: VectorId) -> Option<NetId> {
        self.vectors
            .iter()
            .find(|(id, _)| *id == vector)
            .map(|(_, net)| *net)
    }
}
