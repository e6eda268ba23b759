//! The vectors of a program over units: each stands in registers, and most on a stream.

use program::{Format, Kept, Order, Part, Phases, Program, Role, Vector, VectorId};

use super::handed;
use super::past::PastStore;
use super::plan::StagePlan;
use super::recall::RecalledStore;

/// Bits of a beat of streams that move once a run, where the lengths allow.
const BEAT_BITS: u32 = 8;

/// The same where each step is fed, and waits for what moves.
const STEP_BEAT_BITS: u32 = 64;

/// Elements of a beat of each stream; each divides the lengths of the stream's vectors.
#[derive(Debug, Clone, Copy)]
pub struct Beats {
    /// Of what is loaded before a run.
    pub load: usize,
    /// Of what is given before each step.
    pub feed: usize,
    /// Of what is unloaded.
    pub unload: usize,
}

/// A vector in registers.
#[derive(Debug, Clone, Copy)]
pub struct Store<'a> {
    /// The vector.
    pub id: VectorId,
    /// Its name.
    pub name: &'a str,
    /// Its format.
    pub format: Format,
    /// Its elements.
    pub elements: usize,
    /// Its registers: elements with padding.
    pub length: usize,
    /// Whether all of it is read: by a stage, to be remembered, or to be unloaded.
    pub read: bool,
    /// Whether it is loaded before a run: inputs, states, and what is kept and loaded.
    pub loaded: bool,
    /// Whether it is given before each step: sequences.
    pub fed: bool,
    /// Whether it is unloaded, after a run or after each step: states and outputs.
    pub unloaded: bool,
    /// How it begins where it is kept from step to step and not unloaded.
    pub kept: Option<&'a Kept>,
}

/// A vector of elements of others.
#[derive(Debug, Clone, Copy)]
pub struct JoinedStore<'a> {
    /// The vector.
    pub id: VectorId,
    /// Its name.
    pub name: &'a str,
    /// Its format.
    pub format: Format,
    /// Its elements with padding, as stages read them.
    pub length: usize,
    /// What it is made of.
    pub parts: &'a [Part],
}

/// Every vector in registers.
#[derive(Debug)]
pub struct Stores<'a> {
    all: Vec<Store<'a>>,
    /// What stages read of the past of vectors.
    pub pasts: Vec<PastStore<'a>>,
    /// What stages read of joined vectors.
    pub joined: Vec<JoinedStore<'a>>,
    /// What is recalled from memories.
    pub recalled: Vec<RecalledStore<'a>>,
    /// The marks of the last vectors of the sequences: a vector, and its elements with padding.
    pub marks: Vec<(VectorId, usize)>,
    /// Whether a step ends a cycle after its last write, so that all it wrote is looked at.
    pub settles: bool,
    /// Whether the outputs of a step leave while the next one goes on, which waits before it writes
    /// others.
    pub overlaps: bool,
    /// Elements of a beat of the streams.
    pub beats: Beats,
}

