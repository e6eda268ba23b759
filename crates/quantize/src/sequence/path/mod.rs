//! Best paths through tags: Viterbi's recursion forward, then the way back along the tags that gave
//! each maximum, then the tags in their order.
//!
//! A step of the phase `forward`, or of the last pass of layers that read from the end, takes the scores of the tags and finds, for each tag, the best one
//! before it; which one that is, is remembered for each step. From the tag that is best in the last step
//! the phase `back` walks to the first step, and remembers the tags; the phase `path` gives them. For a
//! sequence of T steps a run has 3 T.
//!
//! Scores are exact: only their words are rounded, once. What matters of the scores of the best paths is
//! their differences; the largest one of the step before is subtracted from each, so that they stay in a
//! word however long the sequence is: between the least and the largest scores of a transition and an
//! emission together.
//!
//! Each tag's candidates are compared within its row, in a tree; rows by pairs would need a register for
//! each pair of tags and as many cycles.

mod compare;
mod forward;
mod words;

use network::sequence::path::BestPath;
use program::{
    Begins, Format, Kept, NodeId, Overflow, Part, Phase, Phases, Recalled, Role, Rounding,
    VectorId, When,
};

use super::chain::{Chain, Flow};
use super::passes::{Leads, Passes};
use super::tokens::number_format;
use crate::QuantizeError;
use crate::assembly::{New, Wide, Written};
pub use compare::{Deviation, Why, deviations};
pub use words::{rounded, scores};

/// The phases of a path, where the sequence is not gone through more than once before.
const PHASES: usize = 3;

/// How a whole number that fits is brought into its format.
const EXACT: (Rounding, Overflow) = (Rounding::Floor, Overflow::Wrap);

/// The vectors that pass from stage to stage and from phase to phase.
struct Walk {
    /// The address of the step.
    time: VectorId,
    /// That of the last step.
    length: VectorId,
    /// The tag of the step on the way back.
    tag: VectorId,
    /// The number of the phase.
    present: VectorId,
    /// Not 0 behind the last step of the path.
    end: VectorId,
    /// An address.
    address: Format,
    /// The number of a tag.
    number: Format,
    /// The number of the phase that goes forward.
    forward: usize,
    /// The format of numbers of phases.
    phase: Format,
    /// What tells the last step forward.
    last: Last,
}

/// What tells the last step of the way forward.
enum Last {
    /// The vector that arrives is the last one.
    Arrives(VectorId),
    /// The step is at the last place of what was stored: of passes before, which lead on by themselves.
    Stored(Box<Passes>),
}

impl Walk {
    fn back(&self) -> usize {
        self.forward + 1
    }

    fn path(&self) -> usize {
        self.forward + 2
    }

    /// The number of one of two phases.
    fn next_phase(
        &self,
        apply: &mut Wide<'_>,
        condition: NodeId,
        (then, otherwise): (usize, usize),
    ) -> Result<NodeId, QuantizeError> {
        let then = apply.known("phase_then", then as i64, self.phase)?;
        let otherwise = apply.known("phase_now", otherwise as i64, self.phase)?;
        apply.select("next_phase", condition, (then, otherwise))
    }
}

