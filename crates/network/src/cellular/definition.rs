//! What the built-in templates compute, in terms of sets of pixels and without any template: the
//! judge of every level.

use std::collections::VecDeque;

/// A black and white picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryImage {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Row by row; `true` is black.
    pub black: Vec<bool>,
}

const CROSS: [(isize, isize); 4] = [(-1, 0), (0, -1), (0, 1), (1, 0)];
const RING: [(isize, isize); 8] = [
    (-1, -1),
    (-1, 0),
    (-1, 1),
    (0, -1),
    (0, 1),
    (1, -1),
    (1, 0),
    (1, 1),
];

impl BinaryImage {
    /// The picture of values from -1 to 1: black where a value is above 0.
    pub fn from_values(rows: usize, columns: usize, values: &[f64]) -> BinaryImage {
        let mut black: Vec<bool> = values.iter().map(|&value| value > 0.0).collect();
        black.resize(rows * columns, false);
        BinaryImage {
            rows,
            columns,
            black,
        }
    }

    /// Values: black +1, white -1.
    pub fn to_values(&self) -> Vec<f64> {
        self.black
            .iter()
            .map(|&black| if black { 1.0 } else { -1.0 })
            .collect()
    }

    /// Whether a pixel is black; pixels outside are white.
    pub fn is_black(&self, row: isize, column: isize) -> bool {
        self.index(row, column)
            .and_then(|at| self.black.get(at))
            .copied()
            .unwrap_or(false)
    }

    fn index(&self, row: isize, column: isize) -> Option<usize> {
        let inside =
            (0..self.rows as isize).contains(&row) && (0..self.columns as isize).contains(&column);
        inside.then(|| row as usize * self.columns + column as usize)
    }

    fn count(&self, row: isize, column: isize, offsets: &[(isize, isize)]) -> usize {
        offsets
            .iter()
            .filter(|(down, right)| self.is_black(row + down, column + right))
            .count()
    }

    fn map_places(&self, rule: impl Fn(isize, isize) -> bool) -> BinaryImage {
        let places = (0..self.rows as isize)
            .flat_map(|row| (0..self.columns as isize).map(move |column| (row, column)));
        let black = places.map(|(row, column)| rule(row, column)).collect();
        BinaryImage {
            rows: self.rows,
            columns: self.columns,
            black,
        }
    }
}

/// Black pixels with at least `least` white 8-neighbours (outside is white).
fn with_white_neighbours(image: &BinaryImage, least: usize) -> BinaryImage {
    image.map_places(|r, c| image.is_black(r, c) && 8 - image.count(r, c, &RING) >= least)
}

/// Black pixels with at least `least` black 8-neighbours.
fn with_black_neighbours(image: &BinaryImage, least: usize) -> BinaryImage {
    image.map_places(|r, c| image.is_black(r, c) && image.count(r, c, &RING) >= least)
}

/// Black pixels with at least one white 8-neighbour.
pub fn edge(image: &BinaryImage) -> BinaryImage {
    with_white_neighbours(image, 1)
}

/// Black pixels with at least five white 8-neighbours.
pub fn corner(image: &BinaryImage) -> BinaryImage {
    with_white_neighbours(image, 5)
}

/// Black pixels without a black 8-neighbour.
pub fn isolated(image: &BinaryImage) -> BinaryImage {
    with_white_neighbours(image, 8)
}

/// Black pixels with at least one black 8-neighbour.
pub fn remove_isolated(image: &BinaryImage) -> BinaryImage {
    with_black_neighbours(image, 1)
}

/// Black pixels with at least three black 8-neighbours.
pub fn junction(image: &BinaryImage) -> BinaryImage {
    with_black_neighbours(image, 3)
}

/// Black pixels with at least one white 4-neighbour.
pub fn edge_four(image: &BinaryImage) -> BinaryImage {
    image.map_places(|r, c| image.is_black(r, c) && image.count(r, c, &CROSS) < 4)
}

