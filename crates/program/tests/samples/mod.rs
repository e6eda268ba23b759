//! Random programs that pass the checker, made from a list of choices, so that a failing one
//! shrinks with the list.
#![allow(dead_code, unused_imports)]

mod borders;
mod choices;
mod expressions;
mod moving;

use program::{
    Arrangement, Boundary, Expression, Format, Gather, NodeId, Operation, Order, Program, Role,
    Shape, Stage, Stop, Storage, Vector, VectorId, Weights, When,
};

pub use borders::borders;
pub use choices::{Choices, choices};
use expressions::{Leaves, expression, mapped};
pub use moving::moving;

/// The state of every sample.
pub const STATE: VectorId = VectorId(0);

/// More elements than are each chosen.
const MANY: usize = 40;

/// Raw values for every vector that is loaded.
pub fn values(choices: &mut Choices, program: &Program) -> Vec<(VectorId, Vec<i64>)> {
    let vectors = program.vectors.iter().enumerate();
    let loaded = vectors.filter(|(_, v)| matches!(v.role, Role::State | Role::Input));
    loaded
        .map(|(place, v)| {
            let count = v.shape.elements();
            let values = match count > MANY {
                true => borders::repeated(choices, count, v.format),
                false => choices.raws(count, v.format),
            };
            (VectorId(place), values)
        })
        .collect()
}

pub fn vector(name: &str, shape: Shape, format: Format, role: Role) -> Vector {
    let name = name.into();
    Vector {
        name,
        shape,
        format,
        role,
    }
}

pub fn orders(choices: &mut Choices, units: usize) -> Order {
    match choices.below(4) {
        0 => Order::Synchronous,
        1 => Order::Sequential,
        2 => Order::Permuted {
            seed: choices.below(1000) as u64,
        },
        _ => Order::Block {
            size: 1 + choices.below(units + 1),
        },
    }
}

/// A stage of every step that writes the state from one gather.
pub fn update(gather: Gather, apply: Expression, next: NodeId) -> Stage {
    Stage {
        name: "update".into(),
        when: When::EveryStep,
        gathers: vec![gather],
        apply,
        writes: vec![(STATE, next)],
        rest: None,
    }
}

pub fn program(vectors: Vec<Vector>, stages: Vec<Stage>, order: Order) -> Program {
    Program {
        name: "sample".into(),
        kind: "sample".into(),
        sources: vec![("update".into(), "sample.toml:9 [update]".into())],
        vectors,
        tables: vec![],
        stages,
        order,
        phases: None,
        stop: Stop {
            max_steps: 9,
            when_stable: true,
            on_period_two: true,
        },
    }
}

/// Dense or sparse weights between units.
pub fn links(choices: &mut Choices, units: usize, format: Format) -> Arrangement {
    if choices.below(2) == 0 {
        let values = choices.raws(units * units, format);
        return Arrangement::Dense {
            rows: units,
            columns: units,
            values,
        };
    }
    let row = |choices: &mut Choices| {
        let linked = (0..units)
            .filter(|_| choices.below(3) == 0)
            .collect::<Vec<_>>();
        linked
            .into_iter()
            .map(|column| (column, choices.raw(format)))
            .collect()
    };
    Arrangement::Sparse {
        columns: units,
        rows: (0..units).map(|_| row(choices)).collect(),
    }
}

/// The sign of the gathered sum; zero keeps the state.
pub fn sign(apply: &mut Expression, sum: Format) -> NodeId {
    let field = apply.push("field", Operation::Gathered(0), sum);
    let zero = apply.push("zero", Operation::Constant(0), sum);
    let positive = apply.push("positive", Operation::Less(zero, field), Format::TRUTH);
    let negative = apply.push("negative", Operation::Less(field, zero), Format::TRUTH);
    let kept = apply.push("kept", Operation::Element(STATE), Format::BIPOLAR);
    let plus = apply.push("plus", Operation::Constant(1), Format::BIPOLAR);
    let minus = apply.push("minus", Operation::Constant(-1), Format::BIPOLAR);
    let low = Operation::Select {
        condition: negative,
        high: minus,
        low: kept,
    };
    let low = apply.push("low", low, Format::BIPOLAR);
    let next = Operation::Select {
        condition: positive,
        high: plus,
        low,
    };
    apply.push("next", next, Format::BIPOLAR)
}

/// A Hopfield network; `weights` is the format of its weights.
pub fn hopfield(choices: &mut Choices) -> Program {
    let units = 1 + choices.below(12);
    let weights = choices.format(&["s2f0", "s4f2", "s8f0", "b1"]);
    let sum = Format::signed(20, weights.fraction()).unwrap();
    let shape = Shape::Units(units);
    let mut vectors = vec![vector("state", shape, Format::BIPOLAR, Role::State)];
    let offset = (choices.below(2) == 1).then(|| {
        let format = Format::signed(5, weights.fraction()).unwrap();
        let values = choices.raws(units, format);
        vectors.push(vector("bias", shape, format, Role::Parameter(values)));
        VectorId(1)
    });
    let arrangement = links(choices, units, weights);
    let weights = Weights {
        format: weights,
        arrangement,
        storage: Storage::Rom,
    };
    let gather = Gather {
        source: STATE,
        map: None,
        weights,
        offset,
        accumulator: sum,
    };
    let mut apply = Expression::default();
    let next = sign(&mut apply, sum);
    let order = orders(choices, units);
    program(vectors, vec![update(gather, apply, next)], order)
}

