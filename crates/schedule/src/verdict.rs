//! The end of a step: whether the run goes on, and if not, how it ended.

use hw_ir::{ModuleBuilder, NetId, Type, types::bits_for};
use program::{Status, Stop};

use crate::counter::unless;
use crate::interface::status_code;

/// What is known while a step runs; all one bit.
pub struct Step {
    /// Elements are written in this cycle.
    pub write: NetId,
    /// The step ends in this cycle, with its last write.
    pub end: NetId,
    /// A run starts with the next cycle.
    pub start: NetId,
    /// An element that is written changes.
    pub changed: NetId,
    /// An element that is written differs from its value two steps before; where period 2 is
    /// looked for.
    pub differs: Option<NetId>,
    /// A register, while a step runs: no vector of a sequence is left for another step.
    pub ended: Option<NetId>,
}

/// How a step was judged.
pub struct Verdict {
    /// One bit: the run ends in this cycle.
    pub finish: NetId,
    /// Two bits, a register: [`status_code`] of the last run.
    pub status: NetId,
    /// A register: the steps done.
    pub steps: NetId,
}

impl Step {
    /// Adds the nets that judge a step by the stop conditions.
    pub fn judge(&self, m: &mut ModuleBuilder, stop: Stop) -> Verdict {
        m.section("the end of a step");
        let ty = Type::unsigned(bits_for(stop.max_steps));
        let steps = m.register("steps_q", ty, 0);
        let one = m.constant("steps_one", ty, 1);
        let more = m.add("steps_more", steps.net, one);
        let limit = m.constant("steps_limit", ty, stop.max_steps as i64);
        let spent = m.equal("budget_spent", more, limit);
        let spent = match self.ended {
            Some(ended) => m.or("budget_or_sequence_spent", spent, ended),
            None => spent,
        };

        let restart = m.or("step_restart", self.end, self.start);
        if !stop.when_stable {
            m.any("changed_unused", self.changed);
        }
        if !stop.when_stable && self.differs.is_none_or(|_| !stop.on_period_two) {
            m.any("write_unused", self.write);
        }
        let stable = stop.when_stable.then(|| {
            let changed = self.seen(m, "changed", self.changed, restart);
            m.not("unchanged", changed)
        });
        let period = self.differs.filter(|_| stop.on_period_two).map(|differs| {
            let differs = self.seen(m, "differs", differs, restart);
            let same = m.not("same_as_before_last", differs);
            let second = m.any("not_first_step", steps.net);
            m.and("period_two", same, second)
        });
        let (ended, status) = ending(m, spent, period, stable);
        let finish = m.and("finish", self.end, ended);
        let status = m.delay("status_q", status, Some(finish), 0);
        let zero = m.constant("steps_zero", ty, 0);
        let next = m.mux("steps_d", self.start, zero, more);
        m.drive(steps, next, Some(restart));
        Verdict {
            finish,
            status,
            steps: steps.net,
        }
    }

    /// Gathers a bit over the writes of a step, the present one included.
    fn seen(&self, m: &mut ModuleBuilder, name: &str, bit: NetId, restart: NetId) -> NetId {
        let register = m.register(&format!("{name}_q"), Type::BIT, 0);
        let now = m.and(&format!("{name}_now"), bit, self.write);
        let any = m.or(&format!("{name}_in_step"), register.net, now);
        let next = unless(m, &format!("{name}_d"), any, restart);
        m.drive(register, next, None);
        any
    }
}

/// Whether some condition holds, and the code of the first that does.
fn ending(
    m: &mut ModuleBuilder,
    spent: NetId,
    period: Option<NetId>,
    stable: Option<NetId>,
) -> (NetId, NetId) {
    let ty = Type::unsigned(2);
    let code = |status| status_code(Some(status));
    let mut ended = spent;
    let mut status = m.constant("status_budget", ty, code(Status::Budget));
    if let Some(period) = period {
        ended = m.or("ended_or_period", period, ended);
        let is_period = m.constant("status_period", ty, code(Status::Period));
        status = m.mux("status_unless_stable", period, is_period, status);
    }
    if let Some(stable) = stable {
        ended = m.or("ended", stable, ended);
        let is_stable = m.constant("status_stable", ty, code(Status::Stable));
        status = m.mux("status_d", stable, is_stable, status);
    }
    (ended, status)
}
