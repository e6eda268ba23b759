//! Which words stand for the numbers, and what rounding costs.

use super::view::{Block, Cell, Section, Table, Term, columns};
use super::{Material, numbers};

/// Formats, errors, and what was tried.
pub fn section(material: &Material<'_>) -> Section {
    let report = &material.built.report;
    let error = match report.exact {
        true => "none: every weight is exact".to_owned(),
        false => numbers::real(report.max_abs_error),
    };
    let mut terms = vec![
        Term::new("Largest error of a weight", error),
        Term::new(
            "One unit of a weight's word stands for",
            numbers::real(report.weight_unit),
        ),
        Term::new(
            "Bits of weights and states",
            numbers::count(report.bits_total),
        ),
    ];
    if let Some(worst) = lost(material) {
        terms.push(Term::new("Largest difference at the end of a run", worst));
    }
    let rows = report.formats.iter().map(|(of, format)| {
        let (low, high) = (
            format.value(format.min_raw()),
            format.value(format.max_raw()),
        );
        vec![
            Cell::code(of.as_str()),
            Cell::code(format.to_string()),
            Cell::toned(format.width().to_string(), "number"),
            Cell::toned(format.fraction().to_string(), "number"),
            Cell::toned(numbers::real(low), "number"),
            Cell::toned(numbers::real(high), "number"),
            Cell::toned(numbers::real(format.unit()), "number"),
        ]
    });
    let mut blocks = vec![
        Block::Terms { rows: terms },
        Block::Table(Table {
            caption: "The format of every tensor: s is two's complement, u is unsigned, b is one \
                      bit for \u{2212}1 or +1; then the bits, and how many of them are fraction"
                .into(),
            columns: columns(&[
                "Tensor",
                "Format",
                "#Bits",
                "#Fraction",
                "#From",
                "#To",
                "#Step",
            ]),
            rows: rows.collect(),
        }),
    ];
    if !report.tried.is_empty() {
        blocks.push(Block::Table(tried(material)));
    }
    Section {
        id: "words",
        title: "Words",
        lead:
            "Word formats of weights, sums and states, and what rounding to them costs against the \
               network in real numbers."
                .into(),
        blocks,
    }
}

/// The largest difference of a final state from that in real numbers.
fn lost(material: &Material<'_>) -> Option<String> {
    let pairs = material.pairs.iter();
    let differences = pairs.filter_map(|pair| {
        let float = pair.float.as_ref()?;
        let states = float.state.iter().zip(&pair.integer.run.state);
        Some(states.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
    });
    let all: Vec<f64> = differences.collect();
    let worst = all.iter().copied().reduce(f64::max)?;
    let runs = numbers::plural(all.len() as u64, "run");
    Some(format!("{} in {runs}", numbers::real(worst)))
}

fn tried(material: &Material<'_>) -> Table {
    let rows = material.built.report.tried.iter().map(|tried| {
        vec![
            Cell::code(tried.format.to_string()),
            Cell::toned(format!("{} of {}", tried.kept, tried.of), "number"),
            Cell::toned(numbers::real(tried.score), "number"),
            match tried.loses_nothing {
                true => Cell::toned("loses nothing", "yes"),
                false => Cell::toned("loses some", "open"),
            },
        ]
    });
    Table {
        caption:
            "Formats that were tried, the narrowest first; the first that loses nothing is taken"
                .into(),
        columns: columns(&["Format", "#Kept", "#Score", "Verdict"]),
        rows: rows.collect(),
    }
}
