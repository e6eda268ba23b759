//! What the stages in the top module are fed with, and when they start.

use hw_ir::{ModuleBuilder, NetId};
use program::{VectorId, When};

use super::handed::Arriving;
use super::phases::Control;
use super::registers::Registers;
use super::stage::Feed;
use super::top::Placed;
use crate::counter::unless;

/// Where the inputs of stages come from.
pub struct Feeding<'r> {
    /// The registers of vectors.
    pub registers: &'r [Registers],
    /// The values of schedules in the present step.
    pub schedules: &'r [(VectorId, NetId)],
    /// What stages read of the past of vectors.
    pub pasts: &'r [(VectorId, NetId)],
    /// Joined and recalled vectors, and marks of last ones.
    pub computed: &'r [(VectorId, NetId)],
    /// One bit: a weight is loaded; and the weight.
    pub weight: Option<(NetId, NetId)>,
    /// One bit: a run begins with the next cycle.
    pub run_start: NetId,
    /// What stages write of signals that are handed to others.
    pub arriving: &'r [(VectorId, Arriving)],
    /// One bit: outputs of the step before have not left; where the next one does not wait for that.
    pub hold: Option<NetId>,
}

impl Feeding<'_> {
    fn arriving(&self, id: VectorId) -> Option<Arriving> {
        let found = self.arriving.iter().find(|(of, _)| *of == id);
        found.map(|(_, arriving)| *arriving)
    }

    /// What an input is fed with; `start` begins the stage.
    pub fn net(&self, m: &mut ModuleBuilder, feed: Feed, start: NetId) -> NetId {
        let of = |id: VectorId| self.registers.iter().find(|registers| registers.id == id);
        let among = |all: &[(VectorId, NetId)], id: VectorId| {
            all.iter().find(|(of, _)| *of == id).map(|(_, net)| *net)
        };
        let found = match feed {
            Feed::Start => Some(start),
            Feed::Reseed => Some(self.run_start),
            Feed::WeightLoad => self.weight.map(|(load, _)| load),
            Feed::WeightData => self.weight.map(|(_, data)| data),
            Feed::Schedule(id) => among(self.schedules, id),
            Feed::Hold => self.hold,
            Feed::Arrives(id) => self.arriving(id).map(|of| of.arrives),
            Feed::ArrivingNumber(id) => self.arriving(id).map(|of| of.number),
            Feed::ArrivingWord(id) => self.arriving(id).map(|of| of.word),
            Feed::Vector(id, count) => of(id)
                .map(|of| of.value.net)
                .or_else(|| among(self.pasts, id))
                .or_else(|| among(self.computed, id))
                .map(|net| m.elements("read_elements", net, 0, count as u32)),
            Feed::Before(id, count) => of(id)
                .and_then(|of| of.before)
                .map(|before| m.elements("before_elements", before.net, 0, count as u32)),
        };
        // Every feed of a resolved stage is there; the checker refuses a net of another type.
        found.unwrap_or(start)
    }
}

/// When each of the stages starts that run one after another, and when the last has ended.
pub fn chain(
    m: &mut ModuleBuilder,
    stages: &[Placed<'_, '_>],
    start: NetId,
) -> (Vec<NetId>, NetId) {
    let mut starts = vec![];
    let mut at = start;
    for placed in stages {
        starts.push(at);
        at = placed.bit(m, "end_o");
    }
    (starts, at)
}

/// As [`chain`], for the stages of a step: those of another phase than the step's are passed over.
pub fn phased_chain(
    m: &mut ModuleBuilder,
    stages: &[Placed<'_, '_>],
    start: NetId,
    control: Option<&Control>,
) -> (Vec<NetId>, NetId) {
    let Some(control) = control else {
        return chain(m, stages, start);
    };
    let mut starts = vec![];
    let mut at = start;
    for placed in stages {
        let end = placed.bit(m, "end_o");
        let (now, passed) = match placed.plan.stage.when {
            When::Phase(phase) => {
                let name = &placed.plan.stage.name;
                let runs = control.is_any(m, &format!("{name}_phase"), &[phase]);
                let now = m.and(&format!("{name}_starts"), at, runs);
                (now, Some(unless(m, &format!("{name}_passed"), at, runs)))
            }
            When::Once | When::EveryStep => (at, None),
        };
        starts.push(now);
        at = match passed {
            Some(passed) => m.or(&format!("{}_over", placed.plan.stage.name), end, passed),
            None => end,
        };
    }
    (starts, at)
}
