//! Judges a program before it is run or put on hardware.

use std::collections::HashSet;

use crate::format::{Coding, Format};
use crate::order::Order;
use crate::program::Program;
use crate::stage::{
    Arrangement, Boundary, Expression, Gather, NodeId, Operation, Role, Shape, Stage, VectorId,
    When,
};

/// The most elements of a vector, and weights of a gather.
pub const MAX_ELEMENTS: usize = 1 << 26;

/// What is wrong with a program, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("HW0601: `{program}` is no valid program: {place}: {problem}")]
pub struct ProgramError {
    /// The program.
    pub program: String,
    /// The vector, stage, gather or node.
    pub place: String,
    /// What was found, and what would be right.
    pub problem: String,
}

type Judgement = Result<(), String>;

/// Checks names, shapes, formats, and that no sum can leave its accumulator.
///
/// # Errors
/// The first fault found.
pub fn check(program: &Program) -> Result<(), ProgramError> {
    let fault = |place: String| {
        move |problem: String| ProgramError {
            program: program.name.clone(),
            place,
            problem,
        }
    };
    identifier(&program.name).map_err(fault("name".into()))?;
    let mut names = HashSet::new();
    for vector in &program.vectors {
        let at = || fault(format!("vector `{}`", vector.name));
        identifier(&vector.name).map_err(at())?;
        want(names.insert(&vector.name), || {
            "two vectors have this name".into()
        })
        .map_err(at())?;
        check_shape(vector.shape).map_err(at())?;
        if let Role::Parameter(values) = &vector.role {
            let fits = values.len() == vector.shape.elements()
                && values.iter().all(|&value| vector.format.holds(value));
            want(fits, || {
                "its values do not suit its shape and format".into()
            })
            .map_err(at())?;
        }
    }
    let mut names = HashSet::new();
    for stage in &program.stages {
        let at = || fault(format!("stage `{}`", stage.name));
        identifier(&stage.name).map_err(at())?;
        want(names.insert(&stage.name), || {
            "two stages have this name".into()
        })
        .map_err(at())?;
        check_stage(program, stage).map_err(at())?;
    }
    check_order(program).map_err(fault("order".into()))?;
    want(program.stop.max_steps >= 1, || "a budget of no step".into()).map_err(fault("stop".into()))
}

fn want(truth: bool, problem: impl Fn() -> String) -> Judgement {
    if truth { Ok(()) } else { Err(problem()) }
}

fn identifier(name: &str) -> Judgement {
    let legal = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 64;
    want(legal, || {
        "a name is a letter, then letters, digits and `_`, 64 at most".into()
    })
}

fn check_shape(shape: Shape) -> Judgement {
    let elements = match shape {
        Shape::Units(units) => Some(units),
        Shape::Grid { rows, columns } => rows.checked_mul(columns),
    };
    let fits = elements.is_some_and(|n| (1..=MAX_ELEMENTS).contains(&n));
    want(fits, || {
        format!("1 to {MAX_ELEMENTS} elements are possible")
    })
}

fn check_order(program: &Program) -> Judgement {
    let grids = program
        .stages
        .iter()
        .flat_map(|stage| &stage.gathers)
        .any(|gather| matches!(gather.weights.arrangement, Arrangement::Stencil { .. }));
    match program.order {
        Order::Synchronous => Ok(()),
        Order::Block { size: 0 } => Err("a block of no unit".into()),
        Order::Sequential | Order::Permuted { .. } | Order::Block { .. } => {
            want(!grids, || {
                "cells of a grid are updated synchronously".into()
            })?;
            let steps = program
                .stages
                .iter()
                .filter(|stage| stage.when == When::EveryStep);
            want(steps.count() == 1, || {
                "this order is for one stage a step".into()
            })
        }
    }
}

fn check_stage(program: &Program, stage: &Stage) -> Judgement {
    let unknown = |id: VectorId| format!("there is no vector number {}", id.0);
    let (first, _) = stage.writes.first().ok_or("it writes nothing")?;
    let shape = program.vector(*first).ok_or_else(|| unknown(*first))?.shape;
    for gather in &stage.gathers {
        check_gather(program, gather, shape)?;
    }
    check_expression(program, &stage.apply, Some(stage), shape)?;
    for (target, node) in &stage.writes {
        let vector = program.vector(*target).ok_or_else(|| unknown(*target))?;
        want(vector.shape == shape, || {
            "its targets differ in shape".into()
        })?;
        let role = match stage.when {
            When::Once => Role::Derived,
            When::EveryStep => Role::State,
        };
        want(vector.role == role, || {
            format!("it may not write `{}`", vector.name)
        })?;
        let format = stage
            .apply
            .format(*node)
            .ok_or("it writes a node that does not exist")?;
        want(format == vector.format, || {
            format!("`{}` is {}, the node {format}", vector.name, vector.format)
        })?;
    }
    Ok(())
}

