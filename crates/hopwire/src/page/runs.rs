//! How runs go: energy, and what still moves.

use plot::{Axis, Curve, Labels};

use super::view::{Block, Cell, Figure, Section, Table, columns};
use super::{Material, Pair, numbers};
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::simulation::run::Run;
use crate::verbs::simulate::nearest;

const ENERGY: Axis<'_> = Axis {
    label: "energy",
    unit: "",
    whole: false,
};
const CHANGED: Axis<'_> = Axis {
    label: "changed",
    unit: "elements",
    whole: true,
};
const CHANGE: Axis<'_> = Axis {
    label: "largest change",
    unit: "log\u{2081}\u{2080}",
    whole: false,
};

/// Energy, convergence, and a table of runs.
///
/// # Errors
/// Only where a plot cannot be drawn.
pub fn section(material: &Material<'_>) -> Result<Section, HopwireError> {
    let mut blocks = vec![];
    if let Some(pair) = material.pairs.first() {
        let mut figures = vec![];
        match energy(pair)? {
            Some(figure) => figures.push(figure),
            None => blocks.push(Block::Note {
                text: "No energy is defined for this network, so there is none to watch.".into(),
            }),
        }
        figures.extend(changed(pair)?);
        figures.extend(distance(pair)?);
        blocks.push(Block::Figures { figures });
    }
    blocks.push(Block::Table(table(material)));
    let shown = match material.starts > material.pairs.len() {
        true => format!(
            "the first {} of {} starts",
            material.pairs.len(),
            numbers::count(material.starts as u64)
        ),
        false => numbers::plural(material.pairs.len() as u64, "start"),
    };
    Ok(Section {
        id: "runs",
        title: "Energy and convergence",
        lead: format!(
            "Runs from {shown}, in real numbers and in the integers that the hardware computes. The \
             curves are those of the first."
        ),
        blocks,
    })
}

/// Both levels of a pair by what `of` takes of a run, from step `first` on.
fn levels(pair: &Pair, first: usize, of: impl Fn(&Run) -> Vec<f64>) -> Vec<Curve<'static>> {
    let float = pair.float.as_ref().map(|run| ("real numbers", of(run)));
    let integer = Some(("integers", of(&pair.integer.run)));
    let found = [float, integer].into_iter().flatten();
    let curve = |(name, values): (&'static str, Vec<f64>)| Curve {
        name,
        points: (first..).map(|step| step as f64).zip(values).collect(),
    };
    let curves = found.map(curve);
    curves.filter(|curve| !curve.points.is_empty()).collect()
}

