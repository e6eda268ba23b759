//! The geometry of a stencil on a grid that is scanned word by word, `lanes` cells at a time.

use program::{Arrangement, Boundary, Gather, Program, Shape};

use crate::error::ScheduleError;

/// How far a stencil reaches over cells with a coefficient other than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Rows to the north.
    pub north: usize,
    /// Rows to the south.
    pub south: usize,
    /// Columns to the west.
    pub west: usize,
    /// Columns to the east.
    pub east: usize,
}

impl Reach {
    /// What a stage with this reach and then one with the other read together.
    pub fn then(self, other: Reach) -> Reach {
        Reach {
            north: self.north + other.north,
            south: self.south + other.south,
            west: self.west + other.west,
            east: self.east + other.east,
        }
    }

    /// What so many stages with this reach, one after another, read together.
    pub fn times(self, stages: usize) -> Reach {
        Reach {
            north: self.north * stages,
            south: self.south * stages,
            west: self.west * stages,
            east: self.east * stages,
        }
    }

    /// The larger reach in each direction.
    pub fn union(self, other: Reach) -> Reach {
        Reach {
            north: self.north.max(other.north),
            south: self.south.max(other.south),
            west: self.west.max(other.west),
            east: self.east.max(other.east),
        }
    }
}

/// A stencil's coefficients that are not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stencil {
    /// (rows south, columns east, raw coefficient), row by row.
    pub taps: Vec<(i64, i64, i64)>,
    /// What stands for cells beyond the edge.
    pub boundary: Boundary,
}

impl Stencil {
    /// The stencil of a gather; `None` for other arrangements.
    pub fn of(gather: &Gather) -> Option<Stencil> {
        let Arrangement::Stencil {
            radius,
            coefficients,
            boundary,
        } = &gather.weights.arrangement
        else {
            return None;
        };
        let side = 2 * radius + 1;
        let offset = |place: usize| place as i64 - *radius as i64;
        let taps = coefficients
            .iter()
            .enumerate()
            .filter(|(_, raw)| **raw != 0)
            .map(|(i, &raw)| (offset(i / side), offset(i % side), raw))
            .collect();
        Some(Stencil {
            taps,
            boundary: *boundary,
        })
    }

    /// How far it reaches.
    pub fn reach(&self) -> Reach {
        let far = |offsets: &dyn Fn(&(i64, i64, i64)) -> i64| {
            self.taps.iter().map(offsets).max().unwrap_or(0).max(0) as usize
        };
        Reach {
            north: far(&|tap| -tap.0),
            south: far(&|tap| tap.0),
            west: far(&|tap| -tap.1),
            east: far(&|tap| tap.1),
        }
    }
}

/// The scanned grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raster {
    /// Rows of the scan.
    pub rows: usize,
    /// Words of a row of the scan.
    pub words: usize,
    /// Cells of a word.
    pub lanes: usize,
}

impl Raster {
    /// The raster of a program's grid.
    ///
    /// # Errors
    /// When lanes do not divide the columns, or leave less than three words a row.
    pub fn of(program: &Program, shape: Shape, lanes: usize) -> Result<Raster, ScheduleError> {
        let Shape::Grid { rows, columns } = shape else {
            return Err(ScheduleError::Program {
                name: program.name.clone(),
                why: "a stencil over a vector that is no grid".into(),
            });
        };
        let fits = |lanes: &usize| columns.is_multiple_of(*lanes) && columns / lanes >= 3;
        if fits(&lanes) {
            return Ok(Raster {
                rows,
                words: columns / lanes,
                lanes,
            });
        }
        let works = (1..=columns)
            .filter(fits)
            .min_by_key(|works| works.abs_diff(lanes));
        Err(ScheduleError::Fold {
            field: "hardware.lanes",
            found: lanes,
            name: program.name.clone(),
            why: format!("it must divide {columns} columns into three words or more"),
            works: works.unwrap_or(1),
        })
    }

    /// Words of a whole scan.
    pub fn positions(&self) -> usize {
        self.rows * self.words
    }

    /// Words on each side that a reach of so many columns touches.
    pub fn reach_words(&self, columns: usize) -> usize {
        columns.div_ceil(self.lanes)
    }

    /// Words between a cell's entry into a stage with this reach and its result at the output.
    pub fn delay(&self, reach: Reach) -> usize {
        reach.south * self.words + self.reach_words(reach.east) + 3
    }
}

/// A neighbour's place in words a reader knows, as `north1_west2` or `centre`.
pub fn place_name(south: i64, east: i64) -> String {
    let part = |offset: i64, minus: &str, plus: &str| match offset {
        0 => None,
        offset if offset < 0 => Some(format!("{minus}{}", -offset)),
        offset => Some(format!("{plus}{offset}")),
    };
    let parts: Vec<String> = [part(south, "north", "south"), part(east, "west", "east")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        "centre".into()
    } else {
        parts.join("_")
    }
}
