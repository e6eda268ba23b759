//! From the description of a convolution or a pool to its layer: a dense one with a few weights a row, or the places of each
//! window.

use super::build::Reader;
use super::window::{Axis, Way, Window};
use super::{Dense, MaxPool};
use crate::activation::Activation;
use crate::description::{LayerWord, WindowSection, layer_field};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;
use crate::tensor::Tensor;

impl Reader<'_> {
    /// A convolution, of either way.
    ///
    /// # Errors
    /// Weights or a window that do not suit.
    pub(super) fn convolution(&self) -> Result<Dense, NetworkError> {
        let (_, window) = self.window()?;
        let section = self.section;
        let channels = section.units.unwrap_or(0);
        let count = self.fit("window.groups", window.weights(channels))?;
        let values = self.fit("w", self.window_weights(count))?;
        let weights = self.fit("window", window.convolution(channels, &values))?;
        let bias = self.list(&section.bias, channels, "the list of biases", "bias")?;
        let places = weights.rows() / channels.max(1);
        let spread = |&bias: &f64| std::iter::repeat_n(bias, places);
        Ok(Dense {
            bias: bias.of(0).iter().flat_map(spread).collect(),
            weights,
            activation: self.activation()?,
        })
    }

    /// A pool of means.
    ///
    /// # Errors
    /// A window that does not suit.
    pub(super) fn average_pool(&self) -> Result<Dense, NetworkError> {
        let (described, window) = self.window()?;
        let count_padding = described.count_padding.unwrap_or(false);
        let weights = self.fit("window", window.average(count_padding))?;
        Ok(Dense {
            bias: vec![0.0; weights.rows()],
            weights,
            activation: Activation::identity(),
        })
    }

    /// A pool of largest elements.
    ///
    /// # Errors
    /// A window that does not suit.
    pub(super) fn max_pool(&self) -> Result<MaxPool, NetworkError> {
        let (_, window) = self.window()?;
        self.fit("window", window.largest())
    }

    /// What was made, or what is wrong with a key of this layer.
    pub(super) fn fit<T>(&self, key: &str, made: Result<T, Problem>) -> Result<T, NetworkError> {
        made.map_err(|problem| self.source.error(&layer_field(self.number, key), problem))
    }

    /// The window, as described and as it goes over what reaches the layer.
    fn window(&self) -> Result<(&WindowSection, Window), NetworkError> {
        let none = || Problem::Conflict {
            message: "there is no window".into(),
            expected: "a window".into(),
        };
        let described = self.section.window.as_ref().ok_or_else(none);
        let described = self.fit("window", described)?;
        let window = window(described, self.section.kind);
        match window.inputs() == self.inputs {
            true => Ok((described, window)),
            false => self.fit(
                "window.shape",
                Err(Problem::Shape {
                    what: "the input of the window",
                    found: format!("{} elements", window.inputs()),
                    expected: format!("{}, as the layer is given", self.inputs),
                }),
            ),
        }
    }

    /// The weights of a convolution, of any shape with so many numbers.
    fn window_weights(&self, count: usize) -> Result<Vec<f64>, Problem> {
        let what = "the weights of the window";
        let Some(given) = &self.section.w else {
            return Ok(vec![]);
        };
        let tensor = Tensor::from_source(given, self.source.folder(), what)?;
        tensor.check_finite(what)?;
        if tensor.values.len() != count {
            return Err(Problem::Shape {
                what,
                found: format!("the shape {}", tensor.shape_text()),
                expected: format!("{count} numbers"),
            });
        }
        Ok(tensor.values)
    }
}

/// The window of a section that was checked; a second dimension where there is one.
fn window(described: &WindowSection, kind: LayerWord) -> Window {
    let dimensions = described.dimensions();
    let of = |list: &[usize], place: usize| list.get(place).copied();
    let or = |list: &Option<Vec<usize>>, place: usize, other: usize| {
        let found = list.as_deref().and_then(|list| of(list, place));
        found.unwrap_or(other)
    };
    let axis = |at: usize| Axis {
        input: of(&described.shape, at + 1).unwrap_or(1),
        kernel: of(&described.kernel, at).unwrap_or(1),
        stride: or(&described.stride, at, 1),
        dilation: or(&described.dilation, at, 1),
        padding: (
            or(&described.padding, at, 0),
            or(&described.padding, dimensions + at, 0),
        ),
        output_padding: or(&described.output_padding, at, 0),
    };
    let single = Axis {
        input: 1,
        kernel: 1,
        stride: 1,
        dilation: 1,
        padding: (0, 0),
        output_padding: 0,
    };
    Window {
        channels: of(&described.shape, 0).unwrap_or(1),
        axes: match dimensions {
            1 => [single, axis(0)],
            _ => [axis(0), axis(1)],
        },
        groups: described.groups.unwrap_or(1),
        way: match kind {
            LayerWord::TransposedConvolution => Way::Transposed,
            _ => Way::Forward,
        },
    }
}
