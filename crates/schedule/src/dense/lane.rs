//! The lane of a dense or sparse stage: one row's products, their sum, and the apply expression.

use hw_ir::{Module, ModuleBuilder, NetId, Op, Type};
use program::{Arrangement, Coding, Format, Gather, Program, Stage, VectorId};

use super::fold::{Fold, LEVELS_A_REGISTER};
use crate::arithmetic::{net_type, number, signed_width};
use crate::error::ScheduleError;
use crate::expression::{Leaves, build};

/// What a lane is made for.
pub struct Lane<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its only stage.
    pub stage: &'a Stage,
    /// The stage's only gather.
    pub gather: &'a Gather,
    /// The vector that is gathered from and written.
    pub state: VectorId,
    /// The format of a source element after the map.
    pub source: Format,
    /// The fold.
    pub fold: Fold,
    /// Elements of the state register, with padding.
    pub length: usize,
    /// Whether states two steps back are compared.
    pub detect_period: bool,
}

/// How the sum of a row starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// A row takes one cycle: every sum starts anew.
    Always,
    /// The accumulator is cleared at the write of the row before, which no sum overlaps; a
    /// register's reset does that without logic.
    Clear,
    /// The first cycle of a row takes the start value instead of the accumulator.
    First,
}

impl Restart {
    /// The cheapest way for a fold.
    pub fn of(fold: &Fold, has_offset: bool) -> Restart {
        match (fold.columns, fold.groups) {
            (1, _) => Restart::Always,
            (_, 1) if !has_offset => Restart::Clear,
            _ => Restart::First,
        }
    }
}

struct LaneLeaves {
    field: NetId,
    state: (VectorId, NetId),
}

impl Leaves for LaneLeaves {
    fn gathered(&self, place: usize) -> Option<NetId> {
        (place == 0).then_some(self.field)
    }

    fn element(&self, vector: VectorId) -> Option<NetId> {
        (vector == self.state.0).then_some(self.state.1)
    }
}

