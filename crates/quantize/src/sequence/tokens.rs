//! Layers that take tokens: look-ups by the token, and counts.

use network::sequence::{Count, Embedding, Hash};
use program::{Format, NodeId, Operation, Overflow, Rounding, Table, TableId, rounding::nearest};

use super::chain::{Chain, Flow};
use crate::QuantizeError;
use crate::assembly::{Source, Wide};

/// How a word that is whole is taken apart: by its upper bits.
pub const FLOOR: (Rounding, Overflow) = (Rounding::Floor, Overflow::Saturate);

/// An unsigned word for the numbers below `count`.
///
/// # Errors
/// When it would have more than 64 bits.
pub fn number_format(count: usize) -> Result<Format, QuantizeError> {
    let bits = usize::BITS - count.saturating_sub(1).leading_zeros();
    let too_wide = |_| QuantizeError::TooWide { of: "a number" };
    Format::unsigned(bits.max(1), 0).map_err(too_wide)
}

/// Rows of a table with a row for each token, of which each element of a stage reads its own column.
pub struct Rows {
    table: TableId,
    address: Format,
}

impl Rows {
    /// The entry of the token whose address is the sum of gather `place`.
    ///
    /// # Errors
    /// None but those of a sum that is not there.
    pub fn of(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        place: usize,
    ) -> Result<NodeId, QuantizeError> {
        let sum = apply.gathered(&format!("{name}_sum"), place)?;
        let address = apply.resized(&format!("{name}_address"), sum, self.address, FLOOR)?;
        apply.lookup(name, address, self.table)
    }
}

