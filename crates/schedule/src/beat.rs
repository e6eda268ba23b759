//! Elements on streams: those of several vectors side by side in one beat.

use hw_ir::{ModuleBuilder, NetId, Op, Type};
use program::Format;

use crate::arithmetic::net_type;

/// The type of a beat of `lanes` elements with these fields: the field's own type where there is one.
pub fn beat_type(fields: &[Format], lanes: usize) -> Type {
    match fields {
        [only] => net_type(*only).times(lanes as u32),
        _ => {
            let bits = fields.iter().map(|format| format.width()).sum();
            Type::unsigned(bits).times(lanes as u32)
        }
    }
}

/// The vectors of `lanes` elements, one a field, that a beat carries.
pub fn unpack(m: &mut ModuleBuilder, beat: NetId, fields: &[(String, Format)]) -> Vec<NetId> {
    if let [_] = fields {
        return vec![beat];
    }
    let lanes = m.ty(beat).count;
    let cells: Vec<NetId> = (0..lanes)
        .map(|lane| m.elements(&format!("beat_cell{lane}"), beat, lane, 1))
        .collect();
    let mut low = 0;
    fields
        .iter()
        .map(|(name, format)| {
            let ty = net_type(*format);
            let parts: Vec<NetId> = cells
                .iter()
                .enumerate()
                .map(|(lane, &cell)| {
                    let bits = m.slice(&format!("{name}_bits{lane}"), cell, low, ty.width);
                    if m.ty(bits) == ty {
                        bits
                    } else {
                        m.op(&format!("{name}_cell{lane}"), ty, Op::Resize(bits))
                    }
                })
                .collect();
            low += ty.width;
            m.join(&format!("{name}_word"), &parts)
        })
        .collect()
}

/// The beat of the vectors of `lanes` elements, one a field: what [`unpack`] takes apart.
pub fn pack(m: &mut ModuleBuilder, fields: &[NetId]) -> Option<NetId> {
    let (first, rest) = fields.split_first()?;
    if rest.is_empty() {
        return Some(*first);
    }
    let cells: Vec<NetId> = (0..m.ty(*first).count)
        .map(|lane| {
            let parts: Vec<NetId> = fields
                .iter()
                .enumerate()
                .map(|(field, &net)| {
                    m.elements(&format!("field{field}_element{lane}"), net, lane, 1)
                })
                .collect();
            m.concat(&format!("beat_element{lane}"), &parts)
        })
        .collect();
    Some(m.join("beat", &cells))
}
