//! Fits straight pieces to a function: the smallest largest error in each segment, then what makes
//! the whole monotone and keeps it within the function's own range.

use super::linear::{Layout, Linear};
use super::shift::Shifts;
use super::target::{Direction, Target, words};

/// The most places of a segment that are looked at.
const POINTS: i64 = 33;

/// How far from the chord a slope is looked for.
const MOST_STEPS: u32 = 64;

/// A place in a segment and the value wanted there, in units of the result.
pub type Point = (i64, f64);

/// The points of each segment; the last one of all stands for what lies beyond it too.
pub fn points(target: &Target<'_>, layout: &Layout) -> Vec<Vec<Point>> {
    let address = layout.address;
    let (first, last) = (address.narrow.min_raw(), address.narrow.max_raw());
    let length = layout.last_position() + 1;
    let segments = (last - first + 1) / length;
    let of = |segment: i64| {
        let start = first + segment * length;
        let mut points: Vec<Point> = words(start, start + length - 1, POINTS)
            .map(|at| (at - start, target.held(at)))
            .collect();
        for end in [start, start + length - 1] {
            if end == first || end == last {
                let (from, to) = address.arguments(end);
                points.extend([from, to].map(|raw| (end - start, target.held(raw))));
            }
        }
        points
    };
    (0..segments).map(of).collect()
}

/// The slope from the first to the last point, in units of the result for a unit of the argument.
pub fn chord(points: &[Point]) -> f64 {
    let (Some(first), Some(last)) = (points.first(), points.iter().max_by_key(|(at, _)| *at))
    else {
        return 0.0;
    };
    let steps = (last.0 - first.0).max(1);
    (last.1 - first.1) / steps as f64
}

/// The middle of what a slope leaves over, and how far that goes to each side.
pub fn residual(points: &[Point], slope: f64) -> (f64, f64) {
    let left = points.iter().map(|(at, value)| value - slope * *at as f64);
    let (low, high) = left.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    ((low + high) / 2.0, (high - low) / 2.0)
}

/// Fits the segments of a layout to their points. Where a joint of a monotone function would go
/// back, it is closed in two ways, of which one or the other may do less harm: the segment before
/// it is turned about its start, or the one behind it begins where that ends. Both are given.
pub fn fit(target: &Target<'_>, layout: Layout, points: &[Vec<Point>]) -> Vec<Linear> {
    let mut offsets = vec![];
    let mut slopes = vec![];
    for segment in points {
        let slope = best_slope(&layout, segment);
        let (middle, _) = residual(segment, slope as f64 * slope_unit(&layout));
        // Results are cut off, so that half a unit rounds them.
        offsets.push(in_offset(&layout, middle + 0.5));
        slopes.push(slope);
    }
    let mut free = Linear {
        layout,
        offsets,
        slopes,
        twice_centre: target.twice_centre.unwrap_or(0),
    };
    let bounds = Bounds::new(target, &layout);
    bounds.enforce(&mut free);
    let mut follows = free.clone();
    bounds.follow(&mut follows);
    if follows == free {
        return vec![follows];
    }
    let mut turned = free;
    bounds.turn(&mut turned);
    // Turning leaves nothing to follow, but for what bounds and the grid of offsets may have done.
    bounds.follow(&mut turned);
    vec![turned, follows]
}

/// The slopes that a layout of shifts comes to, before its joints are closed.
pub fn likely_shifts(layout: &Layout, points: &[Vec<Point>]) -> Shifts {
    let slopes = points.iter().map(|segment| best_slope(layout, segment));
    Shifts::of(&slopes.collect::<Vec<i64>>())
}

/// A unit of the slope, in units of the result for a unit of the argument.
fn slope_unit(layout: &Layout) -> f64 {
    (-f64::from(layout.guard())).exp2()
}

fn in_offset(layout: &Layout, value: f64) -> i64 {
    let more = layout.offset.fraction() - layout.output.fraction();
    let raw = (value * f64::from(more).exp2()).round_ties_even();
    raw.clamp(
        layout.offset.min_raw() as f64,
        layout.offset.max_raw() as f64,
    ) as i64
}

/// The slope that leaves the least; what is left over is a convex function of it.
fn best_slope(layout: &Layout, points: &[Point]) -> i64 {
    let unit = slope_unit(layout);
    let wanted = chord(points) / unit;
    let left = |slope: i64| residual(points, slope as f64 * unit).1;
    let (low, high) = (layout.slope.min_raw(), layout.slope.max_raw());
    let start = (wanted.round().clamp(low as f64, high as f64)) as i64;
    if layout.shifts {
        let candidates = powers(wanted).into_iter();
        let candidates = candidates.filter(|slope| (low..=high).contains(slope));
        let best = candidates.min_by(|a, b| left(*a).total_cmp(&left(*b)));
        return best.unwrap_or(0);
    }
    let mut best = (left(start), start);
    for step in [-1, 1] {
        let mut at = start;
        for _ in 0..MOST_STEPS {
            at += step;
            let found = left(at);
            if !(low..=high).contains(&at) || found >= best.0 {
                break;
            }
            best = (found, at);
        }
    }
    best.1
}

/// 0, and the powers of two on both sides of a number.
fn powers(number: f64) -> [i64; 3] {
    let exponent = number.abs().log2().floor();
    if !(0.0..62.0).contains(&exponent) {
        let one = if number == 0.0 { 0 } else { 1 };
        return [0, one * number.signum() as i64, 0];
    }
    let below = (1i64 << exponent as u32) * number.signum() as i64;
    [0, below, below.saturating_mul(2)]
}

