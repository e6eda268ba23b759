//! The executor on examples that were worked out by hand.

mod samples;

use program::{
    Arrangement, Boundary, ExecutionError, Executor, Expression, Format, Gather, NodeId, Operation,
    Order, Overflow, Permutations, Program, Role, Rounding, Run, Shape, Stage, Status, StepReport,
    Storage, VectorId, Weights, When,
};
use samples::{STATE, program, sign, update, vector};

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

fn gather(source: VectorId, arrangement: Arrangement, accumulator: &str) -> Gather {
    let weights = Weights {
        format: format("s4f0"),
        arrangement,
        storage: Storage::Rom,
    };
    let accumulator = format(accumulator);
    Gather {
        source,
        map: None,
        weights,
        offset: None,
        accumulator,
    }
}

/// A bipolar network with these rows of weights.
fn network(rows: &[&[i64]], order: Order) -> Program {
    let units = rows.len();
    let arrangement = Arrangement::Dense {
        rows: units,
        columns: units,
        values: rows.concat(),
    };
    let mut apply = Expression::default();
    let next = sign(&mut apply, format("s8f0"));
    let state = vector("state", Shape::Units(units), Format::BIPOLAR, Role::State);
    program(
        vec![state],
        vec![update(gather(STATE, arrangement, "s8f0"), apply, next)],
        order,
    )
}

/// A grid whose next state is the sum under a template, in the state's own wide format.
fn shifted(columns: usize, rows: usize, coefficients: &[i64], boundary: Boundary) -> Program {
    let shape = Shape::Grid { rows, columns };
    let radius = if coefficients.len() == 9 { 1 } else { 2 };
    let arrangement = Arrangement::Stencil {
        radius,
        coefficients: coefficients.into(),
        boundary,
    };
    let mut apply = Expression::default();
    let sum = apply.push("sum", Operation::Gathered(0), format("s12f0"));
    let resize = Operation::Resize {
        of: sum,
        rounding: Rounding::Floor,
        overflow: Overflow::Error,
    };
    let next = apply.push("next", resize, format("s6f0"));
    let state = vector("state", shape, format("s6f0"), Role::State);
    let update = update(gather(STATE, arrangement, "s12f0"), apply, next);
    program(vec![state], vec![update], Order::Synchronous)
}

/// The states of a few steps, the same by the kernels and by the definition.
fn states(program: &Program, start: &[i64], steps: usize) -> Vec<Vec<i64>> {
    let walk = |mut executor: Executor<'_>| {
        executor.load(STATE, start).unwrap();
        executor.start().unwrap();
        let step = |executor: &mut Executor<'_>| {
            executor.step().unwrap();
            executor.values(STATE).to_vec()
        };
        (0..steps).map(|_| step(&mut executor)).collect::<Vec<_>>()
    };
    let fast = walk(Executor::new(program).unwrap());
    assert_eq!(fast, walk(Executor::interpreting(program).unwrap()));
    fast
}

fn run(program: &Program, start: &[i64]) -> Run {
    let mut executor = Executor::new(program).unwrap();
    executor.load(STATE, start).unwrap();
    executor.start().unwrap();
    executor.run().unwrap()
}

/// Each unit takes the state of the one before it, in a ring.
const RING: [&[i64]; 4] = [&[0, 0, 0, 1], &[1, 0, 0, 0], &[0, 1, 0, 0], &[0, 0, 1, 0]];

#[test]
fn orders_differ_in_what_a_unit_sees() {
    let start = [1, -1, -1, -1];
    let after = |order| states(&network(&RING, order), &start, 1).remove(0);
    assert_eq!(after(Order::Synchronous), [-1, 1, -1, -1]);
    assert_eq!(after(Order::Sequential), [-1, -1, -1, -1]);
    // Within a block of two the units see the state before it.
    assert_eq!(after(Order::Block { size: 2 }), [-1, 1, 1, -1]);
    assert_eq!(after(Order::Block { size: 3 }), [-1, 1, -1, -1]);
    assert_eq!(
        after(Order::Block { size: usize::MAX }),
        after(Order::Synchronous)
    );
}

#[test]
fn permuted_units_take_turns_as_the_register_says() {
    let seed = 5;
    let mut expected = vec![1, -1, 1, -1];
    let mut permutations = Permutations::new(4, seed);
    let program = network(&RING, Order::Permuted { seed });
    let found = states(&program, &expected, 4);
    for state in found {
        for unit in permutations.next_sweep() {
            expected[unit] = expected[(unit + 3) % 4];
        }
        assert_eq!(state, expected);
    }
    // A new run begins with the seed again.
    let mut executor = Executor::new(&program).unwrap();
    let mut again = || {
        executor.load(STATE, &[1, -1, 1, -1]).unwrap();
        executor.start().unwrap();
        executor.step().unwrap();
        executor.values(STATE).to_vec()
    };
    assert_eq!(again(), again());
}

