//! Delays of every kind in integers, the same for all networks: pasts of a vector, and the stages
//! that make averages and leaky states of them.
//!
//! A lowering says what is delayed ([`Origin`]) and gets the sums to be gathered ([`Late`]). Each
//! delay that occurs is one past, whatever the number of terms that look so far back.

mod before;
mod rest;

use std::collections::BTreeMap;

use network::delay::{Delays, Lag, Term};
use network::matrix::Matrix;
use program::{Delay, Format, Gather, Past, Role, VectorId, When};

use crate::QuantizeError;
use crate::assembly::{Assembly, Factor, New, Source, Written, values, weights};
use crate::dynamic::Words;
pub use before::{Before, raw, widened};
pub use rest::{Rest, moved, rest};

/// Fraction bits that an average over the past has more than what it averages.
const GUARD: i32 = 2;

/// What is delayed.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The vector: a state, or a signal or output that an earlier stage writes.
    pub vector: VectorId,
    /// Its name.
    pub name: String,
    /// Its elements.
    pub units: usize,
    /// What it was one step before the first, two steps before, and so on, in its format; the last
    /// one holds for all time before. At least one.
    pub before: Vec<VectorId>,
}

/// What delayed terms add up from.
#[derive(Debug, Clone, Default)]
pub struct Late {
    /// A sum for each term, in their order.
    pub sources: Vec<Source>,
    /// The largest error of a weight, of a value of a kernel, or of a share.
    pub error: f64,
}

/// Pasts and what is made of them, under construction.
struct Lowering<'a> {
    assembly: &'a mut Assembly,
    words: &'a Words,
    origin: &'a Origin,
    /// Pasts by their constant delay.
    constant: BTreeMap<usize, VectorId>,
    /// Leaky states as they stand before a step, by the bits of their share.
    leaky: BTreeMap<u64, VectorId>,
    error: f64,
}

/// Adds what the terms need that weigh the past of `origin`, increments left out.
///
/// # Errors
/// When a weight lies outside a fixed format, or a value needs more than 64 bits.
pub fn lower(
    assembly: &mut Assembly,
    delays: &Delays,
    origin: &Origin,
    words: &Words,
) -> Result<Late, QuantizeError> {
    all(assembly, delays, origin, words, false)
}

/// As [`lower`], for the terms that weigh increments; `origin` are these.
///
/// # Errors
/// As those of [`lower`].
pub fn lower_increments(
    assembly: &mut Assembly,
    delays: &Delays,
    origin: &Origin,
    words: &Words,
) -> Result<Late, QuantizeError> {
    all(assembly, delays, origin, words, true)
}

fn all(
    assembly: &mut Assembly,
    delays: &Delays,
    origin: &Origin,
    words: &Words,
    increments: bool,
) -> Result<Late, QuantizeError> {
    let mut lowering = Lowering {
        assembly,
        words,
        origin,
        constant: BTreeMap::new(),
        leaky: BTreeMap::new(),
        error: 0.0,
    };
    let terms = delays.terms.iter();
    let terms = terms.filter(|term| term.lag.is_increment() == increments);
    let sources = terms.map(|term| lowering.term(term));
    let sources = sources.collect::<Result<_, _>>()?;
    Ok(Late {
        sources,
        error: lowering.error,
    })
}

