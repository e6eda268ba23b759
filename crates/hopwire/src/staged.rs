//! Output that appears whole or not at all: written aside in the same directory, then renamed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::HopwireError;
use crate::interruption::Guard;

/// Writes a file aside and renames it; an existing file of this name is replaced.
///
/// # Errors
/// The directory does not exist, the disk is full, or permission is denied; nothing is left behind.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), HopwireError> {
    write_aside(path, bytes).map_err(|error| HopwireError::write(path, &error))
}

fn write_aside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hopwire-");
    shared_file_permissions(&mut builder);
    let mut file = builder.tempfile_in(parent(path))?;
    let _guard = Guard::new(file.path(), &[]);
    file.write_all(bytes)?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Lets `write` write a file aside, and renames it when that went well.
///
/// # Errors
/// What `write` returns, or a place that cannot be written; nothing is left behind.
pub fn write_aside_with<T>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<T, HopwireError>,
) -> Result<T, HopwireError> {
    let failed = |error: io::Error| HopwireError::write(path, &error);
    if path.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hopwire-");
    shared_file_permissions(&mut builder);
    let aside = builder.tempfile_in(parent(path)).map_err(failed)?;
    let _guard = Guard::new(aside.path(), &[]);
    let written = write(aside.path())?;
    aside.persist(path).map_err(|error| failed(error.error))?;
    Ok(written)
}

/// The directory that holds `path`.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Temporary files are private by default; what is renamed into place is as the umask says.
#[cfg(unix)]
fn shared_file_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn shared_file_permissions(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(unix)]
fn shared_directory_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o777));
}

#[cfg(not(unix))]
fn shared_directory_permissions(_: &mut tempfile::Builder<'_, '_>) {}

/// A directory in the making. Dropped before [`StagedDirectory::commit`], it leaves nothing.
#[derive(Debug)]
pub struct StagedDirectory {
    aside: tempfile::TempDir,
    _guard: Guard,
    target: PathBuf,
    /// Directories above the target that were made for it, the innermost first.
    made: Vec<PathBuf>,
}

