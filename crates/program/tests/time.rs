//! Schedules, noise, the past, signals, tables and rest, on examples that were worked out by hand.

mod samples;

use program::{
    Begins, Delay, Executor, Expression, Format, Kept, NodeId, Operation, Order, Part, Past,
    Program, ProgramError, Recurrence, Role, Rule, Shape, Stage, Status, Table, TableId, VectorId,
    When, check, noise::Noise, recurrence,
};
use proptest::prelude::*;
use samples::vector;

const STATE: VectorId = VectorId(0);
const OTHER: VectorId = VectorId(1);
const UNITS: Shape = Shape::Units(2);

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

/// A stage that writes the last node of an expression.
fn stage(name: &str, apply: Expression, target: VectorId) -> Stage {
    let last = NodeId(apply.nodes.len() - 1);
    Stage {
        name: name.into(),
        when: When::EveryStep,
        gathers: vec![],
        apply,
        writes: vec![(target, last)],
        rest: None,
    }
}

/// An element of a vector of the state's format.
fn own(of: VectorId) -> Expression {
    let mut apply = Expression::default();
    apply.push("own", Operation::Element(of), format("s8f0"));
    apply
}

/// The states after each step.
fn run(program: &Program, start: &[i64], steps: usize) -> Vec<Vec<i64>> {
    let mut executor = Executor::new(program).unwrap();
    executor.load(STATE, start).unwrap();
    executor.start().unwrap();
    let step = |_| {
        executor.step().unwrap();
        executor.values(STATE).to_vec()
    };
    (0..steps).map(step).collect()
}

/// The state becomes an element of another vector of the role.
fn takes(role: Role) -> Program {
    let vectors = vec![
        vector("state", UNITS, format("s8f0"), Role::State),
        vector("other", UNITS, format("s8f0"), role),
    ];
    let stages = vec![stage("take", own(OTHER), STATE)];
    samples::program(vectors, stages, Order::Synchronous)
}

/// The state becomes one more than what it was `delay` steps before.
fn counts(delay: Delay, start: Vec<VectorId>, more: Vec<program::Vector>) -> Program {
    let past = Past {
        of: STATE,
        delay,
        start,
    };
    let mut vectors = vec![
        vector("state", UNITS, format("s8f0"), Role::State),
        vector("other", UNITS, format("s8f0"), Role::Past(past)),
    ];
    vectors.extend(more);
    let mut apply = own(OTHER);
    let one = apply.push("one", Operation::Constant(1), format("s8f0"));
    apply.push("more", Operation::Add(NodeId(0), one), format("s8f0"));
    samples::program(
        vectors,
        vec![stage("count", apply, STATE)],
        Order::Synchronous,
    )
}

#[test]
fn a_schedule_goes_on_with_its_last_value() {
    let program = takes(Role::Schedule(vec![3, 1, -4]));
    let expected = [[3, 3], [1, 1], [-4, -4], [-4, -4]];
    assert_eq!(run(&program, &[7, 7], 4), expected);
}

#[test]
fn the_past_before_the_start_is_the_start() {
    // x(t+1) = x(t-1) + 1, with x(-1) = x(-2) = x(0).
    let program = counts(Delay::Steps(1), vec![STATE], vec![]);
    let expected = [[1, 6], [1, 6], [2, 7], [2, 7]];
    assert_eq!(run(&program, &[0, 5], 4), expected);
    let program = counts(Delay::Steps(2), vec![STATE], vec![]);
    let expected = [[1, 6], [1, 6], [1, 6], [2, 7], [2, 7]];
    assert_eq!(run(&program, &[0, 5], 5), expected);
}

#[test]
fn a_start_may_be_known_step_by_step() {
    let known = |name: &str, values| vector(name, UNITS, format("s8f0"), Role::Parameter(values));
    let more = vec![known("one", vec![10, 20]), known("two", vec![30, 40])];
    // x(-1) is the first, x(-2) and all before it the second.
    let start = vec![VectorId(2), VectorId(3)];
    let program = counts(Delay::Steps(3), start, more);
    let expected = [[31, 41], [31, 41], [11, 21], [1, 6]];
    assert_eq!(run(&program, &[0, 5], 4), expected);
}

