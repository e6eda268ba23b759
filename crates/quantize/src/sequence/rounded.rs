//! A sequence network with its weights as the words of its program stand for them.

use network::Matrix;
use network::sequence::decoder::Kind;
use network::sequence::{
    Cell, Decoder, Dense, Direction, Elman, Gates, Gru, GruGate, Jordan, Layer, Lstm, LstmGate,
    ResetForm, SequenceNetwork, Tree,
};
use program::{Program, Role};

use super::path;
use super::run::rounded_states;
use crate::assembly::{Factor, read};

/// The network of the words. Its activation functions are the real ones, which the tables follow
/// within the error that the quantiser states.
pub fn rounded(network: &SequenceNetwork, program: &Program) -> Option<SequenceNetwork> {
    let mut rounded = network.clone();
    for (number, layer) in rounded.layers.iter_mut().enumerate() {
        let name = format!("layer{}", number + 1);
        match layer {
            Layer::Dense(layer) => dense(program, &name, layer)?,
            Layer::Recurrent(layer) => match &mut layer.direction {
                Direction::Forward(of) | Direction::Reverse(of) => cell(program, &name, of)?,
                Direction::Bidirectional { forward, reverse } => {
                    cell(program, &format!("{name}_forward"), forward)?;
                    cell(program, &format!("{name}_reverse"), reverse)?;
                }
            },
            Layer::Embedding(layer) => {
                layer.table = table(program, &name, "input", &layer.table)?;
            }
            Layer::Decoder(layer) => decoder(program, &name, layer)?,
            Layer::BestPath(layer) => *layer = path::rounded(program, &name, layer)?,
            Layer::MaxPool(_) | Layer::Elementwise(_) | Layer::Softmax | Layer::ArgMax => {}
        }
    }
    for row in &mut rounded.starts.rows {
        *row = rounded_states(program, row);
    }
    Some(rounded)
}

/// Weights and bias of a stage's sum.
fn sum(
    program: &Program,
    stage: &str,
    (rows, columns): (usize, usize),
) -> Option<(Matrix, Vec<f64>)> {
    let gather = read::gather(program, stage)?;
    let bias = read::offset(program, gather, rows)?;
    Some((read::matrix(gather, rows, columns), bias))
}

fn dense(program: &Program, stage: &str, layer: &mut Dense) -> Option<()> {
    let shape = (layer.weights.rows(), layer.weights.columns());
    (layer.weights, layer.bias) = sum(program, stage, shape)?;
    Some(())
}

/// The rows of the table of a stage, which a token chooses.
fn table(program: &Program, stage: &str, token: &str, of: &Matrix) -> Option<Matrix> {
    let name = format!("{stage}_rows");
    let table = program.tables.iter().find(|table| table.name == name)?;
    let token = program.vector(program.find(token)?)?;
    let span = 1usize << token.format.width();
    let entry = |token: usize, unit: usize| {
        let raw = table.entries.get(unit * span + token);
        raw.map_or(0.0, |&raw| table.output.value(raw))
    };
    Some(of.to_dense().map(|token, unit, _| entry(token, unit)))
}

/// The rows, the cell and the matrices of a decoder.
fn decoder(program: &Program, name: &str, layer: &mut Decoder) -> Option<()> {
    let stage = |of: &str| format!("{name}_{of}");
    let rows = &mut layer.embedding.table;
    *rows = table(program, &stage("embedded"), &stage("token"), rows)?;
    cell(program, &stage("cell"), &mut layer.cell)?;
    dense(program, &stage("readout"), &mut layer.readout)?;
    if let Some(bridge) = &mut layer.bridge {
        dense(program, &stage("begin"), bridge)?;
    }
    if let Some(key) = &mut layer.attention.key {
        dense(program, &stage("key"), key)?;
    }
    match &mut layer.attention.kind {
        Kind::Last => {}
        Kind::Dot { scale } => *scale = Factor::new(*scale).ok()?.value(),
        Kind::Additive { query, score } => {
            *query = sum(program, &stage("query"), (query.rows(), query.columns()))?.0;
            let weights = sum(program, &stage("score"), (1, score.len()))?.0;
            *score = (0..score.len()).map(|at| weights.get(0, at)).collect();
        }
    }
    Some(())
}

/// The state with which a vector begins that is kept from step to step.
fn initial(program: &Program, name: &str, initial: &mut Vec<f64>) -> Option<()> {
    let vector = program.vector(program.find(name)?)?;
    if let Role::Kept(kept) = &vector.role {
        let words = kept.start.iter();
        *initial = words.map(|&raw| vector.format.value(raw)).collect();
    }
    Some(())
}

/// Leaves and operators of a tree network.
fn tree(program: &Program, name: &str, cell: &mut Tree) -> Option<()> {
    cell.embedding = table(program, name, "input", &cell.embedding)?;
    let shape = |matrix: &Matrix| (matrix.rows(), matrix.columns());
    if !cell.postfix.unary.is_empty() {
        let stage = format!("{name}_unary");
        (cell.unary, cell.unary_bias) = sum(program, &stage, shape(&cell.unary))?;
    }
    let stage = format!("{name}_binary");
    (cell.binary, cell.binary_bias) = sum(program, &stage, shape(&cell.binary))?;
    Some(())
}

