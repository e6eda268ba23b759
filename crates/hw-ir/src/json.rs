//! A design as JSON, and its hash.

use sha2::{Digest, Sha256};

use crate::design::Design;

/// Version of the JSON form; part of the hash.
pub const SCHEMA: &str = "hopwire.design/1";

/// A design as JSON text, the form in which it is shipped beside its Verilog.
///
/// # Errors
/// Only where serialisation itself fails, which no design does.
pub fn to_json(design: &Design) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string(&serde_json::json!({
        "schema": SCHEMA,
        "hash": hash(design),
        "design": design,
    }))?;
    text.push('\n');
    Ok(text)
}

/// Reads what [`to_json`] wrote. The design is not checked here.
///
/// # Errors
/// When the text is no such JSON.
pub fn from_json(text: &str) -> Result<Design, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Shipped {
        design: Design,
    }
    serde_json::from_str::<Shipped>(text).map(|shipped| shipped.design)
}

/// Sixteen hexadecimal digits that tell designs apart: of everything that is simulated or emitted,
/// names and notes included.
pub fn hash(design: &Design) -> String {
    let mut digest = Sha256::new();
    digest.update(SCHEMA);
    digest.update(serde_json::to_vec(design).unwrap_or_default());
    digest
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
