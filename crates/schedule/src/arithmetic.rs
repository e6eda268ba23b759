//! Fixed-point arithmetic in hardware: formats as net types, and resizing with rounding and
//! overflow, made of single ops.

use hw_ir::{ModuleBuilder, NetId, Op, Type};
use program::{Coding, Format, Overflow, Rounding};

/// The type of a net that carries values of a format. A bipolar value is one bit, 0 for -1.
pub fn net_type(format: Format) -> Type {
    match format.coding() {
        Coding::Signed => Type::signed(format.width()),
        Coding::Unsigned | Coding::Bipolar => Type::unsigned(format.width()),
    }
}

/// A raw value as a net of [`net_type`] carries it.
pub fn encode(format: Format, raw: i64) -> i64 {
    match format.coding() {
        Coding::Bipolar => i64::from(raw > 0),
        Coding::Signed | Coding::Unsigned => raw,
    }
}

/// The raw value that a net of [`net_type`] carries.
pub fn decode(format: Format, value: i64) -> i64 {
    match format.coding() {
        Coding::Bipolar => 2 * value - 1,
        Coding::Signed | Coding::Unsigned => value,
    }
}

/// Bits that a two's complement word needs to hold every value of a format.
pub fn signed_width(format: Format) -> u32 {
    match format.coding() {
        Coding::Signed => format.width(),
        Coding::Unsigned => format.width() + 1,
        Coding::Bipolar => 2,
    }
}

/// A value as a number in two's complement of `width` bits.
pub fn number(m: &mut ModuleBuilder, name: &str, net: NetId, format: Format, width: u32) -> NetId {
    let ty = Type::signed(width);
    if format.coding() != Coding::Bipolar {
        let given = m.ty(net).width;
        if given > width {
            let more = m.slice(&format!("{name}_unused_bits"), net, width, given - width);
            m.all(&format!("{name}_unused"), more);
        }
        return m.resize(name, net, ty);
    }
    let plus = m.constant(&format!("{name}_plus"), ty, 1);
    let minus = m.constant(&format!("{name}_minus"), ty, -1);
    m.mux(name, net, plus, minus)
}

/// A value in another format, rounded and fitted; see [`program::rounding`] for the meaning.
pub struct Resizing {
    /// The format of the operand.
    pub from: Format,
    /// The format of the result.
    pub to: Format,
    /// What happens to dropped fraction bits.
    pub rounding: Rounding,
    /// What happens to values out of range; `Error` behaves as `Wrap` in hardware, since the
    /// program has been run and the range analysis stands for it.
    pub overflow: Overflow,
}

impl Resizing {
    /// Adds the nets; the result is called `name`.
    pub fn build(&self, m: &mut ModuleBuilder, name: &str, net: NetId) -> NetId {
        if self.from == self.to {
            return net;
        }
        let shift = self.from.fraction() - self.to.fraction();
        let value = number(
            m,
            &format!("{name}_number"),
            net,
            self.from,
            signed_width(self.from),
        );
        let rounded = if shift > 0 {
            self.round(m, name, value, shift as u32)
        } else {
            widen(m, name, value, shift.unsigned_abs())
        };
        self.fit(m, name, rounded)
    }

    /// The value without its low `drop` bits, rounded; one bit wider where it can grow.
    fn round(&self, m: &mut ModuleBuilder, name: &str, value: NetId, drop: u32) -> NetId {
        // So that the dropped bits and a sign bit above them exist.
        let width = m.ty(value).width.max(drop + 1);
        let value = m.resize(&format!("{name}_extended"), value, Type::signed(width));
        let up = self.round_up(m, name, value, drop);
        let whole = m.op(
            &format!("{name}_whole"),
            Type::signed(width),
            Op::ShiftRight(value, drop),
        );
        let Some(up) = up else { return whole };
        let up = m.resize(&format!("{name}_increment"), up, Type::signed(width));
        // The shift has freed at least one bit, so that the increment cannot overflow.
        m.add(&format!("{name}_rounded"), whole, up)
    }

