//! Judges a program before it is run or put on hardware.
//!
//! A program that passes can be run by [`crate::Executor`] without a panic, whatever it was read
//! from: places exist, shapes agree, and no sum can leave its accumulator.

mod expression;
mod gather;
mod phases;
mod time;

use std::collections::HashSet;

use crate::format::Coding;
use crate::order::Order;
use crate::program::Program;
use crate::range::{Bounds, Interval};
use crate::stage::{Arrangement, Role, Shape, Stage, Table, Vector, VectorId, When};

/// The most elements of all vectors together, and weights of a gather.
pub const MAX_ELEMENTS: usize = 1 << 26;

/// What a program must hold to; each rule has a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Names are identifiers, unique among vectors, stages, or the nodes of an expression.
    Name,
    /// Vectors have at least one element and are not larger than the limit.
    Size,
    /// Values are values of their format.
    Value,
    /// Stages write states, signals and outputs in every step and derived vectors once, all of
    /// one shape, in the format of the node; what is no state is written before it is read.
    Write,
    /// Weights suit the vectors between which they lead.
    Gather,
    /// Accumulators have the fraction of the products and hold every sum that can occur.
    Accumulator,
    /// Nodes have operands before them, in formats that their operation allows.
    Node,
    /// The order of updates suits the stages, and a run ends.
    Order,
    /// Tables have an entry for each argument.
    Table,
    /// Vectors that change with time have values for every step.
    Time,
}

impl Rule {
    /// The code in messages.
    pub fn code(self) -> &'static str {
        match self {
            Rule::Name => "HW0601",
            Rule::Size => "HW0602",
            Rule::Value => "HW0603",
            Rule::Write => "HW0604",
            Rule::Gather => "HW0605",
            Rule::Accumulator => "HW0606",
            Rule::Node => "HW0607",
            Rule::Order => "HW0608",
            Rule::Table => "HW0609",
            Rule::Time => "HW0610",
        }
    }

    fn broken(self, problem: impl Into<String>) -> Fault {
        Fault {
            rule: self,
            problem: problem.into(),
        }
    }

    fn demand(self, holds: bool, problem: impl FnOnce() -> String) -> Judgement {
        if holds {
            Ok(())
        } else {
            Err(self.broken(problem()))
        }
    }
}

/// What is wrong with a program, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: `{program}` is no valid program: {place}: {problem}", rule.code())]
pub struct ProgramError {
    /// The rule that is broken.
    pub rule: Rule,
    /// The program.
    pub program: String,
    /// The vector or stage, and its place in the description where that is known.
    pub place: String,
    /// What was found, and what would be right.
    pub problem: String,
}

/// A broken rule, before its place in the program is known.
struct Fault {
    rule: Rule,
    problem: String,
}

type Judgement<T = ()> = Result<T, Fault>;

/// Checks names, shapes, formats, and that no sum can leave its accumulator.
///
/// # Errors
/// The first fault found.
pub fn check(program: &Program) -> Result<(), ProgramError> {
    structure(program)?;
    Bounds::of(program).map(|_| ())
}

/// What turns a fault into an error at a part of the program.
fn at(program: &Program, kind: &str, name: &str) -> impl FnOnce(Fault) -> ProgramError + use<> {
    let described = program.source(name).map(|source| format!(", {source}"));
    let place = format!("{kind} `{name}`{}", described.unwrap_or_default());
    let program = program.name.clone();
    move |fault: Fault| ProgramError {
        rule: fault.rule,
        program,
        place,
        problem: fault.problem,
    }
}

/// The error of a gather whose sums, where they are known at all, leave its accumulator.
///
/// Only a sum's final value must fit: the words of the hardware wrap, and a sum in two's complement
/// whose final value fits is right whatever its partial sums were.
pub(crate) fn sum_beyond(
    program: &Program,
    stage: &Stage,
    place: usize,
    sums: Option<Interval>,
) -> ProgramError {
    let accumulator = stage.gathers.get(place).map(|gather| gather.accumulator);
    let cannot = accumulator.map_or("no word".into(), |format| format.to_string());
    let reach = match sums {
        None => "more than 127 bits".into(),
        Some(Interval { low, high }) => format!("{low} to {high}"),
    };
    let problem = format!("gather {place}: its sums reach {reach}, which {cannot} cannot hold");
    at(program, "stage", &stage.name)(Rule::Accumulator.broken(problem))
}

/// The error of an expression whose exact results leave 127 bits.
pub(crate) fn node_beyond(program: &Program, stage: &Stage) -> ProgramError {
    let problem = "an exact result of its expression leaves 127 bits; narrower formats would do";
    at(program, "stage", &stage.name)(Rule::Node.broken(problem))
}

