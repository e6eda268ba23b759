//! The lane of a stage over units: one row's products, their sums, and the apply expression.

use hw_ir::{ImageId, Module, ModuleBuilder, NetId, Op, Type, types::address_bits};
use program::{Arrangement, Coding, TableId, VectorId};

use super::fold::{Fold, LEVELS_A_REGISTER};
use super::plan::{GatherPlan, StagePlan};
use super::store::Stores;
use super::weights::{decoded, shifted, stored_type};
use crate::arithmetic::{encode, net_type, number, signed_width};
use crate::error::ScheduleError;
use crate::expression::{Builder, Built, Leaf, Leaves};

/// What a lane is made for.
pub struct Lane<'a> {
    /// The stage.
    pub plan: &'a StagePlan<'a>,
    /// The vectors of the program.
    pub stores: &'a Stores<'a>,
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
    sums: Vec<Leaf>,
    elements: Vec<(VectorId, Leaf)>,
}

impl Leaves for LaneLeaves {
    fn gathered(&self, place: usize) -> Option<Leaf> {
        self.sums.get(place).copied()
    }

    fn element(&self, vector: VectorId) -> Option<Leaf> {
        let found = self.elements.iter().find(|(id, _)| *id == vector);
        found.map(|(_, leaf)| *leaf)
    }
}

/// Which cycle of a row it is; what the accumulators need of that.
#[derive(Clone, Copy)]
struct Timing {
    accumulate: NetId,
    /// `apply_i` or `first_i`; see [`Restart`].
    anew: Option<NetId>,
}

/// What a gather takes in.
struct Operands {
    weights: NetId,
    sources: NetId,
    offset: Option<NetId>,
}