#[test]
fn a_delay_may_change_with_time() {
    // Delays 1, 3, 3, ...: x(1) = x(-1) + 1, x(2) = x(-2) + 1, x(3) = x(-1) + 1, x(4) = x(0) + 1.
    let program = counts(Delay::Schedule(vec![1, 3]), vec![STATE], vec![]);
    let expected = [[1, 1], [1, 1], [1, 1], [1, 1], [2, 2], [2, 2]];
    assert_eq!(run(&program, &[0, 0], 6), expected);
}

#[test]
fn a_signal_is_fresh_and_its_past_is_not() {
    // signal = x; x = signal's past + 1: the signal one step before is x one step before.
    let past = Past {
        of: OTHER,
        delay: Delay::Steps(1),
        start: vec![STATE],
    };
    let vectors = vec![
        vector("state", UNITS, format("s8f0"), Role::State),
        vector("signal", UNITS, format("s8f0"), Role::Signal),
        vector("past", UNITS, format("s8f0"), Role::Past(past)),
    ];
    let mut apply = own(VectorId(2));
    let one = apply.push("one", Operation::Constant(1), format("s8f0"));
    apply.push("more", Operation::Add(NodeId(0), one), format("s8f0"));
    let stages = vec![
        stage("show", own(STATE), OTHER),
        stage("count", apply, STATE),
    ];
    let program = samples::program(vectors, stages, Order::Synchronous);
    let expected = [[1, 6], [1, 6], [2, 7], [2, 7]];
    assert_eq!(run(&program, &[0, 5], 4), expected);
}

#[test]
fn noise_is_one_word_an_element_in_the_order_of_updates() {
    let words = |count: usize| {
        let mut noise = Noise::new(9);
        (0..count).map(|_| noise.value(5)).collect::<Vec<_>>()
    };
    let of = |order: Order| {
        let mut program = takes(Role::Noise { seed: 9 });
        program.vectors[0].format = format("u5f0");
        program.vectors[1].format = format("u5f0");
        program.stages[0].apply.nodes[0].format = format("u5f0");
        program.order = order;
        run(&program, &[0, 0], 3)
    };
    let expected: Vec<Vec<i64>> = words(6).chunks(2).map(<[i64]>::to_vec).collect();
    assert_eq!(of(Order::Synchronous), expected);
    assert_eq!(of(Order::Sequential), expected);
    let mut permutations = program::Permutations::new(2, 4);
    let permuted: Vec<Vec<i64>> = expected
        .iter()
        .map(|words| {
            let order = permutations.next_sweep();
            let mut units = vec![0; 2];
            order
                .iter()
                .zip(words)
                .for_each(|(&unit, &word)| units[unit] = word);
            units
        })
        .collect();
    assert_eq!(of(Order::Permuted { seed: 4 }), permuted);
}

/// The state becomes its entry in a table over all words of 3 bits.
fn looks_up(entries: Vec<i64>) -> Program {
    let mut apply = Expression::default();
    let x = apply.push("x", Operation::Element(STATE), format("s3f0"));
    let lookup = Operation::Lookup {
        of: x,
        table: TableId(0),
    };
    apply.push("entry", lookup, format("s3f0"));
    let vectors = vec![vector("state", UNITS, format("s3f0"), Role::State)];
    let stages = vec![stage("look", apply, STATE)];
    let mut program = samples::program(vectors, stages, Order::Synchronous);
    program.tables.push(Table {
        name: "next".into(),
        input: format("s3f0"),
        output: format("s3f0"),
        entries,
    });
    program
}

#[test]
fn a_table_has_its_entries_from_the_smallest_argument_on() {
    // -4 -> 0, -3 -> 1, -2 -> 2, -1 -> 3, 0 -> -1, 1 -> -2, 2 -> -3, 3 -> -4
    let program = looks_up(vec![0, 1, 2, 3, -1, -2, -3, -4]);
    assert_eq!(run(&program, &[-4, 1], 3), [[0, -2], [-1, 2], [3, -3]]);
}

