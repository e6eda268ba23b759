//! The past of vectors: memories whose word is a whole vector, written once and read once a step.
//!
//! A memory is a ring. `head` is the place of what stands before the present step; the values of k
//! steps before step 0 are filled in k places before it, the earliest first, as if these steps had
//! been made. A state is remembered as the step begins. A signal is remembered as the next step
//! begins, so its place is one before the head. A delay that is always 1 needs no ring.

use hw_ir::{ModuleBuilder, NetId, Op, Type, types::address_bits};
use program::{Delay, Format, Past, Program, Role, VectorId};

use super::registers::Registers;
use super::schedule::{ByStep, Places, ScheduleMemory};
use super::stage::Parts;
use crate::arithmetic::{encode, net_type};

/// A vector as it was some steps before.
#[derive(Debug, Clone, Copy)]
pub struct PastStore<'a> {
    /// The vector.
    pub id: VectorId,
    /// Its name.
    pub name: &'a str,
    /// Its format.
    pub format: Format,
    /// Its elements.
    pub elements: usize,
    /// Elements with padding, as stages read them.
    pub length: usize,
    /// What it is.
    pub past: &'a Past,
    /// Whether it is what stands before a step that is remembered (a state), not what a step gives.
    pub before: bool,
    delay: ByStep<'a, usize>,
}

impl<'a> PastStore<'a> {
    /// The past of a vector of the program; `None` for a vector of another role.
    pub fn resolve(program: &'a Program, id: VectorId, length: usize) -> Option<PastStore<'a>> {
        let vector = program.vector(id)?;
        let Role::Past(past) = &vector.role else {
            return None;
        };
        let delays = match &past.delay {
            Delay::Steps(steps) => std::slice::from_ref(steps),
            Delay::Schedule(steps) => steps.as_slice(),
        };
        let of = program.vector(past.of)?;
        Some(PastStore {
            id,
            name: &vector.name,
            format: vector.format,
            elements: vector.shape.elements(),
            length,
            past,
            before: matches!(of.role, Role::State | Role::Kept(_)),
            delay: ByStep::new(delays),
        })
    }

    /// Vectors that are read to make it.
    pub fn reads(&self) -> impl Iterator<Item = VectorId> + use<'a> {
        [self.past.of]
            .into_iter()
            .chain(self.starts().iter().copied())
    }

    /// What stands for the time before the first step, as far as that is asked for.
    fn starts(&self) -> &'a [VectorId] {
        let asked = self.past.start.len().min(self.longest());
        self.past.start.get(..asked).unwrap_or(&[])
    }

    /// The longest delay: steps before the first that are filled in.
    pub fn longest(&self) -> usize {
        self.delay.values().iter().copied().max().unwrap_or(1)
    }

    /// Cycles from the beginning of a step until the stages may start: one for the address, and one
    /// more where the delay has to be looked up.
    pub fn cycles(&self) -> usize {
        match self.delay.constant() {
            Some(_) => 1,
            None => 2,
        }
    }

    fn in_registers(&self) -> bool {
        self.delay.constant() == Some(&1)
    }
}

/// When what is remembered and recalled; all but `fill` one bit.
pub struct Moments {
    /// What stands for the time before the first step is filled in.
    pub filling: NetId,
    /// The number of the filling cycle; `None` where there is one.
    pub fill: Option<NetId>,
    /// Cycles of the filling.
    pub fills: usize,
    /// A step begins with the next cycle.
    pub step: NetId,
    /// A step that is not the first begins with the next cycle.
    pub again: NetId,
    /// A step has begun with this cycle.
    pub begun: NetId,
    /// A step has begun with the cycle before; where a delay is looked up.
    pub late: Option<NetId>,
}

/// Builds the memories of the past.
pub struct Remembering<'b> {
    /// The program.
    pub program: &'b Program,
    /// What is remembered, and how far back.
    pub pasts: &'b [PastStore<'b>],
    /// The vectors in registers.
    pub registers: &'b [Registers],
    /// When.
    pub moments: Moments,
}

