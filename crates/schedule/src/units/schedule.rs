//! Values by the number of the step: schedules, and delays that change.

use hw_ir::{ModuleBuilder, NetId, PendingRegister, Type, types::address_bits};

use super::stage::Parts;
use crate::counter::unless;

/// Values of steps 0, 1 and so on; the last one goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByStep<'a, T = i64>(&'a [T]);

impl<'a, T: PartialEq> ByStep<'a, T> {
    /// Without repetitions at the end.
    pub fn new(values: &'a [T]) -> ByStep<'a, T> {
        let last = values.last();
        let repeated = values.iter().rev().take_while(|value| Some(*value) == last);
        let length = values.len() - repeated.count().saturating_sub(1);
        ByStep(values.get(..length).unwrap_or(values))
    }

    /// The value of every step, where it is the same.
    pub fn constant(&self) -> Option<&'a T> {
        match self.0 {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The values.
    pub fn values(&self) -> &'a [T] {
        self.0
    }
}

/// Counters of steps that stay at their last value, one for each length of a schedule.
#[derive(Debug, Default)]
pub struct Places(Vec<(usize, PendingRegister)>);

impl Places {
    /// The place of the present step among `length` values, at least 2.
    pub fn place(&mut self, m: &mut ModuleBuilder, length: usize) -> NetId {
        if let Some((_, register)) = self.0.iter().find(|(of, _)| *of == length) {
            return register.net;
        }
        let ty = Type::unsigned(address_bits(length as u64));
        let register = m.register("schedule_place_q", ty, 0);
        self.0.push((length, register));
        register.net
    }

    /// Advances the counters where a step follows another, and clears them where a run starts.
    pub fn drive(self, m: &mut ModuleBuilder, start: NetId, again: NetId) {
        for (length, register) in self.0 {
            let ty = m.ty(register.net);
            let highest = m.constant("schedule_highest", ty, length as i64 - 1);
            let last = m.equal("schedule_last", register.net, highest);
            let more = unless(m, "schedule_more", again, last);
            let one = m.constant("schedule_one", ty, 1);
            let next = m.add("schedule_next", register.net, one);
            let zero = m.constant("schedule_zero", ty, 0);
            let next = m.mux("schedule_place_d", start, zero, next);
            let moves = m.or("schedule_moves", more, start);
            m.drive(register, next, Some(moves));
        }
    }
}

/// A memory of values by the number of the step.
pub struct ScheduleMemory<'a> {
    /// The name of what it gives.
    pub name: &'a str,
    /// The type of a value.
    pub word: Type,
    /// The values, at least 2.
    pub elements: Vec<i64>,
}

impl ScheduleMemory<'_> {
    /// Adds the memory and gives the value of the present step, two cycles after the step begins
    /// and as long as it goes on.
    pub fn read(
        self,
        m: &mut ModuleBuilder,
        parts: &mut Parts,
        places: &mut Places,
        program: &str,
    ) -> NetId {
        let (name, length) = (self.name, self.elements.len());
        let place = places.place(m, length);
        let image = parts.image(format!("{program}_{name}"), self.word, self.elements);
        let memory = m.memory(name, self.word, length as u32, Some(image));
        m.read(&format!("{name}_q"), memory, place, None)
    }
}
