//! Any bytes are read as an archive of arrays of numpy or refused.
#![no_main]

use std::path::Path;

use network::tensor::parse_npz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for key in [None, Some("x")] {
        let _ = parse_npz(bytes, key, Path::new("a.npz"));
    }
});
