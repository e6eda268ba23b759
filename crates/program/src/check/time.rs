//! Vectors that change with time by themselves: schedules, noise, and the past of others.

use super::{Judgement, Rule, not_in, phases, vector};
use crate::check::MAX_ELEMENTS;
use crate::format::Coding;
use crate::order::Order;
use crate::program::Program;
use crate::stage::{Delay, Kept, Part, Past, Role, Stage, Vector};

/// The widest word of noise.
const MAX_NOISE_BITS: u32 = 32;

/// Checks a vector of the program by its role.
pub fn check(program: &Program, of: &Vector) -> Judgement {
    match &of.role {
        Role::Schedule(values) => schedule(of, values),
        Role::Noise { .. } => {
            let format = of.format;
            let bits = format.coding() == Coding::Unsigned && format.width() <= MAX_NOISE_BITS;
            Rule::Time.demand(bits, || {
                format!("noise of {format}; unsigned, of {MAX_NOISE_BITS} bits at most, is right")
            })
        }
        Role::Past(role) => past(program, of, role),
        Role::Kept(kept) => start(of, kept),
        Role::Joined(parts) => joined(program, of, parts),
        Role::Emitted => emitted(program),
        Role::Last => phases::last(of),
        Role::Recalled(recalled) => phases::recalled(program, of, recalled),
        Role::State
        | Role::Input
        | Role::Derived
        | Role::Parameter(_)
        | Role::Signal
        | Role::Output
        | Role::Sequence => Ok(()),
    }
}

/// Start values are one for each element, of its format.
fn start(of: &Vector, kept: &Kept) -> Judgement {
    let (found, wanted) = (kept.start.len(), of.shape.elements());
    Rule::Value.demand(found == wanted, || {
        format!("{found} start values for {wanted} elements")
    })?;
    match kept.start.iter().find(|&&value| !of.format.holds(value)) {
        None => Ok(()),
        Some(value) => Err(Rule::Value.broken(not_in(*value, of.format))),
    }
}

/// Parts are elements of vectors of the same format that are loaded or written by stages.
fn joined(program: &Program, of: &Vector, parts: &[Part]) -> Judgement {
    Rule::Order.demand(program.order == Order::Synchronous, || {
        "joined vectors in an order other than synchronous".into()
    })?;
    let mut elements = 0;
    for part in parts {
        let source = vector(program, part.of)?;
        let stands = matches!(
            source.role,
            Role::State
                | Role::Input
                | Role::Derived
                | Role::Signal
                | Role::Output
                | Role::Emitted
                | Role::Sequence
                | Role::Last
                | Role::Recalled(_)
                | Role::Kept(_)
        );
        Rule::Write.demand(stands, || {
            let name = &source.name;
            format!("`{name}` as a part; what is loaded, recalled or written by a stage is right")
        })?;
        Rule::Write.demand(source.format == of.format, || {
            let (name, format) = (&source.name, source.format);
            format!("{} beside its part `{name}`, a {format}", of.format)
        })?;
        let end = part.first.checked_add(part.count);
        let within = part.count > 0 && end.is_some_and(|end| end <= source.shape.elements());
        Rule::Write.demand(within, || {
            let (first, count) = (part.first, part.count);
            format!("{count} elements from {first} on of `{}`", source.name)
        })?;
        elements += part.count;
    }
    let wanted = of.shape.elements();
    Rule::Write.demand(elements == wanted, || {
        format!("parts of {elements} elements for {wanted}")
    })
}

/// What leaves after every step is all that leaves.
fn emitted(program: &Program) -> Judgement {
    let mut all = program.vectors.iter();
    let other = all.find(|of| matches!(of.role, Role::State | Role::Output));
    match other {
        None => Ok(()),
        Some(other) => Err(Rule::Time.broken(format!(
            "it leaves after every step, but `{}` at the end",
            other.name
        ))),
    }
}

fn schedule(of: &Vector, values: &[i64]) -> Judgement {
    Rule::Time.demand(!values.is_empty(), || {
        "a schedule without a value; 1 at least".into()
    })?;
    match values.iter().find(|&&value| !of.format.holds(value)) {
        None => Ok(()),
        Some(value) => Err(Rule::Value.broken(not_in(*value, of.format))),
    }
}

fn past(program: &Program, of: &Vector, past: &Past) -> Judgement {
    let source = vector(program, past.of)?;
    let moving = matches!(
        source.role,
        Role::State | Role::Kept(_) | Role::Signal | Role::Output | Role::Emitted
    );
    Rule::Time.demand(moving, || {
        format!(
            "the past of `{}`, which is no state, signal or output",
            source.name
        )
    })?;
    alike(of, source)?;
    let (shortest, longest) = match &past.delay {
        Delay::Steps(steps) => (*steps, *steps),
        Delay::Schedule(steps) => {
            let shortest = steps.iter().copied().min().unwrap_or(0);
            (shortest, past.delay.longest())
        }
    };
    Rule::Time.demand(shortest >= 1, || {
        "a delay of 0 steps, or none at all; 1 at least".into()
    })?;
    let elements = longest.checked_mul(of.shape.elements());
    Rule::Size.demand(elements.is_some_and(|all| all <= MAX_ELEMENTS), || {
        format!("a delay of {longest} steps; {MAX_ELEMENTS} remembered values at most")
    })?;
    Rule::Time.demand(!past.start.is_empty(), || {
        "nothing stands for the time before the first step".into()
    })?;
    past.start.iter().try_for_each(|&id| {
        let start = vector(program, id)?;
        let known = matches!(
            start.role,
            Role::State | Role::Input | Role::Derived | Role::Parameter(_)
        );
        Rule::Time.demand(known, || {
            format!("`{}` before step 0, which is not known then", start.name)
        })?;
        alike(of, start)
    })
}

/// Both are of one shape and format.
pub fn alike(of: &Vector, other: &Vector) -> Judgement {
    let same = of.shape == other.shape && of.format == other.format;
    Rule::Time.demand(same, || {
        let (shape, format, name) = (of.shape, of.format, &other.name);
        format!(
            "{format}, {shape:?}, beside `{name}`, a {}, {:?}",
            other.format, other.shape
        )
    })
}

/// Checks what a stage reads: nothing that changes with time before the first step, and noise that
/// no other stage reads.
pub fn reads(program: &Program, stage: &Stage) -> Judgement {
    for id in stage.reads() {
        let of = vector(program, id)?;
        let moving = matches!(
            of.role,
            Role::Schedule(_)
                | Role::Noise { .. }
                | Role::Past(_)
                | Role::Recalled(_)
                | Role::Sequence
                | Role::Last
                | Role::Kept(_)
        );
        Rule::Time.demand(!moving || stage.when.in_steps(), || {
            format!(
                "it runs once, and reads `{}`, which changes with steps",
                of.name
            )
        })?;
        let noise = matches!(of.role, Role::Noise { .. });
        let readers = program.stages.iter();
        let readers = readers.filter(|stage| stage.reads().any(|other| other == id));
        Rule::Time.demand(!noise || readers.count() == 1, || {
            format!(
                "noise `{}` is read by several stages; one is right",
                of.name
            )
        })?;
    }
    Ok(())
}
