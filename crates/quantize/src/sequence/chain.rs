//! The stages of a chain of layers.

use network::sequence::{Cell, Dense, Direction, Layer, Output, Recurrent, SequenceNetwork};
use network::{Activation, Matrix};
use program::{
    Begins, Format, Kept, NodeId, Order, Part, Role, Stop, VectorId, When, rounding::nearest,
};

use super::MAX_STEPS;
use super::function::{Function, Use};
use super::passes::Passes;
use super::seen::Seen;
use super::tokens::number_format;
use super::tree::Control;
use super::words::Formats;
use crate::activation::Wish;
use crate::assembly::{Assembly, New, Source, Wide, Written, weights};
use crate::dynamic::Words;
use crate::report::Report;
use crate::{QuantizeError, Quantized};

/// A vector on its way through the layers.
#[derive(Debug, Clone, Copy)]
pub struct Flow {
    /// The vector.
    pub vector: VectorId,
    /// Its elements.
    pub elements: usize,
    /// Whether it already is what the network gives.
    pub given: bool,
}

/// A program under construction.
pub struct Chain<'a> {
    pub(super) network: &'a SequenceNetwork,
    words: &'a Words,
    pub(super) formats: Formats,
    pub(super) assembly: Assembly,
    pub(super) functions: Vec<(Activation, Wish, Function)>,
    /// How the sequence is gone through, where that is more than once.
    pub(super) passes: Option<Passes>,
    /// What a tree network keeps about its program.
    pub(super) control: Option<Control>,
    /// Whether the states of the present layer are loaded.
    loaded: bool,
    /// The largest error of a weight.
    pub(super) error: f64,
    /// What keeps the output for the next step, where the network feeds itself.
    pub(super) fed_back: Option<VectorId>,
}

/// The program for these words.
///
/// # Errors
/// When a format cannot hold what it must, or a sum needs more than 64 bits.
pub fn lower(
    network: &SequenceNetwork,
    words: &Words,
    seen: &Seen,
) -> Result<Quantized, QuantizeError> {
    let mut chain = Chain {
        network,
        words,
        formats: formats(network, words, seen)?,
        assembly: Assembly::new(),
        functions: vec![],
        passes: None,
        control: None,
        loaded: false,
        error: 0.0,
        fed_back: None,
    };
    if network.needs_passes() {
        chain.begin_passes()?;
    }
    let mut flow = chain.entering("input")?;
    for (number, layer) in network.layers.iter().enumerate() {
        let last = number + 1 == network.layers.len();
        chain.loaded = network.starts.layers.contains(&number);
        flow = chain.layer(number + 1, layer, flow, last)?;
    }
    if !flow.given {
        chain.give(flow)?;
    }
    chain.faults()?;
    if chain.passes.is_some() && !network.gives_names() {
        chain.end_passes(network.output == Output::EveryStep)?;
    }
    let steps = network.generate.map(|generate| generate.steps as u64);
    let stop = Stop {
        max_steps: steps.unwrap_or(MAX_STEPS),
        when_stable: false,
        on_period_two: false,
    };
    let (name, order) = (&network.name, Order::Synchronous);
    let program = chain.assembly.finish(name, "sequence", order, stop)?;
    let report = Report::of(&program, chain.error, 1.0);
    Ok(Quantized { program, report })
}

/// The formats of the values of a network.
fn formats(
    network: &SequenceNetwork,
    words: &Words,
    seen: &Seen,
) -> Result<Formats, QuantizeError> {
    let mut gates = vec![];
    for cell in network.every_cell() {
        match cell {
            Cell::Lstm(cell) => gates.extend([&cell.gate, &cell.candidate, &cell.output]),
            Cell::Gru(cell) => gates.extend([&cell.gate, &cell.candidate]),
            Cell::Elman(cell) if cell.leak != 1.0 => gates.push(&cell.activation),
            Cell::Elman(_)
            | Cell::Jordan(_)
            | Cell::Count(_)
            | Cell::Sample(_)
            | Cell::Markov(_)
            | Cell::Tree(_) => {}
        }
    }
    // What is not bounded is judged by the runs.
    let gates = gates.into_iter().map(largest);
    let gates = gates.map(|most| {
        if most.is_finite() {
            most
        } else {
            2.0 * seen.data
        }
    });
    let bounded = network.layers.iter().all(|layer| match layer {
        Layer::Dense(layer) => largest(&layer.activation).is_finite(),
        Layer::Elementwise(activation) => largest(activation).is_finite(),
        Layer::Recurrent(layer) => {
            let mut cells = layer.direction.cells();
            cells.all(|cell| cell_reach(cell).is_finite())
        }
        Layer::Decoder(layer) => {
            let bridge = layer.bridge.as_ref().map(|of| largest(&of.activation));
            cell_reach(&layer.cell).is_finite() && bridge.is_none_or(f64::is_finite)
        }
        // The largest element of a window is one that came in.
        Layer::Embedding(_) | Layer::MaxPool(_) | Layer::Softmax | Layer::ArgMax => true,
        // Tags have a format of their own.
        Layer::BestPath(_) => true,
    });
    let bound = match bounded {
        // Every magnitude that a bounded activation may reach, not only those that were seen.
        true => Seen {
            data: reached(network).max(seen.data),
            cells: seen.cells,
        },
        false => seen.clone(),
    };
    Formats::new(words, &bound, gates, bounded)
}

