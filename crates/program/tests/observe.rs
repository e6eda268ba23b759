//! What an observer sees is what the run computes, and its summary depends on nothing else.

mod samples;

use program::execute::observe::BARS;
use program::range::analyse;
use program::{Executor, Histogram, Observer, Place, Program, Recorder, Role, Seen, VectorId};
use proptest::prelude::*;
use samples::{Choices, choices};

/// Everything that was seen, in order.
#[derive(Default)]
struct Log(Vec<(Place, i64)>);

impl Observer for Log {
    fn see(&mut self, place: Place, raw: i64) {
        self.0.push((place, raw));
    }
}

/// A log and two recorders that see the same.
struct All<'a>(&'a mut Log, [&'a mut Recorder; 2]);

impl Observer for All<'_> {
    fn see(&mut self, place: Place, raw: i64) {
        self.0.see(place, raw);
        self.1
            .iter_mut()
            .for_each(|recorder| recorder.see(place, raw));
    }
}

fn sample(choices: &mut Choices, kind: u8) -> Program {
    match kind {
        0 => samples::hopfield(choices),
        1 => samples::units(choices),
        _ => samples::cells(choices),
    }
}

/// The program loaded with the values of a run.
fn loaded<'p>(program: &'p Program, loads: &[(VectorId, Vec<i64>)]) -> Executor<'p> {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in loads {
        executor.load(*vector, values).unwrap();
    }
    executor
}

