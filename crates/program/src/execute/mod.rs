//! Runs a program step by step: the integers that the hardware must show at every step boundary.
//!
//! [`interpret`] is the definition. Kernels of [`fast`] replace it where they apply, and property
//! tests hold them to it.

pub mod blocks;
pub mod error;
pub mod fast;
pub mod interpret;
mod joined;
pub mod observe;
mod time;

use crate::check::{ProgramError, check};
use crate::order::{Order, Permutations};
use crate::phases::Phase;
use crate::program::{Program, Status};
use crate::recurrence::Deterministic;
use crate::stage::{Begins, Kept, Role, Stage, VectorId, When};
use blocks::Blocks;
pub use error::{ExecutionError, OverflowPlace};
use fast::{Kernel, Tables};
use joined::Joined;
use observe::{Blind, Observer, Place};
use time::{Clock, Kind};

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepReport {
    /// Whether some element was not at rest: its stage's `rest` did not hold or, where it has
    /// none, a state changed.
    pub changed: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Why it ended.
    pub status: Status,
    /// The steps done.
    pub steps: u64,
}

/// A program with the values of its vectors.
#[derive(Debug, Clone)]
pub struct Executor<'p> {
    program: &'p Program,
    values: Vec<Vec<i64>>,
    permutations: Option<Permutations>,
    kernels: Vec<Option<Kernel>>,
    /// For each stage the joined vectors that it reads.
    joined: Vec<Vec<Joined<'p>>>,
    steps: u64,
    /// The phase of the last step, where steps differ.
    phase: Option<usize>,
    /// Steps of each phase.
    phase_steps: Vec<u64>,
    /// The vectors that change with time by themselves.
    clock: Clock,
    /// The places of the state vectors.
    states: Vec<usize>,
    /// The places among them whose change means unrest.
    watched: Vec<usize>,
    /// Their values before the last step, and before the step before that.
    past: [Vec<Vec<i64>>; 2],
}

