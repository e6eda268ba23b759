//! Small programs of every shape, made from a seed.

use hw_sim::stimulus::random::Random;
use program::{
    Arrangement, Boundary, Expression, Format, Gather, NodeId, Operation, Order, Overflow, Program,
    Role, Rounding, Shape, Stage, Stop, Storage, Vector, VectorId, Weights, When,
};

/// What a sample over units looks like.
#[derive(Debug, Clone)]
pub struct Units {
    /// Units.
    pub units: usize,
    /// Weights a row; `None` for a full matrix.
    pub sparse: Option<usize>,
    /// The format of weights.
    pub weights: Format,
    /// Whether there is a bias.
    pub bias: bool,
    /// The order of updates.
    pub order: Order,
    /// Where weights are kept.
    pub storage: Storage,
    /// The budget.
    pub max_steps: u64,
    /// Whether the run ends on period 2.
    pub on_period_two: bool,
}

/// What a sample over a grid looks like.
#[derive(Debug, Clone)]
pub struct Cells {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Radius of both templates.
    pub radius: usize,
    /// The format of the state; `b1` makes the discrete-time model.
    pub state: Format,
    /// How the sum is rounded into the state.
    pub rounding: Rounding,
    /// Whether the Chua-Yang model with a step of 1/4 is made, with a clamp as the source map.
    pub euler: bool,
    /// Whether there is an input with a template of its own.
    pub input: bool,
    /// The boundary, as a raw value of the state's format where fixed.
    pub boundary: Boundary,
    /// The budget.
    pub max_steps: u64,
    /// Whether the run ends when nothing changes.
    pub when_stable: bool,
}

fn format(text: &str) -> Format {
    text.parse().unwrap_or(Format::BIPOLAR)
}

/// A raw value of a format, corner-biased.
pub fn raw(random: &mut Random, format: Format) -> i64 {
    let ty = schedule::arithmetic::net_type(format);
    schedule::arithmetic::decode(format, random.element(ty))
}

/// Raw values of a vector.
pub fn values(random: &mut Random, program: &Program, vector: VectorId) -> Vec<i64> {
    let vector = program.vector(vector);
    let (count, format) = vector.map_or((0, Format::BIPOLAR), |v| (v.shape.elements(), v.format));
    (0..count).map(|_| raw(random, format)).collect()
}

/// Random raw values of all that a run is given; sequences of so many steps.
pub fn run(random: &mut Random, program: &Program, steps: u64) -> Vec<(VectorId, Vec<i64>)> {
    let mut values_of = |id: VectorId| {
        let sequence = program.vector(id).map(|vector| &vector.role) == Some(&Role::Sequence);
        let times = if sequence { steps } else { 1 };
        let all = (0..times).flat_map(|_| values(random, program, id));
        (id, all.collect())
    };
    crate::host::loaded(program).map(&mut values_of).collect()
}

/// The program with every weight of units brought to a power of two of at most a quarter of its
/// format's words, or left zero.
pub fn with_powers(mut program: Program) -> Program {
    let gathers = program.stages.iter_mut();
    let gathers = gathers.flat_map(|stage| &mut stage.gathers);
    for weights in gathers.map(|gather| &mut gather.weights) {
        let most = weights.format.width().saturating_sub(2);
        let power = |raw: &mut i64| {
            let exponent = raw.unsigned_abs().checked_ilog2();
            *raw = raw.signum() * exponent.map_or(0, |exponent| 1 << exponent.min(most));
        };
        match &mut weights.arrangement {
            Arrangement::Dense { values, .. } => values.iter_mut().for_each(power),
            Arrangement::Sparse { rows, .. } => {
                let links = rows.iter_mut().flatten();
                links.for_each(|(_, weight)| power(weight));
            }
            Arrangement::Stencil { .. } => {}
        }
    }
    program
}

