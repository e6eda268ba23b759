//! [`crate::rounding::resize`] over lanes, of values that fit their words before and after.
//!
//! Each way of rounding and of fitting has a loop of its own.

use super::work::{Limit, Shift};
use crate::execute::fast::word::{Lanes, Word, lanes};
use crate::rounding::Rounding;

/// Shifts and fits.
#[inline(always)]
pub fn resize<W: Word>(result: &mut [Lanes<W>], of: &[Lanes<W>], shift: Shift, limit: Limit) {
    let (drop, rounding) = match shift {
        Shift::Left(0) => return fit(result, of, |v| v, limit),
        Shift::Left(places) => return fit(result, of, |v| v.left(places), limit),
        Shift::Right(drop, rounding) => (drop, rounding),
    };
    let half = W::of(1).left(drop - 1);
    let below = half.minus(W::of(1));
    // What is dropped is no less than 0 and below two halves, so that no sum of it overflows.
    let split = |value: W| (value.right(drop), value.and(half.plus(below)));
    let carry = |sum: W| sum.right_with_zeros(drop);
    match rounding {
        Rounding::Floor => fit(result, of, |v| v.right(drop), limit),
        Rounding::TowardZero => {
            let rounded = |v: W| {
                let (floor, rest) = split(v);
                let up = (v < W::default()) & (rest != W::default());
                floor.plus(W::of(i64::from(up)))
            };
            fit(result, of, rounded, limit);
        }
        Rounding::HalfUp => {
            let rounded = |v: W| {
                let (floor, rest) = split(v);
                floor.plus(carry(rest.plus(half)))
            };
            fit(result, of, rounded, limit);
        }
        Rounding::HalfEven => {
            let rounded = |v: W| {
                let (floor, rest) = split(v);
                let odd = floor.and(W::of(1));
                floor.plus(carry(rest.plus(below).plus(odd)))
            };
            fit(result, of, rounded, limit);
        }
    }
}

/// [`crate::rounding::fit`] of rounded values.
#[inline(always)]
fn fit<W: Word>(result: &mut [Lanes<W>], of: &[Lanes<W>], rounded: impl Fn(W) -> W, limit: Limit) {
    match limit {
        Limit::Holds => each(result, of, rounded),
        Limit::Clamp(low, high) => {
            // No value of the word is beyond a bound that is none.
            let (low, high) = (W::nearest(low), W::nearest(high));
            each(result, of, |v| rounded(v).max(low).min(high));
        }
        Limit::Signed(width) => {
            let unused = W::BITS.saturating_sub(width);
            each(result, of, |v| rounded(v).left(unused).right(unused));
        }
        Limit::Unsigned(width) => {
            let unused = W::BITS.saturating_sub(width);
            each(result, of, |v| {
                rounded(v).left(unused).right_with_zeros(unused)
            });
        }
        Limit::Sign => each(result, of, |v| {
            let negative = rounded(v) < W::default();
            W::of(if negative { -1 } else { 1 })
        }),
    }
}

#[inline(always)]
fn each<W: Word>(result: &mut [Lanes<W>], of: &[Lanes<W>], what: impl Fn(W) -> W) {
    for (result, of) in result.iter_mut().zip(of) {
        *result = lanes(|lane| what(of[lane]));
    }
}
