//! Runs of sequence networks.

use super::{Given, Layer, Output, SequenceNetwork, State};

/// A run: one sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The output vectors: of every step, or of the last.
    pub outputs: Vec<Vec<f64>>,
    /// The state of each cell at the end, in the order of [`SequenceNetwork::cells`].
    pub states: Vec<State>,
}

impl SequenceNetwork {
    /// The state of each cell before the first step, in the order of [`SequenceNetwork::cells`].
    pub fn start(&self) -> Vec<State> {
        self.cells().map(super::Cell::start).collect()
    }

    /// Runs over a sequence, [time, inputs].
    pub fn run(&self, sequence: &[Vec<f64>]) -> Run {
        self.run_from(self.start(), sequence)
    }

    /// Runs over a sequence from other states than the network's own; noise begins with its seed.
    pub fn run_from(&self, mut states: Vec<State>, sequence: &[Vec<f64>]) -> Run {
        states.resize_with(self.cells().count(), State::default);
        for (cell, state) in self.cells().zip(&mut states) {
            state.noise = cell.start().noise;
        }
        let mut outputs = match self.generate {
            Some(generate) => {
                let start = sequence.first().map_or(&[][..], Vec::as_slice);
                self.generated(generate.steps, start, &mut states)
            }
            None => self.passed(sequence, &mut states),
        };
        if self.output == Output::Last {
            outputs = outputs.pop().into_iter().collect();
        }
        Run { outputs, states }
    }

    /// What the last layer gives for a sequence.
    fn passed(&self, sequence: &[Vec<f64>], states: &mut [State]) -> Vec<Vec<f64>> {
        let mut vectors = sequence.to_vec();
        let mut used = 0;
        for layer in &self.layers {
            vectors = match layer {
                Layer::Recurrent(layer) => {
                    let next = used + layer.direction.cells().count();
                    let own = states.get_mut(used..next).unwrap_or_default();
                    used = next;
                    layer.run(&vectors, own)
                }
                Layer::BestPath(layer) => layer.run(&vectors),
                Layer::Decoder(layer) => layer.run(&vectors),
                layer => vectors.iter().filter_map(|x| layer.apply(x)).collect(),
            };
        }
        vectors
    }

    /// Runs over the sequences of the description, one after another, each from the states that it
    /// brings, or with the states carried from one to the next where that is asked for.
    pub fn runs(&self) -> Vec<Run> {
        let mut states = self.start();
        let run = |given: &Given| {
            if !self.carry {
                states = self.begin(&given.states);
            }
            let run = self.run_from(states.clone(), &given.sequence);
            if self.carry {
                states.clone_from(&run.states);
            }
            run
        };
        self.given().iter().map(run).collect()
    }

    /// One step of a causal network: moves the states, gives the output vector. A layer that reads
    /// from the end takes the step for the last one.
    pub fn step(&self, x: &[f64], states: &mut [State]) -> Vec<f64> {
        let mut states = states.iter_mut();
        let mut vector = x.to_vec();
        for layer in &self.layers {
            vector = match layer {
                Layer::Recurrent(layer) => {
                    let cells = layer.direction.cells().zip(states.by_ref());
                    cells
                        .flat_map(|(cell, state)| cell.step(&vector, state))
                        .collect()
                }
                layer => layer.apply(&vector).unwrap_or_default(),
            };
        }
        vector
    }
}
