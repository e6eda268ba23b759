//! Beats into bytes, and what follows a run's last beat.

use hw_ir::types::bits_for;
use hw_ir::{Module, ModuleBuilder, NetId, Type};

use super::bits::{BYTE, Packing};

/// Bytes after the last beat of a run: the status, then the steps, low byte first.
pub const TRAILER_BYTES: u32 = 3;

/// Bits of the steps in the trailer; more steps are told as the largest value.
const STEPS_BITS: u32 = 16;

/// The lowest bits of the steps, which lights show.
const STEPS_SHOWN: u32 = 4;

/// Ports and registers that the parts of the sender share.
struct Sender {
    /// Bytes that are left to be sent.
    left: NetId,
    /// Some are left.
    busy: NetId,
    /// A beat is taken.
    take: NetId,
    /// The trailer is started.
    start_trailer: NetId,
    /// A byte is sent.
    sent: NetId,
    /// What is sent belongs to the trailer.
    in_trailer: NetId,
}

/// A module that takes the beats of a run, and sends their bytes and then a trailer.
///
/// `steps` is the width of the design's step count. The status and the steps are taken with the
/// last beat, as the next run may overwrite them.
pub fn scatter(name: &str, packing: Packing, steps: u32) -> Module {
    let mut m = ModuleBuilder::new(name, "sends the bytes of beats, then status and steps");
    m.fact("beat", format!("{} bytes", packing.bytes()));
    m.fact("trailer", "a byte of status, two of steps, the lower first");
    m.group("beats in");
    let valid = m.input("beat_valid_i", Type::BIT);
    let beat = m.input("beat_i", packing.data);
    let last_beat = m.input("beat_last_i", Type::BIT);
    m.group("how the run ended");
    let status = m.input("status_i", Type::unsigned(2));
    let steps = m.input("steps_i", Type::unsigned(steps));
    m.group("bytes out");
    let out_ready = m.input("byte_ready_i", Type::BIT);

    m.section("a beat is taken when the bytes of the one before are gone");
    let most = packing.bytes().max(TRAILER_BYTES);
    let left = m.register("left_q", Type::unsigned(bits_for(u64::from(most))), 0);
    let trailer_due = m.register("trailer_due_q", Type::BIT, 0);
    let busy = m.any("busy", left.net);
    let idle = m.not("idle", busy);
    let no_trailer = m.not("no_trailer", trailer_due.net);
    let ready = m.and("ready", idle, no_trailer);
    let take = m.and("take", valid, ready);
    let start_trailer = m.and("start_trailer", idle, trailer_due.net);
    let run_ends = m.and("run_ends", take, last_beat);
    let kept = m.and("trailer_due_kept", trailer_due.net, busy);
    let next = m.or("trailer_due_d", run_ends, kept);
    m.drive(trailer_due, next, None);
    let load = m.or("load", take, start_trailer);
    let in_trailer = m.delay("in_trailer_q", start_trailer, Some(load), 0);
    let sent = m.and("sent", busy, out_ready);
    let sender = Sender {
        left: left.net,
        busy,
        take,
        start_trailer,
        sent,
        in_trailer,
    };

    m.section("how many bytes are left");
    let ty = m.ty(left.net);
    let of_beat = m.constant("beat_length", ty, i64::from(packing.bytes()));
    let of_trailer = m.constant("trailer_length", ty, i64::from(TRAILER_BYTES));
    let one = m.constant("one", ty, 1);
    let fewer = m.subtract("fewer", left.net, one);
    let length = m.mux("length", take, of_beat, of_trailer);
    let next = m.mux("left_d", busy, fewer, length);
    let change = m.or("left_change", load, sent);
    m.drive(left, next, Some(change));

    let beat_byte = beat_bytes(&mut m, &sender, packing, beat);
    m.section("status and steps of the run, as its last beat passes");
    let status = m.delay("status_q", status, Some(run_ends), 0);
    let steps = sixteen_bits(&mut m, steps);
    let steps = m.delay("steps_q", steps, Some(run_ends), 0);
    let trailer_byte = trailer_bytes(&mut m, &sender, status, steps);

    m.section("the byte on offer");
    let byte = m.mux("byte", sender.in_trailer, trailer_byte, beat_byte);
    let only_one = m.equal("only_one", sender.left, one);
    let last_byte = m.and("last_byte", only_one, sender.in_trailer);

    m.group("beats in");
    m.output("beat_ready_o", ready);
    m.group("bytes out");
    m.output("byte_valid_o", busy);
    m.output("byte_o", byte);
    m.output("byte_last_o", last_byte);
    m.group("how the last run ended");
    m.output("status_o", status);
    let shown = m.slice("steps_shown", steps, 0, STEPS_SHOWN);
    m.output("steps_shown_o", shown);
    m.finish()
}

/// The bytes of a beat, the next one lowest; gives that one.
fn beat_bytes(m: &mut ModuleBuilder, sender: &Sender, packing: Packing, beat: NetId) -> NetId {
    m.section("the bytes of the beat, the next one lowest");
    let pieces = packing.pieces();
    let register = m.register("beat_q", pieces, 0);
    let loaded = packing.from_beat(m, beat);
    let shift = packing.pieces_of_byte();
    if packing.bytes() > 1 {
        let rest = m.elements("beat_rest", register.net, shift, pieces.count - shift);
        let zeros = m.constant("no_byte", pieces.element().times(shift), 0);
        let shifted = m.join("beat_shifted", &[rest, zeros]);
        let next = m.mux("beat_d", sender.busy, shifted, loaded);
        let change = m.or("beat_change", sender.take, sender.sent);
        m.drive(register, next, Some(change));
    } else {
        m.drive(register, loaded, Some(sender.take));
    }
    packing.first_byte(m, "beat_byte", register.net)
}

/// The bytes of the trailer, the next one lowest; gives that one.
fn trailer_bytes(m: &mut ModuleBuilder, sender: &Sender, status: NetId, steps: NetId) -> NetId {
    m.section("the bytes of the trailer, the next one lowest");
    let byte = Type::unsigned(BYTE);
    let register = m.register("trailer_q", byte.times(TRAILER_BYTES), 0);
    let status = m.resize("status_byte", status, byte);
    let low = m.slice("steps_low", steps, 0, BYTE);
    let high = m.slice("steps_high", steps, BYTE, BYTE);
    let whole = m.join("trailer", &[status, low, high]);
    let rest = m.elements("trailer_rest", register.net, 1, TRAILER_BYTES - 1);
    let none = m.constant("no_trailer_byte", byte, 0);
    let shifted = m.join("trailer_shifted", &[rest, none]);
    let next = m.mux("trailer_d", sender.busy, shifted, whole);
    let change = m.or("trailer_change", sender.start_trailer, sender.sent);
    m.drive(register, next, Some(change));
    m.elements("trailer_byte", register.net, 0, 1)
}

/// The steps in sixteen bits, held at the largest value.
fn sixteen_bits(m: &mut ModuleBuilder, steps: NetId) -> NetId {
    let ty = Type::unsigned(STEPS_BITS);
    let width = m.ty(steps).width;
    if width <= STEPS_BITS {
        return m.resize("steps_sixteen", steps, ty);
    }
    let low = m.slice("steps_low_bits", steps, 0, STEPS_BITS);
    let high = m.slice("steps_high_bits", steps, STEPS_BITS, width - STEPS_BITS);
    let more = m.any("more_steps", high);
    let most = m.constant("most_steps", ty, i64::from(u16::MAX));
    m.mux("steps_sixteen", more, most, low)
}
