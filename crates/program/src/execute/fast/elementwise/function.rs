//! Functions of one narrow word, as tables near the processor.

use std::sync::Arc;

use crate::execute::fast::word::{Lanes, Width, Word, lanes};

/// A function of neighbouring raw values; beyond the first and the last it goes on as it is there.
#[derive(Debug, Clone)]
pub struct Function {
    /// The argument of the first entry.
    first: i32,
    entries: Entries,
}

/// At least one entry each, in the narrowest words that hold them.
#[derive(Debug, Clone)]
enum Entries {
    Short(Arc<[i16]>),
    Narrow(Arc<[i32]>),
    Wide(Arc<[i64]>),
}

impl Function {
    /// The function that has these values from `first` on; `width` holds those that occur. `None`
    /// without values.
    pub fn of(first: i32, values: &[i64], width: Width) -> Option<Function> {
        let (start, values) = trimmed(values);
        values.first()?;
        let entries = match width {
            Width::Wide => Entries::Wide(values.into()),
            Width::Narrow => {
                let short = values.iter().map(|&value| i16::try_from(value));
                match short.collect::<Result<_, _>>() {
                    Ok(short) => Entries::Short(short),
                    Err(_) => Entries::Narrow(values.iter().map(|&v| i32::of(v)).collect()),
                }
            }
        };
        Some(Function {
            first: first.wrapping_add(start as i32),
            entries,
        })
    }

    /// Its values for the first `count` lanes, in words of the width that it was made for.
    #[inline(always)]
    pub fn apply<W: Word>(&self, result: &mut [Lanes<W>], of: &[Lanes<i32>], count: usize) {
        match &self.entries {
            Entries::Short(entries) => look_up(result, (of, self.first), count, entries),
            Entries::Narrow(entries) => look_up(result, (of, self.first), count, entries),
            Entries::Wide(entries) => look_up(result, (of, self.first), count, entries),
        }
    }
}

/// Without all but one of the equal values at each end, and how many there were before the rest.
fn trimmed(values: &[i64]) -> (usize, &[i64]) {
    let end = match values
        .iter()
        .rposition(|value| Some(value) != values.last())
    {
        Some(place) => place + 2,
        None => values.len().min(1),
    };
    let kept = &values[..end];
    let start = kept.iter().position(|value| Some(value) != kept.first());
    let start = start.map_or(0, |place| place - 1);
    (start, &kept[start..])
}

/// Places of entries side by side, then one entry after the other in their stead.
#[inline(always)]
fn look_up<E: Copy + Into<i64>, W: Word>(
    result: &mut [Lanes<W>],
    (of, first): (&[Lanes<i32>], i32),
    count: usize,
    entries: &[E],
) {
    // Tables have fewer entries than there are words of 31 bits.
    let last = entries.len() as i32 - 1;
    for (result, of) in result.iter_mut().zip(of) {
        let places = lanes(|lane| of[lane].minus(first).max(0).min(last));
        *result = lanes(|lane| W::of(i64::from(places[lane])));
    }
    let entry = |place: &mut W| *place = W::of(entries[place.raw() as usize].into());
    let (fours, rest) = result.as_flattened_mut()[..count].as_chunks_mut::<4>();
    for four in fours {
        four.iter_mut().for_each(entry);
    }
    for lane in 0..3 {
        rest.get_mut(lane).into_iter().for_each(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::fast::word::LANES;

    fn found(first: i32, values: &[i64], width: Width, of: i32) -> i64 {
        let function = Function::of(first, values, width).unwrap();
        let mut result = [[0i64; LANES]];
        function.apply(&mut result, &[[of; LANES]], 1);
        result[0][0]
    }

    #[test]
    fn equal_values_at_the_ends_are_left_out() {
        assert_eq!(trimmed(&[1, 1, 1, 2, 3, 3]), (2, &[1, 2, 3][..]));
        assert_eq!(trimmed(&[1, 2]), (0, &[1, 2][..]));
        assert_eq!(trimmed(&[5, 5, 5]), (0, &[5][..]));
        assert_eq!(trimmed(&[5]), (0, &[5][..]));
        assert_eq!(trimmed(&[]), (0, &[][..]));
    }

    #[test]
    fn every_argument_has_its_value() {
        for values in [
            vec![7, 7, 7, -2, 40_000, 5, 5],
            vec![7, 7, -2, 4, 5, 5],
            vec![1 << 40, 1 << 40, 3],
            vec![9, 9, 9],
        ] {
            let width = match values.contains(&(1 << 40)) {
                true => Width::Wide,
                false => Width::Narrow,
            };
            for (place, &value) in values.iter().enumerate() {
                assert_eq!(found(-3, &values, width, place as i32 - 3), value);
            }
        }
    }
}
