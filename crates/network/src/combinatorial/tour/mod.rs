//! The shortest round tour of some cities (travelling salesman).

mod length;
mod mapping;
mod read;

use super::{Binary, Penalty, bit};
use crate::dynamics::Answer;

use length::{length, short_tour};
pub use mapping::TourMapping;
pub use read::TourFormat;

/// Cities, and what it costs to go from one to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Tour {
    /// The names of the cities.
    pub names: Vec<String>,
    /// The way from city a to city b, `distances[a][b]`.
    pub distances: Vec<Vec<f64>>,
    /// The unit in which the mapped problem counts distances, rounded to whole numbers.
    pub unit: f64,
    /// How tours are written in bits.
    pub mapping: TourMapping,
    /// The weight of a city or a position that is not held exactly once, in units.
    pub penalty: f64,
}

/// Parts of the largest distance that the unit is, where distances are not whole.
const PARTS: f64 = 127.0;

/// The largest distance that counts as whole without a unit of its own.
const LARGEST_WHOLE: f64 = 1023.0;

impl Tour {
    /// A tour of these cities; what is not given is chosen.
    pub fn new(
        names: Vec<String>,
        distances: Vec<Vec<f64>>,
        (unit, mapping, penalty): (Option<f64>, Option<TourMapping>, Option<f64>),
    ) -> Tour {
        let mut tour = Tour {
            names,
            distances,
            unit: 1.0,
            mapping: mapping.unwrap_or(TourMapping::OneHot),
            penalty: 0.0,
        };
        let largest = tour.largest();
        let whole = tour.distances.iter().flatten().all(|d| d.fract() == 0.0);
        tour.unit = unit.unwrap_or(match whole && largest <= LARGEST_WHOLE {
            true => 1.0,
            false if largest > 0.0 => largest / PARTS,
            false => 1.0,
        });
        tour.penalty = penalty.unwrap_or_else(|| tour.bound().0.floor() + 1.0);
        tour
    }

    /// The number of cities.
    pub fn cities(&self) -> usize {
        self.names.len()
    }

    fn largest(&self) -> f64 {
        let all = self.distances.iter().flatten();
        all.fold(0.0, |most: f64, &distance| most.max(distance))
    }

    /// A distance in units, whole.
    fn units_between(&self, a: usize, b: usize) -> f64 {
        let distance = self.distances.get(a).and_then(|row| row.get(b));
        (distance.copied().unwrap_or(0.0) / self.unit).round()
    }

    /// The number of spins.
    pub fn units(&self) -> usize {
        self.mapping.side(self.cities()).pow(2)
    }

    /// The function whose smallest value is the length of the shortest tour, in units.
    pub fn binary(&self) -> Binary {
        self.mapping.binary(self)
    }

    /// What the penalty must be above, and why.
    fn bound(&self) -> (f64, String) {
        let between = |a: usize, b: usize| self.units_between(a, b);
        let known = length(&short_tour(self.cities(), &between), &between);
        let cities = 0..self.cities();
        let pairs = cities
            .clone()
            .flat_map(|a| cities.clone().map(move |b| (a, b)));
        let pairs = pairs.filter(|(a, b)| a != b);
        let largest = pairs.fold(0.0, |most: f64, (a, b)| most.max(between(a, b)));
        self.mapping.bound(known, largest)
    }

    /// The penalty of what is no tour.
    pub fn penalties(&self) -> Vec<Penalty> {
        let (above, reason) = self.bound();
        vec![Penalty {
            name: "penalty",
            value: self.penalty,
            above,
            reason,
        }]
    }

    /// The cities at each position of the tour.
    fn held(&self, bits: &[bool]) -> Vec<Vec<usize>> {
        let cities = self.cities();
        let at = |position: usize| {
            let held =
                (0..cities).filter(|&city| match self.mapping.place(cities, city, position) {
                    Some(place) => bit(bits, place),
                    // City 0 at position 0 is no bit, and no other city or position is held there.
                    None => city == 0 && position == 0,
                });
            held.collect()
        };
        (0..cities).map(at).collect()
    }

    /// The length of the tour, and the cities in its order; where it is none, what is wrong.
    pub fn answer(&self, bits: &[bool]) -> Answer {
        let held = self.held(bits);
        let order: Vec<usize> = held.iter().flatten().copied().collect();
        let times = |city: usize| order.iter().filter(|&&other| other == city).count();
        let valid = held.iter().all(|cities| cities.len() == 1)
            && (0..self.cities()).all(|city| times(city) == 1);
        let name = |city: &usize| self.names.get(*city).cloned().unwrap_or_default();
        let lines = if valid {
            vec![order.iter().map(name).collect::<Vec<_>>().join(" - ")]
        } else {
            let cities = (0..self.cities()).filter(|&city| times(city) != 1);
            let cities =
                cities.map(|city| format!("{} is visited {} times", name(&city), times(city)));
            let positions = held
                .iter()
                .enumerate()
                .filter(|(_, cities)| cities.len() != 1);
            let positions = positions
                .map(|(at, cities)| format!("position {at} holds {} cities", cities.len()));
            cities.chain(positions).collect()
        };
        let distance = |a: usize, b: usize| {
            let distance = self.distances.get(a).and_then(|row| row.get(b));
            distance.copied().unwrap_or(0.0)
        };
        Answer {
            measure: "length",
            value: length(&order, &distance),
            valid,
            lines,
        }
    }
}