impl Lane<'_> {
    /// Builds the module. Inputs in order: `accumulate_i` and `apply_i` or `first_i` (see
    /// [`Restart`]) where something is gathered; for each gather `weight_i`, then `source_i`
    /// (dense) or `index_i` and `all_i` (sparse), and `offset_i` (where there is one); `NAME_i`
    /// for the row's own element of each vector in [`StagePlan::own`],
    /// [`StagePlan::parameters`] and [`StagePlan::handed`], for the value of each of
    /// [`StagePlan::schedules`] that changes, and for the row's word of each of
    /// [`StagePlan::noises`]; `NAME_before_i` for each state written (where period 2 is looked
    /// for). Outputs:
    /// `NAME_next_o` for each vector written, `changed_o` where the stage tells rest from unrest,
    /// and `differs_o` where it writes a state and period 2 is looked for.
    ///
    /// `image` gives the contents of a table in a memory.
    ///
    /// # Errors
    /// When the apply expression reads what the stage has not.
    pub fn build(
        &self,
        image: &mut dyn FnMut(TableId) -> Option<ImageId>,
    ) -> Result<Module, ScheduleError> {
        let plan = self.plan;
        let name = format!("{}_{}_lane", plan.program.name, plan.stage.name);
        let mut m = ModuleBuilder::new(name, self.purpose());
        if let Some(source) = plan.program.source(&plan.stage.name) {
            m.source(source);
        }
        for gather in &plan.gathers {
            m.fact("formats", self.formats(gather));
        }
        m.fact(
            "latency",
            format!("{} cycles from weight to next state", plan.fold.latency()),
        );
        let timing = self.timing(&mut m);
        let operands: Vec<Operands> = plan
            .gathers
            .iter()
            .map(|gather| self.operands(&mut m, gather))
            .collect();
        let elements = self.elements(&mut m);
        let before = self.before(&mut m);

        let sums = operands
            .into_iter()
            .zip(&plan.gathers)
            .filter_map(|(operands, gather)| Some((operands, gather, timing?)))
            .map(|(operands, gather, timing)| Leaf {
                net: self.accumulate(&mut m, gather, operands, timing),
                held: plan.fold.holds_sums(),
            })
            .collect();
        m.section("apply");
        let leaves = LaneLeaves { sums, elements };
        let builder = Builder {
            program: plan.program,
            expression: &plan.stage.apply,
            leaves: &leaves,
            levels: plan.levels.clone(),
            image,
        };
        let mut built = builder.build(&mut m).ok_or_else(|| self.unreadable())?;
        let results = plan.results().into_iter();
        let results: Option<Vec<NetId>> = results
            .map(|node| built.at(&mut m, &plan.stage.apply, node, plan.fold.apply))
            .collect();
        let results = results.ok_or_else(|| self.unreadable())?;
        self.outputs(&mut m, &leaves, &mut built, &results, &before);
        Ok(m.finish())
    }

    /// The row's own elements, and what all rows of a step share.
    fn elements(&self, m: &mut ModuleBuilder) -> Vec<(VectorId, Leaf)> {
        let plan = self.plan;
        m.group("the row's own elements");
        let own = plan
            .own
            .iter()
            .chain(plan.parameters.iter().map(|(id, _)| id))
            .chain(plan.handed.iter().map(|handed| &handed.id));
        let mut elements: Vec<(VectorId, Leaf)> = own
            .map(|&id| {
                let (name, format) = plan.vector(id);
                let net = m.input(&format!("{name}_i"), net_type(format));
                let held = plan.fold.holds_elements();
                (id, Leaf { net, held })
            })
            .collect();
        m.group("values of this step, the same for every row");
        for (id, schedule) in &plan.schedules {
            let (name, format) = plan.vector(*id);
            let net = match schedule.constant() {
                Some(&value) => m.constant(name, net_type(format), encode(format, value)),
                None => m.input(&format!("{name}_i"), net_type(format)),
            };
            elements.push((*id, Leaf { net, held: true }));
        }
        m.group("noise, a word for the row");
        for &(id, _) in &plan.noises {
            let (name, format) = plan.vector(id);
            let net = m.input(&format!("{name}_i"), net_type(format));
            let held = plan.fold.holds_elements();
            elements.push((id, Leaf { net, held }));
        }
        elements
    }

    fn timing(&self, m: &mut ModuleBuilder) -> Option<Timing> {
        if self.plan.gathers.is_empty() {
            return None;
        }
        m.group("control: which cycle of a row this is");
        let accumulate = m.input("accumulate_i", Type::BIT);
        let anew = match self.plan.restart() {
            Restart::Always => None,
            Restart::Clear => Some(m.input("apply_i", Type::BIT)),
            Restart::First => Some(m.input("first_i", Type::BIT)),
        };
        Some(Timing { accumulate, anew })
    }

    fn before(&self, m: &mut ModuleBuilder) -> Vec<(VectorId, Leaf)> {
        if !self.plan.detects_period() {
            return vec![];
        }
        m.group("the row's states one step before");
        let states = self.plan.states().into_iter();
        states
            .map(|id| {
                let (name, format) = self.plan.vector(id);
                let net = m.input(&format!("{name}_before_i"), net_type(format));
                let held = self.plan.fold.holds_elements();
                (id, Leaf { net, held })
            })
            .collect()
    }

    fn outputs(
        &self,
        m: &mut ModuleBuilder,
        leaves: &LaneLeaves,
        built: &mut Built,
        results: &[NetId],
        before: &[(VectorId, Leaf)],
    ) {
        let written: Vec<(VectorId, NetId)> = self
            .plan
            .stage
            .writes
            .iter()
            .zip(results)
            .map(|(&(id, _), &net)| (id, net))
            .collect();
        let rest = results.get(written.len());
        let find = |id: VectorId| {
            written
                .iter()
                .find(|(of, _)| *of == id)
                .map(|(_, net)| *net)
        };
        let mut other = |m: &mut ModuleBuilder, name: &str, than: &[(VectorId, Option<Leaf>)]| {
            let mut any = None;
            for &(state, old) in than {
                let (Some(next), Some(old)) = (find(state), old) else {
                    continue;
                };
                let of = self.plan.vector(state).0;
                let old = built.leaf(m, of, old, self.plan.fold.apply);
                let bit = m.not_equal(&format!("{of}_{name}"), next, old);
                any = Some(match any {
                    None => bit,
                    Some(any) => m.or(name, any, bit),
                });
            }
            any
        };
        let compared = self.plan.compared().into_iter();
        let compared: Vec<_> = compared.map(|id| (id, leaves.element(id))).collect();
        let changed = match rest {
            Some(&rest) => Some(m.not("unrest", rest)),
            None => other(m, "changed", &compared),
        };
        let before: Vec<_> = before.iter().map(|&(id, leaf)| (id, Some(leaf))).collect();
        let differs = other(m, "differs", &before);
        m.group("the new values, and whether the row is not at rest");
        for &(id, net) in &written {
            m.output(&format!("{}_next_o", self.plan.vector(id).0), net);
        }
        if let Some(changed) = changed {
            m.output("changed_o", changed);
        }
        if let Some(differs) = differs {
            m.output("differs_o", differs);
        }
    }

    fn unreadable(&self) -> ScheduleError {
        ScheduleError::Program {
            name: self.plan.program.name.clone(),
            why: format!(
                "the expression of stage `{}` reads what is not there",
                self.plan.stage.name
            ),
        }
    }

    fn purpose(&self) -> String {
        let offset = if self.plan.has_offset() {
            "offset[i] + "
        } else {
            ""
        };
        let sum = match self.plan.gathers.len() {
            0 => "own elements alone".to_owned(),
            1 => format!("{offset}sum over j of w[i][j] * s[j]"),
            sums => format!("{sums} sums over j of w[i][j] * s[j]"),
        };
        match self.plan.fold.lanes {
            1 => format!("the lane of a stage: {sum}, then the update"),
            lanes => format!("one of {lanes} lanes of a stage: {sum}, then the update"),
        }
    }

    fn formats(&self, of: &GatherPlan<'_>) -> String {
        let weight = of.gather.weights.format;
        let accumulator = of.gather.accumulator;
        let coded = if of.source.coding() == Coding::Bipolar {
            " (0 is -1, 1 is +1)"
        } else {
            ""
        };
        let stored = of.powers.map_or(String::new(), |powers| {
            format!(" as sign and power of two in {} bits", powers.width())
        });
        format!(
            "weight {weight}{stored}, source {}{coded}, accumulator {accumulator}: holds the worst case \
             over the weights, so it cannot overflow",
            of.source
        )
    }

    /// The weight and source of each tap at the first arithmetic stage, and the offset.
    fn operands(&self, m: &mut ModuleBuilder, of: &GatherPlan<'_>) -> Operands {
        let taps = self.plan.fold.taps as u32;
        m.group("one weight a tap, from the weight memory");
        let weight_type = stored_type(&of.gather.weights).times(taps);
        let weights = m.input("weight_i", weight_type);
        let source_type = net_type(of.source);
        let (weights, sources) = match &of.gather.weights.arrangement {
            Arrangement::Dense { .. } | Arrangement::Stencil { .. } => {
                m.group("one source a tap, from its vector");
                let sources = m.input("source_i", source_type.times(taps));
                if self.plan.picks() {
                    // As late as the sources that are picked by indices.
                    let weights = m.delay("weight_q", weights, None, 0);
                    (weights, m.delay("source_q", sources, None, 0))
                } else {
                    (weights, sources)
                }
            }
            Arrangement::Sparse { .. } => {
                m.group("which source each tap takes, and all of them");
                let length = self.stores.length(of.gather.source) as u32;
                let bits = address_bits(u64::from(length));
                let indices = m.input("index_i", Type::unsigned(bits).times(taps));
                let all = m.input("all_i", source_type.times(length));
                (
                    m.delay("weight_q", weights, None, 0),
                    picked(m, indices, all),
                )
            }
        };
        let offset = of.gather.offset.map(|_| {
            m.group("what the sum starts from");
            m.input("offset_i", net_type(of.gather.accumulator))
        });
        Operands {
            weights,
            sources,
            offset,
        }
    }

    fn accumulate(
        &self,
        m: &mut ModuleBuilder,
        of: &GatherPlan<'_>,
        operands: Operands,
        timing: Timing,
    ) -> NetId {
        let Operands {
            weights,
            sources,
            offset,
        } = operands;
        let ty = net_type(of.gather.accumulator);
        let register = m.register("accumulator_q", ty, 0);
        m.section("products");
        let single = self.plan.fold.taps == 1 && of.source.coding() == Coding::Bipolar;
        let term = if single {
            None
        } else {
            Some(self.terms(m, of, weights, sources))
        };
        m.section("accumulate");
        let start =
            |m: &mut ModuleBuilder| offset.unwrap_or_else(|| m.constant("row_start", ty, 0));
        let base = match (self.plan.restart(), timing.anew) {
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
                let weight_format = of.gather.weights.format;
                let weight = match of.powers {
                    Some(powers) => decoded(m, "weight", weights, powers, weight_format),
                    None => weights,
                };
                let wide = number(m, "weight_wide", weight, weight_format, ty.width);
                let subtract = m.not("source_minus", sources);
                let op = Op::AddSubtract {
                    subtract,
                    left: base,
                    right: wide,
                };
                m.op("row_sum", ty, op)
            }
        };
        match (self.plan.restart(), timing.anew) {
            (Restart::Clear, Some(apply)) => {
                let start = start(m);
                let next = m.mux("accumulator_d", apply, start, sum);
                let moves = m.or("accumulator_moves", timing.accumulate, apply);
                m.drive(register, next, Some(moves));
            }
            _ => m.drive(register, sum, Some(timing.accumulate)),
        }
        register.net
    }

    /// The sum of all taps' products, with the registers of the fold.
    fn terms(
        &self,
        m: &mut ModuleBuilder,
        of: &GatherPlan<'_>,
        weights: NetId,
        sources: NetId,
    ) -> NetId {
        let taps = self.plan.fold.taps as u32;
        let mut terms: Vec<NetId> = (0..taps)
            .map(|tap| {
                let weight = m.elements(&format!("weight_{tap}"), weights, tap, 1);
                let source = m.elements(&format!("source_{tap}"), sources, tap, 1);
                product(m, of, tap, weight, source)
            })
            .collect();
        if taps > 1 {
            terms = registered(m, "product", &terms);
        }
        let limit = of.gather.accumulator.width();
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
}

