//! Rounding and overflow against the crate `fixed`, and against their definitions at small widths.

use fixed::types::I52F12;
use program::rounding::{Overflowed, fit, nearest, resize, round};
use program::{Format, Overflow, Rounding};
use proptest::prelude::*;

const ROUNDINGS: [Rounding; 4] = [
    Rounding::Floor,
    Rounding::TowardZero,
    Rounding::HalfUp,
    Rounding::HalfEven,
];

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

/// `value` to the integer that `rounding` names, by `fixed`.
fn by_fixed(value: I52F12, rounding: Rounding) -> i128 {
    let rounded = match rounding {
        Rounding::Floor => value.floor(),
        Rounding::TowardZero => value.int() + I52F12::from_num(value < 0 && value.frac() != 0),
        Rounding::HalfUp => (value + I52F12::from_num(0.5)).floor(),
        Rounding::HalfEven => value.round_ties_even(),
    };
    rounded.to_num()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn rounding_is_that_of_fixed(raw in -(1i64 << 40)..1 << 40, to in 0i32..=12) {
        // Moved so that the bits to drop are those below the point.
        let value = I52F12::from_bits(raw << to);
        for rounding in ROUNDINGS {
            prop_assert_eq!(round(raw, 12, to, rounding), by_fixed(value, rounding));
        }
    }

    #[test]
    fn overflow_is_that_of_fixed(value in any::<i32>(), near in -300i32..300) {
        use fixed::types::{I8F0, U8F0, I16F0, I32F0};
        for value in [value, near] {
            let (wide, exact) = (i128::from(value), I32F0::from_num(value));
            let both = |text: &str, saturated: i64, wrapped: i64| {
                let saturates = fit(wide, format(text), Overflow::Saturate) == Ok(saturated);
                saturates && fit(wide, format(text), Overflow::Wrap) == Ok(wrapped)
            };
            let (saturated, wrapped): (I8F0, I8F0) =
                (exact.saturating_to_num(), exact.wrapping_to_num());
            prop_assert!(both("s8f0", saturated.to_num(), wrapped.to_num()));
            let (saturated, wrapped): (U8F0, U8F0) =
                (exact.saturating_to_num(), exact.wrapping_to_num());
            prop_assert!(both("u8f0", saturated.to_num(), wrapped.to_num()));
            let (saturated, wrapped): (I16F0, I16F0) =
                (exact.saturating_to_num(), exact.wrapping_to_num());
            prop_assert!(both("s16f0", saturated.to_num(), wrapped.to_num()));
        }
    }

    #[test]
    fn finer_and_back_is_the_same(raw in any::<i32>(), by in 0i32..=31) {
        for rounding in ROUNDINGS {
            let finer = resize(
                i64::from(raw), format("s32f4"), Format::signed(63, 4 + by).unwrap(),
                rounding, Overflow::Error,
            );
            let back = finer.and_then(|finer| resize(
                finer, Format::signed(63, 4 + by).unwrap(), format("s32f4"),
                rounding, Overflow::Error,
            ));
            prop_assert_eq!(back, Ok(i64::from(raw)));
        }
    }
}

#[test]
fn ties_go_where_the_mode_says() {
    // -1.5, -0.5, 0.5, 1.5, 2.5 and their neighbours -1.75 and 1.75.
    let raws = [-7, -6, -2, 2, 6, 7, 10];
    let rounded = |rounding| raws.map(|raw| round(raw, 2, 0, rounding));
    assert_eq!(rounded(Rounding::Floor), [-2, -2, -1, 0, 1, 1, 2]);
    assert_eq!(rounded(Rounding::TowardZero), [-1, -1, 0, 0, 1, 1, 2]);
    assert_eq!(rounded(Rounding::HalfUp), [-2, -1, 0, 1, 2, 2, 3]);
    assert_eq!(rounded(Rounding::HalfEven), [-2, -2, 0, 0, 2, 2, 2]);
}

#[test]
fn symmetric_saturation_leaves_the_lowest_value_out() {
    let fitted = |value| fit(value, format("s4f0"), Overflow::SaturateSymmetric);
    assert_eq!(
        [-9, -8, -7, 7, 8].map(fitted),
        [Ok(-7), Ok(-7), Ok(-7), Ok(7), Ok(7)]
    );
    assert_eq!(fit(-3, format("u4f0"), Overflow::SaturateSymmetric), Ok(0));
}

#[test]
fn the_mode_error_says_the_value() {
    assert_eq!(fit(7, format("s4f0"), Overflow::Error), Ok(7));
    assert_eq!(
        fit(8, format("s4f0"), Overflow::Error),
        Err(Overflowed { value: 8 })
    );
}

#[test]
fn extremes_do_not_overflow() {
    for rounding in ROUNDINGS {
        for raw in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(round(raw, 0, 62, rounding), i128::from(raw) << 62);
            let small = round(raw, 62, 0, rounding);
            assert!((-2..=2).contains(&small), "{raw} {rounding:?}: {small}");
            for overflow in [
                Overflow::Saturate,
                Overflow::SaturateSymmetric,
                Overflow::Wrap,
            ] {
                for to in ["s1f0", "u63f62", "s64f62", "b1", "s64f-62"] {
                    let fitted = resize(raw, format("s64f0"), format(to), rounding, overflow);
                    assert!(fitted.is_ok_and(|value| format(to).holds(value)));
                }
            }
        }
    }
}

#[test]
fn the_nearest_word_is_by_half_even_and_saturates() {
    let word = |value| nearest(value, format("s8f4"));
    assert_eq!(word(0.5), Some(8));
    assert_eq!(word(0.03125), Some(0));
    assert_eq!(word(0.09375), Some(2));
    assert_eq!(word(f64::INFINITY), Some(127));
    assert_eq!(word(-1e300), Some(-128));
    assert_eq!(word(f64::NAN), None);
}
