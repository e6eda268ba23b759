//! Weights and accumulators of a gather; [`crate::range`] bounds the sums.

use super::{Judgement, Rule, expression, not_in, vector};
use crate::check::MAX_ELEMENTS;
use crate::format::{Coding, Format};
use crate::program::Program;
use crate::stage::{Arrangement, Boundary, Gather, Operation, Role, Shape, Weights};

/// The largest radius of a template.
const MAX_RADIUS: usize = 16;

/// Checks a gather of a stage whose targets have the shape `target`.
pub fn check(program: &Program, gather: &Gather, target: Shape) -> Judgement {
    let source = vector(program, gather.source)?;
    let still = matches!(source.role, Role::Noise { .. } | Role::Schedule(_));
    Rule::Gather.demand(!still, || {
        let name = &source.name;
        format!("it reads `{name}`, noise or a schedule, which elements read for themselves")
    })?;
    let format = mapped(program, gather, source.shape, source.format)?;
    arrangement(&gather.weights, source.shape, target, format)?;
    let fraction = gather.weights.format.fraction() + format.fraction();
    let accumulator = gather.accumulator;
    let suits = accumulator.coding() == Coding::Signed && accumulator.fraction() == fraction;
    Rule::Accumulator.demand(suits, || {
        format!("an accumulator of {accumulator}; signed with {fraction} fraction bits is right")
    })?;
    offset(program, gather, target, fraction)
}

/// The format of the source after the map.
fn mapped(program: &Program, gather: &Gather, shape: Shape, source: Format) -> Judgement<Format> {
    let Some((map, node)) = &gather.map else {
        return Ok(source);
    };
    expression::check(program, map, None, shape)?;
    let foreign = map.nodes.iter().find(|node| match node.operation {
        Operation::Element(vector) => vector != gather.source,
        _ => false,
    });
    if let Some(node) = foreign {
        let name = &node.name;
        return Err(Rule::Gather.broken(format!("the map's node `{name}` reads another vector")));
    }
    map.format(*node).ok_or_else(|| {
        let count = map.nodes.len();
        Rule::Gather.broken(format!("the map gives node {} of {count}", node.0))
    })
}

fn arrangement(weights: &Weights, source: Shape, target: Shape, format: Format) -> Judgement {
    let (sources, targets) = (source.elements(), target.elements());
    let suits = |rows: usize, columns: usize| {
        Rule::Gather.demand(rows == targets && columns == sources, || {
            format!("{rows} x {columns} weights; {targets} x {sources} is right")
        })
    };
    match &weights.arrangement {
        Arrangement::Dense {
            rows,
            columns,
            values,
        } => {
            suits(*rows, *columns)?;
            counted(values.len(), rows.checked_mul(*columns))?;
            held(weights.format, values)
        }
        Arrangement::Sparse { columns, rows } => {
            suits(rows.len(), *columns)?;
            rows.iter().enumerate().try_for_each(|(row, links)| {
                let rise = links.windows(2).all(|pair| pair[0].0 < pair[1].0);
                let inside = links.last().is_none_or(|(column, _)| column < columns);
                Rule::Gather.demand(rise && inside, || {
                    format!("sources of row {row} do not rise, or reach {columns}")
                })?;
                held(weights.format, links.iter().map(|(_, weight)| weight))
            })
        }
        Arrangement::Stencil {
            radius,
            coefficients,
            boundary,
        } => {
            let grid = matches!(source, Shape::Grid { .. }) && source == target;
            Rule::Gather.demand(grid, || {
                format!("a template from {source:?} to {target:?}; it needs one grid for both")
            })?;
            Rule::Gather.demand(*radius <= MAX_RADIUS, || {
                format!("a radius of {radius}; {MAX_RADIUS} at most")
            })?;
            let side = 2 * radius + 1;
            counted(coefficients.len(), side.checked_mul(side))?;
            held(weights.format, coefficients)?;
            match boundary {
                Boundary::Fixed(value) => {
                    Rule::Value.demand(format.holds(*value), || not_in(*value, format))
                }
                Boundary::ZeroFlux | Boundary::Periodic => Ok(()),
            }
        }
    }
}

fn counted(found: usize, wanted: Option<usize>) -> Judgement {
    let wanted = wanted.filter(|&wanted| wanted <= MAX_ELEMENTS);
    let wanted = wanted.ok_or_else(|| {
        Rule::Size.broken(format!("more than {MAX_ELEMENTS} weights in one gather"))
    })?;
    Rule::Gather.demand(found == wanted, || {
        format!("{found} weights; {wanted} is right")
    })
}

/// Every weight is one of its format. There is no zero among bipolar weights: one bit in a memory
/// could not tell it from -1.
fn held<'w>(format: Format, weights: impl IntoIterator<Item = &'w i64>) -> Judgement {
    let outside = weights.into_iter().find(|&&weight| !format.holds(weight));
    match outside {
        None => Ok(()),
        Some(weight) => Err(Rule::Value.broken(not_in(*weight, format))),
    }
}

/// The values that the sums start from are parameters with the fraction of the sums.
fn offset(program: &Program, gather: &Gather, target: Shape, fraction: i32) -> Judgement {
    let Some(id) = gather.offset else {
        return Ok(());
    };
    let offset = vector(program, id)?;
    let name = &offset.name;
    Rule::Gather.demand(matches!(offset.role, Role::Parameter(_)), || {
        format!("its offset `{name}` is no parameter")
    })?;
    Rule::Gather.demand(offset.shape == target, || {
        format!(
            "its offset `{name}` is {:?}; {target:?} is right",
            offset.shape
        )
    })?;
    let format = offset.format;
    Rule::Accumulator.demand(format.fraction() == fraction, || {
        format!("its offset `{name}` is {format}; {fraction} fraction bits are right")
    })
}
