//! From the description of a convolution or a pool to its layer: a dense one with a few weights a row.

use super::Dense;
use super::build::Reader;
use super::window::{Axis, Way, Window};
use crate::activation::Activation;
use crate::description::{LayerWord, WindowSection, layer_field};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;
use crate::tensor::Tensor;

impl Reader<'_> {
    /// The layer.
    ///
    /// # Errors
    /// Weights or a window that do not suit.
    pub(super) fn windowed(&self) -> Result<Dense, NetworkError> {
        let section = self.section;
        let fail = |key: &str, problem| self.source.error(&layer_field(self.number, key), problem);
        let Some(described) = &section.window else {
            let problem = Problem::Conflict {
                message: "there is no window".into(),
                expected: "a window".into(),
            };
            return Err(fail("window", problem));
        };
        let window = window(described, section.kind);
        if window.inputs() != self.inputs {
            let problem = Problem::Shape {
                what: "the input of the window",
                found: format!("{} elements", window.inputs()),
                expected: format!("{}, as the layer is given", self.inputs),
            };
            return Err(fail("window.shape", problem));
        }
        if section.kind == LayerWord::AveragePool {
            let weights = window
                .average()
                .map_err(|problem| fail("window", problem))?;
            return Ok(Dense {
                bias: vec![0.0; weights.rows()],
                weights,
                activation: Activation::identity(),
            });
        }
        let channels = section.units.unwrap_or(0);
        let count = window
            .weights(channels)
            .map_err(|problem| fail("window.groups", problem))?;
        let values = self
            .window_weights(count)
            .map_err(|problem| fail("w", problem))?;
        let weights = window
            .convolution(channels, &values)
            .map_err(|problem| fail("window", problem))?;
        let bias = self.list(&section.bias, channels, "the list of biases", "bias")?;
        let places = weights.rows() / channels.max(1);
        let spread = |&bias: &f64| std::iter::repeat_n(bias, places);
        Ok(Dense {
            bias: bias.of(0).iter().flat_map(spread).collect(),
            weights,
            activation: self.activation()?,
        })
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
