//! How often each range of values occurred, beside the bounds that were proved.

use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;

use crate::frame::{COLOURS, Labels, PlotError, failed, framed, legend, range};

/// A bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Its left edge.
    pub from: f64,
    /// Its right edge.
    pub to: f64,
    /// How many values lie between.
    pub count: u64,
}

/// Draws bars, and lines at the bounds that no value can leave.
///
/// # Errors
/// When there is no bar.
pub fn histogram(
    labels: &Labels<'_>,
    bars: &[Bar],
    bounds: Option<(f64, f64)>,
) -> Result<String, PlotError> {
    let edges = bars.iter().flat_map(|bar| [bar.from, bar.to]);
    let outer = bounds.iter().flat_map(|&(low, high)| [low, high]);
    let x = range(edges.chain(outer), "no bar")?;
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1) as f64;
    framed(labels, (x, 0.0..most * 1.4), |chart| {
        let corners = |bar: &Bar| [(bar.from, 0.0), (bar.to, bar.count as f64)];
        let bars = bars.iter().filter(|bar| bar.count > 0);
        let bars = bars.map(|bar| Rectangle::new(corners(bar), COLOURS[0].mix(0.8).filled()));
        chart
            .draw_series(bars)
            .map_err(failed)?
            .label("occurred")
            .legend(|(x, y)| {
                Rectangle::new([(x + 2, y - 5), (x + 14, y + 5)], COLOURS[0].filled())
            });
        let Some((low, high)) = bounds else {
            return Ok(());
        };
        let line =
            |x: f64| PathElement::new([(x, 0.0), (x, most * 1.08)], COLOURS[1].stroke_width(2));
        chart
            .draw_series([low, high].map(line))
            .map_err(failed)?
            .label("can occur")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], COLOURS[1].stroke_width(2)));
        legend(chart)
    })
}