/// The largest magnitude of a word.
pub fn reach(format: Format) -> f64 {
    let ends = [format.min_raw(), format.max_raw()].map(|raw| format.value(raw).abs());
    ends[0].max(ends[1])
}

/// The largest magnitude of an activation.
fn largest(activation: &Activation) -> f64 {
    let (low, high) = activation.range();
    low.abs().max(high.abs())
}

/// The largest magnitude that a cell gives; 0 where that has a format of its own.
fn cell_reach(cell: &Cell) -> f64 {
    match cell {
        Cell::Elman(cell) => largest(&cell.activation),
        Cell::Jordan(cell) => largest(&cell.readout.activation),
        Cell::Lstm(cell) => largest(&cell.output) * largest(&cell.gate),
        Cell::Gru(cell) => largest(&cell.candidate),
        Cell::Count(_) | Cell::Sample(_) | Cell::Markov(_) => 0.0,
        Cell::Tree(cell) => largest(&cell.activation).max(cell.largest_leaf()),
    }
}

/// The largest magnitude that a layer with a bounded activation gives.
fn reached(network: &SequenceNetwork) -> f64 {
    let of = |layer: &Layer| match layer {
        Layer::Dense(layer) => largest(&layer.activation),
        Layer::Elementwise(activation) => largest(activation),
        Layer::Recurrent(layer) => {
            let cells = layer.direction.cells().map(cell_reach);
            cells.fold(0.0, f64::max)
        }
        Layer::Decoder(layer) => {
            let bridge = layer.bridge.as_ref().map(|of| largest(&of.activation));
            let begins = bridge.unwrap_or(0.0).max(layer.embedding.largest());
            cell_reach(&layer.cell).max(begins)
        }
        Layer::Embedding(layer) => layer.largest(),
        Layer::Softmax => 1.0,
        Layer::MaxPool(_) | Layer::ArgMax | Layer::BestPath(_) => 0.0,
    };
    let finite = network
        .layers
        .iter()
        .map(of)
        .filter(|most| most.is_finite());
    finite.fold(0.0, f64::max)
}

