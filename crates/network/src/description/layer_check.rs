//! What a layer of a sequence network must have, and which of its keys have a meaning.

use super::checks::{Checked, Checker, MAX_SIDE};
use super::layer_word::LayerWord;
use super::reservoir::MAX_UNITS;
use super::sequence_layer::{LayerSection, layer_field};
use crate::sequence::{MAX_COUNT, MAX_COUNTS, MAX_VOCABULARY};

impl LayerSection {
    /// Each key that only some kinds of layers have: whether it is given, whether it has a meaning
    /// here, and with what it would.
    fn keys(&self) -> [(&'static str, bool, bool, &'static str); 20] {
        use LayerWord::{Activation, Dense, Elman, Gru, Jordan, Lstm, Reservoir};
        let convolution = self.kind.is_convolution();
        let kind = self.kind;
        let recurrent = kind.is_recurrent();
        let learned = self.ridge.is_some();
        let weighted = kind.is_weighted() && !learned;
        let functional = recurrent || kind == LayerWord::Tree;
        let (all, some) = ("a recurrent or dense layer", "a recurrent layer");
        let given = match learned {
            true => "a layer that does not learn its weights by `ridge`",
            false => all,
        };
        let back = recurrent && kind != Reservoir;
        let leaky = matches!(kind, Elman | Reservoir);
        let jordan = "kind = \"jordan\"";
        let lstm = "kind = \"lstm\"";
        let functions = matches!(kind, Dense | Activation) || convolution;
        [
            ("units", self.units.is_some(), kind.has_units(), all),
            ("outputs", self.outputs.is_some(), kind == Jordan, jordan),
            ("w", self.w.is_some(), kind.has_table() && !learned, given),
            ("r", self.r.is_some(), back, some),
            ("bias", self.bias.is_some(), weighted, given),
            ("peepholes", self.peepholes.is_some(), kind == Lstm, lstm),
            ("v", self.v.is_some(), kind == Jordan, jordan),
            ("v_bias", self.v_bias.is_some(), kind == Jordan, jordan),
            ("activations", self.activations.is_some(), functional, some),
            (
                "activation",
                self.activation.is_some(),
                functions && !learned,
                match learned {
                    true => given,
                    false => "kind = \"dense\" or \"activation\"",
                },
            ),
            ("clip", self.clip.is_some(), recurrent, some),
            (
                "leak",
                self.leak.is_some(),
                leaky,
                "kind = \"elman\" or \"reservoir\"",
            ),
            (
                "reservoir",
                self.reservoir.is_some(),
                kind == Reservoir,
                "kind = \"reservoir\"",
            ),
            ("ridge", learned, kind == Dense, "kind = \"dense\""),
            ("coupled", self.coupled.is_some(), kind == Lstm, lstm),
            ("reset", self.reset.is_some(), kind == Gru, "kind = \"gru\""),
            ("direction", self.direction.is_some(), recurrent, some),
            ("gives", self.gives.is_some(), recurrent, some),
            ("initial", self.initial.is_some(), recurrent, some),
            ("loaded", self.loaded.is_some(), recurrent, some),
        ]
    }

    /// Checks what can be checked without reading a file.
    pub(super) fn check(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        if self.kind == LayerWord::Decoder {
            return self.check_decoder(check, number);
        }
        let decoder = self.decoder.is_some();
        check.only(&field("decoder"), decoder, false, "kind = \"decoder\"")?;
        for (key, given, case, when) in self.keys().into_iter().chain(self.path_keys()) {
            check.only(&field(key), given, case, when)?;
        }
        let (cells, lstm) = (self.initial_cell.is_some(), self.kind == LayerWord::Lstm);
        check.only(&field("initial_cell"), cells, lstm, "kind = \"lstm\"")?;
        self.check_tokens(check, number)?;
        self.check_tree(check, number)?;
        let windowed = self.kind.is_convolution() || self.kind.is_pool();
        let window = self.window.is_some();
        check.only(
            &field("window"),
            window,
            windowed,
            "a convolution or a pool",
        )?;
        self.check_needed(check, number)?;
        self.check_path(check, number)?;
        if let Some(window) = &self.window {
            window.check(check, self.kind, &field("window"))?;
        } else if windowed {
            let what = "how it goes over its input";
            check.missing(&field("window"), "window", what)?;
        }
        if let Some(units) = self.units {
            check.count(&field("units"), "the number of units", units, MAX_SIDE)?;
        }
        if let Some(outputs) = self.outputs {
            check.count(
                &field("outputs"),
                "the number of outputs",
                outputs,
                MAX_SIDE,
            )?;
        }
        if let Some(clip) = self.clip {
            check.range(&field("clip"), "the clip", clip, f64::MIN_POSITIVE, 1e6)?;
        }
        if let Some(leak) = self.leak {
            check.range(&field("leak"), "the leak", leak, f64::MIN_POSITIVE, 1.0)?;
        }
        if let (LayerWord::Reservoir, Some(units)) = (self.kind, self.units) {
            let what = "the number of units of a reservoir";
            check.count(&field("units"), what, units, MAX_UNITS)?;
            let made = self.reservoir.unwrap_or_default();
            made.check(check, units, &field("reservoir"))?;
        }
        if let Some(ridge) = &self.ridge {
            ridge.check(check, &field("ridge"))?;
        }
        self.check_activations(check, number)
    }

