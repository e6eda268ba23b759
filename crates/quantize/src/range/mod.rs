//! Ranges of any program, the words that follow from them, and the certificate that shows them to
//! whoever does not trust the analysis.
//!
//! The analysis itself is [`program::range`], where the checker of programs and the fast kernels
//! use it too.

mod certificate;
pub mod seen;

use program::range::{GatherBounds, Interval};
use program::{Format, Gather, Program, Role, Table, Vector};

use crate::QuantizeError;
pub use certificate::{SCHEMA, certificate};
pub use program::range::{Fit, GatherRange, NodeRange, Ranges, StageRange, VectorRange};
pub use seen::{Effort, Extent, Loads, Observation, Observed, What, observe};

/// Bounds every value of a program, whatever is loaded.
///
/// # Errors
/// When the program is not valid.
pub fn analyse(program: &Program) -> Result<Ranges, QuantizeError> {
    Ok(program::range::analyse(program)?)
}

/// Gives a gather over vectors of these ranges the narrowest accumulator that none of its sums can
/// leave. Its fraction is that of weight and mapped source together.
///
/// # Errors
/// When `of`, the sums, need more than 64 bits.
pub(crate) fn fit_accumulator(
    gather: &mut Gather,
    (vectors, tables): (&[Vector], &[Table]),
    ranges: &[Interval],
    of: &'static str,
) -> Result<GatherBounds, QuantizeError> {
    let too_wide = || QuantizeError::TooWide { of };
    let source = match &gather.map {
        Some((map, node)) => map.format(*node),
        None => vectors.get(gather.source.0).map(|vector| vector.format),
    };
    let fraction = gather.weights.format.fraction() + source.ok_or_else(too_wide)?.fraction();
    let bounds = GatherBounds::of(vectors, tables, gather, ranges).ok_or_else(too_wide)?;
    // Sums start from the offsets, which may be further from 0 than any sum.
    let offset = gather.offset.and_then(|id| vectors.get(id.0));
    let offsets = match offset.map(|vector| &vector.role) {
        Some(Role::Parameter(values)) => Interval::hull(values.iter().copied()),
        _ => None,
    };
    let held = offsets.unwrap_or(bounds.sums);
    let held = Interval {
        low: bounds.sums.low.min(held.low),
        high: bounds.sums.high.max(held.high),
    };
    gather.accumulator = holding(held, fraction, of)?;
    Ok(bounds)
}

/// The narrowest signed format that holds an interval.
///
/// # Errors
/// When `of`, the values, need more than 64 bits.
pub(crate) fn holding(
    interval: Interval,
    fraction: i32,
    of: &'static str,
) -> Result<Format, QuantizeError> {
    Format::signed_holding(interval.low, interval.high, fraction)
        .ok_or(QuantizeError::TooWide { of })
}

/// An accumulator that was asked for, where it holds every sum that the narrowest one holds.
///
/// # Errors
/// When a sum can leave it, or its fraction is not that of the sums; with the field of the
/// description that asks for it.
pub(crate) fn wide_enough(
    field: &'static str,
    asked: Format,
    narrowest: Format,
) -> Result<Format, QuantizeError> {
    let why = if asked.fraction() != narrowest.fraction() {
        format!(
            "the sums have {} fraction bits, those of weight and source together",
            narrowest.fraction()
        )
    } else if !asked.is_signed() || asked.width() < narrowest.width() {
        format!(
            "sums need {} bits, so that none can overflow",
            narrowest.width()
        )
    } else {
        return Ok(asked);
    };
    Err(QuantizeError::Format {
        field,
        found: asked,
        why,
        would: format!("{narrowest} or a wider one"),
    })
}
