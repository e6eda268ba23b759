//! What can be wrong with a model.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use network::{NetworkError, Problem};

/// A node that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// Its name in the model, in one line.
    pub node: String,
    /// Its operator.
    pub operator: String,
    /// Why it cannot be built.
    pub reason: String,
}

/// What is wrong with a model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read, or is too large.
    #[error("`{}` cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file is no model.
    #[error("this is no readable {kind} model: at byte {offset}, {reason}")]
    Broken {
        /// The format.
        kind: &'static str,
        /// Where, in bytes.
        offset: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A tensor that is not what it claims to be.
    #[error("the tensor `{tensor}` {reason}")]
    Tensor {
        /// Its name, in one line.
        tensor: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nodes that stand in the way.
    #[error("{}", listed(blockers))]
    Unsupported {
        /// All of them.
        blockers: Vec<Blocker>,
    },
    /// A model as a whole is not one that can be built.
    #[error("{message}")]
    Model {
        /// What is wrong.
        message: String,
        /// What would work.
        expected: String,
    },
    /// The text that says which layers an archive holds is wrong.
    #[error("{message}")]
    Layers {
        /// What is wrong.
        message: String,
        /// What would be right.
        expected: String,
    },
    /// An array to compare with has another shape.
    #[error("{what} has the shape {found}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// Its shape.
        found: String,
        /// The shape that would be right.
        expected: String,
    },
    /// The description that was made, or an array of it.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

fn listed(blockers: &[Blocker]) -> String {
    let count = blockers.len();
    let mut text = match count {
        1 => "one node stands in the way".to_string(),
        count => format!("{count} nodes stand in the way"),
    };
    for blocker in blockers {
        let Blocker {
            node,
            operator,
            reason,
        } = blocker;
        // Writing to a string does not fail.
        let _ = write!(text, "\n  `{node}` ({operator}): {reason}");
    }
    text
}

impl ImportError {
    /// That a file cannot be read.
    pub(crate) fn unreadable(path: &Path, problem: &Problem) -> ImportError {
        ImportError::Unreadable {
            path: path.to_path_buf(),
            reason: match problem {
                // It names the file itself.
                Problem::UnreadableData { reason, .. } => reason.clone(),
                problem => problem.to_string(),
            },
        }
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            ImportError::Unreadable { .. } => "HW1401",
            ImportError::Broken { .. } => "HW1402",
            ImportError::Tensor { .. } => "HW1403",
            ImportError::Unsupported { .. } => "HW1404",
            ImportError::Model { .. } => "HW1405",
            ImportError::Layers { .. } => "HW1406",
            ImportError::Shape { .. } => "HW1407",
            ImportError::Network(error) => error.code(),
        }
    }

    /// What would be right, where the message does not say it.
    pub fn expected(&self) -> Option<String> {
        Some(match self {
            ImportError::Unreadable { .. } => "a readable file".into(),
            ImportError::Broken { kind, .. } => format!("a well-formed {kind} file"),
            ImportError::Tensor { .. } => {
                "numbers of 8 to 64 bits, as many as the shape says, in the file itself".into()
            }
            ImportError::Unsupported { .. } => {
                "chains of recurrent, dense and convolution layers with activations; see docs/import.md"
                    .into()
            }
            ImportError::Model { expected, .. }
            | ImportError::Layers { expected, .. }
            | ImportError::Shape { expected, .. } => expected.clone(),
            ImportError::Network(_) => return None,
        })
    }
}

/// A name of a model in one line of at most 80 characters, so that no name can pass for something
/// else in a message.
pub(crate) fn one_line(name: &str) -> String {
    let cut: String = name.chars().take(80).collect();
    let shown = cut.escape_debug().to_string();
    if cut.len() < name.len() {
        return format!("{shown}...");
    }
    shown
}
