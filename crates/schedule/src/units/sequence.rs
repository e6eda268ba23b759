//! Sequences: vectors that arrive before each step, outputs that leave after each, and vectors that
//! are made of elements of others.

use hw_ir::{ModuleBuilder, NetId, Op, PendingRegister, Type};
use program::{Format, VectorId};

use super::registers::Registers;
use super::top::{Moves, Top};
use crate::arithmetic::net_type;
use crate::beat::beat_type;
use crate::counter::{also, counter, unless};
use crate::interface::{Interface, Stream};

/// The ports of the stream that feeds steps.
pub struct FeedPorts {
    /// One bit: a beat is offered.
    pub valid: NetId,
    /// The beat.
    pub data: NetId,
    /// One bit: the sequence ends with the step of this beat; looked at with a step's last beat.
    pub last: NetId,
}

/// The moves of the stream that feeds steps.
pub struct FeedMoves {
    /// One bit, a register: a step waits for its vectors.
    pub feeding: NetId,
    /// One bit: a beat is taken.
    pub taken: NetId,
    /// The number of the beat that is taken.
    pub beat: Option<NetId>,
    /// One bit: the last beat of a step is taken; the step begins with the next cycle.
    pub last: NetId,
    /// One bit, a register: the sequence ends with the present step.
    pub ended: NetId,
}

/// What follows a step; all one bit.
pub struct Turns {
    /// Another step follows.
    pub again: NetId,
    /// The streams begin to unload.
    pub leave: NetId,
    /// All has left, and another run may begin.
    pub over: NetId,
    /// A register: the run has ended with the last step; where each step unloads.
    pub finished: Option<NetId>,
}

impl Turns {
    /// After a step that ends when `end` is high, and the run with it where `finish` is; with
    /// `overlaps`, the next step begins while outputs leave.
    pub fn of(
        m: &mut ModuleBuilder,
        (interface, overlaps): (&Interface, bool),
        moves: &Moves,
        (end, finish): (NetId, NetId),
        leaves: Option<NetId>,
    ) -> Turns {
        if !interface.unloads_each_step {
            return Turns {
                again: unless(m, "step_again", end, finish),
                leave: finish,
                over: moves.unload_last,
                finished: None,
            };
        }
        let finished = m.delay("finished_q", finish, Some(end), 0);
        let (free, ends) = match overlaps {
            true => (end, finish),
            false => (moves.unload_last, finished),
        };
        let again = unless(m, "step_again", free, ends);
        let over = m.and("run_over", moves.unload_last, finished);
        let finished = Some(finished);
        let Some(leaves) = leaves else {
            return Turns {
                again,
                leave: end,
                over,
                finished,
            };
        };
        let leave = m.and("step_leaves", end, leaves);
        let stays = unless(m, "step_stays", end, leaves);
        let again_now = unless(m, "step_again_now", stays, finish);
        let over_now = m.and("run_over_now", stays, finish);
        Turns {
            again: m.or("step_again_or_now", again, again_now),
            leave,
            over: m.or("run_over_or_now", over, over_now),
            finished,
        }
    }
}

impl Top<'_, '_> {
    /// Adds the ports of the stream that feeds steps.
    pub fn feed_ports(&self, m: &mut ModuleBuilder, feed: &Stream) -> FeedPorts {
        let formats: Vec<Format> = feed.fields.iter().map(|(_, format)| *format).collect();
        m.group("what a step is given; the last of a sequence is marked");
        let valid = m.input("x_axis_tvalid", Type::BIT);
        let data = m.input("x_axis_tdata", beat_type(&formats, self.stores.beats.feed));
        let last = m.input("x_axis_tlast", Type::BIT);
        FeedPorts { valid, data, last }
    }

    /// The handshakes of the stream that feeds steps; `feeding` is driven by the caller.
    pub fn feed_moves(
        &self,
        m: &mut ModuleBuilder,
        interface: &Interface,
        ports: Option<&FeedPorts>,
        feeding: Option<PendingRegister>,
    ) -> Option<FeedMoves> {
        let (feed, ports, feeding) = (interface.feed.as_ref()?, ports?, feeding?);
        m.section("a step waits for its vectors of sequences");
        let taken = m.and("feed", ports.valid, feeding.net);
        let beat = counter(m, "feed_beat", feed.beats as u64, taken);
        let last = also(m, "feed_last", taken, beat.last);
        let ended = m.delay("sequence_ended_q", ports.last, Some(last), 0);
        Some(FeedMoves {
            feeding: feeding.net,
            taken,
            beat: beat.value,
            last,
            ended,
        })
    }

    /// The marks of the last vectors, with padding.
    pub fn marks(&self, m: &mut ModuleBuilder, feed: Option<&FeedMoves>) -> Vec<(VectorId, NetId)> {
        let mut marks = vec![];
        for &(id, length) in &self.stores.marks {
            let ended = feed.map(|feed| feed.ended);
            let ended = ended.unwrap_or_else(|| m.constant("sequence_ended", Type::BIT, 0));
            let mark = match length {
                0 | 1 => ended,
                _ => {
                    let padding = Type::BIT.times(length as u32 - 1);
                    let padding = m.constant("sequence_ended_padding", padding, 0);
                    m.join("sequence_ended_padded", &[ended, padding])
                }
            };
            marks.push((id, mark));
        }
        marks
    }

    /// The vectors that are made of elements of others, with padding.
    pub fn joined(
        &self,
        m: &mut ModuleBuilder,
        registers: &[Registers],
        recalled: &[(VectorId, NetId)],
    ) -> Vec<(VectorId, NetId)> {
        if !self.stores.joined.is_empty() {
            m.section("vectors side by side");
        }
        let mut all = vec![];
        for joined in &self.stores.joined {
            let mut nets = vec![];
            let mut elements = 0;
            for (place, part) in joined.parts.iter().enumerate() {
                let of = registers.iter().find(|of| of.id == part.of);
                let of = of.map(|of| of.value.net);
                let recalled = recalled.iter().find(|(id, _)| *id == part.of);
                let Some(of) = of.or(recalled.map(|(_, net)| *net)) else {
                    continue;
                };
                let name = format!("{}_part{place}", joined.name);
                let (first, count) = (part.first as u32, part.count as u32);
                nets.push(m.elements(&name, of, first, count));
                elements += part.count;
            }
            if joined.length > elements {
                let padding = net_type(joined.format).times((joined.length - elements) as u32);
                let zeros = Op::Constant(vec![0; joined.length - elements]);
                nets.push(m.op(&format!("{}_padding", joined.name), padding, zeros));
            }
            all.push((joined.id, m.join(&format!("{}_joined", joined.name), &nets)));
        }
        all
    }
}
