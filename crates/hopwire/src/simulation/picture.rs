//! Final states as files: arrays, tables and pictures.

use std::path::Path;

use network::description::Sections;
use network::image::png_bytes;
use network::tensor::{csv_text, npy_bytes};
use network::{Dynamics, GreyImage, Network, NetworkError, Tensor};

use crate::error::HopwireError;
use crate::project::Project;
use crate::staged;

/// Pixels of a side of an element in a picture of small ones.
const ENLARGED: usize = 4;

/// Writes values to a `.npy`, `.csv` or `.png` file. `values` holds one state or several after
/// one another; a picture shows one, or of a sequence network all that it has drawn.
///
/// # Errors
/// Another ending, a picture of units that form no grid or of several states, or a file that
/// cannot be written.
pub fn write(path: &Path, project: &Project, values: &[f64]) -> Result<(), HopwireError> {
    let wrong = |message: String, expected: &str| HopwireError::Argument {
        argument: "--output",
        message,
        expected: expected.into(),
    };
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let bytes = match ending.to_ascii_lowercase().as_str() {
        "npy" => npy_bytes(&tensor(project, values)),
        "csv" => csv_text(&tensor(project, values)).into_bytes(),
        "png" => {
            if let Network::Sequence(network) = &project.network {
                let sheet = sheet(network.picture, values).map_err(|message| {
                    wrong(message, "`picture` in `[network]`, or a .npy file")
                })?;
                return staged::write_file(path, &image_bytes(&sheet)?);
            }
            if values.len() != state_length(project) {
                let message = "a picture shows one state, and there are several".into();
                return Err(wrong(message, "a .npy or .csv file"));
            }
            let (rows, columns) = grid(project).ok_or_else(|| {
                let units = project.network.units();
                wrong(format!("{units} units form no grid"), "a .npy or .csv file")
            })?;
            image_bytes(&GreyImage::from_values(rows, columns, values))?
        }
        _ => {
            let message = format!("`{}` has no known ending", path.display());
            return Err(wrong(message, "a file ending in .npy, .csv or .png"));
        }
    };
    staged::write_file(path, &bytes)
}

fn image_bytes(image: &GreyImage) -> Result<Vec<u8>, HopwireError> {
    let bytes = png_bytes(image).map_err(|problem| NetworkError::at(problem, None, "--output"))?;
    Ok(bytes)
}

/// Pictures of so many rows and columns, one after another in `values`, side by side on a square: the
/// largest of all values dark, the smallest light.
fn sheet(picture: Option<[usize; 2]>, values: &[f64]) -> Result<GreyImage, String> {
    let [rows, columns] = picture.ok_or("the outputs of this network are no picture")?;
    let size = rows.saturating_mul(columns);
    if size == 0 || values.is_empty() || !values.len().is_multiple_of(size) {
        let found = values.len();
        return Err(format!(
            "{found} numbers are no pictures of {rows} x {columns}"
        ));
    }
    let count = values.len() / size;
    let across = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
    let down = count.div_ceil(across);
    // A light line after each picture.
    let (high, wide) = (down * (rows + 1), across * (columns + 1));
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let dark = |value: f64| match most > least {
        true => 2.0 * (value - least) / (most - least) - 1.0,
        false => -1.0,
    };
    let mut all = vec![-1.0; high * wide];
    for (at, picture) in values.chunks(size).enumerate() {
        let (top, left) = (at / across * (rows + 1), at % across * (columns + 1));
        for (row, line) in picture.chunks(columns).enumerate() {
            let first = (top + row) * wide + left;
            if let Some(place) = all.get_mut(first..first + columns) {
                let line = line.iter().map(|&value| dark(value));
                place.iter_mut().zip(line).for_each(|(to, from)| *to = from);
            }
        }
    }
    Ok(GreyImage::from_values(high, wide, &all).enlarged(ENLARGED))
}

/// Elements of the state that is looked at.
fn state_length(project: &Project) -> usize {
    if let Network::Sequence(network) = &project.network {
        return network.outputs();
    }
    let variables = project.network.dynamics().map(Dynamics::variables);
    let first = variables.and_then(|variables| variables.into_iter().next());
    first.map_or(project.network.units(), |state| state.length)
}

/// One state: units in a row, cells as rows x columns. Several: one a row.
fn tensor(project: &Project, values: &[f64]) -> Tensor {
    let units = state_length(project);
    let shape = match (&project.network, values.len() == units) {
        (Network::Cellular(network), _) => vec![network.rows, network.columns],
        (_, true) => vec![units],
        (_, false) => vec![values.len() / units.max(1), units],
    };
    Tensor {
        shape,
        values: values.to_vec(),
    }
}

/// Rows and columns in which a state is shown as a picture: the grid of cells; of units the grid of
/// their neighbourhood, or a square.
pub fn grid(project: &Project) -> Option<(usize, usize)> {
    if let Network::Cellular(network) = &project.network {
        return Some((network.rows, network.columns));
    }
    let weights = match &project.description.sections {
        Sections::Hopfield(sections) => Some(&sections.weights),
        Sections::Oscillator(sections) => Some(&sections.weights),
        _ => None,
    };
    if let Some(grid) = weights.and_then(|weights| weights.neighbourhood) {
        return Some((grid.rows, grid.columns));
    }
    if let Network::Bidirectional(network) = &project.network {
        let [grid, _] = network.grids;
        return grid;
    }
    let units = project.network.units();
    let side = units.isqrt();
    (side * side == units).then_some((side, side))
}

/// A state as text, two characters an element: dark, light and grey; `None` where it is no grid of
/// at most 40 columns.
pub fn text(project: &Project, values: &[f64]) -> Option<String> {
    rows_of(grid(project)?, values)
}

/// Values as rows of text; `None` where they are no grid of at most 40 columns.
pub fn rows_of((rows, columns): (usize, usize), values: &[f64]) -> Option<String> {
    if values.len() != rows * columns {
        return None;
    }
    if columns > 40 || rows > 40 {
        return None;
    }
    let element = |&value: &f64| match value {
        value if value > 0.5 => "##",
        value if value < -0.5 => "..",
        _ => "++",
    };
    let row = |row: &[f64]| format!("  {}\n", row.iter().map(element).collect::<String>());
    Some(values.chunks(columns.max(1)).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_side_by_side_on_a_square() {
        // Three pictures of 1 x 2: two above, one below, a light line after each.
        let sheet = sheet(Some([1, 2]), &[0.0, 1.0, 1.0, 0.0, 0.5, 1.0]).unwrap();
        assert_eq!((sheet.rows, sheet.columns), (4 * ENLARGED, 6 * ENLARGED));
        let at = |row: usize, column: usize| {
            sheet.pixels[row * ENLARGED * sheet.columns + column * ENLARGED]
        };
        let row = |row: usize| (0..6).map(|column| at(row, column)).collect::<Vec<_>>();
        assert_eq!(row(0), [255, 0, 255, 0, 255, 255]);
        assert_eq!(row(1), [255; 6]);
        assert_eq!(row(2), [128, 0, 255, 255, 255, 255]);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        let none = sheet(None, &[1.0]).unwrap_err();
        assert_eq!(none, "the outputs of this network are no picture");
        let odd = sheet(Some([2, 2]), &[1.0; 6]).unwrap_err();
        assert_eq!(odd, "6 numbers are no pictures of 2 x 2");
    }
}
