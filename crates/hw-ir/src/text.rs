//! Pieces of Verilog text that the ops are made of.

use crate::design::NetId;
use crate::types::{Type, address_bits};

/// An operand as the text sees it.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    /// The legal Verilog name of the net.
    pub name: &'a str,
    /// Its type.
    pub ty: Type,
}

/// An op in Verilog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// A net to declare before: the position of a chunk in bits, or all chunks spread out.
    pub beside: Option<Beside>,
    /// What the net is.
    pub body: Body,
}

/// A net that is declared beside the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Its name, made of the target's.
    pub name: String,
    /// Its width in bits.
    pub width: u32,
    /// Its value.
    pub expression: String,
}

/// How a net gets its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A continuous assignment of this expression.
    Expression(String),
    /// Blocking assignments in a combinational block, in order.
    Statements(Vec<String>),
}

impl Text {
    pub(crate) fn expression(text: String) -> Text {
        Text {
            beside: None,
            body: Body::Expression(text),
        }
    }
}

/// Element values as a sized literal: decimal for a scalar, hexadecimal for a vector.
pub fn literal(ty: Type, elements: &[i64]) -> String {
    match elements {
        [value] => scalar_literal(ty, *value),
        _ => format!("{}'h{}", ty.bits(), hexadecimal(ty, elements)),
    }
}

fn scalar_literal(ty: Type, value: i64) -> String {
    let width = ty.width;
    match (ty.signed, value) {
        (false, value) if width == 1 => format!("1'b{}", value & 1),
        (false, value) => format!("{width}'d{}", value as u64),
        // The most negative value has no positive twin of its width.
        (true, value) if value < 0 && !ty.holds(value.wrapping_neg()) => {
            format!("{width}'sh{:x}", ty.pattern(value))
        }
        (true, value) if value < 0 => format!("-{width}'sd{}", value.unsigned_abs()),
        (true, value) => format!("{width}'sd{value}"),
    }
}

/// The bits of a vector in hexadecimal, element 0 lowest, all leading zeros kept.
pub fn hexadecimal(ty: Type, elements: &[i64]) -> String {
    let digits = ty.bits().div_ceil(4) as usize;
    let mut nibbles = vec![0u8; digits];
    let mut position = 0usize;
    for &element in elements {
        let pattern = ty.pattern(element);
        for bit in 0..ty.width as usize {
            if pattern >> bit & 1 == 1 {
                nibbles[(position + bit) / 4] |= 1 << ((position + bit) % 4);
            }
        }
        position += ty.width as usize;
    }
    nibbles
        .iter()
        .rev()
        .map(|&n| char::from_digit(u32::from(n), 16).unwrap_or('0'))
        .collect()
}

/// Bits `low` to `low + bits - 1` of an operand; the operand itself where that is all of it.
pub(crate) fn part(of: Operand<'_>, low: u64, bits: u64) -> String {
    let name = of.name;
    match bits {
        _ if bits == of.ty.bits() => name.to_owned(),
        1 => format!("{name}[{low}]"),
        _ => format!("{name}[{}:{low}]", low + bits - 1),
    }
}

pub(crate) fn resize_text(to: Type, from: Operand<'_>) -> String {
    let (name, width) = (from.name, from.ty.width);
    if to.width <= width {
        return part(from, 0, u64::from(to.width));
    }
    let more = to.width - width;
    if !from.ty.signed {
        return format!("{{{more}'d0, {name}}}");
    }
    let sign = part(from, u64::from(width) - 1, 1);
    format!("{{{{{more}{{{sign}}}}}, {name}}}")
}

pub(crate) fn braces<'a>(parts: &[NetId], name: &dyn Fn(&NetId) -> &'a str) -> String {
    match parts {
        [only] => name(only).to_owned(),
        _ => {
            let names: Vec<&str> = parts.iter().rev().map(name).collect();
            format!("{{{}}}", names.join(", "))
        }
    }
}

/// Chunks of a vector up to which the text may grow with their number.
const MOST_NAMED: u64 = 128;