#[test]
fn a_tie_keeps_the_state() {
    let program = network(&[&[0, 1, 1], &[0, 0, 0], &[0, 0, 0]], Order::Synchronous);
    assert_eq!(states(&program, &[-1, 1, -1], 1), [[-1, 1, -1]]);
    assert_eq!(states(&program, &[1, 1, -1], 1), [[1, 1, -1]]);
}

#[test]
fn a_run_ends_stable_in_period_two_or_with_its_budget() {
    let pair: [&[i64]; 2] = [&[0, 1], &[1, 0]];
    let mut program = network(&pair, Order::Synchronous);
    let ended = |status, steps| Run { status, steps };
    assert_eq!(run(&program, &[1, 1]), ended(Status::Stable, 1));
    assert_eq!(run(&program, &[1, -1]), ended(Status::Period, 2));
    program.stop.on_period_two = false;
    assert_eq!(run(&program, &[1, -1]), ended(Status::Budget, 9));
    program.stop.when_stable = false;
    assert_eq!(run(&program, &[1, 1]), ended(Status::Budget, 9));
    // A fixed point also equals the state two steps before; only stability is looked at first.
    program.stop.on_period_two = true;
    assert_eq!(run(&program, &[1, 1]), ended(Status::Period, 2));
    // The budget is looked at last.
    program.stop.max_steps = 2;
    assert_eq!(run(&program, &[1, -1]), ended(Status::Period, 2));
    program.stop.max_steps = 1;
    assert_eq!(run(&program, &[1, -1]), ended(Status::Budget, 1));
}

#[test]
fn a_step_says_whether_a_state_changed() {
    let program = network(&RING, Order::Sequential);
    let mut executor = Executor::new(&program).unwrap();
    executor.load(STATE, &[1, -1, -1, -1]).unwrap();
    executor.start().unwrap();
    assert_eq!(executor.step(), Ok(StepReport { changed: true }));
    assert_eq!(executor.step(), Ok(StepReport { changed: false }));
    assert_eq!(executor.steps(), 2);
}

#[test]
fn a_template_weighs_the_neighbour_that_its_place_names() {
    // 3 x 2 cells; the coefficient of the north-west neighbour moves the picture south-east.
    let north_west = [1, 0, 0, 0, 0, 0, 0, 0, 0];
    let east = [0, 0, 0, 0, 0, 1, 0, 0, 0];
    let start = [1, 2, 3, 4, 5, 6];
    let next = |coefficients: &[i64], boundary| {
        states(&shifted(3, 2, coefficients, boundary), &start, 1).remove(0)
    };
    assert_eq!(next(&north_west, Boundary::Fixed(9)), [9, 9, 9, 9, 1, 2]);
    assert_eq!(next(&north_west, Boundary::ZeroFlux), [1, 1, 2, 1, 1, 2]);
    assert_eq!(next(&north_west, Boundary::Periodic), [6, 4, 5, 3, 1, 2]);
    assert_eq!(next(&east, Boundary::Fixed(-7)), [2, 3, -7, 5, 6, -7]);
    assert_eq!(next(&east, Boundary::ZeroFlux), [2, 3, 3, 5, 6, 6]);
    assert_eq!(next(&east, Boundary::Periodic), [2, 3, 1, 5, 6, 4]);
}

#[test]
fn a_template_may_be_larger_than_the_grid() {
    let mut south_west = [0; 25];
    south_west[20] = 1;
    let next = |boundary| states(&shifted(2, 1, &south_west, boundary), &[3, 4], 1).remove(0);
    assert_eq!(next(Boundary::Fixed(8)), [8, 8]);
    assert_eq!(next(Boundary::ZeroFlux), [3, 3]);
    assert_eq!(next(Boundary::Periodic), [3, 4]);
}

/// `x+ = offset + 2 |x|` by a map, on units; the accumulator has half as unit.
fn doubled_magnitude() -> Program {
    let shape = Shape::Units(2);
    let of = format("s6f1");
    let mut map = Expression::default();
    let x = map.push("x", Operation::Element(STATE), of);
    let zero = map.push("zero", Operation::Constant(0), of);
    let minus = map.push("minus", Operation::Subtract(zero, x), format("s7f1"));
    let resize = |of| Operation::Resize {
        of,
        rounding: Rounding::HalfEven,
        overflow: Overflow::Saturate,
    };
    let minus = map.push("fitted", resize(minus), of);
    let magnitude = map.push("magnitude", Operation::Maximum(x, minus), of);
    let rows = vec![vec![(0, 2)], vec![(1, 2)]];
    let mut gather = gather(STATE, Arrangement::Sparse { columns: 2, rows }, "s12f1");
    gather.map = Some((map, magnitude));
    gather.offset = Some(VectorId(1));
    let mut apply = Expression::default();
    let sum = apply.push("sum", Operation::Gathered(0), format("s12f1"));
    let exact = Operation::Resize {
        of: sum,
        rounding: Rounding::Floor,
        overflow: Overflow::Error,
    };
    let next = apply.push("next", exact, of);
    let vectors = vec![
        vector("state", shape, of, Role::State),
        vector(
            "offset",
            shape,
            format("s4f1"),
            Role::Parameter(vec![1, -3]),
        ),
    ];
    program(
        vectors,
        vec![update(gather, apply, next)],
        Order::Synchronous,
    )
}