/// Checks all but the bounds of sums.
///
/// # Errors
/// The first fault found.
pub(crate) fn structure(program: &Program) -> Result<(), ProgramError> {
    let at = |kind: &str, name: &str| at(program, kind, name);
    identifier(&program.name).map_err(at("name", &program.name))?;
    sizes(&program.vectors).map_err(at("program", &program.name))?;
    let mut names = HashSet::new();
    for vector in &program.vectors {
        name(&mut names, &vector.name)
            .and_then(|()| parameter(vector))
            .and_then(|()| time::check(program, vector))
            .map_err(at("vector", &vector.name))?;
    }
    let mut names = HashSet::new();
    for of in &program.tables {
        name(&mut names, &of.name)
            .and_then(|()| table(of))
            .map_err(at("table", &of.name))?;
    }
    let mut names = HashSet::new();
    let mut written = HashSet::new();
    for stage in &program.stages {
        name(&mut names, &stage.name)
            .and_then(|()| check_stage(program, stage))
            .and_then(|()| written_once(program, stage, &mut written))
            .and_then(|()| time::reads(program, stage))
            .map_err(at("stage", &stage.name))?;
    }
    phases::check(program).map_err(at("program", &program.name))?;
    known_when_read(program)?;
    check_order(program).map_err(at("program", &program.name))
}

/// In the steps of every phase, what is no state is written before it is read.
fn known_when_read(program: &Program) -> Result<(), ProgramError> {
    let phases = program
        .phases
        .as_ref()
        .map_or(0, |phases| phases.phases.len());
    let kinds = (0..phases).map(Some).chain((phases == 0).then_some(None));
    for phase in kinds {
        let mut known = HashSet::new();
        let once = program.stages.iter().filter(|stage| !stage.when.in_steps());
        let steps = program.stages.iter();
        let steps = steps.filter(|stage| stage.when.runs_in(phase));
        for stage in once.chain(steps) {
            written_before_read(program, stage, &mut known).map_err(at(
                program,
                "stage",
                &stage.name,
            ))?;
        }
    }
    Ok(())
}

fn name<'p>(taken: &mut HashSet<&'p str>, name: &'p str) -> Judgement {
    identifier(name)?;
    Rule::Name.demand(taken.insert(name), || {
        "another one has this name; names are unique".into()
    })
}

fn identifier(name: &str) -> Judgement {
    let legal = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 64;
    Rule::Name.demand(legal, || {
        "a name is a letter, then letters, digits and `_`, 64 at most".into()
    })
}

/// Every vector has elements, and all together stay below the limit.
fn sizes(vectors: &[Vector]) -> Judgement {
    let mut total = 0usize;
    for vector in vectors {
        let elements = match vector.shape {
            Shape::Units(units) => Some(units),
            Shape::Grid { rows, columns } => rows.checked_mul(columns),
        };
        let sum = elements.and_then(|elements| total.checked_add(elements));
        total = sum.filter(|&sum| sum <= MAX_ELEMENTS).ok_or_else(|| {
            let name = &vector.name;
            Rule::Size.broken(format!(
                "more than {MAX_ELEMENTS} elements up to vector `{name}`"
            ))
        })?;
        Rule::Size.demand(elements != Some(0), || {
            format!("vector `{}` has no element; 1 at least", vector.name)
        })?;
    }
    Ok(())
}

fn parameter(vector: &Vector) -> Judgement {
    let Role::Parameter(values) = &vector.role else {
        return Ok(());
    };
    let wanted = vector.shape.elements();
    Rule::Value.demand(values.len() == wanted, || {
        format!("{} values for {wanted} elements", values.len())
    })?;
    match values.iter().find(|&&value| !vector.format.holds(value)) {
        None => Ok(()),
        Some(value) => Err(Rule::Value.broken(not_in(*value, vector.format))),
    }
}

/// A table has an entry, of its format, for each argument.
fn table(table: &Table) -> Judgement {
    let (input, most) = (table.input, Table::MAX_BITS);
    let number = input.coding() != Coding::Bipolar && input.width() <= most;
    Rule::Table.demand(number, || {
        format!("arguments of {input}; signed or unsigned words of {most} bits at most are right")
    })?;
    let (found, wanted) = (table.entries.len(), Table::length(input));
    Rule::Table.demand(found == wanted, || {
        format!("{found} entries for {wanted} arguments")
    })?;
    let mut entries = table.entries.iter();
    match entries.find(|&&entry| !table.output.holds(entry)) {
        None => Ok(()),
        Some(entry) => Err(Rule::Value.broken(not_in(*entry, table.output))),
    }
}

/// The text for a raw value that is none of a format.
fn not_in(value: i64, format: crate::Format) -> String {
    let (low, high) = (format.min_raw(), format.max_raw());
    format!("the raw value {value} is none of {format}, {low} to {high}")
}

fn vector(program: &Program, id: VectorId) -> Judgement<&Vector> {
    program.vector(id).ok_or_else(|| {
        let count = program.vectors.len();
        Rule::Write.broken(format!("vector number {} of {count} vectors", id.0))
    })
}

