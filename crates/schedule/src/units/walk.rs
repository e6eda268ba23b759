//! The walk through a stage: which weight word is addressed, and what the pipeline does with it.

use hw_ir::{ModuleBuilder, NetId, Op, Type, types::address_bits};
use program::{Order, Permutations, order::feedback_mask};

use super::plan::StagePlan;
use crate::counter::{address_counter, also, counter, counter_by_last, unless};

/// The nets of the walk.
pub struct Walk {
    /// One bit: the last word of a block is addressed in this cycle.
    pub block_issued: NetId,
    /// One bit: a group's results are written in this cycle.
    pub apply: NetId,
    /// One bit: the own elements that are read are those of the next group after this cycle.
    pub taken: NetId,
    /// One bit: the group that is written is its block's last; `None` where each is.
    pub block_last: Option<NetId>,
    /// One bit: the stage ends in this cycle.
    pub end: NetId,
    /// One bit: products reach the accumulators in this cycle; `None` where nothing is gathered.
    pub accumulate: Option<NetId>,
    /// One bit: they are the first of their row; where that is asked for.
    pub first: Option<NetId>,
    /// The word of a row that is addressed; `None` where there is one.
    pub column: Option<NetId>,
    /// The address of the weight memories; where there are some.
    pub address: Option<NetId>,
    /// The address of the offset memories; where there are some.
    pub offset_address: Option<NetId>,
    /// The address of the parameter memories; where there are some.
    pub parameter_address: Option<NetId>,
    /// The group that is written; `None` where there is one.
    pub chunk: Option<NetId>,
    /// The group whose own elements are read; `None` where there is one.
    pub own_chunk: Option<NetId>,
}

/// The order of rows where it is a permutation.
struct Rows {
    row: NetId,
    /// One bit: the row exists; `None` where each does.
    valid: Option<NetId>,
    /// One bit: the word is the last of its step.
    last: NetId,
    word: hw_ir::PendingRegister,
    generator: hw_ir::PendingRegister,
    mask: hw_ir::PendingRegister,
}

impl Walk {
    /// Adds the nets; `issuing` is high while rows of a block are addressed, `reseed` for one
    /// cycle before a run, `hold` where a group must not be finished yet.
    pub fn build(
        m: &mut ModuleBuilder,
        of: &StagePlan<'_>,
        (issuing, hold): (NetId, Option<NetId>),
        reseed: NetId,
    ) -> Walk {
        let fold = of.fold;
        m.section("address");
        let rows = permutation(m, of);
        let valid = rows.as_ref().and_then(|rows| rows.valid);
        let issue = also(m, "issue", issuing, valid);
        let (column, issue) = counter_by_last(m, "column", fold.columns as u64, |m, last| {
            let Some(hold) = hold else { return issue };
            let held = also(m, "group_held", hold, last);
            unless(m, "issue_unheld", issue, held)
        });
        let group_issued = also(m, "group_issued", issue, column.last);
        let block_issued = if fold.groups > 1 {
            let group = counter(m, "issue_group", fold.groups as u64, group_issued);
            also(m, "block_issued", group_issued, group.last)
        } else {
            group_issued
        };
        let address = of.weight_memory().then(|| match &rows {
            Some(rows) => row_address(m, of, rows.row, column.value),
            None => {
                let words = fold.words() as u64;
                address_counter(m, "address", words, issue)
                    .unwrap_or_else(|| m.constant("address_zero", Type::BIT, 0))
            }
        });
        let pipeline = Pipeline::build(m, of, issue, column.value, group_issued);
        let ready = match fold.apply {
            0 => "apply_q",
            _ => "ready_q",
        };
        let ready = m.delay(ready, pipeline.last, None, 0);
        let apply = (1..=fold.apply).fold(ready, |earlier, level| match fold.apply - level {
            0 => m.delay("apply_q", earlier, None, 0),
            _ => m.delay(&format!("ready{level}_q"), earlier, None, 0),
        });
        let taken = if fold.holds_elements() { apply } else { ready };

        let chunks = fold.chunks() as u64;
        let row = rows.as_ref().map(|rows| rows.row);
        let narrow = |m: &mut ModuleBuilder, name: &str, row: NetId| {
            low_bits(m, name, row, address_bits(chunks))
        };
        let mut by_group = |wanted: bool, name: &str, at: NetId| match row {
            _ if !wanted => None,
            Some(row) => Some(narrow(m, &format!("{name}_row"), row)),
            None => address_counter(m, &format!("{name}_address"), chunks, at),
        };
        let offset_address = by_group(of.offset_memory(), "offset", pipeline.starting);
        // A memory shows a word one cycle after its address.
        let parameter_moves = match (fold.apply, fold.holds_elements()) {
            (0, _) | (_, false) => pipeline.last,
            (_, true) => apply,
        };
        let parameter_address = by_group(of.parameter_memory(), "parameter", parameter_moves);
        let own_chunk = if taken == apply {
            None
        } else {
            address_counter(m, "own_chunk", chunks, taken)
        };
        let (chunk, end) = match rows {
            Some(rows) => {
                let end = walk_on(m, of, &rows, issuing, apply, reseed);
                let chunk = (chunks > 1).then(|| {
                    let row = real_row(m, &rows);
                    narrow(m, "chunk_row", row)
                });
                (chunk, end)
            }
            None => {
                let chunk = counter(m, "chunk", chunks, apply);
                (chunk.value, also(m, "stage_end", apply, chunk.last))
            }
        };
        let block_last = if fold.groups > 1 {
            counter(m, "written_group", fold.groups as u64, apply).last
        } else {
            None
        };
        Walk {
            block_issued,
            apply,
            block_last,
            end,
            accumulate: pipeline.valid,
            first: pipeline.first,
            column: column.value,
            address,
            offset_address,
            parameter_address,
            chunk,
            own_chunk: own_chunk.or(chunk),
            taken,
        }
    }
}

