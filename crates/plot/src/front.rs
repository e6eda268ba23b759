//! Cost against error, with the front of what no other beats.

use plotters::element::{Circle, Cross, PathElement};
use plotters::series::LineSeries;
use plotters::style::{Color, RGBColor};

use crate::frame::{COLOURS, Labels, PlotError, failed, framed, headroom, legend, range};

/// Points that others beat.
const BEATEN: RGBColor = RGBColor(170, 170, 170);

/// A choice: what it costs, and what it loses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// What it costs.
    pub cost: f64,
    /// What it loses.
    pub error: f64,
    /// Whether no other choice is cheaper and loses no more.
    pub on_front: bool,
    /// Whether it is the choice that was made.
    pub chosen: bool,
}

/// Draws all choices, the front as a line, and the one that was made.
///
/// # Errors
/// When there is none.
pub fn front(labels: &Labels<'_>, trades: &[Trade]) -> Result<String, PlotError> {
    let x = range(trades.iter().map(|trade| trade.cost), "no choice")?;
    let y = range(trades.iter().map(|trade| trade.error), "no choice")?;
    let at = |trade: &Trade| (trade.cost, trade.error);
    let mut on_front: Vec<(f64, f64)> = trades.iter().filter(|t| t.on_front).map(at).collect();
    on_front.sort_by(|a, b| a.0.total_cmp(&b.0));
    framed(labels, (x, headroom(y)), |chart| {
        let beaten = trades.iter().filter(|trade| !trade.on_front).map(at);
        let beaten = beaten.map(|point| Cross::new(point, 3, BEATEN.stroke_width(1)));
        chart
            .draw_series(beaten)
            .map_err(failed)?
            .label("another is better")
            .legend(|(x, y)| Cross::new((x + 8, y), 3, BEATEN.stroke_width(1)));
        let line = LineSeries::new(on_front.iter().copied(), COLOURS[0].stroke_width(2));
        chart
            .draw_series(line)
            .map_err(failed)?
            .label("front")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], COLOURS[0].stroke_width(2)));
        let dots = on_front
            .iter()
            .map(|&point| Circle::new(point, 4, COLOURS[0].filled()));
        chart.draw_series(dots).map_err(failed)?;
        let chosen = trades.iter().filter(|trade| trade.chosen).map(at);
        let chosen = chosen.map(|point| Circle::new(point, 8, COLOURS[1].stroke_width(3)));
        chart
            .draw_series(chosen)
            .map_err(failed)?
            .label("chosen")
            .legend(|(x, y)| Circle::new((x + 8, y), 6, COLOURS[1].stroke_width(3)));
        legend(chart)
    })
}
