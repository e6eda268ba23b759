//! What values can be, as is proved, and what they were.

use plot::{Axis, Bar, Labels};
use program::range::Fit;
use program::{Format, Histogram, Role};
use quantize::range::{Observed, What};
use serde_json::Value;

use super::view::{Block, Cell, Figure, Section, Table, Term, columns};
use super::{Material, numbers};
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::ranges::overview;

/// Histograms that are drawn large.
const LARGE: usize = 6;
/// Width and height of a small drawing, in pixels.
const SMALL: (f64, f64) = (150.0, 22.0);

/// What is proved of the program, or why nothing is.
///
/// # Errors
/// Only where the program is not valid.
pub fn certificate(material: &Material<'_>) -> Result<Section, HopwireError> {
    let built = material.built;
    let ranges = built.ranges()?;
    let fits = ranges.stages.iter().flat_map(|stage| {
        let maps = stage.gathers.iter().flat_map(|gather| &gather.map);
        stage.nodes.iter().chain(maps).map(|node| node.fit)
    });
    let fits: Vec<Fit> = fits.collect();
    let of = |fit: Fit| numbers::count(fits.iter().filter(|found| **found == fit).count() as u64);
    let mut blocks = vec![];
    match built.certificate_text() {
        Ok(text) => {
            let held = certificate::verify(&built.program_text(), &text);
            let parsed: Value = serde_json::from_str(&text).unwrap_or_default();
            let digest = parsed.get("program_sha256").and_then(Value::as_str);
            let checked = match &held {
                Ok(ranges) => format!("{} hold", numbers::plural(*ranges as u64, "range")),
                Err(fault) => format!("does not hold: {fault}"),
            };
            blocks.push(Block::Terms {
                rows: vec![
                    Term::new("Checked by a second derivation", checked),
                    Term::new("Results that always fit", of(Fit::Holds)),
                    Term::new("Results that saturate, as described", of(Fit::Saturates)),
                    Term::new("Results that wrap, as described", of(Fit::Wraps)),
                    Term::code("SHA-256 of the program", digest.unwrap_or_default()),
                ],
            });
        }
        Err(error) => blocks.push(Block::Note {
            text: format!("There is no certificate: {error}"),
        }),
    }
    blocks.push(Block::Table(sums(&ranges)));
    Ok(Section {
        id: "certificate",
        title: "Certificate",
        lead: "Bounds of every vector, sum and result, proved for whatever is loaded, by intervals \
               and affine forms. A checker that shares no code with the analysis derives them again."
            .into(),
        blocks,
    })
}

fn sums(ranges: &quantize::range::Ranges) -> Table {
    let gathers = ranges.stages.iter().flat_map(|stage| {
        let gathers = stage.gathers.iter();
        gathers.map(move |gather| (stage.name.as_str(), gather))
    });
    let rows = gathers.map(|(stage, gather)| {
        vec![
            Cell::code(stage),
            Cell::code(gather.source.as_str()),
            Cell::toned(numbers::signed(gather.low), "number"),
            Cell::toned(numbers::signed(gather.high), "number"),
            Cell::toned(gather.minimal_width.to_string(), "number"),
            Cell::code(gather.format.to_string()),
        ]
    });
    Table {
        caption:
            "Sums, raw: the accumulator is as wide as the largest can be, so none can overflow"
                .into(),
        columns: columns(&[
            "Stage",
            "Sum of",
            "#Smallest",
            "#Largest",
            "#Bits needed",
            "Accumulator",
        ]),
        rows: rows.collect(),
    }
}

/// What values were in runs, beside their bounds.
///
/// # Errors
/// Only where a plot cannot be drawn.
pub fn section(material: &Material<'_>) -> Result<Section, HopwireError> {
    let values = &material.observation.values;
    let rows = values.iter().map(row).collect();
    let seen = || values.iter().filter(|value| value.what == What::Sum);
    let spare = seen().filter_map(|value| value.spare_bits).max();
    let spare = match spare {
        None | Some(0) => "no sum was seen to need fewer bits than its bound gives it".to_owned(),
        Some(bits) => format!(
            "the static bound costs a sum up to {}",
            numbers::plural(bits.into(), "bit")
        ),
    };
    let run = overview(&material.observation);
    Ok(Section {
        id: "ranges",
        title: "Ranges",
        lead: format!(
            "Static bounds beside what was seen: {}. On this data {spare}; only the static bound \
             holds on every other.",
            run.trim_end_matches(['\n', ':'])
        ),
        blocks: vec![
            Block::Figures {
                figures: histograms(material)?,
            },
            Block::Table(Table {
                caption: "Every value, raw. The bar is what it can be; the columns in it are how \
                          often which value was seen"
                    .into(),
                columns: columns(&[
                    "Value",
                    "Format",
                    "#Can be",
                    "#Bits",
                    "#Was",
                    "#Bits",
                    "#Spare",
                    "Seen within the bound",
                ]),
                rows,
            }),
        ],
    })
}

