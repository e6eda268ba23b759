//! The words of a cellular array: fraction bits of its state and of its templates.

use std::collections::BTreeMap;

use network::Cellular;
use network::cellular::Model;
use network::description::{CellularFormat, FormatChoice};
use program::Format;

use super::{Keep, Subject, Wish};
use crate::cellular::{Case, cases, quantize, state_format};
use crate::{Options, QuantizeError, Quantized};

/// The most fraction bits of a state that are looked at.
const FINEST_STATE: i32 = 8;

/// The most fraction bits of template coefficients that are looked at beside exact ones.
const FINEST_TEMPLATE: i32 = 8;

/// Formats to look at; `None` is what `auto` makes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    state: Option<Format>,
    template: Option<Format>,
}

/// An array, and the pictures that it is tried on.
pub struct Array<'a> {
    network: &'a Cellular,
    formats: &'a CellularFormat,
    keep: Keep,
    cases: Vec<Case>,
}

impl<'a> Array<'a> {
    /// Runs the array in real numbers on its pictures, or on seeded random ones.
    ///
    /// # Errors
    /// When an array has nothing of what is to be kept.
    pub fn new(
        network: &'a Cellular,
        formats: &'a CellularFormat,
        wish: &Wish,
    ) -> Result<Array<'a>, QuantizeError> {
        let missing = match wish.keep {
            Keep::Recall | Keep::Stability => "patterns to be kept",
            Keep::Argmin => "optimum to be found",
            Keep::Labels | Keep::Values | Keep::Trajectory => "",
        };
        if !missing.is_empty() {
            return Err(QuantizeError::Search {
                why: format!("a cellular array has no {missing}"),
                would: "--keep labels, or --target-error".into(),
            });
        }
        Ok(Array {
            network,
            formats,
            keep: wish.keep,
            cases: cases(network, wish.seed),
        })
    }
}

impl Subject for Array<'_> {
    type Candidate = Candidate;

    fn candidates(&self) -> Result<Vec<Candidate>, QuantizeError> {
        let states: Vec<Option<Format>> = match (self.network.model, self.formats.state) {
            (Model::Discrete, _) => vec![None],
            (_, FormatChoice::Fixed(format)) => vec![Some(format)],
            (_, FormatChoice::Auto) => {
                let formats = (0..=FINEST_STATE).map(|f| state_format(self.network, f).map(Some));
                formats.collect::<Result<_, _>>()?
            }
        };
        let templates: Vec<Option<Format>> = match self.formats.weights {
            FormatChoice::Fixed(format) => vec![Some(format)],
            FormatChoice::Auto => {
                let template = &self.network.template;
                let all = template.a.iter().chain(&template.b);
                let largest = all.map(|coefficient| coefficient.abs()).fold(0.0, f64::max);
                let holding = |fraction| holding(largest, fraction).map(Some);
                (0..=FINEST_TEMPLATE)
                    .filter_map(holding)
                    .chain([None])
                    .collect()
            }
        };
        let pairs = states.iter().flat_map(|&state| {
            let candidate = move |&template: &Option<Format>| Candidate { state, template };
            templates.iter().map(candidate)
        });
        Ok(pairs.collect())
    }

    fn quantize(&self, candidate: &Candidate) -> Result<Quantized, QuantizeError> {
        let options = Options {
            weights: candidate.template,
            state: candidate.state,
        };
        quantize(self.network, self.formats, &options)
    }

    fn fields(&self, candidate: &Candidate) -> BTreeMap<&'static str, String> {
        let text = |name, format: Option<Format>| Some((name, format!("\"{}\"", format?)));
        let fields = [
            text("state", candidate.state),
            text("weights", candidate.template),
        ];
        fields.into_iter().flatten().collect()
    }

    fn lost(&self, _: &Quantized) -> Vec<&'static str> {
        vec![]
    }

    fn float(&self) -> f64 {
        1.0
    }

    fn judge(&self, quantized: &Quantized) -> Result<(f64, f64), QuantizeError> {
        let (mut kept, mut of, mut largest) = (0, 0, 0.0f64);
        for case in &self.cases {
            if self.keep == Keep::Trajectory {
                largest = largest.max(case.deviation(self.network, quantized)?);
            }
            let found = case.run(self.network, quantized)?;
            for (found, wanted) in found.iter().zip(&case.wanted) {
                kept += usize::from((*found > 0.0) == (*wanted > 0.0));
                of += 1;
                largest = largest.max((found - wanted).abs());
            }
        }
        let kept = kept as f64 / of.max(1) as f64;
        Ok(match self.keep {
            Keep::Values | Keep::Trajectory => (kept, largest),
            _ => (kept, 1.0 - kept),
        })
    }
}

/// The narrowest signed format with so many fraction bits that holds a number of either sign.
fn holding(largest: f64, fraction: i32) -> Option<Format> {
    let raw = (largest * f64::from(fraction).exp2()).round();
    // A number of so many bits is no template's, but a description may say anything.
    let raw = (raw < 1e15).then_some(raw as i128)?;
    let format = Format::signed_holding(-raw, raw, fraction)?;
    Format::signed(format.width().max(2), fraction).ok()
}
