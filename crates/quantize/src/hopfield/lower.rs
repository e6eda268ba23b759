//! A Hopfield network as one stage: gather the field, take its sign, keep the state on a tie.

use std::convert::Infallible;

use network::Hopfield;
use network::description::FormatChoice;
use network::hopfield::{Order, Storage, Weights};
use program::range::Interval;
use program::{
    Arrangement, Expression, Format, Gather, NodeId, Operation, Program, Role, Shape, Stage, Stop,
    Vector, VectorId, When,
};

use super::words::Words;
use crate::QuantizeError;
use crate::assembly::{Sign, sign};
use crate::range::{fit_accumulator, wide_enough};

/// Makes the program; `bias` is the format and the words of the biases, unless all are zero.
///
/// # Errors
/// When a weight does not fit, or a sum needs more than 64 bits or leaves the `accumulator`.
pub fn program(
    network: &Hopfield,
    words: &Words,
    bias: Option<(Format, Vec<i64>)>,
    accumulator: FormatChoice,
) -> Result<Program, QuantizeError> {
    let units = network.units();
    let state = VectorId(0);
    let arrangement = arrangement(network, words)?;
    let mut vectors = vec![Vector {
        name: "state".into(),
        shape: Shape::Units(units),
        format: Format::BIPOLAR,
        role: Role::State,
    }];
    let offset = bias.map(|(format, bias)| {
        vectors.push(Vector {
            name: "bias".into(),
            shape: Shape::Units(units),
            format,
            role: Role::Parameter(bias),
        });
        VectorId(1)
    });
    let storage = match network.storage {
        Storage::Rom => program::Storage::Rom,
        Storage::Ram => program::Storage::Ram,
    };
    let weights = program::Weights {
        format: words.format,
        arrangement,
        storage,
    };
    let mut gather = Gather {
        source: state,
        map: None,
        weights,
        offset,
        accumulator: words.format,
    };
    let ranges: Vec<Interval> = vectors.iter().map(|v| Interval::of(v.format)).collect();
    let of = "the sum of the weights";
    fit_accumulator(&mut gather, (&vectors, &[]), &ranges, of)?;
    if let FormatChoice::Fixed(format) = accumulator {
        gather.accumulator = wide_enough("format.accumulator", format, gather.accumulator)?;
    }
    let mut apply = Expression::default();
    let next = next(&mut apply, gather.accumulator, state);
    Ok(Program {
        name: network.name.clone(),
        kind: "hopfield".into(),
        sources: vec![],
        vectors,
        tables: vec![],
        stages: vec![Stage {
            name: "sweep".into(),
            when: When::EveryStep,
            gathers: vec![gather],
            apply,
            writes: vec![(state, next)],
            rest: None,
        }],
        order: order(network.order),
        phases: None,
        stop: Stop {
            max_steps: network.max_steps,
            when_stable: true,
            on_period_two: network.detect_period,
        },
    })
}

/// The order of updates of a program.
pub fn order(order: Order) -> program::Order {
    match order {
        Order::Synchronous => program::Order::Synchronous,
        Order::Sequential => program::Order::Sequential,
        Order::Permuted { seed } => program::Order::Permuted { seed },
        Order::Block { size } => program::Order::Block { size },
    }
}

fn arrangement(network: &Hopfield, words: &Words) -> Result<Arrangement, QuantizeError> {
    let units = network.units();
    let row = |row: usize| -> Result<Vec<(usize, i64)>, QuantizeError> {
        let entries = network.weights.row(row);
        entries
            .map(|(column, weight)| Ok((column, words.weight(row, column, weight)?)))
            .collect()
    };
    Ok(match &network.weights {
        Weights::Dense { .. } => {
            let mut values = Vec::with_capacity(units * units);
            for place in 0..units {
                values.extend(row(place)?.into_iter().map(|(_, word)| word));
            }
            Arrangement::Dense {
                rows: units,
                columns: units,
                values,
            }
        }
        Weights::Sparse { .. } => {
            let links = |place: usize| {
                let mut links = row(place)?;
                links.retain(|(_, word)| *word != 0);
                Ok(links)
            };
            Arrangement::Sparse {
                columns: units,
                rows: (0..units)
                    .map(links)
                    .collect::<Result<_, QuantizeError>>()?,
            }
        }
    })
}

/// What a unit becomes.
fn next(apply: &mut Expression, accumulator: Format, state: VectorId) -> NodeId {
    let field = apply.push("field", Operation::Gathered(0), accumulator);
    let push = |name: &str, operation, format| Ok(apply.push(name, operation, format));
    let Ok(Sign { next, .. }) = sign::<Infallible>(push, (field, accumulator), state);
    next
}
