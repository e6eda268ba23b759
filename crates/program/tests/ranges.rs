//! Values of a run stay inside their ranges, and the ranges are no wider than they must be.

mod samples;

use program::range::{Fit, Ranges, analyse};
use program::{
    Arrangement, ExecutionError, Executor, Expression, Format, Gather, NodeId, Operation, Order,
    Overflow, Program, Role, Rounding, Shape, Storage, VectorId, Weights,
};
use proptest::prelude::*;
use samples::{Choices, STATE, choices, program, update, vector};

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

/// The values of every vector after every step.
fn walk(program: &Program, choices: &mut Choices, mut seen: impl FnMut(&Executor<'_>)) {
    let mut executor = Executor::interpreting(program).unwrap();
    for (vector, values) in samples::values(choices, program) {
        executor.load(vector, &values).unwrap();
    }
    let mut run = || -> Result<(), ExecutionError> {
        executor.start()?;
        seen(&executor);
        for _ in 0..4 {
            executor.step()?;
            seen(&executor);
        }
        Ok(())
    };
    // A run that stops has shown what it had.
    let _ = run();
}

/// The program with each node of its last stage written to a state of its own in turn, so that a
/// run shows it.
fn showing(program: &Program, node: usize) -> Option<Program> {
    let mut shown = program.clone();
    let stage = shown.stages.last_mut()?;
    let shape = program.vector(stage.writes.first()?.0)?.shape;
    let format = stage.apply.nodes.get(node)?.format;
    let place = VectorId(shown.vectors.len());
    stage.writes.push((place, NodeId(node)));
    shown
        .vectors
        .push(vector("shown", shape, format, Role::State));
    Some(shown)
}

fn inside(ranges: &Ranges, program: &Program, choices: &mut Choices) -> Result<(), TestCaseError> {
    let stage = ranges.stages.last().unwrap();
    for (place, node) in stage.nodes.iter().enumerate() {
        let shown = showing(program, place).unwrap();
        let range = node.low..=node.high;
        let mut outside = None;
        let mut steps = 0;
        walk(&shown, choices, |executor| {
            // Before the first step the vector holds what was loaded.
            let values = executor.values(VectorId(program.vectors.len()));
            let found = values
                .iter()
                .find(|value| steps > 0 && !range.contains(value));
            outside = outside.or(found.copied());
            steps += 1;
        });
        prop_assert_eq!(outside, None, "node {} {:?}", node.name, range);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_programs_stay_inside(mut choices in choices(), kind in 0..4) {
        let program = match kind {
            0 => samples::hopfield(&mut choices),
            1 => samples::units(&mut choices),
            2 => samples::moving(&mut choices),
            _ => samples::cells(&mut choices),
        };
        let ranges = analyse(&program).unwrap();
        inside(&ranges, &program, &mut choices)?;
        let mut found = None;
        walk(&program, &mut choices, |executor| {
            for (place, range) in ranges.vectors.iter().enumerate() {
                // What steps make holds nothing yet before the first one.
                let role = &program.vectors[place].role;
                let loaded = matches!(role, Role::State | Role::Input | Role::Parameter(_));
                if executor.steps() == 0 && !loaded && *role != Role::Derived {
                    continue;
                }
                let values = executor.values(VectorId(place));
                let outside = values.iter().any(|v| !(range.low..=range.high).contains(v));
                // A derived vector holds zeros before its stage has run.
                found = found.clone().or(outside.then(|| range.name.clone()));
            }
        });
        prop_assert_eq!(found, None);
    }
}

/// All vectors of `units` values of a format.
fn all_sources(units: usize, format: Format) -> Vec<Vec<i64>> {
    let values: Vec<i64> = (format.min_raw()..=format.max_raw())
        .filter(|&raw| format.holds(raw))
        .collect();
    let mut all = vec![vec![]];
    for _ in 0..units {
        all = all
            .iter()
            .flat_map(|start| values.iter().map(move |&v| [&start[..], &[v]].concat()))
            .collect();
    }
    all
}

/// A dense network that shows the sums of its gather in a wide state.
fn dense(
    units: usize,
    source: Format,
    weights: Format,
    values: Vec<i64>,
    offsets: Option<Vec<i64>>,
) -> Program {
    let accumulator = Format::signed(32, source.fraction() + weights.fraction()).unwrap();
    let shape = Shape::Units(units);
    let mut vectors = vec![
        vector("input", shape, source, Role::Input),
        vector("sum", shape, accumulator, Role::State),
    ];
    let offset = offsets.map(|values| {
        vectors.push(vector(
            "offset",
            shape,
            accumulator,
            Role::Parameter(values),
        ));
        VectorId(2)
    });
    let gather = Gather {
        source: VectorId(0),
        map: None,
        weights: Weights {
            format: weights,
            arrangement: Arrangement::Dense {
                rows: units,
                columns: units,
                values,
            },
            storage: Storage::Rom,
        },
        offset,
        accumulator,
    };
    let mut apply = Expression::default();
    let sum = apply.push("sum", Operation::Gathered(0), accumulator);
    let mut stage = update(gather, apply, sum);
    stage.writes = vec![(VectorId(1), sum)];
    program(vectors, vec![stage], Order::Synchronous)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Brute force over all sources: the bound of a dense layer is attained at both ends.
    #[test]
    fn the_bound_of_a_dense_layer_is_attained(
        units in 1usize..6, source in 0usize..4, offset in any::<bool>(), mut choices in choices(),
    ) {
        let source = format(["b1", "s2f0", "u2f1", "u1f0"][source]);
        let weights = format("s5f2");
        let values = choices.raws(units * units, weights);
        let offsets = offset.then(|| choices.raws(units, format("s6f0")));
        let program = dense(units, source, weights, values, offsets);
        let ranges = analyse(&program).unwrap();
        let gather = &ranges.stages[0].gathers[0];
        let mut executor = Executor::interpreting(&program).unwrap();
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for values in all_sources(units, source) {
            executor.load(VectorId(0), &values).unwrap();
            executor.start().unwrap();
            executor.step().unwrap();
            for &sum in executor.values(VectorId(1)) {
                (low, high) = (low.min(sum), high.max(sum));
            }
        }
        prop_assert_eq!((gather.low, gather.high), (low, high));
        let narrower = Format::signed(gather.minimal_width.max(2) - 1, 0).unwrap();
        prop_assert!(gather.minimal_width == 1 || !(narrower.holds(low) && narrower.holds(high)));
    }
}

/// `x + h (f - x)` with f a weighted sum over four units, h a quarter, and x of eight bits.
fn relaxing() -> Program {
    let state = format("s8f4");
    let shape = Shape::Units(4);
    let accumulator = format("s16f4");
    let gather = Gather {
        source: STATE,
        map: None,
        weights: Weights {
            format: format("s2f0"),
            arrangement: Arrangement::Sparse {
                columns: 4,
                rows: (0..4).map(|row| vec![((row + 1) % 4, 1)]).collect(),
            },
            storage: Storage::Rom,
        },
        offset: None,
        accumulator,
    };
    let mut apply = Expression::default();
    let field = apply.push("field", Operation::Gathered(0), accumulator);
    let x = apply.push("x", Operation::Element(STATE), state);
    let slope = apply.push("slope", Operation::Subtract(field, x), accumulator);
    let change = apply.push("change", Operation::Scale(slope), format("s16f6"));
    let fine = Operation::Resize {
        of: x,
        rounding: Rounding::Floor,
        overflow: Overflow::Error,
    };
    let fine = apply.push("x_fine", fine, format("s10f6"));
    let moved = apply.push("moved", Operation::Add(fine, change), format("s16f6"));
    let next = Operation::Resize {
        of: moved,
        rounding: Rounding::HalfEven,
        overflow: Overflow::Error,
    };
    let next = apply.push("next", next, state);
    let vectors = vec![vector("state", shape, state, Role::State)];
    program(
        vectors,
        vec![update(gather, apply, next)],
        Order::Synchronous,
    )
}

#[test]
fn a_relaxation_does_not_widen() {
    let ranges = analyse(&relaxing()).unwrap();
    let node = |name: &str| {
        let mut nodes = ranges.stages[0].nodes.iter();
        nodes.find(|node| node.name == name).unwrap().clone()
    };
    // By intervals alone it would be -512 - 255 to 508 + 255.
    assert_eq!((node("moved").low, node("moved").high), (-512, 508));
    // A convex combination of states is a state: nothing saturates or stops.
    assert_eq!(node("next").fit, Fit::Holds);
    assert_eq!((node("next").low, node("next").high), (-128, 127));
}

#[test]
fn weights_that_can_be_loaded_count_with_all_of_their_format() {
    let mut program = dense(3, format("b1"), format("s3f0"), vec![0; 9], None);
    assert_eq!(analyse(&program).unwrap().stages[0].gathers[0].high, 0);
    program.stages[0].gathers[0].weights.storage = Storage::Ram;
    let ranges = analyse(&program).unwrap();
    let gather = &ranges.stages[0].gathers[0];
    assert_eq!(
        (gather.low, gather.high, gather.minimal_width),
        (-12, 12, 5)
    );
}

#[test]
fn ranges_survive_json() {
    let ranges = analyse(&relaxing()).unwrap();
    let text = serde_json::to_string(&ranges).unwrap();
    assert_eq!(serde_json::from_str::<Ranges>(&text).unwrap(), ranges);
}
