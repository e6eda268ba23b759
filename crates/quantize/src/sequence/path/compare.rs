//! Where the path in integers differs from the one in real numbers, and why.

use network::sequence::{Given, Layer, SequenceNetwork};
use program::{Executor, Operation, Program, Role, Stage, VectorId, When};
use serde::Serialize;

use super::words::{Words, scores};
use crate::QuantizeError;
use crate::sequence::run::loads_from;

/// A step in which the paths differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The step, from 0.
    pub step: usize,
    /// The tag of the path in real numbers.
    pub real: usize,
    /// The tag of the path in integers.
    pub integer: usize,
    /// Why they differ.
    pub why: Why,
}

/// Why paths differ, along steps one after another in which they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Both have the same score in integers, and the first tag wins.
    Tie,
    /// The rounded scores are larger on the path in integers.
    Rounding,
}

/// The steps of what is given in which the path of the program differs from that of the network; none for
/// networks that give no path.
///
/// # Errors
/// When a value leaves a format whose overflow mode is `error`.
pub fn deviations(
    network: &SequenceNetwork,
    program: &Program,
    given: &Given,
) -> Result<Vec<Deviation>, QuantizeError> {
    let Some(path) = network.layers.last().and_then(Layer::best_path) else {
        return Ok(vec![]);
    };
    let scores = scores(program, network).ok_or(QuantizeError::Mismatched)?;
    let words = Words::of(path, scores.format.fraction())?;
    let name = format!("layer{}", network.layers.len());
    let (emissions, integer) = watched(program, &name, given)?;
    let run = network.run_from(network.begin(&given.states), &given.sequence);
    let real = run.outputs.iter().flatten().map(|&tag| tag as usize);
    let real: Vec<usize> = real.collect();
    let mut all = vec![];
    let mut step = 0;
    while step < real.len().min(integer.len()) {
        let differs = |at: &usize| real.get(*at) != integer.get(*at);
        let until = (step..real.len()).find(|at| !differs(at));
        let until = until.unwrap_or(real.len());
        // Between steps in which they agree, only what is between counts.
        let mut other = integer.clone();
        for at in step..until {
            if let (Some(to), Some(&from)) = (other.get_mut(at), real.get(at)) {
                *to = from;
            }
        }
        let why = match words.scores.of_path(&other, &emissions)
            == words.scores.of_path(&integer, &emissions)
        {
            true => Why::Tie,
            false => Why::Rounding,
        };
        let apart = (step..until).filter_map(|step| {
            Some(Deviation {
                step,
                real: *real.get(step)?,
                integer: *integer.get(step)?,
                why,
            })
        });
        all.extend(apart);
        step = until + 1;
    }
    Ok(all)
}

/// The scores of the tags in each step of a run, and its path.
type Watched = (Vec<Vec<i64>>, Vec<usize>);

fn watched(program: &Program, name: &str, given: &Given) -> Result<Watched, QuantizeError> {
    let mut executor = Executor::new(program)?;
    for (vector, values) in loads_from(program, &given.sequence, &given.states) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    let stage = format!("{name}_forward");
    let stage = program.stages.iter().find(|of| of.name == stage);
    let stage = stage.ok_or(QuantizeError::Mismatched)?;
    let forward = match stage.when {
        When::Phase(number) => program.phases.as_ref().and_then(|of| of.phases.get(number)),
        When::Once | When::EveryStep => None,
    };
    let forward = forward.map(|phase| &phase.name);
    let output = program.find("output").ok_or(QuantizeError::Mismatched)?;
    let (mut emissions, mut path) = (vec![], vec![]);
    while !executor.is_over() {
        executor.step()?;
        if executor
            .phase()
            .is_some_and(|phase| Some(&phase.name) == forward)
        {
            emissions.push(emission(program, stage, &executor)?);
        }
        if executor.leaves() {
            path.extend(executor.values(output).iter().map(|&tag| tag as usize));
        }
    }
    Ok((emissions, path))
}

/// The scores of the tags that a step was given.
fn emission(
    program: &Program,
    stage: &Stage,
    executor: &Executor<'_>,
) -> Result<Vec<i64>, QuantizeError> {
    let nodes = &stage.apply.nodes;
    let node = nodes.iter().find(|node| node.name == "emission");
    match node.map(|node| node.operation) {
        Some(Operation::Element(vector)) => Ok(elements(program, executor, vector)),
        Some(Operation::Lookup { of, table }) => {
            let table = program.table(table).ok_or(QuantizeError::Mismatched)?;
            let format = stage.apply.format(of).ok_or(QuantizeError::Mismatched)?;
            let entries = addresses(program, stage, executor).into_iter();
            let entries =
                entries.map(|at| table.entry(at.clamp(format.min_raw(), format.max_raw())));
            let entries: Option<Vec<i64>> = entries.collect();
            entries.ok_or(QuantizeError::Mismatched)
        }
        _ => Err(QuantizeError::Mismatched),
    }
}

/// The address of each tag: the token, and what is added for the tag.
fn addresses(program: &Program, stage: &Stage, executor: &Executor<'_>) -> Vec<i64> {
    let gather = stage.gathers.first();
    let token = gather.and_then(|gather| executor.values(gather.source).first());
    let token = token.copied().unwrap_or(0);
    let rows = stage.writes.first().and_then(|(id, _)| program.vector(*id));
    let rows = rows.map_or(0, |of| of.shape.elements());
    let offset = gather.and_then(|gather| program.vector(gather.offset?));
    let offset = |row: usize| match offset.map(|of| &of.role) {
        Some(Role::Parameter(values)) => values.get(row).copied().unwrap_or(0),
        _ => 0,
    };
    (0..rows).map(|row| token + offset(row)).collect()
}

/// The values of a vector; of a joined one, those of its parts.
fn elements(program: &Program, executor: &Executor<'_>, id: VectorId) -> Vec<i64> {
    match program.vector(id).map(|of| &of.role) {
        Some(Role::Joined(parts)) => {
            let values = |part: &program::Part| {
                let of = executor.values(part.of);
                of.get(part.first..part.first + part.count)
                    .unwrap_or_default()
                    .to_vec()
            };
            parts.iter().flat_map(values).collect()
        }
        _ => executor.values(id).to_vec(),
    }
}