impl<'a> Stores<'a> {
    /// Lays out the vectors of a program: inputs that are read, and what the stages write.
    pub fn resolve(program: &'a Program, plans: &[StagePlan<'a>]) -> Stores<'a> {
        // As many as each stage needs that takes them group by group.
        let padded = |id: VectorId, elements: usize| {
            let taken = |plan: &&StagePlan<'a>| {
                plan.own.contains(&id) || plan.stage.writes.iter().any(|(target, _)| *target == id)
            };
            let rows = plans.iter().filter(taken).map(|plan| plan.fold.rows());
            rows.max().unwrap_or(0).max(elements)
        };
        let by_stages = |id: VectorId| plans.iter().any(|plan| plan.read().contains(&id));
        let read = program.vectors.iter().enumerate();
        let read = read.filter(|(place, _)| by_stages(VectorId(*place)));
        let pasts: Vec<PastStore<'a>> = read
            .filter_map(|(place, vector)| {
                let length = padded(VectorId(place), vector.shape.elements());
                PastStore::resolve(program, VectorId(place), length)
            })
            .collect();
        let joined: Vec<JoinedStore<'a>> = program
            .vectors
            .iter()
            .enumerate()
            .filter(|(place, _)| by_stages(VectorId(*place)))
            .filter_map(|(place, vector)| {
                let length = padded(VectorId(place), vector.shape.elements());
                JoinedStore::resolve(vector, VectorId(place), length)
            })
            .collect();
        let places = (0..program.vectors.len()).map(VectorId);
        let wanted = |id: &VectorId| by_stages(*id) || joined.iter().any(|joined| joined.has(*id));
        let elements = |id: VectorId| {
            let vector = program.vector(id);
            padded(id, vector.map_or(0, |vector| vector.shape.elements()))
        };
        let recalled = places.clone().filter(wanted);
        let recalled = recalled.filter_map(|id| RecalledStore::resolve(program, id, elements(id)));
        let recalled: Vec<RecalledStore<'a>> = recalled.collect();
        let is_mark = |id: &VectorId| program.vector(*id).is_some_and(|of| of.role == Role::Last);
        let marks = places.filter(wanted).filter(is_mark);
        let marks = marks.map(|id| (id, elements(id))).collect();
        let steering = program.phases.as_ref();
        let steering = steering.map(Phases::steering);
        let mut all = vec![];
        for (place, vector) in program.vectors.iter().enumerate() {
            let id = VectorId(place);
            let remembered = pasts.iter().any(|past| past.reads().any(|of| of == id));
            let stored = recalled.iter().any(|of| of.recalled.reads().contains(&id));
            let steers = steering.is_some_and(|of| of.contains(&id));
            let part = joined.iter().any(|joined| joined.has(id));
            let whole = remembered || stored || steers || by_stages(id);
            let read = whole || part;
            let (loaded, unloaded) = match vector.role {
                Role::State => (true, true),
                Role::Output | Role::Emitted => (false, true),
                Role::Input if read => (true, false),
                Role::Derived | Role::Signal => (false, false),
                Role::Kept(_) => (vector.role.is_loaded(), false),
                // It paces the steps, whether or not it is read.
                Role::Sequence => (false, false),
                Role::Input
                | Role::Parameter(_)
                | Role::Schedule(_)
                | Role::Noise { .. }
                | Role::Joined(_)
                | Role::Last
                | Role::Recalled(_)
                | Role::Past(_) => continue,
            };
            let kept = match &vector.role {
                Role::Kept(kept) => Some(kept),
                _ => None,
            };
            if handed::is_handed(plans, id) {
                continue;
            }
            let elements = vector.shape.elements();
            let length = padded(id, elements);
            all.push(Store {
                id,
                name: &vector.name,
                format: vector.format,
                elements,
                length,
                read: whole || unloaded,
                loaded,
                fed: vector.role == Role::Sequence,
                unloaded,
                kept,
            });
        }
        let apart = program.phases.is_some() || !(pasts.is_empty() && recalled.is_empty());
        let emits = plans.iter().any(StagePlan::emits);
        Stores {
            overlaps: emits && !apart && program.order == Order::Synchronous,
            beats: Beats::of(&all),
            all,
            pasts,
            joined,
            settles: program.phases.is_some() || !recalled.is_empty(),
            recalled,
            marks,
        }
    }

    /// Every vector.
    pub fn all(&self) -> &[Store<'a>] {
        &self.all
    }

    /// Elements of a vector with padding.
    pub fn length(&self, id: VectorId) -> usize {
        let stored = self.all.iter().map(|store| (store.id, store.length));
        let pasts = self.pasts.iter().map(|past| (past.id, past.length));
        let joined = self.joined.iter().map(|of| (of.id, of.length));
        let recalled = self.recalled.iter().map(|of| (of.id, of.length));
        let marks = self.marks.iter().copied();
        let others = pasts.chain(joined).chain(recalled).chain(marks);
        let mut lengths = stored.chain(others);
        lengths
            .find(|(of, _)| *of == id)
            .map_or(1, |(_, length)| length)
    }

    /// Cycles in which the time before the first step is filled in.
    pub fn fill_cycles(&self) -> usize {
        self.pasts.iter().map(PastStore::longest).max().unwrap_or(0)
    }

    /// Cycles from the beginning of a step to the start of its first stage, in which the past is
    /// recalled.
    pub fn recall_cycles(&self) -> usize {
        let pasts = self.pasts.iter().map(PastStore::cycles);
        let recalls = usize::from(!self.recalled.is_empty());
        pasts.max().unwrap_or(0).max(recalls)
    }

    /// What is loaded, in field order: inputs, then states.
    pub fn loaded(&self) -> impl Iterator<Item = &Store<'a>> {
        let inputs = self.all.iter();
        let inputs = inputs.filter(|store| store.loaded && !store.unloaded);
        inputs.chain(self.states())
    }

    /// What is given before each step, in field order.
    pub fn fed(&self) -> impl Iterator<Item = &Store<'a>> {
        self.all.iter().filter(|store| store.fed)
    }

    /// What is unloaded, in field order: states, then outputs.
    pub fn unloaded(&self) -> impl Iterator<Item = &Store<'a>> {
        let outputs = self.all.iter();
        let outputs = outputs.filter(|store| store.unloaded && !store.loaded);
        self.states().chain(outputs)
    }

    /// The states.
    pub fn states(&self) -> impl Iterator<Item = &Store<'a>> {
        let all = self.all.iter();
        all.filter(|store| store.loaded && store.unloaded)
    }

    /// Beats of a transfer of these vectors with so many elements in each: as many as the longest
    /// needs.
    pub fn count_beats<'s>(elements: usize, of: impl Iterator<Item = &'s Store<'a>>) -> usize
    where
        'a: 's,
    {
        of.map(|store| store.length / elements).max().unwrap_or(0)
    }
}

