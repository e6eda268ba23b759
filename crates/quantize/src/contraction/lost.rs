//! What the words of a program lose.

use network::Matrix;
use program::{Format, NodeId, Operation, Overflow, Program, Rounding, Stage};

use super::NoBound;
use super::growth::up;

/// The largest magnitude of a word.
pub fn largest(format: Format) -> f64 {
    let ends = [format.min_raw(), format.max_raw()];
    ends.map(|raw| format.value(raw).abs())
        .into_iter()
        .fold(0.0, f64::max)
}

/// The largest number whose negative is a word, too.
pub fn symmetric(format: Format) -> f64 {
    let ends = [format.min_raw(), format.max_raw()];
    ends.map(|raw| format.value(raw).abs())
        .into_iter()
        .fold(f64::INFINITY, f64::min)
}

/// The format of a vector.
pub fn format(program: &Program, name: &str) -> Result<Format, NoBound> {
    let vector = program.find(name).and_then(|id| program.vector(id));
    let format = vector.map(|vector| vector.format);
    format.ok_or_else(|| NoBound::because(format!("the program has no vector {name}")))
}

/// A stage by its name.
pub fn stage<'p>(program: &'p Program, name: &str) -> Result<&'p Stage, NoBound> {
    let mut stages = program.stages.iter();
    let found = stages.find(|stage| stage.name == name);
    found.ok_or_else(|| NoBound::because(format!("the program has no stage {name}")))
}

/// What is known of the rounding of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounded {
    /// The largest error of rounding.
    pub error: f64,
    /// Its format.
    pub format: Format,
    /// Whether values beyond the format become its last word.
    pub saturates: bool,
}

/// The node of a stage that rounds, by its name.
pub fn rounded(program: &Program, of: &str, name: &str) -> Result<Rounded, NoBound> {
    let stage = stage(program, of)?;
    let node = stage.apply.nodes.iter().find(|node| node.name == name);
    let (format, operand, rounding, overflow) = match node.map(|node| (node.format, node.operation))
    {
        Some((
            format,
            Operation::Resize {
                of,
                rounding,
                overflow,
            },
        )) => (format, of, rounding, overflow),
        _ => {
            let why = format!("the stage {of} rounds in another way");
            return Err(NoBound::because(why));
        }
    };
    let finer = |NodeId(at): NodeId| {
        let operand = stage.apply.nodes.get(at);
        operand.is_none_or(|operand| operand.format.fraction() > format.fraction())
    };
    let error = match (finer(operand), rounding) {
        (false, _) => 0.0,
        (true, Rounding::HalfEven | Rounding::HalfUp) => format.unit() / 2.0,
        (true, Rounding::Floor | Rounding::TowardZero) => format.unit(),
    };
    Ok(Rounded {
        error,
        format,
        saturates: matches!(overflow, Overflow::Saturate | Overflow::SaturateSymmetric),
    })
}

/// How large a difference may be before words of states that stay within `reach` may overflow.
///
/// # Errors
/// When the states themselves reach beyond the words.
pub fn valid(next: Rounded, reach: f64) -> Result<f64, NoBound> {
    let holds = symmetric(next.format);
    match (holds - reach, next.saturates) {
        // What saturates is only brought nearer to a state that the words hold.
        (spare, true) if spare >= 0.0 => Ok(f64::INFINITY),
        (spare, false) if spare > 0.0 => Ok((spare - next.error) / (1.0 + 1e-9)),
        _ => Err(NoBound::because(format!(
            "states may reach {reach:.4}, and words {} end at {holds}",
            next.format
        ))),
    }
}

/// `sum_j |a_ij - b_ij|` of a row.
pub fn row_distance(a: &Matrix, b: &Matrix, row: usize) -> f64 {
    let of_a = a.row(row).map(|(at, value)| (value - b.get(row, at)).abs());
    let others = b.row(row).filter(|&(at, _)| a.get(row, at) == 0.0);
    up(of_a.chain(others.map(|(_, value)| value.abs())).sum())
}

/// `sum_j |a_ij|` of a row.
pub fn row_sum(a: &Matrix, row: usize) -> f64 {
    up(a.row(row).map(|(_, value)| value.abs()).sum())
}

/// An element of a list; 0 where it is short.
pub fn at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(0.0)
}
