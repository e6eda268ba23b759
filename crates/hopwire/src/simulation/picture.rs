//! Final states as files: arrays, tables and pictures.

use std::path::Path;

use network::description::Sections;
use network::image::png_bytes;
use network::tensor::{csv_text, npy_bytes};
use network::{Dynamics, GreyImage, Network, NetworkError, Tensor};

use crate::error::HopwireError;
use crate::project::Project;
use crate::staged;

/// Writes values to a `.npy`, `.csv` or `.png` file. `values` holds one state or several after
/// one another; a picture shows one.
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
            if values.len() != state_length(project) {
                let message = "a picture shows one state, and there are several".into();
                return Err(wrong(message, "a .npy or .csv file"));
            }
            let (rows, columns) = grid(project).ok_or_else(|| {
                let units = project.network.units();
                wrong(format!("{units} units form no grid"), "a .npy or .csv file")
            })?;
            let image = GreyImage::from_values(rows, columns, values);
            png_bytes(&image).map_err(|problem| NetworkError::at(problem, None, "--output"))?
        }
        _ => {
            let message = format!("`{}` has no known ending", path.display());
            return Err(wrong(message, "a file ending in .npy, .csv or .png"));
        }
    };
    staged::write_file(path, &bytes)
}

/// Elements of the state that is looked at.
fn state_length(project: &Project) -> usize {
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
