//! The network kinds.

/// A kind of network that works at all four levels.
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
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 11] = [
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
            Kind::Bidirectional => "bidirectional_associative_memory",
            Kind::DenseMemory => "dense_associative_memory",
            Kind::CohenGrossberg => "cohen_grossberg",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
