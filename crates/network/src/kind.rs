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
    /// An annealed Hopfield network.
    Annealed,
    /// A simulated bifurcation.
    Bifurcation,
    /// A transiently chaotic network.
    Chaotic,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 6] = [
        Kind::Hopfield,
        Kind::Cellular,
        Kind::BrainState,
        Kind::Annealed,
        Kind::Bifurcation,
        Kind::Chaotic,
    ];

    /// The word for `network.kind`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Hopfield => "hopfield",
            Kind::Cellular => "cellular",
            Kind::BrainState => "brain_state_in_a_box",
            Kind::Continuous => "continuous_hopfield",
            Kind::Annealed => "annealed_hopfield",
            Kind::Bifurcation => "simulated_bifurcation",
            Kind::Chaotic => "chaotic",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