/// All places of a program.
fn places(program: &Program) -> Vec<Place> {
    let mut out: Vec<Place> = (0..program.vectors.len()).map(Place::Vector).collect();
    for (stage, of) in program.stages.iter().enumerate() {
        out.extend((0..of.apply.nodes.len()).map(|node| Place::Node { stage, node }));
        for (gather, of) in of.gathers.iter().enumerate() {
            out.push(Place::Sum { stage, gather });
            let nodes = of.map.as_ref().map_or(0, |(map, _)| map.nodes.len());
            let map = |node| Place::Map {
                stage,
                gather,
                node,
            };
            out.extend((0..nodes).map(map));
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_watched_run_is_the_run(mut choices in choices(), kind in 0u8..3) {
        let program = sample(&mut choices, kind);
        let loads = samples::values(&mut choices, &program);
        let (mut plain, mut watched) = (loaded(&program, &loads), loaded(&program, &loads));
        let mut log = Log::default();
        let started = plain.start();
        prop_assert_eq!(&started, &watched.start_observed(&mut log));
        if started.is_err() {
            return Ok(());
        }
        let mut steps = 0;
        for _ in 0..4 {
            let seen = log.0.len();
            let (step, other) = (plain.step(), watched.step_observed(&mut log));
            prop_assert_eq!(&step, &other);
            if step.is_err() {
                break;
            }
            steps += 1;
            // At the end of a step every vector that it gave values is shown as it stands.
            for (place, vector) in program.vectors.iter().enumerate() {
                let shown = log.0[seen..].iter().filter(|(at, _)| *at == Place::Vector(place));
                let shown: Vec<i64> = shown.map(|(_, raw)| *raw).collect();
                prop_assert_eq!(plain.values(VectorId(place)), watched.values(VectorId(place)));
                let fixed = matches!(vector.role, Role::Input | Role::Derived | Role::Parameter(_));
                if !fixed {
                    prop_assert_eq!(&shown[..], watched.values(VectorId(place)));
                } else {
                    prop_assert!(shown.is_empty());
                }
            }
        }
        // Each node and each sum is seen once for each element that its stage writes.
        if steps == 4 {
            for (stage, of) in program.stages.iter().enumerate() {
                let target = program.vector(of.writes[0].0).unwrap().shape.elements();
                let runs = if of.when == program::When::Once { 1 } else { steps };
                let count = |place| log.0.iter().filter(|(at, _)| *at == place).count();
                for node in 0..of.apply.nodes.len() {
                    let place = Place::Node { stage, node };
                    prop_assert_eq!(count(place), runs * target);
                }
                for gather in 0..of.gathers.len() {
                    let place = Place::Sum { stage, gather };
                    prop_assert_eq!(count(place), runs * target);
                }
            }
        }
    }

    #[test]
    fn a_recorder_holds_the_range_of_every_place(mut choices in choices(), kind in 0u8..3) {
        let program = sample(&mut choices, kind);
        let ranges = analyse(&program).unwrap();
        let (mut log, mut whole) = (Log::default(), Recorder::new(&program));
        // Two runs, recorded on their own and put together.
        let mut merged = Recorder::new(&program);
        for _ in 0..2 {
            let loads = samples::values(&mut choices, &program);
            let mut own = Recorder::new(&program);
            let mut executor = loaded(&program, &loads);
            let mut all = All(&mut log, [&mut whole, &mut own]);
            // A run that stops has shown what it had.
            if executor.start_observed(&mut all).is_ok() {
                let _ = executor.run_observed(&mut all);
            }
            merged.merge(&own);
        }
        prop_assert_eq!(&merged, &whole);
        for place in places(&program) {
            let values = log.0.iter().filter(|(at, _)| *at == place).map(|(_, raw)| *raw);
            let seen = whole.seen(place).unwrap();
            prop_assert_eq!(seen, &summary(&values.collect::<Vec<i64>>()));
            let (low, high) = match place {
                Place::Vector(at) => (ranges.vectors[at].low, ranges.vectors[at].high),
                Place::Sum { stage, gather } => {
                    let range = &ranges.stages[stage].gathers[gather];
                    (range.low, range.high)
                }
                Place::Map { stage, gather, node } => {
                    let range = &ranges.stages[stage].gathers[gather].map[node];
                    (range.low, range.high)
                }
                Place::Node { stage, node } => {
                    let range = &ranges.stages[stage].nodes[node];
                    (range.low, range.high)
                }
            };
            if seen.count > 0 {
                prop_assert!(low <= seen.low && seen.high <= high, "{:?} {:?}", place, seen);
            }
        }
    }

    #[test]
    fn a_summary_depends_on_the_values_alone(
        values in proptest::collection::vec(
            prop_oneof![any::<i64>(), -3i64..3, -200i64..200, Just(i64::MIN), Just(i64::MAX)],
            0..40,
        ),
        cut in 0usize..40,
    ) {
        let program = program::Program {
            name: "one".into(),
            kind: "test".into(),
            sources: vec![],
            vectors: vec![samples::vector(
                "state",
                program::Shape::Units(1),
                program::Format::signed(64, 0).unwrap(),
                Role::State,
            )],
            tables: vec![],
            stages: vec![],
            order: program::Order::Synchronous,
            phases: None,
            stop: program::Stop { max_steps: 1, when_stable: false, on_period_two: false },
        };
        let record = |values: &[i64]| {
            let mut recorder = Recorder::new(&program);
            values.iter().for_each(|&raw| recorder.see(Place::Vector(0), raw));
            recorder
        };
        let expected = summary(&values);
        prop_assert_eq!(&record(&values).vectors[0], &expected);
        let (left, right) = values.split_at(cut.min(values.len()));
        let mut merged = record(left);
        merged.merge(&record(right));
        prop_assert_eq!(&merged.vectors[0], &expected);
        let mut merged = record(right);
        merged.merge(&record(left));
        prop_assert_eq!(&merged.vectors[0], &expected);
    }
}

/// The summary of values by its definition.
fn summary(values: &[i64]) -> Seen {
    let mut seen = Seen::default();
    let (Some(&low), Some(&high)) = (values.iter().min(), values.iter().max()) else {
        return seen;
    };
    let place = |value: i64, log: u32| i128::from(value) >> log;
    let log_width = (0..64).find(|&log| place(high, log) - place(low, log) < BARS as i128);
    let log_width = log_width.unwrap();
    let first = low >> log_width;
    let bars = (place(high, log_width) - i128::from(first) + 1) as usize;
    seen.histogram = Histogram {
        log_width,
        first,
        counts: vec![0; bars],
    };
    for &value in values {
        let bar = place(value, log_width) - i128::from(first);
        seen.histogram.counts[bar as usize] += 1;
    }
    (seen.low, seen.high, seen.count) = (low, high, values.len() as u64);
    seen
}