impl Chain<'_> {
    /// A table with a row of `units` words for each token; the address of an element u and a token t
    /// is `u 2^b + t`, b the bits of a token. A token beyond the vocabulary finds zeros.
    ///
    /// # Errors
    /// When no address of a table is wide enough.
    pub fn rows(
        &mut self,
        name: &str,
        token: Flow,
        (vocabulary, units): (usize, usize),
        (format, entry): (Format, impl Fn(usize, usize) -> i64),
    ) -> Result<(Rows, Source), QuantizeError> {
        let span = 1usize << self.assembly.format(token.vector).width();
        let address = number_format(units.saturating_mul(span))?;
        if address.width() > Table::MAX_BITS {
            let most = Table::length(number_format(1 << Table::MAX_BITS)?);
            // Only the first layer takes tokens.
            return Err(QuantizeError::Layer {
                number: 1,
                why: format!(
                    "has {units} words for each of {span} tokens, more than a table holds"
                ),
                would: format!("at most {} of them", most / span),
            });
        }
        let place = |at: usize| (at % span, at / span);
        let within = |(token, unit): &(usize, usize)| *token < vocabulary && *unit < units;
        let entries = (0..Table::length(address)).map(place);
        let entries = entries.map(|at| if within(&at) { entry(at.0, at.1) } else { 0 });
        let table = self.assembly.table(Table {
            name: format!("{name}_rows"),
            input: address,
            output: format,
            entries: entries.collect(),
        });
        let offsets: Vec<f64> = (0..units).map(|unit| (unit * span) as f64).collect();
        let source = self.spread(&format!("{name}_row"), token, &offsets)?;
        Ok((Rows { table, address }, source))
    }

    /// The only element of a vector for every row, each with a number added that is its own.
    ///
    /// # Errors
    /// When a number needs more than 64 bits.
    pub fn spread(
        &mut self,
        name: &str,
        from: Flow,
        offsets: &[f64],
    ) -> Result<Source, QuantizeError> {
        let fraction = self.assembly.format(from.vector).fraction();
        let mut source = between(from, 1, |_, _| true, offsets.len());
        if offsets.iter().any(|&offset| offset != 0.0) {
            source.offset = Some(self.assembly.parameter(name, offsets, fraction)?.0);
        }
        Ok(source)
    }

    /// The stage of an embedding.
    ///
    /// # Errors
    /// When its table is too large.
    pub fn embedding(
        &mut self,
        name: &str,
        layer: &Embedding,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let data = self.formats.data;
        let (vocabulary, units) = (layer.vocabulary(), layer.units());
        let entry = |token, unit| nearest(layer.table.get(token, unit), data).unwrap_or(0);
        let shape = (vocabulary, units);
        let (rows, source) = self.rows(name, flow, shape, (data, entry))?;
        for (_, _, value) in layer.table.links() {
            let word = nearest(value, data).unwrap_or(0);
            self.lost((data.value(word) - value).abs());
        }
        let given = (format!("{name}_given"), last);
        self.writing(name, vec![source], units, given, |apply| {
            rows.of(apply, "y", 0)
        })
    }

    /// The stages of counts: the bucket of the token, where there is a hash, and the counts.
    ///
    /// # Errors
    /// When a number is too wide.
    pub fn count(
        &mut self,
        name: &str,
        layer: &Count,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let bucket = match &layer.hash {
            Some(hash) => self.bucket(&format!("{name}_bucket"), hash, flow)?,
            None => flow,
        };
        let format = number_format(layer.largest as usize + 1)?;
        let none = vec![0.0; layer.buckets()];
        let counts = self.kept(&format!("{name}_counts"), &none, format);
        let numbers: Vec<f64> = (0..layer.buckets()).map(|at| -(at as f64)).collect();
        let source = self.spread(&format!("{name}_number"), bucket, &numbers)?;
        self.moving(name, vec![source], counts, last, |apply| {
            let apart = apply.gathered("apart", 0)?;
            let zero = apply.constant("zero", 0)?;
            let below = apply.less("below", apart, zero)?;
            let above = apply.less("above", zero, apart)?;
            let count = apply.element("count", counts.vector)?;
            let one = apply.constant("one", 1)?;
            let more = apply.plus("more", count, one)?;
            let wide = apply.format(more);
            let most = apply.known("most", i64::from(layer.largest), wide)?;
            let held = apply.push("held", Operation::Minimum(more, most), wide)?;
            let next = apply.resized("risen", held, format, FLOOR)?;
            let next = apply.select("not_above", above, (count, next))?;
            apply.select("counted", below, (count, next))
        })
    }

    /// The bucket of a token by a hash.
    fn bucket(&mut self, name: &str, hash: &Hash, flow: Flow) -> Result<Flow, QuantizeError> {
        let unsigned = |width, fraction| {
            let too_wide = |_| QuantizeError::TooWide { of: "a hash" };
            Format::unsigned(width, fraction).map_err(too_wide)
        };
        let kept = Hash::KEPT;
        let (word, high) = (unsigned(2 * kept, 0)?, unsigned(kept, 0)?);
        let halved = unsigned(2 * kept, kept as i32)?;
        let number = number_format(hash.buckets)?;
        let given = (name.to_owned(), false);
        self.writing(name, vec![], 1, given, |apply| {
            let token = apply.element("token", flow.vector)?;
            let factor = apply.known("factor", i64::from(hash.factor()), word)?;
            let product = apply.product("product", token, factor)?;
            let wrap = (Rounding::Floor, Overflow::Wrap);
            let low = apply.resized("low", product, word, wrap)?;
            let low = apply.push("low_halved", Operation::Scale(low), halved)?;
            let high = apply.resized("high", low, high, FLOOR)?;
            let buckets = apply.constant("buckets", hash.buckets as i64)?;
            let share = apply.product("share", high, buckets)?;
            let width = apply.format(share).width();
            let format = match apply.format(share).is_signed() {
                true => Format::signed(width, kept as i32),
                false => Format::unsigned(width, kept as i32),
            };
            let format = format.map_err(|_| QuantizeError::TooWide { of: "a hash" })?;
            let share = apply.push("share_halved", Operation::Scale(share), format)?;
            apply.resized("bucket", share, number, FLOOR)
        })
    }
}

/// A sum of some elements of a vector for each of so many rows.
pub fn between(
    from: Flow,
    columns: usize,
    takes: impl Fn(usize, usize) -> bool,
    rows: usize,
) -> Source {
    let weights = program::Weights {
        format: Format::TRUTH,
        arrangement: program::Arrangement::Dense {
            rows,
            columns,
            values: (0..rows * columns)
                .map(|at| i64::from(takes(at / columns, at % columns)))
                .collect(),
        },
        storage: program::Storage::Rom,
    };
    Source {
        vector: from.vector,
        weights,
        offset: None,
    }
}
