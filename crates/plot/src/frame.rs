//! What all plots share: size, colours, labels, and the text around the drawing.

use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::style::{Color, RGBColor, WHITE};
use std::ops::Range;

/// Width and height of a plot; a page scales it, down to the width of a phone.
const SIZE: (u32, u32) = (560, 380);

/// The size of letters: readable where a plot is shrunk to the width of a phone.
const LETTERS: i32 = 22;

/// Okabe and Ito's blue, vermilion, bluish green, orange and reddish purple.
pub(crate) const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(230, 159, 0),
    RGBColor(204, 121, 167),
];

/// Lines of the mesh.
const FAINT: RGBColor = RGBColor(225, 225, 225);

/// Why a plot cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// There is no finite number in the data.
    #[error("HW1301: a plot has nothing to show: {0}")]
    Empty(&'static str),
    /// The drawing itself failed.
    #[error("HW1302: a plot cannot be drawn: {0}")]
    Drawing(String),
}

/// An axis: what it shows, and in which unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis<'a> {
    /// What it shows.
    pub label: &'a str,
    /// The unit; empty for a plain number.
    pub unit: &'a str,
    /// Whether it counts: ticks stand at whole numbers only.
    pub whole: bool,
}

impl Axis<'_> {
    fn text(&self) -> String {
        match self.unit {
            "" => self.label.into(),
            unit => format!("{} ({unit})", self.label),
        }
    }
}

/// The texts of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels<'a> {
    /// The title, for those who cannot see the plot too.
    pub title: &'a str,
    /// What there is to see.
    pub caption: &'a str,
    /// The horizontal axis.
    pub x: Axis<'a>,
    /// The vertical axis.
    pub y: Axis<'a>,
}

/// A plane of real numbers drawn as SVG.
pub(crate) type Chart<'a> =
    ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Any failure of the drawing.
pub(crate) fn failed(error: impl std::fmt::Display) -> PlotError {
    PlotError::Drawing(error.to_string())
}

/// Draws a plot over so much of the plane.
pub(crate) fn framed(
    labels: &Labels<'_>,
    (x, y): (Range<f64>, Range<f64>),
    draw: impl FnOnce(&mut Chart<'_>) -> Result<(), PlotError>,
) -> Result<String, PlotError> {
    let mut text = String::new();
    let (x_range, y_range) = (x.clone(), y.clone());
    {
        let area: DrawingArea<_, Shift> =
            SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .margin_right(24)
            .x_label_area_size(62)
            .y_label_area_size(104)
            .build_cartesian_2d(x, y)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(FAINT)
            .x_desc(labels.x.text())
            .y_desc(labels.y.text())
            .axis_desc_style(("sans-serif", LETTERS + 2))
            .label_style(("sans-serif", LETTERS))
            .x_labels(ticks(labels.x, &x_range))
            .y_labels(ticks(labels.y, &y_range))
            .x_label_formatter(&|value| tick(labels.x, *value))
            .y_label_formatter(&|value| tick(labels.y, *value))
            .draw()
            .map_err(failed)?;
        draw(&mut chart)?;
        area.present().map_err(failed)?;
    }
    Ok(described(&text, labels))
}

/// A range with room above it for a legend.
pub(crate) fn headroom(range: Range<f64>) -> Range<f64> {
    range.start..range.end + 0.36 * (range.end - range.start)
}

/// A legend in the upper right corner where there is more than one thing to tell apart.
pub(crate) fn legend(chart: &mut Chart<'_>) -> Result<(), PlotError> {
    legend_at(chart, SeriesLabelPosition::UpperRight)
}

/// A legend in the corner in whose quarter of the plane the fewest of these points lie.
pub(crate) fn legend_beside(
    chart: &mut Chart<'_>,
    (x, y): (&Range<f64>, &Range<f64>),
    points: &[(f64, f64)],
) -> Result<(), PlotError> {
    let middle = |range: &Range<f64>| range.start / 2.0 + range.end / 2.0;
    let (middle_x, middle_y) = (middle(x), middle(y));
    let corners = [
        (true, true, SeriesLabelPosition::UpperRight),
        (false, false, SeriesLabelPosition::LowerLeft),
        (true, false, SeriesLabelPosition::LowerRight),
        (false, true, SeriesLabelPosition::UpperLeft),
    ];
    let within = |(right, upper): (bool, bool)| {
        let inside = |(x, y): &&(f64, f64)| (*x > middle_x) == right && (*y > middle_y) == upper;
        points.iter().filter(inside).count()
    };
    let corners = corners.into_iter();
    let emptiest = corners.min_by_key(|(right, upper, _)| within((*right, *upper)));
    let corner = emptiest.map_or(SeriesLabelPosition::UpperRight, |(_, _, corner)| corner);
    legend_at(chart, corner)
}

fn legend_at(chart: &mut Chart<'_>, corner: SeriesLabelPosition) -> Result<(), PlotError> {
    chart
        .configure_series_labels()
        .position(corner)
        .background_style(WHITE.mix(0.85))
        .border_style(FAINT)
        .label_font(("sans-serif", LETTERS))
        .draw()
        .map_err(failed)
}

/// Ticks of an axis over a range: of one that counts no more than there are whole numbers.
fn ticks(axis: Axis<'_>, range: &Range<f64>) -> usize {
    let whole = (range.end.floor() - range.start.ceil() + 1.0).clamp(1.0, 5.0) as usize;
    if axis.whole { whole } else { 5 }
}

fn tick(axis: Axis<'_>, value: f64) -> String {
    match axis.whole && value.fract() != 0.0 {
        true => String::new(),
        false => number(value),
    }
}

/// The number of a tick: as short as it can be told.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".into();
    }
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    if !(1e-3..1e6).contains(&magnitude) {
        return format!("{sign}{magnitude:.1e}");
    }
    let text = format!("{magnitude:.4}");
    format!("{sign}{}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The range of some numbers with a margin on either side; around a single one, one to each side.
pub(crate) fn range(
    values: impl Iterator<Item = f64>,
    of: &'static str,
) -> Result<Range<f64>, PlotError> {
    let mut bounds: Option<(f64, f64)> = None;
    for value in values.filter(|value| value.is_finite()) {
        let (low, high) = bounds.unwrap_or((value, value));
        bounds = Some((low.min(value), high.max(value)));
    }
    let (low, high) = bounds.ok_or(PlotError::Empty(of))?;
    let margin = if high > low { (high - low) * 0.05 } else { 1.0 };
    Ok(low - margin..high + margin)
}

/// The drawing with title and caption inside, so that they go where the file goes.
fn described(svg: &str, labels: &Labels<'_>) -> String {
    let (open, rest) = svg.split_once('>').unwrap_or(("", svg));
    let (title, caption) = (escaped(labels.title), escaped(labels.caption));
    format!("{open} role=\"img\">\n<title>{title}</title>\n<desc>{caption}</desc>{rest}")
}

/// Text as it may stand in a document.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
