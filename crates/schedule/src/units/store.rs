//! The vectors of a program over units: each stands in registers, and most on a stream.

use program::{Format, Program, Role, VectorId};

use super::past::PastStore;
use super::plan::StagePlan;

/// Bits of a beat of the streams, where the lengths allow.
const BEAT_BITS: u32 = 8;

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
    /// Whether it is read by a stage, remembered, or unloaded.
    pub read: bool,
    /// Whether it is loaded before a run: inputs and states.
    pub loaded: bool,
    /// Whether it is unloaded after a run: states and outputs.
    pub unloaded: bool,
}

/// Every vector in registers.
#[derive(Debug)]
pub struct Stores<'a> {
    all: Vec<Store<'a>>,
    /// What stages read of the past of vectors.
    pub pasts: Vec<PastStore<'a>>,
    /// Elements of a beat of the streams.
    pub beat: usize,
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
        let mut all = vec![];
        for (place, vector) in program.vectors.iter().enumerate() {
            let id = VectorId(place);
            let remembered = pasts.iter().any(|past| past.reads().any(|of| of == id));
            let read = remembered || by_stages(id);
            let (loaded, unloaded) = match vector.role {
                Role::State => (true, true),
                Role::Output => (false, true),
                Role::Input if read => (true, false),
                Role::Derived | Role::Signal => (false, false),
                Role::Input
                | Role::Parameter(_)
                | Role::Schedule(_)
                | Role::Noise { .. }
                | Role::Past(_) => continue,
            };
            let elements = vector.shape.elements();
            let length = padded(id, elements);
            all.push(Store {
                id,
                name: &vector.name,
                format: vector.format,
                elements,
                length,
                read: read || unloaded,
                loaded,
                unloaded,
            });
        }
        let mut stores = Stores {
            all,
            pasts,
            beat: 1,
        };
        let bits = stores.element_bits();
        let most = BEAT_BITS.checked_div(bits).unwrap_or(1).max(1) as usize;
        let divides = |beat: &usize| {
            let mut moved = stores.loaded().chain(stores.unloaded());
            moved.all(|store| store.length.is_multiple_of(*beat))
        };
        stores.beat = (1..=most).rev().find(divides).unwrap_or(1);
        stores
    }

    /// Every vector.
    pub fn all(&self) -> &[Store<'a>] {
        &self.all
    }

    /// Elements of a vector with padding.
    pub fn length(&self, id: VectorId) -> usize {
        let stored = self.all.iter().map(|store| (store.id, store.length));
        let pasts = self.pasts.iter().map(|past| (past.id, past.length));
        let mut lengths = stored.chain(pasts);
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
        self.pasts.iter().map(PastStore::cycles).max().unwrap_or(0)
    }

    /// What is loaded, in field order: inputs, then states.
    pub fn loaded(&self) -> impl Iterator<Item = &Store<'a>> {
        let inputs = self.all.iter();
        let inputs = inputs.filter(|store| store.loaded && !store.unloaded);
        inputs.chain(self.states())
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

    /// Bits of an element of the wider stream, with all its fields.
    pub fn element_bits(&self) -> u32 {
        let loaded: u32 = self.loaded().map(|store| store.format.width()).sum();
        let unloaded = self.unloaded().map(|store| store.format.width()).sum();
        loaded.max(unloaded)
    }

    /// Beats of a transfer of these vectors: as many as the longest needs.
    pub fn beats<'s>(&self, of: impl Iterator<Item = &'s Store<'a>>) -> usize
    where
        'a: 's,
    {
        of.map(|store| store.length / self.beat).max().unwrap_or(1)
    }
}