/// Erosion by the plus: the pixel and its four neighbours are black.
pub fn erosion_plus(image: &BinaryImage) -> BinaryImage {
    image.map_places(|r, c| image.is_black(r, c) && image.count(r, c, &CROSS) == 4)
}

/// Dilation by the plus: the pixel or one of its four neighbours is black.
pub fn dilation_plus(image: &BinaryImage) -> BinaryImage {
    image.map_places(|r, c| image.is_black(r, c) || image.count(r, c, &CROSS) > 0)
}

/// Dilation by the 3 x 3 square, `times` times.
pub fn dilation_square(image: &BinaryImage, times: usize) -> BinaryImage {
    (0..times).fold(image.clone(), |image, _| {
        image.map_places(|r, c| image.is_black(r, c) || image.count(r, c, &RING) > 0)
    })
}

/// Everything but the white pixels that a path of white 4-neighbours joins to the outside.
pub fn hole_fill(image: &BinaryImage) -> BinaryImage {
    let mut outside = BinaryImage {
        black: vec![false; image.black.len()],
        ..image.clone()
    };
    let mut queue = VecDeque::new();
    let (rows, columns) = (image.rows as isize, image.columns as isize);
    for row in 0..rows {
        queue.extend([(row, 0), (row, columns - 1)]);
    }
    for column in 0..columns {
        queue.extend([(0, column), (rows - 1, column)]);
    }
    while let Some((row, column)) = queue.pop_front() {
        let Some(place) = outside
            .index(row, column)
            .and_then(|at| outside.black.get_mut(at))
        else {
            continue;
        };
        if *place || image.is_black(row, column) {
            continue;
        }
        *place = true;
        queue.extend(CROSS.map(|(down, right)| (row + down, column + right)));
    }
    outside.black.iter_mut().for_each(|black| *black = !*black);
    outside
}

/// Per row, one black pixel for each run of black pixels, at the east end with one white pixel
/// between two of them.
pub fn connected_components_horizontal(image: &BinaryImage) -> BinaryImage {
    let columns = image.columns as isize;
    let runs = |row: isize| {
        (0..columns)
            .filter(|&c| image.is_black(row, c) && !image.is_black(row, c - 1))
            .count()
    };
    image.map_places(|row, column| {
        let from_east = (columns - 1 - column) as usize;
        from_east.is_multiple_of(2) && from_east / 2 < runs(row)
    })
}

/// Black where a black pixel stands here or further east in the row.
pub fn shadow_west(image: &BinaryImage) -> BinaryImage {
    let columns = image.columns as isize;
    image.map_places(|row, column| (column..columns).any(|east| image.is_black(row, east)))
}

/// Black and white exchanged.
pub fn logic_not(image: &BinaryImage) -> BinaryImage {
    image.map_places(|row, column| !image.is_black(row, column))
}

/// Black where both are black.
pub fn logic_and(image: &BinaryImage, second: &BinaryImage) -> BinaryImage {
    image.map_places(|row, column| image.is_black(row, column) && second.is_black(row, column))
}

/// What the built-in template `name` computes from an input and a second image, after `steps`
/// steps where that matters; `None` for templates that work on grey (`diffusion`, `halftone`) and
/// unknown names.
pub fn defined(
    name: &str,
    input: &BinaryImage,
    second: &BinaryImage,
    steps: usize,
) -> Option<BinaryImage> {
    Some(match name {
        "edge" => edge(input),
        "corner" => corner(input),
        "isolated" => isolated(input),
        "remove_isolated" => remove_isolated(input),
        "junction" => junction(input),
        "erosion_plus" => erosion_plus(input),
        "dilation_plus" => dilation_plus(input),
        "hole_fill" | "dt_hole_fill" => hole_fill(input),
        "ccd_horizontal" => connected_components_horizontal(input),
        "shadow_west" => shadow_west(input),
        "logic_not" => logic_not(input),
        "logic_and" => logic_and(input, second),
        "dt_edge" => edge_four(input),
        "dt_grow" => dilation_square(input, steps),
        _ => return None,
    })
}