impl Lowering<'_> {
    fn term(&mut self, term: &Term) -> Result<Source, QuantizeError> {
        let vector = match &term.lag {
            Lag::Steps(steps) | Lag::Increment(steps) => self.ago(*steps),
            Lag::Varying(steps) => {
                let name = format!("{}_ago", term.name);
                self.past(&name, Delay::Schedule(steps.clone()))
            }
            Lag::Kernel(kernel) => self.average(&term.name, kernel)?,
            Lag::Leaky(share) => self.leaky(&term.name, *share)?,
        };
        let values: Vec<f64> = term.weights.entries().map(|(_, _, value)| value).collect();
        let coefficients = self.words.weights(&values)?;
        self.error = self.error.max(coefficients.error);
        Ok(Source {
            vector,
            weights: weights(&term.weights, &coefficients),
            offset: None,
        })
    }

    /// The origin so many steps ago; itself for 0.
    fn ago(&mut self, steps: usize) -> VectorId {
        if steps == 0 {
            return self.origin.vector;
        }
        if let Some(past) = self.constant.get(&steps) {
            return *past;
        }
        let name = format!("{}_ago_{steps}", self.origin.name);
        let past = self.past(&name, Delay::Steps(steps));
        self.constant.insert(steps, past);
        past
    }

    fn past(&mut self, name: &str, delay: Delay) -> VectorId {
        let kept = delay.longest().max(1);
        let role = Role::Past(Past {
            of: self.origin.vector,
            delay,
            start: self.origin.before.iter().copied().take(kept).collect(),
        });
        let format = self.assembly.format(self.origin.vector);
        self.assembly.vector(name, self.origin.units, format, role)
    }

    /// A signal `NAME_mean`: the sum of the values of a kernel times the past.
    fn average(&mut self, name: &str, kernel: &[(usize, f64)]) -> Result<VectorId, QuantizeError> {
        let samples = kernel.iter().map(|&(steps, weight)| {
            let factor = Factor::new(weight)?;
            self.error = self.error.max(factor.error());
            Ok((self.ago(steps), factor))
        });
        let samples: Vec<_> = samples.collect::<Result<_, QuantizeError>>()?;
        let (units, manner) = (self.origin.units, self.words.manner());
        let fraction = self.assembly.format(self.origin.vector).fraction() + GUARD;
        let stage = format!("average_{name}");
        let made = self
            .assembly
            .stage(&stage, When::EveryStep, vec![], |apply| {
                let mut sum = None;
                for (at, (past, factor)) in samples.iter().enumerate() {
                    let then = apply.element(&format!("then_{at}"), *past)?;
                    let weighed = factor.times(apply, &format!("weighed_{at}"), then)?;
                    sum = Some(match sum {
                        None => weighed,
                        Some(sum) => apply.plus(&format!("sum_{at}"), sum, weighed)?,
                    });
                }
                let sum = match sum {
                    Some(sum) => sum,
                    None => apply.constant("nothing", 0)?,
                };
                let node = apply.rounded("mean", sum, fraction, manner.0)?;
                Ok(Written {
                    new: vec![New {
                        name: format!("{name}_mean").into(),
                        units,
                        role: Role::Signal,
                        node,
                    }],
                    ..Written::default()
                })
            })?;
        Ok(made.first().copied().unwrap_or(self.origin.vector))
    }

    /// A past `NAME_leaky_before`: the leaky state as it stands before a step.
    fn leaky(&mut self, name: &str, share: f64) -> Result<VectorId, QuantizeError> {
        if let Some(before) = self.leaky.get(&share.to_bits()) {
            return Ok(*before);
        }
        let factor = Factor::new(share)?;
        self.error = self.error.max(factor.error());
        // A share of the smallest difference still counts.
        let finer = (-share.log2()).ceil().clamp(0.0, 32.0) as i32 + 1;
        let (units, of) = (self.origin.units, self.assembly.format(self.origin.vector));
        let too_wide = |_| QuantizeError::TooWide {
            of: "a leaky state",
        };
        let signed = i32::from(of.coding() != program::Coding::Signed);
        let width = of.width().saturating_add_signed(finer + signed);
        let format = Format::signed(width, of.fraction() + finer).map_err(too_wide)?;
        let start = self.first(name, &factor, format)?;
        let signal = self
            .assembly
            .vector(&format!("{name}_leaky"), units, format, Role::Signal);
        let role = Role::Past(Past {
            of: signal,
            delay: Delay::Steps(1),
            start: vec![start],
        });
        let before = self
            .assembly
            .vector(&format!("{name}_leaky_before"), units, format, role);
        let (source, manner) = (self.origin.vector, self.words.manner());
        self.assembly
            .stage(&format!("leak_{name}"), When::EveryStep, vec![], |apply| {
                let z = apply.element("z", before)?;
                let y = apply.element("y", source)?;
                let away = apply.minus("away", y, z)?;
                let pull = factor.times(apply, "pull", away)?;
                let moved = apply.plus("moved", z, pull)?;
                let next = apply.resized("next", moved, format, manner)?;
                let (up, down) = (apply.less("rises", z, next)?, apply.less("falls", next, z)?);
                let still = apply.neither("still", up, down)?;
                Ok(Written {
                    known: vec![(signal, next)],
                    rest: Some(still),
                    ..Written::default()
                })
            })?;
        self.leaky.insert(share.to_bits(), before);
        Ok(before)
    }

    /// The leaky state before the first step: what the past before it makes of it.
    fn first(
        &mut self,
        name: &str,
        factor: &Factor,
        format: Format,
    ) -> Result<VectorId, QuantizeError> {
        let (units, before, manner) = (self.origin.units, &self.origin.before, self.words.manner());
        let made = self
            .assembly
            .stage(&format!("recall_{name}"), When::Once, vec![], |apply| {
                let mut state = None;
                for (at, then) in before.iter().enumerate().rev() {
                    let then = apply.element(&format!("then_{at}"), *then)?;
                    let next = match state {
                        None => then,
                        Some(state) => {
                            let away = apply.minus(&format!("away_{at}"), then, state)?;
                            let pull = factor.times(apply, &format!("pull_{at}"), away)?;
                            apply.plus(&format!("moved_{at}"), state, pull)?
                        }
                    };
                    state = Some(apply.resized(&format!("next_{at}"), next, format, manner)?);
                }
                let node = match state {
                    Some(state) => state,
                    None => apply.known("nothing", 0, format)?,
                };
                Ok(Written {
                    new: vec![New {
                        name: format!("{name}_leaky_first").into(),
                        units,
                        role: Role::Derived,
                        node,
                    }],
                    ..Written::default()
                })
            })?;
        Ok(made.first().copied().unwrap_or(self.origin.vector))
    }
}

/// The delays with their numbers as the words of a program stand for them; `gathers` are the sums of
/// [`lower`], and then those of [`lower_increments`], in their order.
pub fn rounded<'g>(
    delays: &Delays,
    gathers: impl IntoIterator<Item = &'g Gather>,
) -> Option<Delays> {
    let mut gathers = gathers.into_iter();
    let mut rounded = delays.clone();
    for increments in [false, true] {
        let terms = rounded.terms.iter_mut();
        for term in terms.filter(|term| term.lag.is_increment() == increments) {
            let links = values(&gathers.next()?.weights);
            let (rows, columns) = (term.weights.rows(), term.weights.columns());
            term.weights = Matrix::sparse(rows, columns, &links);
            term.lag = rounded_lag(&term.lag)?;
        }
    }
    Some(rounded)
}

fn rounded_lag(lag: &Lag) -> Option<Lag> {
    Some(match lag {
        Lag::Kernel(kernel) => {
            let sample =
                |&(steps, weight): &(usize, f64)| Some((steps, Factor::new(weight).ok()?.value()));
            Lag::Kernel(kernel.iter().map(sample).collect::<Option<_>>()?)
        }
        Lag::Leaky(share) => Lag::Leaky(Factor::new(*share).ok()?.value()),
        Lag::Steps(_) | Lag::Varying(_) | Lag::Increment(_) => lag.clone(),
    })
}
