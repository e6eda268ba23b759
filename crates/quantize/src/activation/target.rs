//! What a table stands for: the real function at every word, in units of the result.

use network::Activation;
use program::{Coding, Format, Rounding};

use crate::real::rounded;

/// Arguments of at most so many bits have their values kept.
const KEPT_BITS: u32 = 16;

/// The most words of a range that are looked at while a table is made; its error is found over all
/// words afterwards.
const POINTS: i64 = 33;

/// The most words that are looked at for the range of all results.
const SPAN_POINTS: i64 = 1 << 16;

/// The way in which a function goes over all its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A larger argument never gives a smaller value.
    Rising,
    /// A larger argument never gives a larger value.
    Falling,
}

/// A function over the words of a format, with values in units of another format.
#[derive(Debug)]
pub struct Target<'a> {
    /// The function.
    pub activation: &'a Activation,
    /// The format of the argument.
    pub input: Format,
    /// The format of the result.
    pub output: Format,
    /// The smallest and the largest result: those of the format, without the most negative one
    /// for an odd function, so that every result has its negative.
    pub limits: (i64, i64),
    /// The way in which the function goes, where it is monotone.
    pub direction: Option<Direction>,
    /// The sum of a result and of that for the negative argument, for functions about a centre.
    pub twice_centre: Option<i64>,
    input_unit: f64,
    output_unit: f64,
    kept: Vec<f64>,
    /// The smallest and the largest value over all arguments, and over those from 0 on.
    spans: [(f64, f64); 2],
}

impl<'a> Target<'a> {
    pub fn new(activation: &'a Activation, input: Format, output: Format) -> Target<'a> {
        let mut target = Target {
            activation,
            input,
            output,
            limits: (output.min_raw(), output.max_raw()),
            direction: direction(activation, input),
            twice_centre: None,
            input_unit: input.unit(),
            output_unit: output.unit(),
            kept: vec![],
            spans: [(0.0, 0.0); 2],
        };
        target.twice_centre = target.centre();
        if target.is_odd() {
            target.limits.0 = -target.limits.1;
        }
        if input.width() <= KEPT_BITS {
            let words = input.min_raw()..=input.max_raw();
            target.kept = words.map(|raw| target.computed(raw)).collect();
        }
        let (low, high) = (input.min_raw(), input.max_raw());
        target.spans = [low, 0].map(|first| target.over(first, high, SPAN_POINTS));
        target
    }

    /// Twice the centre in units of the result, where the formats let results be mirrored at it.
    fn centre(&self) -> Option<i64> {
        let twice = 2.0 * self.activation.centre()? / self.output.unit();
        let signed = self.input.coding() == Coding::Signed;
        let whole = twice.fract() == 0.0 && twice.abs() < 2f64.powi(40);
        // The value in the centre itself must be a word, and not the only one.
        let even = (twice / 2.0).fract() == 0.0;
        let (low, high) = self.limits;
        let twice = twice as i64;
        let middle = twice / 2;
        (signed && whole && even && low < high.min(twice - low) && middle > low && middle < high)
            .then_some(twice)
            .filter(|_| self.output.coding() != Coding::Bipolar)
    }

    /// Whether results must be odd: the function is, and the formats allow it.
    pub fn is_odd(&self) -> bool {
        self.twice_centre == Some(0)
    }

    /// The limits of results that are to be mirrored at the centre.
    pub fn mirrored_limits(&self, twice_centre: i64) -> (i64, i64) {
        let (low, high) = self.limits;
        (low.max(twice_centre - high), high.min(twice_centre - low))
    }

    /// The real value at a word, in units of the result; may be infinite.
    pub fn real(&self, raw: i64) -> f64 {
        let place = raw.checked_sub(self.input.min_raw());
        let kept = place.and_then(|place| self.kept.get(usize::try_from(place).ok()?));
        kept.copied().unwrap_or_else(|| self.computed(raw))
    }

    fn computed(&self, raw: i64) -> f64 {
        let value = self.activation.value(raw as f64 * self.input_unit);
        // Zero stays zero in units that are infinitely small.
        if value == 0.0 {
            0.0
        } else {
            value / self.output_unit
        }
    }

    /// The real value as near as the limits let any word come.
    pub fn held(&self, raw: i64) -> f64 {
        self.real(raw)
            .clamp(self.limits.0 as f64, self.limits.1 as f64)
    }

    /// The word nearest to a value in units of the result, within the limits; ties to even.
    pub fn nearest(&self, value: f64) -> i64 {
        if self.output.coding() == Coding::Bipolar {
            return if value < 0.0 { -1 } else { 1 };
        }
        let (low, high) = self.limits;
        let whole = rounded(value, Rounding::HalfEven);
        whole.clamp(i128::from(low), i128::from(high)) as i64
    }

    /// The smallest and the largest value over all arguments; where results are mirrored, over
    /// those from 0 on.
    pub fn span(&self, mirrored: bool) -> (f64, f64) {
        self.spans[usize::from(mirrored)]
    }

    /// The smallest and the largest value at the words of a range.
    pub fn extremes(&self, first: i64, last: i64) -> (f64, f64) {
        self.over(first, last, POINTS)
    }

    fn over(&self, first: i64, last: i64, points: i64) -> (f64, f64) {
        words(first, last, points)
            .map(|raw| self.held(raw))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    }
}

/// Words of a range, its ends among them; all where there are no more than `most`.
pub fn words(first: i64, last: i64, most: i64) -> impl Iterator<Item = i64> {
    let steps = (last - first).clamp(0, most.max(2) - 1);
    (0..=steps).map(move |at| first + (last - first) * at / steps.max(1))
}

/// By the bounds of the slope over all arguments.
fn direction(activation: &Activation, input: Format) -> Option<Direction> {
    let (low, high) = (input.value(input.min_raw()), input.value(input.max_raw()));
    let slopes = activation.slopes(low, high);
    if slopes.smallest >= 0.0 {
        return Some(Direction::Rising);
    }
    (slopes.largest <= 0.0).then_some(Direction::Falling)
}
