//! Penalty weights that keep every ground state an answer.

/// The weight of a penalty, with the bound from which on it is enough.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Penalty {
    /// The key of the description.
    pub name: &'static str,
    /// Its weight, in units of the objective.
    pub value: f64,
    /// What it must be above.
    pub above: f64,
    /// Why that is enough.
    pub reason: String,
}

impl Penalty {
    /// Whether it is large enough.
    pub fn is_enough(&self) -> bool {
        self.value > self.above
    }
}
