//! From a description to a sequence network.

use super::data::{sequences, targets};
use super::{
    Cell, Dense, Direction, Elman, Gates, Generate, Gives, Gru, Jordan, Layer, Lstm, Output,
    Peepholes, Recurrent, Reservoir, ResetForm, SequenceNetwork, Starts, readout,
};
use crate::activation::Activation;
use crate::description::{
    ActivationSource, DirectionWord, GivesWord, LayerSection, LayerWord, OutputWord, ResetWord,
    SequenceDescription, Source, TensorSource, layer_field,
};
use crate::diagnostic::NetworkError;
use crate::matrix::Matrix;
use crate::noise::SplitMix64;
use crate::problem::Problem;
use crate::tensor::Tensor;

impl SequenceNetwork {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &SequenceDescription,
        source: &Source,
    ) -> Result<SequenceNetwork, NetworkError> {
        let mut layers = vec![];
        let mut width = described.network.inputs;
        for (number, section) in described.layer.iter().enumerate() {
            let reader = Reader {
                section,
                number,
                inputs: width,
                source,
            };
            let layer = reader.layer()?;
            width = layer.outputs(width);
            layers.push(layer);
        }
        let mut network = SequenceNetwork {
            name: described.network.name.clone(),
            inputs: described.network.inputs,
            layers,
            output: match described.network.output {
                OutputWord::EveryStep => Output::EveryStep,
                OutputWord::Last => Output::Last,
            },
            generate: described.network.generate.map(|of| Generate {
                steps: of.steps,
                start: of.start,
            }),
            carry: described.network.carry,
            starts: Starts {
                layers: described.loaded().collect(),
                rows: vec![],
            },
            longest: described.remembered(),
            picture: described.network.picture,
            table: described.network.table,
            sequences: vec![],
            targets: vec![],
            washout: described.data.washout.unwrap_or(0),
        };
        let fits = |(number, problem)| source.error(&format!("layer.{number}"), problem);
        network.check().map_err(fits)?;
        let feeds = |problem| source.error("network.generate", problem);
        network.check_generated().map_err(feeds)?;
        network.sequences = sequences(described, &network, source)?;
        let short = |problem| source.error("data.sequences", problem);
        network.check_lengths(&network.sequences).map_err(short)?;
        if let Some(given) = &described.data.starts {
            let what = "the array of initial states";
            let tensor = Tensor::from_source(given, source.folder(), what);
            let rows = tensor.and_then(|of| network.starts_of(&of, network.sequences.len()));
            network.starts.rows = rows.map_err(|problem| source.error("data.starts", problem))?;
        }
        if let Some(given) = &described.data.targets {
            let found = targets(given, &network, &network.sequences, source);
            network.targets = found.map_err(|problem| source.error("data.targets", problem))?;
            let left = readout::washed(&network.targets, network.washout);
            left.map_err(|problem| source.error("data.washout", problem))?;
        }
        readout::learn(&mut network, described, source)?;
        Ok(network)
    }
}

/// A layer of a description, and how many elements reach it.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) section: &'a LayerSection,
    pub(super) number: usize,
    pub(super) inputs: usize,
    pub(super) source: &'a Source,
}

/// The numbers of one array, cut into equal parts, one for each direction.
pub(super) struct Parts {
    values: Vec<f64>,
    each: usize,
}

impl Parts {
    pub(super) fn of(&self, direction: usize) -> &[f64] {
        let start = direction.saturating_mul(self.each);
        let end = start.saturating_add(self.each);
        self.values.get(start..end).unwrap_or_default()
    }
}

