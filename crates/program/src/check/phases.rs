//! Phases, and the memories that vectors are recalled from.

use std::collections::HashSet;

use super::{Judgement, Rule, name, vector};
use crate::check::MAX_ELEMENTS;
use crate::format::Coding;
use crate::order::Order;
use crate::phases::{Phase, Phases};
use crate::program::Program;
use crate::stage::{Begins, Recalled, Role, Stage, Vector, VectorId, When};

/// Checks the phases of a program, where it has some.
pub fn check(program: &Program) -> Judgement {
    let Some(phases) = &program.phases else {
        return program.stages.iter().try_for_each(|stage| {
            let phase = matches!(stage.when, When::Phase(_));
            Rule::Time.demand(!phase, || {
                format!("stage `{}` of a phase, and no phases", stage.name)
            })
        });
    };
    Rule::Order.demand(program.order == Order::Synchronous, || {
        "phases in an order other than synchronous".into()
    })?;
    let (found, most) = (phases.phases.len(), Phase::MOST);
    Rule::Time.demand((1..=most).contains(&found), || {
        format!("{found} phases; 1 to {most}")
    })?;
    let mut names = HashSet::new();
    for phase in &phases.phases {
        name(&mut names, &phase.name)?;
    }
    control(program, phases.present, "the present phase")?;
    control(program, phases.end, "the end")?;
    stages(program, phases)?;
    emitted(program, phases)
}

/// What steps depend on is one whole number that begins each run anew.
fn control(program: &Program, id: VectorId, what: &str) -> Judgement {
    let of = vector(program, id)?;
    let anew = matches!(&of.role, Role::Kept(kept) if kept.begins == Begins::Anew);
    Rule::Time.demand(anew && is_number(of), || {
        format!(
            "`{}` says {what}; one unsigned element without a fraction is right, kept from step to \
             step but not across runs",
            of.name
        )
    })
}

/// One unsigned element without a fraction.
fn is_number(of: &Vector) -> bool {
    of.shape.elements() == 1 && of.format.coding() == Coding::Unsigned && of.format.fraction() == 0
}

/// Every stage of a phase is of one of them.
fn stages(program: &Program, phases: &Phases) -> Judgement {
    program.stages.iter().try_for_each(|stage| {
        let beyond = matches!(stage.when, When::Phase(phase) if phase >= phases.phases.len());
        Rule::Time.demand(!beyond, || {
            let count = phases.phases.len();
            format!("stage `{}` of {:?} of {count}", stage.name, stage.when)
        })
    })
}

/// In a phase whose steps emit, every emitted vector is written.
fn emitted(program: &Program, phases: &Phases) -> Judgement {
    let leaving = phases.phases.iter().enumerate();
    for (place, phase) in leaving.filter(|(_, phase)| phase.leaves) {
        let emitted = program.vectors.iter().enumerate();
        for (id, of) in emitted.filter(|(_, of)| of.role == Role::Emitted) {
            let known = writers(program, VectorId(id)).any(|stage| stage.when.runs_in(Some(place)));
            Rule::Time.demand(known, || {
                format!(
                    "`{}` leaves after steps of phase `{}`, which do not write it",
                    of.name, phase.name
                )
            })?;
        }
    }
    Ok(())
}

fn writers(program: &Program, id: VectorId) -> impl Iterator<Item = &Stage> {
    let stages = program.stages.iter();
    stages.filter(move |stage| stage.writes.iter().any(|(target, _)| *target == id))
}

/// The mark of the last vectors is one bit.
pub fn last(of: &Vector) -> Judgement {
    let bit = is_number(of) && of.format.width() == 1;
    Rule::Time.demand(bit, || {
        format!(
            "the mark of the last vectors as a {}; one unsigned bit is right",
            of.format
        )
    })
}

/// A memory has a word for each address, and stores what is known after a step.
pub fn recalled(program: &Program, of: &Vector, recalled: &Recalled) -> Judgement {
    let source = vector(program, recalled.of)?;
    let known = matches!(
        source.role,
        Role::Sequence | Role::Signal | Role::Emitted | Role::Kept(_)
    );
    Rule::Time.demand(known, || {
        format!("it stores `{}`, which is no vector of a step", source.name)
    })?;
    super::time::alike(of, source)?;
    let (read, write) = (
        vector(program, recalled.read)?,
        vector(program, recalled.write)?,
    );
    let kept = matches!(read.role, Role::Kept(_));
    Rule::Time.demand(kept && is_number(read), || {
        format!(
            "it is read at `{}`; one unsigned element without a fraction is right, kept from step \
             to step",
            read.name
        )
    })?;
    Rule::Time.demand(
        write.shape == read.shape && write.format == read.format,
        || {
            format!(
                "it is read at `{}` and written at `{}`, of other formats",
                read.name, write.name
            )
        },
    )?;
    let bits = read.format.width();
    let words = 1usize
        .checked_shl(bits)
        .filter(|_| bits <= Recalled::MAX_BITS);
    Rule::Size.demand(words == Some(recalled.words), || {
        format!(
            "{} words at addresses of {bits} bits; a word for each of them, and {} bits at most",
            recalled.words,
            Recalled::MAX_BITS
        )
    })?;
    let elements = recalled.words.checked_mul(of.shape.elements());
    Rule::Size.demand(elements.is_some_and(|all| all <= MAX_ELEMENTS), || {
        format!(
            "{} words; {MAX_ELEMENTS} stored values at most",
            recalled.words
        )
    })?;
    written(program, recalled, write)
}

/// The address of a word that is stored is known in every step that stores.
fn written(program: &Program, recalled: &Recalled, write: &Vector) -> Judgement {
    let runs = |id: VectorId, phase: Option<usize>| {
        let mut writers = writers(program, id);
        writers.any(|stage| stage.when.runs_in(phase))
    };
    let sequence = writers(program, recalled.of).next().is_none();
    let stores = |(phase, feeds): &(Option<usize>, bool)| match sequence {
        true => *feeds,
        false => runs(recalled.of, *phase),
    };
    let known = match write.role {
        Role::Kept(_) => true,
        Role::Signal => {
            let mut storing = kinds(program).into_iter().filter(stores);
            storing.all(|(phase, _)| runs(recalled.write, phase))
        }
        _ => false,
    };
    Rule::Time.demand(known, || {
        format!(
            "it is written at `{}`; what is kept, or a signal of each step that stores, is right",
            write.name
        )
    })
}

/// The kinds of steps: phases, with whether they feed.
fn kinds(program: &Program) -> Vec<(Option<usize>, bool)> {
    match &program.phases {
        None => vec![(None, true)],
        Some(phases) => {
            let phases = phases.phases.iter().enumerate();
            phases.map(|(at, phase)| (Some(at), phase.feeds)).collect()
        }
    }
}
