//! What values were, beside what they can be, as a table.

use quantize::range::{Extent, Observation, Observed};

/// The widest name that has a column of its own.
const WIDEST_NAME: usize = 40;

/// The table: for each value its format, the static bound, and what was seen, raw.
pub fn table(observation: &Observation) -> String {
    let rows = observation.values.iter().map(row);
    let heading = ["value", "format", "can be", "bits", "was", "bits", "spare"].map(String::from);
    let rows: Vec<[String; 7]> = std::iter::once(heading).chain(rows).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..7)
        .map(|column| width(column).min(WIDEST_NAME))
        .collect();
    let mut text = overview(observation);
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, &width))| match at {
            0 | 1 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// What was run, in a line.
pub fn overview(observation: &Observation) -> String {
    let Observation {
        runs,
        of,
        steps,
        cut,
        ..
    } = observation;
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    let mut text = format!(
        "every value of {runs} run{} and {steps} step{}",
        plural(*runs as u64),
        plural(*steps)
    );
    if of > runs {
        text.push_str(&format!(", the first of {of} starts"));
    }
    if *cut > 0 {
        text.push_str(&format!(", {cut} of them ended early to save time"));
    }
    text + ":\n"
}

fn row(value: &Observed) -> [String; 7] {
    let interval = |extent: Extent| format!("{} to {}", extent.low, extent.high);
    let dash = || "-".to_string();
    [
        value.title(),
        value.format.to_string(),
        interval(value.bound),
        value.bound.bits.to_string(),
        value.seen.map_or_else(dash, interval),
        value.seen.map_or_else(dash, |seen| seen.bits.to_string()),
        value.spare_bits.map_or_else(dash, |bits| bits.to_string()),
    ]
}
