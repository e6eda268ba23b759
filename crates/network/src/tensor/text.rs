//! Numbers as text, `.csv`: one row a line, commas between numbers, `#` begins a comment line.

use std::path::Path;

use super::{MAX_ELEMENTS, Tensor, broken};
use crate::problem::Problem;

/// Reads the bytes of a `.csv` file without a heading; all rows have the same length.
///
/// # Errors
/// The first line that is not numbers or has another length; `path` is named in it.
pub fn parse_csv(bytes: &[u8], path: &Path) -> Result<Tensor, Problem> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let (mut values, mut rows, mut columns) = (Vec::new(), 0usize, 0usize);
    for record in reader.records() {
        let record = record.map_err(|error| broken(path, "csv", error.to_string()))?;
        let line = record
            .position()
            .map_or(rows as u64 + 1, |position| position.line());
        for (column, text) in record.iter().enumerate() {
            let value: f64 = text.parse().map_err(|_| {
                let text: String = text.chars().take(40).collect();
                let at = format!("line {line}, column {}", column + 1);
                broken(path, "csv", format!("`{text}` in {at} is not a number"))
            })?;
            values.push(value);
            if values.len() as u64 > MAX_ELEMENTS {
                return Err(too_many(path));
            }
        }
        rows += 1;
        columns = record.len();
    }
    Ok(Tensor {
        shape: vec![rows, columns],
        values,
    })
}

fn too_many(path: &Path) -> Problem {
    let (path, shape) = (path.to_path_buf(), "a longer list".to_string());
    Problem::TooManyElements {
        path,
        shape,
        limit: MAX_ELEMENTS,
    }
}

/// Rows of numbers as text: one row a line for two axes, else one number a line. Numbers are
/// written so that they read back exactly.
pub fn csv_text(tensor: &Tensor) -> String {
    let columns = match tensor.shape.as_slice() {
        [_, columns] => *columns,
        _ => 1,
    };
    let lines = tensor.values.chunks(columns.max(1)).map(|row| {
        let numbers: Vec<String> = row.iter().map(f64::to_string).collect();
        numbers.join(",") + "\n"
    });
    lines.collect()
}
