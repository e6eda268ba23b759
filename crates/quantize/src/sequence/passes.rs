//! Passes over a sequence, for layers that read it from its end.
//!
//! The first pass is a phase whose steps are fed; it stores what the layer reads, and what its forward
//! cell gives. The next phase goes through what was stored from the last vector to the first, the one
//! after that from the first to the last with what was given in both. Another layer that reads from
//! the end adds two more.

use network::sequence::{Direction, Gives};
use program::{
    Begins, Format, Kept, NodeId, Overflow, Part, Phase, Phases, Recalled, Role, Rounding,
    VectorId, When,
};

use super::chain::{Chain, Flow};
use crate::QuantizeError;
use crate::assembly::{Wide, Written};

/// Where a pass begins and how it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The vectors arrive one after another.
    Fed,
    /// From the last to the first.
    Back,
    /// From the first to the last again.
    Again,
}

/// What follows on the last step of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// Nothing: the run ends.
    End,
    /// The phase of a number, which begins at the present place.
    Here(usize),
    /// The phase of a number, which begins at the first place.
    First(usize),
}

/// The passes so far, and what steers them.
#[derive(Debug, Clone)]
pub struct Passes {
    ways: Vec<Way>,
    /// The number of the pass.
    pub(super) present: VectorId,
    /// Not 0 after the last step of all.
    pub(super) end: VectorId,
    /// Whether the last vector was given.
    last: VectorId,
    /// The place in the sequence of the step that follows.
    pub(super) position: VectorId,
    /// The place of the step that was made.
    pub(super) place: VectorId,
    /// The place of the last vector.
    top: VectorId,
    /// The format of places.
    pub(super) format: Format,
    /// The format of numbers of passes.
    pub(super) number: Format,
}

/// The most phases.
const MOST: usize = 16;

/// Phases of a decoder at most.
const DECODER: usize = 5;

/// Phases of a best path behind the one that goes forward.
const PATH: usize = 2;

impl Chain<'_> {
    /// Begins the first pass of several.
    pub fn begin_passes(&mut self) -> Result<(), QuantizeError> {
        let longest = self.network.longest() as u64;
        let bits = u64::BITS - longest.saturating_sub(1).leading_zeros();
        let format = whole(bits.clamp(1, Recalled::MAX_BITS))?;
        let mut kept = |name: &str, format: Format| {
            let kept = Kept {
                start: vec![0],
                begins: Begins::Anew,
            };
            self.assembly.vector(name, 1, format, Role::Kept(kept))
        };
        let number = whole(MOST.ilog2())?;
        self.passes = Some(Passes {
            ways: vec![Way::Fed],
            present: kept("pass", number),
            end: kept("pass_end", whole(1)?),
            position: kept("position", format),
            place: kept("place", format),
            top: kept("last_place", format),
            last: self.assembly.vector("last", 1, whole(1)?, Role::Last),
            format,
            number,
        });
        Ok(())
    }

    /// A layer that reads from the end, in passes of its own.
    ///
    /// # Errors
    /// Those of its cells, or when the network needs too many passes.
    pub fn passing(
        &mut self,
        name: &str,
        direction: &Direction,
        gives: Gives,
        flow: Flow,
    ) -> Result<Flow, QuantizeError> {
        let both = direction.forward().is_some();
        let named = |way: &str| match both {
            true => format!("{name}_{way}"),
            false => name.to_owned(),
        };
        let every = gives == Gives::EveryStep;
        let mut given = vec![];
        if let Some(cell) = direction.forward() {
            let name = named("forward");
            let flow = self.cell(&name, cell, flow, false)?;
            given.push(match every {
                true => self.stored(&name, flow)?,
                false => flow,
            });
        }
        if let Some(cell) = direction.reverse() {
            let name = named("reverse");
            let flow = self.stored(&format!("{name}_input"), flow)?;
            self.next_pass(Way::Back)?;
            let flow = self.cell(&name, cell, flow, false)?;
            given.push(match every {
                true => self.stored(&name, flow)?,
                false => flow,
            });
        }
        if every {
            self.next_pass(Way::Again)?;
        }
        match given.as_slice() {
            [only] => Ok(*only),
            _ => Ok(self.beside(name, &given)),
        }
    }

    /// A flow that is stored in the present pass, as it is recalled in later ones.
    pub fn stored(&mut self, name: &str, flow: Flow) -> Result<Flow, QuantizeError> {
        let passes = self.passes.as_ref().ok_or(QuantizeError::Mismatched)?;
        let (read, write) = (passes.position, passes.place);
        let words = 1 << passes.format.width();
        let whole = Part {
            of: flow.vector,
            first: 0,
            count: flow.elements,
        };
        let mut parts = self.assembly.parts(whole);
        for part in &mut parts {
            part.of = self.assembly.recalled(Recalled {
                of: part.of,
                read,
                write,
                words,
            });
        }
        match parts.as_slice() {
            [only]
                if *only
                    == Part {
                        of: only.of,
                        ..whole
                    } =>
            {
                Ok(Flow {
                    vector: only.of,
                    ..flow
                })
            }
            _ => Ok(self.joined(&format!("{name}_recalled"), parts)),
        }
    }

    /// Ends the present pass; the stages that follow are of the next one.
    fn next_pass(&mut self, way: Way) -> Result<(), QuantizeError> {
        let passes = self.passes.as_ref().ok_or(QuantizeError::Mismatched)?;
        let next = passes.ways.len();
        let most = match (self.network.decoder(), self.network.gives_path()) {
            (Some(_), _) => MOST - DECODER,
            (None, true) => MOST - PATH,
            (None, false) => MOST,
        };
        if next == most {
            return Err(QuantizeError::Layer {
                number: self.network.layers.len(),
                why: format!("reads a sequence for the {}th time", most + 1),
                would: format!("layers that need {most} passes together"),
            });
        }
        self.lead(Leads::Here(next))?;
        let passes = self.passes.as_mut().ok_or(QuantizeError::Mismatched)?;
        passes.ways.push(way);
        Ok(())
    }

    /// Ends the last pass, and says how steps differ.
    pub fn end_passes(&mut self, emits: bool) -> Result<(), QuantizeError> {
        self.lead(Leads::End)?;
        let passes = self.passes.as_ref().ok_or(QuantizeError::Mismatched)?;
        let mut phases = passes.phases();
        if let Some(last) = phases.last_mut() {
            last.leaves = emits;
        }
        let phases = Phases {
            present: passes.present,
            end: passes.end,
            phases,
        };
        self.assembly.phased(phases);
        Ok(())
    }

    /// The stage that moves the place of the present pass, and leads on from its last step. The stages
    /// since the pass before are of this one.
    pub fn lead(&mut self, leads: Leads) -> Result<(), QuantizeError> {
        let passes = self.passes.clone().ok_or(QuantizeError::Mismatched)?;
        let number = passes.ways.len().saturating_sub(1);
        let way = passes.ways.last().copied().unwrap_or(Way::Fed);
        let name = format!("pass{number}");
        self.assembly
            .stage(&name, When::EveryStep, vec![], |apply| {
                passes.steering(apply, (number, way), leads)
            })?;
        self.assembly.within(number);
        Ok(())
    }
}

