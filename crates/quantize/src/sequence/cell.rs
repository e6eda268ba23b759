//! Recurrent cells: Elman's and Jordan's, and what the cells have in common.

use network::sequence::{Block, Cell, Elman, Gates, Jordan};
use network::{Activation, Matrix};
use program::{Format, NodeId, When};

use super::chain::{Chain, Flow};
use super::function::{Function, Use};
use crate::QuantizeError;
use crate::assembly::{Factor, Source, Wide, Written};

/// The weights of the input and of the vector that goes back, side by side.
pub fn side_by_side(input: &Matrix, recurrent: &Matrix) -> Matrix {
    let shift = input.columns();
    let entries = input.links();
    let back = recurrent.links();
    let back = back.map(|(row, column, value)| (row, shift + column, value));
    let entries: Vec<_> = entries.chain(back).collect();
    let sparse = Matrix::sparse(input.rows(), shift + recurrent.columns(), &entries);
    match input.is_dense() || recurrent.is_dense() {
        true => Matrix::dense(
            sparse.rows(),
            sparse.columns(),
            &sparse
                .to_dense()
                .entries()
                .map(|(_, _, v)| v)
                .collect::<Vec<_>>(),
        ),
        false => sparse,
    }
}

/// The weights of blocks side by side, block under block, and their biases.
pub fn stacked(blocks: &[Block]) -> (Matrix, Vec<f64>) {
    let (mut rows, mut columns) = (0, 0);
    let (mut values, mut bias) = (vec![], vec![]);
    for block in blocks {
        let matrix = side_by_side(&block.input, &block.recurrent).to_dense();
        rows += matrix.rows();
        columns = matrix.columns();
        values.extend(matrix.entries().map(|(_, _, value)| value));
        bias.extend_from_slice(&block.bias);
    }
    (Matrix::dense(rows, columns, &values), bias)
}

impl Chain<'_> {
    /// The stages of a cell; what it gives.
    pub fn cell(
        &mut self,
        name: &str,
        cell: &Cell,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        match cell {
            Cell::Elman(cell) => self.elman(name, cell, flow, last),
            Cell::Jordan(cell) => self.jordan(name, cell, flow, last),
            Cell::Lstm(cell) => self.lstm(name, cell, flow, last),
            Cell::Gru(cell) => self.gru(name, cell, flow, last),
            Cell::Count(cell) => self.count(name, cell, flow, last),
            Cell::Sample(cell) => self.sample(name, cell, flow, last),
            Cell::Markov(cell) => self.markov(name, cell, flow, last),
            Cell::Tree(cell) => self.tree(name, cell, flow, last),
        }
    }

    fn elman(
        &mut self,
        name: &str,
        cell: &Elman,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let hidden = self.kept(&format!("{name}_hidden"), &cell.initial, self.formats.data);
        let read = self.beside(&format!("{name}_read"), &[flow, hidden]);
        let leak = Factor::new(cell.leak)?;
        let formats = self.formats;
        if leak == Factor::Halvings(0) {
            let activated = (&cell.activation, cell.clip, formats.data);
            let (source, function) = self.gate(name, read, &cell.gates, activated)?;
            return self.moving(name, vec![source], hidden, last, |apply| {
                let sum = apply.gathered("sum", 0)?;
                function.of(apply, "h", sum)
            });
        }
        self.error = self.error.max(leak.error());
        let activated = (&cell.activation, cell.clip, formats.gate);
        let (source, function) = self.gate(name, read, &cell.gates, activated)?;
        // h + leak (f - h): one product, or none where the leak is a power of two.
        self.moving(name, vec![source], hidden, last, |apply| {
            let sum = apply.gathered("sum", 0)?;
            let new = function.of(apply, "new", sum)?;
            let before = apply.element("before", hidden.vector)?;
            let difference = apply.minus("difference", new, before)?;
            let moved = leak.times(apply, "moved", difference)?;
            let next = apply.plus("next", before, moved)?;
            apply.resized("hidden", next, formats.data, formats.manner)
        })
    }

    /// The sum of one gate over what it reads, and its function: the activation, the clip of its
    /// argument, and the format of its result.
    fn gate(
        &mut self,
        name: &str,
        read: Flow,
        gates: &Gates,
        (activation, clip, output): (&Activation, Option<f64>, Format),
    ) -> Result<(Source, Function), QuantizeError> {
        let matrix = side_by_side(&gates.input, &gates.recurrent);
        let source = self.source(name, read, &matrix, &gates.bias)?;
        let function = self.function(Use {
            activation,
            bound: self.bound(read, &matrix, &gates.bias),
            clip,
            output,
        })?;
        Ok((source, function))
    }

    /// A stage that moves a kept vector, and gives it where the layer is the last.
    pub fn moving(
        &mut self,
        name: &str,
        sources: Vec<Source>,
        hidden: Flow,
        last: bool,
        build: impl FnOnce(&mut Wide<'_>) -> Result<NodeId, QuantizeError>,
    ) -> Result<Flow, QuantizeError> {
        let new = self.given(hidden.elements, last);
        self.assembly
            .stage(name, When::EveryStep, sources, |apply| {
                let node = build(apply)?;
                Ok(Written {
                    known: vec![(hidden.vector, node)],
                    new: new(node),
                    rest: None,
                })
            })?;
        Ok(Flow {
            given: last,
            ..hidden
        })
    }

    fn jordan(
        &mut self,
        name: &str,
        cell: &Jordan,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let data = self.formats.data;
        let back = self.kept(&format!("{name}_back"), &cell.initial, data);
        let read = self.beside(&format!("{name}_read"), &[flow, back]);
        let activated = (&cell.activation, cell.clip, data);
        let (source, function) = self.gate(name, read, &cell.gates, activated)?;
        let hidden = (format!("{name}_hidden"), false);
        let hidden = self.writing(name, vec![source], cell.units(), hidden, |apply| {
            let sum = apply.gathered("sum", 0)?;
            function.of(apply, "h", sum)
        })?;
        let readout = &cell.readout;
        let name = format!("{name}_readout");
        let source = self.source(&name, hidden, &readout.weights, &readout.bias)?;
        let function = self.function(Use {
            activation: &readout.activation,
            bound: self.bound(hidden, &readout.weights, &readout.bias),
            clip: None,
            output: data,
        })?;
        self.moving(&name, vec![source], back, last, |apply| {
            let sum = apply.gathered("sum", 0)?;
            function.of(apply, "y", sum)
        })
    }
}