#[test]
fn a_stage_may_say_itself_what_rest_is() {
    // x counts on; below 3 it is not at rest.
    let mut apply = own(STATE);
    let one = apply.push("one", Operation::Constant(1), format("s8f0"));
    let three = apply.push("three", Operation::Constant(3), format("s8f0"));
    let high = Operation::Less(three, NodeId(0));
    let rest = apply.push("rest", high, Format::TRUTH);
    apply.push("more", Operation::Add(NodeId(0), one), format("s8f0"));
    let mut stage = stage("count", apply, STATE);
    stage.rest = Some(rest);
    let vectors = vec![vector("state", UNITS, format("s8f0"), Role::State)];
    let program = samples::program(vectors, vec![stage], Order::Synchronous);
    let mut executor = Executor::new(&program).unwrap();
    executor.load(STATE, &[0, 2]).unwrap();
    executor.start().unwrap();
    let run = executor.run().unwrap();
    assert_eq!((run.status, run.steps), (Status::Stable, 5));
    assert_eq!(executor.values(STATE), [5, 7]);
}

#[test]
fn rules_of_time_and_tables() {
    type Spoil = fn(&mut Program);
    let refused = |program: &Program, rule: Rule, spoil: Spoil| {
        assert_eq!(check(program), Ok(()));
        let mut spoilt = program.clone();
        spoil(&mut spoilt);
        let found = check(&spoilt).map_err(|error: ProgramError| error.rule);
        assert_eq!(found, Err(rule));
    };
    let delayed = counts(Delay::Steps(2), vec![STATE], vec![]);
    let with = |change: fn(&mut Past)| {
        let mut spoilt = delayed.clone();
        if let Role::Past(past) = &mut spoilt.vectors[1].role {
            change(past);
        }
        check(&spoilt).map_err(|error| error.rule)
    };
    assert_eq!(with(|past| past.delay = Delay::Steps(0)), Err(Rule::Time));
    assert_eq!(
        with(|past| past.delay = Delay::Schedule(vec![])),
        Err(Rule::Time)
    );
    assert_eq!(
        with(|past| past.delay = Delay::Schedule(vec![2, 0])),
        Err(Rule::Time)
    );
    assert_eq!(
        with(|past| past.delay = Delay::Steps(usize::MAX)),
        Err(Rule::Size)
    );
    assert_eq!(with(|past| past.start.clear()), Err(Rule::Time));
    assert_eq!(with(|past| past.start = vec![OTHER]), Err(Rule::Time));
    assert_eq!(with(|past| past.of = OTHER), Err(Rule::Time));
    assert_eq!(with(|past| past.of = VectorId(9)), Err(Rule::Write));

    let scheduled = takes(Role::Schedule(vec![1]));
    refused(&scheduled, Rule::Time, |p| {
        p.vectors[1].role = Role::Schedule(vec![])
    });
    refused(&scheduled, Rule::Value, |p| {
        p.vectors[1].role = Role::Schedule(vec![128])
    });
    refused(&scheduled, Rule::Time, |p| {
        p.vectors[1].role = Role::Noise { seed: 1 }
    });
    refused(&scheduled, Rule::Write, |p| {
        p.vectors[1].role = Role::Signal
    });
    let table = looks_up(vec![0; 8]);
    refused(&table, Rule::Table, |p| p.tables[0].entries.truncate(7));
    refused(&table, Rule::Table, |p| p.tables[0].input = format("s17f0"));
    refused(&table, Rule::Value, |p| p.tables[0].entries[0] = 4);
    refused(&table, Rule::Node, |p| p.tables[0].output = format("s4f0"));
    refused(&table, Rule::Node, |p| p.tables.clear());
    refused(&table, Rule::Name, |p| p.tables[0].name = "a b".into());
    refused(&table, Rule::Node, |p| p.stages[0].rest = Some(NodeId(0)));
}

/// After how many steps the program comes back to what it was, all that it remembers included.
fn period(program: &Program, start: &[i64]) -> Option<u64> {
    let mut executor = Executor::new(program).unwrap();
    executor.load(STATE, start).unwrap();
    executor.start().unwrap();
    recurrence::period(executor, 30).unwrap()
}

#[test]
fn a_cycle_counts_what_is_remembered() {
    // x(t+1) = x(t-2): 1, 1, 5, 1, 1, 5, .. whose first two states are alike.
    let past = |start| {
        takes(Role::Past(Past {
            of: STATE,
            delay: Delay::Steps(2),
            start,
        }))
    };
    let before = [[1, 1], [5, 5]].map(|values| {
        let role = Role::Parameter(values.to_vec());
        vector("before", UNITS, format("s8f0"), role)
    });
    let mut program = past(vec![VectorId(2), VectorId(3)]);
    program.vectors.extend(before);
    program.vectors[3].name = "before_that".into();
    assert_eq!(run(&program, &[1, 1], 4)[..3], [[5, 5], [1, 1], [1, 1]]);
    assert_eq!(period(&program, &[1, 1]), Some(3));
    assert_eq!(period(&past(vec![STATE]), &[1, 1]), Some(1));
}