impl<'p> Executor<'p> {
    /// Checks a program and gives every vector zeros (-1 where bipolar), parameters their values.
    ///
    /// # Errors
    /// When the program is not well-formed.
    pub fn new(program: &'p Program) -> Result<Executor<'p>, ProgramError> {
        Executor::tabulating(program, Tables::default())
    }

    /// As [`Executor::new`], with tables at the given time. The values are the same.
    ///
    /// # Errors
    /// When the program is not well-formed.
    pub fn tabulating(program: &'p Program, tables: Tables) -> Result<Executor<'p>, ProgramError> {
        let mut executor = Executor::interpreting(program)?;
        executor.kernels = Kernel::all(program, tables);
        Ok(executor)
    }

    /// As [`Executor::new`], but without fast kernels: the definition itself.
    ///
    /// # Errors
    /// When the program is not well-formed.
    pub fn interpreting(program: &'p Program) -> Result<Executor<'p>, ProgramError> {
        check(program)?;
        let values = program.vectors.iter().map(|vector| match &vector.role {
            Role::Parameter(values) => values.clone(),
            Role::Kept(kept) => kept.start.clone(),
            Role::State
            | Role::Input
            | Role::Derived
            | Role::Signal
            | Role::Output
            | Role::Emitted
            | Role::Sequence
            | Role::Joined(_)
            | Role::Schedule(_)
            | Role::Noise { .. }
            | Role::Last
            | Role::Recalled(_)
            | Role::Past(_) => {
                let zero = if vector.format.holds(0) { 0 } else { -1 };
                vec![zero; vector.shape.elements()]
            }
        });
        let states = program.vectors.iter().enumerate();
        let states = states.filter(|(_, vector)| vector.role == Role::State);
        let states: Vec<usize> = states.map(|(place, _)| place).collect();
        let unknown = vec![vec![]; states.len()];
        let judged = program.stages.iter().filter(|stage| stage.rest.is_some());
        let judged: Vec<VectorId> = judged
            .flat_map(|stage| stage.writes.iter().map(|(target, _)| *target))
            .collect();
        let watched = 0..states.len();
        let watched = watched.filter(|&at| !judged.contains(&VectorId(states[at])));
        let mut executor = Executor {
            program,
            values: values.collect(),
            permutations: None,
            kernels: vec![None; program.stages.len()],
            joined: Joined::read(program),
            steps: 0,
            phase: None,
            phase_steps: vec![],
            clock: Clock::new(program),
            watched: watched.collect(),
            states,
            past: [unknown.clone(), unknown],
        };
        executor.rewind();
        Ok(executor)
    }

    /// Gives what is loaded its values, raw in its format; a sequence those of all steps, one
    /// step after the other.
    ///
    /// # Errors
    /// When the vector is none of these, or a value or their number does not suit.
    pub fn load(&mut self, vector: VectorId, values: &[i64]) -> Result<(), ExecutionError> {
        let refuse = |why: String| {
            Err(ExecutionError::Load {
                program: self.program.name.clone(),
                why,
            })
        };
        let Some(of) = self.program.vector(vector) else {
            return refuse(format!("there is no vector number {}", vector.0));
        };
        let sequence = of.role == Role::Sequence;
        if !sequence && !of.role.is_loaded() {
            return refuse(format!(
                "`{}` is neither a state, an input, a loaded kept vector nor a sequence",
                of.name
            ));
        }
        let (wanted, found) = (of.shape.elements(), values.len());
        let suits = match sequence {
            true => found > 0 && found.is_multiple_of(wanted),
            false => found == wanted,
        };
        if !suits {
            let each = if sequence { " a step" } else { "" };
            return refuse(format!(
                "{found} values for the {wanted}{each} of `{}`",
                of.name
            ));
        }
        if let Some(value) = values.iter().find(|&&value| !of.format.holds(value)) {
            return refuse(format!(
                "{value} is no value of `{}`, a {}",
                of.name, of.format
            ));
        }
        if sequence {
            self.clock.load(vector, values);
        } else if let Some(slot) = self.values.get_mut(vector.0) {
            slot.copy_from_slice(values);
        }
        Ok(())
    }

    /// Begins a run: runs the stages that run once, and starts permutations anew.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn start(&mut self) -> Result<(), ExecutionError> {
        self.start_observed(&mut Blind)
    }

    /// As [`Executor::start`], by the definition; the observer sees what is loaded, what the stages
    /// that run once compute, and the parameters.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn start_observed(&mut self, observer: &mut impl Observer) -> Result<(), ExecutionError> {
        self.rewind();
        if !self.clock.sequences_agree() {
            return Err(ExecutionError::Load {
                program: self.program.name.clone(),
                why: "sequences of different lengths".into(),
            });
        }
        self.run_stages(|when| when == When::Once, &Turn::InOrder, observer)?;
        self.clock.start(&self.values);
        self.show(observer, |role| match role {
            Role::State | Role::Input | Role::Derived | Role::Parameter(_) | Role::Kept(_) => true,
            Role::Signal
            | Role::Output
            | Role::Emitted
            | Role::Sequence
            | Role::Joined(_)
            | Role::Schedule(_)
            | Role::Noise { .. }
            | Role::Last
            | Role::Recalled(_)
            | Role::Past(_) => false,
        });
        Ok(())
    }

    /// As after a reset of the hardware: vectors that are kept across runs begin the next run with
    /// their start again. Memories keep their words.
    pub fn reset(&mut self) {
        self.begin(|_| true);
        self.clock.reset(&mut self.values);
    }

    /// Kept vectors take their start values.
    fn begin(&mut self, which: impl Fn(&Kept) -> bool) {
        for (vector, values) in self.program.vectors.iter().zip(&mut self.values) {
            match &vector.role {
                Role::Kept(kept) if which(kept) => values.clone_from(&kept.start),
                _ => (),
            }
        }
    }

    /// No step is done, and permutations begin with their seed.
    fn rewind(&mut self) {
        self.steps = 0;
        self.phase = None;
        let phases = self.program.phases.as_ref();
        self.phase_steps = vec![0; phases.map_or(0, |phases| phases.phases.len())];
        self.begin(|kept| kept.begins == Begins::Anew);
        self.clock.rewind();
        self.permutations = match self.program.order {
            Order::Permuted { seed } => Some(Permutations::new(self.units(), seed)),
            Order::Synchronous | Order::Sequential | Order::Block { .. } => None,
        };
    }

    /// One step. After an error the state is that of no step boundary; a new run must be loaded
    /// and started.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn step(&mut self) -> Result<StepReport, ExecutionError> {
        self.step_observed(&mut Blind)
    }

