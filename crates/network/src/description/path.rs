//! The keys of layers that give the best path.

use super::checks::{Checked, Checker};
use super::{LayerSection, LayerWord, layer_field};
use crate::sequence::path::{MAX_LONGEST, MAX_TAGS};

impl LayerSection {
    /// The keys that only these layers have: whether each is given, whether it has a meaning here, and
    /// with what it would.
    pub(super) fn path_keys(&self) -> [(&'static str, bool, bool, &'static str); 5] {
        let (markov, field) = (
            self.kind == LayerWord::HiddenMarkov,
            self.kind == LayerWord::ConditionalRandomField,
        );
        let both = "kind = \"hidden_markov\" or \"conditional_random_field\"";
        let remembers = "kind = \"hidden_markov\", \"conditional_random_field\" or \"decoder\", or a \
                         recurrent layer that reads from the end";
        let (one, other) = (
            "kind = \"hidden_markov\"",
            "kind = \"conditional_random_field\"",
        );
        [
            ("start", self.start.is_some(), markov || field, both),
            (
                "transition",
                self.transition.is_some(),
                markov || field,
                both,
            ),
            ("emission", self.emission.is_some(), markov, one),
            ("end", self.end.is_some(), field, other),
            (
                "longest",
                self.longest.is_some(),
                markov || field || self.reads_backward(),
                remembers,
            ),
        ]
    }

    /// Checks what these layers need, and what can be checked without reading a file.
    pub(super) fn check_path(&self, check: &Checker<'_>, number: usize) -> Checked {
        if self.reads_backward() {
            return self.check_longest(check, number);
        }
        if !self.kind.gives_path() {
            return Ok(());
        }
        let markov = self.kind == LayerWord::HiddenMarkov;
        let what = "probabilities or scores of what comes first";
        let needed = [
            ("start", self.start.is_some() || !markov, what),
            (
                "transition",
                self.transition.is_some(),
                "from row to column",
            ),
            (
                "emission",
                self.emission.is_some() || !markov,
                "the probabilities of the symbols in each state",
            ),
            (
                "longest",
                self.longest.is_some(),
                "the most steps of a sequence",
            ),
        ];
        for (key, given, what) in needed {
            if !given {
                check.missing(&layer_field(number, key), key, what)?;
            }
        }
        if let Some(units) = self.units {
            let field = layer_field(number, "units");
            check.count(&field, "the number of units", units, MAX_TAGS)?;
        }
        self.check_longest(check, number)
    }

    /// The most steps of a sequence, where they are stated.
    pub(super) fn check_longest(&self, check: &Checker<'_>, number: usize) -> Checked {
        let (field, what) = (layer_field(number, "longest"), "the longest sequence");
        match self.longest {
            Some(longest) => check.count(&field, what, longest, MAX_LONGEST),
            None => Ok(()),
        }
    }
}
