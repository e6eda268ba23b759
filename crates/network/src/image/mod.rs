//! Grey images, and how grey levels become states of cells: black is +1 and white is -1.

mod png;

use std::path::Path;

pub use png::{parse_png, png_bytes};

use crate::problem::Problem;
use crate::tensor::read_bounded;

/// A grey image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreyImage {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Grey levels row by row, 0 black to 255 white.
    pub pixels: Vec<u8>,
}

impl GreyImage {
    /// Reads a PNG file of any colour type: colours become their luma (ITU-R BT.601), transparent
    /// pixels lie on white, 16 bits are cut to 8.
    ///
    /// # Errors
    /// When the file cannot be read or is no PNG image of at most 2^26 pixels.
    pub fn load(path: &Path) -> Result<GreyImage, Problem> {
        parse_png(&read_bounded(path)?, path)
    }

    /// States of cells: `1 - 2 p / 255`, so that black is +1 and white is -1.
    pub fn to_values(&self) -> Vec<f64> {
        self.pixels
            .iter()
            .map(|&pixel| 1.0 - 2.0 * f64::from(pixel) / 255.0)
            .collect()
    }

    /// Black and white states: +1 (black) where the grey level is below `threshold`, else -1.
    pub fn to_binary_values(&self, threshold: f64) -> Vec<f64> {
        let value = |&pixel: &u8| {
            if f64::from(pixel) < threshold {
                1.0
            } else {
                -1.0
            }
        };
        self.pixels.iter().map(value).collect()
    }

    /// An image from states of cells, the inverse of [`GreyImage::to_values`]; values outside -1..1
    /// are clamped, and missing ones are white.
    pub fn from_values(rows: usize, columns: usize, values: &[f64]) -> GreyImage {
        let pixel = |value: &f64| ((1.0 - value.clamp(-1.0, 1.0)) * 127.5).round() as u8;
        let mut pixels: Vec<u8> = values.iter().map(pixel).collect();
        pixels.resize(rows.saturating_mul(columns), 255);
        GreyImage {
            rows,
            columns,
            pixels,
        }
    }

    /// The image with every pixel as a square of `scale` x `scale` pixels, for small pictures.
    pub fn enlarged(&self, scale: usize) -> GreyImage {
        let scale = scale.clamp(1, 64);
        let mut pixels = Vec::with_capacity(self.pixels.len() * scale * scale);
        for row in self.pixels.chunks(self.columns.max(1)) {
            let wide: Vec<u8> = row
                .iter()
                .flat_map(|&pixel| std::iter::repeat_n(pixel, scale))
                .collect();
            (0..scale).for_each(|_| pixels.extend_from_slice(&wide));
        }
        GreyImage {
            rows: self.rows * scale,
            columns: self.columns * scale,
            pixels,
        }
    }
}