    /// The keys without which there is no such layer.
    fn check_needed(&self, check: &Checker<'_>, number: usize) -> Checked {
        let (recurrent, jordan) = (self.kind.is_recurrent(), self.kind == LayerWord::Jordan);
        let weighted = self.kind.has_table() && self.ridge.is_none();
        let back = recurrent && self.kind != LayerWord::Reservoir;
        let needed = [
            (
                "units",
                self.units.is_some(),
                self.kind.has_units(),
                "the number of units",
            ),
            (
                "outputs",
                self.outputs.is_some(),
                jordan,
                "the elements of its output",
            ),
            (
                "w",
                self.w.is_some(),
                weighted,
                "the weights from the input",
            ),
            (
                "r",
                self.r.is_some(),
                back,
                "the weights from the step before",
            ),
            ("v", self.v.is_some(), jordan, "the weights to the output"),
            (
                "activation",
                self.activation.is_some(),
                self.kind == LayerWord::Activation,
                "the function, as \"relu\"",
            ),
        ];
        for (key, given, wanted, what) in needed {
            if wanted && !given {
                check.missing(&layer_field(number, key), key, what)?;
            }
        }
        Ok(())
    }

    /// The keys of layers that take tokens.
    fn check_tokens(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        let (tokens, count) = (self.kind.takes_tokens(), self.kind == LayerWord::Count);
        let given = self.vocabulary.is_some();
        let with = "kind = \"embedding\", \"count\" or \"markov\"";
        check.only(&field("vocabulary"), given, tokens, with)?;
        for (key, given) in [
            ("largest", self.largest.is_some()),
            ("hash", self.hash.is_some()),
        ] {
            check.only(&field(key), given, count, "kind = \"count\"")?;
        }
        self.check_draws(check, number)?;
        match self.vocabulary {
            Some(vocabulary) => {
                let (least, most) = (2.0, MAX_VOCABULARY as f64);
                let what = "the size of the vocabulary";
                check.range(&field("vocabulary"), what, vocabulary as f64, least, most)?;
            }
            None if tokens => {
                let what = "the tokens are the whole numbers below it";
                check.missing(&field("vocabulary"), "vocabulary", what)?;
            }
            None => {}
        }
        let counts = self.hash.map(|hash| hash.buckets).or(self.vocabulary);
        if let Some(counts) = counts.filter(|_| count) {
            let key = match self.hash {
                Some(_) => "hash.buckets",
                None => "vocabulary",
            };
            check.count(&field(key), "the number of counts", counts, MAX_COUNTS)?;
        }
        match self.largest {
            Some(largest) => {
                let what = "the largest count";
                check.count(&field("largest"), what, largest as usize, MAX_COUNT)
            }
            None => Ok(()),
        }
    }

    /// The keys of layers that draw.
    fn check_draws(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        let (sample, markov) = (
            self.kind == LayerWord::Sample,
            self.kind == LayerWord::Markov,
        );
        let given = self.temperature.is_some();
        check.only(&field("temperature"), given, sample, "kind = \"sample\"")?;
        let given = self.normalise.is_some();
        let shares = markov || self.kind == LayerWord::HiddenMarkov;
        let with = "kind = \"markov\" or \"hidden_markov\"";
        check.only(&field("normalise"), given, shares, with)?;
        let with = "kind = \"sample\" or \"markov\"";
        check.only(&field("seed"), self.seed.is_some(), sample || markov, with)?;
        if let Some(temperature) = self.temperature {
            let what = "the temperature";
            check.range(&field("temperature"), what, temperature, 0.01, 100.0)?;
        }
        match self.seed {
            Some(seed) => {
                let most = f64::from(u32::MAX);
                check.range(&field("seed"), "the seed", seed as f64, 1.0, most)
            }
            None => Ok(()),
        }
    }

    /// The section that only a tree network has.
    fn check_tree(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = layer_field(number, "tree");
        let tree = self.kind == LayerWord::Tree;
        check.only(&field, self.tree.is_some(), tree, "kind = \"tree\"")?;
        match &self.tree {
            Some(section) => section.check(check, &field),
            None if tree => check.missing(&field, "tree", "the tokens and the stack"),
            None => Ok(()),
        }
    }

    fn check_activations(&self, check: &Checker<'_>, number: usize) -> Checked {
        if let Some(activation) = &self.activation {
            activation.check(check.source, &layer_field(number, "activation"))?;
        }
        let Some(activations) = &self.activations else {
            return Ok(());
        };
        let field = layer_field(number, "activations");
        let one = self.kind.defaults().len();
        let all = one * self.reading().cells();
        let (found, kind) = (activations.len(), self.kind.name());
        if found != one && found != all {
            let message = format!("{found} activations are given for a layer `{kind}`");
            let expected = match one == all {
                true => format!("{one}"),
                false => format!("{one} for both directions, or {all}"),
            };
            check.conflict(&field, message, &expected)?;
        }
        let mut all = activations.iter();
        all.try_for_each(|activation| activation.check(check.source, &field))
    }
}