impl Passes {
    /// The phases of the passes, none of which gives anything.
    pub fn phases(&self) -> Vec<Phase> {
        let phase = |(number, way): (usize, &Way)| Phase {
            name: match way {
                Way::Fed => "fed".into(),
                Way::Back => format!("back{number}"),
                Way::Again => format!("again{number}"),
            },
            feeds: *way == Way::Fed,
            leaves: false,
        };
        self.ways.iter().enumerate().map(phase).collect()
    }

    /// What a stage writes that goes through a sequence from its first vector to its last, and then
    /// leads on: phase `number`.
    pub fn again(
        &self,
        apply: &mut Wide<'_>,
        number: usize,
        leads: Leads,
    ) -> Result<Written, QuantizeError> {
        self.steering(apply, (number, Way::Again), leads)
    }

    /// Whether a step of a pass from the first to the last place is at the last one.
    pub fn at_top(&self, apply: &mut Wide<'_>) -> Result<NodeId, QuantizeError> {
        let at = apply.element("at", self.position)?;
        self.beyond(apply, at)
    }

    /// Whether a place is not before the last one.
    fn beyond(&self, apply: &mut Wide<'_>, at: NodeId) -> Result<NodeId, QuantizeError> {
        let top = apply.element("top", self.top)?;
        let before = apply.less("before_last", at, top)?;
        apply.not("over", before)
    }

    fn steering(
        &self,
        apply: &mut Wide<'_>,
        (number, way): (usize, Way),
        leads: Leads,
    ) -> Result<Written, QuantizeError> {
        let at = apply.element("at", self.position)?;
        let over = match way {
            Way::Fed => apply.element("over", self.last)?,
            Way::Back => {
                let one = apply.known("first_but_one", 1, self.format)?;
                apply.less("over", at, one)?
            }
            Way::Again => self.beyond(apply, at)?,
        };
        let one = apply.known("one", 1, self.format)?;
        let moved = match way {
            Way::Back => apply.minus("moved", at, one)?,
            Way::Fed | Way::Again => apply.plus("moved", at, one)?,
        };
        // Beyond the last place the last one is written over.
        let saturated = (Rounding::Floor, Overflow::Saturate);
        let moved = apply.resized("next", moved, self.format, saturated)?;
        let begin = match leads {
            Leads::First(_) => apply.known("first", 0, self.format)?,
            Leads::Here(_) | Leads::End => at,
        };
        let position = apply.select("position", over, (begin, moved))?;
        let mut known: Vec<(VectorId, NodeId)> = vec![(self.position, position), (self.place, at)];
        if way == Way::Fed {
            known.push((self.top, at));
        }
        match leads {
            Leads::End => known.push((self.end, over)),
            Leads::Here(next) | Leads::First(next) => {
                let format = self.number;
                let now = apply.known("now", number as i64, format)?;
                let next = apply.known("then", next as i64, format)?;
                let next = apply.select("pass", over, (next, now))?;
                known.push((self.present, next));
            }
        }
        Ok(Written {
            known,
            ..Written::default()
        })
    }
}

/// Whole numbers of so many bits.
fn whole(bits: u32) -> Result<Format, QuantizeError> {
    Format::unsigned(bits, 0).map_err(|_| QuantizeError::Mismatched)
}
