//! Elements on streams: those of several vectors side by side in one beat.

use std::ops::Range;

use hw_ir::types::MAX_WIDTH;
use hw_ir::{ModuleBuilder, NetId, Op, Type};
use program::Format;

use crate::arithmetic::net_type;

/// How the fields of an element are laid out: in words of at most [`MAX_WIDTH`] bits, each of which
/// holds as many of the next fields as fit, the first lowest. All words are as wide as the widest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    words: Vec<Range<usize>>,
    /// The type of a word.
    pub word: Type,
}

impl Layout {
    /// Of fields of these formats.
    pub fn of(fields: &[Format]) -> Layout {
        if let [only] = fields {
            return Layout {
                words: std::iter::once(0..1).collect(),
                word: net_type(*only),
            };
        }
        let mut words: Vec<Range<usize>> = vec![];
        let (mut bits, mut widest) = (0, 0);
        for (place, format) in fields.iter().enumerate() {
            let width = format.width();
            match words.last_mut().filter(|_| bits + width <= MAX_WIDTH) {
                Some(word) => {
                    word.end = place + 1;
                    bits += width;
                }
                None => {
                    words.push(place..place + 1);
                    bits = width;
                }
            }
            widest = widest.max(bits);
        }
        Layout {
            words,
            word: Type::unsigned(widest),
        }
    }

    /// Words of an element.
    pub fn count(&self) -> usize {
        self.words.len()
    }

    /// Each word's place and fields.
    pub fn words(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.words.iter().cloned().enumerate()
    }
}

/// The type of a beat of `lanes` elements with these fields.
pub fn beat_type(fields: &[Format], lanes: usize) -> Type {
    let layout = Layout::of(fields);
    layout.word.times((lanes * layout.count()) as u32)
}

/// The vectors of `lanes` elements, one a field, that a beat carries.
pub fn unpack(m: &mut ModuleBuilder, beat: NetId, fields: &[(String, Format)]) -> Vec<NetId> {
    if let [_] = fields {
        return vec![beat];
    }
    let formats: Vec<Format> = fields.iter().map(|(_, format)| *format).collect();
    let layout = Layout::of(&formats);
    let cells: Vec<NetId> = (0..m.ty(beat).count)
        .map(|cell| m.elements(&format!("beat_cell{cell}"), beat, cell, 1))
        .collect();
    let mut vectors = vec![];
    for (word, within) in layout.words() {
        let cells: Vec<NetId> = cells
            .iter()
            .copied()
            .skip(word)
            .step_by(layout.count())
            .collect();
        let mut low = 0;
        for (name, format) in &fields[within] {
            vectors.push(field(m, &cells, (name, *format), low));
            low += format.width();
        }
        if low < layout.word.width {
            for &cell in &cells {
                let above = m.slice("beat_above", cell, low, layout.word.width - low);
                m.any("beat_unused", above);
            }
        }
    }
    vectors
}

/// The elements of a field, from bit `low` on of each cell.
fn field(
    m: &mut ModuleBuilder,
    cells: &[NetId],
    (name, format): (&str, Format),
    low: u32,
) -> NetId {
    let ty = net_type(format);
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
    m.join(&format!("{name}_word"), &parts)
}

/// The beat of the vectors of `lanes` elements, one a field, of these formats: what [`unpack`]
/// takes apart.
pub fn pack(m: &mut ModuleBuilder, fields: &[(NetId, Format)]) -> Option<NetId> {
    let (&(first, _), rest) = fields.split_first()?;
    if rest.is_empty() {
        return Some(first);
    }
    let formats: Vec<Format> = fields.iter().map(|(_, format)| *format).collect();
    let layout = Layout::of(&formats);
    let mut cells = vec![];
    for lane in 0..m.ty(first).count {
        for (word, within) in layout.words() {
            let mut parts: Vec<NetId> = within
                .map(|field| {
                    let name = format!("field{field}_element{lane}");
                    m.elements(&name, fields[field].0, lane, 1)
                })
                .collect();
            let bits: u32 = parts.iter().map(|&part| m.ty(part).width).sum();
            if bits < layout.word.width {
                let above = Type::unsigned(layout.word.width - bits);
                parts.push(m.constant("beat_above", above, 0));
            }
            let name = match layout.count() {
                1 => format!("beat_element{lane}"),
                _ => format!("beat_element{lane}_word{word}"),
            };
            cells.push(m.concat(&name, &parts));
        }
    }
    Some(m.join("beat", &cells))
}