fn check_gather(program: &Program, gather: &Gather, target: Shape) -> Judgement {
    let source = program
        .vector(gather.source)
        .ok_or("a gather from an unknown vector")?;
    let mut format = source.format;
    if let Some((map, node)) = &gather.map {
        check_expression(program, map, None, source.shape)?;
        let own = map.nodes.iter().all(|node| match node.operation {
            Operation::Element(vector) => vector == gather.source,
            Operation::Gathered(_) => false,
            _ => true,
        });
        want(own, || "a map reads its source alone".into())?;
        format = map
            .format(*node)
            .ok_or("a map gives a node that does not exist")?;
    }
    let weights = &gather.weights;
    let accumulator = gather.accumulator;
    let fraction = weights.format.fraction() + format.fraction();
    want(
        accumulator.fraction() == fraction && accumulator.coding() == Coding::Signed,
        || {
            format!(
                "an accumulator of {accumulator}; signed with {fraction} fraction bits is needed"
            )
        },
    )?;
    let offsets = match gather.offset {
        None => None,
        Some(id) => {
            let vector = program.vector(id).ok_or("an unknown offset")?;
            let Role::Parameter(values) = &vector.role else {
                return Err("an offset is a parameter".into());
            };
            want(vector.shape == target, || {
                "the offset has another shape".into()
            })?;
            want(vector.format.fraction() == fraction, || {
                "the offset has another fraction than the accumulator".into()
            })?;
            Some(values)
        }
    };
    let largest = largest(format);
    let worst = |row: usize, magnitudes: i128| -> Judgement {
        let offset = offsets
            .and_then(|o| o.get(row))
            .map_or(0, |&o| i128::from(o).abs());
        let sum = magnitudes * largest + offset;
        want(sum <= i128::from(accumulator.max_raw()), || {
            format!("the sum of row {row} can reach {sum}, which {accumulator} cannot hold")
        })
    };
    check_arrangement(program, gather, source.shape, target, format, &worst)
}

/// The largest magnitude of a value.
fn largest(format: Format) -> i128 {
    i128::from(format.max_raw()).max(-i128::from(format.min_raw()))
}

fn check_arrangement(
    program: &Program,
    gather: &Gather,
    source: Shape,
    target: Shape,
    format: Format,
    worst: &dyn Fn(usize, i128) -> Judgement,
) -> Judgement {
    let weights = &gather.weights;
    let magnitude = |weight: i64| -> Result<i128, String> {
        let allowed = weights.format.holds(weight) || (weight == 0 && weights.format.holds(1));
        want(allowed, || {
            format!("the weight {weight} is no {}", weights.format)
        })?;
        Ok(i128::from(weight).abs())
    };
    match &weights.arrangement {
        Arrangement::Dense {
            rows,
            columns,
            values,
        } => {
            let matched = *rows == target.elements() && *columns == source.elements();
            want(matched, || {
                format!("{rows} x {columns} weights do not suit the vectors")
            })?;
            want(rows.checked_mul(*columns) == Some(values.len()), || {
                format!("{} weights for {rows} x {columns}", values.len())
            })?;
            for (row, weights) in values.chunks(*columns).enumerate() {
                let sum = weights
                    .iter()
                    .try_fold(0, |sum, &w| Ok::<_, String>(sum + magnitude(w)?))?;
                worst(row, sum)?;
            }
            Ok(())
        }
        Arrangement::Sparse { columns, rows } => {
            let matched = rows.len() == target.elements() && *columns == source.elements();
            want(matched, || "sparse weights do not suit the vectors".into())?;
            for (row, weights) in rows.iter().enumerate() {
                let rising = weights.windows(2).all(|pair| pair[0].0 < pair[1].0);
                let inside = weights.iter().all(|(column, _)| column < columns);
                want(rising && inside, || {
                    format!("the columns of row {row} do not rise, or end beyond")
                })?;
                let sum = weights
                    .iter()
                    .try_fold(0, |sum, w| Ok::<_, String>(sum + magnitude(w.1)?))?;
                worst(row, sum)?;
            }
            Ok(())
        }
        Arrangement::Stencil {
            radius,
            coefficients,
            boundary,
        } => {
            let grid = matches!(source, Shape::Grid { .. }) && source == target;
            want(grid, || {
                "a stencil needs one grid to read and to write".into()
            })?;
            want((0..=16).contains(radius), || {
                "a radius of 0 to 16 is possible".into()
            })?;
            let cells = (2 * radius + 1) * (2 * radius + 1);
            want(coefficients.len() == cells, || {
                format!("{} coefficients", coefficients.len())
            })?;
            if let Boundary::Fixed(value) = boundary {
                want(format.holds(*value), || {
                    format!("the boundary {value} is no {format}")
                })?;
            }
            let sum = coefficients
                .iter()
                .try_fold(0, |sum, &w| Ok::<_, String>(sum + magnitude(w)?))?;
            let _ = program;
            worst(0, sum)
        }
    }
}