/// Nets that several rings share.
struct Shared {
    /// The place of what stands before the present step.
    head: Option<NetId>,
    /// As [`Moments::again`], a cycle later; where a signal is remembered.
    again: Option<NetId>,
    /// As [`Moments::begun`] and [`Moments::late`], but high under reset, as the enable of a read
    /// must be.
    recall: [Option<NetId>; 2],
}

impl Remembering<'_> {
    /// Adds the memories; gives the vectors, which keep their values from the start of the first
    /// stage of a step to the end of its last.
    pub fn build(
        &self,
        m: &mut ModuleBuilder,
        parts: &mut Parts,
        places: &mut Places,
    ) -> Vec<(VectorId, NetId)> {
        m.section("the past");
        let shared = self.shared(m);
        let mut vectors = vec![];
        for of in self.pasts {
            let Some(value) = self.value(m, of) else {
                continue;
            };
            let start = self.start(m, of);
            let filling = self.moments.filling;
            let remembered = m.mux(&format!("{}_remembered", of.name), filling, start, value);
            let past = if of.in_registers() {
                self.in_registers(m, of, remembered, &shared)
            } else {
                self.in_ring(m, of, remembered, &shared, (parts, places))
            };
            vectors.push((of.id, padded(m, of, past)));
        }
        vectors
    }

    fn shared(&self, m: &mut ModuleBuilder) -> Shared {
        let Moments {
            filling,
            step,
            again,
            begun,
            late,
            ..
        } = self.moments;
        let rings = self.pasts.iter().filter(|of| !of.in_registers());
        let bits = rings.clone().map(|of| address_bits(depth(of))).max();
        let head = bits.map(|bits| {
            let ty = Type::unsigned(bits);
            let head = m.register("past_head_q", ty, 0);
            let one = m.constant("past_head_one", ty, 1);
            let next = m.add("past_head_d", head.net, one);
            let moves = m.or("past_head_moves", filling, again);
            m.drive(head, next, Some(moves));
            head.net
        });
        let signals = self.pasts.iter().any(|of| !of.before);
        let again = signals.then(|| m.delay("past_again_q", again, None, 0));
        let recalls = |cycles: usize| rings.clone().any(|of| of.cycles() == cycles);
        let fixed = recalls(1).then(|| m.delay("past_recall_q", step, None, 1));
        let looked_up = late.filter(|_| recalls(2));
        let looked_up = looked_up.map(|_| m.delay("past_recall_late_q", begun, None, 1));
        Shared {
            head,
            again,
            recall: [fixed, looked_up],
        }
    }

    /// The elements of what is remembered, as they stand.
    fn value(&self, m: &mut ModuleBuilder, of: &PastStore<'_>) -> Option<NetId> {
        self.stored(m, &format!("{}_present", of.name), of, of.past.of)
    }

    fn stored(
        &self,
        m: &mut ModuleBuilder,
        name: &str,
        of: &PastStore<'_>,
        id: VectorId,
    ) -> Option<NetId> {
        let registers = self.registers.iter().find(|of| of.id == id)?;
        let value = registers.value.net;
        Some(m.elements(name, value, 0, of.elements as u32))
    }

    /// What is filled in in this cycle: the last of the starts, but in the last cycles the others.
    fn start(&self, m: &mut ModuleBuilder, of: &PastStore<'_>) -> NetId {
        let name = of.name;
        let mut chosen = None;
        for (back, &id) in of.starts().iter().enumerate().rev() {
            let start = self.known(m, of, id);
            let now = self.moments.fill.filter(|_| chosen.is_some()).map(|fill| {
                let cycle = (self.moments.fills - 1 - back) as i64;
                let cycle = m.constant(&format!("{name}_start{back}_cycle"), m.ty(fill), cycle);
                m.equal(&format!("{name}_start{back}_now"), fill, cycle)
            });
            chosen = Some(match (now, chosen) {
                (Some(now), Some(earlier)) => {
                    m.mux(&format!("{name}_start{back}"), now, start, earlier)
                }
                _ => start,
            });
        }
        chosen.unwrap_or(self.moments.filling)
    }

    /// The elements of a vector that is known before the first step.
    fn known(&self, m: &mut ModuleBuilder, of: &PastStore<'_>, id: VectorId) -> NetId {
        let name = format!("{}_start", of.name);
        if let Some(stored) = self.stored(m, &name, of, id) {
            return stored;
        }
        let role = self.program.vector(id).map(|vector| &vector.role);
        let values = match role {
            Some(Role::Parameter(values)) => values.as_slice(),
            _ => &[],
        };
        let elements = values
            .iter()
            .map(|&value| encode(of.format, value))
            .collect();
        m.op(&name, word(of), Op::Constant(elements))
    }

    /// For a delay of one step.
    fn in_registers(
        &self,
        m: &mut ModuleBuilder,
        of: &PastStore<'_>,
        remembered: NetId,
        shared: &Shared,
    ) -> NetId {
        let name = of.name;
        let moments = &self.moments;
        let kept = |m: &mut ModuleBuilder, name: &str, when: NetId| {
            let moves = m.or(&format!("{name}_moves"), moments.filling, when);
            m.delay(&format!("{name}_q"), remembered, Some(moves), 0)
        };
        match (of.before, shared.again) {
            (false, Some(again)) => kept(m, name, again),
            _ => {
                let kept = kept(m, &format!("{name}_kept"), moments.begun);
                m.delay(&format!("{name}_q"), kept, Some(moments.begun), 0)
            }
        }
    }

    fn in_ring(
        &self,
        m: &mut ModuleBuilder,
        of: &PastStore<'_>,
        remembered: NetId,
        shared: &Shared,
        (parts, places): (&mut Parts, &mut Places),
    ) -> NetId {
        let name = of.name;
        let moments = &self.moments;
        let ty = Type::unsigned(address_bits(depth(of)));
        let head = shared.head.unwrap_or(moments.filling);
        let head = m.slice(&format!("{name}_head"), head, 0, ty.width);
        let [fixed, looked_up] = shared.recall;
        let memory = m.memory(&format!("{name}_ring"), word(of), depth(of) as u32, None);
        let (delay, recall) = match of.delay.constant() {
            Some(&delay) => {
                let delay = ty.wrap(delay as i64);
                (m.constant(&format!("{name}_delay"), ty, delay), fixed)
            }
            None => {
                let delays = of.delay.values().iter();
                let delays = ScheduleMemory {
                    name: &format!("{name}_delay"),
                    word: ty,
                    elements: delays.map(|&delay| ty.wrap(delay as i64)).collect(),
                };
                (delays.read(m, parts, places, &self.program.name), looked_up)
            }
        };
        let (when, place) = match (of.before, shared.again) {
            (false, Some(again)) => {
                let one = m.constant(&format!("{name}_one"), ty, 1);
                let behind = m.subtract(&format!("{name}_behind_head"), head, one);
                let place = m.mux(&format!("{name}_place"), moments.filling, head, behind);
                (again, place)
            }
            _ => (
                moments
                    .late
                    .filter(|_| of.cycles() > 1)
                    .unwrap_or(moments.begun),
                head,
            ),
        };
        let writes = m.or(&format!("{name}_writes"), moments.filling, when);
        m.write(memory, place, writes, remembered);
        let address = m.subtract(&format!("{name}_address"), head, delay);
        m.read(&format!("{name}_q"), memory, address, recall)
    }
}

/// Words of the ring of a past.
fn depth(of: &PastStore<'_>) -> u64 {
    of.longest().max(2).next_power_of_two() as u64
}

fn word(of: &PastStore<'_>) -> Type {
    net_type(of.format).times(of.elements as u32)
}

/// The vector with elements that stand for no row.
fn padded(m: &mut ModuleBuilder, of: &PastStore<'_>, vector: NetId) -> NetId {
    let more = of.length - of.elements;
    if more == 0 {
        return vector;
    }
    let padding = net_type(of.format).times(more as u32);
    let padding = m.constant(&format!("{}_padding", of.name), padding, 0);
    m.join(&format!("{}_padded", of.name), &[vector, padding])
}
