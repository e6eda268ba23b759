//! Functions of a unit's state.

use crate::activation::{Activation, Function};
use crate::description::{ResponseFields, ResponseSource, Source};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;
use crate::spectrum::{Enclosure, dot};
use crate::tensor::Tensor;

/// The most coefficients of a polynomial.
pub const COEFFICIENTS: usize = 4;
/// The largest magnitude of a coefficient.
const LARGEST: f64 = 1e6;
/// How far f64 may be from an activation function's slope, as a share of it.
const SLOPE_ERROR: f64 = 1e-12;

/// A function of a unit's state, the same for all units or one for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// A polynomial of degree 3 at most: coefficients by rising power, one row for all units or one
    /// for each.
    Polynomial(Vec<Vec<f64>>),
    /// An activation function of all units.
    Activation(Activation),
}

impl Response {
    /// The function of a description, of so many units; `field` is where it stands.
    ///
    /// # Errors
    /// What is wrong with it or with the file that it names, with its place.
    pub fn from_description(
        described: &ResponseSource,
        units: usize,
        source: &Source,
        field: &str,
    ) -> Result<Response, NetworkError> {
        if let Some(activation) = described.activation() {
            let activation = Activation::from_description(&activation, source, field)?;
            return Ok(Response::Activation(activation));
        }
        match described {
            ResponseSource::Fields(ResponseFields {
                polynomial: Some(given),
                ..
            }) => {
                let what = "the table of coefficients";
                let tensor = Tensor::from_source(given, source.folder(), what);
                let rows = tensor.and_then(|tensor| rows(&tensor, units));
                let field = format!("{field}.polynomial");
                let rows = rows.map_err(|problem| source.error(&field, problem))?;
                Ok(Response::Polynomial(rows))
            }
            ResponseSource::Constant(value) => Ok(Response::Polynomial(vec![vec![*value]])),
            ResponseSource::Fields(_) | ResponseSource::Word(_) => {
                Ok(Response::Polynomial(vec![vec![0.0]]))
            }
        }
    }

    /// The coefficients of a unit's polynomial, by rising power; none for another function.
    pub fn coefficients(&self, unit: usize) -> &[f64] {
        match self {
            Response::Polynomial(rows) => {
                let row = rows.get(unit.min(rows.len().saturating_sub(1)));
                row.map_or(&[], Vec::as_slice)
            }
            Response::Activation(_) => &[],
        }
    }

    /// The coefficients of the polynomials of so many units, a row for each; empty for another
    /// function.
    pub fn rows(&self, units: usize) -> Vec<Vec<f64>> {
        let units = 0..units;
        units.map(|unit| self.coefficients(unit).to_vec()).collect()
    }

    /// The values of so many units, where these are the same for every state.
    pub fn constants(&self, units: usize) -> Option<Vec<f64>> {
        let constant = |unit: usize| match self.coefficients(unit) {
            [first, others @ ..] if others.iter().all(|c| *c == 0.0) => Some(*first),
            _ => None,
        };
        (0..units).map(constant).collect()
    }

    /// Whether the function of every unit is the state itself.
    pub fn is_identity(&self) -> bool {
        let is = |row: &Vec<f64>| match row.as_slice() {
            [constant, slope, others @ ..] => {
                (*constant, *slope) == (0.0, 1.0) && others.iter().all(|c| *c == 0.0)
            }
            _ => false,
        };
        match self {
            Response::Polynomial(rows) => !rows.is_empty() && rows.iter().all(is),
            Response::Activation(activation) => {
                (activation.function(), activation.gain()) == (&Function::Identity, 1.0)
            }
        }
    }

    /// The value for a state of a unit.
    pub fn value(&self, unit: usize, x: f64) -> f64 {
        match self {
            Response::Polynomial(_) => {
                let coefficients = self.coefficients(unit).iter().rev();
                coefficients.fold(0.0, |sum, c| sum * x + c)
            }
            Response::Activation(activation) => activation.value(x),
        }
    }

    /// Bounds of the slope between any two states of an interval; the ends may be infinite.
    pub fn slopes(&self, unit: usize, low: f64, high: f64) -> Enclosure {
        match self {
            Response::Activation(activation) => {
                let slopes = activation.slopes(low, high);
                let blur = |slope: f64| Enclosure::around(slope, slope.abs() * SLOPE_ERROR);
                let (least, most) = (blur(slopes.smallest), blur(slopes.largest));
                Enclosure {
                    low: if slopes.smallest == 0.0 {
                        0.0
                    } else {
                        least.low
                    },
                    high: if slopes.largest == 0.0 {
                        0.0
                    } else {
                        most.high
                    },
                }
            }
            Response::Polynomial(_) => {
                let coefficients = self.coefficients(unit).iter().enumerate().skip(1);
                let derivative: Vec<f64> = coefficients.map(|(k, c)| k as f64 * c).collect();
                range(&derivative, low, high)
            }
        }
    }

    /// Bounds of the values over an interval, whose ends may be infinite.
    pub fn values(&self, unit: usize, low: f64, high: f64) -> Enclosure {
        match self {
            Response::Polynomial(_) => range(self.coefficients(unit), low, high),
            Response::Activation(activation) => {
                let (least, most) = activation.range();
                let whole = Enclosure::between(least, most);
                if !activation.is_nondecreasing() {
                    return whole;
                }
                let (low, high) = (activation.value(low), activation.value(high));
                let blur = |value: f64| Enclosure::around(value, value.abs() * SLOPE_ERROR);
                let ends = Enclosure {
                    low: if low == 0.0 { 0.0 } else { blur(low).low },
                    high: if high == 0.0 { 0.0 } else { blur(high).high },
                };
                ends.and(whole)
            }
        }
    }
}