impl StagedDirectory {
    /// Starts a directory that will be `target`. One that exists must be empty, unless `force`:
    /// then what is written replaces what has the same name, and the rest stays.
    ///
    /// # Errors
    /// `target` is not empty, is no directory, or cannot be written.
    pub fn new(target: &Path, force: bool) -> Result<StagedDirectory, HopwireError> {
        let failed = |error: io::Error| HopwireError::write(target, &error);
        match fs::read_dir(target) {
            Ok(mut entries) => {
                if !force && entries.next().is_some() {
                    let path = target.to_owned();
                    return Err(HopwireError::OutputNotEmpty { path });
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        // Beside the place that a link leads to, so that a rename stays on one file system.
        let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
        let made = make_parents(parent(&target)).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".hopwire-");
        shared_directory_permissions(&mut builder);
        match builder.tempdir_in(parent(&target)) {
            Ok(aside) => Ok(StagedDirectory {
                _guard: Guard::new(aside.path(), &made),
                aside,
                target,
                made,
            }),
            Err(error) => {
                remove_empty(&made);
                Err(failed(error))
            }
        }
    }

    /// Where the files are written until the end.
    pub fn path(&self) -> &Path {
        self.aside.path()
    }

    /// Puts the directory in its place.
    ///
    /// # Errors
    /// A rename fails; the target is then as it was.
    pub fn commit(mut self) -> Result<(), HopwireError> {
        let moved = if self.target.exists() {
            self.move_entries()
        } else {
            fs::rename(self.aside.path(), &self.target)
        };
        moved.map_err(|error| HopwireError::write(&self.target, &error))?;
        self.made.clear();
        Ok(())
    }

    /// Moves each entry into the existing target. What is replaced is kept until all are moved,
    /// and put back where one fails.
    fn move_entries(&self) -> io::Result<()> {
        let replaced = tempfile::Builder::new()
            .prefix(".hopwire-")
            .tempdir_in(parent(&self.target))?;
        let mut undo: Vec<(PathBuf, PathBuf)> = vec![];
        let mut move_one = |name: &Path| -> io::Result<()> {
            let (place, kept) = (self.target.join(name), replaced.path().join(name));
            if fs::symlink_metadata(&place).is_ok() {
                fs::rename(&place, &kept)?;
                undo.push((kept, place.clone()));
            }
            fs::rename(self.aside.path().join(name), &place)?;
            undo.push((place, self.aside.path().join(name)));
            Ok(())
        };
        let names = fs::read_dir(self.aside.path())?
            .map(|entry| entry.map(|entry| PathBuf::from(entry.file_name())))
            .collect::<io::Result<Vec<_>>>()?;
        let moved = names.iter().try_for_each(|name| move_one(name));
        if moved.is_err() {
            for (from, to) in undo.iter().rev() {
                // Nothing more can be done where even this fails; the first error is reported.
                let _ = fs::rename(from, to);
            }
        }
        moved
    }
}

impl Drop for StagedDirectory {
    fn drop(&mut self) {
        // The directory aside stands in the innermost of those that were made.
        let _ = fs::remove_dir_all(self.aside.path());
        remove_empty(&self.made);
    }
}

/// A directory for the tools, gone when it is dropped.
#[derive(Debug)]
pub struct ScratchDirectory {
    directory: tempfile::TempDir,
    _guard: Guard,
}

impl ScratchDirectory {
    /// Makes one among the temporary files.
    ///
    /// # Errors
    /// There is no room or no permission.
    pub fn new() -> Result<ScratchDirectory, HopwireError> {
        let directory = tempfile::Builder::new().prefix("hopwire-").tempdir();
        let directory =
            directory.map_err(|error| HopwireError::write(&std::env::temp_dir(), &error))?;
        Ok(ScratchDirectory {
            _guard: Guard::new(directory.path(), &[]),
            directory,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Makes `directory` and what is missing above it; gives what was made, the innermost first.
fn make_parents(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let missing: Vec<PathBuf> = directory
        .ancestors()
        .take_while(|above| !above.as_os_str().is_empty() && !above.exists())
        .map(Path::to_owned)
        .collect();
    fs::create_dir_all(directory).inspect_err(|_| remove_empty(&missing))?;
    Ok(missing)
}

fn remove_empty(directories: &[PathBuf]) {
    for directory in directories {
        let _ = fs::remove_dir(directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .expect("readable")
            .map(|entry| {
                entry
                    .expect("entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_dropped_directory_leaves_nothing_not_even_its_parents() {
        let root = tempfile::tempdir().expect("scratch");
        let staged = StagedDirectory::new(&root.path().join("a/b/c"), false).expect("new");
        fs::write(staged.path().join("x"), "1").expect("written");
        drop(staged);
        assert!(names(root.path()).is_empty());
    }

    #[test]
    fn a_directory_that_is_not_empty_is_refused_or_kept_beside() {
        let root = tempfile::tempdir().expect("scratch");
        let target = root.path().join("out");
        fs::create_dir_all(target.join("rtl")).expect("made");
        fs::write(target.join("mine"), "1").expect("written");
        fs::write(target.join("rtl/old.v"), "1").expect("written");
        assert!(matches!(
            StagedDirectory::new(&target, false),
            Err(HopwireError::OutputNotEmpty { .. })
        ));
        let staged = StagedDirectory::new(&target, true).expect("forced");
        fs::create_dir(staged.path().join("rtl")).expect("made");
        fs::write(staged.path().join("rtl/new.v"), "2").expect("written");
        staged.commit().expect("committed");
        assert_eq!(names(&target), ["mine", "rtl"]);
        assert_eq!(names(&target.join("rtl")), ["new.v"]);
        assert_eq!(names(root.path()), ["out"]);
    }

    #[test]
    fn a_file_in_the_way_is_an_error_and_stays() {
        let root = tempfile::tempdir().expect("scratch");
        let target = root.path().join("out");
        fs::write(&target, "mine").expect("written");
        assert!(StagedDirectory::new(&target, true).is_err());
        assert_eq!(fs::read_to_string(&target).expect("there"), "mine");
        assert_eq!(names(root.path()), ["out"]);
    }
}