/// The sources that the indices name, a cycle later.
fn picked(m: &mut ModuleBuilder, indices: NetId, all: NetId) -> NetId {
    m.section("pick the sources");
    let taps = m.ty(indices).count;
    let picked: Vec<NetId> = (0..taps)
        .map(|tap| {
            let index = m.elements(&format!("index_{tap}"), indices, tap, 1);
            if m.ty(all).count == 1 {
                m.any(&format!("index_{tap}_unused"), index);
            }
            m.select(&format!("picked_{tap}"), all, index, 1)
        })
        .collect();
    let picked = m.join("picked", &picked);
    m.delay("picked_q", picked, None, 0)
}

fn product(
    m: &mut ModuleBuilder,
    of: &GatherPlan<'_>,
    tap: u32,
    weight: NetId,
    source: NetId,
) -> NetId {
    let weight_format = of.gather.weights.format;
    let limit = of.gather.accumulator.width();
    let (weight_width, source_width) = (signed_width(weight_format), signed_width(of.source));
    let name = |part: &str| format!("{part}_{tap}");
    if of.source.coding() == Coding::Bipolar {
        let width = (weight_width + 1).min(limit);
        let weight = match of.powers {
            Some(powers) => decoded(m, &name("weight"), weight, powers, weight_format),
            None => weight,
        };
        let wide = number(m, &name("weight_wide"), weight, weight_format, width);
        let minus = m.op(&name("weight_minus"), Type::signed(width), Op::Negate(wide));
        return m.mux(&name("product"), source, wide, minus);
    }
    let width = (weight_width + source_width).min(limit);
    let source = number(m, &name("source_wide"), source, of.source, width);
    if weight_format.coding() == Coding::Bipolar {
        let minus = m.op(
            &name("source_minus"),
            Type::signed(width),
            Op::Negate(source),
        );
        return m.mux(&name("product"), weight, source, minus);
    }
    if let Some(powers) = of.powers {
        return shifted(m, &name("product"), source, weight, powers);
    }
    let weight = number(m, &name("weight_wide"), weight, weight_format, width);
    m.op(
        &name("product"),
        Type::signed(width),
        Op::Multiply(weight, source),
    )
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
