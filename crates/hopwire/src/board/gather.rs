//! Bytes into beats.

use hw_ir::{Module, ModuleBuilder, Type};

use super::bits::{BYTE, Packing};
use super::counting::count;

/// A module that collects the bytes of a beat, the lowest first, and offers the beat.
pub fn gather(name: &str, packing: Packing) -> Module {
    let mut m = ModuleBuilder::new(name, "collects the bytes of a beat, the lowest first");
    m.fact("beat", format!("{} bytes", packing.bytes()));
    m.group("bytes in");
    let valid = m.input("byte_valid_i", Type::BIT);
    let byte = m.input("byte_i", Type::unsigned(BYTE));
    m.group("the beat");
    let taken = m.input("beat_ready_i", Type::BIT);

    m.section("a byte is taken while no beat waits");
    let waiting = m.register("waiting_q", Type::BIT, 0);
    let ready = m.not("ready", waiting.net);
    let take = m.and("take", valid, ready);
    let pieces = packing.pieces();
    let register = m.register("pieces_q", pieces, 0);
    let entering = packing.split_byte(&mut m, byte);
    let next = if packing.bytes() > 1 {
        let kept = pieces.count - packing.pieces_of_byte();
        let kept = m.elements("pieces_kept", register.net, packing.pieces_of_byte(), kept);
        m.join("pieces_d", &[kept, entering])
    } else {
        entering
    };
    m.drive(register, next, Some(take));

    m.section("the beat is whole with its last byte");
    let last = count(&mut m, "byte_count", u64::from(packing.bytes()), take);
    let whole = last.map_or(take, |last| m.and("whole", take, last));
    let not_taken = m.not("not_taken", taken);
    let kept = m.and("waiting_kept", waiting.net, not_taken);
    let next = m.or("waiting_d", whole, kept);
    m.drive(waiting, next, None);
    let beat = packing.to_beat(&mut m, register.net);
    let wrong = (packing.padding() > 0).then(|| {
        m.section("the bits above the beat must be zero");
        let start = pieces.count - packing.padding();
        let padding = m.elements("padding", register.net, start, packing.padding());
        let some = m.any("padding_not_zero", padding);
        m.and("wrong", waiting.net, some)
    });
    let wrong = wrong.unwrap_or_else(|| m.constant("wrong", Type::BIT, 0));

    m.group("bytes in");
    m.output("byte_ready_o", ready);
    m.group("the beat");
    m.output("beat_valid_o", waiting.net);
    m.output("beat_o", beat);
    m.group("padding that is not zero");
    m.output("wrong_o", wrong);
    m.finish()
}
