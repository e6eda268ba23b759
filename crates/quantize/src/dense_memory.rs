//! A dense associative memory in integers: overlaps with the patterns, what they pull with, and the
//! sign of the sum. The patterns are memories of single bits, one for each direction.

use network::dense_memory::Interaction;
use network::description::{FormatChoice, RealFormat};
use network::{DenseMemory, Matrix};
use program::{Format, NodeId, Operation, Order, Program, Role, Rounding, Table, VectorId, When};

use crate::assembly::{Assembly, Factor, New, Source, Wide, Written, sign, weights};
use crate::coefficients::Coefficients;
use crate::dynamic::{stop, thriftiest};
use crate::real::rounded as whole;
use crate::report::Report;
use crate::{QuantizeError, Quantized};

/// The stage that makes overlaps and what patterns pull with.
const OVERLAP: &str = "overlap";
/// The stage that adds up what the units' own states count for.
const OWN: &str = "own";
/// The stage that makes the new state.
const RECALL: &str = "recall";
/// The table of exponentials.
const TABLE: &str = "interaction";

/// Widths of the words of exponentials that are tried.
const WIDTHS: [u32; 12] = [4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48];

/// Makes a program of the network. Squares and cubes are exact; exponentials have the narrowest
/// words with which the runs of the description end as in real numbers.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(network: &DenseMemory, formats: &RealFormat) -> Result<Quantized, QuantizeError> {
    let make = |format: &Format| lower(network, *format);
    match (&network.interaction, formats.activation) {
        (Interaction::Square | Interaction::Cube, _) => make(&Format::BIPOLAR),
        (_, FormatChoice::Fixed(format)) => make(&format),
        (_, FormatChoice::Auto) => {
            let formats = WIDTHS.iter();
            let formats = formats.filter_map(|&width| Format::unsigned(width, width as i32).ok());
            thriftiest(network, formats.collect(), make)
        }
    }
}

/// The weights of these rows, of -1 and +1, in single bits.
fn bits(rows: &[Vec<f64>], columns: usize) -> program::Weights {
    let matrix = Matrix::dense(rows.len(), columns, &rows.concat());
    let raw = matrix
        .entries()
        .map(|(_, _, value)| if value < 0.0 { -1 } else { 1 });
    let coefficients = Coefficients {
        format: Format::BIPOLAR,
        raw: raw.collect(),
        error: 0.0,
    };
    weights(&matrix, &coefficients)
}

fn lower(network: &DenseMemory, format: Format) -> Result<Quantized, QuantizeError> {
    let (units, patterns) = (network.units, network.patterns.len());
    let mut assembly = Assembly::new();
    let state = assembly.vector("state", units, Format::BIPOLAR, Role::State);
    let overlaps = Source {
        vector: state,
        weights: bits(&network.patterns, units),
        offset: None,
    };
    let mut table = None;
    if let Interaction::Exp { sharpness } = network.interaction {
        let input = Format::signed_holding(-(units as i128), units as i128, 0);
        let input = input.filter(|input| input.width() <= Table::MAX_BITS);
        let input = input.ok_or(QuantizeError::TooWide { of: "an overlap" })?;
        table = Some(assembly.table(exponentials(sharpness, units, input, format)));
    }
    let made = assembly.stage(OVERLAP, When::EveryStep, vec![overlaps], |apply| {
        let overlap = apply.gathered("overlap", 0)?;
        let signal = |name: &'static str, node: NodeId| New {
            name: name.into(),
            units: patterns,
            role: Role::Signal,
            node,
        };
        let new = match &network.interaction {
            Interaction::Square => vec![signal("pull", overlap)],
            Interaction::Cube => {
                let square = apply.product("square", overlap, overlap)?;
                let three = Factor::new(3.0)?.times(apply, "three_squares", square)?;
                let four = apply.constant("four", 4)?;
                let pull = apply.plus("pull", three, four)?;
                let six = Factor::new(-6.0)?.times(apply, "own_pull", overlap)?;
                vec![signal("pull", pull), signal("own_pull", six)]
            }
            Interaction::Exp { .. } | Interaction::Words { .. } => {
                let table = table.ok_or(QuantizeError::Mismatched)?;
                let pull = exponential(apply, overlap, units, table)?;
                vec![signal("pull", pull)]
            }
        };
        Ok(Written {
            new,
            ..Written::default()
        })
    })?;
    let (pull, own_pull) = match made.as_slice() {
        [pull] => (*pull, *pull),
        [pull, own, ..] => (*pull, *own),
        [] => return Err(QuantizeError::Mismatched),
    };
    let own = own(&mut assembly, network, own_pull)?;
    recall(&mut assembly, network, (state, pull), own)?;
    let kind = "dense_associative_memory";
    let stop = stop(network.stop);
    let program = assembly.finish(&network.name, kind, Order::Synchronous, stop)?;
    let report = Report::of(&program, 0.0, 1.0);
    Ok(Quantized { program, report })
}

/// `e^(b (m - units))` for every word m, 1 being the largest word of the format.
fn exponentials(sharpness: f64, units: usize, input: Format, output: Format) -> Table {
    let largest = output.max_raw() as f64;
    let entry = |raw: i64| {
        let below = (raw as f64 - units as f64).min(0.0);
        let value = whole(largest * (sharpness * below).exp(), Rounding::HalfEven);
        i64::try_from(value)
            .unwrap_or(output.max_raw())
            .min(output.max_raw())
    };
    Table {
        name: TABLE.into(),
        input,
        output,
        entries: (input.min_raw()..=input.max_raw()).map(entry).collect(),
    }
}

