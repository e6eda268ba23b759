//! Convolutions, transposed convolutions and pools, as matrices with a few weights a row.
//!
//! The equations are those of the operators Conv, ConvTranspose, AveragePool and MaxPool of ONNX
//! (operator set 22): an output at place o sees, with element k of the window, the input at
//! `o stride + k dilation - padding`. A transposed convolution has the same places, read the other way.

use super::MaxPool;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The most weights of a matrix that is made of a window.
const MAX_LINKS: usize = 1 << 22;

/// One dimension of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Places of the input.
    pub input: usize,
    /// Elements of the window.
    pub kernel: usize,
    /// Places from one window to the next.
    pub stride: usize,
    /// Places from one element of the window to the next.
    pub dilation: usize,
    /// Places before the input's start, and behind its end.
    pub padding: (usize, usize),
    /// Places added behind the output of a transposed convolution.
    pub output_padding: usize,
}

/// Which way a window is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A convolution or a pool.
    Forward,
    /// A transposed convolution.
    Transposed,
}

/// A window over channels of rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Channels of the input.
    pub channels: usize,
    /// Rows, then columns; one row where there is one dimension.
    pub axes: [Axis; 2],
    /// Groups of channels.
    pub groups: usize,
    /// Which way it is read.
    pub way: Way,
}

/// A place of the output, an element of the window, and the place of the input that it sees.
type Link = (usize, usize, usize);

impl Axis {
    /// From the first element that a window sees to the last one, both counted.
    pub fn reach(&self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }

    /// Places of the output; `None` where the window does not fit.
    fn output(&self, way: Way) -> Option<usize> {
        let reach = self.reach();
        let around = self.padding.0 + self.padding.1;
        let places = match way {
            Way::Forward => (self.input + around).checked_sub(reach)? / self.stride + 1,
            Way::Transposed => ((self.input - 1) * self.stride + reach + self.output_padding)
                .checked_sub(around)?,
        };
        (places > 0).then_some(places)
    }

    fn links(&self, way: Way) -> Vec<Link> {
        let output = self.output(way).unwrap_or(0);
        let (windows, seen) = match way {
            Way::Forward => (output, self.input),
            Way::Transposed => (self.input, output),
        };
        let mut links = vec![];
        for window in 0..windows {
            for element in 0..self.kernel {
                let place = window * self.stride + element * self.dilation;
                let place = place.checked_sub(self.padding.0);
                match (place.filter(|place| *place < seen), way) {
                    (Some(place), Way::Forward) => links.push((window, element, place)),
                    (Some(place), Way::Transposed) => links.push((place, element, window)),
                    (None, _) => {}
                }
            }
        }
        links
    }
}

impl Window {
    /// Elements of the input.
    pub fn inputs(&self) -> usize {
        self.channels * self.axes[0].input * self.axes[1].input
    }

    /// Rows and columns of the output.
    ///
    /// # Errors
    /// When the window does not fit into the input with its padding.
    pub fn places(&self) -> Result<(usize, usize), Problem> {
        let [rows, columns] = self.axes;
        rows.output(self.way)
            .zip(columns.output(self.way))
            .ok_or_else(|| Problem::Shape {
                what: "the window",
                found: format!("{} x {}", rows.kernel, columns.kernel),
                expected: format!(
                    "one that fits into {} x {} with its padding",
                    rows.input, columns.input
                ),
            })
    }

    /// Weights that a convolution to so many channels has.
    ///
    /// # Errors
    /// When the groups do not divide the channels.
    pub fn weights(&self, channels: usize) -> Result<usize, Problem> {
        let divides = |of: usize| of.is_multiple_of(self.groups);
        if !divides(self.channels) || !divides(channels) {
            return Err(Problem::Conflict {
                message: format!(
                    "{} groups of {} channels to {channels}",
                    self.groups, self.channels
                ),
                expected: "a number of groups that divides both".into(),
            });
        }
        let [rows, columns] = self.axes;
        Ok(channels * (self.channels / self.groups) * rows.kernel * columns.kernel)
    }

