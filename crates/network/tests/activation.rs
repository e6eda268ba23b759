//! Activation functions against what they are defined to be: slopes, ranges, symmetry, inverses.

use network::Activation;
use network::activation::{Function, Polyline};
use network::description::FunctionWord;
use proptest::prelude::*;

/// A function with parameters that are drawn, and a gain.
fn activation() -> impl Strategy<Value = Activation> {
    let words = proptest::sample::select(FunctionWord::ALL.to_vec());
    let named = (words, 0.0..1.0f64).prop_map(|(word, slope)| match word {
        FunctionWord::HardSigmoid => word.function(Some(slope + 0.01)),
        word => word.function(Some(slope)),
    });
    let step = (0.1..2.0f64, -1.0..1.0f64);
    let points = proptest::collection::vec(step, 2..8).prop_map(|steps| {
        let points = steps.iter().scan([-4.0, 0.0], |at, (dx, dy)| {
            *at = [at[0] + dx, at[1] + dy];
            Some(*at)
        });
        Function::Samples(Polyline::through(&points.collect::<Vec<_>>()).unwrap())
    });
    let function = prop_oneof![3 => named, 1 => points];
    (function, 0.1..4.0f64).prop_map(|(function, gain)| Activation::new(function, gain).unwrap())
}

/// An error that rounding alone explains.
fn tiny(of: f64) -> f64 {
    1e-9 * (1.0 + of.abs())
}

proptest! {
    #[test]
    fn values_stay_within_the_range(activation in activation(), x in -20.0..20.0f64) {
        let (low, high) = activation.range();
        let y = activation.value(x);
        prop_assert!(low <= y && y <= high, "{activation}: {y} at {x}, from {low} to {high}");
    }

    #[test]
    fn slopes_bound_every_difference(
        activation in activation(),
        a in -6.0..6.0f64,
        b in -6.0..6.0f64,
    ) {
        prop_assume!((a - b).abs() > 1e-6);
        let slope = (activation.value(b) - activation.value(a)) / (b - a);
        let bounds = activation.slopes(a, b);
        let slack = 1e-6 * (1.0 + slope.abs());
        prop_assert!(bounds.smallest <= slope + slack, "{activation}: {slope} in {bounds:?}");
        prop_assert!(slope - slack <= bounds.largest, "{activation}: {slope} in {bounds:?}");
        prop_assert!(slope.abs() <= activation.lipschitz() + slack);
        prop_assert!(activation.smallest_slope() <= slope + slack);
    }

    #[test]
    fn what_rises_rises(activation in activation(), a in -6.0..6.0f64, step in 1e-3..3.0f64) {
        let (low, high) = (activation.value(a), activation.value(a + step));
        if activation.is_increasing() {
            // Near a limit, the difference may be too small for a float.
            let flat = activation.slopes(a, a + step).largest * step < 1e-12;
            prop_assert!(low < high || flat, "{activation}: {low} {high}");
            prop_assert!(activation.is_nondecreasing());
        }
        if activation.is_nondecreasing() {
            prop_assert!(low <= high + tiny(low), "{activation}: {low} {high}");
            prop_assert!(activation.smallest_slope() >= 0.0);
        }
    }

    #[test]
    fn what_has_a_centre_is_symmetric(activation in activation(), x in -20.0..20.0f64) {
        if let Some(centre) = activation.centre() {
            let sum = activation.value(x) + activation.value(-x);
            prop_assert!((sum - 2.0 * centre).abs() < tiny(sum), "{activation}: {sum}");
        }
        if activation.is_odd() {
            prop_assert_eq!(activation.value(-x), -activation.value(x));
        }
    }

    #[test]
    fn the_inverse_goes_back(activation in activation(), x in -3.0..3.0f64) {
        let y = activation.value(x);
        if let Some(back) = activation.inverse(y) {
            let again = activation.value(back);
            prop_assert!((again - y).abs() < tiny(y), "{activation}: {x} {y} {back} {again}");
        }
    }

    #[test]
    fn the_integral_is_that_of_the_inverse(activation in activation(), x in -3.0..3.0f64) {
        let (start, y) = (activation.value(0.0), activation.value(x));
        let Some(found) = activation.inverse_integral(y) else { return Ok(()) };
        prop_assert!(found >= -tiny(0.0), "{activation}: {found}");
        // Rectangles of 4000 strips; the inverse rises, so that their sums enclose the integral.
        let strips = 4000;
        let strip = (y - start) / f64::from(strips);
        let ends = (0..=strips).map(|at| start + strip * f64::from(at));
        let ends: Vec<f64> = ends.filter_map(|y| activation.inverse(y)).collect();
        prop_assume!(ends.len() > strips as usize);
        let sums = [&ends[1..], &ends[..ends.len() - 1]].map(|ends| ends.iter().sum::<f64>() * strip);
        let (low, high) = (sums[0].min(sums[1]), sums[0].max(sums[1]));
        prop_assert!(low - 1e-6 <= found && found <= high + 1e-6, "{activation}: {low} {found} {high}");
    }
}