impl Chain<'_> {
    /// The role of what the network gives.
    pub fn giving(&self) -> Role {
        match self.network.output {
            Output::EveryStep => Role::Emitted,
            Output::Last => Role::Output,
        }
    }

    /// An input vector of the network.
    fn entering(&mut self, name: &str) -> Result<Flow, QuantizeError> {
        let elements = self.network.inputs;
        let format = match self.network.vocabulary() {
            // A number that is no token can be told from one.
            Some(vocabulary) if self.network.postfix().is_some() => number_format(vocabulary + 1)?,
            Some(vocabulary) => number_format(vocabulary)?,
            None => self.formats.data,
        };
        if self.network.generate.is_some() {
            return self.entering_again(name, format);
        }
        Ok(Flow {
            vector: self.assembly.vector(name, elements, format, Role::Sequence),
            elements,
            given: false,
        })
    }

    /// The token of a network that feeds itself: in the first step the one that a run is given, then
    /// that of the step before.
    fn entering_again(&mut self, name: &str, format: Format) -> Result<Flow, QuantizeError> {
        let start = self.assembly.vector("start", 1, format, Role::Input);
        let first = Role::Schedule(vec![1, 0]);
        let first = self.assembly.vector("first", 1, Format::TRUTH, first);
        let before = self.kept("fed_back", &[0.0], format).vector;
        self.fed_back = Some(before);
        let entered = (name.to_owned(), false);
        self.writing("entering", vec![], 1, entered, |apply| {
            let first = apply.element("first", first)?;
            let start = apply.element("start", start)?;
            let before = apply.element("before", before)?;
            apply.select("token", first, (start, before))
        })
    }

    fn layer(
        &mut self,
        number: usize,
        layer: &Layer,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let name = format!("layer{number}");
        match layer {
            Layer::Recurrent(layer) => self.recurrent(&name, layer, flow, last),
            Layer::Dense(layer) => self.dense(&name, layer, flow, last),
            Layer::Embedding(layer) => self.embedding(&name, layer, flow, last),
            Layer::BestPath(layer) => self.best_path(&name, layer, flow),
            Layer::Decoder(layer) => self.decoder(&name, layer, flow),
            Layer::MaxPool(layer) => self.largest(&name, flow, &layer.windows, last),
            Layer::Elementwise(activation) => self.elementwise(&name, activation, flow, last),
            Layer::Softmax => self.softmax(&name, flow, last),
            Layer::ArgMax => self.argmax(&name, flow, last),
        }
    }

    fn recurrent(
        &mut self,
        name: &str,
        layer: &Recurrent,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        match &layer.direction {
            Direction::Forward(cell) => {
                // Beside a state stands what has its format.
                let flow = match cell {
                    Cell::Count(_) | Cell::Sample(_) | Cell::Markov(_) | Cell::Tree(_) => flow,
                    _ => self.as_data(name, flow)?,
                };
                self.cell(name, cell, flow, last)
            }
            direction if self.passes.is_some() => {
                let flow = self.as_data(name, flow)?;
                self.passing(name, direction, layer.gives, flow)
            }
            Direction::Reverse(cell) => {
                let flow = self.entering("input_reversed")?;
                self.cell(name, cell, flow, last)
            }
            Direction::Bidirectional { forward, reverse } => {
                let forward = self.cell(&format!("{name}_forward"), forward, flow, false)?;
                let flow = self.entering("input_reversed")?;
                let reverse = self.cell(&format!("{name}_reverse"), reverse, flow, false)?;
                Ok(self.beside(name, &[forward, reverse]))
            }
        }
    }

    /// A vector in the format of data, as one must be that stands beside a state: the numbers of an
    /// `argmax` are in another one.
    pub fn as_data(&mut self, name: &str, flow: Flow) -> Result<Flow, QuantizeError> {
        let formats = self.formats;
        if self.assembly.format(flow.vector) == formats.data {
            return Ok(flow);
        }
        let name = format!("{name}_taken");
        self.writing(
            &name,
            vec![],
            flow.elements,
            (name.clone(), false),
            |apply| {
                let x = apply.element("x", flow.vector)?;
                apply.resized("data", x, formats.data, formats.manner)
            },
        )
    }

    /// Vectors of one format side by side.
    pub fn beside(&mut self, name: &str, flows: &[Flow]) -> Flow {
        let parts: Vec<Part> = flows.iter().map(|flow| self.whole(*flow)).collect();
        self.joined(name, parts)
    }

    fn whole(&self, flow: Flow) -> Part {
        Part {
            of: flow.vector,
            first: 0,
            count: flow.elements,
        }
    }

    /// A vector of parts; the parts of a part that is joined itself are taken apart.
    pub fn joined(&mut self, name: &str, parts: Vec<Part>) -> Flow {
        let parts: Vec<Part> = parts
            .into_iter()
            .flat_map(|part| self.assembly.parts(part))
            .collect();
        let elements = parts.iter().map(|part| part.count).sum();
        let format = parts
            .first()
            .map_or(self.formats.data, |part| self.assembly.format(part.of));
        Flow {
            vector: self
                .assembly
                .vector(name, elements, format, Role::Joined(parts)),
            elements,
            given: false,
        }
    }

    /// A vector that is kept from step to step.
    pub fn kept(&mut self, name: &str, start: &[f64], format: Format) -> Flow {
        let raw = start.iter().map(|&x| nearest(x, format).unwrap_or(0));
        let role = Role::Kept(Kept {
            start: raw.collect(),
            begins: match (self.loaded, self.network.carry) {
                (true, _) => Begins::Loaded,
                (false, true) => Begins::Across,
                (false, false) => Begins::Anew,
            },
        });
        Flow {
            vector: self.assembly.vector(name, start.len(), format, role),
            elements: start.len(),
            given: false,
        }
    }

    /// A parameter vector that weighs elements of another one.
    ///
    /// # Errors
    /// When a weight lies outside a fixed format, or needs more than 64 bits.
    pub fn element_weights(
        &mut self,
        name: &str,
        values: &[f64],
    ) -> Result<VectorId, QuantizeError> {
        let words = self.words.weights(values)?;
        self.error = self.error.max(words.error);
        let role = Role::Parameter(words.raw);
        Ok(self.assembly.vector(name, values.len(), words.format, role))
    }

    /// Remembers by how much a word lies beside the number that it stands for.
    pub fn lost(&mut self, error: f64) {
        self.error = self.error.max(error);
    }

    /// A sum over a matrix from a vector, with a bias.
    ///
    /// # Errors
    /// When a weight lies outside a fixed format, or needs more than 64 bits.
    pub fn source(
        &mut self,
        name: &str,
        from: Flow,
        matrix: &Matrix,
        bias: &[f64],
    ) -> Result<Source, QuantizeError> {
        let values: Vec<f64> = matrix.entries().map(|(_, _, value)| value).collect();
        let words = self.words.weights(&values)?;
        self.error = self.error.max(words.error);
        let offset = match bias.iter().any(|bias| *bias != 0.0) {
            true => {
                let format = self.assembly.format(from.vector);
                let fraction = words.format.fraction() + format.fraction();
                let name = format!("{name}_bias");
                let (offset, error) = self.assembly.parameter(&name, bias, fraction)?;
                self.error = self.error.max(error);
                Some(offset)
            }
            false => None,
        };
        Ok(Source {
            vector: from.vector,
            weights: weights(matrix, &words),
            offset,
        })
    }

    /// The largest magnitude of a sum over a matrix from a vector, with a bias.
    pub fn bound(&self, from: Flow, matrix: &Matrix, bias: &[f64]) -> f64 {
        let most = reach(self.assembly.format(from.vector));
        let bias = bias.iter().fold(0.0, |most: f64, of| most.max(of.abs()));
        matrix.largest_row_sum() * most + bias
    }

    /// The name and the role of what a layer gives: of what the network gives where it is the last.
    fn giving_as(&self, name: String, last: bool) -> (String, Role) {
        match last {
            true => ("output".into(), self.giving()),
            false => (name, Role::Signal),
        }
    }

    /// What the network gives from a node of the last layer's stage; nothing of another layer.
    pub fn given(&self, units: usize, last: bool) -> impl FnOnce(NodeId) -> Vec<New> + use<> {
        let role = last.then(|| self.giving());
        move |node| {
            let new = |role| New {
                name: "output".into(),
                units,
                role,
                node,
            };
            role.map(new).into_iter().collect()
        }
    }

    fn dense(
        &mut self,
        name: &str,
        layer: &Dense,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let source = self.source(name, flow, &layer.weights, &layer.bias)?;
        let function = self.function(Use {
            activation: &layer.activation,
            bound: self.bound(flow, &layer.weights, &layer.bias),
            clip: None,
            output: self.formats.data,
        })?;
        let given = (format!("{name}_given"), last);
        self.writing(name, vec![source], layer.units(), given, |apply| {
            let sum = apply.gathered("sum", 0)?;
            function.of(apply, "y", sum)
        })
    }

    fn elementwise(
        &mut self,
        name: &str,
        activation: &Activation,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let format = self.assembly.format(flow.vector);
        let function = self.function(Use {
            activation,
            bound: reach(format),
            clip: None,
            output: self.formats.data,
        })?;
        let given = (format!("{name}_given"), last);
        self.writing(name, vec![], flow.elements, given, |apply| {
            let x = apply.element("x", flow.vector)?;
            function.of(apply, "y", x)
        })
    }

    /// A stage that writes one new vector of so many units: one of this name, or, where it is the
    /// last, what the network gives.
    ///
    /// # Errors
    /// Those of `build`, or when a sum needs more than 64 bits.
    pub fn writing(
        &mut self,
        stage: &str,
        sources: Vec<Source>,
        units: usize,
        (name, last): (String, bool),
        build: impl FnOnce(&mut Wide<'_>) -> Result<NodeId, QuantizeError>,
    ) -> Result<Flow, QuantizeError> {
        let (name, role) = self.giving_as(name, last);
        let fed_back = self.fed_back.filter(|_| last);
        let made = self
            .assembly
            .stage(stage, When::EveryStep, sources, |apply| {
                let node = build(apply)?;
                let new = New {
                    name: name.into(),
                    units,
                    role,
                    node,
                };
                Ok(Written {
                    known: fed_back.map(|input| (input, node)).into_iter().collect(),
                    new: vec![new],
                    ..Written::default()
                })
            })?;
        Ok(Flow {
            vector: made.first().copied().ok_or(QuantizeError::Mismatched)?,
            elements: units,
            given: last,
        })
    }

    /// A stage that copies what the network gives.
    fn give(&mut self, flow: Flow) -> Result<Flow, QuantizeError> {
        let given = (String::new(), true);
        self.writing("give", vec![], flow.elements, given, |apply| {
            apply.element("given", flow.vector)
        })
    }
}
