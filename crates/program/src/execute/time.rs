//! The vectors that change with time by themselves: schedules, sequences, noise, and what is
//! remembered of others.

use std::collections::VecDeque;

use super::Turn;
use crate::noise::Noise;
use crate::program::Program;
use crate::stage::{Delay, Past, Recalled, Role, VectorId, When, scheduled};

/// What these vectors are made from, between steps.
#[derive(Debug, Clone)]
pub struct Clock {
    moving: Vec<(usize, Moving)>,
    /// Steps of the run that were given vectors of sequences.
    fed: usize,
}

/// What kind of step is made.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Its number, from 0.
    pub step: u64,
    /// Its phase, where steps differ.
    pub phase: Option<usize>,
    /// Whether it is given vectors of sequences.
    pub feeds: bool,
}

#[derive(Debug, Clone)]
enum Moving {
    Schedule(Vec<i64>),
    Sequence {
        /// The elements of all steps; none before they are loaded.
        steps: Vec<i64>,
        /// Elements of a step.
        elements: usize,
    },
    Last,
    Noise {
        seed: u64,
        width: u32,
        words: Noise,
        /// When the stage runs that reads it.
        when: When,
    },
    Recalled {
        recalled: Recalled,
        /// When a stage runs that writes the vector; none for a sequence.
        written: Vec<When>,
        memory: Vec<Vec<i64>>,
    },
    Past {
        past: Past,
        /// Whether what is remembered stands before a step (a state) or after it.
        before: bool,
        /// The values of steps gone by, the latest first.
        memory: VecDeque<Vec<i64>>,
    },
}

impl Clock {
    /// Of a program that was checked.
    pub fn new(program: &Program) -> Clock {
        let vectors = program.vectors.iter().enumerate();
        let moving = vectors.filter_map(|(place, vector)| {
            let moving = match &vector.role {
                Role::Schedule(values) => Moving::Schedule(values.clone()),
                Role::Sequence => Moving::Sequence {
                    steps: vec![],
                    elements: vector.shape.elements(),
                },
                Role::Noise { seed } => Moving::Noise {
                    seed: *seed,
                    width: vector.format.width(),
                    words: Noise::new(*seed),
                    when: reader(program, VectorId(place)),
                },
                Role::Last => Moving::Last,
                Role::Recalled(recalled) => {
                    let zero = if vector.format.holds(0) { 0 } else { -1 };
                    let blank = vec![zero; vector.shape.elements()];
                    Moving::Recalled {
                        recalled: recalled.clone(),
                        written: writers(program, recalled.of),
                        memory: vec![blank; recalled.words],
                    }
                }
                Role::Past(past) => Moving::Past {
                    past: past.clone(),
                    before: program
                        .vector(past.of)
                        .is_some_and(|of| matches!(of.role, Role::State | Role::Kept(_))),
                    memory: VecDeque::new(),
                },
                Role::State
                | Role::Input
                | Role::Derived
                | Role::Parameter(_)
                | Role::Signal
                | Role::Output
                | Role::Emitted
                | Role::Kept(_)
                | Role::Joined(_) => return None,
            };
            Some((place, moving))
        });
        Clock {
            moving: moving.collect(),
            fed: 0,
        }
    }

    /// Gives a sequence the vectors of the next runs.
    pub fn load(&mut self, vector: VectorId, values: &[i64]) {
        for (place, moving) in &mut self.moving {
            if let Moving::Sequence { steps, .. } = moving
                && *place == vector.0
            {
                steps.clear();
                steps.extend_from_slice(values);
            }
        }
    }

    /// The number of steps of each sequence; 1 where none was loaded, which stands for zeros.
    fn lengths(&self) -> impl Iterator<Item = usize> {
        self.moving.iter().filter_map(|(_, moving)| match moving {
            Moving::Sequence { steps, elements } => Some((steps.len() / elements.max(&1)).max(1)),
            Moving::Schedule(_)
            | Moving::Last
            | Moving::Noise { .. }
            | Moving::Recalled { .. }
            | Moving::Past { .. } => None,
        })
    }

    /// Whether all sequences have as many steps.
    pub fn sequences_agree(&self) -> bool {
        let mut lengths = self.lengths();
        let first = lengths.next();
        lengths.all(|length| Some(length) == first)
    }

    /// Whether sequences have no vector for another step.
    pub fn ended(&self) -> bool {
        self.lengths().any(|length| self.fed >= length)
    }

    /// As after a reset: no sequence has ended.
    pub fn reset(&mut self, values: &mut [Vec<i64>]) {
        for (place, moving) in &self.moving {
            if matches!(moving, Moving::Last) {
                values[*place].fill(0);
            }
        }
    }

    /// Before a run: its sequences begin, and noise begins with its seed.
    pub fn rewind(&mut self) {
        self.fed = 0;
        for (_, moving) in &mut self.moving {
            if let Moving::Noise { seed, words, .. } = moving {
                *words = Noise::new(*seed);
            }
        }
    }

    /// At the start of a run: the time before step 0.
    pub fn start(&mut self, values: &[Vec<i64>]) {
        for (_, moving) in &mut self.moving {
            if let Moving::Past { past, memory, .. } = moving {
                memory.clear();
                let last = past.start.last();
                let starts = past
                    .start
                    .iter()
                    .chain(std::iter::repeat_with(|| last).flatten());
                let starts = starts.take(past.delay.longest());
                memory.extend(starts.map(|id| values[id.0].clone()));
            }
        }
    }

