//! The network kinds.

/// A kind of network that works at all four levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A discrete Hopfield network.
    Hopfield,
    /// A cellular array.
    Cellular,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 2] = [Kind::Hopfield, Kind::Cellular];

    /// The word for `network.kind`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Hopfield => "hopfield",
            Kind::Cellular => "cellular",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
