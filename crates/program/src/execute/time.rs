//! The vectors that change with time by themselves: schedules, noise, and the past of others.

use std::collections::VecDeque;

use super::Turn;
use crate::noise::Noise;
use crate::program::Program;
use crate::stage::{Delay, Past, Role, VectorId, scheduled};

/// What these vectors are made from, between steps.
#[derive(Debug, Clone)]
pub struct Clock {
    moving: Vec<(usize, Moving)>,
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
    Noise {
        seed: u64,
        width: u32,
        words: Noise,
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
                },
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
            Moving::Schedule(_) | Moving::Noise { .. } | Moving::Past { .. } => None,
        })
    }

    /// Whether all sequences have as many steps.
    pub fn sequences_agree(&self) -> bool {
        let mut lengths = self.lengths();
        let first = lengths.next();
        lengths.all(|length| Some(length) == first)
    }

    /// Whether sequences have no vector for another step after `steps`.
    pub fn ended(&self, steps: u64) -> bool {
        self.lengths().any(|length| steps >= length as u64)
    }

    /// Before a run: noise begins with its seed.
    pub fn rewind(&mut self) {
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

    /// Before step `step`, from 0: gives the vectors their values.
    pub fn step(&mut self, step: u64, turn: &Turn, values: &mut [Vec<i64>]) {
        for (place, moving) in &mut self.moving {
            match moving {
                Moving::Schedule(schedule) => {
                    values[*place].fill(scheduled(schedule, step).unwrap_or(0));
                }
                Moving::Sequence { steps, elements } => {
                    let place_in_run = usize::try_from(step).unwrap_or(usize::MAX);
                    let first = place_in_run.saturating_mul(*elements);
                    let last = first.saturating_add(*elements);
                    if let Some(now) = steps.get(first..last) {
                        values[*place].copy_from_slice(now);
                    }
                }
                Moving::Noise { width, words, .. } => {
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
                    if let Some(then) = memory.get(past.delay.at(step).saturating_sub(1)) {
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
    }

    /// After a step: remembers what it gave.
    pub fn end(&mut self, values: &[Vec<i64>]) {
        for (_, moving) in &mut self.moving {
            if let Moving::Past {
                past,
                before: false,
                memory,
            } = moving
            {
                remember(memory, &values[past.of.0]);
            }
        }
    }
}

/// The values become the latest, and the oldest are forgotten.
fn remember(memory: &mut VecDeque<Vec<i64>>, values: &[i64]) {
    if let Some(mut oldest) = memory.pop_back() {
        oldest.clear();
        oldest.extend_from_slice(values);
        memory.push_front(oldest);
    }
}
