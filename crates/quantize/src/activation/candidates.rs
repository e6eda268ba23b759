//! Every way in which a function could be made, with what it costs, before any is made.

use program::{Coding, Format, Table};

use super::address::Address;
use super::entries::{Entries, entry_format};
use super::fit;
use super::linear::Layout;
use super::nodes::narrowest;
use super::operations::{MOST_SIGNIFICANT, Operations};
use super::plan::{Form, Kind};
use super::shift::Shifts;
use super::target::Target;
use crate::search::Cost;

/// The most segments, as a power of two.
const MAX_SEGMENTS: u32 = 11;

/// Fraction bits of offsets beyond those of the result, and of products beyond those that a slope
/// needs so that its rounding shows by one unit at the end of a segment.
const GUARDS: [(u32, u32); 5] = [(1, 0), (2, 1), (2, 2), (3, 2), (3, 3)];

/// One way.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Entries or segments; 0 without a table.
    pub entries: usize,
    /// What it costs; where slopes are shifts, at the most likely number of different ones.
    pub cost: Cost,
    recipe: Recipe,
}

#[derive(Debug, Clone)]
enum Recipe {
    Operations(Operations),
    Entries(Address, Format),
    Linear(Layout),
}

impl Candidate {
    /// Whether slopes are powers of two; `None` where there are no slopes.
    pub fn shifts(&self) -> Option<bool> {
        match &self.recipe {
            Recipe::Linear(layout) => Some(layout.shifts),
            Recipe::Operations(_) | Recipe::Entries(..) => None,
        }
    }

    /// The forms that come of it: one, or two to choose from.
    pub fn make(&self, target: &Target<'_>) -> Vec<Form> {
        match &self.recipe {
            Recipe::Operations(operations) => vec![Form::Operations(operations.clone())],
            Recipe::Entries(address, entry) => {
                vec![Form::Entries(Entries::fit(target, *address, *entry))]
            }
            Recipe::Linear(layout) => {
                let points = fit::points(target, layout);
                let fitted = fit::fit(target, *layout, &points);
                fitted.into_iter().map(Form::Linear).collect()
            }
        }
    }
}

/// All candidates of the kinds that are wanted, the cheapest first. `bound` is the largest error
/// that counts, in units of the result: pieces that cannot do with it are left out.
pub fn candidates(
    target: &Target<'_>,
    wanted: impl Fn(Kind) -> bool,
    bound: f64,
) -> Vec<Candidate> {
    let mut found = vec![];
    if wanted(Kind::Operations) {
        operations(target, &mut found);
    }
    let mirrored = target.twice_centre.is_some();
    if wanted(Kind::Full) {
        tables(target, false, &mut found);
    }
    if wanted(Kind::Half) && mirrored {
        tables(target, true, &mut found);
    }
    if wanted(Kind::Linear) && target.output.coding() != Coding::Bipolar {
        // Only by mirroring do pieces come out odd.
        if !target.is_odd() {
            pieces(target, false, bound, &mut found);
        }
        if mirrored {
            pieces(target, true, bound, &mut found);
        }
    }
    found.sort_by_key(|candidate| candidate.cost.total());
    found
}

fn operations(target: &Target<'_>, found: &mut Vec<Candidate>) {
    let mut last = None;
    for significant in 1..=MOST_SIGNIFICANT {
        let Some(operations) = Operations::new(target, significant) else {
            continue;
        };
        if last.as_ref() == Some(&operations) {
            continue;
        }
        found.push(Candidate {
            entries: 0,
            cost: operations.cost(),
            recipe: Recipe::Operations(operations.clone()),
        });
        last = Some(operations);
    }
}

/// Every range and every number of dropped bits.
fn addresses(target: &Target<'_>, mirrored: bool) -> impl Iterator<Item = Address> {
    let input = target.input;
    let widest = input.width() - u32::from(mirrored);
    let of = move |range: u32| {
        (0..range).filter_map(move |dropped| Address::new(input, mirrored, range, dropped))
    };
    (1..=widest).flat_map(of)
}

fn tables(target: &Target<'_>, mirrored: bool, found: &mut Vec<Candidate>) {
    let Some(entry) = entry_format(target, mirrored) else {
        return;
    };
    for address in addresses(target, mirrored) {
        let width = address.narrow.width();
        // Bits that are cut off leave an odd function not odd, and so does one bit, where 0 and
        // all above it have one entry.
        let cut = address.narrow.fraction() < address.input.fraction();
        let narrow = width == 1 && target.input.width() > 1;
        let lopsided = !mirrored && target.is_odd() && (cut || narrow);
        if width > Table::MAX_BITS || lopsided {
            continue;
        }
        found.push(Candidate {
            entries: 1 << width,
            cost: Entries::cost(address, entry, target.output),
            recipe: Recipe::Entries(address, entry),
        });
    }
}

