//! How far integers stray from the network in real numbers: a bound for all time where the network
//! contracts, a measurement where it does not.
//!
//! Let `|F(x)_i - F(x')_i| <= sum_j m_ij |x_j - x'_j|` for the step F of the network in real numbers,
//! and let a step of the integers, made from the same state, differ by `e_i` at most: by rounding the
//! state, by weights and factors that are words, by the largest error of the activation function over
//! every word. Then `|x_i - x'_i| <= b_i` holds for all time where it holds of the start and
//! `M b + e <= b`, whatever the delays, as each difference before was within b, too. In the largest
//! magnitude this is `b = e / (1 - q)`, q being the largest row sum of M: what a step rounds over one
//! minus the contraction factor (S. Banach, Fundamenta Mathematicae 3 (1922) 133). Where q is not
//! below 1 scaled units may do, in which the factor is `max_i (M v)_i / v_i` for a vector v > 0 (L.
//! Collatz, Mathematische Zeitschrift 48 (1942) 221).
//!
//! Every number is computed in `f64` and then enlarged by more than that can lose ([`growth::up`]).

mod brain_state;
mod cellular;
mod continuous;
mod growth;
mod lost;
mod measured;
mod projection;

use network::Network;
use program::Program;
use serde::Serialize;

use crate::Report;
pub use growth::{Growth, Norm};
pub use measured::{Course, Measured, course, measure};

/// A bound for all time of the distance between the integers and the network in real numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contraction {
    /// What is left of a difference after a step, at most; below 1.
    pub factor: f64,
    /// The norm in which it is.
    pub norm: Norm,
    /// What a step adds at most, in that norm: rounding, and what words make of the numbers.
    pub rounding: f64,
    /// `rounding / (1 - factor)`, or the rounding of the start where that is larger: no state is
    /// ever farther away.
    pub bound: f64,
    /// The same, found element by element: the largest over all elements, at most `bound`.
    pub sharp: f64,
}

/// Why there is no bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoBound {
    /// The smallest factor found, where there is one to tell.
    pub factor: Option<f64>,
    /// Why.
    pub why: String,
}

impl NoBound {
    fn because(why: impl Into<String>) -> NoBound {
        NoBound {
            factor: None,
            why: why.into(),
        }
    }
}

/// The bound of a network's program with its report, for every start that the words hold and every input within the
/// limits of the description; for a cellular array whose input has one bit, of inputs -1 and +1.
///
/// # Errors
/// Why there is none.
pub fn contraction(
    network: &Network,
    program: &Program,
    report: &Report,
) -> Result<Contraction, NoBound> {
    let growth = match network {
        Network::BrainState(network) => brain_state::growth(network, program)?,
        Network::Cellular(network) => cellular::growth(network, program)?,
        Network::Continuous(network) => continuous::growth(network, program, report)?,
        Network::Projection(network) => projection::growth(network, program)?,
        Network::Hopfield(_) => {
            let why =
                "states are signs, and a sign jumps; the margins of its patterns say what holds";
            return Err(NoBound::because(why));
        }
        Network::CohenGrossberg(_) => {
            let why = "none is derived for Cohen-Grossberg networks; `steps_contract` says where \
                       differences shrink";
            return Err(NoBound::because(why));
        }
        _ => {
            let kind = network.kind().name();
            return Err(NoBound::because(format!(
                "none is looked for in networks of the kind {kind}"
            )));
        }
    };
    growth.bound()
}

/// What is known of the distance between integers and real numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distance {
    /// The bound for all time; none where there is none.
    pub bound: Option<Contraction>,
    /// Why there is no bound.
    pub no_bound: Option<NoBound>,
    /// The largest distance that was seen in runs; none where states are signs, whose steps tell
    /// nothing by their size, and where nothing was run.
    pub measured: Option<Measured>,
}

impl Distance {
    /// The bound, and a measurement in the runs that the description gives.
    pub fn of(network: &Network, program: &Program, report: &Report) -> Distance {
        let (bound, no_bound) = match contraction(network, program, report) {
            Ok(bound) => (Some(bound), None),
            Err(none) => (None, Some(none)),
        };
        Distance {
            bound,
            no_bound,
            measured: measure(network, program),
        }
    }

    /// In a sentence or two; the number is a bound or a measurement, as they say.
    pub fn text(&self) -> String {
        let measured = self.measured.as_ref().map(Measured::text);
        match (&self.bound, &self.no_bound) {
            (Some(bound), _) => {
                let seen = measured.map_or(String::new(), |text| format!("; {text}"));
                format!("{}{seen}", bound.text())
            }
            (None, none) => {
                let why = none.as_ref().map_or("", |none| none.why.as_str());
                let measured = measured.map_or(String::new(), |text| format!("; {text}"));
                format!("no bound for all time: {why}{measured}")
            }
        }
    }
}

impl Contraction {
    /// In a sentence.
    pub fn text(&self) -> String {
        let scaled = match self.norm {
            Norm::Largest => "",
            Norm::Scaled => " in scaled units",
        };
        format!(
            "integers are never farther than {} from the real numbers, element by element: a step adds \
             {} at most and leaves {:.6} of a difference{scaled}, so that {} bounds every difference for \
             all time",
            shown(self.sharp),
            shown(self.rounding),
            self.factor,
            shown(self.bound),
        )
    }
}

/// A number in a sentence.
fn shown(number: f64) -> String {
    match number {
        0.0 => "0".into(),
        1e-3..1e6 => format!("{number:.4}"),
        _ => format!("{number:.3e}"),
    }
}