fn row(value: &Observed) -> Vec<Cell> {
    let number = |text: String| Cell::toned(text, "number");
    let interval = |low, high| format!("{} to {}", numbers::signed(low), numbers::signed(high));
    let seen = value.seen;
    let dash = || "\u{2013}".to_owned();
    let bound = value.bound;
    let within = seen.map_or("nothing was seen".into(), |seen| {
        interval(seen.low, seen.high)
    });
    vec![
        Cell::code(value.title()),
        Cell::code(value.format.to_string()),
        number(interval(bound.low, bound.high)),
        number(bound.bits.to_string()),
        number(seen.map_or_else(dash, |seen| interval(seen.low, seen.high))),
        number(seen.map_or_else(dash, |seen| seen.bits.to_string())),
        number(value.spare_bits.map_or_else(dash, |bits| bits.to_string())),
        Cell {
            text: within,
            tone: "",
            drawing: Some(spark(value)),
        },
    ]
}

/// The bound as a bar, and in it the histogram.
fn spark(value: &Observed) -> String {
    let (width, height) = SMALL;
    let (low, high) = (value.bound.low as f64, value.bound.high as f64);
    let span = high - low + 1.0;
    let at = |raw: f64| ((raw - low) / span * width).clamp(0.0, width);
    let histogram = &value.histogram;
    let most = histogram.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut out = format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <rect class=\"track\" width=\"{width}\" height=\"{height}\" rx=\"3\"/>"
    );
    let step = (f64::from(histogram.log_width)).exp2();
    for (bar, &count) in histogram
        .counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
    {
        let from = histogram.low(bar) as f64;
        let (left, right) = (at(from.max(low)), at((from + step).min(high + 1.0)));
        let tall = (count as f64 / most * (height - 4.0)).max(1.5);
        out.push_str(&format!(
            "<rect class=\"bars\" x=\"{left:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{tall:.2}\"/>",
            height - tall,
            (right - left).max(0.8)
        ));
    }
    out + "</svg>"
}

/// The large histograms: those of sums, then those of states.
fn histograms(material: &Material<'_>) -> Result<Vec<Figure>, HopwireError> {
    let program = material.program();
    let state = |value: &&Observed| {
        let vector = program.find(&value.name).and_then(|id| program.vector(id));
        vector.is_some_and(|vector| vector.role == Role::State && vector.format != Format::BIPOLAR)
    };
    let values = || material.observation.values.iter();
    let sums = values().filter(|value| value.what == What::Sum);
    let states = values()
        .filter(|value| value.what == What::Vector)
        .filter(state);
    let shown = sums.chain(states).filter(|value| value.seen.is_some());
    shown.take(LARGE).map(histogram).collect()
}

fn histogram(value: &Observed) -> Result<Figure, HopwireError> {
    let format = value.format;
    let Histogram { log_width, .. } = value.histogram;
    let width = f64::from(log_width).exp2();
    let counts = value.histogram.counts.iter().enumerate();
    let bars = counts.map(|(bar, &count)| {
        let from = (value.histogram.low(bar) as f64 - 0.5) * format.unit();
        Bar {
            from,
            to: from + width * format.unit(),
            count,
        }
    });
    let bars: Vec<Bar> = bars.collect();
    let bound = |raw: i64, out: f64| (raw as f64 + out) * format.unit();
    let bounds = (bound(value.bound.low, -0.5), bound(value.bound.high, 0.5));
    let title = value.title();
    let caption = format!(
        "{title}: {} in {}. {}",
        numbers::plural(value.count, "value"),
        format,
        cost(value)
    );
    let labels = Labels {
        title: &title,
        caption: &caption,
        x: Axis {
            label: "value",
            unit: "",
            whole: false,
        },
        y: Axis {
            label: "how often",
            unit: "values",
            whole: true,
        },
    };
    let svg = plot::histogram(&labels, &bars, Some(bounds));
    let svg = svg.map_err(|error| HopwireError::level(&error, Exit::Tool))?;
    Ok(Figure::scaled(svg, caption))
}

/// What the bound costs, in a sentence.
fn cost(value: &Observed) -> String {
    let needed = |bits: u32| numbers::plural(bits.into(), "bit");
    match (value.seen, value.spare_bits) {
        (Some(_), Some(0)) => format!(
            "The bound (lines) takes {}, and so does what was seen.",
            needed(value.bound.bits)
        ),
        (Some(seen), _) => format!(
            "The bound (lines) takes {}; what was seen would fit {}.",
            needed(value.bound.bits),
            needed(seen.bits)
        ),
        _ => String::new(),
    }
}
