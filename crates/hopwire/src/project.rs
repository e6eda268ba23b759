//! From a path to a network: a description file, or a directory made by `emit`.

use std::fs;
use std::path::{Path, PathBuf};

use network::{Description, Network};

use crate::error::HopwireError;

/// The folder of an emitted directory that holds the description and its data.
pub const SOURCE_FOLDER: &str = "source";

/// A description that was read, and the network that it describes.
#[derive(Debug, Clone)]
pub struct Project {
    /// The description.
    pub description: Description,
    /// The network in real numbers.
    pub network: Network,
}

impl Project {
    /// Reads a description, or the copy of it in a directory made by `emit`, and the files that it
    /// names.
    ///
    /// # Errors
    /// The first thing found wrong, with its place.
    pub fn load(path: &Path) -> Result<Project, HopwireError> {
        let description = if path.is_dir() {
            Description::load(emitted_description(path)?)?
        } else {
            Description::load(path)?
        };
        let network = Network::from_description(&description)?;
        Ok(Project {
            description,
            network,
        })
    }
}

/// The one description in a directory made by `emit`.
fn emitted_description(directory: &Path) -> Result<PathBuf, HopwireError> {
    let not_emitted = |reason: String| HopwireError::NotEmitted {
        path: directory.to_owned(),
        reason,
    };
    let folder = directory.join(SOURCE_FOLDER);
    let entries = fs::read_dir(&folder)
        .map_err(|error| not_emitted(format!("`{}`: {error}", folder.display())))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    match (found.pop(), found.len()) {
        (Some(description), 0) => Ok(description),
        (None, _) => Err(not_emitted(format!(
            "`{}` holds no description",
            folder.display()
        ))),
        (Some(_), more) => Err(not_emitted(format!(
            "`{}` holds {} descriptions",
            folder.display(),
            more + 1
        ))),
    }
}
