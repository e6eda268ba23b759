//! Networks that feed themselves: the token that a step gives is the input of the next.

use super::{Layer, Output, Run, SequenceNetwork, State};
use crate::problem::Problem;

/// The most steps of a run.
pub const MAX_GENERATED: usize = 65_535;

/// How a network feeds itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generate {
    /// Steps of a run.
    pub steps: usize,
    /// The token that the first step takes, where a run is given no other one.
    pub start: usize,
}

impl SequenceNetwork {
    /// The sequences as the first layer is given them: of a network that feeds itself the start, and
    /// then what it gave.
    pub fn fed(&self) -> Vec<Vec<Vec<f64>>> {
        let Some(generate) = self.generate else {
            return self.sequences.clone();
        };
        let whole = SequenceNetwork {
            output: Output::EveryStep,
            ..self.clone()
        };
        let fed = |(start, run): (&Vec<Vec<f64>>, Run)| {
            let all = start.iter().take(1).cloned().chain(run.outputs);
            all.take(generate.steps).collect()
        };
        self.sequences.iter().zip(whole.runs()).map(fed).collect()
    }

    /// The outputs of so many steps of a run that feeds itself, from a start.
    pub(super) fn generated(
        &self,
        steps: usize,
        start: &[f64],
        states: &mut [State],
    ) -> Vec<Vec<f64>> {
        let mut token = start.to_vec();
        let step = |_| {
            token = self.step(&token, states);
            token.clone()
        };
        (0..steps).map(step).collect()
    }

    /// That what a network that feeds itself gives in a step is a token of its vocabulary.
    pub(super) fn check_generated(&self) -> Result<(), Problem> {
        let Some(generate) = self.generate else {
            return Ok(());
        };
        let conflict = |message: String, expected: &str| {
            let expected = expected.into();
            Err(Problem::Conflict { message, expected })
        };
        let Some(vocabulary) = self.vocabulary() else {
            let message = "a network that feeds itself takes no tokens".into();
            return conflict(message, "a first layer that takes tokens, as `embedding`");
        };
        if generate.start >= vocabulary {
            return Err(Problem::Token {
                what: "the start",
                value: generate.start as f64,
                position: None,
                vocabulary,
            });
        }
        let width = |width, layer: &Layer| layer.outputs(width);
        let before = self.layers.split_last().map_or(&[][..], |(_, all)| all);
        let width = before.iter().fold(self.inputs, width);
        let given = self.layers.last().and_then(|layer| layer.numbers(width));
        if given != Some(vocabulary) {
            let found = given.map_or("no token".into(), |of| format!("one of {of} tokens"));
            let message = format!(
                "the last layer gives {found}, and the first takes one of {vocabulary} tokens"
            );
            let expected = "`sample`, `argmax` or `markov` over as many tokens as the last layer";
            return conflict(message, expected);
        }
        if !self.is_causal() {
            let message = "a layer waits for the end of what the network feeds itself".into();
            return conflict(
                message,
                "layers that read from the start, and give every step",
            );
        }
        match self.carry {
            false => Ok(()),
            true => conflict(
                "states are carried on, and the network feeds itself from its start".into(),
                "`carry` or `generate`",
            ),
        }
    }
}
