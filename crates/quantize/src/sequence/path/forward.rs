//! The way forward: the best path to each tag.

use network::sequence::path::BestPath;
use program::{Format, NodeId, Operation, Overflow, Part, Role, Rounding, VectorId, When};

use super::words::Words;
use super::{Last, Walk, later, signal};
use crate::QuantizeError;
use crate::assembly::{Source, Wide, Written};
use crate::sequence::chain::{Chain, Flow};
use crate::sequence::tokens::Rows;

/// How scores are brought into their word, which holds all that can occur.
const HELD: (Rounding, Overflow) = (Rounding::Floor, Overflow::Saturate);

/// What is said to need more than 64 bits.
const SCORE: &str = "a score of a path";

/// The smallest and the largest of some values.
type Span = (i128, i128);

/// The smallest and the largest of some raw values.
fn ends<'v>(values: impl Iterator<Item = &'v i64>) -> Span {
    values.fold((0, 0), |(low, high), &of| {
        (low.min(of.into()), high.max(of.into()))
    })
}

/// A signed word that holds all values between two.
fn holding((low, high): Span, fraction: i32) -> Result<Format, QuantizeError> {
    let format = Format::signed_holding(low, high, fraction);
    format.ok_or(QuantizeError::TooWide { of: SCORE })
}

fn plus(a: Span, b: Span) -> Span {
    (a.0 + b.0, a.1 + b.1)
}

fn reach(format: Format) -> Span {
    (format.min_raw().into(), format.max_raw().into())
}

/// Where the scores of the tags of a step come from.
enum Given {
    Symbols(Rows),
    Vector(VectorId),
}

/// The vectors of the recursion.
struct Recursion {
    /// The scores of the best paths to each tag, less the largest ones of the step before.
    scores: VectorId,
    /// The largest of these scores.
    largest: VectorId,
    /// 1 in the first step.
    first: VectorId,
    /// The format of a candidate.
    candidate: Format,
    /// The format of scores.
    format: Format,
    /// The number of tags.
    tags: usize,
}

