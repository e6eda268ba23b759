//! Each op means the same four times: as `Op::eval`, in the simulator, in Verilator, in Icarus.
//!
//! Small operands take every value, pairs of them every pair; wide ones random values with a bias
//! to corners.

mod bed;
mod cases;

use std::collections::{BTreeMap, BTreeSet};

use bed::{CYCLES, Case, Driven};
use cosim::bench::RESET_CYCLES;
use cosim::{Bench, Tool, VerifyOptions, verify};
use hw_ir::{Design, NetId, Op, Type, Value};
use hw_sim::Simulator;
use hw_sim::stimulus::Stimulus;
use hw_sim::stimulus::random::Random;

/// How many ops [`number`] knows.
const OPS: usize = 26;

/// A number for each op. The match has no `_` arm: a new op does not compile here until it is
/// numbered, and then fails the test until [`cases::bed`] has it.
fn number(op: &Op) -> usize {
    match op {
        Op::Constant(_) => 0,
        Op::Not(_) => 1,
        Op::And(..) => 2,
        Op::Or(..) => 3,
        Op::Xor(..) => 4,
        Op::Negate(_) => 5,
        Op::Add(..) => 6,
        Op::Subtract(..) => 7,
        Op::AddSubtract { .. } => 8,
        Op::Multiply(..) => 9,
        Op::ShiftLeft(..) => 10,
        Op::ShiftRight(..) => 11,
        Op::Equal(..) => 12,
        Op::NotEqual(..) => 13,
        Op::Less(..) => 14,
        Op::LessEqual(..) => 15,
        Op::Mux { .. } => 16,
        Op::Any(_) => 17,
        Op::All(_) => 18,
        Op::Resize(_) => 19,
        Op::Slice(..) => 20,
        Op::Concat(_) => 21,
        Op::Join(_) => 22,
        Op::Elements(..) => 23,
        Op::Select { .. } => 24,
        Op::Insert { .. } => 25,
    }
}

fn stimulus(inputs: &[Driven]) -> Stimulus {
    let mut random = Random::new(11);
    let mut stimulus = Stimulus::default();
    let at = |count, random: &mut Random| -> Vec<i64> {
        let elements = inputs.iter().map(|input| input.elements(count, random));
        elements.collect::<Vec<_>>().concat()
    };
    let rest = at(0, &mut random);
    for _ in 0..RESET_CYCLES {
        stimulus.push(false, rest.as_slice());
    }
    for count in 0..CYCLES {
        stimulus.push(true, at(count, &mut random));
    }
    stimulus
}

/// Holds `Op::eval` against the simulator, in every case at every count.
fn eval_is_what_the_simulator_does(
    design: &Design,
    stimulus: &Stimulus,
    inputs: &[Driven],
    cases: &[Case],
) {
    let types: BTreeMap<NetId, Type> = design
        .top()
        .nets
        .iter()
        .zip(0..)
        .map(|(net, id)| (NetId(id), net.ty))
        .collect();
    let mut simulator = Simulator::new(design).unwrap();
    let outputs: Vec<_> = cases
        .iter()
        .map(|case| simulator.output(&case.name).unwrap())
        .collect();
    let mut values: Vec<Vec<i64>> = vec![vec![]; types.len()];
    let mut cycle = 0;
    stimulus
        .play(&mut simulator, |simulator| {
            for input in inputs {
                let net = simulator.net(&design.top().net(input.net).name)?;
                values[input.net.0 as usize] = simulator.read(&net)?;
            }
            for (case, output) in cases.iter().zip(&outputs) {
                let operand = |id: NetId| Value {
                    ty: types[&id],
                    elements: &values[id.0 as usize],
                };
                let expected = case.op.eval(case.ty, &operand).unwrap();
                let found = simulator.read(output)?;
                assert_eq!(
                    found, expected,
                    "{} in cycle {cycle}: {:?}",
                    case.name, case.op
                );
                values[case.net.0 as usize] = expected;
            }
            cycle += 1;
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_op_means_the_same_everywhere() {
    let (design, inputs, cases) = cases::bed().design();
    let seen: BTreeSet<usize> = cases.iter().map(|case| number(&case.op)).collect();
    assert_eq!(seen, (0..OPS).collect(), "an op has no case");
    let stimulus = stimulus(&inputs);
    eval_is_what_the_simulator_does(&design, &stimulus, &inputs, &cases);
    let Some(tools) = cosim::tools::for_test(&[Tool::Verilator, Tool::Iverilog, Tool::Vvp]) else {
        return;
    };
    let bench = Bench::of(&design, stimulus).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = VerifyOptions {
        lint: false,
        verilator: true,
        icarus_cycles: CYCLES,
    };
    let report = verify(&tools, &design, &bench, folder.path(), options).unwrap();
    assert!(report.holds(), "{report:#?}");
    println!("{} cases, {CYCLES} vectors", cases.len());
}
