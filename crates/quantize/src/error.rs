//! Why a network cannot be quantised as asked.

use program::Format;

/// What is in the way, with a stable code, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantizeError {
    /// A format cannot hold what it must.
    #[error("HW0501: {field} = \"{found}\" does not do: {why}; {would} would")]
    Format {
        /// The key of the description, as `format.state`.
        field: &'static str,
        /// The format found.
        found: Format,
        /// Why it does not do.
        why: String,
        /// What would.
        would: String,
    },
    /// A value that no word of 64 bits holds.
    #[error("HW0502: {of} needs more than 64 bits; narrower formats or smaller numbers would do")]
    TooWide {
        /// What needs them.
        of: &'static str,
    },
    /// The network is not that of the description.
    #[error("HW0503: the network and the description are of different kinds")]
    Mismatched,
    /// A search has nothing to look for, or finds nothing.
    #[error("HW0504: nothing to choose from: {why}; {would} would do")]
    Search {
        /// What is in the way.
        why: String,
        /// What would do.
        would: String,
    },
    /// A program whose values can leave their formats has no certificate.
    #[error("HW0505: no certificate: {place}: {why}")]
    Uncertified {
        /// The node, its stage, and where in the description.
        place: String,
        /// Why it cannot be certified, and what would do.
        why: String,
    },
    /// An activation function cannot be made as asked.
    #[error("HW0506: no activation in words: {why}; {would} would do")]
    Activation {
        /// What is in the way.
        why: String,
        /// What would do.
        would: String,
    },
    /// A layer of a sequence network has no form in hardware.
    #[error("HW0507: layer {number} cannot become hardware: it {why}; {would} would do")]
    Layer {
        /// Its number, from 1.
        number: usize,
        /// What is in the way.
        why: String,
        /// What would do.
        would: String,
    },
    /// The program that was made is not valid, which is a fault of hopwire.
    #[error(transparent)]
    Program(#[from] program::ProgramError),
    /// The program stopped on the description's own data.
    #[error(transparent)]
    Execution(#[from] program::ExecutionError),
}
