//! Enclosures of eigenvalues, norms and radii, against matrices whose values are known.

use network::Matrix;
use network::noise::SplitMix64;
use network::spectrum::{Enclosure, Norm, dot, extremes, m_matrix, smallest_norm};
use proptest::prelude::*;

/// An exactly symmetric matrix with these eigenvalues: reflections `I - 2 v v'` of a diagonal one,
/// with v of +-1/2 on four places, so that all numbers are exact.
fn with_eigenvalues(values: &[i32], seed: u64) -> Matrix {
    let order = values.len();
    let mut random = SplitMix64::new(seed);
    let mut full: Vec<Vec<f64>> = vec![vec![0.0; order]; order];
    for (at, &value) in values.iter().enumerate() {
        full[at][at] = f64::from(value);
    }
    for _ in 0..if order >= 4 { 6 } else { 0 } {
        let mut v = vec![0.0; order];
        while v.iter().filter(|v| **v != 0.0).count() < 4 {
            v[random.below(order)] = if random.bits() & 1 == 0 { 0.5 } else { -0.5 };
        }
        let image: Vec<f64> = full.iter().map(|row| product(row, &v)).collect();
        let along = product(&image, &v);
        for i in 0..order {
            for j in 0..order {
                full[i][j] +=
                    -2.0 * (v[i] * image[j] + image[i] * v[j]) + 4.0 * along * v[i] * v[j];
            }
        }
    }
    Matrix::dense(order, order, &full.concat())
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn holds(enclosure: Enclosure, value: f64) -> bool {
    enclosure.low <= value && value <= enclosure.high
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_ends_of_a_spectrum_are_enclosed(
        values in prop::collection::vec(-50i32..50, 1..24),
        seed in any::<u64>(),
    ) {
        let matrix = with_eigenvalues(&values, seed);
        let found = extremes(&matrix);
        let (least, most) = (*values.iter().min().unwrap(), *values.iter().max().unwrap());
        prop_assert!(holds(found.smallest, f64::from(least)), "{found:?} {least}");
        prop_assert!(holds(found.largest, f64::from(most)), "{found:?} {most}");
        for enclosure in [found.smallest, found.largest] {
            prop_assert!(enclosure.high - enclosure.low < 1e-9, "{enclosure:?}");
        }
        let radius = f64::from(least.abs().max(most.abs()));
        prop_assert!(holds(Norm::Spectral.of(&matrix), radius));
        prop_assert!(holds(found.radius(), radius));
    }

    /// Only the symmetric part of a matrix counts: an antisymmetric one changes nothing.
    #[test]
    fn antisymmetric_parts_change_nothing(
        values in prop::collection::vec(-50i32..50, 2..12),
        seed in any::<u64>(),
    ) {
        let matrix = with_eigenvalues(&values, seed);
        let turned = matrix.map(|row, column, value| {
            let (i, j) = (row.min(column) as f64, row.max(column) as f64);
            let turn = (i * 3.0 + j) / 8.0;
            match row.cmp(&column) {
                std::cmp::Ordering::Less => value + turn,
                std::cmp::Ordering::Equal => value,
                std::cmp::Ordering::Greater => value - turn,
            }
        });
        let found = extremes(&turned);
        let (least, most) = (*values.iter().min().unwrap(), *values.iter().max().unwrap());
        prop_assert!(holds(found.smallest, f64::from(least)), "{found:?} {least}");
        prop_assert!(holds(found.largest, f64::from(most)), "{found:?} {most}");
    }

    #[test]
    fn dot_products_hold_the_exact_sum(pairs in prop::collection::vec((-1000i64..1000, -1000i64..1000), 0..50)) {
        // In 53 bits these sums are exact; thirds are not.
        let exact: i64 = pairs.iter().map(|(a, b)| a * b).sum();
        let thirds = dot(pairs.iter().map(|&(a, b)| (a as f64 / 3.0, b as f64)));
        let back = thirds * Enclosure::exact(3.0);
        // a / 3 is itself rounded, by half a unit in its last place.
        let blur = pairs.iter().map(|(a, b)| (a * b).abs() as f64).sum::<f64>() * f64::EPSILON;
        prop_assert!(back.low <= exact as f64 + blur && exact as f64 - blur <= back.high);
        prop_assert!(holds(dot(pairs.iter().map(|&(a, b)| (a as f64, b as f64))), exact as f64));
    }

    /// Against a definition of its own: the leading principal minors of a matrix with no positive
    /// entries off its diagonal are all above 0 if and only if it is a nonsingular M-matrix. They
    /// are computed exactly, in integers.
    #[test]
    fn m_matrices_are_those_of_positive_minors(
        order in 1usize..5,
        off in prop::collection::vec(0i64..4, 25),
        diagonal in prop::collection::vec(1i64..9, 5),
        zeros in any::<u32>(),
    ) {
        let entry = |i: usize, j: usize| {
            let zero = zeros >> ((i * 5 + j) % 32) & 1 == 1;
            if zero { 0 } else { off[i * 5 + j] }
        };
        let full = |i: usize, j: usize| {
            if i == j { i128::from(diagonal[i] - entry(i, i)) } else { -i128::from(entry(i, j)) }
        };
        let minors = (1..=order).all(|size| determinant(size, &full) > 0);
        let values: Vec<f64> =
            (0..order * order).map(|at| entry(at / order, at % order) as f64).collect();
        let g: Vec<Enclosure> =
            (0..order).map(|i| Enclosure::exact(diagonal[i] as f64)).collect();
        let found = m_matrix(&g, &Matrix::dense(order, order, &values), &vec![Enclosure::exact(1.0); order]);
        match found.holds {
            Some(holds) => prop_assert_eq!(holds, minors, "{:?}", found),
            // Not known is allowed at the border alone.
            None => prop_assert!(holds(found.radius, 1.0), "{:?}", found),
        }
        if minors {
            prop_assert_ne!(found.holds, Some(false));
        }
    }
}

fn determinant(order: usize, entry: &dyn Fn(usize, usize) -> i128) -> i128 {
    if order == 0 {
        return 1;
    }
    // By the last row.
    (0..order)
        .map(|column| {
            let minor = |i: usize, j: usize| entry(i, if j < column { j } else { j + 1 });
            let sign = if (order - 1 + column).is_multiple_of(2) {
                1
            } else {
                -1
            };
            sign * entry(order - 1, column) * determinant(order - 1, &minor)
        })
        .sum()
}

/// A ring: eigenvalues 2 cos(2 pi k / n), more than are looked at in full.
#[test]
fn large_matrices_are_enclosed_too() {
    let order = 600;
    let ring = (0..order).flat_map(|at| {
        let next = (at + 1) % order;
        [(at, next, 1.0), (next, at, 1.0)]
    });
    let ring = Matrix::sparse(order, order, &ring.collect::<Vec<_>>());
    let found = extremes(&ring);
    assert!(
        holds(found.smallest, -2.0) && holds(found.largest, 2.0),
        "{found:?}"
    );
    assert!(found.largest.high - found.largest.low < 1e-2, "{found:?}");
}

#[test]
fn norms_are_those_of_small_matrices() {
    let matrix = Matrix::dense(2, 3, &[3.0, 0.0, -1.0, 0.0, 4.0, 0.0]);
    assert!(holds(Norm::Row.of(&matrix), 4.0));
    assert!(holds(Norm::Column.of(&matrix), 4.0));
    assert!(holds(Norm::Spectral.of(&matrix), 4.0));
    let chain = Matrix::dense(2, 2, &[0.0, 1.0, 0.0, 1.0]);
    let (norm, value) = smallest_norm(&chain);
    assert_eq!(norm, Norm::Row);
    assert!(holds(value, 1.0));
    assert!(holds(Norm::Spectral.of(&chain), 2f64.sqrt()));
}

/// A chain feeds forward only: its radius is 0 though no norm is below 1.
#[test]
fn a_chain_is_an_m_matrix_whatever_its_weights() {
    let order = 12;
    let chain: Vec<_> = (1..order).map(|at| (at, at - 1, 5.0)).collect();
    let chain = Matrix::sparse(order, order, &chain);
    let ones = vec![Enclosure::exact(1.0); order];
    assert_eq!(m_matrix(&ones, &chain, &ones).holds, Some(true));
    let closed = chain
        .entries()
        .chain([(0, order - 1, 1.0)])
        .collect::<Vec<_>>();
    let closed = Matrix::sparse(order, order, &closed);
    assert_eq!(m_matrix(&ones, &closed, &ones).holds, Some(false));
    let zero = vec![Enclosure::exact(0.0); order];
    assert_eq!(m_matrix(&zero, &chain, &ones).holds, Some(false));
    assert_eq!(m_matrix(&[Enclosure::UNKNOWN], &chain, &ones).holds, None);
}

#[test]
fn matrices_without_numbers_are_not_known() {
    let matrix = Matrix::dense(2, 2, &[f64::NAN, 0.0, 0.0, 1.0]);
    assert_eq!(extremes(&matrix).smallest, Enclosure::UNKNOWN);
    assert_eq!(
        extremes(&Matrix::dense(0, 0, &[])).largest,
        Enclosure::exact(0.0)
    );
    assert_eq!(
        extremes(&Matrix::dense(1, 2, &[1.0, 2.0])).largest,
        Enclosure::UNKNOWN
    );
}
