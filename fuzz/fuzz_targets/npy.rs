//! Any bytes are read as an array of numpy or refused, and what is read has the elements of its shape
//! and reads back the same.
#![no_main]

use std::path::Path;

use network::tensor::{npy_bytes, parse_npy};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = parse_npy(bytes, Path::new("a.npy")) else {
        return;
    };
    assert_eq!(read.values.len(), read.shape.iter().product::<usize>());
    let again = parse_npy(&npy_bytes(&read), Path::new("b.npy")).expect("what was written");
    let bits = |values: &[f64]| {
        values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (&again.shape, bits(&again.values)),
        (&read.shape, bits(&read.values))
    );
});
