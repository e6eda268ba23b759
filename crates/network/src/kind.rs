//! The network kinds.

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A discrete Hopfield network.
    Hopfield,
    /// A cellular array.
    Cellular,
    /// A brain-state-in-a-box.
    BrainState,
    /// A continuous Hopfield network.
    Continuous,
    /// A projection network.
    Projection,
    /// An annealed Hopfield network.
    Annealed,
    /// A simulated bifurcation.
    Bifurcation,
    /// A transiently chaotic network.
    Chaotic,
    /// A bidirectional associative memory.
    Bidirectional,
    /// A dense associative memory.
    DenseMemory,
    /// A Cohen-Grossberg network.
    CohenGrossberg,
    /// A digital oscillatory network.
    Oscillator,
    /// A sequence network.
    Sequence,
}

impl Kind {
    /// All kinds that work at all four levels.
    pub const ALL: [Kind; 13] = [
        Kind::Hopfield,
        Kind::Cellular,
        Kind::BrainState,
        Kind::Continuous,
        Kind::Projection,
        Kind::Annealed,
        Kind::Bifurcation,
        Kind::Chaotic,
        Kind::Bidirectional,
        Kind::DenseMemory,
        Kind::CohenGrossberg,
        Kind::Oscillator,
        Kind::Sequence,
    ];

    /// The word for `network.kind`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Hopfield => "hopfield",
            Kind::Cellular => "cellular",
            Kind::BrainState => "brain_state_in_a_box",
            Kind::Continuous => "continuous_hopfield",
            Kind::Projection => "projection",
            Kind::Annealed => "annealed_hopfield",
            Kind::Bifurcation => "simulated_bifurcation",
            Kind::Chaotic => "chaotic",
            Kind::Sequence => "sequence",
            Kind::Bidirectional => "bidirectional_associative_memory",
            Kind::DenseMemory => "dense_associative_memory",
            Kind::CohenGrossberg => "cohen_grossberg",
            Kind::Oscillator => "oscillator",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