impl Lane<'_> {
    /// Whether the sum starts from an offset.
    fn has_offset(&self) -> bool {
        self.gather.offset.is_some()
    }

    /// Builds the module. Inputs in order: `accumulate_i`, `apply_i` or `first_i` (see
    /// [`Restart`]), `weight_i`, then `source_i` (dense) or `index_i` and `state_i` (sparse),
    /// `offset_i` (where there is one), `own_i`, `previous_i` (where period 2 is looked for).
    /// Outputs: `next_o`, `changed_o`, and `differs_o` with `previous_i`.
    ///
    /// # Errors
    /// When the apply expression reads a vector other than the state.
    pub fn build(&self) -> Result<Module, ScheduleError> {
        let mut m = ModuleBuilder::new(format!("{}_lane", self.program.name), self.purpose());
        if let Some(source) = self.program.source(&self.stage.name) {
            m.source(source);
        }
        let accumulator = self.gather.accumulator;
        m.fact("formats", self.formats());
        m.fact(
            "latency",
            format!("{} cycles from weight to next state", self.fold.depth + 2),
        );
        let state_type = net_type(self.state_format());

        m.group("control: which cycle of a row this is");
        let accumulate = m.input("accumulate_i", Type::BIT);
        let anew = match self.restart() {
            Restart::Always => None,
            Restart::Clear => Some(m.input("apply_i", Type::BIT)),
            Restart::First => Some(m.input("first_i", Type::BIT)),
        };
        m.group("one weight a tap, from the weight memory");
        let weight_type = net_type(self.gather.weights.format).times(self.fold.taps as u32);
        let weights = m.input("weight_i", weight_type);
        let (weights, sources) = self.sources(&mut m, weights);
        let offset = self.has_offset().then(|| {
            m.group("what the sum starts from");
            m.input("offset_i", net_type(accumulator))
        });
        m.group("the row's own state");
        let own = m.input("own_i", state_type);
        let previous = self.detect_period.then(|| {
            m.group("the row's state one step before");
            m.input("previous_i", state_type)
        });

        let field = self.accumulate(&mut m, (weights, sources), offset, accumulate, anew);
        m.section("apply");
        let leaves = LaneLeaves {
            field,
            state: (self.state, own),
        };
        let result = self.stage.writes.first().map(|(_, node)| *node);
        let next = result.and_then(|node| build(&mut m, &self.stage.apply, node, &leaves));
        let next = next.ok_or_else(|| self.unreadable())?;
        let changed = m.not_equal("changed", next, own);
        m.group("the new state, and whether it is one");
        m.output("next_o", next);
        m.output("changed_o", changed);
        if let Some(previous) = previous {
            let differs = m.not_equal("differs", next, previous);
            m.output("differs_o", differs);
        }
        Ok(m.finish())
    }

    fn unreadable(&self) -> ScheduleError {
        ScheduleError::Form {
            name: self.program.name.clone(),
            found: "lanes over units".into(),
            why: "its apply expression reads a vector other than its state".into(),
            works: "an expression over the gathered sum and the state".into(),
        }
    }

    fn purpose(&self) -> String {
        let (sum, lanes) = ("sum over j of w[i][j] * s[j]", self.fold.lanes);
        let offset = if self.has_offset() {
            "offset[i] + "
        } else {
            ""
        };
        match lanes {
            1 => format!("the lane of the gather engine, {offset}{sum}, then the update"),
            _ => {
                format!("one of {lanes} lanes of the gather engine, {offset}{sum}, then the update")
            }
        }
    }

    fn formats(&self) -> String {
        let weight = self.gather.weights.format;
        let accumulator = self.gather.accumulator;
        let coded = if self.source.coding() == Coding::Bipolar {
            " (0 is -1, 1 is +1)"
        } else {
            ""
        };
        format!(
            "weight {weight}, source {}{coded}, accumulator {accumulator}: holds the worst case \
             over the weights, so it cannot overflow",
            self.source
        )
    }

    fn state_format(&self) -> Format {
        self.program
            .vector(self.state)
            .map_or(Format::BIPOLAR, |v| v.format)
    }

    /// The weight and source of each tap at the first arithmetic stage.
    fn sources(&self, m: &mut ModuleBuilder, weights: NetId) -> (NetId, NetId) {
        let taps = self.fold.taps as u32;
        let source_type = net_type(self.source);
        match &self.gather.weights.arrangement {
            Arrangement::Dense { .. } | Arrangement::Stencil { .. } => {
                m.group("one source a tap, from the state register");
                (weights, m.input("source_i", source_type.times(taps)))
            }
            Arrangement::Sparse { .. } => {
                m.group("which source each tap takes, and all of them");
                let bits = hw_ir::types::address_bits(self.length as u64);
                let indices = m.input("index_i", Type::unsigned(bits).times(taps));
                let all = m.input("state_i", source_type.times(self.length as u32));
                m.section("pick the sources");
                let picked: Vec<NetId> = (0..taps)
                    .map(|tap| {
                        let index = m.elements(&format!("index_{tap}"), indices, tap, 1);
                        if self.length == 1 {
                            m.any(&format!("index_{tap}_unused"), index);
                        }
                        m.select(&format!("picked_{tap}"), all, index, 1)
                    })
                    .collect();
                let picked = m.join("picked", &picked);
                let picked = m.delay("picked_q", picked, None, 0);
                (m.delay("weight_q", weights, None, 0), picked)
            }
        }
    }

    /// How a row's sum starts; see [`Restart`].
    fn restart(&self) -> Restart {
        Restart::of(&self.fold, self.has_offset())
    }

    fn accumulate(
        &self,
        m: &mut ModuleBuilder,
        (weights, sources): (NetId, NetId),
        offset: Option<NetId>,
        accumulate: NetId,
        anew: Option<NetId>,
    ) -> NetId {
        let ty = net_type(self.gather.accumulator);
        let register = m.register("accumulator_q", ty, 0);
        m.section("products");
        let single = self.fold.taps == 1 && self.source.coding() == Coding::Bipolar;
        let term = if single {
            None
        } else {
            Some(self.terms(m, weights, sources))
        };
        m.section("accumulate");
        let start =
            |m: &mut ModuleBuilder| offset.unwrap_or_else(|| m.constant("row_start", ty, 0));
        let base = match (self.restart(), anew) {
            (Restart::First, Some(first)) => {
                let start = start(m);
                m.mux("row_base", first, start, register.net)
            }
            (Restart::Always, _) => start(m),
            (Restart::Clear | Restart::First, _) => register.net,
        };
        let sum = match term {
            Some(term) => {
                let term = m.resize("term_wide", term, ty);
                m.add("row_sum", base, term)
            }
            None => {
                let weight_format = self.gather.weights.format;
                let wide = number(m, "weight_wide", weights, weight_format, ty.width);
                let subtract = m.not("source_minus", sources);
                let op = Op::AddSubtract {
                    subtract,
                    left: base,
                    right: wide,
                };
                m.op("row_sum", ty, op)
            }
        };
        match (self.restart(), anew) {
            (Restart::Clear, Some(apply)) => {
                let start = start(m);
                let next = m.mux("accumulator_d", apply, start, sum);
                let moves = m.or("accumulator_moves", accumulate, apply);
                m.drive(register, next, Some(moves));
            }
            _ => m.drive(register, sum, Some(accumulate)),
        }
        register.net
    }

    /// The sum of all taps' products, with the registers of the fold.
    fn terms(&self, m: &mut ModuleBuilder, weights: NetId, sources: NetId) -> NetId {
        let taps = self.fold.taps as u32;
        let mut terms: Vec<NetId> = (0..taps)
            .map(|tap| {
                let weight = m.elements(&format!("weight_{tap}"), weights, tap, 1);
                let source = m.elements(&format!("source_{tap}"), sources, tap, 1);
                self.product(m, tap, weight, source)
            })
            .collect();
        if taps > 1 {
            terms = registered(m, "product", &terms);
        }
        let limit = self.gather.accumulator.width();
        let mut level = 0;
        while terms.len() > 1 {
            level += 1;
            m.section(format!("adder tree, level {level}"));
            terms = pairs(m, level, &terms, limit);
            if level % LEVELS_A_REGISTER == 0 {
                terms = registered(m, &format!("sum{level}"), &terms);
            }
        }
        terms[0]
    }

    fn product(&self, m: &mut ModuleBuilder, tap: u32, weight: NetId, source: NetId) -> NetId {
        let weight_format = self.gather.weights.format;
        let limit = self.gather.accumulator.width();
        let (weight_width, source_width) = (signed_width(weight_format), signed_width(self.source));
        let name = |part: &str| format!("{part}_{tap}");
        if self.source.coding() == Coding::Bipolar {
            let width = (weight_width + 1).min(limit);
            let wide = number(m, &name("weight_wide"), weight, weight_format, width);
            let minus = m.op(&name("weight_minus"), Type::signed(width), Op::Negate(wide));
            return m.mux(&name("product"), source, wide, minus);
        }
        let width = (weight_width + source_width).min(limit);
        let source = number(m, &name("source_wide"), source, self.source, width);
        if weight_format.coding() == Coding::Bipolar {
            let minus = m.op(
                &name("source_minus"),
                Type::signed(width),
                Op::Negate(source),
            );
            return m.mux(&name("product"), weight, source, minus);
        }
        let weight = number(m, &name("weight_wide"), weight, weight_format, width);
        m.op(
            &name("product"),
            Type::signed(width),
            Op::Multiply(weight, source),
        )
    }
}

fn registered(m: &mut ModuleBuilder, name: &str, nets: &[NetId]) -> Vec<NetId> {
    nets.iter()
        .enumerate()
        .map(|(i, &net)| m.delay(&format!("{name}_{i}_q"), net, None, 0))
        .collect()
}

/// Sums of neighbours, one bit wider (at most `limit` bits); an odd one passes through.
pub fn pairs(m: &mut ModuleBuilder, level: usize, terms: &[NetId], limit: u32) -> Vec<NetId> {
    terms
        .chunks(2)
        .enumerate()
        .map(|(i, pair)| {
            let widest = pair.iter().map(|&term| m.ty(term).width).max().unwrap_or(1);
            let ty = Type::signed((widest + 1).min(limit.max(widest)));
            let name = |part: &str| format!("{part}{level}_{i}");
            let left = m.resize(&name("left"), pair[0], ty);
            match pair.get(1) {
                Some(&right) => {
                    let right = m.resize(&name("right"), right, ty);
                    m.add(&name("sum"), left, right)
                }
                None => left,
            }
        })
        .collect()
}
