//! What other words would cost and lose.

use quantize::search::Keep;

use super::view::{Block, Cell, Figure, Section, Table, columns};
use super::{Material, numbers};
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::search::{fields, pareto};

/// The Pareto front of a search; none where there was none.
///
/// # Errors
/// Only where the plot cannot be drawn.
pub fn section(material: &Material<'_>) -> Result<Option<Section>, HopwireError> {
    let Some(search) = &material.search else {
        return Ok(None);
    };
    let what = match search.wish.keep {
        Keep::Recall => "noisy patterns that are recalled",
        Keep::Stability => "patterns that are fixed points",
        Keep::Labels => "ends with the right label: the nearest pattern, or the sides of zero",
        Keep::Argmin => "the energy of the final states",
        Keep::Trajectory => "the output after each step",
        Keep::Values => "the numbers themselves",
    };
    let svg = pareto(search).map_err(|error| HopwireError::level(&error, Exit::Tool))?;
    let on_front = search.points.iter().filter(|point| point.on_front);
    let caption = format!(
        "Each mark is a choice of words, by the bits that it costs and by what it loses. The line \
         joins the {} that no other beats in both; what lies above or to the right of it is never \
         worth its price.",
        on_front.clone().count()
    );
    let rows = on_front
        .chain(search.chosen().filter(|chosen| !chosen.on_front))
        .map(|point| {
            vec![
                Cell::code(fields(point).join(", ")),
                Cell::toned(numbers::count(point.cost.total()), "number"),
                Cell::toned(format!("{:.1} %", 100.0 * point.kept), "number"),
                Cell::toned(numbers::real(point.error), "number"),
                match (point.chosen, point.exact) {
                    (true, _) => Cell::toned("cheapest that keeps enough", "yes"),
                    (false, true) => "exact weights".into(),
                    (false, false) => "".into(),
                },
            ]
        });
    let rows = rows.collect();
    let real = match search.wish.keep {
        Keep::Recall | Keep::Stability => {
            format!(" In real numbers {:.1} % are.", 100.0 * search.float)
        }
        Keep::Labels | Keep::Argmin | Keep::Values | Keep::Trajectory => String::new(),
    };
    Ok(Some(Section {
        id: "front",
        title: "Cost against loss",
        lead: format!(
            "A search over word formats: what they cost in bits of memory, adders and multipliers, \
             and what is kept: {what}.{real}"
        ),
        blocks: vec![
            Block::Figures {
                figures: vec![Figure::scaled(svg, caption)],
            },
            Block::Table(Table {
                caption: "The front, the cheapest first; the words are lines of [format] in the \
                          description"
                    .into(),
                columns: columns(&["Words", "#Bits", "#Kept", "#Lost", "Remark"]),
                rows,
            }),
        ],
    }))
}