fn rows(tensor: &Tensor, units: usize) -> Result<Vec<Vec<f64>>, Problem> {
    let what = "the table of coefficients";
    tensor.check_finite(what)?;
    let (count, length) = match tensor.shape.as_slice() {
        [length] => (1, *length),
        [rows, length] => (*rows, *length),
        _ => (0, 0),
    };
    let suits = (count == 1 || count == units) && (1..=COEFFICIENTS).contains(&length);
    if !suits {
        return Err(Problem::Shape {
            what,
            found: format!("the shape {}", tensor.shape_text()),
            expected: format!(
                "1 to {COEFFICIENTS} coefficients, that of x^0 first: for all units, or in {units} \
                 rows"
            ),
        });
    }
    if let Some(&value) = tensor.values.iter().find(|value| value.abs() > LARGEST) {
        return Err(Problem::OutOfRange {
            what: "a coefficient",
            value,
            low: -LARGEST,
            high: LARGEST,
        });
    }
    Ok(tensor.values.chunks(length).map(<[f64]>::to_vec).collect())
}

/// Bounds of a polynomial of degree 3 at most over an interval, whose ends may be infinite.
fn range(coefficients: &[f64], low: f64, high: f64) -> Enclosure {
    let varies = coefficients.iter().skip(1).any(|c| *c != 0.0);
    let at = |k: usize| coefficients.get(k).copied().unwrap_or(0.0);
    if !varies {
        return Enclosure::exact(at(0));
    }
    if !(low.is_finite() && high.is_finite()) {
        return Enclosure::UNKNOWN;
    }
    let value = |x: f64| {
        let terms = coefficients.iter().rev();
        terms.fold(Enclosure::exact(0.0), |sum, c| {
            dot_after(sum, x) + Enclosure::exact(*c)
        })
    };
    let ends = [
        linear_end(coefficients, low),
        linear_end(coefficients, high),
    ];
    let ends = match ends {
        [Some(low), Some(high)] => [low, high],
        _ => [value(low), value(high)],
    };
    let inner = turning_points(at(1), at(2), at(3)).into_iter();
    // Near a turning point a value differs from its own by a square.
    let inner = inner.filter(|x| (low..=high).contains(x)).map(|x| {
        let size: f64 = coefficients
            .iter()
            .rev()
            .fold(0.0, |sum, c| sum * x.abs() + c.abs());
        value(x) + Enclosure::between(-size * 1e-20, size * 1e-20)
    });
    let all = ends.into_iter().chain(inner);
    all.reduce(|a, b| Enclosure {
        low: a.low.min(b.low),
        high: a.high.max(b.high),
    })
    .unwrap_or(Enclosure::UNKNOWN)
}

fn dot_after(sum: Enclosure, x: f64) -> Enclosure {
    sum * Enclosure::exact(x)
}

/// The value of a polynomial of degree 1 at most, exact where no operation rounds.
fn linear_end(coefficients: &[f64], x: f64) -> Option<Enclosure> {
    match coefficients {
        [] => Some(Enclosure::exact(0.0)),
        [c] => Some(Enclosure::exact(*c)),
        [c, d, others @ ..] if others.iter().all(|c| *c == 0.0) => Some(dot([(*c, 1.0), (*d, x)])),
        _ => None,
    }
}

/// Where `b + 2 c x + 3 d x^2` is 0.
fn turning_points(b: f64, c: f64, d: f64) -> Vec<f64> {
    let (c, d) = (2.0 * c, 3.0 * d);
    if d == 0.0 {
        return if c == 0.0 { vec![] } else { vec![-b / c] };
    }
    let under = c * c - 4.0 * d * b;
    if under < 0.0 {
        return vec![];
    }
    // Without cancellation.
    let sum = -(c + under.sqrt().copysign(c)) / 2.0;
    let second = if sum == 0.0 { 0.0 } else { b / sum };
    vec![sum / d, second]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_every_value_and_are_sharp() {
        let cases: [(&[f64], f64, f64, f64, f64); 6] = [
            (&[0.0, 1.0], 0.0, 2.0, 0.0, 2.0),
            (&[3.0], -1.0, 1.0, 3.0, 3.0),
            (&[0.0, 0.0, 1.0], -1.0, 2.0, 0.0, 4.0),
            (&[1.0, -2.0, 0.0], -1.0, 2.0, -3.0, 3.0),
            (&[0.0, -3.0, 0.0, 1.0], -2.0, 2.0, -2.0, 2.0),
            (&[0.0, 0.0, -1.0, 1.0], 0.0, 1.0, -4.0 / 27.0, 0.0),
        ];
        for (coefficients, low, high, least, most) in cases {
            let found = range(coefficients, low, high);
            assert!(found.low <= least && least - found.low < 1e-9, "{found:?}");
            assert!(found.high >= most && found.high - most < 1e-9, "{found:?}");
            let response = Response::Polynomial(vec![coefficients.to_vec()]);
            for part in 0..=100 {
                let x = low + (high - low) * f64::from(part) / 100.0;
                let value = response.value(7, x);
                assert!(found.low <= value + 1e-12 && value <= found.high + 1e-12);
            }
        }
        assert_eq!(
            range(&[0.0, 1.0], f64::NEG_INFINITY, 0.0),
            Enclosure::UNKNOWN
        );
        assert_eq!(range(&[0.0, 1.0], 0.0, 2.0), Enclosure::between(0.0, 2.0));
    }
}