/// `Select` (no replacement) and `Insert` of a chunk of type `chunk`.
///
/// A product as an offset would cost synthesis a multiplier and a shifter over the whole vector.
/// Where there are few chunks, and their width is no power of two, what is read are chunks spread out to
/// one that is; a replacement names each chunk.
pub(crate) fn chunk_text(
    target: &str,
    vector: Operand<'_>,
    index: Operand<'_>,
    chunk: Type,
    replacement: Option<&str>,
) -> Text {
    let bits = chunk.bits();
    let chunks = vector.ty.bits() / bits.max(1);
    let stride = bits.next_power_of_two();
    match replacement {
        Some(chunk) if bits > 1 && chunks <= MOST_NAMED => {
            named_text(target, vector, index, (chunk, bits))
        }
        None if stride != bits && chunks <= MOST_NAMED => spread_text(target, vector, index, bits),
        _ => offset_text(target, vector, index, (chunk, replacement)),
    }
}

/// A replacement of one of a few chunks.
fn named_text(
    target: &str,
    vector: Operand<'_>,
    index: Operand<'_>,
    (chunk, bits): (&str, u64),
) -> Text {
    let width = index.ty.width;
    let last = vector.ty.bits() / bits;
    let case = |at: u64| {
        let (high, low) = (at * bits + bits - 1, at * bits);
        let number = format!("{width}'d{at}");
        let number = if at + 1 == last {
            "default".into()
        } else {
            number
        };
        format!("  {number}: {target}[{high}:{low}] = {chunk};")
    };
    let mut statements = vec![
        format!("{target} = {};", vector.name),
        format!("case ({})", index.name),
    ];
    statements.extend((0..last).map(case));
    statements.push("endcase".into());
    Text {
        beside: None,
        body: Body::Statements(statements),
    }
}

/// A chunk of those of a vector, spread out so that each begins at a multiple of a power of two.
fn spread_text(target: &str, vector: Operand<'_>, index: Operand<'_>, bits: u64) -> Text {
    let stride = bits.next_power_of_two();
    let (more, zeros) = (stride - bits, stride.trailing_zeros());
    let last = vector.ty.bits() / bits;
    let chunk = |at: u64| format!("{more}'d0, {}", part(vector, at * bits, bits));
    let chunks: Vec<String> = (0..last).rev().map(chunk).collect();
    let lines: Vec<String> = chunks.chunks(4).map(|some| some.join(", ")).collect();
    let spread = Beside {
        name: format!("{target}_spread"),
        width: u32::try_from(last * stride).unwrap_or(u32::MAX),
        expression: format!("{{{}}}", lines.join(",\n    ")),
    };
    let place = format!("{{{}, {zeros}'d0}} +: {bits}", index.name);
    Text {
        body: Body::Expression(format!("{}[{place}]", spread.name)),
        beside: Some(spread),
    }
}

fn offset_text(
    target: &str,
    vector: Operand<'_>,
    index: Operand<'_>,
    (chunk, replacement): (Type, Option<&str>),
) -> Text {
    let (offset, place) = if chunk.bits() == 1 {
        (None, format!("[{}]", index.name))
    } else {
        let offset = offset(target, vector, index, chunk.bits());
        let place = format!("[{} +: {}]", offset.name, chunk.bits());
        (Some(offset), place)
    };
    let body = match replacement {
        None => Body::Expression(format!("{}{place}", vector.name)),
        Some(chunk) => Body::Statements(vec![
            format!("{target} = {};", vector.name),
            format!("{target}{place} = {chunk};"),
        ]),
    };
    Text {
        beside: offset,
        body,
    }
}

fn offset(target: &str, vector: Operand<'_>, index: Operand<'_>, chunk: u64) -> Beside {
    let name = format!("{target}_offset");
    if chunk.is_power_of_two() {
        let zeros = chunk.trailing_zeros();
        let expression = format!("{{{}, {zeros}'d0}}", index.name);
        return Beside {
            name,
            width: index.ty.width + zeros,
            expression,
        };
    }
    let width = address_bits(vector.ty.bits());
    let more = width.saturating_sub(index.ty.width);
    let wide = if more == 0 {
        index.name.to_owned()
    } else {
        format!("{{{more}'d0, {}}}", index.name)
    };
    Beside {
        name,
        width,
        expression: format!("{wide} * {width}'d{chunk}"),
    }
}