    /// The matrix of a convolution to so many channels, with weights in the order of ONNX: output
    /// channels x input channels of a group x window; transposed, input x output channels of a group.
    ///
    /// # Errors
    /// When the window does not fit, or the weights are too many.
    pub fn convolution(&self, channels: usize, weights: &[f64]) -> Result<Matrix, Problem> {
        let (own, others) = (channels / self.groups, self.channels / self.groups);
        let elements = self.axes[0].kernel * self.axes[1].kernel;
        self.matrix(channels, others, |to, from, element| {
            let place = match self.way {
                Way::Forward => to * others + from % others,
                Way::Transposed => from * own + to % own,
            };
            let weight = weights.get(place * elements + element);
            weight.copied().unwrap_or(0.0)
        })
    }

    /// The matrix of a pool: the mean over the places of the window that lie in the input, or over
    /// all of them, with zeros beyond the input.
    ///
    /// # Errors
    /// When the window does not fit, or lies outside the input somewhere.
    pub fn average(&self, count_padding: bool) -> Result<Matrix, Problem> {
        let ones = self.pool()?;
        let all = self.axes[0].kernel * self.axes[1].kernel;
        let seen: Vec<usize> = (0..ones.rows()).map(|row| ones.row(row).count()).collect();
        let mean = |row: usize, _, one: f64| match count_padding {
            true => one / all as f64,
            false => one / seen.get(row).map_or(1.0, |&of| of as f64),
        };
        Ok(ones.map(mean))
    }

    /// The places of the input that each output of a pool sees.
    ///
    /// # Errors
    /// When the window does not fit, or lies outside the input somewhere.
    pub fn largest(&self) -> Result<MaxPool, Problem> {
        let ones = self.pool()?;
        let places = |row| ones.row(row).map(|(place, _)| place).collect();
        Ok(MaxPool {
            inputs: self.inputs(),
            windows: (0..ones.rows()).map(places).collect(),
        })
    }

    /// A one for each place that an output of a pool sees.
    fn pool(&self) -> Result<Matrix, Problem> {
        let pool = Window {
            groups: self.channels,
            ..*self
        };
        let ones = pool.matrix(self.channels, 1, |_, _, _| 1.0)?;
        match (0..ones.rows()).all(|row| ones.row(row).count() > 0) {
            true => Ok(ones),
            false => Err(Problem::Conflict {
                message: "a window lies outside the input".into(),
                expected: "less padding than the window is long".into(),
            }),
        }
    }

    fn matrix(
        &self,
        channels: usize,
        sources: usize,
        weight: impl Fn(usize, usize, usize) -> f64,
    ) -> Result<Matrix, Problem> {
        let (rows, columns) = self.places()?;
        let own = (channels / self.groups).max(1);
        let [down, along] = [self.axes[0].links(self.way), self.axes[1].links(self.way)];
        let links = down.len().saturating_mul(along.len());
        let links = links.saturating_mul(channels).saturating_mul(sources);
        let places = rows.saturating_mul(columns).saturating_mul(channels);
        if links.max(places) > MAX_LINKS {
            return Err(Problem::Shape {
                what: "the window",
                found: format!("{links} weights over {places} outputs"),
                expected: format!("{MAX_LINKS} of either at most"),
            });
        }
        let [down_input, along_input] = [self.axes[0].input, self.axes[1].input];
        let kernel = self.axes[1].kernel;
        let mut entries = Vec::with_capacity(links);
        for to in 0..channels {
            for from in (0..sources).map(|at| to / own * sources + at) {
                for &(row, k, input_row) in &down {
                    for &(column, l, input_column) in &along {
                        entries.push((
                            (to * rows + row) * columns + column,
                            (from * down_input + input_row) * along_input + input_column,
                            weight(to, from, k * kernel + l),
                        ));
                    }
                }
            }
        }
        Ok(Matrix::sparse(
            channels * rows * columns,
            self.inputs(),
            &entries,
        ))
    }
}