#[test]
fn maps_and_offsets_enter_the_sum() {
    assert_eq!(states(&doubled_magnitude(), &[-2, 3], 2), [[5, 3], [11, 3]]);
}

#[test]
fn an_overflow_stops_and_says_where() {
    let program = doubled_magnitude();
    let mut executor = Executor::new(&program).unwrap();
    executor.load(STATE, &[0, 9]).unwrap();
    executor.start().unwrap();
    assert_eq!(executor.step(), Ok(StepReport { changed: true }));
    // 2 * 15 - 3 = 27 fits; 2 * 27 - 3 = 51 does not.
    assert!(executor.step().is_ok());
    let error = executor.run().unwrap_err();
    let ExecutionError::Overflow(place) = &error else {
        panic!("{error}");
    };
    assert_eq!((place.step, place.element, place.value), (3, 1, 51));
    assert_eq!(
        error.to_string(),
        "HW0651: `sample`, step 3, element 1 of stage `update`, sample.toml:9 [update]: `next` is \
         51, which its format s6f1 cannot hold; a wider format, or the overflow mode `saturate`, \
         would do"
    );
}

#[test]
fn an_exact_node_that_is_too_narrow_is_an_error_and_does_not_wrap() {
    let mut program = network(&RING, Order::Synchronous);
    let sum = format("s8f0");
    let nodes = &mut program.stages[0].apply;
    let large = nodes.push("large", Operation::Constant(100), sum);
    nodes.push("unused", Operation::Add(large, large), sum);
    let mut executor = Executor::new(&program).unwrap();
    executor.start().unwrap();
    let error = executor.step().unwrap_err().to_string();
    assert!(
        error.contains("`unused` is 200, which its format s8f0 cannot hold"),
        "{error}"
    );
}

#[test]
fn a_stage_that_runs_once_sees_what_was_loaded() {
    let shape = Shape::Grid {
        rows: 1,
        columns: 3,
    };
    let wide = format("s8f0");
    let double = Arrangement::Stencil {
        radius: 0,
        coefficients: vec![2],
        boundary: Boundary::ZeroFlux,
    };
    let mut apply = Expression::default();
    let sum = apply.push("sum", Operation::Gathered(0), wide);
    let once = Stage {
        name: "once".into(),
        when: When::Once,
        gathers: vec![gather(VectorId(1), double, "s8f0")],
        apply,
        writes: vec![(VectorId(2), sum)],
        rest: None,
    };
    let mut apply = Expression::default();
    let next: NodeId = apply.push("next", Operation::Element(VectorId(2)), wide);
    let copy = Stage {
        gathers: vec![],
        ..update(once.gathers[0].clone(), apply, next)
    };
    let vectors = vec![
        vector("state", shape, wide, Role::State),
        vector("input", shape, format("s4f0"), Role::Input),
        vector("fed", shape, wide, Role::Derived),
    ];
    let program = program(vectors, vec![once, copy], Order::Synchronous);
    let mut executor = Executor::new(&program).unwrap();
    for input in [[1, 2, 3], [-4, 0, 7]] {
        executor.load(VectorId(1), &input).unwrap();
        executor.start().unwrap();
        assert_eq!(executor.values(VectorId(2)), input.map(|value| 2 * value));
        executor.step().unwrap();
        assert_eq!(executor.values(STATE), input.map(|value| 2 * value));
    }
}

#[test]
fn loads_that_do_not_suit_are_refused() {
    let program = doubled_magnitude();
    let mut executor = Executor::new(&program).unwrap();
    let mut refused = |vector, values: &[i64]| {
        executor
            .load(VectorId(vector), values)
            .unwrap_err()
            .to_string()
    };
    let length = "HW0652: `sample`: 1 values for the 2 of `state`";
    assert_eq!(refused(0, &[1]), length);
    let range = "HW0652: `sample`: 32 is no value of `state`, a s6f1";
    assert_eq!(refused(0, &[1, 32]), range);
    let role = "HW0652: `sample`: `offset` is neither a state, an input, a loaded kept vector nor a sequence";
    assert_eq!(refused(1, &[1, 1]), role);
    let unknown = "HW0652: `sample`: there is no vector number 7";
    assert_eq!(refused(7, &[]), unknown);
    assert!(executor.values(VectorId(7)).is_empty());
}
