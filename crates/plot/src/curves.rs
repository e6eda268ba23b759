//! Curves over a common axis.

use plotters::element::{Circle, PathElement};
use plotters::series::LineSeries;
use plotters::style::Color;

use crate::frame::{COLOURS, Labels, PlotError, failed, framed, headroom, legend_beside, range};

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its points, from left to right; those that are no numbers are left out.
    pub points: Vec<(f64, f64)>,
}

/// Draws curves, each in its colour, with a dot at each point where there are few.
///
/// # Errors
/// When there is nothing to show.
pub fn curves(labels: &Labels<'_>, curves: &[Curve<'_>]) -> Result<String, PlotError> {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let x = range(all().map(|point| point.0), "no point of a curve")?;
    let y = range(all().map(|point| point.1), "no point of a curve")?;
    let y = if curves.len() > 1 { headroom(y) } else { y };
    framed(labels, (x.clone(), y.clone()), |chart| {
        // The first curves are the thickest, so that those below others show.
        let thickness = (0..curves.len() as u32).rev().map(|above| 2 + 2 * above);
        let styles = COLOURS.iter().cycle().zip(thickness);
        for (curve, (colour, thickness)) in curves.iter().zip(styles) {
            let finite = curve.points.iter().copied();
            let points: Vec<(f64, f64)> = finite
                .filter(|(x, y)| x.is_finite() && y.is_finite())
                .collect();
            let dots = points.len() <= 60;
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(thickness));
            let drawn = chart.draw_series(line).map_err(failed)?;
            drawn.label(curve.name).legend(move |(x, y)| {
                PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(thickness))
            });
            if dots {
                let dots = points
                    .iter()
                    .map(|&point| Circle::new(point, 2 + thickness / 2, colour.filled()));
                chart.draw_series(dots).map_err(failed)?;
            }
        }
        if curves.len() > 1 {
            let points: Vec<(f64, f64)> = all().copied().collect();
            legend_beside(chart, (&x, &y), &points)
        } else {
            Ok(())
        }
    })
}
