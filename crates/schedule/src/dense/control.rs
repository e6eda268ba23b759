//! The controller of a dense or sparse stage: load, step until a stop condition holds, unload.

use hw_ir::{Module, ModuleBuilder, NetId, PendingRegister, Type};
use program::{Order, Program};

use super::fold::Fold;
use super::walk::Walk;
use crate::counter::{Counter, also, counter, flag, unless};
use crate::verdict::Step;

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
    /// Whether the lanes need to know the first cycle of a row.
    pub first_output: bool,
    /// Whether the sources are chosen by the column (sparse weights bring their own indices).
    pub column_output: bool,
    /// Whether the weight memory needs an address.
    pub weight_memory: bool,
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
        let beat = if self.beats > 1 {
            let moves = m.or("beat_moves", load, unload);
            counter(&mut m, "beat", self.beats as u64, moves)
        } else {
            Counter {
                value: None,
                last: None,
            }
        };
        let load_last = also(&mut m, "load_last", load, beat.last);
        let unload_last = also(&mut m, "unload_last", unload, beat.last);

        let issuing = m.register("issuing_q", Type::BIT, 0);
        let walk = Walk::build(&mut m, self, issuing.net, load_last);
        let step = Step {
            write: walk.apply,
            end: walk.step_end,
            start: load_last,
            changed,
            differs,
        };
        let verdict = step.judge(&mut m, self.program.stop);
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
