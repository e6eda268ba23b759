//! Ridge regression.

use nalgebra::{DMatrix, DVector};

/// The most numbers of a problem: rows times columns.
pub const MAX_NUMBERS: usize = 1 << 26;

/// What ridge regression finds: weights and biases of a linear layer.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeFit {
    /// [outputs, features], row by row.
    pub weights: Vec<f64>,
    /// [outputs].
    pub bias: Vec<f64>,
    /// The root of the mean square of all differences to the targets.
    pub rms: f64,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ridge {
    /// The features depend on each other, and lambda is too small to choose between the answers.
    Dependent,
    /// Rows and columns together are more than [`MAX_NUMBERS`].
    TooLarge,
}

/// The weights W and biases c with the least `sum_t |W x_t + c - y_t|^2 + lambda |W|^2`, for the
/// features x_t, [rows, features], and the targets y_t, [rows, outputs]: A. E. Hoerl & R. W. Kennard,
/// Technometrics 12 (1970) 55; the biases are not penalised, as in T. Hastie, R. Tibshirani,
/// J. Friedman, The Elements of Statistical Learning, 2nd ed. 2009, section 3.4.1.
///
/// Means are taken off first; then it is the least squares problem of the features above
/// `sqrt(lambda) I`, which is solved by Householder's decomposition (nalgebra), not by the normal
/// equations, whose condition is the square of it (A. Bjorck, Numerical Methods for Least Squares
/// Problems, 1996, section 2.4).
///
/// # Errors
/// When the answer is not determined, or the problem too large.
pub fn ridge(features: &[Vec<f64>], targets: &[Vec<f64>], lambda: f64) -> Result<RidgeFit, Ridge> {
    let (rows, columns) = (features.len(), width(features));
    let outputs = width(targets);
    let size = rows
        .saturating_add(columns)
        .saturating_mul(columns.max(outputs));
    if size > MAX_NUMBERS {
        return Err(Ridge::TooLarge);
    }
    let (means, levels) = (means(features, columns), means(targets, outputs));
    let centred = |from: &[Vec<f64>], means: &DVector<f64>, below: usize| {
        DMatrix::from_fn(rows + below, means.len(), |row, column| {
            let value = from.get(row).and_then(|row| row.get(column));
            let mean = means.get(column).copied().unwrap_or(0.0);
            match value {
                Some(value) => value - mean,
                None if row == rows + column && below == columns => lambda.sqrt(),
                None => 0.0,
            }
        })
    };
    let decomposed = centred(features, &means, columns).qr();
    let right = centred(targets, &levels, 0).resize_vertically(rows + columns, 0.0);
    let weights = solve(&decomposed, right, columns).ok_or(Ridge::Dependent)?;
    let bias = &levels - weights.transpose() * &means;
    let squares = features.iter().zip(targets).map(|(x, y)| {
        let given = weights.transpose() * DVector::from_column_slice(x) + &bias;
        (given - DVector::from_column_slice(y)).norm_squared()
    });
    let count = rows.saturating_mul(outputs).max(1);
    Ok(RidgeFit {
        rms: (squares.sum::<f64>() / count as f64).sqrt(),
        weights: weights.iter().copied().collect(),
        bias: bias.iter().copied().collect(),
    })
}

fn width(rows: &[Vec<f64>]) -> usize {
    rows.first().map_or(0, Vec::len)
}

fn means(rows: &[Vec<f64>], columns: usize) -> DVector<f64> {
    let sum = |column: usize| rows.iter().filter_map(|row| row.get(column)).sum::<f64>();
    DVector::from_fn(columns, |column, _| sum(column) / rows.len().max(1) as f64)
}

/// The least squares answer of a decomposed matrix, [columns, outputs]; none where its columns depend
/// on each other as far as the rounding tells.
fn solve(
    decomposed: &nalgebra::QR<f64, nalgebra::Dyn, nalgebra::Dyn>,
    mut right: DMatrix<f64>,
    columns: usize,
) -> Option<DMatrix<f64>> {
    let upper = decomposed.r();
    let diagonal = upper.diagonal();
    let (least, most) = (diagonal.amin(), diagonal.amax());
    if columns > 0 && least <= most * f64::EPSILON * right.nrows() as f64 {
        return None;
    }
    decomposed.q_tr_mul(&mut right);
    let top = right.rows(0, columns).into_owned();
    let weights = upper.solve_upper_triangular(&top)?;
    weights
        .iter()
        .all(|weight| weight.is_finite())
        .then_some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::SplitMix64;

    fn rows(random: &mut SplitMix64, count: usize, width: usize) -> Vec<Vec<f64>> {
        let mut row = |_| (0..width).map(|_| 2.0 * random.uniform() - 1.0).collect();
        (0..count).map(&mut row).collect()
    }

    /// The gradient `sum (W x + c - y) x' + lambda W` is 0, and so is the mean of what is left.
    #[test]
    fn the_gradient_is_zero() {
        let mut random = SplitMix64::new(5);
        for (count, features, outputs, lambda) in
            [(40, 6, 2, 0.3), (5, 9, 1, 1e-3), (30, 4, 3, 0.0)]
        {
            let (x, y) = (
                rows(&mut random, count, features),
                rows(&mut random, count, outputs),
            );
            let fit = ridge(&x, &y, lambda).unwrap();
            let left = |t: usize, output: usize| {
                let weights = &fit.weights[output * features..(output + 1) * features];
                let sum: f64 = weights.iter().zip(&x[t]).map(|(w, x)| w * x).sum();
                sum + fit.bias[output] - y[t][output]
            };
            for output in 0..outputs {
                let mean: f64 = (0..count).map(|t| left(t, output)).sum();
                assert!(mean.abs() < 1e-10, "{mean}");
                let weights = &fit.weights[output * features..(output + 1) * features];
                for (feature, weight) in weights.iter().enumerate() {
                    let slope: f64 = (0..count).map(|t| left(t, output) * x[t][feature]).sum();
                    let slope = slope + lambda * weight;
                    assert!(slope.abs() < 1e-10, "{slope}");
                }
            }
        }
    }

    #[test]
    fn what_is_linear_is_found() {
        let mut random = SplitMix64::new(6);
        let x = rows(&mut random, 50, 3);
        let of = |x: &Vec<f64>| vec![2.0 * x[0] - x[2] + 0.5, x[1] - 3.0];
        let y: Vec<Vec<f64>> = x.iter().map(of).collect();
        let fit = ridge(&x, &y, 0.0).unwrap();
        let wanted = [2.0, 0.0, -1.0, 0.0, 1.0, 0.0];
        for (found, wanted) in fit.weights.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-12, "{:?}", fit.weights);
        }
        assert!((fit.bias[0] - 0.5).abs() < 1e-12 && (fit.bias[1] + 3.0).abs() < 1e-12);
        assert!(fit.rms < 1e-12);
    }

    #[test]
    fn what_is_not_determined_is_refused_unless_it_is_penalised() {
        let x = vec![vec![1.0, 2.0], vec![2.0, 4.0], vec![-1.0, -2.0]];
        let y = vec![vec![1.0], vec![2.0], vec![-1.0]];
        assert_eq!(ridge(&x, &y, 0.0), Err(Ridge::Dependent));
        let fit = ridge(&x, &y, 1e-9).unwrap();
        assert!((fit.weights[0] - 0.2).abs() < 1e-6 && (fit.weights[1] - 0.4).abs() < 1e-6);
        let wide = vec![vec![0.0; 1 << 14]; 4];
        assert_eq!(ridge(&wide, &vec![vec![0.0]; 4], 1.0), Err(Ridge::TooLarge));
    }
}