    /// Before a step: gives the vectors their values.
    pub fn step(&mut self, kind: Kind, turn: &Turn, values: &mut [Vec<i64>]) {
        let fed = self.fed;
        self.fed += usize::from(kind.feeds);
        let ended = self.ended();
        for (place, moving) in &mut self.moving {
            match moving {
                Moving::Schedule(schedule) => {
                    values[*place].fill(scheduled(schedule, kind.step).unwrap_or(0));
                }
                Moving::Sequence { steps, elements } => {
                    let first = fed.saturating_mul(*elements);
                    let last = first.saturating_add(*elements);
                    if let Some(now) = steps.get(first..last).filter(|_| kind.feeds) {
                        values[*place].copy_from_slice(now);
                    }
                }
                Moving::Last => {
                    if kind.feeds {
                        values[*place].fill(i64::from(ended));
                    }
                }
                Moving::Recalled {
                    recalled, memory, ..
                } => {
                    let address = address(values, recalled.read);
                    if let Some(word) = memory.get(address) {
                        values[*place].clone_from(word);
                    }
                }
                Moving::Noise {
                    width, words, when, ..
                } => {
                    if !when.runs_in(kind.phase) {
                        continue;
                    }
                    let of = &mut values[*place];
                    match turn {
                        Turn::InOrder => of.iter_mut().for_each(|v| *v = words.value(*width)),
                        Turn::Permuted(order) => {
                            order
                                .iter()
                                .for_each(|&unit| of[unit] = words.value(*width));
                        }
                    }
                }
                Moving::Past {
                    past,
                    before,
                    memory,
                } => {
                    if let Some(then) = memory.get(past.delay.at(kind.step).saturating_sub(1)) {
                        values[*place].clone_from(then);
                    }
                    if *before {
                        remember(memory, &values[past.of.0]);
                    }
                }
            }
        }
    }

    /// What the steps after the first `steps` depend on, beside the state: where schedules stand
    /// that have not come to their last value, registers of noise, and all that is remembered.
    pub fn configuration(&self, steps: u64, words: &mut Vec<i64>) {
        let mut horizon = 0;
        for (_, moving) in &self.moving {
            match moving {
                Moving::Schedule(schedule) => horizon = horizon.max(schedule.len()),
                Moving::Sequence {
                    steps: all,
                    elements,
                } => {
                    horizon = horizon.max(all.len() / (*elements).max(1) + 1);
                }
                Moving::Last => (),
                Moving::Recalled { memory, .. } => words.extend(memory.iter().flatten()),
                Moving::Noise { words: noise, .. } => words.push(i64::from(noise.state())),
                Moving::Past { past, memory, .. } => {
                    if let Delay::Schedule(delays) = &past.delay {
                        horizon = horizon.max(delays.len());
                    }
                    words.extend(memory.iter().flatten());
                }
            }
        }
        let settled = horizon.saturating_sub(1) as u64;
        words.push(steps.min(settled) as i64);
        words.push(self.fed.min(horizon) as i64);
    }

    /// After a step: remembers what it gave.
    pub fn end(&mut self, kind: Kind, values: &[Vec<i64>]) {
        for (_, moving) in &mut self.moving {
            match moving {
                Moving::Past {
                    past,
                    before: false,
                    memory,
                } => remember(memory, &values[past.of.0]),
                Moving::Recalled {
                    recalled,
                    written,
                    memory,
                    ..
                } => {
                    let given = match written.is_empty() {
                        true => kind.feeds,
                        false => written.iter().any(|when| when.runs_in(kind.phase)),
                    };
                    let word = memory.get_mut(address(values, recalled.write));
                    if let Some(word) = word.filter(|_| given) {
                        word.clone_from(&values[recalled.of.0]);
                    }
                }
                Moving::Schedule(_)
                | Moving::Sequence { .. }
                | Moving::Last
                | Moving::Noise { .. }
                | Moving::Past { .. } => (),
            }
        }
    }
}

/// The address that stands in a vector of one element.
fn address(values: &[Vec<i64>], of: VectorId) -> usize {
    let address = values.get(of.0).and_then(|of| of.first());
    address.map_or(0, |&raw| usize::try_from(raw).unwrap_or(0))
}

/// When the stages run that write a vector.
fn writers(program: &Program, of: VectorId) -> Vec<When> {
    let stages = program.stages.iter();
    let writers = stages.filter(|stage| stage.writes.iter().any(|(target, _)| *target == of));
    writers.map(|stage| stage.when).collect()
}

/// When the stage runs that reads noise, of which there is one.
fn reader(program: &Program, of: VectorId) -> When {
    let mut stages = program.stages.iter();
    let reader = stages.find(|stage| stage.reads().any(|read| read == of));
    reader.map_or(When::EveryStep, |stage| stage.when)
}

/// The values become the latest, and the oldest are forgotten.
fn remember(memory: &mut VecDeque<Vec<i64>>, values: &[i64]) {
    if let Some(mut oldest) = memory.pop_back() {
        oldest.clear();
        oldest.extend_from_slice(values);
        memory.push_front(oldest);
    }
}