impl Chain<'_> {
    /// The stages of a step forward; gives what is remembered, and at which address.
    pub(super) fn forward(
        &mut self,
        name: &str,
        layer: &BestPath,
        flow: Flow,
        walk: &Walk,
    ) -> Result<(VectorId, VectorId), QuantizeError> {
        let fraction = match layer.vocabulary() {
            Some(_) => self.formats.data.fraction().max(0),
            None => self.assembly.format(flow.vector).fraction(),
        };
        let words = Words::of(layer, fraction)?;
        self.lost(words.error);
        let steps = ends(
            words
                .scores
                .transition
                .iter()
                .flatten()
                .chain(&words.scores.start),
        );
        let (given, emission, sources) = self.given_scores(name, &words, (flow, fraction))?;
        let format = holding(plus(steps, emission), fraction)?;
        let of = Recursion {
            scores: self.register(&format!("{name}_scores"), &vec![0; layer.tags()], format),
            largest: self.register(&format!("{name}_largest"), &[0], format),
            first: self.register(&format!("{name}_first"), &[1], Format::TRUTH),
            candidate: holding(plus(reach(format), steps), fraction)?,
            format,
            tags: layer.tags(),
        };
        let pointers = self.recursion(name, (&of, &words, walk), (given, sources))?;
        let place = self.ending(name, &of, &words, walk)?;
        Ok((pointers, place))
    }

    /// The scores of the tags of a step, and between which values they lie.
    fn given_scores(
        &mut self,
        name: &str,
        words: &Words,
        (flow, fraction): (Flow, i32),
    ) -> Result<(Given, Span, Vec<Source>), QuantizeError> {
        if words.emission.is_empty() {
            let format = self.assembly.format(flow.vector);
            return Ok((Given::Vector(flow.vector), reach(format), vec![]));
        }
        let emission = ends(words.emission.iter().flatten());
        let format = holding(emission, fraction)?;
        let symbols = words.emission.first().map_or(0, Vec::len);
        let entry = |token: usize, tag: usize| {
            let score = words.emission.get(tag).and_then(|row| row.get(token));
            score.copied().unwrap_or(0)
        };
        let shape = (symbols, words.emission.len());
        let (rows, source) = self.rows(name, flow, shape, (format, entry))?;
        Ok((Given::Symbols(rows), emission, vec![source]))
    }

    /// `delta_j = max_i (delta_i + a_ij) - max_i delta_i + b_j`, and which i it was.
    fn recursion(
        &mut self,
        name: &str,
        (of, words, walk): (&Recursion, &Words, &Walk),
        (given, sources): (Given, Vec<Source>),
    ) -> Result<VectorId, QuantizeError> {
        let tags = of.tags;
        let mut candidates = vec![];
        for (tag, row) in words.scores.transition.iter().enumerate() {
            let before = self.spread_out(&format!("{name}_score{tag}"), of.scores, (tag, tags));
            let parameter = Role::Parameter(row.clone());
            let format = holding(ends(row.iter()), of.format.fraction())?;
            let label = format!("{name}_transition{tag}");
            candidates.push((
                before,
                self.assembly.vector(&label, tags, format, parameter),
            ));
        }
        let start = Role::Parameter(words.scores.start.clone());
        let start = self
            .assembly
            .vector(&format!("{name}_start"), tags, of.candidate, start);
        let first = self.spread_out(&format!("{name}_begins"), of.first, (0, tags));
        let largest = self.spread_out(&format!("{name}_less"), of.largest, (0, tags));
        let stage = format!("{name}_forward");
        let made = self
            .assembly
            .stage(&stage, When::Phase(walk.forward), sources, |apply| {
                let mut sums = vec![];
                for (tag, &(before, step)) in candidates.iter().enumerate() {
                    let before = apply.element(&format!("score{tag}"), before)?;
                    let step = apply.element(&format!("transition{tag}"), step)?;
                    let add = Operation::Add(before, step);
                    sums.push(apply.push(&format!("candidate{tag}"), add, of.candidate)?);
                }
                let (best, from) = largest_of(apply, "best", &sums, walk.number)?;
                let first = apply.element("begins", first)?;
                let start = apply.element("start", start)?;
                let best = apply.select("reached", first, (start, best))?;
                let largest = apply.element("largest", largest)?;
                let best = apply.minus("below", best, largest)?;
                let emission = match &given {
                    Given::Symbols(rows) => rows.of(apply, "emission", 0)?,
                    Given::Vector(vector) => apply.element("emission", *vector)?,
                };
                let score = apply.plus("sum", best, emission)?;
                let score = apply.resized("score", score, of.format, HELD)?;
                Ok(Written {
                    known: vec![(of.scores, score)],
                    new: vec![signal(format!("{name}_pointers"), tags, from)],
                    rest: None,
                })
            })?;
        made.first().copied().ok_or(QuantizeError::Mismatched)
    }

    /// The largest score, the best tag if this is the last step, and what comes next; gives the address
    /// of the step.
    fn ending(
        &mut self,
        name: &str,
        of: &Recursion,
        words: &Words,
        walk: &Walk,
    ) -> Result<VectorId, QuantizeError> {
        let mut scores = vec![];
        for tag in 0..of.tags {
            let part = Part {
                of: of.scores,
                first: tag,
                count: 1,
            };
            scores.push(
                self.joined(&format!("{name}_reached{tag}"), vec![part])
                    .vector,
            );
        }
        let fraction = of.format.fraction();
        let most = walk.address.max_raw();
        let stage = format!("{name}_ending");
        let made = self
            .assembly
            .stage(&stage, When::Phase(walk.forward), vec![], |apply| {
                let mut each = vec![];
                for (tag, &vector) in scores.iter().enumerate() {
                    each.push(apply.element(&format!("score{tag}"), vector)?);
                }
                let (largest, mut tag) = largest_of(apply, "largest", &each, walk.number)?;
                let end = &words.scores.end;
                if end.iter().any(|&score| score != 0) {
                    let wide = holding(plus(reach(of.format), ends(end.iter())), fraction)?;
                    let own = holding(ends(end.iter()), fraction)?;
                    for (tag, (score, &end)) in each.iter_mut().zip(end).enumerate() {
                        let end = apply.known(&format!("end{tag}"), end, own)?;
                        let add = Operation::Add(*score, end);
                        *score = apply.push(&format!("ended{tag}"), add, wide)?;
                    }
                    (_, tag) = largest_of(apply, "best", &each, walk.number)?;
                }
                let time = apply.element("time", walk.time)?;
                let full = apply.known("full", most, walk.address)?;
                let room = apply.less("room", time, full)?;
                let last = match &walk.last {
                    Last::Arrives(last) => apply.element("last", *last)?,
                    Last::Stored(passes) => passes.at_top(apply)?,
                };
                let yes = apply.known("yes", 1, Format::TRUTH)?;
                let no = apply.known("no", 0, Format::TRUTH)?;
                let last = apply.select("ends", room, (last, yes))?;
                let next = later(apply, walk, time)?;
                let next = apply.select("next", last, (time, next))?;
                let mut known = vec![
                    (of.largest, largest),
                    (of.first, no),
                    (walk.tag, tag),
                    (walk.time, next),
                    (walk.length, time),
                ];
                if let Last::Arrives(_) = walk.last {
                    let phases = (walk.back(), walk.forward);
                    known.push((walk.present, walk.next_phase(apply, last, phases)?));
                }
                Ok(Written {
                    known,
                    new: vec![signal(format!("{name}_place"), 1, time)],
                    rest: None,
                })
            })?;
        made.first().copied().ok_or(QuantizeError::Mismatched)
    }
}

/// The largest of some nodes of one format, and its number; the first one where there are many.
fn largest_of(
    apply: &mut Wide<'_>,
    name: &str,
    of: &[NodeId],
    number: Format,
) -> Result<(NodeId, NodeId), QuantizeError> {
    let mut left = vec![];
    for (at, &node) in of.iter().enumerate() {
        let number = apply.known(&format!("{name}_number{at}"), at as i64, number)?;
        left.push((node, number));
    }
    let mut round = 0;
    while left.len() > 1 {
        round += 1;
        let mut next = vec![];
        for (at, pair) in left.chunks(2).enumerate() {
            next.push(match *pair {
                [(first, number), (second, other)] => {
                    let name = format!("{name}{round}_{at}");
                    let above = apply.less(&format!("{name}_second"), first, second)?;
                    let larger = apply.select(&name, above, (second, first))?;
                    let label = format!("{name}_number");
                    (larger, apply.select(&label, above, (other, number))?)
                }
                [only] => only,
                _ => return Err(QuantizeError::Mismatched),
            });
        }
        left = next;
    }
    left.first().copied().ok_or(QuantizeError::Mismatched)
}
