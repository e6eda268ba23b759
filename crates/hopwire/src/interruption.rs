//! What is written aside is removed when the program is interrupted, too.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// What must not stay.
static ASIDE: Mutex<Vec<Aside>> = Mutex::new(vec![]);

/// A file or directory aside, and directories that were made for it, the innermost first.
#[derive(Debug)]
struct Aside {
    path: PathBuf,
    made: Vec<PathBuf>,
}

/// Shells tell a program that ended by a signal by 128 and the signal's number.
const SIGNAL_EXIT: i32 = 128;

/// A file or directory aside that is removed on interruption until this is dropped.
#[derive(Debug)]
pub struct Guard {
    path: PathBuf,
}

impl Guard {
    /// Remembers a path, and the directories that were made to hold it, the innermost first.
    pub fn new(path: &Path, made: &[PathBuf]) -> Guard {
        let (path, made) = (path.to_owned(), made.to_vec());
        aside().push(Aside {
            path: path.clone(),
            made,
        });
        Guard { path }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        aside().retain(|aside| aside.path != self.path);
    }
}

fn aside() -> MutexGuard<'static, Vec<Aside>> {
    ASIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches for signals. A file that grows beyond the limit of the process gives an error where it
/// is written, instead of ending the program on the spot.
///
/// # Errors
/// The handlers cannot be installed.
pub fn watch() -> std::io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                for Aside { path, made } in aside().iter() {
                    // One of the two is right, and nothing more can be done where it fails.
                    let _ = fs::remove_dir_all(path);
                    let _ = fs::remove_file(path);
                    for directory in made {
                        let _ = fs::remove_dir(directory);
                    }
                }
                std::process::exit(SIGNAL_EXIT + signal);
            }
        })
        .map(|_| ())
}
