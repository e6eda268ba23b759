//! The registers of the vectors: shifted by the streams, written by stages.

use hw_ir::{ModuleBuilder, NetId, Op, PendingRegister, Reset};
use program::{Begins, Kept, VectorId};

use super::plan::StagePlan;
use super::store::{Store, Stores};
use super::top::{Moves, Placed, Top};
use crate::arithmetic::{encode, net_type};
use crate::counter::also;

/// The registers of a vector.
pub struct Registers {
    /// The vector.
    pub id: VectorId,
    /// Its value.
    pub value: PendingRegister,
    /// The value one step before, where period 2 is looked for.
    pub before: Option<PendingRegister>,
    /// The value with the groups written so far, where a block is more than one group.
    pub shadow: Option<PendingRegister>,
}

/// What changes the registers beside the stages.
pub struct Updates<'u> {
    /// The moves of the streams.
    pub moves: &'u Moves,
    /// The fields of the entering beats.
    pub fields: &'u [(VectorId, NetId)],
    /// One bit: the first step of a run is due with the next cycle.
    pub run_start: NetId,
}

impl Top<'_, '_> {
    /// Adds the registers of a vector.
    pub fn registers(&self, m: &mut ModuleBuilder, store: &Store<'_>) -> Registers {
        let ty = net_type(store.format).times(store.length as u32);
        let name = store.name;
        let reset = match store.kept {
            Some(kept) => Reset::Elements(start(store, kept)),
            None => Reset::All(0),
        };
        let value = m.register_from(&format!("{name}_q"), ty, reset.clone());
        let detected = self.program.stop.on_period_two
            && self
                .steps
                .iter()
                .any(|(plan, _)| plan.states().contains(&store.id));
        let before = detected.then(|| m.register(&format!("{name}_before_q"), ty, 0));
        let shadowed = self.stages().any(|plan| {
            let writes = plan
                .stage
                .writes
                .iter()
                .any(|(target, _)| *target == store.id);
            writes && plan.shadows(store.id)
        });
        let shadow = shadowed.then(|| m.register_from(&format!("{name}_shadow_q"), ty, reset));
        Registers {
            id: store.id,
            value,
            before,
            shadow,
        }
    }

    /// The next values of all vectors.
    pub fn update(
        &self,
        m: &mut ModuleBuilder,
        registers: &[Registers],
        moments: &Updates<'_>,
        (once, steps): (&[Placed<'_, '_>], &[Placed<'_, '_>]),
    ) {
        for (of, store) in registers.iter().zip(self.stores.all()) {
            let name = store.name;
            m.section(format!(
                "`{name}`: shifted by the streams, written by stages"
            ));
            if !store.read {
                m.any(&format!("{name}_unused"), of.value.net);
            }
            let shift = self.shift(m, of, store, moments.moves, moments.fields);
            let shift = shift.or_else(|| renewal(m, store, moments.run_start));
            let base = of.shadow.map_or(of.value.net, |shadow| shadow.net);
            let mut next = shift.map(|(data, _)| data);
            let mut any = shift.map(|(_, moves)| moves);
            let mut commit = any;
            for placed in once.iter().chain(steps) {
                let Some(results) = placed.get(&format!("{name}_next_o")) else {
                    continue;
                };
                let apply = placed.bit(m, "apply_o");
                let chunk = placed.get("chunk_o");
                let rows = placed.plan.fold.rows() as u32;
                let written = put(m, &format!("{name}_written"), base, rows, (chunk, results));
                next = Some(match next {
                    None => written,
                    Some(other) => m.mux(&format!("{name}_d"), apply, written, other),
                });
                let either = |m: &mut ModuleBuilder, what: &str, so_far, bit| match so_far {
                    None => bit,
                    Some(so_far) => m.or(&format!("{name}_{what}"), so_far, bit),
                };
                any = Some(either(m, "writes", any, apply));
                if of.shadow.is_some() {
                    let last = placed.get("block_last_o");
                    let last = last.filter(|_| placed.plan.shadows(store.id));
                    let commits = also(m, &format!("{name}_commits"), apply, last);
                    commit = Some(either(m, "committed", commit, commits));
                }
                if let Some(before) = of.before {
                    let old = self.old(m, of, placed.plan, chunk);
                    let kept = put(
                        m,
                        &format!("{name}_before_d"),
                        before.net,
                        rows,
                        (chunk, old),
                    );
                    m.drive(before, kept, Some(apply));
                }
            }
            // A register that nothing writes keeps its value.
            let next = next.unwrap_or(of.value.net);
            match of.shadow {
                Some(shadow) => {
                    m.drive(of.value, next, commit);
                    m.drive(shadow, next, any);
                }
                None => m.drive(of.value, next, any),
            }
        }
    }