    /// One bit: the floor must be raised by one.
    fn round_up(
        &self,
        m: &mut ModuleBuilder,
        name: &str,
        value: NetId,
        drop: u32,
    ) -> Option<NetId> {
        let width = m.ty(value).width;
        let half = |m: &mut ModuleBuilder| m.slice(&format!("{name}_half"), value, drop - 1, 1);
        match self.rounding {
            Rounding::Floor => None,
            Rounding::TowardZero => {
                let negative = m.slice(&format!("{name}_negative"), value, width - 1, 1);
                let dropped = m.slice(&format!("{name}_dropped"), value, 0, drop);
                let inexact = m.any(&format!("{name}_inexact"), dropped);
                Some(m.and(&format!("{name}_up"), negative, inexact))
            }
            Rounding::HalfUp => Some(half(m)),
            Rounding::HalfEven => {
                let half = half(m);
                let odd = m.slice(&format!("{name}_odd"), value, drop, 1);
                if drop == 1 {
                    return Some(m.and(&format!("{name}_up"), half, odd));
                }
                let rest = m.slice(&format!("{name}_rest"), value, 0, drop - 1);
                let above_half = m.any(&format!("{name}_above_half"), rest);
                let not_tied_to_even = m.or(&format!("{name}_not_tied_to_even"), above_half, odd);
                Some(m.and(&format!("{name}_up"), half, not_tied_to_even))
            }
        }
    }

    fn fit(&self, m: &mut ModuleBuilder, name: &str, value: NetId) -> NetId {
        let ty = m.ty(value);
        if self.to.coding() == Coding::Bipolar {
            let negative = m.slice(&format!("{name}_negative"), value, ty.width - 1, 1);
            return m.not(name, negative);
        }
        let (low, high) = match self.overflow {
            Overflow::Saturate => (self.to.min_raw(), self.to.max_raw()),
            Overflow::SaturateSymmetric if self.to.is_signed() => {
                (-self.to.max_raw(), self.to.max_raw())
            }
            Overflow::SaturateSymmetric => (0, self.to.max_raw()),
            Overflow::Wrap | Overflow::Error => return self.cut(m, name, value),
        };
        let mut value = value;
        if ty.holds(high) && ty.wrap(i64::MAX) != high && high < max_of(ty) {
            value = bound(m, &format!("{name}_top"), value, high, true);
        }
        if low > min_of(ty) {
            value = bound(m, &format!("{name}_bottom"), value, low, false);
        }
        self.cut(m, name, value)
    }

    /// The low bits; higher ones are named unused, which is what lint tools expect.
    fn cut(&self, m: &mut ModuleBuilder, name: &str, value: NetId) -> NetId {
        let (ty, to) = (m.ty(value), net_type(self.to));
        if ty.width > to.width {
            let more = m.slice(
                &format!("{name}_unused_bits"),
                value,
                to.width,
                ty.width - to.width,
            );
            m.all(&format!("{name}_unused"), more);
        }
        m.resize(name, value, to)
    }
}

fn max_of(ty: Type) -> i64 {
    i64::MAX >> (64 - ty.width)
}

fn min_of(ty: Type) -> i64 {
    i64::MIN >> (64 - ty.width)
}

/// The value shifted left by `more` bits in a word that holds the result, at most 64 bits wide.
fn widen(m: &mut ModuleBuilder, name: &str, value: NetId, more: u32) -> NetId {
    if more == 0 {
        return value;
    }
    let width = (m.ty(value).width + more).min(64);
    let wide = m.resize(&format!("{name}_wide"), value, Type::signed(width));
    m.op(
        &format!("{name}_aligned"),
        Type::signed(width),
        Op::ShiftLeft(wide, more.min(63)),
    )
}

/// The value, but not above (`upper`) or not below the limit.
pub fn bound(m: &mut ModuleBuilder, name: &str, value: NetId, limit: i64, upper: bool) -> NetId {
    let ty = m.ty(value);
    let limit = m.constant(&format!("{name}_limit"), ty, limit);
    let beyond = if upper {
        m.less(&format!("{name}_beyond"), limit, value)
    } else {
        m.less(&format!("{name}_beyond"), value, limit)
    };
    m.mux(&format!("{name}_bounded"), beyond, limit, value)
}
