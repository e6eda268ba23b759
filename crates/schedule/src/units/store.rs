//! The vectors of a program over units: each stands in registers, and most on a stream.

use program::{Format, Program, Role, VectorId};

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
    /// Its registers: elements with padding.
    pub length: usize,
    /// Whether it is a state: loaded, rewritten, unloaded.
    pub state: bool,
    /// Whether it is an input: loaded.
    pub input: bool,
}

/// Every vector in registers.
#[derive(Debug)]
pub struct Stores<'a> {
    all: Vec<Store<'a>>,
    /// Elements of a beat of the streams.
    pub beat: usize,
}

impl<'a> Stores<'a> {
    /// Lays out the vectors of a program: states, and what the stages read.
    pub fn resolve(program: &'a Program, plans: &[StagePlan<'a>]) -> Stores<'a> {
        let mut all = vec![];
        for (place, vector) in program.vectors.iter().enumerate() {
            let id = VectorId(place);
            let (state, input) = (vector.role == Role::State, vector.role == Role::Input);
            let read = plans.iter().any(|plan| plan.read().contains(&id));
            let parameter = matches!(vector.role, Role::Parameter(_));
            if parameter || !(state || read) {
                continue;
            }
            // As many as each stage needs that takes them group by group.
            let written = |plan: &&StagePlan<'a>| {
                plan.own.contains(&id) || plan.stage.writes.iter().any(|(target, _)| *target == id)
            };
            let rows = plans.iter().filter(written).map(|plan| plan.fold.rows());
            let length = rows.max().unwrap_or(0).max(vector.shape.elements());
            all.push(Store {
                id,
                name: &vector.name,
                format: vector.format,
                length,
                state,
                input,
            });
        }
        let mut stores = Stores { all, beat: 1 };
        let bits = stores.loaded().map(|store| store.format.width()).sum();
        let most = BEAT_BITS.checked_div(bits).unwrap_or(1).max(1) as usize;
        let divides = |beat: &usize| {
            let mut loaded = stores.loaded();
            loaded.all(|store| store.length.is_multiple_of(*beat))
        };
        stores.beat = (1..=most).rev().find(divides).unwrap_or(1);
        stores
    }

    /// Every vector.
    pub fn all(&self) -> &[Store<'a>] {
        &self.all
    }

    /// The vector of an id, where it is stored.
    pub fn get(&self, id: VectorId) -> Option<&Store<'a>> {
        self.all.iter().find(|store| store.id == id)
    }

    /// Registers of a vector.
    pub fn length(&self, id: VectorId) -> usize {
        self.get(id).map_or(1, |store| store.length)
    }

    /// What is loaded, in field order: inputs, then states.
    pub fn loaded(&self) -> impl Iterator<Item = &Store<'a>> {
        let inputs = self.all.iter().filter(|store| store.input);
        inputs.chain(self.unloaded())
    }

    /// What is unloaded, in field order: the states.
    pub fn unloaded(&self) -> impl Iterator<Item = &Store<'a>> {
        self.all.iter().filter(|store| store.state)
    }

    /// Beats of a transfer of these vectors: as many as the longest needs.
    pub fn beats<'s>(&self, of: impl Iterator<Item = &'s Store<'a>>) -> usize
    where
        'a: 's,
    {
        of.map(|store| store.length / self.beat).max().unwrap_or(1)
    }
}
