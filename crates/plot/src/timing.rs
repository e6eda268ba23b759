//! Timing diagrams: what signals do, cycle by cycle.

use std::fmt::Write;

use crate::frame::{PlotError, escaped};

/// A signal over the cycles of a diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Its name.
    pub name: String,
    /// How it is drawn.
    pub kind: WaveKind,
    /// Its value in each cycle.
    pub values: Vec<i64>,
}

/// How a signal is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaveKind {
    /// One bit, as a level.
    Level,
    /// Numbers, in decimal.
    Number,
    /// Bits, in hexadecimal.
    Bits,
}

impl WaveKind {
    fn text(self, value: i64) -> String {
        match self {
            WaveKind::Level | WaveKind::Number => value.to_string(),
            WaveKind::Bits => format!("{value:x}"),
        }
    }
}

/// Width of a cycle and height of a row, in pixels.
const CYCLE: usize = 26;
const ROW: usize = 26;
/// Height of the line of cycle numbers.
const HEAD: usize = 22;
/// How far a level stands from the edge of its row.
const INSET: usize = 5;
/// Width of a letter of the names, and of the smaller ones of values.
const LETTER: usize = 8;
const SMALL: usize = 7;
/// Pixels in which an edge rises.
const EDGE: usize = 3;

const INK: &str = "#000000";
const FAINT: &str = "#E1E1E1";
const LEVEL: &str = "#0072B2";
const WORD: &str = "#009E73";

/// Draws signals below each other over a common axis of cycles, the first of which is `first`.
/// Words that last shorter than they are long are cut with a dot; each carries its whole value as
/// a title.
///
/// # Errors
/// When there is no signal, or none has a value.
pub fn timing(title: &str, caption: &str, first: u64, waves: &[Wave]) -> Result<String, PlotError> {
    let cycles = waves.iter().map(|wave| wave.values.len()).max();
    let cycles = cycles.filter(|&cycles| cycles > 0);
    let cycles = cycles.ok_or(PlotError::Empty("no signal"))?;
    let longest = waves.iter().map(|wave| wave.name.chars().count()).max();
    let left = longest.unwrap_or(0) * LETTER + 16;
    let (width, height) = (left + cycles * CYCLE + 8, HEAD + waves.len() * ROW + 6);
    let mut out = Drawing::new(title, caption, (width, height));
    out.grid(left, first, cycles, height);
    for (row, wave) in waves.iter().enumerate() {
        let top = HEAD + row * ROW;
        out.text((left - 8, top + 17), "end", 13, &wave.name);
        match wave.kind {
            WaveKind::Level => out.level((left, top), &wave.values),
            kind => out.words((left, top), &wave.values, kind),
        }
    }
    Ok(out.finish())
}

struct Drawing {
    text: String,
}

impl Drawing {
    fn new(title: &str, caption: &str, (width, height): (usize, usize)) -> Drawing {
        let (title, caption) = (escaped(title), escaped(caption));
        Drawing {
            text: format!(
                "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
                 xmlns=\"http://www.w3.org/2000/svg\" role=\"img\">\n<title>{title}</title>\n\
                 <desc>{caption}</desc>\n<rect width=\"{width}\" height=\"{height}\" \
                 fill=\"#FFFFFF\"/>\n"
            ),
        }
    }

    fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    fn text(&mut self, (x, y): (usize, usize), anchor: &str, size: usize, text: &str) {
        let text = escaped(text);
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.text,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-family=\"monospace\" \
             font-size=\"{size}\" fill=\"{INK}\">{text}</text>"
        );
    }

    /// A line at each rising edge, and the number of every fifth cycle; of the first one, too, where
    /// there is room beside the next.
    fn grid(&mut self, left: usize, first: u64, cycles: usize, height: usize) {
        for cycle in 0..=cycles {
            let x = left + cycle * CYCLE;
            let _ = writeln!(
                self.text,
                "<line x1=\"{x}\" y1=\"{HEAD}\" x2=\"{x}\" y2=\"{height}\" stroke=\"{FAINT}\"/>"
            );
            let number = first + cycle as u64;
            let text = number.to_string();
            let room = (5 - number % 5) as usize * CYCLE;
            let shown = number.is_multiple_of(5) || cycle == 0 && room > (text.len() + 1) * LETTER;
            if cycle < cycles && shown {
                self.text((x + CYCLE / 2, 15), "middle", 12, &text);
            }
        }
    }

    fn line(&mut self, points: &str, stroke: &str) {
        let _ = writeln!(
            self.text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"1.6\"/>",
            points.trim_end()
        );
    }

    fn level(&mut self, (left, top): (usize, usize), values: &[i64]) {
        let mut points = String::new();
        for (cycle, &value) in values.iter().enumerate() {
            let x = left + cycle * CYCLE;
            let y = if value == 0 {
                top + ROW - INSET
            } else {
                top + INSET
            };
            let from = if cycle == 0 { x } else { x + EDGE };
            let _ = write!(points, "{from},{y} {},{y} ", x + CYCLE);
        }
        self.line(&points, LEVEL);
    }

    /// A box for each stretch of one value.
    fn words(&mut self, (left, top): (usize, usize), values: &[i64], kind: WaveKind) {
        let mut start = 0;
        while let Some(&value) = values.get(start) {
            let rest = values.get(start..).unwrap_or_default();
            let length = rest.iter().take_while(|other| **other == value).count();
            let (from, to) = (left + start * CYCLE, left + (start + length) * CYCLE);
            let (high, low, middle) = (top + INSET, top + ROW - INSET, top + ROW / 2);
            let points = format!(
                "{from},{middle} {},{high} {},{high} {to},{middle} {},{low} {},{low} {from},{middle}",
                from + EDGE,
                to - EDGE,
                to - EDGE,
                from + EDGE
            );
            self.line(&points, WORD);
            let (text, room) = (kind.text(value), (length * CYCLE - 6) / SMALL);
            let shown = match text.len() > room {
                true => text
                    .chars()
                    .take(room.saturating_sub(1))
                    .chain(['\u{2026}'])
                    .collect(),
                false => text.clone(),
            };
            let _ = write!(self.text, "<g><title>{text}</title>");
            self.text(((from + to) / 2, top + 17), "middle", 11, &shown);
            self.text.push_str("</g>\n");
            start += length.max(1);
        }
    }
}
