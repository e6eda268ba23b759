//! What a cell at the border sees of cells that are not there.

/// What lies outside the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Boundary {
    /// Every cell outside has this value, from -1 to 1.
    Fixed(f64),
    /// A cell outside equals the nearest cell inside.
    ZeroFlux,
    /// The grid is a torus.
    Periodic,
}

impl Boundary {
    /// The place within `0..count` that stands for `place`, which may lie outside; `None` means
    /// the fixed value. `count` is at least 1.
    pub fn source(self, place: isize, count: usize) -> Option<usize> {
        let last = count as isize - 1;
        if (0..=last).contains(&place) {
            return Some(place as usize);
        }
        match self {
            Boundary::Fixed(_) => None,
            Boundary::ZeroFlux => Some(place.clamp(0, last.max(0)) as usize),
            Boundary::Periodic => Some(place.rem_euclid(count.max(1) as isize) as usize),
        }
    }

    /// The value outside; 0 for rules that never ask for it.
    pub fn value(self) -> f64 {
        match self {
            Boundary::Fixed(value) => value,
            Boundary::ZeroFlux | Boundary::Periodic => 0.0,
        }
    }
}
