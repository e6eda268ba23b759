//! What was before the first step.

/// The states before the first step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// One step before the start, two steps before, and so on; the last one holds for all time
    /// before. Where there is none, the start state stood still.
    pub states: Vec<Vec<f64>>,
    /// The steps of history that the host loads; 0 where it is fixed.
    pub loaded: usize,
}

impl History {
    /// From so many steps before the start on, at least 1, all states are alike.
    pub fn oldest(&self) -> usize {
        self.states.len().max(self.loaded).max(1)
    }

    /// The most steps that can be loaded.
    pub const MOST_LOADED: usize = 64;

    /// The state `ago` steps before the start state `start`; that itself for 0.
    pub fn state<'a>(&'a self, ago: usize, start: &'a [f64]) -> &'a [f64] {
        let last = self.states.len().checked_sub(1);
        match (ago, last) {
            (0, _) | (_, None) => start,
            (ago, Some(last)) => self
                .states
                .get((ago - 1).min(last))
                .map_or(start, Vec::as_slice),
        }
    }

    /// As [`History::state`], for any number of steps: linear between whole ones.
    pub fn between(&self, ago: f64, start: &[f64]) -> Vec<f64> {
        let (ago, part) = (ago.max(0.0).floor(), ago.max(0.0).fract());
        let ago = ago as usize;
        let ends = self
            .state(ago, start)
            .iter()
            .zip(self.state(ago + 1, start));
        ends.map(|(near, far)| near + part * (far - near)).collect()
    }

    /// How the state changed from `ago` steps before the start to the step after that; `ago` from
    /// 1.
    pub fn increment(&self, ago: usize, start: &[f64]) -> Vec<f64> {
        let (before, after) = (self.state(ago, start), self.state(ago - ago.min(1), start));
        after.iter().zip(before).map(|(a, b)| a - b).collect()
    }
}