/// The bits that travel beside a word, from its address to its accumulator.
struct Pipeline {
    /// One bit: a word is there; `None` where nothing is gathered.
    valid: Option<NetId>,
    /// One bit: it is the first of its row; where that is asked for.
    first: Option<NetId>,
    /// One bit: it is the last of its group.
    last: NetId,
    /// One bit: the group whose sums start next has moved on.
    starting: NetId,
}

impl Pipeline {
    fn build(
        m: &mut ModuleBuilder,
        of: &StagePlan<'_>,
        issue: NetId,
        column: Option<NetId>,
        group_issued: NetId,
    ) -> Pipeline {
        m.section("the pipeline behind the address");
        let first = column.filter(|_| of.first_output()).map(|column| {
            let some = m.any("column_not_first", column);
            m.not("column_first", some)
        });
        let depth = of.fold.depth;
        let mut pipeline = Pipeline {
            valid: (!of.gathers.is_empty()).then_some(issue),
            first,
            last: group_issued,
            starting: group_issued,
        };
        for stage in 1..=depth + 1 {
            let mut later =
                |name: &str, net: NetId| m.delay(&format!("{name}{stage}_q"), net, None, 0);
            pipeline.valid = pipeline.valid.map(|net| later("valid", net));
            pipeline.first = pipeline.first.map(|net| later("first", net));
            pipeline.last = later("last", pipeline.last);
            if stage == depth {
                pipeline.starting = pipeline.last;
            }
        }
        pipeline
    }
}

/// The permuted row: the word of a maximal-length register, exclusive-ored with a mask; see
/// [`program::Permutations`].
fn permutation(m: &mut ModuleBuilder, of: &StagePlan<'_>) -> Option<Rows> {
    let bits = of.fold.permuted_bits?;
    let word = m.register("word_q", Type::unsigned(bits), 1);
    let generator = m.register("generator_q", Type::unsigned(32), 1);
    let mask = m.register("mask_q", Type::unsigned(bits), 1);
    let row = m.xor("row", word.net, mask.net);
    let units = of.fold.units as u64;
    let valid = (units < 1 << bits).then(|| {
        let limit = m.constant("row_limit", Type::unsigned(bits), units as i64);
        m.less("row_valid", row, limit)
    });
    let some = m.any("word_not_last", word.net);
    let last = m.not("word_last", some);
    Some(Rows {
        row,
        valid,
        last,
        word,
        generator,
        mask,
    })
}

