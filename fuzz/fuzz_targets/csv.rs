//! Any bytes are read as rows of numbers or refused, and what is read reads back the same.
#![no_main]

use std::path::Path;

use network::tensor::{csv_text, parse_csv};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = parse_csv(bytes, Path::new("a.csv")) else {
        return;
    };
    if read.values.iter().any(|value| value.is_nan()) {
        return;
    }
    let again = parse_csv(csv_text(&read).as_bytes(), Path::new("b.csv"));
    assert_eq!(again.map(|again| again.values).ok(), Some(read.values));
});
