//! The one place that says what rounding and overflow mean.

use serde::{Deserialize, Serialize};

use crate::format::{Coding, Format};

/// What happens to the fraction bits that a resize drops.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Toward minus infinity (`AP_TRN`).
    Floor,
    /// Toward zero (`AP_TRN_ZERO`).
    TowardZero,
    /// To the nearest, ties toward plus infinity (`AP_RND`).
    HalfUp,
    /// To the nearest, ties to the even neighbour (`AP_RND_CONV`).
    #[default]
    HalfEven,
}

/// What happens to a value that the new format cannot hold.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// The nearest value of the format (`AP_SAT`).
    #[default]
    Saturate,
    /// The nearest value of `-max..=max` (`AP_SAT_SYM`).
    SaturateSymmetric,
    /// The low bits are kept (`AP_WRAP`).
    Wrap,
    /// The run stops and says where.
    Error,
}

/// The value does not fit and the overflow mode is `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflowed {
    /// The rounded value before the overflow rule, in units of the target format.
    pub value: i128,
}

/// Rounds `raw`, which has `from` fraction bits, to `to` fraction bits.
///
/// More fraction bits are exact (a left shift). Shifts beyond 127 bits give 0, or -1 where `floor`
/// meets a negative value; callers keep `to - from` below 63 so that left shifts are exact.
pub fn round(raw: i64, from: i32, to: i32, rounding: Rounding) -> i128 {
    let raw = i128::from(raw);
    if to >= from {
        return raw << (to - from).min(63);
    }
    let dropped = (from - to).min(126) as u32;
    let floor = raw >> dropped;
    let rest = raw - (floor << dropped);
    let half = 1i128 << (dropped - 1);
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::TowardZero => raw < 0 && rest != 0,
        Rounding::HalfUp => rest >= half,
        Rounding::HalfEven => rest > half || (rest == half && floor & 1 == 1),
    };
    floor + i128::from(up)
}

/// Brings `value`, already in units of `format`, into the format.
///
/// # Errors
/// [`Overflowed`] when the value does not fit and the mode is [`Overflow::Error`].
pub fn fit(value: i128, format: Format, overflow: Overflow) -> Result<i64, Overflowed> {
    let (low, high) = (i128::from(format.min_raw()), i128::from(format.max_raw()));
    if format.coding() == Coding::Bipolar {
        // The sign is all that one bit can keep; zero counts as positive.
        return Ok(if value < 0 { -1 } else { 1 });
    }
    if (low..=high).contains(&value) {
        let symmetric = overflow == Overflow::SaturateSymmetric && format.is_signed();
        return Ok(if symmetric {
            value.max(-high) as i64
        } else {
            value as i64
        });
    }
    match overflow {
        Overflow::Saturate => Ok(value.clamp(low, high) as i64),
        Overflow::SaturateSymmetric if format.is_signed() => Ok(value.clamp(-high, high) as i64),
        Overflow::SaturateSymmetric => Ok(value.clamp(low, high) as i64),
        Overflow::Wrap => Ok(wrap(value, format)),
        Overflow::Error => Err(Overflowed { value }),
    }
}

fn wrap(value: i128, format: Format) -> i64 {
    let unused = 128 - format.width();
    if format.is_signed() {
        ((value << unused) >> unused) as i64
    } else {
        (((value as u128) << unused) >> unused) as i64
    }
}

/// Rounds and fits: `raw` of format `from` as a value of format `to`.
///
/// # Errors
/// [`Overflowed`] when the value does not fit and the mode is [`Overflow::Error`].
pub fn resize(
    raw: i64,
    from: Format,
    to: Format,
    rounding: Rounding,
    overflow: Overflow,
) -> Result<i64, Overflowed> {
    fit(
        round(raw, from.fraction(), to.fraction(), rounding),
        to,
        overflow,
    )
}

/// The value of format `format` nearest to a real number, by `half_even` and saturation; the way
/// in which weights become words. `NaN` has no nearest value and gives `None`.
pub fn nearest(value: f64, format: Format) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    let scaled = value * f64::from(format.fraction()).exp2();
    let rounded = scaled.round_ties_even();
    // The cast saturates, and every bound of a format lies within i128.
    fit(rounded as i128, format, Overflow::Saturate).ok()
}
