//! That 64-bit arithmetic without a check gives what the definition does.

use crate::format::{Coding, Format};
use crate::program::Program;
use crate::range::gather::partial_sums_fit;
use crate::range::{Bound, Bounds, Fit, Interval};
use crate::stage::{Expression, Gather, Operation, Role, Stage};

/// Formats wider than this are left to the interpreter, so that sums and shifts stay in 64 bits.
const MAX_WIDTH: u32 = 48;

/// Whether no value of the stage can leave its format, and none needs more than 64 bits on the
/// way, whatever the elements are.
pub fn holds(program: &Program, stage: &Stage, gather: &Gather) -> bool {
    let Ok(bounds) = Bounds::of(program) else {
        return false;
    };
    let stages = program.stages.iter().zip(&bounds.stages);
    let mut same = stages.filter(|(other, _)| other.name == stage.name);
    let Some((_, bounds)) = same.next() else {
        return false;
    };
    let [of_gather] = bounds.gathers.as_slice() else {
        return false;
    };
    let mapped = gather.map.as_ref();
    let offset = gather.offset.and_then(|id| program.vector(id));
    let offsets = offset.and_then(|vector| match &vector.role {
        Role::Parameter(values) => Interval::hull(values.iter().copied()),
        _ => None,
    });
    partial_sums_fit(&gather.weights, offsets, of_gather.source)
        && is_narrow(gather.accumulator)
        && expression(&stage.apply, &bounds.nodes)
        && mapped.is_none_or(|(map, _)| expression(map, &of_gather.map))
}

fn is_narrow(format: Format) -> bool {
    format.width() <= MAX_WIDTH
}

fn expression(expression: &Expression, bounds: &[Bound]) -> bool {
    let mut nodes = expression.nodes.iter().zip(bounds);
    nodes.all(|(node, bound)| {
        let fits = matches!(bound.fit, Fit::Holds | Fit::Saturates);
        let shifts = match node.operation {
            Operation::Resize { of, .. } => {
                let from = expression.format(of);
                from.is_some_and(|from| resizes(from, node.format))
            }
            // Grids look nothing up; the interpreter would.
            Operation::Lookup { .. } => false,
            _ => true,
        };
        fits && shifts && is_narrow(node.format)
    })
}

/// A shift to the left must stay within 64 bits, and one to the right within the word.
fn resizes(from: Format, to: Format) -> bool {
    let shift = from.fraction() - to.fraction();
    let narrow = from.width() as i32 - shift.min(0) <= 62 && shift <= 62;
    narrow && to.coding() != Coding::Bipolar
}