impl Chain<'_> {
    /// The stages of a layer that gives the best path; it is the last one.
    ///
    /// # Errors
    /// When a score needs more than 64 bits, or a table is too large.
    pub fn best_path(
        &mut self,
        name: &str,
        layer: &BestPath,
        flow: Flow,
    ) -> Result<Flow, QuantizeError> {
        let walk = self.walk(name, layer)?;
        let pointers = self.forward(name, layer, flow, &walk)?;
        let phase = |name: &str, feeds, leaves| Phase {
            name: name.into(),
            feeds,
            leaves,
        };
        let mut phases = match &walk.last {
            Last::Arrives(_) => {
                self.assembly.within(walk.forward);
                vec![phase("forward", true, false)]
            }
            Last::Stored(passes) => {
                self.lead(Leads::Here(walk.back()))?;
                passes.phases()
            }
        };
        phases.extend([phase("back", false, false), phase("path", false, true)]);
        let tags = self.back(name, layer, &walk, pointers)?;
        let output = self.path(name, &walk, tags)?;
        self.assembly.phased(Phases {
            present: walk.present,
            end: walk.end,
            phases,
        });
        Ok(Flow {
            vector: output,
            elements: 1,
            given: true,
        })
    }

    fn walk(&mut self, name: &str, layer: &BestPath) -> Result<Walk, QuantizeError> {
        let (address, number) = (number_format(layer.longest)?, number_format(layer.tags())?);
        let passes = self.passes.clone();
        let mut kept = |of: &str, format| self.register(&format!("{name}_{of}"), &[0], format);
        let (time, length) = (kept("time", address), kept("length", address));
        let tag = kept("tag", number);
        let (forward, phase, present, end, last) = match passes {
            Some(passes) => {
                let forward = passes.phases().len() - 1;
                let (phase, present, end) = (passes.number, passes.present, passes.end);
                (forward, phase, present, end, Last::Stored(Box::new(passes)))
            }
            None => {
                let phase = number_format(PHASES)?;
                let (present, end) = (kept("phase", phase), kept("end", Format::TRUTH));
                let last = format!("{name}_last");
                let last = self.assembly.vector(&last, 1, Format::TRUTH, Role::Last);
                (0, phase, present, end, Last::Arrives(last))
            }
        };
        Ok(Walk {
            time,
            length,
            tag,
            present,
            end,
            address,
            number,
            forward,
            phase,
            last,
        })
    }

    /// A vector that begins each run with these raw values.
    pub(in crate::sequence) fn register(
        &mut self,
        name: &str,
        start: &[i64],
        format: Format,
    ) -> VectorId {
        let kept = Kept {
            start: start.to_vec(),
            begins: Begins::Anew,
        };
        let role = Role::Kept(kept);
        self.assembly.vector(name, start.len(), format, role)
    }

    /// One element of a vector as a vector of so many elements.
    pub(in crate::sequence) fn spread_out(
        &mut self,
        name: &str,
        of: VectorId,
        (first, count): (usize, usize),
    ) -> VectorId {
        let part = Part {
            of,
            first,
            count: 1,
        };
        self.joined(name, vec![part; count]).vector
    }

    /// A memory of what is stored at an address of the step.
    fn recalled(
        &mut self,
        name: &str,
        (of, units): (VectorId, usize),
        (walk, write): (&Walk, VectorId),
    ) -> VectorId {
        let role = Role::Recalled(Recalled {
            of,
            read: walk.time,
            write,
            words: 1 << walk.address.width(),
        });
        let format = self.assembly.format(of);
        self.assembly.vector(name, units, format, role)
    }

    /// From the last step to the first; gives the memory of the tags.
    fn back(
        &mut self,
        name: &str,
        layer: &BestPath,
        walk: &Walk,
        (pointers, place): (VectorId, VectorId),
    ) -> Result<VectorId, QuantizeError> {
        let tags = layer.tags();
        let from = self.recalled(&format!("{name}_from"), (pointers, tags), (walk, place));
        let mut each = vec![];
        for tag in 0..tags {
            each.push(self.spread_out(&format!("{name}_from{tag}"), from, (tag, 1)));
        }
        let stage = format!("{name}_back");
        let made = self
            .assembly
            .stage(&stage, When::Phase(walk.back()), vec![], |apply| {
                let tag = apply.element("tag", walk.tag)?;
                let before = chosen(apply, tag, &each)?;
                let time = apply.element("time", walk.time)?;
                let one = apply.known("one", 1, walk.address)?;
                let zero = apply.known("zero", 0, walk.address)?;
                let first = apply.less("is_first", time, one)?;
                let earlier = apply.minus("earlier", time, one)?;
                let earlier = apply.resized("address", earlier, walk.address, EXACT)?;
                let next = apply.select("next", first, (zero, earlier))?;
                let present = walk.next_phase(apply, first, (walk.path(), walk.back()))?;
                Ok(Written {
                    known: vec![
                        (walk.tag, before),
                        (walk.time, next),
                        (walk.present, present),
                    ],
                    new: vec![
                        signal(format!("{name}_passed"), 1, tag),
                        signal(format!("{name}_at"), 1, time),
                    ],
                    rest: None,
                })
            })?;
        let &[passed, at] = made.as_slice() else {
            return Err(QuantizeError::Mismatched);
        };
        Ok(self.recalled(&format!("{name}_passing"), (passed, 1), (walk, at)))
    }

    /// The tags from the first step on.
    fn path(&mut self, name: &str, walk: &Walk, tags: VectorId) -> Result<VectorId, QuantizeError> {
        let giving = self.giving();
        let stage = format!("{name}_path");
        let made = self
            .assembly
            .stage(&stage, When::Phase(walk.path()), vec![], |apply| {
                let tag = apply.element("passing", tags)?;
                let time = apply.element("time", walk.time)?;
                let length = apply.element("length", walk.length)?;
                let more = apply.less("more", time, length)?;
                let yes = apply.known("yes", 1, Format::TRUTH)?;
                let no = apply.known("no", 0, Format::TRUTH)?;
                let end = apply.select("ends", more, (no, yes))?;
                let next = later(apply, walk, time)?;
                Ok(Written {
                    known: vec![(walk.time, next), (walk.end, end)],
                    new: vec![New {
                        name: "output".into(),
                        units: 1,
                        role: giving,
                        node: tag,
                    }],
                    rest: None,
                })
            })?;
        made.first().copied().ok_or(QuantizeError::Mismatched)
    }
}

/// A vector that is read in the same step.
pub(in crate::sequence) fn signal(name: String, units: usize, node: NodeId) -> New {
    New {
        name: name.into(),
        units,
        role: Role::Signal,
        node,
    }
}

/// The address after this one.
fn later(apply: &mut Wide<'_>, walk: &Walk, time: NodeId) -> Result<NodeId, QuantizeError> {
    let one = apply.known("step", 1, walk.address)?;
    let later = apply.plus("later", time, one)?;
    apply.resized("later_address", later, walk.address, EXACT)
}

/// The vector of a number, of vectors of one element: halves of them, by the number's size.
fn chosen(apply: &mut Wide<'_>, number: NodeId, of: &[VectorId]) -> Result<NodeId, QuantizeError> {
    let mut left = vec![];
    for (at, vector) in of.iter().enumerate() {
        left.push((at, apply.element(&format!("from{at}"), *vector)?));
    }
    let mut round = 0;
    while left.len() > 1 {
        round += 1;
        let mut next = vec![];
        for pair in left.chunks(2) {
            next.push(match *pair {
                [(first, low), (second, high)] => {
                    let name = format!("before{first}_{round}");
                    let format = apply.format(number);
                    let border = apply.known(&format!("{name}_border"), second as i64, format)?;
                    let below = apply.less(&format!("{name}_below"), number, border)?;
                    (first, apply.select(&name, below, (low, high))?)
                }
                [only] => only,
                _ => return Err(QuantizeError::Mismatched),
            });
        }
        left = next;
    }
    let only = left.first().ok_or(QuantizeError::Mismatched)?;
    Ok(only.1)
}
