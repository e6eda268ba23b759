//! What other words would cost and lose.

use quantize::search::Keep;

use super::view::{Block, Cell, Figure, Section, Table, columns};
use super::{Material, numbers};
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::search::{fields, pareto};

const ID: &str = "front";
const TITLE: &str = "Cost against loss";

/// The Pareto front of a search; how to ask for one where there was none.
///
/// # Errors
/// Only where the plot cannot be drawn.
pub fn section(material: &Material<'_>) -> Result<Section, HopwireError> {
    let Some(search) = &material.search else {
        return Ok(without(material));
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
    Ok(Section {
        id: ID,
        title: TITLE,
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
    })
}

/// The section where nothing was searched.
fn without(material: &Material<'_>) -> Section {
    let network = &material.built.project.network;
    let is_array = matches!(network, network::Network::Cellular(_));
    let is_memory = matches!(network, network::Network::Hopfield(_));
    let text = match network.dynamics().is_some() || is_array || is_memory {
        true => {
            "No words were searched, as that may take long for this network. With --keep, \
             --target-error or --budget-lut the report searches, and shows the Pareto front."
        }
        false => {
            "The words of networks of this kind are those of the description; there is no search."
        }
    };
    Section {
        id: ID,
        title: TITLE,
        lead: "What other words would cost and lose.".into(),
        blocks: vec![Block::Note { text: text.into() }],
    }
}
