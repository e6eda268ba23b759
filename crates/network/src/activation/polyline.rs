//! Functions of straight pieces.

use crate::problem::Problem;
use crate::tensor::Tensor;

use super::Slopes;

/// What the points of an activation are called in errors.
pub(super) const POINTS: &str = "the list of points";

/// The most points.
const MAX_POINTS: usize = 1 << 16;

/// A continuous function: linear between knots, and of a fixed slope beyond the first and the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Polyline {
    /// At least one; x rises.
    knots: Vec<[f64; 2]>,
    /// The slope before the first knot.
    left: f64,
    /// The slope behind the last.
    right: f64,
}

impl Polyline {
    /// Through points `[x, y]`, at least two, x rising; constant beyond the first and the last.
    ///
    /// # Errors
    /// [`Problem::Shape`] for another number of points, [`Problem::NotFinite`], and
    /// [`Problem::ElementValue`] where x does not rise.
    pub fn through(points: &[[f64; 2]]) -> Result<Polyline, Problem> {
        if !(2..=MAX_POINTS).contains(&points.len()) {
            return Err(Problem::Shape {
                what: POINTS,
                found: format!("{} x 2", points.len()),
                expected: format!("2 to {MAX_POINTS} points x, y"),
            });
        }
        let tensor = Tensor {
            shape: vec![points.len(), 2],
            values: points.concat(),
        };
        tensor.check_finite(POINTS)?;
        let rising = |pair: &[[f64; 2]]| matches!(pair, [before, after] if before[0] < after[0]);
        if let Some(at) = points.windows(2).position(|pair| !rising(pair)) {
            return Err(Problem::ElementValue {
                what: POINTS,
                value: points.get(at + 1).map_or(0.0, |point| point[0]),
                position: format!("row {}, column 0", at + 1),
                allowed: "an x larger than that of the point before it; sort the points by x",
            });
        }
        Ok(Polyline::raw(points, 0.0, 0.0))
    }

    /// Through the rows of an array: x, then y.
    ///
    /// # Errors
    /// As [`Polyline::through`], and [`Problem::Shape`] for an array of other than two columns.
    pub fn from_tensor(tensor: &Tensor) -> Result<Polyline, Problem> {
        if !matches!(tensor.shape.as_slice(), [_, 2]) {
            return Err(Problem::Shape {
                what: POINTS,
                found: tensor.shape_text(),
                expected: "two columns, x and y".into(),
            });
        }
        let rows = tensor.values.chunks_exact(2);
        let points: Vec<[f64; 2]> = rows.filter_map(|row| row.try_into().ok()).collect();
        Polyline::through(&points)
    }

    /// Of knots that rise, at least one.
    pub(super) fn raw(knots: &[[f64; 2]], left: f64, right: f64) -> Polyline {
        Polyline {
            knots: knots.to_vec(),
            left,
            right,
        }
    }

    /// The knots `[x, y]`, x rising.
    pub fn knots(&self) -> &[[f64; 2]] {
        &self.knots
    }

    /// The slopes before the first knot and behind the last.
    pub fn outer_slopes(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// The value at x; not a number where x is none.
    pub fn value(&self, x: f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        let next = self.knots.partition_point(|knot| knot[0] <= x);
        let before = next.checked_sub(1).and_then(|at| self.knots.get(at));
        match (before, self.knots.get(next)) {
            (Some(a), Some(b)) => {
                let share = (x - a[0]) / (b[0] - a[0]);
                // Between the two, however it rounds.
                let value = a[1] + share * (b[1] - a[1]);
                value.clamp(a[1].min(b[1]), a[1].max(b[1]))
            }
            (Some(last), None) => beyond(last, self.right, x),
            (None, Some(first)) => beyond(first, self.left, x),
            (None, None) => f64::NAN,
        }
    }

    /// The slope of each piece, from the left, with where it begins and ends.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let first = self.knots.first().map_or(0.0, |knot| knot[0]);
        let last = self.knots.last().map_or(0.0, |knot| knot[0]);
        let between = self.knots.windows(2).filter_map(|pair| match pair {
            [a, b] => Some((a[0], b[0], (b[1] - a[1]) / (b[0] - a[0]))),
            _ => None,
        });
        std::iter::once((f64::NEG_INFINITY, first, self.left))
            .chain(between)
            .chain(std::iter::once((last, f64::INFINITY, self.right)))
    }

    /// The slopes of the pieces that an interval touches.
    pub(super) fn slopes(&self, low: f64, high: f64) -> Slopes {
        let touched = self
            .pieces()
            .filter(|&(from, to, _)| from <= high && low <= to);
        let slopes = touched.map(|(_, _, slope)| Slopes {
            smallest: slope,
            largest: slope,
        });
        slopes.reduce(Slopes::union).unwrap_or(Slopes::NONE)
    }

    pub(super) fn is_nondecreasing(&self) -> bool {
        self.pieces().all(|(_, _, slope)| slope >= 0.0)
    }

    pub(super) fn is_increasing(&self) -> bool {
        self.pieces().all(|(_, _, slope)| slope > 0.0)
    }

    /// Whether the value rises from knot to knot, so that there is one x for each value of a knot
    /// or between two.
    pub(super) fn rises_between_knots(&self) -> bool {
        let rises = |pair: &[[f64; 2]]| matches!(pair, [a, b] if a[1] < b[1]);
        self.knots.windows(2).all(rises) && self.left >= 0.0 && self.right >= 0.0
    }

    pub(super) fn range(&self) -> (f64, f64) {
        let values = self.knots.iter().map(|knot| knot[1]);
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let unbounded = |open: bool, limit: f64, bound: f64| if open { limit } else { bound };
        let falls = self.left > 0.0 || self.right < 0.0;
        let rises = self.left < 0.0 || self.right > 0.0;
        (
            unbounded(falls, f64::NEG_INFINITY, low),
            unbounded(rises, f64::INFINITY, high),
        )
    }

    /// The c with `value(-x) + value(x) = 2c` for all x, where there is one.
    pub(super) fn centre(&self) -> Option<f64> {
        let (first, last) = (self.knots.first()?, self.knots.last()?);
        let twice = first[1] + last[1];
        let mirrored = |a: &[f64; 2], b: &[f64; 2]| a[0] == -b[0] && a[1] + b[1] == twice;
        let all = self.knots.iter().zip(self.knots.iter().rev());
        let symmetric = self.left == self.right && all.into_iter().all(|(a, b)| mirrored(a, b));
        symmetric.then_some(twice / 2.0)
    }
}

/// On a ray from a knot; a flat one stays flat at infinity.
fn beyond(knot: &[f64; 2], slope: f64, x: f64) -> f64 {
    if slope == 0.0 {
        return knot[1];
    }
    knot[1] + slope * (x - knot[0])
}