fn check_expression(
    program: &Program,
    expression: &Expression,
    stage: Option<&Stage>,
    shape: Shape,
) -> Judgement {
    let mut names = HashSet::new();
    for (place, node) in expression.nodes.iter().enumerate() {
        let at = |problem: String| format!("node `{}`: {problem}", node.name);
        identifier(&node.name).map_err(at)?;
        want(names.insert(&node.name), || {
            at("two nodes have this name".into())
        })?;
        let of = |id: NodeId| -> Result<Format, String> {
            let earlier = expression.nodes.get(id.0).filter(|_| id.0 < place);
            earlier
                .map(|node| node.format)
                .ok_or_else(|| at("an operand is no earlier node".into()))
        };
        let same = |id: NodeId| -> Judgement {
            want(of(id)? == node.format, || {
                at("an operand has another format".into())
            })
        };
        let fraction = |id: NodeId, fraction: i32| -> Judgement {
            want(of(id)?.fraction() == fraction, || {
                at("the fractions differ".into())
            })
        };
        match node.operation {
            Operation::Gathered(gather) => {
                let gather = stage.and_then(|stage| stage.gathers.get(gather));
                let gather = gather.ok_or_else(|| at("there is no such gather".into()))?;
                want(gather.accumulator == node.format, || {
                    at("not the accumulator's format".into())
                })?;
            }
            Operation::Element(vector) => {
                let vector = program
                    .vector(vector)
                    .ok_or_else(|| at("an unknown vector".into()))?;
                let fits = vector.shape == shape && vector.format == node.format;
                want(fits, || at("a vector of another shape or format".into()))?;
            }
            Operation::Constant(raw) => {
                want(node.format.holds(raw), || {
                    at(format!("{raw} is no {}", node.format))
                })?;
            }
            Operation::Add(a, b) | Operation::Subtract(a, b) => {
                fraction(a, node.format.fraction())?;
                fraction(b, node.format.fraction())?;
            }
            Operation::Multiply(a, b) => {
                let sum = of(a)?.fraction() + of(b)?.fraction();
                want(sum == node.format.fraction(), || {
                    at("the fractions do not add up".into())
                })?;
            }
            Operation::Scale(a) => {
                let from = of(a)?;
                let fits =
                    from.coding() == node.format.coding() && from.width() == node.format.width();
                want(fits, || {
                    at("a scaled word keeps its coding and width".into())
                })?;
            }
            Operation::Less(a, b) => {
                let left = of(a)?;
                fraction(b, left.fraction())?;
                want(node.format == Format::TRUTH, || {
                    at("a comparison is u1f0".into())
                })?;
            }
            Operation::Select {
                condition,
                high,
                low,
            } => {
                want(of(condition)? == Format::TRUTH, || {
                    at("a condition is u1f0".into())
                })?;
                same(high)?;
                same(low)?;
            }
            Operation::Minimum(a, b) | Operation::Maximum(a, b) => {
                same(a)?;
                same(b)?;
            }
            Operation::Resize { of: operand, .. } => {
                let shift = of(operand)?.fraction() - node.format.fraction();
                want((-62..=62).contains(&shift), || {
                    at("more than 62 places to shift".into())
                })?;
            }
        }
    }
    Ok(())
}
