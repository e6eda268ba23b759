//! The stages of a Cohen-Grossberg network.

use network::CohenGrossberg;
use network::cohen_grossberg::SIGNAL;
use program::{Format, Order, Overflow, Role, Rounding, VectorId, When};

use super::answer::{Answer, Making, signals};
use crate::activation::Figures;
use crate::assembly::{Assembly, Bounds, New, Scale, Source, Written, weights};
use crate::delay::{self, Before, Late, Origin};
use crate::dynamic::{Words, stop};
use crate::report::Report;
use crate::{QuantizeError, Quantized};

/// Fraction bits that a rate has more than the state before it is amplified.
const GUARD: i32 = 3;

/// A program under construction.
struct Lowering<'a> {
    network: &'a CohenGrossberg,
    words: &'a Words,
    assembly: Assembly,
    /// The format of states.
    format: Format,
    state: VectorId,
    error: f64,
    /// What activation functions became.
    activations: Vec<Figures>,
}

/// The program for these words; the state holds magnitudes up to `reach`.
pub fn lower(
    network: &CohenGrossberg,
    words: &Words,
    reach: f64,
) -> Result<Quantized, QuantizeError> {
    let format = words.bounded_state(reach)?;
    let mut assembly = Assembly::new();
    let state = assembly.vector("state", network.units(), format, Role::State);
    let lowering = Lowering {
        network,
        words,
        assembly,
        format,
        state,
        error: 0.0,
        activations: vec![],
    };
    lowering.program()
}

impl<'a> Lowering<'a> {
    fn program(mut self) -> Result<Quantized, QuantizeError> {
        let network = self.network;
        let origin = self.origin()?;
        let late = delay::lower(&mut self.assembly, &network.delays, &origin, self.words)?;
        self.error = self.error.max(late.error);
        self.step(&origin, late)?;
        let kind = "cohen_grossberg";
        let stop = stop(network.stop);
        let order = Order::Synchronous;
        let program = self.assembly.finish(&network.name, kind, order, stop)?;
        let mut report = Report::of(&program, self.error, 1.0);
        report.activations = self.activations;
        Ok(Quantized { program, report })
    }