impl Reader<'_> {
    fn layer(&self) -> Result<Layer, NetworkError> {
        Ok(match self.section.kind {
            LayerWord::Elman
            | LayerWord::Reservoir
            | LayerWord::Jordan
            | LayerWord::Lstm
            | LayerWord::Gru => Layer::Recurrent(self.recurrent()?),
            LayerWord::Embedding => Layer::Embedding(self.embedding()?),
            LayerWord::Count => Layer::forward(Cell::Count(self.count())),
            LayerWord::Sample => Layer::forward(Cell::Sample(self.sample())),
            LayerWord::Markov => Layer::forward(Cell::Markov(self.markov()?)),
            LayerWord::Tree => Layer::forward(Cell::Tree(Box::new(self.tree()?))),
            LayerWord::Dense => Layer::Dense(self.dense()?),
            LayerWord::Convolution | LayerWord::TransposedConvolution => {
                Layer::Dense(self.convolution()?)
            }
            LayerWord::AveragePool => Layer::Dense(self.average_pool()?),
            LayerWord::MaxPool => Layer::MaxPool(self.max_pool()?),
            LayerWord::Activation => Layer::Elementwise(self.activation()?),
            LayerWord::Softmax => Layer::Softmax,
            LayerWord::Argmax => Layer::ArgMax,
            LayerWord::HiddenMarkov | LayerWord::ConditionalRandomField => {
                Layer::BestPath(self.best_path()?)
            }
            LayerWord::Decoder => Layer::Decoder(Box::new(self.decoder()?)),
        })
    }

    pub(super) fn units(&self) -> usize {
        self.section.units.unwrap_or(0)
    }

    fn cells(&self) -> usize {
        self.section.reading().cells()
    }

    /// An array of `rows` x `columns` numbers for each direction; none where it is not given.
    pub(super) fn array(
        &self,
        given: &Option<TensorSource>,
        (rows, columns): (usize, usize),
        what: &'static str,
        key: &str,
    ) -> Result<Option<Parts>, NetworkError> {
        let Some(given) = given else {
            return Ok(None);
        };
        let (cells, each) = (self.cells(), rows.saturating_mul(columns));
        let read = || {
            let tensor = Tensor::from_source(given, self.source.folder(), what)?;
            tensor.check_finite(what)?;
            let row = columns == 1 || tensor.shape.last() == Some(&columns);
            if !row || tensor.values.len() != each.saturating_mul(cells) {
                let directions = if cells == 1 {
                    ""
                } else {
                    " for each direction"
                };
                return Err(Problem::Shape {
                    what,
                    found: format!("the shape {}", tensor.shape_text()),
                    expected: match columns {
                        1 => format!("{rows} numbers{directions}"),
                        _ => format!("{rows} x {columns} numbers{directions}"),
                    },
                });
            }
            Ok(tensor.values)
        };
        let fail = |problem| self.source.error(&layer_field(self.number, key), problem);
        let values = read().map_err(fail)?;
        Ok(Some(Parts { values, each }))
    }

    /// A list of `length` numbers for each direction, 0 where it is not given.
    pub(super) fn list(
        &self,
        given: &Option<TensorSource>,
        length: usize,
        what: &'static str,
        key: &str,
    ) -> Result<Parts, NetworkError> {
        let zeros = || Parts {
            values: vec![0.0; length.saturating_mul(self.cells())],
            each: length,
        };
        let parts = self.array(given, (length, 1), what, key)?;
        Ok(parts.unwrap_or_else(zeros))
    }

    /// The biases of w and of r, one behind the other; the second 0 where only their sum is given.
    fn biases(&self, rows: usize) -> Result<Parts, NetworkError> {
        let (bias, key) = (&self.section.bias, "bias");
        let what = "the list of biases";
        let both = self.array(bias, (rows.saturating_mul(2), 1), what, key);
        let mut sums = match (both, bias) {
            (Ok(Some(parts)), _) => return Ok(parts),
            (_, None) => self.list(bias, rows, what, key)?,
            (Err(error), Some(_)) => match self.list(bias, rows, what, key) {
                Ok(parts) => parts,
                Err(_) => return Err(error),
            },
            (Ok(None), Some(_)) => self.list(bias, rows, what, key)?,
        };
        let chunks = sums.values.chunks(rows.max(1));
        let padded =
            chunks.flat_map(|sum| sum.iter().copied().chain(std::iter::repeat_n(0.0, rows)));
        sums.values = padded.collect();
        sums.each = rows.saturating_mul(2);
        Ok(sums)
    }

    /// The activations of a direction.
    pub(super) fn activations(&self, direction: usize) -> Result<Vec<Activation>, NetworkError> {
        let kind = self.section.kind;
        let defaults = kind.defaults();
        let words: Vec<ActivationSource> = match &self.section.activations {
            Some(given) if given.len() > defaults.len() => {
                let own = given.chunks(defaults.len().max(1)).nth(direction);
                own.unwrap_or_default().to_vec()
            }
            Some(given) => given.clone(),
            None => defaults.iter().map(|word| (*word).into()).collect(),
        };
        let field = layer_field(self.number, "activations");
        let read =
            |word: &ActivationSource| Activation::from_description(word, self.source, &field);
        words.iter().map(read).collect()
    }

    pub(super) fn activation(&self) -> Result<Activation, NetworkError> {
        let field = layer_field(self.number, "activation");
        match &self.section.activation {
            Some(given) => Activation::from_description(given, self.source, &field),
            None => Ok(Activation::identity()),
        }
    }

    fn dense(&self) -> Result<Dense, NetworkError> {
        let (units, inputs) = (self.units(), self.inputs);
        let section = self.section;
        let what = "the matrix of weights";
        let weights = self.array(&section.w, (units, inputs), what, "w")?;
        let bias = self.list(&section.bias, units, "the list of biases", "bias")?;
        Ok(Dense {
            weights: matrix(units, inputs, weights.as_ref(), 0),
            bias: bias.of(0).to_vec(),
            activation: self.activation()?,
        })
    }

    pub(super) fn recurrent(&self) -> Result<Recurrent, NetworkError> {
        let mut cells = self.every_cell()?.into_iter();
        let none = || {
            let problem = Problem::Conflict {
                message: "there is no cell".into(),
                expected: "one for each direction".into(),
            };
            self.source
                .error(&format!("layer.{}", self.number), problem)
        };
        let mut next = || cells.next().ok_or_else(none);
        Ok(Recurrent {
            direction: match self.section.reading() {
                DirectionWord::Forward => Direction::Forward(next()?),
                DirectionWord::Reverse => Direction::Reverse(next()?),
                DirectionWord::Bidirectional => Direction::Bidirectional {
                    forward: next()?,
                    reverse: next()?,
                },
            },
            gives: match self.section.gives.unwrap_or_default() {
                GivesWord::EveryStep => Gives::EveryStep,
                GivesWord::LastState => Gives::LastState,
            },
        })
    }

    /// The reservoirs of all directions, from one generator.
    fn reservoirs(&self) -> Result<Vec<Cell>, NetworkError> {
        let (made, units) = (self.section.reservoir.unwrap_or_default(), self.units());
        let reservoir = Reservoir {
            units,
            inputs: self.inputs,
            links: made.links(units),
            spectral_radius: made.spectral_radius,
            input_scale: made.input_scale,
            bias_scale: made.bias_scale,
        };
        let mut random = SplitMix64::new(made.seed);
        let what = "the initial state";
        let initial = self.list(&self.section.initial, units, what, "initial")?;
        let cells = (0..self.cells()).map(|direction| {
            let field = layer_field(self.number, "reservoir.spectral_radius");
            let fail = |problem| self.source.error(&field, problem);
            let gates = reservoir.make(&mut random).map_err(fail)?;
            self.elman(gates, initial.of(direction).to_vec(), direction)
        });
        cells.collect()
    }

    /// The cells, forward before reverse.
    fn every_cell(&self) -> Result<Vec<Cell>, NetworkError> {
        if self.section.kind == LayerWord::Reservoir {
            return self.reservoirs();
        }
        let section = self.section;
        let kind = section.kind;
        let units = self.units();
        let rows = units.saturating_mul(kind.gates());
        let back = match kind {
            LayerWord::Jordan => section.outputs.unwrap_or(0),
            _ => units,
        };
        let w = self.array(
            &section.w,
            (rows, self.inputs),
            "the matrix of input weights",
            "w",
        )?;
        let r = self.array(
            &section.r,
            (rows, back),
            "the matrix of recurrent weights",
            "r",
        )?;
        let bias = self.biases(rows)?;
        let initial = self.list(&section.initial, back, "the initial state", "initial")?;
        let cells = (0..self.cells()).map(|direction| {
            let (own, reset) = split(&bias, direction, rows);
            // Within the reset of a GRU the bias of the candidate's recurrent weights stays apart.
            let after = kind == LayerWord::Gru && section.reset == Some(ResetWord::After);
            let (joined, apart) = match after {
                true => reset.split_at(reset.len().min(units.saturating_mul(2))),
                false => (reset, &[][..]),
            };
            let gates = Gates::new(
                matrix(rows, self.inputs, w.as_ref(), direction),
                matrix(rows, back, r.as_ref(), direction),
                [own, joined],
            );
            let initial = initial.of(direction).to_vec();
            match kind {
                LayerWord::Lstm => self.lstm(gates, initial, direction),
                LayerWord::Gru => self.gru(gates, initial, direction, after.then_some(apart)),
                LayerWord::Jordan => self.jordan(gates, initial, direction),
                _ => self.elman(gates, initial, direction),
            }
        });
        cells.collect()
    }

    fn elman(
        &self,
        gates: Gates,
        initial: Vec<f64>,
        direction: usize,
    ) -> Result<Cell, NetworkError> {
        let mut activations = self.activations(direction)?.into_iter();
        Ok(Cell::Elman(Elman {
            gates,
            activation: activations.next().unwrap_or_else(Activation::identity),
            clip: self.section.clip,
            leak: self.section.leak.unwrap_or(1.0),
            initial,
        }))
    }

    fn jordan(
        &self,
        gates: Gates,
        initial: Vec<f64>,
        direction: usize,
    ) -> Result<Cell, NetworkError> {
        let (units, outputs) = (self.units(), self.section.outputs.unwrap_or(0));
        let what = "the matrix of output weights";
        let v = self.array(&self.section.v, (outputs, units), what, "v")?;
        let what = "the list of output biases";
        let bias = self.list(&self.section.v_bias, outputs, what, "v_bias")?;
        let mut activations = self.activations(direction)?.into_iter();
        let mut next = || activations.next().unwrap_or_else(Activation::identity);
        Ok(Cell::Jordan(Jordan {
            gates,
            activation: next(),
            clip: self.section.clip,
            readout: Dense {
                weights: matrix(outputs, units, v.as_ref(), direction),
                bias: bias.of(direction).to_vec(),
                activation: next(),
            },
            initial,
        }))
    }

    fn lstm(
        &self,
        gates: Gates,
        initial: Vec<f64>,
        direction: usize,
    ) -> Result<Cell, NetworkError> {
        let (section, units) = (self.section, self.units());
        let three = (units.saturating_mul(3), 1);
        let what = "the list of peepholes";
        let peepholes = self.array(&section.peepholes, three, what, "peepholes")?;
        let peepholes = peepholes.map(|all| {
            let mut each = all.of(direction).chunks(units.max(1)).map(<[f64]>::to_vec);
            let mut next = || each.next().unwrap_or_default();
            Peepholes {
                input: next(),
                output: next(),
                forget: next(),
            }
        });
        let what = "the initial state of the cells";
        let cell = self.list(&section.initial_cell, units, what, "initial_cell")?;
        let mut activations = self.activations(direction)?.into_iter();
        let mut next = || activations.next().unwrap_or_else(Activation::identity);
        Ok(Cell::Lstm(Box::new(Lstm {
            gates,
            peepholes,
            coupled: section.coupled.unwrap_or(false),
            clip: section.clip,
            gate: next(),
            candidate: next(),
            output: next(),
            initial,
            initial_cell: cell.of(direction).to_vec(),
        })))
    }

    fn gru(
        &self,
        gates: Gates,
        initial: Vec<f64>,
        direction: usize,
        within_reset: Option<&[f64]>,
    ) -> Result<Cell, NetworkError> {
        let mut activations = self.activations(direction)?.into_iter();
        let mut next = || activations.next().unwrap_or_else(Activation::identity);
        Ok(Cell::Gru(Gru {
            gates,
            reset: match within_reset {
                None => ResetForm::Before,
                Some(bias) => ResetForm::After {
                    bias: bias.to_vec(),
                },
            },
            clip: self.section.clip,
            gate: next(),
            candidate: next(),
            initial,
        }))
    }
}

/// The biases of the input weights and of the recurrent ones.
fn split(bias: &Parts, direction: usize, rows: usize) -> (&[f64], &[f64]) {
    let all = bias.of(direction);
    all.split_at(rows.min(all.len()))
}

pub(super) fn matrix(
    rows: usize,
    columns: usize,
    parts: Option<&Parts>,
    direction: usize,
) -> Matrix {
    let values = parts.map(|parts| parts.of(direction)).unwrap_or_default();
    Matrix::dense(rows, columns, values)
}
