//! The design that holds one instance of every op for every choice of small types.

use hw_ir::{Design, ModuleBuilder, NetId, Op, Type};
use hw_sim::stimulus::random::Random;

/// Bits of the number that counts through the operands' values.
pub const COUNTED_BITS: u32 = 13;

/// Cycles that run through every value of the counted bits.
pub const CYCLES: u64 = 1 << COUNTED_BITS;

/// Up to this many bits two operands and a choice of four are counted through independently.
const PAIR_BITS: u64 = 6;

/// Which part of an op an operand is; each part is driven from bits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The first operand: the lowest bits of the count.
    First,
    /// The second operand: the highest bits of the count.
    Second,
    /// The bit that chooses, or an index below this number of chunks: bits 6 and 7 of the count.
    Choice(u32),
}

/// An input port of the bed.
#[derive(Debug, Clone, Copy)]
pub struct Driven {
    slot: Slot,
    ty: Type,
    /// The net of the port.
    pub net: NetId,
}

/// An op under test, its result an output of the design.
#[derive(Debug, Clone)]
pub struct Case {
    /// The name of the output.
    pub name: String,
    /// The op, over nets of the bed.
    pub op: Op,
    /// The type of its result.
    pub ty: Type,
    /// The net of its result.
    pub net: NetId,
}

/// The design under construction.
pub struct Bed {
    module: ModuleBuilder,
    /// Its inputs, in port order.
    pub inputs: Vec<Driven>,
    /// The ops under test.
    pub cases: Vec<Case>,
}

impl Bed {
    /// A bed without ops.
    pub fn new() -> Bed {
        Bed {
            module: ModuleBuilder::new("ops", "every op over small types"),
            inputs: vec![],
            cases: vec![],
        }
    }

    /// The input that drives operands of this type in this part.
    pub fn operand(&mut self, slot: Slot, ty: Type) -> NetId {
        let found = self
            .inputs
            .iter()
            .find(|input| input.slot == slot && input.ty == ty);
        if let Some(found) = found {
            return found.net;
        }
        let part = match slot {
            Slot::First => "first".to_owned(),
            Slot::Second => "second".to_owned(),
            Slot::Choice(of) => format!("choice{of}"),
        };
        let net = self.module.input(&format!("{part}_{}_i", tag(ty)), ty);
        self.inputs.push(Driven { slot, ty, net });
        net
    }

    /// A constant as an operand; it is a case of its own as well.
    pub fn constant(&mut self, ty: Type, elements: Vec<i64>) -> NetId {
        self.case("constant", ty, Op::Constant(elements))
    }

    /// Puts an op to the test.
    pub fn case(&mut self, kind: &str, ty: Type, op: Op) -> NetId {
        let name = format!("{kind}{}_{}", self.cases.len(), tag(ty));
        let net = self.module.op(&name, ty, op.clone());
        let name = format!("{name}_o");
        self.module.output(&name, net);
        self.cases.push(Case { name, op, ty, net });
        net
    }

    /// The finished design.
    pub fn design(self) -> (Design, Vec<Driven>, Vec<Case>) {
        let design = Design {
            name: "ops".into(),
            header: vec![],
            modules: vec![self.module.finish()],
            images: vec![],
        };
        (design, self.inputs, self.cases)
    }
}

/// A type in a name: `s4x3` is three signed elements of four bits.
pub fn tag(ty: Type) -> String {
    let sign = if ty.signed { 's' } else { 'u' };
    format!("{sign}{}x{}", ty.width, ty.count)
}

impl Driven {
    /// The elements at a count: counted through where the type is small enough, else random with a
    /// bias to corners.
    pub fn elements(self, count: u64, random: &mut Random) -> Vec<i64> {
        let bits = self.ty.bits();
        match self.slot {
            Slot::First if bits <= u64::from(COUNTED_BITS) => cut(self.ty, count),
            Slot::Second if bits <= PAIR_BITS => {
                cut(self.ty, count >> (u64::from(COUNTED_BITS) - bits))
            }
            Slot::First | Slot::Second => random.elements(self.ty),
            Slot::Choice(of) => vec![(count >> PAIR_BITS) as i64 % 4 % i64::from(of)],
        }
    }
}

/// The low bits of a number as the elements of a type.
fn cut(ty: Type, bits: u64) -> Vec<i64> {
    (0..ty.count)
        .map(|element| ty.wrap((bits >> (element * ty.width)) as i64))
        .collect()
}