/// A Hopfield network with random weights.
pub fn units(random: &mut Random, of: &Units) -> Program {
    let state = VectorId(0);
    let mut vectors = vec![Vector {
        name: "state".into(),
        shape: Shape::Units(of.units),
        format: Format::BIPOLAR,
        role: Role::State,
    }];
    let accumulator = format("s40f0");
    let offset = of.bias.then(|| {
        let values = (0..of.units).map(|_| random.below(15) as i64 - 7).collect();
        vectors.push(Vector {
            name: "bias".into(),
            shape: Shape::Units(of.units),
            format: format("s4f0"),
            role: Role::Parameter(values),
        });
        VectorId(1)
    });
    let arrangement = match of.sparse {
        None => {
            let values = (0..of.units * of.units)
                .map(|_| raw(random, of.weights))
                .collect();
            Arrangement::Dense {
                rows: of.units,
                columns: of.units,
                values,
            }
        }
        Some(count) => {
            let row = |random: &mut Random| {
                let mut row: Vec<(usize, i64)> = (0..random.below(count as u64 + 1))
                    .map(|_| {
                        (
                            random.below(of.units as u64) as usize,
                            raw(random, of.weights),
                        )
                    })
                    .collect();
                row.sort_unstable();
                row.dedup_by_key(|(column, _)| *column);
                row
            };
            Arrangement::Sparse {
                columns: of.units,
                rows: (0..of.units).map(|_| row(random)).collect(),
            }
        }
    };
    let mut apply = Expression::default();
    let next = sign(&mut apply, accumulator, state);
    let weights = Weights {
        format: of.weights,
        arrangement,
        storage: of.storage,
    };
    let gather = Gather {
        source: state,
        map: None,
        weights,
        offset,
        accumulator,
    };
    Program {
        name: "sample".into(),
        kind: "hopfield".into(),
        sources: vec![("update".into(), "sample.toml:9 [update]".into())],
        vectors,
        tables: vec![],
        stages: vec![Stage {
            name: "update".into(),
            when: When::EveryStep,
            gathers: vec![gather],
            apply,
            writes: vec![(state, next)],
            rest: None,
        }],
        order: of.order,
        phases: None,
        stop: Stop {
            max_steps: of.max_steps,
            when_stable: true,
            on_period_two: of.on_period_two,
        },
    }
}

/// The sign of the gathered sum; zero keeps the state.
fn sign(apply: &mut Expression, accumulator: Format, state: VectorId) -> NodeId {
    let bit = Format::TRUTH;
    let field = apply.push("field", Operation::Gathered(0), accumulator);
    let zero = apply.push("zero", Operation::Constant(0), accumulator);
    let positive = apply.push("positive", Operation::Less(zero, field), bit);
    let negative = apply.push("negative", Operation::Less(field, zero), bit);
    let kept = apply.push("kept", Operation::Element(state), Format::BIPOLAR);
    let plus = apply.push("plus", Operation::Constant(1), Format::BIPOLAR);
    let minus = apply.push("minus", Operation::Constant(-1), Format::BIPOLAR);
    let low = Operation::Select {
        condition: negative,
        high: minus,
        low: kept,
    };
    let low = apply.push("not_positive", low, Format::BIPOLAR);
    let next = Operation::Select {
        condition: positive,
        high: plus,
        low,
    };
    apply.push("next", next, Format::BIPOLAR)
}

fn template(random: &mut Random, radius: usize) -> Vec<i64> {
    let side = 2 * radius + 1;
    // About a third of the coefficients are zero, so that reaches differ.
    let coefficient = |random: &mut Random| match random.below(3) {
        0 => 0,
        _ => random.below(15) as i64 - 7,
    };
    (0..side * side).map(|_| coefficient(random)).collect()
}

fn stencil(random: &mut Random, of: &Cells, source: VectorId, fraction: i32) -> Gather {
    let coefficients = template(random, of.radius);
    let arrangement = Arrangement::Stencil {
        radius: of.radius,
        coefficients,
        boundary: of.boundary,
    };
    let weights = Weights {
        format: format("s4f0"),
        arrangement,
        storage: Storage::Rom,
    };
    let accumulator = Format::signed(28, fraction).unwrap_or(Format::BIPOLAR);
    Gather {
        source,
        map: None,
        weights,
        offset: None,
        accumulator,
    }
}

