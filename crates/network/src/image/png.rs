//! Images as PNG.

use std::io::Cursor;
use std::path::Path;

use png::{BitDepth, ColorType, Decoder, Encoder, Limits, Transformations};

use super::GreyImage;
use crate::problem::Problem;
use crate::tensor::MAX_ELEMENTS;

/// A byte of what deflate packs holds at most so many: 258 in two bits, and a little for the last one.
const MOST_PACKED: usize = 1100;

/// Reads the bytes of a PNG image; see [`GreyImage::load`].
///
/// # Errors
/// When it is no PNG image or has more than 2^26 pixels; `path` is named in it.
pub fn parse_png(bytes: &[u8], path: &Path) -> Result<GreyImage, Problem> {
    let fail = |reason: String| Problem::BrokenData {
        path: path.to_path_buf(),
        kind: "png",
        reason,
    };
    let limits = Limits {
        bytes: (MAX_ELEMENTS as usize) * 4,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder
        .read_info()
        .map_err(|error| fail(error.to_string()))?;
    let (columns, rows) = (reader.info().width, reader.info().height);
    if u64::from(columns) * u64::from(rows) > MAX_ELEMENTS {
        return Err(Problem::TooManyElements {
            path: path.to_path_buf(),
            shape: format!("{columns} x {rows} pixels"),
            limit: MAX_ELEMENTS,
        });
    }
    let announced = reader.info().raw_bytes();
    if announced / MOST_PACKED > bytes.len() {
        return Err(fail(format!(
            "it announces {announced} bytes of pixels, which {} packed ones do not hold",
            bytes.len()
        )));
    }
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| fail("it is too large".into()))?;
    let mut buffer = vec![0; size];
    let frame = reader
        .next_frame(&mut buffer)
        .map_err(|error| fail(error.to_string()))?;
    let pixels = grey(
        buffer.get(..frame.buffer_size()).unwrap_or_default(),
        frame.color_type,
    );
    let (rows, columns) = (rows as usize, columns as usize);
    if pixels.len() != rows * columns {
        return Err(fail(format!(
            "it holds {} of {} pixels",
            pixels.len(),
            rows * columns
        )));
    }
    Ok(GreyImage {
        rows,
        columns,
        pixels,
    })
}

fn grey(samples: &[u8], color: ColorType) -> Vec<u8> {
    match color {
        ColorType::Grayscale | ColorType::Indexed => samples.to_vec(),
        ColorType::GrayscaleAlpha => samples
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&[grey, alpha]| on_white(grey, alpha))
            .collect(),
        ColorType::Rgb => samples
            .as_chunks::<3>()
            .0
            .iter()
            .map(|&[r, g, b]| luma(r, g, b))
            .collect(),
        ColorType::Rgba => {
            let pixels = samples.as_chunks::<4>().0.iter();
            pixels
                .map(|&[r, g, b, alpha]| on_white(luma(r, g, b), alpha))
                .collect()
        }
    }
}

/// ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B, rounded.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    ((sum + 500) / 1000) as u8
}

/// The pixel seen in front of white, rounded.
fn on_white(grey: u8, alpha: u8) -> u8 {
    let (grey, alpha) = (u32::from(grey), u32::from(alpha));
    ((grey * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// The bytes of an 8-bit grey PNG image; the same image gives the same bytes.
///
/// # Errors
/// When the image has no pixels or more than a PNG file can say, or not as many as rows x columns.
pub fn png_bytes(image: &GreyImage) -> Result<Vec<u8>, Problem> {
    let fail = |reason: String| Problem::BrokenData {
        path: "image.png".into(),
        kind: "png",
        reason,
    };
    let (Ok(columns), Ok(rows)) = (u32::try_from(image.columns), u32::try_from(image.rows)) else {
        return Err(fail("the image is too large".into()));
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, columns, rows);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder
        .write_header()
        .map_err(|error| fail(error.to_string()))?;
    writer
        .write_image_data(&image.pixels)
        .map_err(|error| fail(error.to_string()))?;
    writer.finish().map_err(|error| fail(error.to_string()))?;
    Ok(bytes)
}
