//! The layouts, and how they are filled.

use serde::Serialize;
use tera::{Context, Delimiters, Tera};

use crate::error::EmitError;

/// The layouts, built into the program.
const LAYOUTS: [(&str, &str); 7] = [
    (
        "module.v",
        include_str!("../../../hdl-templates/module.v.tera"),
    ),
    (
        "testbench.v",
        include_str!("../../../hdl-templates/testbench.v.tera"),
    ),
    (
        "icarus.v",
        include_str!("../../../hdl-templates/icarus.v.tera"),
    ),
    (
        "main.cpp",
        include_str!("../../../hdl-templates/main.cpp.tera"),
    ),
    (
        "Makefile",
        include_str!("../../../hdl-templates/Makefile.tera"),
    ),
    (
        "core",
        include_str!("../../../hdl-templates/design.core.tera"),
    ),
    (
        "README.md",
        include_str!("../../../hdl-templates/README.md.tera"),
    ),
];

/// Fills layouts.
pub struct Renderer {
    tera: Tera,
}

impl Renderer {
    /// Reads the layouts. Their delimiters keep clear of Verilog's braces.
    ///
    /// # Errors
    /// When a layout is malformed.
    pub fn new() -> Result<Renderer, EmitError> {
        let failed = |error: tera::Error| EmitError::Layout {
            layout: "all",
            why: error.to_string(),
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
        tera.autoescape_on(Vec::<String>::new());
        tera.add_raw_templates(LAYOUTS).map_err(failed)?;
        Ok(Renderer { tera })
    }

    /// Fills one layout with a view.
    ///
    /// # Errors
    /// When the layout names something that the view does not have.
    pub fn render(&self, layout: &'static str, view: &impl Serialize) -> Result<String, EmitError> {
        let failed = |error: tera::Error| EmitError::Layout {
            layout,
            why: error.to_string(),
        };
        let context = Context::from_serialize(view).map_err(failed)?;
        self.tera.render(layout, &context).map_err(failed)
    }
}
