//! That arithmetic in wide words without a check gives what the definition does.
//!
//! Sums may wrap on the way: their final values fit their accumulators, so they come out right.

use super::word::Width;
use crate::range::{Bound, Fit, StageBounds};
use crate::stage::{Expression, Operation, Stage};

/// Whether no value of a stage can leave its format against the program's will, and none needs
/// more than 64 bits on the way, whatever the elements are.
pub fn holds(stage: &Stage, bounds: &StageBounds) -> bool {
    let mut gathers = stage.gathers.iter().zip(&bounds.gathers);
    let maps = gathers.all(|(gather, bounds)| {
        let map = gather.map.as_ref();
        map.is_none_or(|(map, _)| expression(map, &bounds.map))
    });
    maps && expression(&stage.apply, &bounds.nodes)
}

fn expression(expression: &Expression, bounds: &[Bound]) -> bool {
    let mut nodes = expression.nodes.iter().zip(bounds);
    nodes.all(|(node, bound)| {
        let exact = match node.operation {
            Operation::Resize { of, .. } => {
                let operand = expression.nodes.get(of.0).zip(bounds.get(of.0));
                operand.is_some_and(|(from, bound)| {
                    shifts(from.format.fraction() - node.format.fraction(), bound)
                })
            }
            _ => true,
        };
        exact && bound.fit != Fit::Stops
    })
}

/// Whether a value is one of 64 bits after so many of its fraction bits were dropped, or added.
fn shifts(drop: i32, of: &Bound) -> bool {
    let fits = |value: i128| {
        let more = drop.min(0).unsigned_abs();
        let shifted = (more < 64).then(|| value << more);
        shifted.is_some_and(|value| i64::try_from(value).is_ok())
    };
    drop <= Width::Wide.most_dropped() && fits(of.interval.low) && fits(of.interval.high)
}
