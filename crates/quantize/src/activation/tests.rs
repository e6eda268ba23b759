//! Every candidate, not only those that are chosen: what its nodes compute is what it says, and it
//! has the properties that the function has.

use network::Activation;
use network::activation::{Function, Polyline};
use network::description::FunctionWord;
use program::{Executor, Format, Order, Role, Stop, When};

use super::candidates::candidates;
use super::choose::proper;
use super::measure::measure;
use super::plan::{Form, Plan};
use super::target::Target;
use crate::assembly::{Assembly, New, Written};

/// What the nodes of a plan compute of every word.
fn computed(plan: &Plan) -> Vec<i64> {
    let input = plan.input();
    let all: Vec<i64> = (input.min_raw()..=input.max_raw()).collect();
    let units = all.len();
    let mut assembly = Assembly::new();
    let x = assembly.vector("x", units, input, Role::Parameter(all));
    let tables = plan.register(&mut assembly, "g");
    let made = assembly.stage("activate", When::EveryStep, vec![], |apply| {
        let x = apply.element("argument", x)?;
        let node = plan.build(apply, &tables, "y", x)?;
        let (name, role) = ("result".into(), Role::Output);
        let new = vec![New {
            name,
            units,
            role,
            node,
        }];
        Ok(Written {
            new,
            ..Written::default()
        })
    });
    let result = made.unwrap()[0];
    let stop = Stop {
        max_steps: 1,
        when_stable: false,
        on_period_two: false,
    };
    let program = assembly
        .finish("table", "activation", Order::Synchronous, stop)
        .unwrap();
    let mut executor = Executor::new(&program).unwrap();
    executor.start().unwrap();
    executor.run().unwrap();
    executor.values(result).to_vec()
}

/// Holds every candidate of a function to what it says; how many there are, and how many of them
/// are straight pieces with shifts.
fn hold(activation: &Activation, input: Format, output: Format) -> (usize, usize) {
    let target = Target::new(activation, input, output);
    let (mut all, mut shifts) = (0, 0);
    for candidate in candidates(&target, |_| true, f64::INFINITY) {
        for form in candidate.make(&target) {
            let of = format!("{activation} from {input} to {output}: {form:?}");
            let measured = measure(&form, &target);
            assert!(proper(&target, &measured), "{of}");
            // Free slopes and tables cost what was said before they were made.
            match &form {
                Form::Linear(linear) if linear.layout.shifts => shifts += 1,
                form => assert_eq!(form.cost(), candidate.cost, "{of}"),
            }
            let plan = Plan::new(form, &target, measured);
            let said = input.min_raw()..=input.max_raw();
            let said: Vec<i64> = said.map(|raw| plan.evaluate(raw)).collect();
            assert_eq!(computed(&plan), said, "{of}");
            all += 1;
        }
    }
    (all, shifts)
}

#[test]
fn every_candidate_is_what_it_says() {
    let formats = [
        ("s6f3", "s6f5"),
        ("s7f3", "u7f6"),
        ("u6f4", "s8f4"),
        ("s5f1", "s9f4"),
    ];
    for (input, output) in formats {
        let (input, output) = (input.parse().unwrap(), output.parse().unwrap());
        for word in FunctionWord::ALL {
            let activation = Activation::new(word.function(None), 1.3).unwrap();
            hold(&activation, input, output);
        }
    }
}

#[test]
fn every_candidate_of_points_that_rise_fall_and_are_odd() {
    let falling = [[-3.0, 2.0], [-1.0, 1.5], [0.5, -0.5], [2.0, -1.0]];
    let odd = [[-2.0, -1.0], [-1.0, 0.75], [1.0, -0.75], [2.0, 1.0]];
    let rising = [[-1.0, -1.75], [0.0, 0.125], [0.5, 0.25], [2.5, 1.75]];
    for points in [falling, odd, rising] {
        let line = Polyline::through(&points).unwrap();
        let activation = Activation::new(Function::Samples(line), 1.0).unwrap();
        let (input, output) = ("s7f4".parse().unwrap(), "s7f5".parse().unwrap());
        let (all, shifts) = hold(&activation, input, output);
        let monotone = points != odd;
        assert!(all > 50 && (shifts > 0) == monotone, "{all} {shifts}");
    }
}
