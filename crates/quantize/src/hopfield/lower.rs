//! A Hopfield network as one stage: gather the field, take its sign, keep the state on a tie.

use network::Hopfield;
use network::hopfield::{Order, Storage, Weights};
use program::range::Interval;
use program::{
    Arrangement, Expression, Format, Gather, NodeId, Operation, Program, Role, Shape, Stage, Stop,
    Vector, VectorId, When,
};

use super::words::Words;
use crate::QuantizeError;
use crate::range::fit_accumulator;

/// Makes the program; `bias` is the format and the words of the biases, unless all are zero.
///
/// # Errors
/// When a sum needs more than 64 bits.
pub fn program(
    network: &Hopfield,
    words: &Words,
    bias: Option<(Format, Vec<i64>)>,
) -> Result<Program, QuantizeError> {
    let units = network.units();
    let state = VectorId(0);
    let arrangement = arrangement(network, words);
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
    let mut apply = Expression::default();
    let next = sign(&mut apply, gather.accumulator, state);
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
        stop: Stop {
            max_steps: network.max_steps,
            when_stable: true,
            on_period_two: network.detect_period,
        },
    })
}

fn order(order: Order) -> program::Order {
    match order {
        Order::Synchronous => program::Order::Synchronous,
        Order::Sequential => program::Order::Sequential,
        Order::Permuted { seed } => program::Order::Permuted { seed },
        Order::Block { size } => program::Order::Block { size },
    }
}

fn arrangement(network: &Hopfield, words: &Words) -> Arrangement {
    let units = network.units();
    match &network.weights {
        Weights::Dense { values, .. } => Arrangement::Dense {
            rows: units,
            columns: units,
            values: values.iter().map(|&weight| words.weight(weight)).collect(),
        },
        Weights::Sparse { .. } => {
            let row = |row: usize| -> Vec<(usize, i64)> {
                let row = network.weights.row(row);
                row.map(|(column, weight)| (column, words.weight(weight)))
                    .filter(|(_, word)| *word != 0)
                    .collect()
            };
            Arrangement::Sparse {
                columns: units,
                rows: (0..units).map(row).collect(),
            }
        }
    }
}

/// +1 where the field is positive, -1 where it is negative, else the state as it is.
fn sign(apply: &mut Expression, accumulator: Format, state: VectorId) -> NodeId {
    let (bit, spin) = (Format::TRUTH, Format::BIPOLAR);
    let field = apply.push("field", Operation::Gathered(0), accumulator);
    let zero = apply.push("zero", Operation::Constant(0), accumulator);
    let positive = apply.push("positive", Operation::Less(zero, field), bit);
    let negative = apply.push("negative", Operation::Less(field, zero), bit);
    let kept = apply.push("kept", Operation::Element(state), spin);
    let plus = apply.push("spin_up", Operation::Constant(1), spin);
    let minus = apply.push("spin_down", Operation::Constant(-1), spin);
    let low = Operation::Select {
        condition: negative,
        high: minus,
        low: kept,
    };
    let low = apply.push("down_or_kept", low, spin);
    let next = Operation::Select {
        condition: positive,
        high: plus,
        low,
    };
    apply.push("next", next, spin)
}