/// The row, or 0 for a row that is passed over, so that the state is never read beyond its end.
fn real_row(m: &mut ModuleBuilder, rows: &Rows) -> NetId {
    let Some(valid) = rows.valid else {
        return rows.row;
    };
    let zero = m.constant("row_zero", m.ty(rows.row), 0);
    m.mux("row_or_zero", valid, rows.row, zero)
}

/// Advances the permutation after a row, and gives the end of the stage.
fn walk_on(
    m: &mut ModuleBuilder,
    of: &StagePlan<'_>,
    rows: &Rows,
    issuing: NetId,
    apply: NetId,
    reseed: NetId,
) -> NetId {
    m.section("the permutation");
    let bits = of.fold.permuted_bits.unwrap_or(2);
    let advance = match rows.valid {
        Some(valid) => {
            let passed_over = unless(m, "row_passed_over", issuing, valid);
            m.or("row_done", apply, passed_over)
        }
        None => apply,
    };
    let end = m.and("stage_end", advance, rows.last);

    let one = m.constant("word_one", Type::unsigned(bits), 1);
    let stepped = shift(m, "word", rows.word.net, bits);
    let at_one = m.equal("word_at_one", stepped, one);
    let zero = m.constant("word_zero", Type::unsigned(bits), 0);
    let next = m.mux("word_or_zero", at_one, zero, stepped);
    let next = m.mux("word_next", rows.last, one, next);
    let next = m.mux("word_d", reseed, one, next);
    let moves = m.or("permutation_moves", advance, reseed);
    m.drive(rows.word, next, Some(moves));

    let seed = match of.order {
        Order::Permuted { seed } => Permutations::mask_start(seed),
        Order::Synchronous | Order::Sequential | Order::Block { .. } => 1,
    };
    let seed_net = m.constant("generator_seed", Type::unsigned(32), i64::from(seed));
    let stepped = shift(m, "generator", rows.generator.net, 32);
    let next = m.mux("generator_d", reseed, seed_net, stepped);
    m.drive(rows.generator, next, Some(moves));

    let fresh = m.slice("mask_fresh", stepped, 0, bits);
    let renewed = m.or("mask_moves", end, reseed);
    let first = i64::from(seed & (u32::MAX >> (32 - bits)));
    let first = m.constant("mask_first", Type::unsigned(bits), first);
    let next = m.mux("mask_d", reseed, first, fresh);
    m.drive(rows.mask, next, Some(renewed));
    end
}

/// One step of a maximal-length register: shifted toward the high end, the parity of its feedback
/// taps enters at the low end.
fn shift(m: &mut ModuleBuilder, name: &str, state: NetId, width: u32) -> NetId {
    let mask = feedback_mask(width);
    let taps: Vec<u32> = (0..width).filter(|bit| mask >> bit & 1 == 1).collect();
    let mut parity = None;
    for tap in taps {
        let bit = m.slice(&format!("{name}_tap{}", tap + 1), state, tap, 1);
        parity = Some(match parity {
            None => bit,
            Some(parity) => m.xor(&format!("{name}_parity{}", tap + 1), parity, bit),
        });
    }
    let kept = m.slice(&format!("{name}_kept"), state, 0, width - 1);
    let parts = parity.map_or_else(|| vec![kept], |parity| vec![parity, kept]);
    m.op(
        &format!("{name}_stepped"),
        Type::unsigned(width),
        Op::Concat(parts),
    )
}

/// The low bits of an index that has more than are needed; the others are named unused.
fn low_bits(m: &mut ModuleBuilder, name: &str, index: NetId, width: u32) -> NetId {
    let all = m.ty(index).width;
    if all > width {
        let more = m.slice(&format!("{name}_unused_bits"), index, width, all - width);
        m.all(&format!("{name}_unused"), more);
    }
    m.slice(name, index, 0, width)
}

fn row_address(
    m: &mut ModuleBuilder,
    of: &StagePlan<'_>,
    row: NetId,
    column: Option<NetId>,
) -> NetId {
    let fold = of.fold;
    let row_bits = address_bits(fold.units as u64);
    let row = low_bits(m, "address_row", row, row_bits);
    let Some(column) = column else { return row };
    m.concat("address", &[column, row])
}
