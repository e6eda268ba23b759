//! Commented descriptions to start from.

use crate::kind::Kind;

/// A commented description of this kind that works as it stands: it needs no other file.
pub fn starter(kind: Kind) -> &'static str {
    match kind {
        Kind::Hopfield => include_str!("starters/hopfield.toml"),
        Kind::Cellular => include_str!("starters/cellular.toml"),
        Kind::Continuous => include_str!("starters/continuous_hopfield.toml"),
        Kind::Bidirectional => {
            include_str!("starters/bidirectional_associative_memory.toml")
        }
        Kind::DenseMemory => include_str!("starters/dense_associative_memory.toml"),
        Kind::CohenGrossberg => include_str!("starters/cohen_grossberg.toml"),
        Kind::BrainState => include_str!("starters/brain_state_in_a_box.toml"),
        Kind::Projection => include_str!("starters/projection.toml"),
        Kind::Annealed => include_str!("starters/annealed_hopfield.toml"),
        Kind::Bifurcation => include_str!("starters/simulated_bifurcation.toml"),
        Kind::Oscillator => include_str!("starters/oscillator.toml"),
        Kind::Sequence => include_str!("starters/sequence.toml"),
        Kind::Chaotic => include_str!("starters/chaotic.toml"),
    }
}
