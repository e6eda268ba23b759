//! Tours as bits: which city stands at which position.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tour;
use crate::combinatorial::Binary;

/// How tours are written in bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TourMapping {
    /// Squares of "exactly one" for each city and each position (A. Lucas, Frontiers in Physics 2
    /// (2014) 5); the first city stands at position 0, which saves bits: (n - 1)^2 of them.
    #[default]
    OneHot,
    /// The energy of J. J. Hopfield and D. W. Tank, Biological Cybernetics 52 (1985) 141, with n^2
    /// bits: pairs in a row weigh A, pairs in a column B, the square of the number of bits too
    /// many or too few C, each halved, with A = B and C = 2 A.
    HopfieldTank,
}

impl TourMapping {
    /// The word of descriptions.
    pub fn word(self) -> &'static str {
        match self {
            TourMapping::OneHot => "one_hot",
            TourMapping::HopfieldTank => "hopfield_tank",
        }
    }

    /// Cities, and positions, that have bits.
    pub fn side(self, cities: usize) -> usize {
        match self {
            TourMapping::OneHot => cities.saturating_sub(1),
            TourMapping::HopfieldTank => cities,
        }
    }

    /// The bit for a city at a position; none where that is settled.
    pub fn place(self, cities: usize, city: usize, position: usize) -> Option<usize> {
        match self {
            TourMapping::OneHot => {
                Some(city.checked_sub(1)? * self.side(cities) + position.checked_sub(1)?)
            }
            TourMapping::HopfieldTank => Some(city * cities + position),
        }
    }

    /// What the penalty must be above, for a tour that is `known` long and a `largest` distance.
    pub fn bound(self, known: f64, largest: f64) -> (f64, String) {
        match self {
            TourMapping::OneHot if 4.0 * largest < known => (
                2.0 * largest,
                format!(
                    "2 x {largest}, the largest distance: what is no tour can be repaired by one \
                     bit that is set or moved so that two squares fall to 0, which saves twice \
                     the penalty and adds at most four distances"
                ),
            ),
            TourMapping::OneHot => (
                known / 2.0,
                format!(
                    "half of {known}, the length of a tour that was found: what is no tour \
                     violates two squares at least, and costs twice the penalty or more"
                ),
            ),
            TourMapping::HopfieldTank => (
                known,
                format!(
                    "{known}, the length of a tour that was found: what is no tour has another \
                     number of bits, or two in a row or a column, and costs the penalty or more"
                ),
            ),
        }
    }

    /// The function of a tour.
    pub fn binary(self, tour: &Tour) -> Binary {
        let cities = tour.cities();
        let mut binary = Binary::new(tour.units());
        let lines = |of: &dyn Fn(usize, usize) -> Option<usize>| -> Vec<Vec<usize>> {
            let line = |a: usize| (0..cities).filter_map(|b| of(a, b)).collect();
            let lines = (0..cities).map(line);
            lines.filter(|line: &Vec<usize>| !line.is_empty()).collect()
        };
        let rows = lines(&|city, position| self.place(cities, city, position));
        let columns = lines(&|position, city| self.place(cities, city, position));
        match self {
            TourMapping::OneHot => {
                for line in rows.iter().chain(&columns) {
                    binary.exactly(1.0, line, tour.penalty);
                }
            }
            TourMapping::HopfieldTank => {
                for line in rows.iter().chain(&columns) {
                    binary.at_most_one(line, tour.penalty);
                }
                let all: Vec<usize> = (0..tour.units()).collect();
                binary.exactly(cities as f64, &all, tour.penalty);
            }
        }
        for position in 0..cities {
            let next = (position + 1) % cities;
            for a in 0..cities {
                for b in (0..cities).filter(|&b| b != a) {
                    let places = [self.place(cities, a, position), self.place(cities, b, next)];
                    let distance = tour.units_between(a, b);
                    match places {
                        [Some(i), Some(j)] => binary.add(i, j, distance),
                        // The first city is there, and no other.
                        [None, Some(i)] if a == 0 && position == 0 => binary.add(i, i, distance),
                        [Some(i), None] if b == 0 && next == 0 => binary.add(i, i, distance),
                        _ => {}
                    }
                }
            }
        }
        binary
    }
}