fn cell(program: &Program, name: &str, cell: &mut Cell) -> Option<()> {
    match cell {
        Cell::Elman(of) => {
            initial(program, &format!("{name}_hidden"), &mut of.initial)?;
            let Elman { gates, leak, .. } = of;
            *leak = Factor::new(*leak).ok()?.value();
            let rows = gates.input.rows();
            blocks(program, name, gates, &(0..rows).collect::<Vec<_>>())
        }
        Cell::Jordan(of) => {
            initial(program, &format!("{name}_back"), &mut of.initial)?;
            let Jordan { gates, readout, .. } = of;
            let rows = gates.input.rows();
            blocks(program, name, gates, &(0..rows).collect::<Vec<_>>())?;
            dense(program, &format!("{name}_readout"), readout)
        }
        Cell::Lstm(cell) => {
            initial(program, &format!("{name}_hidden"), &mut cell.initial)?;
            initial(program, &format!("{name}_cell"), &mut cell.initial_cell)?;
            lstm(program, name, cell)
        }
        Cell::Gru(cell) => {
            initial(program, &format!("{name}_hidden"), &mut cell.initial)?;
            gru(program, name, cell)
        }
        Cell::Count(_) | Cell::Sample(_) => Some(()),
        // Its words choose as its probabilities do.
        Cell::Markov(_) => Some(()),
        Cell::Tree(cell) => tree(program, name, cell),
    }
}

/// Replaces rows of gates by the rows of a stage, in which they stand one after the other.
fn blocks(program: &Program, stage: &str, gates: &mut Gates, rows: &[usize]) -> Option<()> {
    let (inputs, back) = (gates.inputs(), gates.fed_back());
    let (matrix, bias) = sum(program, stage, (rows.len(), inputs + back))?;
    let place = |row: usize| rows.iter().position(|of| *of == row);
    gates.input = gates
        .input
        .to_dense()
        .map(|row, column, value| place(row).map_or(value, |at| matrix.get(at, column)));
    gates.recurrent = gates
        .recurrent
        .to_dense()
        .map(|row, column, value| place(row).map_or(value, |at| matrix.get(at, inputs + column)));
    for (at, &row) in rows.iter().enumerate() {
        if let (Some(to), Some(from)) = (gates.bias.get_mut(row), bias.get(at)) {
            *to = *from;
        }
    }
    Some(())
}

/// The rows of gates of so many units.
fn rows(gates: impl IntoIterator<Item = usize>, units: usize) -> Vec<usize> {
    let gates = gates.into_iter();
    gates
        .flat_map(|gate| gate * units..(gate + 1) * units)
        .collect()
}

fn lstm(program: &Program, name: &str, cell: &mut Lstm) -> Option<()> {
    let units = cell.units();
    let mut first = vec![LstmGate::Input as usize];
    if cell.peepholes.is_none() {
        first.push(LstmGate::Output as usize);
    }
    if !cell.coupled {
        first.push(LstmGate::Forget as usize);
    }
    first.push(LstmGate::Candidate as usize);
    let stage = format!("{name}_gates");
    let count = first.len();
    blocks(
        program,
        &stage,
        &mut cell.gates,
        &rows(first.clone(), units),
    )?;
    let Some(peepholes) = &mut cell.peepholes else {
        return Some(());
    };
    let output = rows([LstmGate::Output as usize], units);
    blocks(program, &format!("{name}_output"), &mut cell.gates, &output)?;
    let seen = program.find(&format!("{stage}_peephole"))?;
    let seen = read::parameter(program, seen)?;
    let block = |gate: LstmGate| {
        let at = first.iter().position(|of| *of == gate as usize)?;
        seen.get(at * units..(at + 1) * units).map(<[f64]>::to_vec)
    };
    if seen.len() == count * units {
        peepholes.input = block(LstmGate::Input)?;
        if let Some(forget) = block(LstmGate::Forget) {
            peepholes.forget = forget;
        }
    }
    let shown = program.find(&format!("{name}_output_peephole"))?;
    peepholes.output = read::parameter(program, shown)?;
    Some(())
}

fn gru(program: &Program, name: &str, cell: &mut Gru) -> Option<()> {
    let units = cell.units();
    let gates = [GruGate::Update as usize, GruGate::Reset as usize];
    blocks(
        program,
        &format!("{name}_gates"),
        &mut cell.gates,
        &rows(gates, units),
    )?;
    let candidate = rows([GruGate::Candidate as usize], units);
    match &mut cell.reset {
        ResetForm::Before => blocks(program, name, &mut cell.gates, &candidate),
        ResetForm::After { bias } => {
            let inputs = cell.gates.inputs();
            let stage = format!("{name}_entering");
            let (input, own) = sum(program, &stage, (units, inputs))?;
            let (back, reset) = sum(program, name, (units, units))?;
            *bias = reset;
            let first = candidate.first().copied().unwrap_or(0);
            let within = |row: usize| row.checked_sub(first).filter(|at| *at < units);
            let gates = &mut cell.gates;
            gates.input = gates
                .input
                .to_dense()
                .map(|row, column, value| within(row).map_or(value, |at| input.get(at, column)));
            gates.recurrent = gates
                .recurrent
                .to_dense()
                .map(|row, column, value| within(row).map_or(value, |at| back.get(at, column)));
            for (at, value) in own.into_iter().enumerate() {
                if let Some(to) = gates.bias.get_mut(first + at) {
                    *to = value;
                }
            }
            Some(())
        }
    }
}