    /// As [`Executor::step`], by the definition; the observer sees every sum, every node, and at
    /// the end the elements of every vector that the step gave values.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn step_observed(
        &mut self,
        observer: &mut impl Observer,
    ) -> Result<StepReport, ExecutionError> {
        self.past.swap(0, 1);
        for (before, &state) in self.past[0].iter_mut().zip(&self.states) {
            before.clone_from(&self.values[state]);
        }
        let turn = self.turn();
        let kind = self.kind();
        self.phase = kind.phase;
        self.clock.step(kind, &turn, &mut self.values);
        self.steps += 1;
        let steps = kind.phase.and_then(|phase| self.phase_steps.get_mut(phase));
        steps.into_iter().for_each(|steps| *steps += 1);
        let at_rest = self.run_stages(|when| when.runs_in(kind.phase), &turn, observer)?;
        self.clock.end(kind, &self.values);
        self.show(observer, |role| match role {
            Role::Input | Role::Derived | Role::Parameter(_) => false,
            Role::State
            | Role::Kept(_)
            | Role::Signal
            | Role::Output
            | Role::Emitted
            | Role::Sequence
            | Role::Joined(_)
            | Role::Schedule(_)
            | Role::Noise { .. }
            | Role::Last
            | Role::Recalled(_)
            | Role::Past(_) => true,
        });
        let still = |&at: &usize| self.values[self.states[at]] == self.past[0][at];
        let changed = !(at_rest && self.watched.iter().all(still));
        Ok(StepReport { changed })
    }

    /// Steps until a stop condition of the program holds; call [`Executor::start`] before.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn run(&mut self) -> Result<Run, ExecutionError> {
        self.run_observed(&mut Blind)
    }

    /// As [`Executor::run`]; `emit` is called after every step after which something leaves.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn run_emitting(&mut self, emit: impl FnMut(&Executor<'p>)) -> Result<Run, ExecutionError> {
        self.run_steps(&mut Blind, emit)
    }

    /// As [`Executor::run`], watched; call [`Executor::start_observed`] before.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn run_observed(&mut self, observer: &mut impl Observer) -> Result<Run, ExecutionError> {
        self.run_steps(observer, |_| ())
    }

    fn run_steps(
        &mut self,
        observer: &mut impl Observer,
        mut emit: impl FnMut(&Executor<'p>),
    ) -> Result<Run, ExecutionError> {
        let stop = self.program.stop;
        loop {
            let report = self.step_observed(observer)?;
            if self.leaves() {
                emit(self);
            }
            let status = if stop.when_stable && !report.changed {
                Status::Stable
            } else if stop.on_period_two && self.is_period_two() {
                Status::Period
            } else if self.steps >= stop.max_steps || self.is_over() {
                Status::Budget
            } else {
                continue;
            };
            return Ok(Run {
                status,
                steps: self.steps,
            });
        }
    }

    /// What the next step is like.
    fn kind(&self) -> Kind {
        let phases = self.program.phases.as_ref();
        let present = phases.and_then(|phases| self.first(phases.present));
        let phase = present.and_then(|raw| usize::try_from(raw).ok());
        let of = phases.and_then(|phases| phases.phases.get(phase?));
        Kind {
            step: self.steps,
            phase: phase.filter(|_| of.is_some()),
            feeds: phases.is_none() || of.is_some_and(|of| of.feeds),
        }
    }

    /// The first element of a vector.
    fn first(&self, of: VectorId) -> Option<i64> {
        self.values.get(of.0)?.first().copied()
    }

    /// The phase of the last step; `None` before the first, and where steps are all alike.
    pub fn phase(&self) -> Option<&'p Phase> {
        let phases = self.program.phases.as_ref()?;
        phases.phases.get(self.phase?)
    }

    /// How many steps of each phase were made since the start; none where steps are all alike.
    pub fn phase_steps(&self) -> &[u64] {
        &self.phase_steps
    }

    /// Whether emitted vectors leave after the last step.
    pub fn leaves(&self) -> bool {
        self.program.phases.is_none() || self.phase().is_some_and(|phase| phase.leaves)
    }

    /// Whether there is no other step: the phases have come to their end, or the sequences that were
    /// loaded have no vector for the next step.
    pub fn is_over(&self) -> bool {
        let end = self.program.phases.as_ref().map(|phases| phases.end);
        let ended = end
            .and_then(|end| self.first(end))
            .is_some_and(|end| end != 0);
        ended || self.kind().feeds && self.clock.ended()
    }

    /// Whether the state equals that of two steps before.
    pub fn is_period_two(&self) -> bool {
        self.steps >= 2 && self.is_state(&self.past[1])
    }

    /// Steps since the start.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The raw values of a vector; none for a vector of another program.
    pub fn values(&self, vector: VectorId) -> &[i64] {
        self.values.get(vector.0).map_or(&[], Vec::as_slice)
    }

    /// The values of a state before the last step; none before the first, and for other vectors.
    pub fn before(&self, vector: VectorId) -> Option<&[i64]> {
        let place = self.states.iter().position(|&state| state == vector.0)?;
        let before = self.past[0].get(place).filter(|_| self.steps > 0);
        before.map(Vec::as_slice)
    }

    /// Whether these are the present values of the state vectors.
    fn is_state(&self, values: &[Vec<i64>]) -> bool {
        let mut both = self.states.iter().zip(values);
        both.all(|(&state, values)| self.values[state] == *values)
    }

    /// Elements that a step's first stage writes.
    fn units(&self) -> usize {
        let mut stages = self
            .program
            .stages
            .iter()
            .filter(|stage| stage.when.in_steps());
        stages.next().map_or(0, |stage| self.elements(stage))
    }

    fn elements(&self, stage: &Stage) -> usize {
        let target = stage
            .writes
            .first()
            .and_then(|(target, _)| self.program.vector(*target));
        target.map_or(0, |vector| vector.shape.elements())
    }

    /// Shows the elements of vectors.
    fn show<O: Observer>(&self, observer: &mut O, shown: impl Fn(&Role) -> bool) {
        if O::BLIND {
            return;
        }
        let both = self.program.vectors.iter().zip(&self.values).enumerate();
        for (place, (_, values)) in both.filter(|(_, (vector, _))| shown(&vector.role)) {
            let see = |&raw: &i64| observer.see(Place::Vector(place), raw);
            values.iter().for_each(see);
        }
    }

    /// Runs the stages, and says whether all elements were at rest whose stage judges that.
    fn run_stages<O: Observer>(
        &mut self,
        runs: impl Fn(When) -> bool,
        turn: &Turn,
        observer: &mut O,
    ) -> Result<bool, ExecutionError> {
        let program = self.program;
        let mut at_rest = true;
        for (place, stage) in program.stages.iter().enumerate() {
            if !runs(stage.when) {
                continue;
            }
            let blocks = self.blocks(stage, turn);
            for joined in &self.joined[place] {
                joined.refresh(&mut self.values);
            }
            let kernel = self.kernels.get_mut(place).and_then(Option::as_mut);
            if let Some(kernel) = kernel.filter(|_| O::BLIND) {
                at_rest &= kernel.run(&mut self.values, &blocks);
                continue;
            }
            let interpreter = interpret::Interpreter {
                program,
                place,
                stage,
                step: self.steps,
            };
            for block in &blocks {
                at_rest &= interpreter.run(&mut self.values, block, observer)?;
            }
        }
        Ok(at_rest)
    }

    /// Whose turn it is when in the next step.
    fn turn(&mut self) -> Turn {
        match self.permutations.as_mut() {
            Some(permutations) => Turn::Permuted(permutations.next_sweep()),
            None => Turn::InOrder,
        }
    }

    /// The elements of a stage, in the groups that are updated together.
    fn blocks(&self, stage: &Stage, turn: &Turn) -> Blocks {
        let elements = self.elements(stage);
        let size = match (stage.when.in_steps(), self.program.order, turn) {
            (true, Order::Permuted { .. }, Turn::Permuted(order)) => {
                return Blocks::Order(order.clone());
            }
            (true, Order::Sequential, _) => 1,
            (true, Order::Block { size }, _) => size.max(1),
            (true, Order::Synchronous | Order::Permuted { .. }, _) | (false, _, _) => {
                elements.max(1)
            }
        };
        Blocks::Ranges { elements, size }
    }
}

impl Deterministic for Executor<'_> {
    type Error = ExecutionError;

    /// The states and what is kept like them, what is remembered of the past, the registers of noise and of permutations, and
    /// where schedules stand. Inputs are fixed for a run.
    fn configuration(&self) -> Vec<i64> {
        let mut words = vec![];
        for &state in &self.states {
            words.extend(&self.values[state]);
        }
        for (vector, values) in self.program.vectors.iter().zip(&self.values) {
            if matches!(vector.role, Role::Kept(_)) {
                words.extend(values);
            }
        }
        self.clock.configuration(self.steps, &mut words);
        let register = self.permutations.as_ref().map(Permutations::state);
        words.extend(register.map(i64::from));
        words
    }

    fn advance(&mut self) -> Result<(), ExecutionError> {
        self.step().map(|_| ())
    }
}

/// The order in which the elements of a step are updated.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// From the first to the last.
    InOrder,
    /// By a permutation.
    Permuted(Vec<usize>),
}
