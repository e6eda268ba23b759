//! Counters and other small pieces of controllers.

use hw_ir::{ModuleBuilder, NetId, PendingRegister, Type, types::address_bits};

/// A counter that runs from 0 to `count - 1` and starts again.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// Its value; `None` where there is nothing to count.
    pub value: Option<NetId>,
    /// One bit: the value is the last one; `None` stands for always.
    pub last: Option<NetId>,
}

/// Adds a counter of `count` values that advances where `enable` is high.
pub fn counter(m: &mut ModuleBuilder, name: &str, count: u64, enable: NetId) -> Counter {
    counter_by_last(m, name, count, |_, _| enable).0
}

/// Adds a counter of `count` values that advances where what `enable` makes is high, given
/// [`Counter::last`]; gives that, too.
pub fn counter_by_last(
    m: &mut ModuleBuilder,
    name: &str,
    count: u64,
    enable: impl FnOnce(&mut ModuleBuilder, Option<NetId>) -> NetId,
) -> (Counter, NetId) {
    if count <= 1 {
        let nothing = Counter {
            value: None,
            last: None,
        };
        return (nothing, enable(m, None));
    }
    let register = register(m, name, count);
    let last = last(m, name, register, count);
    let enable = enable(m, Some(last));
    drive(m, name, register, (count, Some(last)), enable);
    let counter = Counter {
        value: Some(register.net),
        last: Some(last),
    };
    (counter, enable)
}

/// The value of a counter whose last value nobody asks for; `None` where there is nothing to count.
pub fn address_counter(
    m: &mut ModuleBuilder,
    name: &str,
    count: u64,
    enable: NetId,
) -> Option<NetId> {
    if count <= 1 {
        return None;
    }
    let register = register(m, name, count);
    let last = (!count.is_power_of_two()).then(|| last(m, name, register, count));
    drive(m, name, register, (count, last), enable);
    Some(register.net)
}

fn register(m: &mut ModuleBuilder, name: &str, count: u64) -> PendingRegister {
    m.register(&format!("{name}_q"), Type::unsigned(address_bits(count)), 0)
}

/// One bit: the value of a counter is its last one.
fn last(m: &mut ModuleBuilder, name: &str, register: PendingRegister, count: u64) -> NetId {
    let ty = m.ty(register.net);
    let highest = m.constant(&format!("{name}_highest"), ty, count as i64 - 1);
    m.equal(&format!("{name}_last"), register.net, highest)
}

/// Gives a counter its next value; a count that is no power of two must know its last value.
fn drive(
    m: &mut ModuleBuilder,
    name: &str,
    register: PendingRegister,
    (count, last): (u64, Option<NetId>),
    enable: NetId,
) {
    let ty = m.ty(register.net);
    let one = m.constant(&format!("{name}_one"), ty, 1);
    let more = m.add(&format!("{name}_more"), register.net, one);
    let next = match last {
        Some(last) if !count.is_power_of_two() => {
            let zero = m.constant(&format!("{name}_zero"), ty, 0);
            m.mux(&format!("{name}_d"), last, zero, more)
        }
        _ => more,
    };
    m.drive(register, next, Some(enable));
}

/// `a` and, where there is one, `b`.
pub fn also(m: &mut ModuleBuilder, name: &str, a: NetId, b: Option<NetId>) -> NetId {
    match b {
        Some(b) => m.and(name, a, b),
        None => a,
    }
}

/// `a` and not `b`.
pub fn unless(m: &mut ModuleBuilder, name: &str, a: NetId, b: NetId) -> NetId {
    let not = m.not(&format!("{name}_not"), b);
    m.and(name, a, not)
}

/// A bit that is set by `set`, cleared by `clear` (which loses against `set`), and else kept.
pub fn drive_flag(
    m: &mut ModuleBuilder,
    name: &str,
    register: PendingRegister,
    set: NetId,
    clear: NetId,
) {
    let kept = unless(m, &format!("{name}_kept"), register.net, clear);
    let next = m.or(&format!("{name}_d"), kept, set);
    m.drive(register, next, None);
}
