//! Networks and runs that the tests share.

// Each test program uses a part of these.
#![allow(dead_code)]

use network::cellular::{Boundary, Model, Start, Template};
use network::hopfield::{Order, Storage, Weights};
use network::{Cellular, Hopfield};
use program::{Executor, Program, VectorId};

/// A Hopfield network without patterns or probes.
pub fn hopfield(weights: Weights, bias: Vec<f64>, order: Order) -> Hopfield {
    Hopfield {
        name: "sample".into(),
        weights,
        bias,
        order,
        max_steps: 50,
        detect_period: matches!(order, Order::Synchronous | Order::Block { .. }),
        storage: Storage::Rom,
        patterns: vec![],
        probes: vec![],
    }
}

/// A cellular array that starts from its input and has no picture.
pub fn cellular(
    (rows, columns): (usize, usize),
    template: Template,
    model: Model,
    boundary: Boundary,
) -> Cellular {
    Cellular {
        name: "sample".into(),
        rows,
        columns,
        template,
        model,
        boundary,
        start: Start::Input,
        max_steps: 20,
        until_stable: true,
        input: vec![],
        second: vec![],
    }
}

/// A program that was loaded and started.
pub fn started<'p>(program: &'p Program, values: &[(VectorId, Vec<i64>)]) -> Executor<'p> {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in values {
        executor.load(*vector, values).unwrap();
    }
    executor.start().unwrap();
    executor
}

/// The raw state.
pub fn state<'e>(program: &Program, executor: &'e Executor<'_>) -> &'e [i64] {
    executor.values(program.find("state").unwrap())
}
