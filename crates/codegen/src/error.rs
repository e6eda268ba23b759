//! Why a design is not emitted.

/// What is in the way.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The design is invalid.
    #[error(transparent)]
    Design(#[from] hw_ir::DesignError),
    /// A layout could not be rendered, which is a fault of hopwire and not of the design.
    #[error("HW0702: the layout `{layout}` cannot be rendered: {why}")]
    Layout {
        /// The template.
        layout: &'static str,
        /// What the renderer says.
        why: String,
    },
}
