//! Beats into bytes, and what follows a run's last beat.

use hw_ir::types::bits_for;
use hw_ir::{Module, ModuleBuilder, NetId, Type};

use super::bits::{BYTE, Packing};
use super::counting::count;

/// Bytes after the last beat of a run: the status, then the steps, low byte first.
pub const TRAILER_BYTES: u32 = 3;

/// The largest number of steps that the trailer can tell; more are told as this.
const MOST_STEPS: u32 = 16;

/// A module that takes the beats of a run, and sends their bytes and then a trailer.
///
/// `steps` is the width of the design's step count. The status and the steps are taken with the
/// last beat, as the next run may overwrite them.
pub fn scatter(name: &str, packing: Packing, beats: u64, steps: u32) -> Module {
    let mut m = ModuleBuilder::new(name, "sends the bytes of beats, then status and steps");
    m.fact("beat", format!("{} bytes", packing.bytes()));
    m.fact(
        "run",
        format!("{beats} beats, a byte of status, two of steps"),
    );
    m.group("beats in");
    let valid = m.input("beat_valid_i", Type::BIT);
    let beat = m.input("beat_i", packing.data);
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
    let last = count(&mut m, "beat_count", beats, take);
    let run_ends = last.map_or(take, |last| m.and("run_ends", take, last));
    let kept = m.and("trailer_due_kept", trailer_due.net, busy);
    let next = m.or("trailer_due_d", run_ends, kept);
    m.drive(trailer_due, next, None);

    m.section("status and steps of the run, as its last beat passes");
    let status = m.delay("status_q", status, Some(run_ends), 0);
    let steps = sixteen_bits(&mut m, steps);
    let steps = m.delay("steps_q", steps, Some(run_ends), 0);

    m.section("the bytes to send, the next one lowest");
    let sent = m.and("sent", busy, out_ready);
    let bytes = Type::unsigned(packing.piece()).times(most * packing.pieces_of_byte());
    let register = m.register("bytes_q", bytes, 0);
    let beat = packing.from_beat(&mut m, beat);
    let beat = padded(&mut m, "beat_bytes", beat, bytes);
    let status_byte = m.resize("status_byte", status, Type::unsigned(BYTE));
    let low = m.slice("steps_low", steps, 0, BYTE);
    let high = m.slice("steps_high", steps, BYTE, BYTE);
    let trailer: Vec<NetId> = [("status", status_byte), ("low", low), ("high", high)]
        .into_iter()
        .flat_map(|(name, byte)| pieces(&mut m, name, packing, byte))
        .collect();
    let trailer = m.join("trailer", &trailer);
    let trailer = padded(&mut m, "trailer_bytes", trailer, bytes);
    let shift = packing.pieces_of_byte();
    let rest = m.elements("bytes_rest", register.net, shift, bytes.count - shift);
    let rest = padded(&mut m, "bytes_shifted", rest, bytes);
    let loaded = m.mux("bytes_loaded", take, beat, trailer);
    let next = m.mux("bytes_d", busy, rest, loaded);
    let load = m.or("load", take, start_trailer);
    let change = m.or("bytes_change", load, sent);
    m.drive(register, next, Some(change));

    m.section("how many are left");
    let ty = m.ty(left.net);
    let of_beat = m.constant("beat_length", ty, i64::from(packing.bytes()));
    let of_trailer = m.constant("trailer_length", ty, i64::from(TRAILER_BYTES));
    let one = m.constant("one", ty, 1);
    let fewer = m.subtract("fewer", left.net, one);
    let length = m.mux("length", take, of_beat, of_trailer);
    let next = m.mux("left_d", busy, fewer, length);
    m.drive(left, next, Some(change));
    let in_trailer = m.delay("in_trailer_q", start_trailer, Some(load), 0);
    let only_one = m.equal("only_one", left.net, one);
    let tlast = m.and("last_byte", only_one, in_trailer);
    let byte = packing.first_byte(&mut m, "byte", register.net);

    m.group("beats in");
    m.output("beat_ready_o", ready);
    m.group("bytes out");
    m.output("byte_valid_o", busy);
    m.output("byte_o", byte);
    m.output("byte_last_o", tlast);
    m.group("how the last run ended");
    m.output("status_o", status);
    m.output("steps_o", steps);
    m.finish()
}

/// The steps in sixteen bits, held at the largest value.
fn sixteen_bits(m: &mut ModuleBuilder, steps: NetId) -> NetId {
    let ty = Type::unsigned(MOST_STEPS);
    let width = m.ty(steps).width;
    if width <= MOST_STEPS {
        return m.resize("steps_sixteen", steps, ty);
    }
    let low = m.slice("steps_low_bits", steps, 0, MOST_STEPS);
    let high = m.slice("steps_high_bits", steps, MOST_STEPS, width - MOST_STEPS);
    let more = m.any("more_steps", high);
    let most = m.constant("most_steps", ty, i64::from(u16::MAX));
    m.mux("steps_sixteen", more, most, low)
}

/// The pieces of a byte.
fn pieces(m: &mut ModuleBuilder, name: &str, packing: Packing, byte: NetId) -> Vec<NetId> {
    let piece = packing.piece();
    (0..packing.pieces_of_byte())
        .map(|k| m.slice(&format!("{name}_piece_{k}"), byte, k * piece, piece))
        .collect()
}

/// The vector with zero elements above it.
fn padded(m: &mut ModuleBuilder, name: &str, of: NetId, to: Type) -> NetId {
    let missing = to.count - m.ty(of).count;
    if missing == 0 {
        return of;
    }
    let zeros = m.constant(&format!("{name}_zeros"), to.element().times(missing), 0);
    m.join(name, &[of, zeros])
}