    /// The values of a group before it is written.
    fn old(
        &self,
        m: &mut ModuleBuilder,
        of: &Registers,
        plan: &StagePlan<'_>,
        chunk: Option<NetId>,
    ) -> NetId {
        let fold = plan.fold;
        let name = plan.vector(of.id).0;
        let rows = m.elements(&format!("{name}_rows"), of.value.net, 0, fold.rows() as u32);
        match chunk {
            Some(chunk) => m.select(&format!("{name}_old"), rows, chunk, fold.lanes as u32),
            None => rows,
        }
    }

    /// The vector shifted by a beat, and when it is.
    fn shift(
        &self,
        m: &mut ModuleBuilder,
        of: &Registers,
        store: &Store<'_>,
        moves: &Moves,
        fields: &[(VectorId, NetId)],
    ) -> Option<(NetId, NetId)> {
        let field = fields.iter().find(|(id, _)| *id == of.id);
        let field = field.map(|(_, field)| *field);
        if field.is_none() && !store.unloaded {
            return None;
        }
        let name = store.name;
        let beats = self.stores.beats;
        let elements = match (store.fed, store.loaded) {
            (true, _) => beats.feed,
            (false, true) => beats.load,
            (false, false) => beats.unload,
        };
        let (length, beat) = (store.length as u32, elements as u32);
        let value = of.value.net;
        // What is unloaded comes in again, so that a state stays what it is.
        let low = |m: &mut ModuleBuilder| m.elements(&format!("{name}_low"), value, 0, beat);
        let entering = match field {
            Some(field) if store.unloaded => {
                let low = low(m);
                m.mux(&format!("{name}_entering"), moves.loading, field, low)
            }
            Some(field) => field,
            None => low(m),
        };
        let shifted = if length > beat {
            let rest = m.elements(&format!("{name}_rest"), value, beat, length - beat);
            m.join(&format!("{name}_shifted"), &[rest, entering])
        } else {
            entering
        };
        let beats = i64::from(length / beat);
        let within = |m: &mut ModuleBuilder, what: &str, at: NetId, count: Option<NetId>| {
            // A shorter vector takes part in the first beats only.
            let Some(count) = count.filter(|&count| {
                let all = 1i64 << m.ty(count).width;
                beats < all
            }) else {
                return at;
            };
            let limit = m.constant(&format!("{name}_beats"), m.ty(count), beats);
            let inside = m.less(&format!("{name}_{what}_inside"), count, limit);
            m.and(&format!("{name}_{what}"), at, inside)
        };
        let longest = |of: &mut dyn Iterator<Item = &Store<'_>>| {
            Stores::count_beats(elements, of) == store.length / elements
        };
        let load = store.loaded.then(|| {
            if longest(&mut self.stores.loaded()) {
                moves.load
            } else {
                within(m, "load", moves.load, moves.load_beat)
            }
        });
        let unload = store.unloaded.then(|| {
            if longest(&mut self.stores.unloaded()) {
                moves.unload
            } else {
                within(m, "unload", moves.unload, moves.unload_beat)
            }
        });
        let fed = moves.feed.as_ref().filter(|_| store.fed);
        if let Some(feed) = fed {
            let at = if longest(&mut self.stores.fed()) {
                feed.taken
            } else {
                within(m, "feed", feed.taken, feed.beat)
            };
            return Some((shifted, at));
        }
        let moved = match (load, unload) {
            (Some(load), Some(unload)) => m.or(&format!("{name}_moves"), load, unload),
            (load, unload) => load.or(unload)?,
        };
        Some((shifted, moved))
    }
}

/// The raw start values of a kept vector, with padding, as its register holds them.
fn start(store: &Store<'_>, kept: &Kept) -> Vec<i64> {
    let values = kept.start.iter().map(|&raw| encode(store.format, raw));
    let padding = std::iter::repeat_n(0, store.length.saturating_sub(kept.start.len()));
    values.chain(padding).collect()
}

/// The start values of a kept vector that each run begins with anew, and when.
fn renewal(m: &mut ModuleBuilder, store: &Store<'_>, run_start: NetId) -> Option<(NetId, NetId)> {
    let kept = store.kept.filter(|kept| kept.begins == Begins::Anew)?;
    let ty = net_type(store.format).times(store.length as u32);
    let values = Op::Constant(start(store, kept));
    let start = m.op(&format!("{}_start", store.name), ty, values);
    Some((start, run_start))
}

/// The vector with a chunk of its first `rows` elements replaced: that of the index, or all of them
/// where there is none.
fn put(
    m: &mut ModuleBuilder,
    name: &str,
    of: NetId,
    rows: u32,
    (index, chunk): (Option<NetId>, NetId),
) -> NetId {
    let length = m.ty(of).count;
    let written = match index {
        None => chunk,
        Some(index) => {
            let first = m.elements(&format!("{name}_rows"), of, 0, rows);
            m.insert(name, first, index, chunk)
        }
    };
    if rows == length {
        return written;
    }
    let rest = m.elements(&format!("{name}_rest"), of, rows, length - rows);
    m.join(&format!("{name}_joined"), &[written, rest])
}
