//! Phases: which of its stages a step runs, whether it is fed, and whether its outputs leave.

use hw_ir::{ModuleBuilder, NetId, PendingRegister};
use program::{Phase, Phases};

use super::registers::Registers;
use crate::counter::{drive_flag, unless};

/// How steps differ.
pub struct Control {
    /// The phases.
    phases: Vec<Phase>,
    /// The phase of the present step, a register.
    phase: PendingRegister,
    /// The phase of the next step, where the present one has ended.
    next: NetId,
    /// One bit: the phases have come to their end, where the present step has ended.
    end: NetId,
}

impl Control {
    /// Adds the register of the present phase.
    pub fn new(m: &mut ModuleBuilder, phases: &Phases, registers: &[Registers]) -> Option<Control> {
        let value = |id| {
            let registers = registers.iter().find(|of| of.id == id);
            registers.map(|of| of.value.net)
        };
        let (next, end) = (value(phases.present)?, value(phases.end)?);
        m.section("phases of steps");
        let next = m.elements("phase_next", next, 0, 1);
        let end = m.elements("phases_end", end, 0, 1);
        let end = m.any("phases_over", end);
        let phase = m.register("phase_q", m.ty(next), 0);
        Some(Control {
            phases: phases.phases.clone(),
            phase,
            next,
            end,
        })
    }

    /// One bit: a phase is one of these.
    fn among(&self, m: &mut ModuleBuilder, name: &str, phase: NetId, of: &[usize]) -> NetId {
        let mut any = None;
        for &number in of {
            let constant = m.constant(&format!("{name}_number"), m.ty(phase), number as i64);
            let is = m.equal(&format!("{name}_is{number}"), phase, constant);
            any = Some(match any {
                None => is,
                Some(any) => m.or(&format!("{name}_to{number}"), any, is),
            });
        }
        any.unwrap_or_else(|| m.constant(name, hw_ir::Type::BIT, 0))
    }

    /// The numbers of phases for which something holds.
    fn numbers(&self, holds: impl Fn(&Phase) -> bool) -> Vec<usize> {
        let phases = self.phases.iter().enumerate();
        let phases = phases.filter(|(_, phase)| holds(phase));
        phases.map(|(number, _)| number).collect()
    }

    /// One bit: the present step is of one of these phases.
    pub fn is_any(&self, m: &mut ModuleBuilder, name: &str, of: &[usize]) -> NetId {
        self.among(m, name, self.phase.net, of)
    }

    /// One bit: the present step was fed.
    pub fn feeds(&self, m: &mut ModuleBuilder, name: &str) -> NetId {
        let of = self.numbers(|phase| phase.feeds);
        self.is_any(m, name, &of)
    }

    /// One bit: outputs leave after the present step.
    pub fn leaves(&self, m: &mut ModuleBuilder) -> NetId {
        let of = self.numbers(|phase| phase.leaves);
        self.is_any(m, "phase_leaves", &of)
    }

    /// One bit: the next step is fed.
    pub fn next_feeds(&self, m: &mut ModuleBuilder) -> NetId {
        let of = self.numbers(|phase| phase.feeds);
        self.among(m, "phase_feeds", self.next, &of)
    }

    /// One bit, where the present step has ended: no other follows, for phases have come to their end
    /// or the next step would be fed and the sequence has ended.
    pub fn over(&self, m: &mut ModuleBuilder, feeds: NetId, ended: Option<NetId>) -> NetId {
        match ended {
            None => self.end,
            Some(ended) => {
                let starved = m.and("phase_starved", feeds, ended);
                m.or("phases_spent", self.end, starved)
            }
        }
    }

    /// When a step begins that is due in this cycle, with its phase known from the next one on: after
    /// its last beat is fed, or else with the next cycle.
    pub fn begin(
        &self,
        m: &mut ModuleBuilder,
        due: NetId,
        feeds: NetId,
        feeding: Option<(PendingRegister, NetId)>,
    ) -> NetId {
        m.drive(self.phase, self.next, Some(due));
        let Some((feeding, last)) = feeding else {
            m.any("phase_feeds_unused", feeds);
            return m.delay("step_start_q", due, None, 0);
        };
        let fed = m.and("step_fed", due, feeds);
        drive_flag(m, "feeding", feeding, fed, last);
        let unfed = unless(m, "step_unfed", due, feeds);
        let unfed = m.delay("step_start_q", unfed, None, 0);
        m.or("step_start", unfed, last)
    }
}