/// What the best power of two for a slope leaves over in a segment.
pub fn residual_of_power(points: &[Point]) -> f64 {
    let slope = chord(points);
    let below = slope.abs().log2().floor().exp2() * slope.signum();
    let left = |slope: f64| residual(points, slope).1;
    left(0.0).min(left(below)).min(left(2.0 * below))
}

/// What the pieces must keep to, in the units in which they are added up.
struct Bounds {
    layout: Layout,
    direction: Option<Direction>,
    /// The smallest and the largest sum that give results of the function's own.
    low: i64,
    high: i64,
    /// The sums that give the centre, where mirrored.
    centre: Option<(i64, i64)>,
}

impl Bounds {
    fn new(target: &Target<'_>, layout: &Layout) -> Bounds {
        let (low, high) = target.span(layout.address.mirrored);
        let twice = target.twice_centre.unwrap_or(0);
        let limits = if layout.address.mirrored {
            target.mirrored_limits(twice)
        } else {
            target.limits
        };
        let sum = |value: i64| value << layout.guard();
        let whole = |value: f64| target.nearest(value).clamp(limits.0, limits.1);
        let within = |value: i64| (sum(value), sum(value + 1) - 1);
        Bounds {
            layout: *layout,
            direction: target.direction,
            low: sum(whole(low)),
            high: within(whole(high)).1,
            centre: (layout.address.mirrored).then(|| within(twice / 2)),
        }
    }

    /// Offsets are multiples of this.
    fn grid(&self) -> i64 {
        1 << self.layout.offset_shift()
    }

    fn start(&self, linear: &Linear, segment: usize) -> i64 {
        let offset = linear.offsets.get(segment).copied().unwrap_or(0);
        offset << self.layout.offset_shift()
    }

    fn end(&self, linear: &Linear, segment: usize) -> i64 {
        let slope = linear.slopes.get(segment).copied().unwrap_or(0);
        self.start(linear, segment) + slope * self.layout.last_position()
    }

    /// Puts the start of a segment to a sum, rounded up or down to the grid of offsets.
    fn put(&self, linear: &mut Linear, segment: usize, sum: i64, up: bool) {
        let grid = self.grid();
        let offset = if up {
            (sum + grid - 1).div_euclid(grid)
        } else {
            sum.div_euclid(grid)
        };
        let format = self.layout.offset;
        if let Some(slot) = linear.offsets.get_mut(segment) {
            *slot = offset.clamp(format.min_raw(), format.max_raw());
        }
    }

    /// Puts the first segment to the centre, and each within the bounds and in the direction.
    fn enforce(&self, linear: &mut Linear) {
        self.put_to_centre(linear);
        for segment in 0..linear.offsets.len() {
            self.one_way(linear, segment);
            self.within(linear, segment);
        }
    }

    fn put_to_centre(&self, linear: &mut Linear) {
        if let Some((low, high)) = self.centre {
            let start = self.start(linear, 0).clamp(low, high);
            self.put(linear, 0, start, false);
        }
    }

    /// No slope against the direction.
    fn one_way(&self, linear: &mut Linear, segment: usize) {
        if let Some(slope) = linear.slopes.get_mut(segment) {
            *slope = match self.direction {
                Some(Direction::Rising) => (*slope).max(0),
                Some(Direction::Falling) => (*slope).min(0),
                None => *slope,
            };
        }
    }

    /// Keeps a segment within the bounds.
    fn within(&self, linear: &mut Linear, segment: usize) {
        let start = self.start(linear, segment);
        if start < self.low {
            self.put(linear, segment, self.low, true);
        } else if start > self.high {
            self.put(linear, segment, self.high, false);
        }
        let start = self.start(linear, segment);
        let last = self.layout.last_position().max(1);
        let (least, most) = (self.low - start, self.high - start);
        if let Some(slope) = linear.slopes.get_mut(segment) {
            if *slope * last > most {
                *slope = self.no_steeper(most.max(0) / last);
            } else if *slope * last < least {
                *slope = -self.no_steeper((-least).max(0) / last);
            }
        }
    }

    /// The largest slope of its kind that is no larger.
    fn no_steeper(&self, size: i64) -> i64 {
        match (self.layout.shifts, size.checked_ilog2()) {
            (true, Some(bits)) => 1 << bits,
            _ => size,
        }
    }

    /// Each segment begins where the one before ends, or further.
    fn follow(&self, linear: &mut Linear) {
        for segment in 1..linear.offsets.len() {
            let (end, start) = (self.end(linear, segment - 1), self.start(linear, segment));
            match self.direction {
                Some(Direction::Rising) if start < end => self.put(linear, segment, end, true),
                Some(Direction::Falling) if start > end => self.put(linear, segment, end, false),
                _ => continue,
            }
            self.within(linear, segment);
        }
    }

    /// Turns each segment about its start, so that it ends where the next one begins, or before.
    fn turn(&self, linear: &mut Linear) {
        let last = self.layout.last_position().max(1);
        for segment in 1..linear.offsets.len() {
            let before = segment - 1;
            let start = self.start(linear, before);
            let (end, next) = (self.end(linear, before), self.start(linear, segment));
            let slope = match self.direction {
                Some(Direction::Rising) if end > next => {
                    self.no_steeper((next - start).max(0) / last)
                }
                Some(Direction::Falling) if end < next => {
                    -self.no_steeper((start - next).max(0) / last)
                }
                _ => continue,
            };
            if let Some(slot) = linear.slopes.get_mut(before) {
                *slot = slope;
            }
        }
    }
}