#[test]
fn the_textbook_values() {
    let of = |word: FunctionWord| Activation::new(word.function(None), 2.0).unwrap();
    let facts = [
        (FunctionWord::Tanh, 2.0, (-1.0, 1.0), Some(0.0), true),
        (FunctionWord::Logistic, 0.5, (0.0, 1.0), Some(0.5), true),
        (FunctionWord::Arctangent, 2.0, (-1.0, 1.0), Some(0.0), true),
        (FunctionWord::Softsign, 2.0, (-1.0, 1.0), Some(0.0), true),
        (FunctionWord::Clamp, 2.0, (-1.0, 1.0), Some(0.0), false),
        (FunctionWord::HardSigmoid, 0.5, (0.0, 1.0), Some(0.5), false),
        (FunctionWord::Relu, 2.0, (0.0, f64::INFINITY), None, false),
        (
            FunctionWord::Exp,
            f64::INFINITY,
            (0.0, f64::INFINITY),
            None,
            true,
        ),
        (
            FunctionWord::Sign,
            f64::INFINITY,
            (-1.0, 1.0),
            Some(0.0),
            false,
        ),
        (FunctionWord::Step, f64::INFINITY, (0.0, 1.0), None, false),
    ];
    for (word, lipschitz, range, centre, increasing) in facts {
        let activation = of(word);
        assert_eq!(activation.lipschitz(), lipschitz, "{activation}");
        assert_eq!(activation.range(), range, "{activation}");
        assert_eq!(activation.centre(), centre, "{activation}");
        assert_eq!(activation.is_increasing(), increasing, "{activation}");
        assert_eq!(activation.smallest_slope(), 0.0, "{activation}");
        assert!(activation.is_nondecreasing());
    }
    let leaky = of(FunctionWord::LeakyRelu);
    assert_eq!((leaky.smallest_slope(), leaky.lipschitz()), (0.02, 2.0));
    let reciprocal = of(FunctionWord::Reciprocal);
    assert!(!reciprocal.is_nondecreasing() && reciprocal.value(0.0).is_infinite());
    assert_eq!(reciprocal.slopes(1.0, 2.0).largest, -0.125);
}

#[test]
fn energies_at_the_ends() {
    let of = |word: FunctionWord, y: f64| {
        let activation = Activation::new(word.function(None), 1.0).unwrap();
        activation.inverse_integral(y)
    };
    let ln2 = std::f64::consts::LN_2;
    assert!((of(FunctionWord::Tanh, 1.0).unwrap() - ln2).abs() < 1e-12);
    assert!((of(FunctionWord::Logistic, 0.0).unwrap() - ln2).abs() < 1e-12);
    assert_eq!(of(FunctionWord::Clamp, -1.0), Some(0.5));
    assert_eq!(of(FunctionWord::Softsign, 1.0), Some(f64::INFINITY));
    assert_eq!(of(FunctionWord::Arctangent, -1.0), Some(f64::INFINITY));
    assert_eq!(of(FunctionWord::Relu, 2.0), Some(2.0));
    assert_eq!(of(FunctionWord::Relu, -0.5), None);
    assert_eq!(of(FunctionWord::Step, 1.0), None);
    assert_eq!(of(FunctionWord::Tanh, 1.5), None);
}

#[test]
fn points_may_be_flat_and_fall() {
    let points = [[-2.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [2.0, -1.0]];
    let line = Polyline::through(&points).unwrap();
    let falling = Activation::new(Function::Samples(line), 1.0).unwrap();
    assert!(falling.is_odd() && !falling.is_nondecreasing());
    assert_eq!(falling.inverse(0.0), None);
    assert_eq!((falling.lipschitz(), falling.smallest_slope()), (1.0, -1.0));
    assert_eq!(falling.range(), (-1.0, 1.0));
}
