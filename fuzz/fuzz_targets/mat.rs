//! Any bytes are read as a file of Matlab or refused.
#![no_main]

use std::path::Path;

use network::tensor::parse_mat;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in [None, Some("x")] {
        let _ = parse_mat(bytes, name, Path::new("a.mat"));
    }
});
