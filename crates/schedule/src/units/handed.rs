//! Vectors that one stage hands to a later one of the same step, row by row, in a memory.
//!
//! A signal of which later stages read their rows' own elements alone, in the order in which it was
//! written, needs no registers: each reading stage keeps the words that it reads in a memory of its
//! own, and the choice of an element among all is the address.

use hw_ir::{ModuleBuilder, NetId};
use program::{Format, Part, Program, Role, VectorId};

use super::plan::StagePlan;
use crate::arithmetic::net_type;
use crate::counter::{also, unless};

/// The fewest words for which a memory stands; fewer are cheaper in registers.
const FEWEST_WORDS: usize = 4;

/// A vector of which a row of a stage reads its own element from a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handed {
    /// The vector, as the stage's expression names it: the signal, or elements of it.
    pub id: VectorId,
    /// The signal.
    pub of: VectorId,
    /// The first word of the signal that is read; a word holds the elements of a group of rows.
    pub first: usize,
    /// Words that are read.
    pub words: usize,
    /// Words of the signal.
    pub all: usize,
}

/// What comes from the stage that writes a signal.
#[derive(Debug, Clone, Copy)]
pub struct Arriving {
    /// One bit: a word arrives.
    pub arrives: NetId,
    /// Its number.
    pub number: NetId,
    /// The word.
    pub word: NetId,
}

/// Finds what the stages of a step can hand to each other, and makes it so.
pub fn resolve(program: &Program, plans: &mut [StagePlan<'_>]) {
    for place in 0..plans.len() {
        let Some(writer) = plans.get(place) else {
            continue;
        };
        let written = writer.stage.writes.iter().map(|(target, _)| *target);
        let signal = |id: &VectorId| {
            let vector = program.vector(*id);
            vector.is_some_and(|vector| vector.role == Role::Signal)
        };
        for of in written.filter(signal).collect::<Vec<_>>() {
            let Some(views) = views(program, plans, place, of) else {
                continue;
            };
            for (reader, handed) in views {
                if let Some(plan) = plans.get_mut(reader) {
                    plan.own.retain(|own| *own != handed.id);
                    plan.handed.push(handed);
                }
            }
        }
    }
}

/// What of a signal each stage reads, by the place of the stage; `None` where it needs registers.
fn views(
    program: &Program,
    plans: &[StagePlan<'_>],
    writer: usize,
    of: VectorId,
) -> Option<Vec<(usize, Handed)>> {
    let from = plans.get(writer)?;
    let fold = &from.fold;
    if fold.blocks > 1 || fold.chunks() < FEWEST_WORDS || is_remembered(program, of) {
        return None;
    }
    let elements = program.vector(of)?.shape.elements();
    let mut views = vec![];
    for (place, plan) in plans.iter().enumerate() {
        let mut gathers = plan.gathers.iter();
        if gathers.any(|gather| plan.takes(gather.gather.source, of)) {
            return None;
        }
        for &id in plan.own.iter().filter(|own| plan.takes(**own, of)) {
            let Part { first, count, .. } = view(program, id, of)?;
            let ends = (first + count) % fold.lanes == 0 || first + count == elements;
            let in_words = first % fold.lanes == 0 && ends;
            let alike = plan.fold.lanes == fold.lanes && plan.fold.blocks == 1;
            let words = count.div_ceil(fold.lanes);
            let later = place > writer && plan.stage.when == from.stage.when;
            if !(in_words && alike && later && words >= FEWEST_WORDS) {
                return None;
            }
            let handed = Handed {
                id,
                of,
                first: first / fold.lanes,
                words,
                all: fold.chunks(),
            };
            views.push((place, handed));
        }
    }
    (!views.is_empty()).then_some(views)
}

/// Whether what is kept beside the stages is made of the vector.
fn is_remembered(program: &Program, of: VectorId) -> bool {
    let steering = program.phases.as_ref();
    let steers = steering.is_some_and(|phases| phases.steering().contains(&of));
    let mut vectors = program.vectors.iter();
    steers
        || vectors.any(|vector| match &vector.role {
            Role::Past(past) => past.of == of,
            Role::Recalled(stored) => stored.reads().contains(&of),
            _ => false,
        })
}

/// Which elements of the signal a vector is; `None` where it has others beside them.
fn view(program: &Program, id: VectorId, of: VectorId) -> Option<Part> {
    let vector = program.vector(id)?;
    match &vector.role {
        Role::Joined(parts) => match parts.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
        _ => Some(Part {
            of,
            first: 0,
            count: vector.shape.elements(),
        }),
    }
}

/// Whether a vector stands in the memories of the stages that read it, and so in no registers.
pub fn is_handed<'p>(plans: impl IntoIterator<Item = &'p StagePlan<'p>>, id: VectorId) -> bool {
    let mut all = plans.into_iter().flat_map(|plan| &plan.handed);
    all.any(|handed| handed.of == id)
}

impl Handed {
    /// Adds the memory; gives the word of the group whose number, counted from the first word read,
    /// is `group`, a cycle later.
    pub fn build(
        &self,
        m: &mut ModuleBuilder,
        (name, format, lanes): (&str, Format, u32),
        arriving: Arriving,
        group: NetId,
    ) -> NetId {
        let word = net_type(format).times(lanes);
        let memory = m.memory(&format!("{name}_words"), word, self.words as u32, None);
        let bits = m.address_width(memory);
        let fits = self.fits(m, name, arriving);
        let at = m.slice(&format!("{name}_write_address"), arriving.number, 0, bits);
        m.write(memory, at, fits, arriving.word);
        let group = m.slice(&format!("{name}_group"), group, 0, bits);
        let first = (self.first % (1 << bits)) as i64;
        let at = match first {
            0 => group,
            _ => {
                let first = m.constant(&format!("{name}_first"), m.ty(group), first);
                m.add(&format!("{name}_read_address"), group, first)
            }
        };
        m.read(&format!("{name}_q"), memory, at, None)
    }

    /// One bit: a word arrives that is read.
    fn fits(&self, m: &mut ModuleBuilder, name: &str, arriving: Arriving) -> NetId {
        let ty = m.ty(arriving.number);
        let before = |m: &mut ModuleBuilder, what: &str, limit: usize| {
            let limit = m.constant(&format!("{name}_{what}"), ty, limit as i64);
            m.less(&format!("{name}_before_{what}"), arriving.number, limit)
        };
        let end = self.first + self.words;
        let inside = (end < self.all).then(|| before(m, "end", end));
        let fits = also(m, &format!("{name}_arrives"), arriving.arrives, inside);
        if self.first == 0 {
            return fits;
        }
        let outside = before(m, "start", self.first);
        unless(m, &format!("{name}_is_read"), fits, outside)
    }
}
