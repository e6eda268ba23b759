//! The integer program, its fast kernels and its hardware give the same state after every step.

use program::{ExecutionError, Executor, Program, Role, Status, VectorId};
use schedule::interface::status_code;
use schedule::{Hardware, ScheduleError};

use crate::host::{self, Values};

/// What the hardware must show of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The states, then the outputs; or the outputs of every step, those of all steps.
    pub states: Vec<Vec<i64>>,
    /// How it ended.
    pub status: Status,
    /// After how many steps.
    pub steps: u64,
    /// After how many of each phase; none where steps are all alike.
    pub phases: Vec<u64>,
}

/// Loads and runs a program once for each of the values, with fast kernels or by the definition.
///
/// # Errors
/// When the program is not valid, values do not suit, or a value overflows.
pub fn run(program: &Program, values: &[&Values], fast: bool) -> Result<Vec<Ended>, String> {
    let executor = match fast {
        true => Executor::new(program),
        false => Executor::interpreting(program),
    };
    let mut executor = executor.map_err(|error| error.to_string())?;
    let of = |role: Role| {
        let vectors = program.vectors.iter().enumerate();
        vectors.filter(move |(_, vector)| vector.role == role)
    };
    let mut run = |values: &&Values| -> Result<Ended, ExecutionError> {
        for (vector, values) in *values {
            executor.load(*vector, values)?;
        }
        executor.start()?;
        let emitted: Vec<VectorId> = of(Role::Emitted).map(|(at, _)| VectorId(at)).collect();
        let mut emissions = vec![vec![]; emitted.len()];
        let run = executor.run_emitting(|executor| {
            for (all, &id) in emissions.iter_mut().zip(&emitted) {
                all.extend_from_slice(executor.values(id));
            }
        })?;
        let unloaded = of(Role::State).chain(of(Role::Output));
        let unloaded = unloaded.map(|(place, _)| executor.values(VectorId(place)).to_vec());
        Ok(Ended {
            states: unloaded.chain(emissions).collect(),
            status: run.status,
            steps: run.steps,
            phases: executor.phase_steps().to_vec(),
        })
    };
    let mut all = vec![];
    for values in values {
        all.push(run(values).map_err(|error| error.to_string())?);
    }
    Ok(all)
}

/// Fast kernels against the definition, and the hardware against both, for each of the budgets: for
/// all up to that of the program, at every step boundary. The runs follow one another without a
/// reset. A fold that does not suit and is refused with one that does is fine.
///
/// # Errors
/// What differs, in words.
pub fn compare(
    program: &Program,
    hardware: &Hardware,
    loads: &[&Values],
    budgets: &[u64],
) -> Result<(), String> {
    let mut program = program.clone();
    for &budget in budgets {
        program.stop.max_steps = budget;
        let loads: Vec<Vec<(VectorId, Vec<i64>)>> = loads
            .iter()
            .map(|values| within(&program, values, budget))
            .collect();
        let loads: Vec<&Values> = loads.iter().map(Vec::as_slice).collect();
        let loads = loads.as_slice();
        let defined = run(&program, loads, false)?;
        let fast = run(&program, loads, true)?;
        same("fast kernels", budget, &fast, &defined)?;
        let scheduled = match schedule::schedule(&program, hardware) {
            Ok(scheduled) => scheduled,
            Err(ScheduleError::Fold { works, .. }) if works > 0 => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let cycles = defined.iter().map(|run| scheduled.timing.run(run.steps));
        let cycles = cycles.sum::<u64>() + 10_000;
        let seen = host::runs(&scheduled, loads, host::quiet(), cycles);
        let seen = seen.map_err(|error| error.to_string())?;
        same("runs that ended", budget, &seen.len(), &defined.len())?;
        for (seen, defined) in seen.iter().zip(&defined) {
            same("states", budget, &seen.states, &defined.states)?;
            let status = status_code(Some(defined.status));
            same("status", budget, &seen.status, &status)?;
            same("steps", budget, &seen.steps, &Some(defined.steps as i64))?;
            let latency = scheduled.timing.run_through(defined.steps, &defined.phases);
            let took = match scheduled.interface.unloads_each_step {
                true => seen.unloaded,
                false => seen.latency,
            };
            same("cycles in closed form", budget, &took, &latency)?;
        }
    }
    Ok(())
}

/// The values with sequences of `steps` steps at most: a host must not offer more than a run takes.
fn within(program: &Program, values: &Values, steps: u64) -> Vec<(VectorId, Vec<i64>)> {
    let mut values = values.to_vec();
    for (id, values) in &mut values {
        let vector = program.vector(*id);
        if let Some(vector) = vector.filter(|vector| vector.role == Role::Sequence) {
            values.truncate(vector.shape.elements().saturating_mul(steps as usize));
        }
    }
    values
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    budget: u64,
    found: &T,
    wanted: &T,
) -> Result<(), String> {
    match found == wanted {
        true => Ok(()),
        false => Err(format!(
            "{what}, {budget} steps: {found:?}, wanted {wanted:?}"
        )),
    }
}