#[test]
fn schedules_must_have_come_to_their_end_and_noise_never_returns() {
    let waits = takes(Role::Schedule(vec![3, 3, 3, 7]));
    let mut executor = Executor::new(&waits).unwrap();
    executor.load(STATE, &[3, 3]).unwrap();
    executor.start().unwrap();
    let mut recurrence = Recurrence::new();
    for _ in 0..4 {
        assert_eq!(recurrence.look(&executor).unwrap(), None);
        executor.step().unwrap();
    }
    assert_eq!(recurrence.look(&executor).unwrap(), None);
    executor.step().unwrap();
    assert_eq!(recurrence.look(&executor).unwrap(), Some(1));
    let mut noisy = takes(Role::Noise { seed: 1 });
    noisy.vectors[1].format = format("u1f0");
    noisy.vectors[0].format = format("u1f0");
    noisy.stages[0].apply.nodes[0].format = format("u1f0");
    assert_eq!(period(&noisy, &[1, 1]), None);
}

proptest! {
    /// The range of a lookup is that of the entries that the argument's range reaches.
    #[test]
    fn ranges_of_lookups_are_attained(
        entries in prop::collection::vec(-4i64..4, 8), low in -4i64..4, high in -4i64..4,
    ) {
        let (low, high) = (low.min(high), low.max(high));
        let table = Table {
            name: "t".into(),
            input: format("s3f0"),
            output: format("s3f0"),
            entries,
        };
        let all: Vec<i64> = (low..=high).filter_map(|raw| table.entry(raw)).collect();
        let wanted = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
        prop_assert_eq!(table.hull(low, high), Some(wanted));
    }
}

/// The sum of two vectors' elements, saturated.
fn sum(a: VectorId, b: VectorId) -> Expression {
    let mut apply = own(a);
    apply.push("other", Operation::Element(b), format("s8f0"));
    let wide = format("s9f0");
    let resize = |of| Operation::Resize {
        of: NodeId(of),
        rounding: program::Rounding::Floor,
        overflow: program::Overflow::Saturate,
    };
    apply.push("own_wide", resize(0), wide);
    apply.push("other_wide", resize(1), wide);
    apply.push("sum", Operation::Add(NodeId(2), NodeId(3)), wide);
    apply.push("fitted", resize(4), format("s8f0"));
    apply
}

/// A running sum of a sequence, which leaves after every step.
fn running_sum(begins: Begins) -> Program {
    let kept = Role::Kept(Kept {
        start: vec![10, 20],
        begins,
    });
    let vectors = vec![
        vector("total", UNITS, format("s8f0"), kept),
        vector("entering", UNITS, format("s8f0"), Role::Sequence),
        vector("shown", UNITS, format("s8f0"), Role::Emitted),
    ];
    let mut add = stage("add", sum(VectorId(0), VectorId(1)), VectorId(0));
    add.writes.push((VectorId(2), NodeId(5)));
    let mut program = samples::program(vectors, vec![add], Order::Synchronous);
    program.stop.when_stable = false;
    program.stop.on_period_two = false;
    program.stop.max_steps = 100;
    program
}

fn emissions(executor: &mut Executor<'_>, sequence: &[i64]) -> (Vec<i64>, u64, Status) {
    executor.load(VectorId(1), sequence).unwrap();
    executor.start().unwrap();
    let mut all = vec![];
    let run = executor
        .run_emitting(|executor| all.extend_from_slice(executor.values(VectorId(2))))
        .unwrap();
    (all, run.steps, run.status)
}

#[test]
fn a_sequence_gives_each_step_its_vector_and_ends_the_run() {
    let program = running_sum(Begins::Anew);
    let mut executor = Executor::new(&program).unwrap();
    let first = emissions(&mut executor, &[1, 2, 3, 4, 5, 6]);
    assert_eq!(first, (vec![11, 22, 14, 26, 19, 32], 3, Status::Budget));
    // Another run begins anew.
    assert_eq!(emissions(&mut executor, &[0, 1]).0, [10, 21]);
}

