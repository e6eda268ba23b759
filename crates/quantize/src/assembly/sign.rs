//! The sign of a sum, with ties that keep the state: what a two-state unit becomes.

use program::{Format, NodeId, Operation, VectorId};

/// The nodes of a sign.
#[derive(Debug, Clone, Copy)]
pub struct Sign {
    /// Whether the sum is above 0.
    pub positive: NodeId,
    /// Whether it is below 0.
    pub negative: NodeId,
    /// The state before.
    pub kept: NodeId,
    /// The new state.
    pub next: NodeId,
}

/// +1 where the node `field`, of a given format, is positive, -1 where it is negative, else as it is
/// in the bipolar vector `state`; nodes are added by `push`.
///
/// # Errors
/// Those of `push`.
pub fn sign<E>(
    mut push: impl FnMut(&str, Operation, Format) -> Result<NodeId, E>,
    (field, format): (NodeId, Format),
    state: VectorId,
) -> Result<Sign, E> {
    let (bit, spin) = (Format::TRUTH, Format::BIPOLAR);
    let zero = push("zero", Operation::Constant(0), format)?;
    let positive = push("positive", Operation::Less(zero, field), bit)?;
    let negative = push("negative", Operation::Less(field, zero), bit)?;
    let kept = push("kept", Operation::Element(state), spin)?;
    let plus = push("spin_up", Operation::Constant(1), spin)?;
    let minus = push("spin_down", Operation::Constant(-1), spin)?;
    let low = Operation::Select {
        condition: negative,
        high: minus,
        low: kept,
    };
    let low = push("down_or_kept", low, spin)?;
    let next = Operation::Select {
        condition: positive,
        high: plus,
        low,
    };
    let next = push("next", next, spin)?;
    Ok(Sign {
        positive,
        negative,
        kept,
        next,
    })
}
