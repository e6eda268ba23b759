//! Statements about a network that a tool can check.

/// Which network a fact is about: rounding can make false what was true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The network as described, in real numbers.
    Float,
    /// The network as built, in integers.
    Integer,
}

/// A statement and whether it holds.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Fact {
    /// A short stable name, like `symmetric`.
    pub name: &'static str,
    /// Which network it is about.
    pub level: Level,
    /// Whether it holds; none where it is a number only.
    pub holds: Option<bool>,
    /// The number behind it, where there is one.
    pub value: Option<f64>,
    /// The statement in words.
    pub text: String,
}