#[test]
fn what_is_kept_across_runs_goes_on_until_a_reset() {
    let program = running_sum(Begins::Across);
    let mut executor = Executor::new(&program).unwrap();
    assert_eq!(emissions(&mut executor, &[1, 1]).0, [11, 21]);
    assert_eq!(emissions(&mut executor, &[1, 1, 1, 1]).0, [12, 22, 13, 23]);
    executor.reset();
    assert_eq!(emissions(&mut executor, &[1, 1]).0, [11, 21]);
}

#[test]
fn what_is_loaded_is_where_a_run_begins() {
    let program = running_sum(Begins::Loaded);
    let mut executor = Executor::new(&program).unwrap();
    executor.load(VectorId(0), &[5, 7]).unwrap();
    assert_eq!(emissions(&mut executor, &[1, 1, 1, 1]).0, [6, 8, 7, 9]);
    executor.load(VectorId(0), &[0, -1]).unwrap();
    assert_eq!(emissions(&mut executor, &[1, 1]).0, [1, 0]);
    let short = executor.load(VectorId(0), &[1]).unwrap_err().to_string();
    assert!(short.contains("1 values for the 2 of `total`"), "{short}");
}

#[test]
fn sequences_of_other_sizes_are_refused() {
    let program = running_sum(Begins::Anew);
    let mut executor = Executor::new(&program).unwrap();
    let refused = |executor: &mut Executor<'_>, values: &[i64]| {
        executor.load(VectorId(1), values).unwrap_err().to_string()
    };
    assert!(refused(&mut executor, &[1, 2, 3]).contains("3 values for the 2 a step of `entering`"));
    assert!(refused(&mut executor, &[]).contains("0 values for the 2 a step of `entering`"));
    assert!(refused(&mut executor, &[1, 200]).contains("200 is no value of `entering`"));
    let kept = executor.load(VectorId(0), &[1, 2]).unwrap_err();
    let kept = kept.to_string();
    assert!(
        kept.contains("`total` is neither a state, an input, a loaded kept vector nor a sequence")
    );
}

/// A joined vector shows its parts as they stand: a stage sees what an earlier one wrote.
#[test]
fn a_joined_vector_shows_its_parts_as_they_stand() {
    let part = |of, first, count| Part {
        of: VectorId(of),
        first,
        count,
    };
    let joined = Role::Joined(vec![part(1, 1, 1), part(0, 0, 1)]);
    let vectors = vec![
        vector("state", UNITS, format("s8f0"), Role::State),
        vector("input", UNITS, format("s8f0"), Role::Input),
        vector("swapped", UNITS, format("s8f0"), joined),
        vector("shown", UNITS, format("s8f0"), Role::Output),
    ];
    let stages = vec![
        stage("add", sum(VectorId(0), VectorId(1)), VectorId(0)),
        stage("show", own(VectorId(2)), VectorId(3)),
    ];
    let program = samples::program(vectors, stages, Order::Synchronous);
    let mut executor = Executor::new(&program).unwrap();
    executor.load(VectorId(0), &[1, 2]).unwrap();
    executor.load(VectorId(1), &[30, 40]).unwrap();
    executor.start().unwrap();
    executor.step().unwrap();
    assert_eq!(executor.values(VectorId(0)), [31, 42]);
    assert_eq!(executor.values(VectorId(3)), [40, 31]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let with = |of: usize, role: Role| {
        let mut program = running_sum(Begins::Anew);
        program.vectors[of].role = role;
        check(&program).unwrap_err().to_string()
    };
    let kept = |start| {
        Role::Kept(Kept {
            start,
            begins: Begins::Anew,
        })
    };
    assert!(with(0, kept(vec![1])).contains("1 start values for 2 elements"));
    assert!(with(0, kept(vec![1, 128])).contains("the raw value 128 is none of s8f0"));
    let part = |of, first, count| {
        Role::Joined(vec![Part {
            of: VectorId(of),
            first,
            count,
        }])
    };
    assert!(with(1, part(0, 1, 2)).contains("2 elements from 1 on of `total`"));
    assert!(with(1, part(0, 0, 1)).contains("parts of 1 elements for 2"));
    assert!(with(1, part(1, 0, 2)).contains("`entering` as a part"));
    assert!(with(0, Role::State).contains("leaves after every step, but `total` at the end"));
}
