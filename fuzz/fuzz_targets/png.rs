//! Any bytes are read as a grey image or refused, and what is read has all its pixels.
#![no_main]

use std::path::Path;

use network::image::parse_png;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = parse_png(bytes, Path::new("a.png")) {
        assert_eq!(image.pixels.len(), image.rows * image.columns);
    }
});