/// A cellular array with random templates.
pub fn cells(random: &mut Random, of: &Cells) -> Program {
    let shape = Shape::Grid {
        rows: of.rows,
        columns: of.columns,
    };
    let vector = |name: &str, format: Format, role: Role| Vector {
        name: name.into(),
        shape,
        format,
        role,
    };
    let (state, input, feed) = (VectorId(0), VectorId(1), VectorId(2));
    let fraction = of.state.fraction();
    let sum = Format::signed(28, fraction).unwrap_or(Format::BIPOLAR);
    let mut vectors = vec![vector("state", of.state, Role::State)];
    let mut stages = vec![];
    if of.input {
        vectors.push(vector("input", of.state, Role::Input));
        vectors.push(vector("feed", sum, Role::Derived));
        let mut apply = Expression::default();
        let gathered = apply.push("control", Operation::Gathered(0), sum);
        let bias = apply.push("bias", Operation::Constant(random.below(9) as i64 - 4), sum);
        let total = apply.push("total", Operation::Add(gathered, bias), sum);
        stages.push(Stage {
            name: "feed".into(),
            when: When::Once,
            gathers: vec![stencil(random, of, input, fraction)],
            apply,
            writes: vec![(feed, total)],
            rest: None,
        });
    }
    let mut gather = stencil(random, of, state, fraction);
    let mut apply = Expression::default();
    let gathered = apply.push("feedback", Operation::Gathered(0), sum);
    let mut field = gathered;
    if of.input {
        let feed = apply.push("own_feed", Operation::Element(feed), sum);
        field = apply.push("field", Operation::Add(gathered, feed), sum);
    }
    let next = if of.euler {
        gather.map = Some(clamp_map(state, of.state));
        euler(&mut apply, field, state, of)
    } else if of.state == Format::BIPOLAR {
        keep_on_zero(&mut apply, field, sum, state)
    } else {
        let resize = Operation::Resize {
            of: field,
            rounding: of.rounding,
            overflow: Overflow::Saturate,
        };
        apply.push("next", resize, of.state)
    };
    stages.push(Stage {
        name: "iterate".into(),
        when: When::EveryStep,
        gathers: vec![gather],
        apply,
        writes: vec![(state, next)],
        rest: None,
    });
    Program {
        name: "sample".into(),
        kind: "cellular".into(),
        sources: vec![],
        vectors,
        tables: vec![],
        stages,
        order: Order::Synchronous,
        phases: None,
        stop: Stop {
            max_steps: of.max_steps,
            when_stable: of.when_stable,
            on_period_two: false,
        },
    }
}

fn keep_on_zero(apply: &mut Expression, field: NodeId, sum: Format, state: VectorId) -> NodeId {
    let zero = apply.push("zero", Operation::Constant(0), sum);
    let positive = apply.push("positive", Operation::Less(zero, field), Format::TRUTH);
    let negative = apply.push("negative", Operation::Less(field, zero), Format::TRUTH);
    let kept = apply.push("kept", Operation::Element(state), Format::BIPOLAR);
    let plus = apply.push("plus", Operation::Constant(1), Format::BIPOLAR);
    let minus = apply.push("minus", Operation::Constant(-1), Format::BIPOLAR);
    let low = Operation::Select {
        condition: negative,
        high: minus,
        low: kept,
    };
    let low = apply.push("not_positive", low, Format::BIPOLAR);
    apply.push(
        "next",
        Operation::Select {
            condition: positive,
            high: plus,
            low,
        },
        Format::BIPOLAR,
    )
}

fn one(format: Format) -> i64 {
    (1i64 << format.fraction().clamp(0, 40)).min(format.max_raw())
}

fn clamp_map(state: VectorId, format: Format) -> (Expression, NodeId) {
    let mut map = Expression::default();
    let x = map.push("x", Operation::Element(state), format);
    let high = map.push("high", Operation::Constant(one(format)), format);
    let low = map.push("low", Operation::Constant(-one(format)), format);
    let below = map.push("not_above", Operation::Minimum(x, high), format);
    let y = map.push("y", Operation::Maximum(below, low), format);
    (map, y)
}

/// `x + (field - x) / 4`.
fn euler(apply: &mut Expression, field: NodeId, state: VectorId, of: &Cells) -> NodeId {
    let fraction = of.state.fraction();
    let wide = |fraction| Format::signed(34, fraction).unwrap_or(Format::BIPOLAR);
    let x = apply.push("x", Operation::Element(state), of.state);
    let slope = apply.push("slope", Operation::Subtract(field, x), wide(fraction));
    let change = apply.push("change", Operation::Scale(slope), wide(fraction + 2));
    let exact = Operation::Resize {
        of: x,
        rounding: Rounding::Floor,
        overflow: Overflow::Saturate,
    };
    let fine = apply.push("x_fine", exact, wide(fraction + 2));
    let sum = apply.push("moved", Operation::Add(fine, change), wide(fraction + 2));
    let resize = Operation::Resize {
        of: sum,
        rounding: of.rounding,
        overflow: Overflow::Saturate,
    };
    apply.push("next", resize, of.state)
}
