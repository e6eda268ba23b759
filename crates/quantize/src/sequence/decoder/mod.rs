//! Decoders in integers.
//!
//! What the layers before give is stored as they give it, and its keys beside it. Then phases follow one
//! another for each token: `ask` makes a query of the state, `score` goes through the keys and finds the
//! largest score, `weigh` goes through the vectors again and adds them up, each weighed by the power of
//! its distance to that score, and `decode` divides by the sum of all powers, moves the cell and chooses
//! the token. `begin` makes the first state. Those that a decoder does not need are left out.

mod attention;

use network::sequence::decoder::Kind;
use network::sequence::{Decoder, Dense};
use program::{Format, NodeId, Phase, Phases, VectorId, When};

use super::MAX_STEPS;
use super::chain::{Chain, Flow};
use super::function::Use;
use super::passes::{Leads, Passes};
use super::tokens::number_format;
use crate::QuantizeError;
use crate::assembly::{Wide, Written};

/// Fraction bits of keys, queries and scores beyond those of arguments.
const GUARD: i32 = 2;

/// The numbers of the phases of a decoder, behind those of the passes.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    decode: usize,
    begin: Option<usize>,
    ask: Option<usize>,
    /// `score`, then `weigh`.
    looks: Option<[usize; 2]>,
}

impl Numbers {
    fn new(layer: &Decoder, decode: usize) -> Numbers {
        let mut next = decode;
        let mut number = |there: bool| {
            there.then(|| {
                next += 1;
                next
            })
        };
        let kind = &layer.attention.kind;
        let looks = *kind != Kind::Last;
        Numbers {
            decode,
            begin: number(layer.bridge.is_some()),
            ask: number(matches!(kind, Kind::Additive { .. })),
            looks: number(looks)
                .zip(number(looks))
                .map(|(score, weigh)| [score, weigh]),
        }
    }

    /// The phase with which each token begins.
    fn round(&self) -> usize {
        let score = self.looks.map(|[score, _]| score);
        self.ask.or(score).unwrap_or(self.decode)
    }

    /// As [`Numbers::round`], at the first place where vectors are gone through.
    fn leads(&self) -> Leads {
        match self.looks {
            Some(_) => Leads::First(self.round()),
            None => Leads::Here(self.round()),
        }
    }

    /// The phases in their order.
    fn phases(&self) -> Vec<Phase> {
        let score = self.looks.map(|[score, _]| score);
        let weigh = self.looks.map(|[_, weigh]| weigh);
        let all = [
            ("decode", Some(self.decode)),
            ("begin", self.begin),
            ("ask", self.ask),
            ("score", score),
            ("weigh", weigh),
        ];
        let there = all.into_iter().filter(|(_, number)| number.is_some());
        let phase = |(name, _): (&str, Option<usize>)| Phase {
            name: name.into(),
            feeds: false,
            leaves: name == "decode",
        };
        there.map(phase).collect()
    }
}

/// What the phases of a decoder share.
struct Decoding<'l> {
    name: &'l str,
    layer: &'l Decoder,
    numbers: Numbers,
    passes: Passes,
    /// What the layers before gave, at the place of the step.
    encoded: Flow,
    /// Its keys.
    keys: Option<Flow>,
}

impl Decoding<'_> {
    /// What leads to the phase with which the next token begins.
    fn next_token(&self, apply: &mut Wide<'_>) -> Result<Vec<(VectorId, NodeId)>, QuantizeError> {
        let passes = &self.passes;
        let next = apply.known("round", self.numbers.round() as i64, passes.number)?;
        let mut known = vec![(passes.present, next)];
        if let Leads::First(_) = self.numbers.leads() {
            let first = apply.known("first", 0, passes.format)?;
            known.push((passes.position, first));
        }
        Ok(known)
    }
}

