//! Recurrent cells: Elman's and Jordan's, and what the cells have in common.

use network::Matrix;
use network::sequence::{Cell, Elman, Jordan};
use program::{NodeId, When};

use super::chain::{Chain, Flow};
use super::function::Use;
use crate::QuantizeError;
use crate::assembly::{Wide, Written};

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
        let matrix = side_by_side(&cell.gates.input, &cell.gates.recurrent);
        let source = self.source(name, read, &matrix, &cell.gates.bias)?;
        let function = self.function(Use {
            activation: &cell.activation,
            bound: self.bound(read, &matrix, &cell.gates.bias),
            clip: cell.clip,
            output: self.formats.data,
        })?;
        self.moving(name, vec![source], hidden, last, |apply| {
            let sum = apply.gathered("sum", 0)?;
            function.of(apply, "h", sum)
        })
    }

    /// A stage that moves a kept vector, and gives it where the layer is the last.
    pub fn moving(
        &mut self,
        name: &str,
        sources: Vec<crate::assembly::Source>,
        hidden: Flow,
        last: bool,
        build: impl FnOnce(&mut Wide<'_>) -> Result<NodeId, QuantizeError>,
    ) -> Result<Flow, QuantizeError> {
        let new = match last {
            true => self.made(String::new(), hidden.elements, NodeId(0), true),
            false => vec![],
        };
        self.assembly
            .stage(name, When::EveryStep, sources, |apply| {
                let node = build(apply)?;
                let new = new.into_iter();
                let new = new.map(|new| crate::assembly::New { node, ..new });
                Ok(Written {
                    known: vec![(hidden.vector, node)],
                    new: new.collect(),
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
        let matrix = side_by_side(&cell.gates.input, &cell.gates.recurrent);
        let source = self.source(name, read, &matrix, &cell.gates.bias)?;
        let function = self.function(Use {
            activation: &cell.activation,
            bound: self.bound(read, &matrix, &cell.gates.bias),
            clip: cell.clip,
            output: data,
        })?;
        let units = cell.units();
        let new = |chain: &Self, node| chain.made(format!("{name}_hidden"), units, node, false);
        let hidden = self.writing(name, vec![source], units, false, new, |apply| {
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