/// Curves over the steps; none where there is no number to draw.
///
/// # Errors
/// Only where the plot cannot be drawn.
pub fn drawn(
    title: &str,
    caption: String,
    y: Axis<'_>,
    curves: &[Curve<'_>],
) -> Result<Option<Figure>, HopwireError> {
    let points = curves.iter().flat_map(|curve| &curve.points);
    if !points.into_iter().any(|(_, y)| y.is_finite()) {
        return Ok(None);
    }
    let labels = Labels {
        title,
        caption: &caption,
        x: Axis {
            label: "step",
            unit: "",
            whole: true,
        },
        y,
    };
    let svg = plot::curves(&labels, curves);
    let svg = svg.map_err(|error| HopwireError::level(&error, Exit::Tool))?;
    Ok(Some(Figure::scaled(svg, caption)))
}

fn energy(pair: &Pair) -> Result<Option<Figure>, HopwireError> {
    let curves = levels(pair, 0, |run| run.energy.clone());
    let integer = &pair.integer.run.energy;
    let (Some(first), Some(last)) = (integer.first(), integer.last()) else {
        return drawn("Energy", "Energy in real numbers.".into(), ENERGY, &curves);
    };
    let rises = integer.windows(2).filter(|pair| match pair {
        [before, after] => after > before,
        _ => false,
    });
    let rises = match rises.count() {
        0 => "it never rises".to_owned(),
        count => format!("it rises in {}", numbers::plural(count as u64, "step")),
    };
    let caption = format!(
        "Energy in each step. In integers it goes from {} to {}, and {rises}.",
        numbers::real(*first),
        numbers::real(*last)
    );
    drawn("Energy", caption, ENERGY, &curves)
}

fn changed(pair: &Pair) -> Result<Option<Figure>, HopwireError> {
    let curves = levels(pair, 1, |run| {
        run.changed.iter().map(|&count| count as f64).collect()
    });
    let caption = format!(
        "Elements of the state that changed in each step. In integers: {}.",
        pair.integer.run.ending()
    );
    drawn("Changed elements", caption, CHANGED, &curves)
}

/// The largest change, where it is not always the same.
fn distance(pair: &Pair) -> Result<Option<Figure>, HopwireError> {
    let moves = |run: &Run| run.distance.iter().any(|&by| by != 0.0 && by != 2.0);
    if !(pair.float.as_ref().is_some_and(moves) || moves(&pair.integer.run)) {
        return Ok(None);
    }
    let curves = levels(pair, 1, |run| {
        run.distance.iter().map(|by| by.log10()).collect()
    });
    let caption = "The largest change of an element in each step, as a power of ten. A straight \
                   line down is a network that contracts by the same factor in each step; integers \
                   come to rest all at once, where every change rounds to nothing."
        .to_owned();
    drawn("Largest change", caption, CHANGE, &curves)
}

fn table(material: &Material<'_>) -> Table {
    let project = &material.built.project;
    let memory = material
        .pairs
        .iter()
        .any(|pair| nearest(project, &pair.integer.run.state).is_some());
    let answers = material
        .pairs
        .iter()
        .any(|pair| pair.integer.run.answer.is_some());
    let mut titles = vec![
        "#Start",
        "Real numbers",
        "Integers",
        "#Cycles",
        "#Energy at the end",
        "#Largest difference",
        "#Elements that differ",
    ];
    if memory {
        titles.push("Nearest pattern");
    }
    if answers {
        titles.push("Answer");
    }
    let rows = material.pairs.iter().enumerate().map(|(at, pair)| {
        let run = &pair.integer.run;
        let number = |text: String| Cell::toned(text, "number");
        let dash = || "\u{2013}".to_owned();
        let differences = pair.float.as_ref().map(|float| {
            let states = float.state.iter().zip(&run.state);
            states.map(|(a, b)| (a - b).abs()).collect::<Vec<f64>>()
        });
        let worst = differences
            .as_ref()
            .map(|all| all.iter().copied().fold(0.0, f64::max));
        let differ = differences.map(|all| all.iter().filter(|by| **by != 0.0).count() as u64);
        let mut cells = vec![
            number(at.to_string()),
            Cell::from(pair.float.as_ref().map_or_else(dash, Run::ending)),
            Cell::from(run.ending()),
            number(run.cycles.map_or_else(dash, numbers::count)),
            number(
                run.energy
                    .last()
                    .map_or_else(dash, |energy| numbers::real(*energy)),
            ),
            number(worst.map_or_else(dash, numbers::real)),
            number(differ.map_or_else(dash, numbers::count)),
        ];
        if memory {
            let near = nearest(project, &run.state);
            cells.push(Cell::from(near.map_or_else(dash, |near| {
                format!("{}, overlap {}", near.pattern, numbers::real(near.overlap))
            })));
        }
        if answers {
            let answer = run.answer.as_ref();
            cells.push(Cell::from(answer.map_or_else(dash, |answer| {
                let valid = if answer.valid { "" } else { ", not valid" };
                format!("{} {}{valid}", answer.measure, numbers::real(answer.value))
            })));
        }
        cells
    });
    Table {
        caption: "Each run: how it ended at both levels, and how far the ends lie apart".into(),
        rows: rows.collect(),
        columns: columns(&titles),
    }
}
