//! When a network with a memory is at rest: when its states have not moved for as long as it
//! remembers.

use program::{Delay, Format, NodeId, Operation, Past, Role, VectorId};

use super::{Origin, widened};
use crate::QuantizeError;
use crate::assembly::{Assembly, Wide, Written};

/// What judges the rest of the states that a stage writes.
#[derive(Debug, Clone)]
pub struct Rest {
    /// The largest change of a raw word that counts as rest.
    tolerance: i64,
    /// Steps that are remembered.
    remembered: usize,
    /// For how many steps an element has been still: as counted, and as it stood before the step.
    quiet: Option<(VectorId, VectorId)>,
}

/// Declares what the rule needs for `units` elements of a format. `tolerance` is the largest change
/// that counts as rest, and `remembered` the longest delay in steps, 0 where there is none. No
/// rule where a state at rest is one that does not change at all.
///
/// # Errors
/// When no format counts so many steps.
pub fn rest(
    assembly: &mut Assembly,
    units: usize,
    format: Format,
    tolerance: f64,
    remembered: usize,
) -> Result<Option<Rest>, QuantizeError> {
    let tolerance = (tolerance / format.unit()).floor().clamp(0.0, 1e18) as i64;
    if remembered == 0 {
        let quiet = None;
        return Ok((tolerance > 0).then_some(Rest {
            tolerance,
            remembered,
            quiet,
        }));
    }
    let bits = usize::BITS - remembered.leading_zeros();
    let too_wide = |_| QuantizeError::TooWide {
        of: "a count of steps",
    };
    let count = Format::unsigned(bits, 0).map_err(too_wide)?;
    let zeros = Role::Parameter(vec![0; units]);
    let zeros = assembly.vector("quiet_first", units, count, zeros);
    let quiet = assembly.vector("quiet", units, count, Role::Signal);
    let past = Role::Past(Past {
        of: quiet,
        delay: Delay::Steps(1),
        start: vec![zeros],
    });
    let before = assembly.vector("quiet_before", units, count, past);
    Ok(Some(Rest {
        tolerance,
        remembered,
        quiet: Some((quiet, before)),
    }))
}

/// What a stage writes that moves a state: `next` in the place of `before`, the increment where
/// something is made of its past, and what judges rest.
///
/// # Errors
/// When a difference needs more than 64 bits.
pub fn moved(
    apply: &mut Wide<'_>,
    state: VectorId,
    (before, next): (NodeId, NodeId),
    increment: Option<&Origin>,
    rest: Option<&Rest>,
) -> Result<Written, QuantizeError> {
    let mut known = vec![(state, next)];
    if let Some(origin) = increment {
        let wide = widened(apply.format(next))?;
        let change = Operation::Subtract(next, before);
        known.push((origin.vector, apply.push("increment_now", change, wide)?));
    }
    let judged = match rest {
        Some(rest) => {
            let (judged, more) = rest.judge(apply, before, next)?;
            known.extend(more);
            Some(judged)
        }
        None => None,
    };
    Ok(Written {
        known,
        new: vec![],
        rest: judged,
    })
}

impl Rest {
    /// Adds the nodes: a truth that says whether an element that goes from `before` to `next` is at
    /// rest, and what else the stage writes.
    ///
    /// # Errors
    /// When a difference needs more than 64 bits.
    pub fn judge(
        &self,
        apply: &mut Wide<'_>,
        before: NodeId,
        next: NodeId,
    ) -> Result<(NodeId, Vec<(VectorId, NodeId)>), QuantizeError> {
        let change = apply.minus("change", next, before)?;
        let fraction = apply.format(change).fraction();
        let bound = |apply: &mut Wide<'_>, name: &str, raw: i64| {
            let format = Format::signed_holding(raw.min(0).into(), raw.max(0).into(), fraction);
            let format = format.ok_or(QuantizeError::TooWide { of: "a tolerance" })?;
            apply.known(name, raw, format)
        };
        let most = bound(apply, "tolerance", self.tolerance)?;
        let least = bound(apply, "tolerance_below", -self.tolerance)?;
        let rises = apply.less("rises", most, change)?;
        let falls = apply.less("falls", change, least)?;
        let still = apply.neither("still", rises, falls)?;
        let Some((quiet, before)) = self.quiet else {
            return Ok((still, vec![]));
        };
        let quiet_before = apply.element("quiet_so_far", before)?;
        let count = apply.format(quiet_before);
        let enough = apply.known("quiet_enough", self.remembered as i64, count)?;
        let short = apply.less("quiet_short", quiet_before, enough)?;
        let one = apply.constant("one", 1)?;
        let more = apply.plus("quiet_and_one", quiet_before, one)?;
        let saturate = (program::Rounding::Floor, program::Overflow::Saturate);
        let more = apply.resized("quiet_more", more, count, saturate)?;
        let counted = apply.select("quiet_counted", short, (more, enough))?;
        let none = apply.known("quiet_none", 0, count)?;
        let counted = apply.select("quiet_next", still, (counted, none))?;
        let long = apply.not("quiet_long", short)?;
        let at_rest = apply.both("at_rest", still, long)?;
        Ok((at_rest, vec![(quiet, counted)]))
    }
}
