//! Inverses, and their integrals, which are terms of the energy of continuous networks.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, LN_2};

use super::{Activation, Function, Polyline};

impl Function {
    fn inverse(&self, y: f64) -> Option<f64> {
        match self {
            Function::Tanh => (y.abs() <= 1.0).then(|| y.atanh()),
            Function::Logistic => (0.0..=1.0).contains(&y).then(|| (y / (1.0 - y)).ln()),
            Function::Arctangent if y.abs() == 1.0 => Some(f64::INFINITY.copysign(y)),
            Function::Arctangent => (y.abs() < 1.0).then(|| FRAC_2_PI * (FRAC_PI_2 * y).tan()),
            Function::Softsign => (y.abs() <= 1.0).then(|| y / (1.0 - y.abs())),
            Function::Exp => (y >= 0.0).then(|| y.ln()),
            Function::Reciprocal => (y != 0.0 && !y.is_nan()).then(|| 1.0 / y),
            Function::ScaledTanh { scale, slope } if scale * slope != 0.0 => {
                Some(Function::Tanh.inverse(y / scale)? / slope)
            }
            Function::Elu { .. } if y >= 0.0 => Some(y),
            Function::Elu { scale } => (*scale > 0.0 && -scale <= y).then(|| (y / scale).ln_1p()),
            // ln(e^y - 1), without overflow.
            Function::Softplus => (y >= 0.0).then(|| y + (-(-y).exp_m1()).ln()),
            Function::ScaledTanh { .. }
            | Function::ThresholdedRelu { .. }
            | Function::Sign
            | Function::Step => None,
            function => function.polyline()?.inverse(y),
        }
    }

    /// From g(0) to y.
    fn inverse_integral(&self, y: f64) -> Option<f64> {
        match self {
            Function::Tanh => (y.abs() <= 1.0).then(|| (x_ln_x(1.0 + y) + x_ln_x(1.0 - y)) / 2.0),
            Function::Logistic => (0.0..=1.0)
                .contains(&y)
                .then(|| x_ln_x(y) + x_ln_x(1.0 - y) + LN_2),
            Function::Arctangent if y.abs() == 1.0 => Some(f64::INFINITY),
            Function::Arctangent => {
                (y.abs() < 1.0).then(|| -(FRAC_2_PI * FRAC_2_PI) * (FRAC_PI_2 * y).cos().ln())
            }
            Function::Softsign => (y.abs() <= 1.0).then(|| -y.abs() - (-y.abs()).ln_1p()),
            Function::Exp => (y >= 0.0).then(|| x_ln_x(y) - y + 1.0),
            Function::ScaledTanh { scale, slope } if scale * slope > 0.0 => {
                Some(Function::Tanh.inverse_integral(y / scale)? * scale / slope)
            }
            Function::Elu { .. } if y >= 0.0 => Some(y * y / 2.0),
            Function::Elu { scale } => (*scale > 0.0 && -scale <= y).then(|| {
                let share = y / scale;
                scale * (x_ln_x(1.0 + share) - share)
            }),
            Function::Reciprocal
            | Function::ScaledTanh { .. }
            | Function::ThresholdedRelu { .. }
            | Function::Softplus
            | Function::Sign
            | Function::Step => None,
            function => function.polyline()?.inverse_integral(y),
        }
    }
}

/// `x ln x`, 0 at 0.
fn x_ln_x(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * x.ln() }
}

impl Polyline {
    /// The x of a value; at the value of a flat end, that of its knot.
    fn inverse(&self, y: f64) -> Option<f64> {
        let (low, high) = self.range();
        if !self.rises_between_knots() || !(low..=high).contains(&y) {
            return None;
        }
        let next = self.knots().partition_point(|knot| knot[1] < y);
        let before = next.checked_sub(1).and_then(|at| self.knots().get(at));
        let (left, right) = self.outer_slopes();
        Some(match (before, self.knots().get(next)) {
            (_, Some(b)) if b[1] == y => b[0],
            (Some(a), Some(b)) => a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]),
            (Some(last), None) => last[0] + (y - last[1]) / right,
            (None, Some(first)) => first[0] + (y - first[1]) / left,
            (None, None) => return None,
        })
    }

    /// The inverse is linear between the values of the knots, so that trapezoids are exact.
    fn inverse_integral(&self, y: f64) -> Option<f64> {
        let start = self.value(0.0);
        let (low, high) = (start.min(y), start.max(y));
        let inner = self.knots().iter().map(|knot| knot[1]);
        let inner = inner.filter(|&value| low < value && value < high);
        let mut sum = 0.0;
        let mut from = (low, self.inverse(low)?);
        for value in inner.chain([high]) {
            let to = (value, self.inverse(value)?);
            sum += (to.0 - from.0) * (to.1 + from.1) / 2.0;
            from = to;
        }
        Some(if y < start { -sum } else { sum })
    }
}

impl Activation {
    /// The x with `g(beta x) = y`; infinite at a limit that is not attained, and where the function
    /// is flat beyond a point (clamp, hard sigmoid, ReLU), that point. `None` where there is no
    /// such x, or many within the range (sign, step, points that do not rise, a threshold).
    pub fn inverse(&self, y: f64) -> Option<f64> {
        Some(self.function().inverse(y)? / self.gain())
    }

    /// The integral of the inverse from `g(0)` to y, 0 or more: the term that a unit with this
    /// function adds to the energy of a continuous network (Hopfield 1984, PNAS 81, 3088,
    /// equation 5). In closed form for every function; infinite where the integral diverges
    /// (arctangent and softsign at +-1). `None` where [`Activation::inverse`] has no value, and for
    /// the reciprocal and softplus.
    pub fn inverse_integral(&self, y: f64) -> Option<f64> {
        Some(self.function().inverse_integral(y)? / self.gain())
    }
}