impl Beats {
    /// As many elements as fit; the vectors that are loaded and unloaded move by the same number on
    /// both streams.
    fn of(all: &[Store<'_>]) -> Beats {
        let most = match all.iter().any(|store| store.fed) {
            true => STEP_BEAT_BITS,
            false => BEAT_BITS,
        };
        let widest = |streams: &[fn(&Store<'_>) -> bool]| {
            let bits = |on: &fn(&Store<'_>) -> bool| -> u32 {
                let moved = all.iter().filter(|store| on(store));
                moved.map(|store| store.format.width()).sum()
            };
            let bits = streams.iter().map(bits).max().unwrap_or(0);
            let most = most.checked_div(bits).unwrap_or(1).max(1) as usize;
            let divides = |beat: &usize| {
                let mut moved = all
                    .iter()
                    .filter(|store| streams.iter().any(|on| on(store)));
                moved.all(|store| store.length.is_multiple_of(*beat))
            };
            (1..=most).rev().find(divides).unwrap_or(1)
        };
        let (loaded, unloaded) = (|of: &Store<'_>| of.loaded, |of: &Store<'_>| of.unloaded);
        let feed = widest(&[|of| of.fed]);
        if all.iter().any(|store| store.loaded && store.unloaded) {
            let both = widest(&[loaded, unloaded]);
            return Beats {
                load: both,
                feed,
                unload: both,
            };
        }
        Beats {
            load: widest(&[loaded]),
            feed,
            unload: widest(&[unloaded]),
        }
    }
}

impl<'a> JoinedStore<'a> {
    fn resolve(vector: &'a Vector, id: VectorId, length: usize) -> Option<JoinedStore<'a>> {
        match &vector.role {
            Role::Joined(parts) => Some(JoinedStore {
                id,
                name: &vector.name,
                format: vector.format,
                length,
                parts,
            }),
            _ => None,
        }
    }

    /// Whether a vector is part of it.
    pub fn has(&self, id: VectorId) -> bool {
        self.parts.iter().any(|part| part.of == id)
    }
}
