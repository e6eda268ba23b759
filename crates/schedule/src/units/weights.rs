//! The weight memory of a gather over units: what stands in which word.

use hw_ir::{ModuleBuilder, NetId, Type};
use program::{Arrangement, Weights};

use super::fold::Fold;
use crate::arithmetic::{encode, net_type};
use crate::counter::{address_counter, also, counter};

/// Contents of the memories of a gather, word by word, lane by lane, tap by tap.
#[derive(Debug)]
pub struct WeightImage {
    /// Weights in the encoding of their nets; padding is the encoding of zero, or of -1 for
    /// bipolar weights, which have no zero.
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
        for word in 0..fold.words() {
            for lane in 0..fold.lanes {
                for tap in 0..fold.taps {
                    let (row, position) = place(fold, word, lane, tap);
                    let found = row.and_then(|row| {
                        weight_at(&weights.arrangement, row, position).map(|(j, w)| (row, j, w))
                    });
                    let (row, column, raw) = found.unwrap_or((padding.0, padding.1, 0));
                    image.weights.push(encode(weights.format, raw));
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
    net_type(weights.format).times((fold.lanes * fold.taps) as u32)
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