fn pieces(target: &Target<'_>, mirrored: bool, bound: f64, found: &mut Vec<Candidate>) {
    let Some(result) = entry_format(target, mirrored) else {
        return;
    };
    let whole = addresses(target, mirrored);
    for address in whole.filter(|address| address.narrow.fraction() == address.input.fraction()) {
        let range = address.narrow.width();
        for position_bits in range.saturating_sub(MAX_SEGMENTS).max(1)..range {
            let shape = Shape {
                target,
                address,
                position_bits,
                result,
            };
            shape.candidates(bound, found);
        }
    }
}

/// Segments of one length over one range.
struct Shape<'t, 'a> {
    target: &'t Target<'a>,
    address: Address,
    position_bits: u32,
    result: Format,
}

impl Shape<'_, '_> {
    fn candidates(&self, bound: f64, found: &mut Vec<Candidate>) {
        // Any layout gives the places of the points.
        let Some(layout) = self.layout((1, 0), (0.0, 0.0), false) else {
            return;
        };
        let points = fit::points(self.target, &layout);
        let chords: Vec<f64> = points.iter().map(|segment| fit::chord(segment)).collect();
        let left = points.iter().zip(&chords);
        let left = left.map(|(segment, chord)| fit::residual(segment, *chord).1);
        // Rounding may take away half a unit of what is left over, not more.
        if left.fold(0.0, f64::max) > bound + 0.5 {
            return;
        }
        let low = chords.iter().copied().fold(0.0, f64::min);
        let high = chords.iter().copied().fold(0.0, f64::max);
        let slopes = (low, high);
        for guards in GUARDS {
            let layout = self.layout(guards, slopes, false);
            found.extend(layout.map(|layout| self.candidate(layout, points.len(), None)));
        }
        // The point is moved for sizes; the sign is that of all.
        let left = points.iter().map(|segment| fit::residual_of_power(segment));
        if self.target.direction.is_none() || left.fold(0.0, f64::max) > bound + 0.5 {
            return;
        }
        for guard in [1, 2, 3] {
            if let Some(layout) = self.layout((guard, 2), slopes, true) {
                let shifts = fit::likely_shifts(&layout, &points);
                found.push(self.candidate(layout, points.len(), Some(shifts)));
            }
        }
    }

    fn candidate(&self, layout: Layout, segments: usize, shifts: Option<Shifts>) -> Candidate {
        Candidate {
            entries: segments,
            cost: layout.cost(segments, shifts),
            recipe: Recipe::Linear(layout),
        }
    }

    /// The layout with so many guard bits, for slopes from the one to the other, in units of the
    /// result for a unit of the argument; `None` where sums could leave 64 bits.
    fn layout(
        &self,
        (of_offset, of_slope): (u32, u32),
        slopes: (f64, f64),
        shifts: bool,
    ) -> Option<Layout> {
        let output = self.target.output;
        let finer = |bits: u32| output.fraction() + bits as i32;
        let (low, high) = (self.result.min_raw(), self.result.max_raw());
        // Half a unit is in the offset.
        let offset = narrowest(
            low << of_offset,
            ((high + 1) << of_offset) - 1,
            finer(of_offset),
        )?;
        let guard = (self.position_bits + of_slope).max(of_offset);
        let unit = (-f64::from(guard)).exp2();
        let steepest = f64::from(40).exp2();
        let raw = |slope: f64| Some(slope / unit).filter(|raw| raw.abs() < steepest);
        let (least, most) = (raw(slopes.0)?.floor() as i64, raw(slopes.1)?.ceil() as i64);
        // A shift may be the power of two above.
        let above = |size: i64| (size.unsigned_abs().next_power_of_two() as i64) * size.signum();
        let (least, most) = if shifts {
            (above(least), above(most))
        } else {
            (least, most)
        };
        let slope = narrowest(least, most, finer(guard) - self.address.input.fraction())?;
        let product = slope.width() + self.position_bits;
        let sum = offset.width() + (guard - of_offset);
        (product.max(sum) <= 60).then_some(Layout {
            address: self.address,
            position_bits: self.position_bits,
            offset,
            slope,
            shifts,
            result: self.result,
            output,
        })
    }
}
