//! Slopes: Lipschitz constants and smallest slopes, on which stability criteria rest.

use std::f64::consts::FRAC_PI_2;

use super::{Activation, Function};

/// Bounds of a derivative, both attained or limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slopes {
    /// The smallest.
    pub smallest: f64,
    /// The largest; infinite at a jump.
    pub largest: f64,
}

impl Slopes {
    /// Those of a constant.
    pub(super) const NONE: Slopes = Slopes {
        smallest: 0.0,
        largest: 0.0,
    };

    fn of(a: f64, b: f64) -> Slopes {
        Slopes {
            smallest: a.min(b),
            largest: a.max(b),
        }
    }

    pub(super) fn union(self, other: Slopes) -> Slopes {
        Slopes {
            smallest: self.smallest.min(other.smallest),
            largest: self.largest.max(other.largest),
        }
    }
}

impl Function {
    /// Bounds of the slope between any two points of an interval, which may be infinite.
    fn slopes(&self, low: f64, high: f64) -> Slopes {
        let holds_zero = low <= 0.0 && high >= 0.0;
        // The points of the interval nearest to 0 and farthest from it.
        let near = if holds_zero {
            0.0
        } else {
            low.abs().min(high.abs())
        };
        let far = low.abs().max(high.abs());
        match self {
            Function::Tanh => bell(near, far, |x| x.cosh().recip().powi(2)),
            Function::Logistic => bell(near, far, |x| (x / 2.0).cosh().recip().powi(2) / 4.0),
            Function::Arctangent => bell(near, far, |x| (1.0 + (FRAC_PI_2 * x).powi(2)).recip()),
            Function::Softsign => bell(near, far, |x| (1.0 + x).recip().powi(2)),
            Function::Exp => Slopes::of(low.exp(), high.exp()),
            Function::Softplus => Slopes::of(
                Function::Logistic.value(low),
                Function::Logistic.value(high),
            ),
            Function::ScaledTanh { scale, slope } => {
                let inner = Function::Tanh.slopes(low * slope, high * slope);
                let factor = scale * slope;
                Slopes::of(inner.smallest * factor, inner.largest * factor)
            }
            Function::Elu { .. } if low >= 0.0 => Slopes::of(1.0, 1.0),
            Function::Elu { scale } => {
                let below = Slopes::of(scale * low.exp(), scale * high.min(0.0).exp());
                if high > 0.0 {
                    below.union(Slopes::of(1.0, 1.0))
                } else {
                    below
                }
            }
            Function::ThresholdedRelu { threshold } => thresholded(*threshold, low, high),
            Function::Reciprocal if near == 0.0 => Slopes {
                smallest: f64::NEG_INFINITY,
                // Across 0 the value jumps up from one branch to the other.
                largest: if low < 0.0 { f64::INFINITY } else { 0.0 },
            },
            Function::Reciprocal => bell(near, far, |x| -(x * x).recip()),
            Function::Sign | Function::Step if holds_zero => Slopes::of(0.0, f64::INFINITY),
            Function::Sign | Function::Step => Slopes::NONE,
            Function::Samples(line) => line.slopes(low, high),
            function => match function.polyline() {
                Some(line) => line.slopes(low, high),
                None => Slopes::NONE,
            },
        }
    }
}

/// The slopes of `x` above a threshold and 0 up to it: a jump where the threshold is not 0.
fn thresholded(threshold: f64, low: f64, high: f64) -> Slopes {
    if high <= threshold {
        return Slopes::NONE;
    }
    if low > threshold {
        return Slopes::of(1.0, 1.0);
    }
    Slopes {
        smallest: if threshold < 0.0 {
            f64::NEG_INFINITY
        } else {
            0.0
        },
        largest: if threshold > 0.0 { f64::INFINITY } else { 1.0 },
    }
}

/// A slope that depends on |x| alone and is monotone in it.
fn bell(near: f64, far: f64, slope: impl Fn(f64) -> f64) -> Slopes {
    Slopes::of(slope(near), slope(far))
}

impl Activation {
    /// Bounds of the slope between any two points of an interval; the bounds may be infinite, and
    /// are exchanged where the first is the larger one.
    pub fn slopes(&self, low: f64, high: f64) -> Slopes {
        let (low, high) = (low.min(high) * self.gain(), low.max(high) * self.gain());
        let slopes = self.function().slopes(low, high);
        Slopes {
            smallest: slopes.smallest * self.gain(),
            largest: slopes.largest * self.gain(),
        }
    }

    /// The Lipschitz constant over all real numbers: the largest `|g(a) - g(b)| / |a - b|`;
    /// infinite where there is none.
    pub fn lipschitz(&self) -> f64 {
        let slopes = self.slopes(f64::NEG_INFINITY, f64::INFINITY);
        slopes.smallest.abs().max(slopes.largest.abs())
    }

    /// The smallest slope over all real numbers: 0 for what saturates.
    pub fn smallest_slope(&self) -> f64 {
        self.slopes(f64::NEG_INFINITY, f64::INFINITY).smallest
    }
}
