//! Initial states that each sequence brings with it.

use super::{SequenceNetwork, State};
use crate::problem::Problem;
use crate::tensor::Tensor;

/// The layers that begin with states that a sequence brings, and these states.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Starts {
    /// The numbers of these layers, from 0, rising.
    pub layers: Vec<usize>,
    /// For each sequence of the description its states side by side, in the order of
    /// [`SequenceNetwork::begin`]; empty where the layers' own initial states are brought.
    pub rows: Vec<Vec<f64>>,
}

/// What a run is given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// The sequence, [time, inputs].
    pub sequence: Vec<Vec<f64>>,
    /// The states that it brings, in the order of [`SequenceNetwork::begin`]; empty where it brings
    /// none.
    pub states: Vec<f64>,
}

impl SequenceNetwork {
    /// The states before the first step of a sequence that brings these: of each loaded layer, the
    /// forward cell before the reverse one, the elements that go back and then, of an LSTM, its cells.
    /// What is missing is that of the layer itself.
    pub fn begin(&self, brought: &[f64]) -> Vec<State> {
        let mut states = self.start();
        let mut brought = brought.iter();
        for element in self.loaded_elements(&mut states) {
            if let Some(value) = brought.next() {
                *element = *value;
            }
        }
        states
    }

    /// The elements of the states that a sequence brings.
    pub fn loaded_states(&self) -> usize {
        self.loaded_elements(&mut self.start()).len()
    }

    /// The elements among these states that a sequence brings, in their order.
    fn loaded_elements<'s>(&self, states: &'s mut [State]) -> Vec<&'s mut f64> {
        let layers = self.layers.iter().enumerate();
        let recurrent = layers.filter_map(|(number, layer)| Some((number, layer.recurrent()?)));
        let loaded = recurrent.flat_map(|(number, layer)| {
            let loaded = self.starts.layers.contains(&number);
            layer.direction.cells().map(move |_| loaded)
        });
        let states = states.iter_mut().zip(loaded);
        let states = states.filter(|(_, loaded)| *loaded);
        states
            .flat_map(|(state, _)| state.hidden.iter_mut().chain(&mut state.cell))
            .collect()
    }

    /// What each run over the description's sequences is given; where states are loaded and none are
    /// described, those of the layers.
    pub fn given(&self) -> Vec<Given> {
        let own = self.own_states();
        let sequences = self.sequences.iter().enumerate();
        let given = sequences.map(|(number, sequence)| Given {
            sequence: sequence.clone(),
            states: self.starts.rows.get(number).unwrap_or(&own).clone(),
        });
        given.collect()
    }

    /// The initial states of the loaded layers themselves, as a sequence would bring them.
    pub fn own_states(&self) -> Vec<f64> {
        let mut states = self.start();
        let own = self.loaded_elements(&mut states);
        own.into_iter().map(|element| *element).collect()
    }

    /// The states that so many sequences bring, one row each.
    ///
    /// # Errors
    /// [`Problem::Conflict`] where no layer is loaded, [`Problem::Shape`] where rows or columns are
    /// others, [`Problem::NotFinite`].
    pub fn starts_of(&self, tensor: &Tensor, sequences: usize) -> Result<Vec<Vec<f64>>, Problem> {
        let what = "the array of initial states";
        let width = self.loaded_states();
        if width == 0 {
            return Err(Problem::Conflict {
                message: "initial states are given, and no layer loads them".into(),
                expected: "`loaded = true` in a recurrent layer".into(),
            });
        }
        tensor.check_finite(what)?;
        let fits = match tensor.shape.as_slice() {
            [columns] => sequences == 1 && *columns == width,
            [rows, columns] => (*rows, *columns) == (sequences, width),
            _ => false,
        };
        if !fits {
            return Err(Problem::Shape {
                what,
                found: format!("the shape {}", tensor.shape_text()),
                expected: format!(
                    "{sequences} x {width} numbers: a row for each sequence, with all states of the \
                     loaded layers side by side"
                ),
            });
        }
        let rows = tensor.values.chunks(width);
        Ok(rows.map(<[f64]>::to_vec).collect())
    }
}
