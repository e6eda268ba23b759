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

impl Fact {
    /// Whether a matrix is symmetric; `asymmetry` is the largest difference of two weights with the
    /// place of the first, where there is one.
    pub fn symmetric(asymmetry: Option<(usize, usize, f64)>, level: Level) -> Fact {
        let text = match asymmetry {
            None => "the weights are symmetric".into(),
            Some((i, j, difference)) => format!(
                "the weights are not symmetric: w[{i}][{j}] and w[{j}][{i}] differ by {difference}"
            ),
        };
        Fact {
            name: "symmetric",
            level,
            holds: Some(asymmetry.is_none()),
            value: Some(asymmetry.map_or(0.0, |(_, _, difference)| difference)),
            text,
        }
    }
}
