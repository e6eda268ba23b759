//! The cell of a grid: the weighted sum over its neighbourhood, and the apply expression.

use hw_ir::{Module, ModuleBuilder, NetId, Op, Type};
use program::constant::signed_digits;
use program::{Coding, Format, Gather, NodeId, Program, Stage, VectorId};

use super::geometry::{Stencil, place_name};
use crate::arithmetic::{net_type, number, signed_width};
use crate::error::ScheduleError;
use crate::expression::{Leaf, Leaves, build, elements_read};
use crate::units::lane::pairs;

/// What a cell is made for.
pub struct Cell<'a> {
    /// The program.
    pub program: &'a Program,
    /// The stage.
    pub stage: &'a Stage,
    /// The stage's only gather.
    pub gather: &'a Gather,
    /// The gather's stencil.
    pub stencil: &'a Stencil,
    /// The format of a source after the map.
    pub source: Format,
    /// The vector that the stage writes, and its format.
    pub target: (VectorId, Format),
}

struct CellLeaves {
    sum: NetId,
    elements: Vec<(VectorId, NetId)>,
}

impl Leaves for CellLeaves {
    fn gathered(&self, place: usize) -> Option<Leaf> {
        let (net, held) = (self.sum, false);
        (place == 0).then_some(Leaf { net, held })
    }

    fn element(&self, vector: VectorId) -> Option<Leaf> {
        let mut elements = self.elements.iter();
        let &(_, net) = elements.find(|(id, _)| *id == vector)?;
        Some(Leaf { net, held: false })
    }
}

impl Cell<'_> {
    /// The vectors whose own element the cell reads: those of the expression, and the target
    /// where the stage rewrites it, to tell a change.
    pub fn own_vectors(&self) -> Vec<VectorId> {
        let results: Vec<NodeId> = self.stage.writes.iter().map(|(_, node)| *node).collect();
        let mut vectors = elements_read(&self.stage.apply, &results);
        if self.rewrites() && !vectors.contains(&self.target.0) {
            vectors.push(self.target.0);
        }
        vectors
    }

    /// Whether the stage writes what it gathers.
    pub fn rewrites(&self) -> bool {
        self.gather.source == self.target.0
    }

    /// Builds the module. Inputs: `advance_i`, one input a tap of the stencil, `own_NAME_i` a
    /// vector of [`Cell::own_vectors`], one cycle after the taps. Outputs: `next_o`, and
    /// `changed_o` where the stage rewrites its source; both one cycle after the taps.
    ///
    /// # Errors
    /// When the apply expression reads what a cell does not have.
    pub fn build(&self) -> Result<Module, ScheduleError> {
        let name = format!("{}_{}_cell", self.program.name, self.stage.name);
        let mut m = ModuleBuilder::new(name, "one cell: the weighted sum, then the update");
        if let Some(source) = self.program.source(&self.stage.name) {
            m.source(source);
        }
        let accumulator = self.gather.accumulator;
        let weight = self.gather.weights.format;
        let formats = format!(
            "source {}, coefficient {weight}, sum {accumulator}: holds the worst case over the \
             template, so it cannot overflow",
            self.source
        );
        m.fact("formats", formats);
        m.fact(
            "latency",
            "1 cycle from the neighbourhood to the result, which is not registered",
        );
        let advance = m.input("advance_i", Type::BIT);
        m.group("the neighbourhood, after the boundary rule");
        let mut taps = vec![];
        for &(south, east, raw) in &self.stencil.taps {
            let name = place_name(south, east);
            let net = m.input(&format!("{name}_i"), net_type(self.source));
            taps.push((name, net, raw));
        }
        m.group("the cell's own values, one cycle later");
        let mut elements = vec![];
        for vector in self.own_vectors() {
            let of = self
                .program
                .vector(vector)
                .ok_or_else(|| self.unreadable())?;
            elements.push((
                vector,
                m.input(&format!("own_{}_i", of.name), net_type(of.format)),
            ));
        }
        let sum = self.sum(&mut m, &taps);
        let sum = m.delay("sum_q", sum, Some(advance), 0);
        m.section("apply");
        let leaves = CellLeaves { sum, elements };
        let result = self.stage.writes.first().map(|(_, node)| *node);
        let next =
            result.and_then(|node| build(&mut m, self.program, &self.stage.apply, node, &leaves));
        let next = next.ok_or_else(|| self.unreadable())?;
        m.group("the result");
        m.output("next_o", next);
        if let Some(own) = leaves.element(self.target.0).filter(|_| self.rewrites()) {
            let changed = m.not_equal("changed", next, own.net);
            m.output("changed_o", changed);
        }
        Ok(m.finish())
    }

    fn unreadable(&self) -> ScheduleError {
        ScheduleError::Form {
            name: self.program.name.clone(),
            found: format!("stage `{}` over a grid", self.stage.name),
            why: "its apply expression reads what a cell does not have".into(),
            works: "an expression over the gathered sum and vectors of the grid".into(),
        }
    }

    fn sum(&self, m: &mut ModuleBuilder, taps: &[(String, NetId, i64)]) -> NetId {
        let ty = net_type(self.gather.accumulator);
        m.section("products with the template");
        let mut terms = vec![];
        for (name, net, raw) in taps {
            terms.extend(self.products(m, name, *net, *raw));
        }
        let mut level = 0;
        while terms.len() > 1 {
            level += 1;
            m.section(format!("adder tree, level {level}"));
            terms = pairs(m, level, &terms, ty.width);
        }
        match terms.first() {
            Some(&term) => m.resize("sum", term, ty),
            None => m.constant("sum", ty, 0),
        }
    }

    /// The coefficient times the source, as terms to be summed: for a bipolar source the
    /// coefficient or its negative, else shifted copies, one a digit of the coefficient's
    /// canonical signed-digit form, so that no multiplier is needed.
    fn products(&self, m: &mut ModuleBuilder, name: &str, source: NetId, raw: i64) -> Vec<NetId> {
        let limit = self.gather.accumulator.width();
        let label = format!("product_{name}");
        if self.source.coding() == Coding::Bipolar {
            let magnitude = i128::from(raw).abs();
            let exact = Format::signed_holding(-magnitude, magnitude, 0).map_or(64, Format::width);
            let ty = Type::signed(exact.min(limit));
            let plus = m.constant(&format!("{label}_plus"), ty, ty.wrap(raw));
            let minus = m.constant(&format!("{label}_minus"), ty, ty.wrap(-raw));
            return vec![m.mux(&label, source, plus, minus)];
        }
        let term = |m: &mut ModuleBuilder, (shift, negative): (u32, bool)| {
            let width = (signed_width(self.source) + shift + u32::from(negative)).min(limit);
            let ty = Type::signed(width);
            let wide = number(
                m,
                &format!("wide_{name}_{shift}"),
                source,
                self.source,
                width,
            );
            let shifted = match shift {
                0 => wide,
                _ => m.op(
                    &format!("{label}_times{}", 1u64 << shift),
                    ty,
                    Op::ShiftLeft(wide, shift),
                ),
            };
            if negative {
                m.op(
                    &format!("{label}_minus{}", 1u64 << shift),
                    ty,
                    Op::Negate(shifted),
                )
            } else {
                shifted
            }
        };
        signed_digits(raw)
            .into_iter()
            .map(|digit| term(m, digit))
            .collect()
    }
}