fn check_stage(program: &Program, stage: &Stage) -> Judgement {
    let first = stage.writes.first();
    let (first, _) = first.ok_or_else(|| Rule::Write.broken("it writes no vector"))?;
    let shape = vector(program, *first)?.shape;
    for (place, gather) in stage.gathers.iter().enumerate() {
        gather::check(program, gather, shape).map_err(|fault| Fault {
            problem: format!("gather {place}: {}", fault.problem),
            ..fault
        })?;
    }
    expression::check(program, &stage.apply, Some(stage), shape)?;
    if let Some(node) = stage.rest {
        let found = stage.apply.format(node);
        Rule::Node.demand(found == Some(crate::Format::TRUTH), || {
            format!("rest is node {}, which is no truth value", node.0)
        })?;
    }
    writes(program, stage, shape)
}

/// Targets are distinct, of one shape, of the stage's kind, and have the format of their node.
fn writes(program: &Program, stage: &Stage, shape: Shape) -> Judgement {
    let mut targets = HashSet::new();
    for &(target, node) in &stage.writes {
        let of = vector(program, target)?;
        let written = || format!("it writes `{}`", of.name);
        Rule::Write.demand(targets.insert(target), || format!("{} twice", written()))?;
        Rule::Write.demand(of.shape == shape, || {
            format!("{}, of {:?}, beside {shape:?}", written(), of.shape)
        })?;
        let (suits, wanted) = match stage.when {
            When::Once => (
                of.role == Role::Derived,
                "a stage that runs once writes derived vectors",
            ),
            When::EveryStep | When::Phase(_) => (
                matches!(
                    of.role,
                    Role::State | Role::Kept(_) | Role::Signal | Role::Output | Role::Emitted
                ),
                "a stage of every step writes states, signals and outputs",
            ),
        };
        Rule::Write.demand(suits, || format!("{}; {wanted}", written()))?;
        let format = stage.apply.format(node);
        let format = format.ok_or_else(|| {
            let count = stage.apply.nodes.len();
            Rule::Write.broken(format!("{} from node {} of {count}", written(), node.0))
        })?;
        Rule::Write.demand(format == of.format, || {
            format!("{}, a {}, from a node of {format}", written(), of.format)
        })?;
    }
    Ok(())
}

/// Whether a vector passes from the one stage that writes it to those after it.
fn passes(of: &Vector) -> bool {
    matches!(
        of.role,
        Role::Derived | Role::Signal | Role::Output | Role::Emitted
    )
}

/// Derived vectors, signals and outputs are written by one stage; `written` are those of the stages
/// before.
fn written_once(program: &Program, stage: &Stage, written: &mut HashSet<VectorId>) -> Judgement {
    stage.writes.iter().try_for_each(|&(target, _)| {
        let of = vector(program, target)?;
        let first = !passes(of) || written.insert(target);
        Rule::Write.demand(first, || {
            format!("it writes `{}`, as another stage does", of.name)
        })
    })
}

/// Derived vectors, signals and outputs are read only after the stage that writes them; `known` are
/// those written by earlier stages.
fn written_before_read(
    program: &Program,
    stage: &Stage,
    known: &mut HashSet<VectorId>,
) -> Judgement {
    for id in read_parts(program, stage) {
        let read = vector(program, id)?;
        Rule::Write.demand(!passes(read) || known.contains(&id), || {
            format!("it reads `{}`, which no stage wrote before", read.name)
        })?;
    }
    known.extend(stage.writes.iter().map(|(target, _)| *target));
    Ok(())
}

/// The vectors that a stage reads; of joined ones the parts.
fn read_parts(program: &Program, stage: &Stage) -> Vec<VectorId> {
    let mut all = vec![];
    for id in stage.reads() {
        match program.vector(id).map(|vector| &vector.role) {
            Some(Role::Joined(parts)) => all.extend(parts.iter().map(|part| part.of)),
            _ => all.push(id),
        }
    }
    all
}

fn check_order(program: &Program) -> Judgement {
    Rule::Order.demand(program.stop.max_steps >= 1, || {
        "a budget of 0 steps; 1 at least".into()
    })?;
    match program.order {
        Order::Synchronous => Ok(()),
        Order::Block { size: 0 } => Err(Rule::Order.broken("blocks of 0 units; 1 at least")),
        Order::Sequential | Order::Permuted { .. } | Order::Block { .. } => one_stage(program),
    }
}

/// One stage a step, and none over a grid.
fn one_stage(program: &Program) -> Judgement {
    let stages = program.stages.iter();
    let every_step = stages.filter(|stage| stage.when.in_steps());
    let count = every_step.clone().count();
    Rule::Order.demand(count == 1, || {
        format!("{count} stages a step in an order other than synchronous, which is for one")
    })?;
    let grid = every_step
        .flat_map(|stage| &stage.gathers)
        .any(|gather| matches!(gather.weights.arrangement, Arrangement::Stencil { .. }));
    Rule::Order.demand(!grid, || {
        "cells of a grid in an order other than synchronous".into()
    })
}