impl Chain<'_> {
    /// The phases of a decoder; it is the last layer.
    ///
    /// # Errors
    /// When a run could need more steps than the hardware counts, or a sum more than 64 bits.
    pub fn decoder(
        &mut self,
        name: &str,
        layer: &Decoder,
        flow: Flow,
    ) -> Result<Flow, QuantizeError> {
        self.judge_steps(layer)?;
        let flow = self.as_data(name, flow)?;
        let encoded = self.stored(&format!("{name}_encoded"), flow)?;
        let keys = self.keys(name, layer, (flow, encoded))?;
        let passes = self.passes.clone().ok_or(QuantizeError::Mismatched)?;
        let decode = passes.phases().len();
        let numbers = Numbers::new(layer, decode);
        self.lead(match numbers.begin {
            Some(begin) => Leads::Here(begin),
            None => numbers.leads(),
        })?;
        let of = Decoding {
            name,
            layer,
            numbers,
            passes,
            encoded,
            keys,
        };
        let sums = self.sums(&of)?;
        let (output, hidden) = self.decode(&of, sums.as_ref())?;
        self.assembly.within(decode);
        self.begin(&of, hidden)?;
        let query = self.ask(&of, hidden)?;
        self.look(&of, query, sums.as_ref())?;
        let mut phases = of.passes.phases();
        phases.extend(numbers.phases());
        self.assembly.phased(Phases {
            present: of.passes.present,
            end: of.passes.end,
            phases,
        });
        Ok(output)
    }

    /// That a run has no more steps than are counted.
    fn judge_steps(&self, layer: &Decoder) -> Result<(), QuantizeError> {
        let longest = layer.longest as u64;
        let rounds = match layer.attention.kind {
            Kind::Last => 1,
            _ => 2 * longest + 2,
        };
        let passes = self
            .passes
            .as_ref()
            .map_or(1, |of| of.phases().len() as u64);
        let steps = passes * longest + 1 + rounds * layer.most as u64;
        match steps <= MAX_STEPS {
            true => Ok(()),
            false => Err(QuantizeError::Layer {
                number: self.network.layers.len(),
                why: format!(
                    "needs up to {steps} steps for {longest} vectors and {} tokens, and the hardware \
                     counts to {MAX_STEPS}",
                    layer.most
                ),
                would: "a smaller `longest` or `most`".into(),
            }),
        }
    }

    /// The state before the first token, of the last vector.
    fn begin(&mut self, of: &Decoding<'_>, hidden: Flow) -> Result<(), QuantizeError> {
        let (Some(bridge), Some(number)) = (&of.layer.bridge, of.numbers.begin) else {
            return Ok(());
        };
        let stage = format!("{}_begin", of.name);
        let source = self.source(&stage, of.encoded, &bridge.weights, &bridge.bias)?;
        let function = self.function(Use {
            activation: &bridge.activation,
            bound: self.bound(of.encoded, &bridge.weights, &bridge.bias),
            clip: None,
            output: self.formats.data,
        })?;
        let when = When::EveryStep;
        self.assembly.stage(&stage, when, vec![source], |apply| {
            let sum = apply.gathered("sum", 0)?;
            let state = function.of(apply, "state", sum)?;
            Ok(Written {
                known: vec![(hidden.vector, state)],
                ..Written::default()
            })
        })?;
        let stage = format!("{}_begun", of.name);
        self.assembly.stage(&stage, when, vec![], |apply| {
            Ok(Written {
                known: of.next_token(apply)?,
                ..Written::default()
            })
        })?;
        self.assembly.within(number);
        Ok(())
    }

    /// The stages that make a token; gives the output and the state.
    fn decode(
        &mut self,
        of: &Decoding<'_>,
        sums: Option<&attention::Sums>,
    ) -> Result<(Flow, Flow), QuantizeError> {
        let (name, layer) = (of.name, of.layer);
        let number = number_format(layer.vocabulary())?;
        let token = self.register(&format!("{name}_token"), &[layer.start as i64], number);
        let context = match sums {
            Some(sums) => self.context(of, sums)?,
            None => of.encoded,
        };
        let before = Flow {
            vector: token,
            elements: 1,
            given: false,
        };
        let embedded = format!("{name}_embedded");
        let embedded = self.embedding(&embedded, &layer.embedding, before, false)?;
        let read = self.beside(&format!("{name}_read"), &[embedded, context]);
        let hidden = self.cell(&format!("{name}_cell"), &layer.cell, read, false)?;
        let scores = format!("{name}_scores");
        let scores = self.summed(&format!("{name}_readout"), scores, &layer.readout, hidden)?;
        self.fed_back = Some(token);
        let output = self.argmax(&format!("{name}_choice"), scores, true)?;
        self.fed_back = None;
        self.after_token(of, token, number)?;
        Ok((output, hidden))
    }

    /// The sums of a dense layer, in words of their own that hold all of them.
    fn summed(
        &mut self,
        stage: &str,
        name: String,
        layer: &Dense,
        flow: Flow,
    ) -> Result<Flow, QuantizeError> {
        let source = self.source(stage, flow, &layer.weights, &layer.bias)?;
        let (fraction, rounding) = (self.formats.argument + GUARD, self.formats.manner.0);
        self.writing(stage, vec![source], layer.units(), (name, false), |apply| {
            let sum = apply.gathered("sum", 0)?;
            apply.rounded("rounded", sum, fraction, rounding)
        })
    }

    /// Whether the token was the last one, and what comes next.
    fn after_token(
        &mut self,
        of: &Decoding<'_>,
        token: VectorId,
        number: Format,
    ) -> Result<(), QuantizeError> {
        let (layer, passes) = (of.layer, &of.passes);
        let count = number_format(layer.most)?;
        let given = self.register(&format!("{}_given", of.name), &[0], count);
        let stage = format!("{}_ending", of.name);
        let when = When::EveryStep;
        self.assembly.stage(&stage, when, vec![], |apply| {
            let token = apply.element("token", token)?;
            let end = apply.known("end", layer.end as i64, number)?;
            let ended = same(apply, "ended", token, end)?;
            let before = apply.element("given", given)?;
            let last = apply.known("last", layer.most as i64 - 1, count)?;
            let more = apply.less("may_go_on", before, last)?;
            let go_on = apply.not("not_ended", ended)?;
            let go_on = apply.both("goes_on", go_on, more)?;
            let over = apply.not("over", go_on)?;
            let one = apply.known("one", 1, count)?;
            let counted = apply.plus("counted", before, one)?;
            let counted = apply.resized("next_given", counted, count, super::tokens::FLOOR)?;
            let mut known = vec![(passes.end, over), (given, counted)];
            known.extend(of.next_token(apply)?);
            Ok(Written {
                known,
                ..Written::default()
            })
        })?;
        Ok(())
    }

    /// A vector that passes from step to step, with room for all that a sum can be.
    fn passing_on(
        &mut self,
        name: &str,
        units: usize,
        (most, fraction): (f64, i32),
    ) -> Result<VectorId, QuantizeError> {
        let most = (most * f64::from(fraction).exp2()).ceil() as i128;
        let format = Format::signed_holding(-most, most, fraction);
        let format = format.ok_or(QuantizeError::TooWide {
            of: "a sum of attention",
        })?;
        Ok(self.register(name, &vec![0; units], format))
    }
}

/// Whether two whole numbers are the same.
fn same(apply: &mut Wide<'_>, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
    let below = apply.less(&format!("{name}_below"), a, b)?;
    let above = apply.less(&format!("{name}_above"), b, a)?;
    apply.neither(name, below, above)
}
