//! Fills the layout.

use tera::{Context, Delimiters, Tera};

use super::view::Page;
use crate::error::HopwireError;

/// The name of the layout; its ending turns escaping on.
const LAYOUT: &str = "report.html";

/// The page as a document.
///
/// # Errors
/// Only where the layout and its view do not fit, a fault of hopwire.
pub fn render(page: &Page) -> Result<String, HopwireError> {
    let failed = |error: tera::Error| HopwireError::Internal {
        message: format!("the layout of the report: {error}"),
    };
    let mut tera = Tera::new();
    let delimiters = Delimiters {
        block_start: "[%".into(),
        block_end: "%]".into(),
        variable_start: "[=".into(),
        variable_end: "=]".into(),
        comment_start: "[#".into(),
        comment_end: "#]".into(),
    };
    tera.set_delimiters(delimiters).map_err(failed)?;
    tera.autoescape_on(vec![".html".to_owned()]);
    tera.add_raw_templates([(LAYOUT, include_str!("report.html.tera"))])
        .map_err(failed)?;
    let context = Context::from_serialize(page).map_err(failed)?;
    tera.render(LAYOUT, &context).map_err(failed)
}
