//! The controller of a dense or sparse stage: load, step until a stop condition holds, unload.

use hw_ir::{Module, ModuleBuilder, NetId, PendingRegister, Type, types::bits_for};
use program::{Order, Program, Status};

use super::fold::Fold;
use super::walk::Walk;
use crate::counter::{also, counter, flag, unless};
use crate::interface::status_code;

/// What a controller is made for.
pub struct Control<'a> {
    /// The program.
    pub program: &'a Program,
    /// The fold.
    pub fold: Fold,
    /// Beats of the load and of the unload stream.
    pub beats: usize,
    /// Whether the offset memory needs an address.
    pub offset_memory: bool,
    /// Whether the weight memory needs an address.
    pub weight_memory: bool,
}

/// How a step was judged.
struct Verdict {
    finish: NetId,
    status: NetId,
    steps: NetId,
}

impl Control<'_> {
    /// Builds the module.
    ///
    /// Inputs: `load_i` (a beat is taken), `unload_i` (a beat is given), `changed_i`, and
    /// `differs_i` where period 2 is looked for. Outputs, each where it is needed: `loading_o`,
    /// `unloading_o`, `unload_last_o`, `address_o`, `column_o`, `offset_address_o`,
    /// `accumulate_o`, `first_o`, `apply_o`, `chunk_o`, `block_last_o`, `status_o`, `steps_o`.
    pub fn build(&self) -> Module {
        let purpose = "the controller: loads a start state, steps until a stop condition, unloads";
        let mut m = ModuleBuilder::new(format!("{}_control", self.program.name), purpose);
        if let Some(source) = self.program.source("update") {
            m.source(source);
        }
        m.fact("order", self.order_text());
        m.fact("step", format!("{} cycles", self.fold.step_cycles()));
        m.group("handshakes");
        let load = m.input("load_i", Type::BIT);
        let unload = m.input("unload_i", Type::BIT);
        m.group("from the lanes, at the write of a group");
        let changed = m.input("changed_i", Type::BIT);
        let differs = self
            .program
            .stop
            .on_period_two
            .then(|| m.input("differs_i", Type::BIT));

        m.section("beats of the streams");
        let beat_moves = m.or("beat_moves", load, unload);
        let beat = counter(&mut m, "beat", self.beats as u64, beat_moves);
        let load_last = also(&mut m, "load_last", load, beat.last);
        let unload_last = also(&mut m, "unload_last", unload, beat.last);

        let issuing = m.register("issuing_q", Type::BIT, 0);
        let walk = Walk::build(&mut m, self, issuing.net, load_last);
        let verdict = self.judge(&mut m, &walk, load_last, changed, differs);
        drive_issuing(&mut m, issuing, &walk, load_last, verdict.finish);

        m.section("phases");
        let loading = flag(&mut m, "loading", true, unload_last, load_last);
        let unloading = flag(&mut m, "unloading", false, verdict.finish, unload_last);

        m.group("phases");
        m.output("loading_o", loading);
        m.output("unloading_o", unloading);
        if self.beats > 1 {
            m.output("unload_last_o", unload_last);
        }
        walk.outputs(&mut m, self);
        m.group("how the last run ended, and after how many steps");
        m.output("status_o", verdict.status);
        m.output("steps_o", verdict.steps);
        m.finish()
    }

    fn order_text(&self) -> String {
        let Fold {
            blocks,
            groups,
            columns,
            lanes,
            taps,
            ..
        } = self.fold;
        let order = match self.program.order {
            Order::Synchronous => "synchronous".into(),
            Order::Sequential => "sequential".into(),
            Order::Permuted { seed } => format!("permuted, seed {seed}"),
            Order::Block { size } => format!("blocks of {size}"),
        };
        format!(
            "{order}; blocks {blocks}, groups a block {groups}, rows a group {lanes}, cycles a \
             group {columns}, weights a lane and cycle {taps}"
        )
    }

    /// Looks at the end of a step whether the run goes on.
    fn judge(
        &self,
        m: &mut ModuleBuilder,
        walk: &Walk,
        start: NetId,
        changed: NetId,
        differs: Option<NetId>,
    ) -> Verdict {
        m.section("the end of a step");
        let stop = self.program.stop;
        let ty = Type::unsigned(bits_for(stop.max_steps));
        let steps = m.register("steps_q", ty, 0);
        let one = m.constant("steps_one", ty, 1);
        let more = m.add("steps_more", steps.net, one);
        let limit = m.constant("steps_limit", ty, stop.max_steps as i64);
        let spent = m.equal("budget_spent", more, limit);

        let restart = m.or("step_restart", walk.step_end, start);
        let changed = seen(m, "changed", changed, walk.apply, restart);
        let stable = m.not("unchanged", changed);
        let differs = differs.map(|differs| seen(m, "differs", differs, walk.apply, restart));
        let period = differs.map(|differs| {
            let same = m.not("same_as_before_last", differs);
            let second = m.any("not_first_step", steps.net);
            m.and("period_two", same, second)
        });

        let code = |status| status_code(Some(status));
        let ty = Type::unsigned(2);
        let mut ended = spent;
        let mut status = m.constant("status_budget", ty, code(Status::Budget));
        if let Some(period) = period {
            ended = m.or("ended_or_period", period, ended);
            let is_period = m.constant("status_period", ty, code(Status::Period));
            status = m.mux("status_unless_stable", period, is_period, status);
        }
        if stop.when_stable {
            ended = m.or("ended", stable, ended);
            let is_stable = m.constant("status_stable", ty, code(Status::Stable));
            status = m.mux("status_d", stable, is_stable, status);
        } else {
            m.all("unchanged_unused", stable);
        }
        let finish = m.and("finish", walk.step_end, ended);
        let status = m.delay("status_q", status, Some(finish), 0);
        let zero = m.constant("steps_zero", m.ty(steps.net), 0);
        let next = m.mux("steps_d", start, zero, more);
        m.drive(steps, next, Some(restart));
        Verdict {
            finish,
            status,
            steps: steps.net,
        }
    }
}

/// Gathers a bit of the lanes over the writes of a step, the present one included.
fn seen(m: &mut ModuleBuilder, name: &str, bit: NetId, apply: NetId, restart: NetId) -> NetId {
    let register = m.register(&format!("{name}_q"), Type::BIT, 0);
    let now = m.and(&format!("{name}_now"), bit, apply);
    let any = m.or(&format!("{name}_in_step"), register.net, now);
    let next = unless(m, &format!("{name}_d"), any, restart);
    m.drive(register, next, None);
    any
}

fn drive_issuing(
    m: &mut ModuleBuilder,
    issuing: PendingRegister,
    walk: &Walk,
    start: NetId,
    finish: NetId,
) {
    m.section("issue from the start, or after a block, until a block is addressed");
    let resume = match walk.block_last {
        Some(last) => m.and("block_written", walk.apply, last),
        None => walk.apply,
    };
    let set = m.or("issue_resume", start, resume);
    let kept = unless(m, "issue_kept", issuing.net, walk.block_issued);
    let wanted = m.or("issue_wanted", set, kept);
    let next = unless(m, "issuing_d", wanted, finish);
    m.drive(issuing, next, None);
}