/// The table's entry for an overlap.
fn exponential(
    apply: &mut Wide<'_>,
    overlap: NodeId,
    units: usize,
    table: program::TableId,
) -> Result<NodeId, QuantizeError> {
    let input = Format::signed_holding(-(units as i128), units as i128, 0);
    let input = input.ok_or(QuantizeError::TooWide { of: "an overlap" })?;
    let manner = (Rounding::Floor, program::Overflow::Saturate);
    let address = match apply.format(overlap) == input {
        true => overlap,
        false => apply.resized("address", overlap, input, manner)?,
    };
    apply.lookup("pull", address, table)
}

/// What each unit's own state counts for: a vector of one element, or a constant.
enum Own {
    Constant(i64),
    Vector(VectorId),
}

fn own(
    assembly: &mut Assembly,
    network: &DenseMemory,
    own_pull: VectorId,
) -> Result<Own, QuantizeError> {
    let patterns = network.patterns.len();
    let factor = match network.interaction {
        Interaction::Square => return Ok(Own::Constant(-(patterns as i64))),
        Interaction::Cube => Factor::new(1.0)?,
        Interaction::Exp { sharpness } | Interaction::Words { sharpness, .. } => {
            Factor::new(-sharpness.tanh())?
        }
    };
    let all = Source {
        vector: own_pull,
        weights: bits(&[vec![1.0; patterns]], patterns),
        offset: None,
    };
    let made = assembly.stage(OWN, When::EveryStep, vec![all], |apply| {
        let sum = apply.gathered("sum", 0)?;
        let own = factor.times(apply, "own", sum)?;
        Ok(Written {
            new: vec![New {
                name: "own".into(),
                units: 1,
                role: Role::Signal,
                node: own,
            }],
            ..Written::default()
        })
    })?;
    let own = made.first().copied().ok_or(QuantizeError::Mismatched)?;
    Ok(Own::Vector(own))
}

/// The new state: the sign of what the patterns pull with, and of what the own state adds.
fn recall(
    assembly: &mut Assembly,
    network: &DenseMemory,
    (state, pull): (VectorId, VectorId),
    own: Own,
) -> Result<(), QuantizeError> {
    let (units, patterns) = (network.units, network.patterns.len());
    let of_unit = |unit: usize| {
        let of = |pattern: &Vec<f64>| pattern.get(unit).copied().unwrap_or(1.0);
        network.patterns.iter().map(of).collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = (0..units).map(of_unit).collect();
    let mut sources = vec![Source {
        vector: pull,
        weights: bits(&rows, patterns),
        offset: None,
    }];
    if let Own::Vector(own) = own {
        sources.push(Source {
            vector: own,
            weights: bits(&vec![vec![1.0]; units], 1),
            offset: None,
        });
    }
    assembly.stage(RECALL, When::EveryStep, sources, |apply| {
        let pulled = apply.gathered("pulled", 0)?;
        let own = match own {
            Own::Constant(raw) => apply.constant("own_up", raw)?,
            Own::Vector(_) => apply.gathered("own_up", 1)?,
        };
        let own_state = apply.element("own_state", state)?;
        let up = apply.known("up", 1, Format::BIPOLAR)?;
        let down = apply.less("is_down", own_state, up)?;
        let with = apply.plus("with_own", pulled, own)?;
        let without = apply.minus("without_own", pulled, own)?;
        let format = wider(apply, with, without)?;
        let manner = (Rounding::Floor, program::Overflow::Saturate);
        let with = apply.resized("field_up", with, format, manner)?;
        let without = apply.resized("field_down", without, format, manner)?;
        let field = apply.select("field", down, (without, with))?;
        let push = |name: &str, operation: Operation, format| apply.push(name, operation, format);
        let next = sign(push, (field, format), state)?.next;
        Ok(Written {
            known: vec![(state, next)],
            ..Written::default()
        })
    })?;
    Ok(())
}

/// A format that holds two nodes of one fraction.
fn wider(apply: &Wide<'_>, a: NodeId, b: NodeId) -> Result<Format, QuantizeError> {
    let (a, b) = (apply.format(a), apply.format(b));
    let format = Format::signed(a.width().max(b.width()), a.fraction());
    format.map_err(|_| QuantizeError::TooWide {
        of: "a sum of pulls",
    })
}

/// The network with the words of its program.
pub fn rounded(network: &DenseMemory, program: &Program) -> Option<DenseMemory> {
    let Interaction::Exp { sharpness } = network.interaction else {
        return Some(network.clone());
    };
    let table = program.tables.iter().find(|table| table.name == TABLE)?;
    let units = i64::try_from(network.units).ok()?;
    let pull = (-units..=units).map(|m| Some(table.output.value(table.entry(m)?)));
    Some(DenseMemory {
        interaction: Interaction::Words {
            pull: pull.collect::<Option<_>>()?,
            own: -Factor::new(-sharpness.tanh()).ok()?.value(),
            sharpness,
        },
        ..network.clone()
    })
}
