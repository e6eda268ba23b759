//! Any text is read as a description or refused, and every refusal can be shown.
#![no_main]

use std::path::Path;

use network::Description;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = Description::parse(&text, "net.toml", Path::new("")) {
        let _ = (error.to_string(), error.to_json());
    }
});
