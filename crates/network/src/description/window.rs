//! The windows of convolutions and pools.

use schemars::JsonSchema;
use serde::Deserialize;

use super::LayerWord;
use super::checks::{Checked, Checker, MAX_SIDE};

/// How a convolution or a pool goes over its input, in one dimension or two; the words are those of
/// ONNX.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowSection {
    /// The input: channels, then its length, or its rows and columns; channel by channel, each row by
    /// row.
    pub shape: Vec<usize>,
    /// Length, or rows and columns, of the window.
    pub kernel: Vec<usize>,
    /// Places from one window to the next, for each dimension. Default 1.
    pub stride: Option<Vec<usize>>,
    /// Places from one element of a window to the next, for each dimension. Default 1.
    pub dilation: Option<Vec<usize>>,
    /// Zeros beyond the input: before its start in each dimension, then behind its end. Default 0.
    pub padding: Option<Vec<usize>>,
    /// Groups into which channels are divided; each group of outputs sees its own inputs. Default 1.
    pub groups: Option<usize>,
    /// `transposed_convolution`: places added behind the output, for each dimension. Default 0.
    pub output_padding: Option<Vec<usize>>,
    /// `average_pool`: whether zeros beyond the input count. Default false.
    pub count_padding: Option<bool>,
}

impl WindowSection {
    /// Dimensions in space.
    pub fn dimensions(&self) -> usize {
        self.shape.len().saturating_sub(1)
    }

    /// Checks each list by itself, and that no key is given that has no meaning for this kind.
    pub(super) fn check(&self, check: &Checker<'_>, kind: LayerWord, field: &str) -> Checked {
        use LayerWord::{AveragePool, TransposedConvolution};
        let keys = [
            (
                "groups",
                self.groups.is_some(),
                kind.is_convolution(),
                "a convolution",
            ),
            (
                "output_padding",
                self.output_padding.is_some(),
                kind == TransposedConvolution,
                "kind = \"transposed_convolution\"",
            ),
            (
                "count_padding",
                self.count_padding.is_some(),
                kind == AveragePool,
                "kind = \"average_pool\"",
            ),
        ];
        for (key, given, case, when) in keys {
            check.only(&format!("{field}.{key}"), given, case, when)?;
        }
        let dimensions = self.dimensions();
        if !(1..=2).contains(&dimensions) {
            let message = format!("the shape has {} numbers", self.shape.len());
            let expected = "channels and length, or channels, rows and columns";
            return check.conflict(&format!("{field}.shape"), message, expected);
        }
        let one = |list: &Option<Vec<usize>>, length: usize| match list {
            Some(list) => list.clone(),
            None => vec![1; length],
        };
        let lists = [
            ("shape", self.shape.clone(), dimensions + 1, 1),
            ("kernel", self.kernel.clone(), dimensions, 1),
            ("stride", one(&self.stride, dimensions), dimensions, 1),
            ("dilation", one(&self.dilation, dimensions), dimensions, 1),
            (
                "padding",
                one(&self.padding, 2 * dimensions),
                2 * dimensions,
                0,
            ),
            ("groups", vec![self.groups.unwrap_or(1)], 1, 1),
            (
                "output_padding",
                one(&self.output_padding, dimensions),
                dimensions,
                0,
            ),
        ];
        for (key, list, length, least) in lists {
            let suits = |of: &usize| (least..=MAX_SIDE).contains(of);
            if list.len() != length || !list.iter().all(suits) {
                let message = format!("{key} is {list:?}");
                let expected = format!("{length} numbers from {least} to {MAX_SIDE}");
                check.conflict(&format!("{field}.{key}"), message, &expected)?;
            }
        }
        Ok(())
    }
}