    fn making(&self) -> Making<'a> {
        Making {
            words: self.words,
            state: self.format,
            table: &self.network.table,
            units: self.network.units(),
        }
    }

    /// The function `name`.
    fn answer(
        &mut self,
        name: &str,
        response: &network::cohen_grossberg::Response,
    ) -> Result<Answer, QuantizeError> {
        let making = self.making();
        let answer = Answer::new(&mut self.assembly, name, response, &making, &mut self.error)?;
        if let Answer::Plan(plan, _) = &answer {
            self.activations.push(*plan.figures());
        }
        Ok(answer)
    }

    /// The state with its past.
    fn before(&self) -> Before<'a> {
        Before {
            delays: &self.network.delays,
            history: &self.network.history,
            units: self.network.units(),
            state: self.state,
        }
    }

    /// The signals, with what they were before the start.
    fn origin(&mut self) -> Result<Origin, QuantizeError> {
        let (network, state) = (self.network, self.state);
        let (before, making) = (self.before(), self.making());
        let answer = self.answer("d", &network.d)?;
        let (vector, first, name) = match answer {
            Answer::State => (state, state, "state"),
            answer => {
                let first = match before.asks_for_first() {
                    true => {
                        let made = ("respond_first", "signal_first", When::Once, Role::Derived);
                        self.respond(&answer, made)?
                    }
                    false => state,
                };
                let made = ("respond", SIGNAL, When::EveryStep, Role::Signal);
                (self.respond(&answer, made)?, first, SIGNAL)
            }
        };
        let words = |states: &[f64]| {
            let raw = delay::raw(states, making.state);
            match vector == state {
                true => Ok(raw),
                false => signals(&network.d, &making, &raw),
            }
        };
        let before = before.source(&mut self.assembly, (vector, first), words)?;
        Ok(Origin {
            vector,
            name: name.into(),
            units: network.units(),
            before,
        })
    }

    /// A stage that writes the signals of the states.
    fn respond(
        &mut self,
        answer: &Answer,
        (name, made, when, role): (&str, &'static str, When, Role),
    ) -> Result<VectorId, QuantizeError> {
        let (state, making) = (self.state, self.making());
        let made = self.assembly.stage(name, when, vec![], |apply| {
            let x = apply.element("x", state)?;
            let node = answer.signal(apply, &making, x)?;
            Ok(Written {
                new: vec![New {
                    name: made.into(),
                    units: making.units,
                    role,
                    node,
                }],
                ..Written::default()
            })
        })?;
        Ok(made.first().copied().unwrap_or(state))
    }

    /// What inhibits a unit at present, less its constants.
    fn own(&mut self, vector: VectorId, constants: &[f64]) -> Result<Source, QuantizeError> {
        let matrix = &self.network.weights;
        let values: Vec<f64> = matrix.entries().map(|(_, _, value)| value).collect();
        let words = self.words.weights(&values)?;
        self.error = self.error.max(words.error);
        let offset = match constants.iter().any(|constant| *constant != 0.0) {
            true => {
                let less: Vec<f64> = constants.iter().map(|constant| -constant).collect();
                let fraction = words.format.fraction() + self.assembly.format(vector).fraction();
                let (id, error) = self.assembly.parameter("less_bias", &less, fraction)?;
                self.error = self.error.max(error);
                Some(id)
            }
            false => None,
        };
        Ok(Source {
            vector,
            weights: weights(matrix, &words),
            offset,
        })
    }

    /// The constants I with a b that is constant, and b where it is not.
    fn rate(&mut self) -> Result<(Vec<f64>, Option<Answer>), QuantizeError> {
        let network = self.network;
        match network.b.constants(network.units()) {
            Some(b) => {
                let sums = network.bias.iter().zip(b);
                Ok((sums.map(|(bias, b)| bias + b).collect(), None))
            }
            None => Ok((network.bias.clone(), Some(self.answer("b", &network.b)?))),
        }
    }

    /// The step times an amplification that is constant, or the step and the amplification.
    fn pace(&mut self) -> Result<(Scale, Option<Answer>), QuantizeError> {
        let network = self.network;
        let (paces, a) = match network.a.constants(network.units()) {
            Some(a) => (a.iter().map(|a| network.step * a).collect(), None),
            None => (vec![network.step], Some(self.answer("a", &network.a)?)),
        };
        let pace = Scale::new(&mut self.assembly, "pace", &paces, &mut self.error)?;
        Ok((pace, a))
    }

    /// The box, where there is one.
    fn bounds(&mut self) -> Result<Option<Bounds>, QuantizeError> {
        let Some(bounds) = &self.network.bounds else {
            return Ok(None);
        };
        let (low, high): (Vec<f64>, Vec<f64>) = bounds.iter().copied().unzip();
        let bounds = Bounds::new(&mut self.assembly, (&low, &high), self.format)?;
        self.error = self.error.max(bounds.error);
        Ok(Some(bounds))
    }

    /// The stage `move`.
    fn step(&mut self, origin: &Origin, late: Late) -> Result<(), QuantizeError> {
        let (network, format, units) = (self.network, self.format, self.network.units());
        let increment = match network.delays.is_neutral() {
            true => Some(self.before().increments(&mut self.assembly)?),
            false => None,
        };
        let (constants, b) = self.rate()?;
        let mut sources = vec![self.own(origin.vector, &constants)?];
        sources.extend(late.sources);
        let received = sources.len();
        if let Some(origin) = &increment {
            let (delays, words) = (&network.delays, self.words);
            let late = delay::lower_increments(&mut self.assembly, delays, origin, words)?;
            self.error = self.error.max(late.error);
            sources.extend(late.sources);
        }
        let all = sources.len();
        let (pace, a) = self.pace()?;
        let bounds = self.bounds()?;
        let (tolerance, longest) = (network.stop.tolerance, network.delays.longest());
        let rest = delay::rest(&mut self.assembly, units, format, tolerance, longest)?;
        let (state, rounding) = (self.state, self.words.rounding);
        let overflow = match bounds {
            Some(_) => Overflow::Saturate,
            None => self.words.overflow,
        };
        self.assembly
            .stage("move", When::EveryStep, sources, |apply| {
                let x = apply.element("x", state)?;
                let received_now = apply.gathered_all("received", 0..received)?;
                let own = match &b {
                    Some(b) => b.build(apply, "b", x)?,
                    None => apply.constant("b", 0)?,
                };
                let mut rate = apply.minus("rate", own, received_now)?;
                if let Some(a) = &a {
                    rate = rounded(apply, "rate_rounded", rate, (format, rounding))?;
                    let a = a.build(apply, "a", x)?;
                    rate = apply.product("amplified", a, rate)?;
                }
                let pull = pace.times(apply, "pull", rate)?;
                let mut moved = apply.plus("moved", x, pull)?;
                if received < all {
                    let late = apply.gathered_all("neutral", received..all)?;
                    moved = apply.plus("moved_neutral", moved, late)?;
                }
                let mut next = apply.resized("next", moved, format, (rounding, overflow))?;
                if let Some(bounds) = &bounds {
                    next = bounds.held(apply, "next", next)?;
                }
                delay::moved(apply, state, (x, next), increment.as_ref(), rest.as_ref())
            })?;
        Ok(())
    }
}

/// A rate with no more fraction bits than the change of a state needs.
fn rounded(
    apply: &mut crate::assembly::Wide<'_>,
    name: &str,
    rate: program::NodeId,
    (state, rounding): (Format, Rounding),
) -> Result<program::NodeId, QuantizeError> {
    let fraction = state.fraction() + GUARD;
    match apply.format(rate).fraction() > fraction {
        true => apply.rounded(name, rate, fraction, rounding),
        false => Ok(rate),
    }
}
