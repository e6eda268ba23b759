//! How large states can become.

use super::{Continuous, Form, Method};

/// What a unit can receive at most, and how it forgets.
struct Unit {
    /// Of a difference of the source that it receives: `sum_j |w_ij|`, the past included.
    gain: f64,
    /// `|I|`.
    current: f64,
    /// What is left of its state after a step, past increments included.
    kept: f64,
    /// What multiplies what it receives.
    pace: f64,
}

impl Continuous {
    /// The largest magnitude that a state of a run can have which starts within it, if each step adds
    /// an error of `rounding` at most and outputs are `slack` larger than those of g; `None` where
    /// the equations give none. With `u = |1 - p c| + 2 |E|` (p = h / C, row sums of magnitudes
    /// throughout) an Euler step keeps
    /// `|x| <= X` where `u X + p (|W| sup|g| + |I|) <= X`; and where g has no largest value, the
    /// same with `|g(0)| + l X` for it, l being its Lipschitz constant.
    pub fn state_bound(&self, rounding: f64, slack: f64) -> Option<f64> {
        let (low, high) = self.activation.range();
        let largest = low.abs().max(high.abs()) + slack;
        let (first, slope) = (
            self.activation.value(0.0).abs() + slack,
            self.activation.lipschitz(),
        );
        let bound = |of: &dyn Fn(&Unit) -> Option<f64>| {
            let mut units = (0..self.units()).map(|unit| of(&self.unit(unit)));
            let most = units.try_fold(0.0, |most: f64, bound| Some(most.max(bound?)));
            most.filter(|bound: &f64| bound.is_finite())
        };
        let inner =
            (self.method, self.form) == (Method::Map, self.form) || self.form == Form::StaticField;
        let bounded = bound(&|unit| {
            let received = match inner {
                true => largest,
                false => unit.gain * largest + unit.current,
            };
            least(unit.pace * received + rounding, 1.0 - unit.kept)
        });
        let linear = bound(&|unit| {
            let (constant, gain) = match inner {
                true => (first + slope * unit.current, slope * unit.gain),
                false => (unit.gain * first + unit.current, slope * unit.gain),
            };
            let left = 1.0 - unit.kept - unit.pace * gain;
            least(unit.pace * constant + rounding, left)
        });
        match (bounded, linear) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn unit(&self, unit: usize) -> Unit {
        let of = |values: &[f64]| values.get(unit).copied().unwrap_or(1.0);
        let weights = self.weights.row(unit).map(|(_, weight)| weight.abs());
        let pace = self.pace(unit);
        let kept = match self.method {
            Method::Euler { .. } => {
                (1.0 - pace * of(&self.decay)).abs() + self.delays.increment_row_sum(unit)
            }
            Method::Map => 0.0,
        };
        Unit {
            gain: weights.sum::<f64>() + self.delays.row_sum(unit),
            current: self.largest_current(unit),
            kept,
            pace,
        }
    }

    /// `h / C`: what a step multiplies the rate of change of a unit by; 1 for a map.
    pub fn pace(&self, unit: usize) -> f64 {
        match (self.method, self.form) {
            (Method::Map, _) => 1.0,
            (Method::Euler { step }, Form::StaticField) => step,
            (Method::Euler { step }, Form::LocalField) => {
                step / self.capacity.get(unit).copied().unwrap_or(1.0)
            }
        }
    }

    /// The largest magnitude of what a unit receives from bias and inputs.
    pub fn largest_current(&self, unit: usize) -> f64 {
        let bias = self.bias.get(unit).map_or(0.0, |bias| bias.abs());
        let drive = self.drive.as_ref().map_or(0.0, |drive| {
            let row = drive.weights.as_ref().map_or(1.0, |weights| {
                weights.row(unit).map(|(_, weight)| weight.abs()).sum()
            });
            row * drive.limit
        });
        bias + drive
    }
}

/// The least X with `rest <= left X`; none where there is no such.
fn least(rest: f64, left: f64) -> Option<f64> {
    (left > 0.0).then(|| rest / left)
}
