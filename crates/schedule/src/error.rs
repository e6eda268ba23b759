//! Why a program cannot be put on hardware as asked.

/// What is in the way, with a stable code, and what would work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// A fold that does not suit the program.
    #[error("HW0901: {field} = {found} does not suit `{name}`: {why}; {works} would work")]
    Fold {
        /// The key of the description, as `hardware.lanes`.
        field: &'static str,
        /// The value found.
        found: usize,
        /// The program.
        name: String,
        /// Why it does not suit.
        why: String,
        /// The nearest value that works.
        works: usize,
    },
    /// A form of hardware that cannot run the program.
    #[error("HW0902: `{name}` cannot run as {found}: {why}; {works} would work")]
    Form {
        /// The program.
        name: String,
        /// The form or program shape found.
        found: String,
        /// Why it cannot.
        why: String,
        /// What would work.
        works: String,
    },
    /// The program is not well-formed.
    #[error("HW0903: `{name}` is no program that hardware can be made of: {why}")]
    Program {
        /// The program.
        name: String,
        /// What is wrong.
        why: String,
    },
}
