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
        if let (true, Some(longest)) = (self.reads_backward(), self.longest) {
            let what = "the longest sequence";
            return check.count(&layer_field(number, "longest"), what, longest, MAX_LONGEST);
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
        let counts = [
            ("units", "the number of units", self.units, MAX_TAGS),
            ("longest", "the longest sequence", self.longest, MAX_LONGEST),
        ];
        for (key, what, count, most) in counts {
            if let Some(count) = count {
                check.count(&layer_field(number, key), what, count, most)?;
            }
        }
        Ok(())
    }
}
