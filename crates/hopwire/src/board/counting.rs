//! A counter that starts again.

use hw_ir::types::address_bits;
use hw_ir::{ModuleBuilder, NetId, Type};

/// Adds a counter from 0 to `count - 1` that advances where `enable` is high. Gives the bit that is
/// high at its last value; `None` where it is always at its last.
pub fn count(m: &mut ModuleBuilder, name: &str, count: u64, enable: NetId) -> Option<NetId> {
    if count <= 1 {
        return None;
    }
    let ty = Type::unsigned(address_bits(count));
    let register = m.register(&format!("{name}_q"), ty, 0);
    let highest = m.constant(&format!("{name}_highest"), ty, count as i64 - 1);
    let last = m.equal(&format!("{name}_last"), register.net, highest);
    let one = m.constant(&format!("{name}_one"), ty, 1);
    let more = m.add(&format!("{name}_more"), register.net, one);
    let zero = m.constant(&format!("{name}_zero"), ty, 0);
    let next = m.mux(&format!("{name}_d"), last, zero, more);
    m.drive(register, next, Some(enable));
    Some(last)
}
