//! The discrete form: two stages, each of which takes the signs of what it gathers from the other
//! layer.

use network::bidirectional::{Discrete, Layer};
use network::description::{FormatChoice, HopfieldFormat, RealFormat};
use network::hopfield::{Order as Turns, Storage, Weights};
use network::{Hopfield, Matrix};
use program::{Format, NodeId, Order, Role, VectorId, When};

use super::{KIND, TO_X, TO_Y};
use crate::assembly::{Assembly, Sign, Source, Wide, Written, sign, weights};
use crate::coefficients::Coefficients;
use crate::dynamic::{stop, thriftiest};
use crate::hopfield::Words;
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};

/// Makes a program: exact words where weights and biases are whole after some positive scale, else
/// the narrowest with which the runs of the description end as in real numbers.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    (name, network): (&str, &Discrete),
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let joined = joined(name, network)?;
    let weights = options.weights.map_or(formats.weights, FormatChoice::Fixed);
    let wishes = HopfieldFormat {
        weights,
        rounding: formats.rounding,
        overflow: formats.overflow,
        ..HopfieldFormat::default()
    };
    let fixed = |&format: &Format| {
        let words = Words::fixed(&joined, &wishes, format)?;
        lower(network, &joined, &wishes, &words)
    };
    if let FormatChoice::Fixed(format) = weights {
        return fixed(&format);
    }
    if let Some(words) = Words::exact(&joined, &wishes) {
        return lower(network, &joined, &wishes, &words);
    }
    thriftiest(network, Words::formats(&joined, &wishes), fixed)
}

/// The memory as one network whose units are those of x, then those of y: its words are those of
/// both directions, at one scale.
fn joined(name: &str, network: &Discrete) -> Result<Hopfield, QuantizeError> {
    let x = network.x.units();
    let units = x + network.y.units();
    let links = network.y.weights.links().flat_map(|(row, column, weight)| {
        let (row, column) = ((x + row) as f64, column as f64);
        [(row, column, weight), (column, row, weight)]
    });
    let links: Vec<(f64, f64, f64)> = links.collect();
    let weights = Weights::sparse(units, &links).map_err(|_| QuantizeError::Mismatched)?;
    let biases = network.x.bias.iter().chain(&network.y.bias);
    Ok(Hopfield {
        name: name.to_owned(),
        weights,
        bias: biases.copied().collect(),
        order: Turns::Block { size: x.max(1) },
        max_steps: network.stop.max_steps,
        detect_period: false,
        storage: Storage::Rom,
        patterns: vec![],
        probes: vec![],
    })
}

/// The weights of a matrix as words; `place` is where the rows of its layer and its sources stand
/// in the joined network.
fn words_of(
    matrix: &Matrix,
    words: &Words,
    (rows, columns): (usize, usize),
) -> Result<program::Weights, QuantizeError> {
    let word = |(row, column, weight)| words.weight(rows + row, columns + column, weight);
    let raw: Result<Vec<i64>, QuantizeError> = matrix.entries().map(word).collect();
    let coefficients = Coefficients {
        format: words.format,
        raw: raw?,
        error: 0.0,
    };
    Ok(weights(matrix, &coefficients))
}

fn lower(
    network: &Discrete,
    joined: &Hopfield,
    wishes: &HopfieldFormat,
    words: &Words,
) -> Result<Quantized, QuantizeError> {
    let (x_units, y_units) = (network.x.units(), network.y.units());
    let biases = words.bias(joined, wishes)?;
    let mut assembly = Assembly::new();
    let x = assembly.vector("x", x_units, Format::BIPOLAR, Role::State);
    let y = assembly.vector("y", y_units, Format::BIPOLAR, Role::State);
    let held = assembly.vector("held", y_units, Format::TRUTH, Role::Input);
    // 1 in the first step, 0 from there on.
    let first = Role::Schedule(vec![1, 0]);
    let first = assembly.vector("first", y_units, Format::TRUTH, first);
    let bias = |assembly: &mut Assembly, name: &str, layer: &Layer, from: usize| {
        let (format, raw) = biases.as_ref()?;
        let raw = raw.get(from..from + layer.units())?.to_vec();
        let biased = raw.iter().any(|raw| *raw != 0);
        biased.then(|| assembly.vector(name, layer.units(), *format, Role::Parameter(raw)))
    };
    let bias_y = bias(&mut assembly, "bias_y", &network.y, x_units);
    let bias_x = bias(&mut assembly, "bias_x", &network.x, 0);
    let from_x = Source {
        vector: x,
        weights: words_of(&network.y.weights, words, (x_units, 0))?,
        offset: bias_y,
    };
    assembly.stage(TO_Y, When::EveryStep, vec![from_x], |apply| {
        let Sign { kept, next, .. } = signed(apply, y)?;
        let first = apply.element("first_step", first)?;
        let held = apply.element("held_here", held)?;
        let never = apply.known("no", 0, Format::TRUTH)?;
        let keeps = apply.select("keeps", first, (held, never))?;
        let next = apply.select("next_or_held", keeps, (kept, next))?;
        Ok(Written {
            known: vec![(y, next)],
            rest: Some(rest(apply, (kept, next), keeps)?),
            ..Written::default()
        })
    })?;
    let from_y = Source {
        vector: y,
        weights: words_of(&network.x.weights, words, (0, x_units))?,
        offset: bias_x,
    };
    assembly.stage(TO_X, When::EveryStep, vec![from_y], |apply| {
        let Sign { next, .. } = signed(apply, x)?;
        Ok(Written {
            known: vec![(x, next)],
            ..Written::default()
        })
    })?;
    let stop = stop(network.stop);
    let program = assembly.finish(&joined.name, KIND, Order::Synchronous, stop)?;
    let bias = biases.as_ref().map(|(_, raw)| raw.as_slice());
    let error = words.max_abs_error(joined, bias)?;
    let unit = words.units().into_iter().fold(0.0, f64::max);
    let report = Report::of(&program, error, unit);
    Ok(Quantized { program, report })
}

/// The sign of what a unit receives.
fn signed(apply: &mut Wide<'_>, state: VectorId) -> Result<Sign, QuantizeError> {
    let field = apply.gathered("field", 0)?;
    let format = apply.format(field);
    let push = |name: &str, operation, format| apply.push(name, operation, format);
    sign(push, (field, format), state)
}

/// Whether a unit of y is at rest: it stays as it is, and not because it must.
fn rest(
    apply: &mut Wide<'_>,
    (kept, next): (NodeId, NodeId),
    keeps: NodeId,
) -> Result<NodeId, QuantizeError> {
    let no = apply.known("unrest", 0, Format::TRUTH)?;
    let yes = apply.known("rest_else", 1, Format::TRUTH)?;
    let up = apply.less("rises", kept, next)?;
    let down = apply.less("falls", next, kept)?;
    let steady = apply.select("steady_above", up, (no, yes))?;
    let steady = apply.select("steady", down, (no, steady))?;
    apply.select("at_rest", keeps, (no, steady))
}
