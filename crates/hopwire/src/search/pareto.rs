//! Cost against error, drawn.

use plot::{Axis, Labels, PlotError, Trade};
use quantize::search::{Exploration, Keep};

/// The plot of what a search found, as SVG.
///
/// # Errors
/// When there is nothing to show.
pub fn pareto(exploration: &Exploration) -> Result<String, PlotError> {
    let (label, unit) = match exploration.wish.keep {
        Keep::Recall => ("recall lost", "share of trials"),
        Keep::Stability => ("fixed points lost", "share of patterns"),
        Keep::Labels => ("wrong labels", "share"),
        Keep::Argmin => ("energy lost", "share"),
        Keep::Values => ("largest error", ""),
        Keep::Trajectory => ("largest error of a step", ""),
    };
    let labels = Labels {
        title: "Cost against loss of every choice of words",
        caption: "Each mark is a choice of words: how many bits of memory, adders and multipliers \
                  it takes, and what it loses against the network in real numbers. The line joins \
                  those that no other beats in both; below and to its left there is nothing.",
        x: Axis {
            label: "cost",
            unit: "bits",
            whole: true,
        },
        y: Axis {
            label,
            unit,
            whole: false,
        },
    };
    let trades = exploration.points.iter().map(|point| Trade {
        cost: point.cost.total() as f64,
        error: point.error,
        on_front: point.on_front,
        chosen: point.chosen,
    });
    plot::front(&labels, &trades.collect::<Vec<_>>())
}
