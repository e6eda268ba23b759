//! `schema`: the JSON Schema of the description file.

use crate::error::HopwireError;

/// The JSON Schema of the description file, as the text of `schema/description.schema.json`.
///
/// # Errors
/// Only where serialisation itself fails, which it does not.
pub fn text() -> Result<String, HopwireError> {
    serde_json::to_string_pretty(&network::schema())
        .map(|text| text + "\n")
        .map_err(|error| HopwireError::Internal {
            message: error.to_string(),
        })
}
