//! Stages whose values lie at the borders of words of 16, 32 and 64 bits, over so many rows that
//! kernels lay them out in every way, with rows among which a parameter decides.

use program::{
    Arrangement, Format, Gather, NodeId, Operation, Order, Program, Role, Shape, Storage, VectorId,
    Weights,
};

use super::expressions::{Leaves, expression, resized};
use super::{Choices, program, read, update, vector};

/// Formats of a weight and of what it weighs.
const TERMS: [(&str, &str); 8] = [
    ("s16f10", "s16f10"),
    ("s16f3", "s15f0"),
    ("s17f8", "s16f4"),
    ("s8f4", "s32f0"),
    ("b1", "s31f2"),
    ("s4f0", "u30f8"),
    ("s16f0", "b1"),
    ("s31f0", "u20f0"),
];

/// Rows: fewer, as many and more than tiles and runs have.
const ROWS: [usize; 10] = [1, 3, 20, 47, 49, 64, 80, 100, 257, 300];

/// A stage over an input of any length, its own state and a parameter of truths.
pub fn borders(choices: &mut Choices) -> Program {
    let rows = choices.one_of(&ROWS);
    let columns = choices.one_of(&[1, 5, 16, 26, 40]);
    let (weight, source) = choices.one_of(&TERMS);
    let (weight, source): (Format, Format) = (weight.parse().unwrap(), source.parse().unwrap());
    let state = choices.format(&["s16f10", "s32f8", "s31f2", "s33f8", "b1", "u8f3"]);
    let shape = Shape::Units(rows);
    let offsets = weighed(&["s20f0", "s33f0", "s3f0"], choices, weight, source);
    let first_true = choices.below(rows + 1);
    let decides = (0..rows).map(|row| i64::from(row >= first_true));
    let mut vectors = vec![
        vector("state", shape, state, Role::State),
        vector(
            "own",
            shape,
            choices.format(&["s32f8", "s16f0", "s40f9"]),
            Role::Input,
        ),
        vector(
            "kind",
            shape,
            Format::TRUTH,
            Role::Parameter(decides.collect()),
        ),
        vector("input", Shape::Units(columns), source, Role::Input),
    ];
    let values = repeated(choices, rows, offsets);
    vectors.push(vector("offset", shape, offsets, Role::Parameter(values)));
    let gather = gather(choices, (rows, columns), weight, source);
    let mut tables = vec![];
    let leaves = Leaves {
        sums: &[gather.accumulator],
        elements: &read(&vectors, 0..3),
        tables: &mut tables,
    };
    let (mut apply, next) = expression(choices, leaves, state);
    let other = NodeId(choices.below(apply.nodes.len()));
    let other = resized(choices, &mut apply, "other", other, state);
    let (kind, format) = (NodeId(3), state);
    let select = Operation::Select {
        condition: kind,
        high: next,
        low: other,
    };
    let chosen = apply.push("chosen", select, format);
    let order = match choices.below(4) {
        0 => Order::Block { size: 64 },
        1 => Order::Block { size: 7 },
        _ => Order::Synchronous,
    };
    let stages = vec![update(gather, apply, chosen)];
    Program {
        tables,
        ..program(vectors, stages, order)
    }
}

/// A format with the fraction of terms.
fn weighed(widths: &[&str], choices: &mut Choices, weight: Format, source: Format) -> Format {
    let width = choices.format(widths).width();
    Format::signed(width, weight.fraction() + source.fraction()).unwrap()
}

fn gather(
    choices: &mut Choices,
    (rows, columns): (usize, usize),
    weight: Format,
    source: Format,
) -> Gather {
    // A bit for each doubling of the terms, and two for the offset.
    let width = weight.width() + source.width() + columns.ilog2() + 3;
    let values = repeated(choices, rows * columns, weight);
    Gather {
        source: VectorId(3),
        map: None,
        weights: Weights {
            format: weight,
            arrangement: Arrangement::Dense {
                rows,
                columns,
                values,
            },
            storage: Storage::Rom,
        },
        offset: Some(VectorId(4)),
        accumulator: Format::signed(width.max(36), weight.fraction() + source.fraction()).unwrap(),
    }
}

/// A few values, in an order that comes back after many.
pub fn repeated(choices: &mut Choices, count: usize, format: Format) -> Vec<i64> {
    let some = choices.raws(5, format);
    let place = |at: usize| (at * at / 3 + at / 7) % some.len();
    (0..count).map(|at| some[place(at)]).collect()
}
