//! Fast kernels give what the interpreter defines: values, changes and errors, after every step.

mod samples;

use program::execute::fast::{Kernel, Tables};
use program::{Executor, Program, When};
use proptest::prelude::*;
use samples::{Choices, choices};

/// Two runs one after the other, the second from a new start, so that what a kernel keeps of the
/// first one is under test as well; with tables wherever they can be, or none.
fn agree(program: &Program, choices: &mut Choices) -> Result<(), TestCaseError> {
    let tables = choices.one_of(&[Tables::AtOnce, Tables::Earned]);
    let fast = Executor::tabulating(program, tables);
    let mut fast = fast.map_err(|e| TestCaseError::fail(e.to_string()))?;
    let mut defined = Executor::interpreting(program).unwrap();
    for _ in 0..2 {
        for (vector, values) in samples::values(choices, program) {
            fast.load(vector, &values).unwrap();
            defined.load(vector, &values).unwrap();
        }
        let started = defined.start();
        prop_assert_eq!(fast.start(), started.clone());
        if started.is_err() {
            return Ok(());
        }
        for step in 1..=6 {
            let report = defined.step();
            prop_assert_eq!(&fast.step(), &report, "step {}", step);
            if report.is_err() {
                return Ok(());
            }
            for place in 0..program.vectors.len() {
                let id = program::VectorId(place);
                prop_assert_eq!(fast.values(id), defined.values(id), "step {}", step);
            }
            prop_assert_eq!(fast.is_period_two(), defined.is_period_two());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn hopfield_networks_agree(mut choices in choices()) {
        let program = samples::hopfield(&mut choices);
        prop_assert!(matches!(Kernel::all(&program, Tables::Earned)[0], Some(Kernel::Bipolar(_))));
        agree(&program, &mut choices)?;
    }

    #[test]
    fn other_units_agree(mut choices in choices()) {
        let program = samples::units(&mut choices);
        agree(&program, &mut choices)?;
    }

    #[test]
    fn what_moves_with_time_agrees(mut choices in choices()) {
        let program = samples::moving(&mut choices);
        agree(&program, &mut choices)?;
    }

    #[test]
    fn cells_agree(mut choices in choices()) {
        let program = samples::cells(&mut choices);
        agree(&program, &mut choices)?;
    }

    #[test]
    fn values_at_the_borders_of_words_agree(mut choices in choices()) {
        let program = samples::borders(&mut choices);
        agree(&program, &mut choices)?;
    }
}

/// The samples would prove little if the kernels stood aside.
#[test]
fn kernels_take_most_samples() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let all = [
        samples::cells,
        samples::units,
        samples::moving,
        samples::borders,
    ];
    for sample in all {
        let (mut taken, mut all) = (0, 0);
        for _ in 0..200 {
            let mut choices = choices().new_tree(&mut runner).unwrap().current();
            let program = sample(&mut choices);
            let stages = program
                .stages
                .iter()
                .zip(Kernel::all(&program, Tables::Earned));
            for (_, kernel) in stages.filter(|(stage, _)| stage.when == When::EveryStep) {
                taken += usize::from(kernel.is_some());
                all += 1;
            }
        }
        assert!(taken * 3 > all, "{taken} of {all}");
    }
}
