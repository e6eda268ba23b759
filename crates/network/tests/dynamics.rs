//! Runs of networks with real states: how they end, and whether they come back.

use network::dynamics::{Dynamics, Ending, Moment, Start, StopRule, Variable, VariableRole, run};
use network::{Fact, Level};
use program::noise::Noise;

/// A network of two numbers that a rule moves.
struct Moved {
    rule: fn(u64, [f64; 2]) -> [f64; 2],
    settles: u64,
    noisy: bool,
    max_steps: u64,
}

impl Dynamics for Moved {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable {
            name: "state".into(),
            length: 2,
            role: VariableRole::State,
        }]
    }

    fn stop(&self) -> StopRule {
        StopRule {
            max_steps: self.max_steps,
            when_stable: false,
            on_period_two: false,
            tolerance: 0.0,
        }
    }

    fn starts(&self) -> Vec<Start> {
        vec![vec![vec![1.0, 0.0]]]
    }

    fn begin(&self, start: &Start) -> Moment {
        let mut moment = Moment::new(&self.variables(), start);
        moment.noise.extend(self.noisy.then(|| Noise::new(1)));
        moment
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        moment.noise.iter_mut().for_each(|noise| {
            noise.word();
        });
        let next = (self.rule)(moment.step, [moment.of(0)[0], moment.of(0)[1]]);
        moment.set(0, next.to_vec());
        None
    }

    fn settles(&self) -> u64 {
        self.settles
    }

    fn energy(&self, _: &Moment) -> Option<f64> {
        None
    }

    fn facts(&self, _: Level) -> Vec<Fact> {
        vec![]
    }
}

fn moved(rule: fn(u64, [f64; 2]) -> [f64; 2]) -> Moved {
    Moved {
        rule,
        settles: 0,
        noisy: false,
        max_steps: 20,
    }
}

fn period(network: &Moved) -> Option<u64> {
    let run = run(network, &network.starts()[0], &mut |_| {});
    assert_eq!(run.ending, Ending::Budget);
    assert_eq!(run.last.step, network.max_steps);
    run.period
}

#[test]
fn a_quarter_turn_comes_back_after_four_steps() {
    assert_eq!(period(&moved(|_, [x, y]| [-y, x])), Some(4));
    assert_eq!(period(&moved(|_, state| state)), Some(1));
    let three = moved(|_, [x, y]| [-y, x]);
    let three = Moved {
        max_steps: 3,
        ..three
    };
    assert_eq!(period(&three), None);
}

#[test]
fn what_never_comes_back_has_no_period() {
    assert_eq!(period(&moved(|_, [x, y]| [x / 2.0 + 1.0, y])), None);
    assert_eq!(period(&moved(|_, [x, _]| [x * 1e300, f64::NAN])), None);
    let noisy = Moved {
        noisy: true,
        ..moved(|_, state| state)
    };
    assert_eq!(period(&noisy), None);
}

/// A state that stands still while a schedule goes on is no fixed point yet.
#[test]
fn a_schedule_must_have_come_to_its_end() {
    let waits: fn(u64, [f64; 2]) -> [f64; 2] =
        |step, [x, y]| if step < 10 { [x, y] } else { [-x, y] };
    let unaware = moved(waits);
    assert_eq!(period(&unaware), Some(1));
    let aware = Moved {
        settles: 10,
        ..moved(waits)
    };
    assert_eq!(period(&aware), Some(2));
}
