//! The weight memory of a gather over units: what stands in which word.

use hw_ir::{ModuleBuilder, NetId, Op, Type};
use program::{Arrangement, Format, Powers, Weights};

use super::fold::Fold;
use crate::arithmetic::{encode, net_type};
use crate::counter::{address_counter, also, counter};

/// Contents of the memories of a gather, word by word, lane by lane, tap by tap.
#[derive(Debug)]
pub struct WeightImage {
    /// Weights as they are stored: in the encoding of their nets, or coded as powers of two;
    /// padding is the encoding of zero, or of -1 for bipolar weights, which have no zero.
    pub weights: Vec<i64>,
    /// For sparse weights, the source of each weight; 0 for padding.
    pub indices: Option<Vec<i64>>,
    /// The (row, column) of each weight; beyond the matrix for padding.
    pub places: Vec<(usize, usize)>,
}

impl WeightImage {
    /// Lays out the weights of a gather.
    pub fn lay_out(weights: &Weights, fold: &Fold) -> WeightImage {
        let padding = (usize::MAX, usize::MAX);
        let mut image = WeightImage {
            weights: vec![],
            indices: None,
            places: vec![],
        };
        let mut indices = vec![];
        let powers = weights.powers();
        let encode = |raw: i64| match powers {
            Some(powers) => powers.encode(raw),
            None => encode(weights.format, raw),
        };
        for word in 0..fold.words() {
            for lane in 0..fold.lanes {
                for tap in 0..fold.taps {
                    let (row, position) = place(fold, word, lane, tap);
                    let found = row.and_then(|row| {
                        weight_at(&weights.arrangement, row, position).map(|(j, w)| (row, j, w))
                    });
                    let (row, column, raw) = found.unwrap_or((padding.0, padding.1, 0));
                    image.weights.push(encode(raw));
                    image.places.push((row, column));
                    indices.push(if column == usize::MAX {
                        0
                    } else {
                        column as i64
                    });
                }
            }
        }
        if matches!(weights.arrangement, Arrangement::Sparse { .. }) {
            image.indices = Some(indices);
        }
        image
    }

    /// Pads with zero words up to `words`.
    pub fn pad(elements: &mut Vec<i64>, words: usize, word: Type) {
        elements.resize(words * word.count as usize, 0);
    }
}

/// The type of a word of weights.
pub fn weight_word(weights: &Weights, fold: &Fold) -> Type {
    stored_type(weights).times((fold.lanes * fold.taps) as u32)
}

/// The type of a weight as it is stored.
pub fn stored_type(weights: &Weights) -> Type {
    match weights.powers() {
        Some(powers) => Type::unsigned(powers.width()),
        None => net_type(weights.format),
    }
}

/// The word of a format that a coded power of two stands for.
pub fn decoded(
    m: &mut ModuleBuilder,
    name: &str,
    code: NetId,
    powers: Powers,
    format: Format,
) -> NetId {
    let ty = net_type(format);
    let values: Vec<i64> = powers.values().iter().map(|&raw| ty.wrap(raw)).collect();
    let all = ty.times(values.len() as u32);
    let values = m.op(&format!("{name}_words"), all, Op::Constant(values));
    m.select(&format!("{name}_word"), values, code, 1)
}

/// A source times a coded power of two: a shift, and the sign.
pub fn shifted(
    m: &mut ModuleBuilder,
    name: &str,
    source: NetId,
    code: NetId,
    powers: Powers,
) -> NetId {
    let (ty, bits) = (m.ty(source), powers.exponent_bits());
    let zero = m.constant(&format!("{name}_none"), ty, 0);
    let copies: Vec<NetId> = powers
        .exponents()
        .into_iter()
        .map(|exponent| match exponent {
            Some(0) => source,
            Some(exponent) if exponent < ty.width => {
                let name = format!("{name}_times_2_to_{exponent}");
                m.op(&name, ty, Op::ShiftLeft(source, exponent))
            }
            Some(_) | None => zero,
        })
        .collect();
    let copies = m.join(&format!("{name}_shifted"), &copies);
    let number = m.slice(&format!("{name}_power"), code, 0, bits);
    let minus = m.slice(&format!("{name}_sign"), code, bits, 1);
    let magnitude = m.select(&format!("{name}_magnitude"), copies, number, 1);
    let negative = m.op(&format!("{name}_minus"), ty, Op::Negate(magnitude));
    m.mux(name, minus, negative, magnitude)
}

/// The row of a place in the memory, if it is one, and the position within the row.
fn place(fold: &Fold, word: usize, lane: usize, tap: usize) -> (Option<usize>, usize) {
    let columns = match fold.permuted_bits {
        Some(_) => fold.columns.next_power_of_two(),
        None => fold.columns,
    };
    let (chunk, column) = (word / columns, word % columns);
    let row = chunk * fold.lanes + lane;
    let within = row < fold.units && column < fold.columns;
    (within.then_some(row), column * fold.taps + tap)
}

/// The source and raw weight at a position of a row.
fn weight_at(arrangement: &Arrangement, row: usize, position: usize) -> Option<(usize, i64)> {
    match arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            let within = position < *columns;
            let value = values.get(row * columns + position)?;
            within.then_some((position, *value))
        }
        Arrangement::Sparse { rows, .. } => rows.get(row)?.get(position).copied(),
        Arrangement::Stencil { .. } => None,
    }
}

/// Fills a weight memory from a stream, element by element of a word, word by word.
pub fn load_weights(
    m: &mut ModuleBuilder,
    memory: u32,
    word: Type,
    words: u64,
    fire: NetId,
    data: NetId,
) {
    m.section("weights from the stream");
    let element = counter(m, "weight_element", u64::from(word.count), fire);
    let write = also(m, "weight_write", fire, element.last);
    let address = address_counter(m, "weight_address", words, write);
    let full = if word.count > 1 {
        let ty = word.times(word.count - 1);
        let register = m.register("weight_word_q", ty, 0);
        let full = m.join("weight_word", &[register.net, data]);
        let kept = m.elements("weight_word_d", full, 1, word.count - 1);
        m.drive(register, kept, Some(fire));
        full
    } else {
        data
    };
    let address = address.unwrap_or_else(|| m.constant("weight_address", Type::BIT, 0));
    m.write(memory, address, write, full);
}
