//! The phases in which a decoder looks at what it is given.

use network::activation::Function as Shape;
use network::sequence::Decoder;
use network::sequence::decoder::Kind;
use network::{Activation, Matrix};
use program::{Format, NodeId, Overflow, Recalled, Rounding, VectorId, When};

use super::{Decoding, GUARD};
use crate::QuantizeError;
use crate::assembly::{Factor, Source, Wide, Written};
use crate::sequence::chain::{Chain, Flow, reach};
use crate::sequence::function::Use;
use crate::sequence::passes::Leads;
use crate::sequence::path::signal;
use crate::sequence::tokens::between;

/// Fraction bits of sums of weighed vectors beyond those of the vectors.
const SUM_GUARD: i32 = 4;

/// What is added up over the vectors of a sequence.
pub(super) struct Sums {
    /// The sum of all powers.
    total: VectorId,
    /// The sum of the vectors, each weighed by its power.
    weighed: VectorId,
    /// The largest sum of powers.
    most: f64,
}

impl Chain<'_> {
    /// The keys of what is stored, stored too.
    pub(super) fn keys(
        &mut self,
        name: &str,
        layer: &Decoder,
        (flow, encoded): (Flow, Flow),
    ) -> Result<Option<Flow>, QuantizeError> {
        if layer.attention.kind == Kind::Last {
            return Ok(None);
        }
        let Some(key) = &layer.attention.key else {
            return Ok(Some(encoded));
        };
        let stage = format!("{name}_key");
        let keys = self.summed(&stage, format!("{name}_keys"), key, flow)?;
        self.stored(&stage, keys).map(Some)
    }

    /// The sums of a decoder that looks at all vectors.
    pub(super) fn sums(&mut self, of: &Decoding<'_>) -> Result<Option<Sums>, QuantizeError> {
        if of.numbers.looks.is_none() {
            return Ok(None);
        }
        let formats = self.formats;
        // No power is above 1 by more than the rounding of its table.
        let most = of.layer.longest as f64 * (1.0 + 2.0 * formats.gate.unit());
        let total = format!("{}_total", of.name);
        let total = self.passing_on(&total, 1, (most, formats.gate.fraction()))?;
        let weighed = format!("{}_weighed", of.name);
        let size = (
            most * reach(formats.data),
            formats.data.fraction() + SUM_GUARD,
        );
        Ok(Some(Sums {
            total,
            weighed: self.passing_on(&weighed, of.encoded.elements, size)?,
            most,
        }))
    }

    /// The query of the state: the state itself, where the kind makes none.
    pub(super) fn ask(&mut self, of: &Decoding<'_>, hidden: Flow) -> Result<Flow, QuantizeError> {
        let (Kind::Additive { query, .. }, Some(number)) =
            (&of.layer.attention.kind, of.numbers.ask)
        else {
            return Ok(hidden);
        };
        let (stage, units) = (format!("{}_query", of.name), query.rows());
        let size = (
            self.bound(hidden, query, &[]),
            self.formats.argument + GUARD,
        );
        let asked = self.passing_on(&format!("{}_asked", of.name), units, size)?;
        let source = self.source(&stage, hidden, query, &[])?;
        let (format, manner) = (self.assembly.format(asked), self.formats.manner);
        let when = When::EveryStep;
        self.assembly.stage(&stage, when, vec![source], |apply| {
            let sum = apply.gathered("sum", 0)?;
            let asked_now = apply.resized("asked", sum, format, manner)?;
            Ok(Written {
                known: vec![(asked, asked_now)],
                ..Written::default()
            })
        })?;
        let score = of
            .numbers
            .looks
            .map_or(of.numbers.decode, |[score, _]| score);
        let (present, number_format) = (of.passes.present, of.passes.number);
        let stage = format!("{}_asking", of.name);
        self.assembly.stage(&stage, when, vec![], |apply| {
            let next = apply.known("score", score as i64, number_format)?;
            Ok(Written {
                known: vec![(present, next)],
                ..Written::default()
            })
        })?;
        self.assembly.within(number);
        Ok(Flow {
            vector: asked,
            elements: units,
            given: false,
        })
    }

    /// The phases that go through the keys and the vectors.
    pub(super) fn look(
        &mut self,
        of: &Decoding<'_>,
        query: Flow,
        sums: Option<&Sums>,
    ) -> Result<(), QuantizeError> {
        let (Some([score, weigh]), Some(keys), Some(sums)) = (of.numbers.looks, of.keys, sums)
        else {
            return Ok(());
        };
        let terms = self.terms(of, query, keys)?;
        let scored = self.score(of, terms)?;
        let largest = self.largest_score(of, scored)?;
        self.go_through(of, "scored", (score, Leads::First(weigh)))?;
        let recalled = Recalled {
            of: scored,
            read: of.passes.position,
            write: of.passes.place,
            words: 1 << of.passes.format.width(),
        };
        let scores = self.assembly.recalled(recalled);
        self.weigh(of, (scores, largest), sums)?;
        self.go_through(of, "weighed", (weigh, Leads::Here(of.numbers.decode)))
    }

    /// The stage that leads from place to place, and on from the last one.
    fn go_through(
        &mut self,
        of: &Decoding<'_>,
        name: &str,
        (number, leads): (usize, Leads),
    ) -> Result<(), QuantizeError> {
        let stage = format!("{}_{name}", of.name);
        let passes = &of.passes;
        self.assembly
            .stage(&stage, When::EveryStep, vec![], |apply| {
                passes.again(apply, number, leads)
            })?;
        self.assembly.within(number);
        Ok(())
    }

    /// What a score is the sum of: with the weights of the sum.
    fn terms(
        &mut self,
        of: &Decoding<'_>,
        query: Flow,
        keys: Flow,
    ) -> Result<Source, QuantizeError> {
        let stage = format!("{}_term", of.name);
        let units = keys.elements;
        let terms = (format!("{}_terms", of.name), false);
        match &of.layer.attention.kind {
            Kind::Additive { score, .. } => {
                let tanh = Activation::new(Shape::Tanh, 1.0);
                let tanh = tanh.map_err(|_| QuantizeError::Mismatched)?;
                let formats = [query.vector, keys.vector].map(|of| self.assembly.format(of));
                let function = self.function(Use {
                    activation: &tanh,
                    bound: formats.into_iter().map(reach).sum(),
                    clip: None,
                    output: self.formats.gate,
                })?;
                let terms = self.writing(&stage, vec![], units, terms, |apply| {
                    let query = apply.element("query", query.vector)?;
                    let key = apply.element("key", keys.vector)?;
                    let sum = apply.plus("sum", query, key)?;
                    function.of(apply, "term", sum)
                })?;
                let weights = Matrix::dense(1, units, score);
                self.source(&format!("{}_score", of.name), terms, &weights, &[])
            }
            Kind::Dot { .. } | Kind::Last => {
                let fraction = self.formats.argument + GUARD + SUM_GUARD;
                let rounding = self.formats.manner.0;
                let terms = self.writing(&stage, vec![], units, terms, |apply| {
                    let query = apply.element("query", query.vector)?;
                    let key = apply.element("key", keys.vector)?;
                    let product = apply.product("product", query, key)?;
                    apply.rounded("term", product, fraction, rounding)
                })?;
                Ok(between(terms, units, |_, _| true, 1))
            }
        }
    }

    /// The score of a vector.
    fn score(&mut self, of: &Decoding<'_>, terms: Source) -> Result<VectorId, QuantizeError> {
        let scale = match of.layer.attention.kind {
            Kind::Dot { scale } => Factor::new(scale)?,
            Kind::Additive { .. } | Kind::Last => Factor::Halvings(0),
        };
        self.lost(scale.error());
        let stage = format!("{}_score", of.name);
        let (fraction, rounding) = (self.formats.argument + GUARD, self.formats.manner.0);
        let scored = (format!("{}_scored_now", of.name), false);
        let scored = self.writing(&stage, vec![terms], 1, scored, |apply| {
            let sum = apply.gathered("sum", 0)?;
            let scaled = scale.times(apply, "scaled", sum)?;
            apply.rounded("score", scaled, fraction, rounding)
        })?;
        Ok(scored.vector)
    }

    /// The largest score so far.
    fn largest_score(
        &mut self,
        of: &Decoding<'_>,
        scored: VectorId,
    ) -> Result<VectorId, QuantizeError> {
        let format = self.assembly.format(scored);
        let largest = self.register(&format!("{}_largest", of.name), &[0], format);
        let position = of.passes.position;
        let stage = format!("{}_largest_so_far", of.name);
        let when = When::EveryStep;
        self.assembly.stage(&stage, when, vec![], |apply| {
            let score = apply.element("score", scored)?;
            let before = apply.element("before", largest)?;
            let larger = program::Operation::Maximum(score, before);
            let larger = apply.push("larger", larger, format)?;
            let first = first(apply, of, position)?;
            let next = apply.select("largest", first, (score, larger))?;
            Ok(Written {
                known: vec![(largest, next)],
                ..Written::default()
            })
        })?;
        Ok(largest)
    }

    /// Adds the power of the distance of a vector's score to the largest one, and the vector that it
    /// weighs.
    fn weigh(
        &mut self,
        of: &Decoding<'_>,
        (scores, largest): (VectorId, VectorId),
        sums: &Sums,
    ) -> Result<(), QuantizeError> {
        let format = self.assembly.format(scores);
        let power = self.power(2.0 * reach(format))?;
        let rounding = self.formats.manner.0;
        let [total, weighed] = [sums.total, sums.weighed].map(|of| self.assembly.format(of));
        let (position, when) = (of.passes.position, When::EveryStep);
        let stage = format!("{}_power", of.name);
        let made = self.assembly.stage(&stage, when, vec![], |apply| {
            let score = apply.element("score", scores)?;
            let most = apply.element("largest", largest)?;
            let below = apply.minus("below", score, most)?;
            let power = power.of(apply, "power", below)?;
            let before = apply.element("before", sums.total)?;
            let first = first(apply, of, position)?;
            let next = added(apply, (before, power), first, (total, rounding))?;
            Ok(Written {
                known: vec![(sums.total, next)],
                new: vec![signal(format!("{}_power_now", of.name), 1, power)],
                rest: None,
            })
        })?;
        let power = made.first().copied().ok_or(QuantizeError::Mismatched)?;
        let units = of.encoded.elements;
        let power = self.spread_out(&format!("{}_powers", of.name), power, (0, units));
        let places = format!("{}_places", of.name);
        let position = self.spread_out(&places, position, (0, units));
        let stage = format!("{}_adding", of.name);
        self.assembly.stage(&stage, when, vec![], |apply| {
            let power = apply.element("power", power)?;
            let vector = apply.element("vector", of.encoded.vector)?;
            let product = apply.product("product", power, vector)?;
            let before = apply.element("before", sums.weighed)?;
            let first = first(apply, of, position)?;
            let next = added(apply, (before, product), first, (weighed, rounding))?;
            Ok(Written {
                known: vec![(sums.weighed, next)],
                ..Written::default()
            })
        })?;
        Ok(())
    }

    /// The context: the sum of the weighed vectors over the sum of the powers.
    pub(super) fn context(
        &mut self,
        of: &Decoding<'_>,
        sums: &Sums,
    ) -> Result<Flow, QuantizeError> {
        let inverse = self.reciprocal(sums.most)?;
        let (stage, units) = (format!("{}_share", of.name), of.encoded.elements);
        let share = (stage.clone(), false);
        let share = self.writing(&stage, vec![], 1, share, |apply| {
            let total = apply.element("total", sums.total)?;
            inverse.of(apply, "share", total)
        })?;
        let shares = format!("{}_shares", of.name);
        let shares = self.spread_out(&shares, share.vector, (0, units));
        let formats = self.formats;
        let stage = format!("{}_context", of.name);
        self.writing(&stage, vec![], units, (stage.clone(), false), |apply| {
            let sum = apply.element("weighed", sums.weighed)?;
            let share = apply.element("share", shares)?;
            let product = apply.product("product", sum, share)?;
            apply.resized("context", product, formats.data, formats.manner)
        })
    }
}

/// A sum with another term; at the first place the term alone.
fn added(
    apply: &mut Wide<'_>,
    (before, term): (NodeId, NodeId),
    first: NodeId,
    (format, rounding): (Format, Rounding),
) -> Result<NodeId, QuantizeError> {
    let held = (rounding, Overflow::Saturate);
    let sum = apply.plus("sum", before, term)?;
    let sum = apply.resized("added", sum, format, held)?;
    let only = apply.resized("only", term, format, held)?;
    apply.select("next", first, (only, sum))
}

/// Whether a step is at the first place.
fn first(
    apply: &mut Wide<'_>,
    of: &Decoding<'_>,
    position: VectorId,
) -> Result<NodeId, QuantizeError> {
    let at = apply.element("at", position)?;
    let one = apply.known("second_place", 1, of.passes.format)?;
    apply.less("first", at, one)
}
