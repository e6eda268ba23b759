//! Which steps lead to a solution.

use super::{Method, Projection};
use crate::matrix::Matrix;
use crate::spectrum::{Enclosure, Norm, extremes};

/// The share of a bound that a step chosen for it has at most: rounding moves the bound.
const SHARE: f64 = 0.9;

/// What bounds the step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepBound {
    /// The step must be below this; 0 where no step is known to lead to a solution.
    pub bound: Enclosure,
    /// Its formula.
    pub formula: &'static str,
}

impl StepBound {
    /// The bound for a matrix and a method.
    ///
    /// Symmetric M: `2 / lambda_max` (Goldstein 1964; E. S. Levitin, B. T. Polyak, USSR Computational
    /// Mathematics and Mathematical Physics 6 (1966) 1). Other M, with the smallest eigenvalue mu of
    /// its symmetric part: `2 mu / |M|^2` (F. Facchinei, J.-S. Pang, Finite-Dimensional Variational
    /// Inequalities and Complementarity Problems (2003), theorem 12.1.2). Extragradient: `1 / |M|`
    /// (ibid., theorem 12.1.11). |M| is the largest singular value.
    pub fn of(matrix: &Matrix, method: Method) -> StepBound {
        let symmetric = matrix.asymmetry().is_none();
        let ends = extremes(matrix);
        let norm = if symmetric {
            ends.radius()
        } else {
            Norm::Spectral.of(matrix)
        };
        let (bound, formula) = match method {
            Method::Extragradient => (over(1.0, norm), "1 / |M|"),
            Method::Projection if symmetric => (over(2.0, ends.largest), "2 / lambda_max"),
            Method::Projection => {
                let two_mu = Enclosure::exact(2.0) * ends.smallest;
                let bound = two_mu / (norm * norm);
                (bound.max(Enclosure::exact(0.0)), "2 mu / |M|^2")
            }
        };
        StepBound { bound, formula }
    }

    /// The largest power of two below nine tenths of the bound; 1 at most where nothing bounds it,
    /// none where no step is known to lead to a solution.
    pub fn chosen(&self) -> Option<f64> {
        if self.bound.low == f64::INFINITY {
            return Some(1.0);
        }
        let most = SHARE * self.bound.low;
        let power = most.log2().ceil() - 1.0;
        (most > 0.0 && power.is_finite()).then(|| power.exp2())
    }

    /// Whether a step is below the bound; none where that is not known.
    pub fn allows(&self, step: f64) -> Option<bool> {
        self.bound.is_above(step)
    }
}

/// `number / of`, with nothing to bound where `of` is not above 0.
fn over(number: f64, of: Enclosure) -> Enclosure {
    if of.high <= 0.0 {
        return Enclosure {
            low: f64::INFINITY,
            high: f64::INFINITY,
        };
    }
    let above = Enclosure {
        low: of.low.max(f64::MIN_POSITIVE),
        high: of.high,
    };
    Enclosure::exact(number) / above
}

impl Projection {
    /// What bounds its step.
    pub fn step_bound(&self) -> StepBound {
        StepBound::of(&self.matrix, self.method)
    }
}
