//! Memories: asking for a stored state with a part of it.

use super::Start;

/// A way to ask for stored states.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// The name of the part of the state that is given.
    pub name: &'static str,
    /// That part of each stored state, of -1 and +1.
    pub patterns: Vec<Vec<i8>>,
    /// The magnitude of the values that are given: that of the description's start states.
    pub magnitude: f64,
}

impl Cue {
    /// The cue of stored states, of a network with these starts.
    pub fn new(name: &'static str, patterns: &[Vec<f64>], starts: &[Start]) -> Cue {
        let sign = |value: &f64| if *value < 0.0 { -1 } else { 1 };
        let signs = |pattern: &Vec<f64>| pattern.iter().map(sign).collect();
        let values = starts.iter().filter_map(|start| start.first()).flatten();
        let magnitude = values.fold(0.0, |most: f64, value| most.max(value.abs()));
        Cue {
            name,
            patterns: patterns.iter().map(signs).collect(),
            magnitude: if magnitude > 0.0 { magnitude } else { 1.0 },
        }
    }
}

/// The one cue of a network whose first variable is all of the state.
pub fn cues(patterns: &[Vec<f64>], starts: &[Start]) -> Vec<Cue> {
    match patterns {
        [] => vec![],
        patterns => vec![Cue::new("state", patterns, starts)],
    }
}

/// The share of units that have the sign of the stored ones, over parts of stored states and
/// states.
pub fn agreement<'s>(parts: impl IntoIterator<Item = (&'s [f64], &'s [f64])>) -> f64 {
    let (mut agreeing, mut all) = (0usize, 0usize);
    for (stored, state) in parts {
        // A state of 0 is on no side.
        let same = stored.iter().zip(state).filter(|(p, s)| *p * *s > 0.0);
        agreeing += same.count();
        all += stored.len();
    }
    agreeing as f64 / all.max(1) as f64
}
