//! Noise: a register whose words are those of [`program::noise`], so many at once as a group has
//! rows.

use hw_ir::{ModuleBuilder, NetId, Type};
use program::VectorId;
use program::noise::{Leap, Noise, leap};

use super::plan::StagePlan;
use super::walk::Walk;

/// A vector of noise that a stage reads.
pub struct NoiseSource<'b, 'a> {
    /// The stage.
    pub plan: &'b StagePlan<'a>,
    /// The vector.
    pub id: VectorId,
    /// Its seed.
    pub seed: u64,
}

impl NoiseSource<'_, '_> {
    /// Adds the register; gives the values of the group whose own elements are read: that of lane l
    /// is made of the (l + 1)-th word after the register. `reseed` is high for one cycle before a
    /// run.
    pub fn build(&self, m: &mut ModuleBuilder, walk: &Walk, reseed: NetId) -> NetId {
        let (name, format) = self.plan.vector(self.id);
        m.section(format!("`{name}`: words of a linear-feedback register"));
        let ty = Type::unsigned(32);
        let seed = i64::from(Noise::start(self.seed));
        let state = m.register(&format!("{name}_state_q"), ty, seed);
        let advanced = self.advanced(m, name, state.net, walk);
        let first = m.constant(&format!("{name}_seed"), ty, seed);
        let next = m.mux(&format!("{name}_state_d"), reseed, first, advanced);
        let moves = m.or(&format!("{name}_moves"), walk.taken, reseed);
        m.drive(state, next, Some(moves));

        let lanes = self.plan.fold.lanes;
        let leaps: Vec<Leap> = (1..=lanes as u64).map(leap).collect();
        linear(m, name, state.net, format.width(), &leaps)
    }

    /// The register after the words of a group: one for each of its rows.
    fn advanced(&self, m: &mut ModuleBuilder, name: &str, state: NetId, walk: &Walk) -> NetId {
        let fold = self.plan.fold;
        let padding = fold.rows() - fold.units;
        let after = |m: &mut ModuleBuilder, what: &str, rows: usize| {
            linear(
                m,
                &format!("{name}_{what}"),
                state,
                32,
                &[leap(rows as u64)],
            )
        };
        let whole = after(m, "after_whole", fold.lanes);
        let Some(chunk) = walk.own_chunk.filter(|_| padding > 0) else {
            return whole;
        };
        let rest = after(m, "after_last", fold.lanes - padding);
        let last = m.constant(
            &format!("{name}_last_group"),
            m.ty(chunk),
            fold.chunks() as i64 - 1,
        );
        let is_last = m.equal(&format!("{name}_in_last_group"), chunk, last);
        m.mux(&format!("{name}_advanced"), is_last, rest, whole)
    }
}

/// The top `width` bits of a register after each of some leaps, as one vector: the exclusive or of
/// what each of the register's bits adds to it.
fn linear(m: &mut ModuleBuilder, name: &str, state: NetId, width: u32, leaps: &[Leap]) -> NetId {
    let ty = Type::unsigned(width).times(leaps.len() as u32);
    let added = |leap: &Leap, bit: u32| {
        let top = leap.iter().skip(32 - width as usize).enumerate();
        top.fold(0, |value, (place, mask)| {
            value | i64::from(mask >> bit & 1) << place
        })
    };
    let none = m.constant(&format!("{name}_none"), ty, 0);
    let terms: Vec<NetId> = (0..32)
        .map(|bit| {
            let set = m.slice(&format!("{name}_bit{bit}"), state, bit, 1);
            let added = leaps.iter().map(|leap| added(leap, bit)).collect();
            let added = hw_ir::Op::Constant(added);
            let added = m.op(&format!("{name}_added{bit}"), ty, added);
            m.mux(&format!("{name}_term{bit}"), set, added, none)
        })
        .collect();
    let sum = terms
        .into_iter()
        .reduce(|sum, term| m.xor(&format!("{name}_sum"), sum, term));
    sum.unwrap_or(none)
}