/// Any expression over any weights between units.
pub fn units(choices: &mut Choices) -> Program {
    let units = 1 + choices.below(6);
    let state = choices.format(&["b1", "s4f1", "u5f2", "s8f4", "s1f0"]);
    let weights = choices.format(&["s3f0", "u4f2", "s8f7"]);
    let sum = Format::signed(24, weights.fraction() + state.fraction()).unwrap();
    let shape = Shape::Units(units);
    let vectors = vec![
        vector("state", shape, state, Role::State),
        vector(
            "input",
            shape,
            choices.format(&["s4f1", "u3f0"]),
            Role::Input,
        ),
    ];
    let arrangement = links(choices, units, weights);
    let weights = Weights {
        format: weights,
        arrangement,
        storage: Storage::Ram,
    };
    let mut tables = vec![];
    let map = mapped(choices, (STATE, state), &mut tables);
    let gather = Gather {
        source: STATE,
        map,
        weights,
        offset: None,
        accumulator: sum,
    };
    let leaves = Leaves {
        sums: &[sum],
        elements: &read(&vectors, 0..2),
        tables: &mut tables,
    };
    let (apply, next) = expression(choices, leaves, state);
    let order = orders(choices, units);
    let stages = vec![update(gather, apply, next)];
    Program {
        tables,
        ..program(vectors, stages, order)
    }
}

/// Vectors with their formats, to be read by an expression.
fn read(vectors: &[Vector], places: std::ops::Range<usize>) -> Vec<(VectorId, Format)> {
    places
        .map(|place| (VectorId(place), vectors[place].format))
        .collect()
}

/// A cellular array: a stage that runs once over the input, and one of every step.
pub fn cells(choices: &mut Choices) -> Program {
    let shape = Shape::Grid {
        rows: 1 + choices.below(5),
        columns: 1 + choices.below(7),
    };
    let state = choices.format(&["b1", "s2f0", "s4f1", "u5f2", "s8f4"]);
    let input = choices.format(&["b1", "s3f0", "u8f8"]);
    let fed = choices.format(&["s12f4", "s6f0"]);
    let (feed, sum) = (
        stencil(choices, VectorId(1), input),
        stencil(choices, STATE, state),
    );
    let mut vectors = vec![
        vector("state", shape, state, Role::State),
        vector("input", shape, input, Role::Input),
        vector("fed", shape, fed, Role::Derived),
    ];
    let offset = (choices.below(3) == 1).then(|| {
        let format = Format::signed(9, sum.accumulator.fraction()).unwrap();
        let values = choices.raws(shape.elements(), format);
        vectors.push(vector("offset", shape, format, Role::Parameter(values)));
        VectorId(3)
    });
    let mut tables = vec![];
    let leaves = Leaves {
        sums: &[feed.accumulator],
        elements: &read(&vectors, 1..2),
        tables: &mut tables,
    };
    let (apply, node) = expression(choices, leaves, fed);
    let once = Stage {
        name: "feed".into(),
        when: When::Once,
        gathers: vec![feed],
        apply,
        writes: vec![(VectorId(2), node)],
        rest: None,
    };
    let map = mapped(choices, (STATE, state), &mut tables);
    let leaves = Leaves {
        sums: &[sum.accumulator],
        elements: &read(&vectors, 0..vectors.len()),
        tables: &mut tables,
    };
    let (apply, next) = expression(choices, leaves, state);
    let mut update = update(Gather { map, offset, ..sum }, apply, next);
    let truth = |node: &program::Node| node.format == Format::TRUTH;
    let mut nodes = update.apply.nodes.iter();
    update.rest = nodes.position(truth).map(NodeId);
    let stages = vec![once, update];
    Program {
        tables,
        ..program(vectors, stages, Order::Synchronous)
    }
}

fn stencil(choices: &mut Choices, source: VectorId, format: Format) -> Gather {
    let radius = choices.below(3);
    let weights = choices.format(&["s3f0", "s6f3"]);
    let boundary = match choices.below(3) {
        0 => Boundary::Fixed(choices.raw(format)),
        1 => Boundary::ZeroFlux,
        _ => Boundary::Periodic,
    };
    let cells = (2 * radius + 1) * (2 * radius + 1);
    let coefficients = choices.raws(cells, weights);
    let arrangement = Arrangement::Stencil {
        radius,
        coefficients,
        boundary,
    };
    let accumulator = Format::signed(22, weights.fraction() + format.fraction()).unwrap();
    let weights = Weights {
        format: weights,
        arrangement,
        storage: Storage::Rom,
    };
    Gather {
        source,
        map: None,
        weights,
        offset: None,
        accumulator,
    }
}
