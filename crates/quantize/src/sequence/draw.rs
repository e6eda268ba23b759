//! Layers that draw a token by chance. They take the upper bits of one word of noise a step, and give
//! how many of a rising list of sums are not above it.

use network::Activation;
use network::activation::Function as Shape;
use network::sequence::{Markov, NOISE_BITS, Sample};
use program::{Format, NodeId, Operation, Role, Rounding, VectorId};

use super::chain::{Chain, Flow};
use super::function::Use;
use super::tokens::{FLOOR, between, number_format};
use crate::QuantizeError;
use crate::assembly::{Source, Wide};

/// Fraction bits of the powers of which scores are made.
const POWER_FRACTION: u32 = 16;

fn word(bits: u32, fraction: i32) -> Result<Format, QuantizeError> {
    let too_wide = |_| QuantizeError::TooWide { of: "a draw" };
    Format::unsigned(bits, fraction).map_err(too_wide)
}

impl Chain<'_> {
    /// A word of noise a step, with so many of its bits behind the point.
    fn noise(&mut self, name: &str, seed: u64, fraction: u32) -> Result<VectorId, QuantizeError> {
        let format = word(NOISE_BITS, fraction as i32)?;
        let role = Role::Noise { seed };
        Ok(self.assembly.vector(name, 1, format, role))
    }

    /// The stages of a draw from scores: powers of their distances to the largest one; a share u of the
    /// sum of all; which of the rising sums are not above it, and how many these are. Sums are exact, so
    /// that a share rounded down is above the same ones.
    ///
    /// # Errors
    /// When a sum is too wide.
    pub fn sample(
        &mut self,
        name: &str,
        layer: &Sample,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let units = flow.elements;
        let powers = self.powers(name, layer.temperature, flow)?;
        let noise = self.noise(&format!("{name}_noise"), layer.seed, NOISE_BITS)?;
        let share = format!("{name}_share");
        let all = between(powers, units, |_, _| true, 1);
        let fraction = POWER_FRACTION as i32;
        let share = self.writing(&share, vec![all], 1, (share.clone(), false), |apply| {
            let sum = apply.gathered("sum", 0)?;
            let noise = apply.element("noise", noise)?;
            let product = apply.product("product", sum, noise)?;
            apply.rounded("share", product, fraction, Rounding::Floor)
        })?;
        let sums = between(powers, units, |row, column| column <= row, units);
        let share = self.spread(&format!("{name}_shares"), share, &vec![0.0; units])?;
        self.passed(name, (units, vec![sums, share]), last, |apply| {
            let sum = apply.gathered("sum", 0)?;
            let share = apply.gathered("share", 1)?;
            apply.less("above", share, sum)
        })
    }

    /// `e^((x_i - m) / T)`, m the largest element.
    fn powers(&mut self, name: &str, temperature: f64, flow: Flow) -> Result<Flow, QuantizeError> {
        let units = flow.elements;
        let all = [(0..units).collect()];
        let largest = self.largest(&format!("{name}_largest"), flow, &all, false)?;
        let exp = Activation::new(Shape::Exp, 1.0 / temperature)
            .map_err(|_| QuantizeError::Mismatched)?;
        let format = self.assembly.format(flow.vector);
        let range = format.value(format.max_raw()) - format.value(format.min_raw());
        let too_wide = |_| QuantizeError::TooWide { of: "a draw" };
        let output = Format::signed(POWER_FRACTION + 2, POWER_FRACTION as i32);
        let function = self.function(Use {
            activation: &exp,
            bound: range.min(16.0 * temperature),
            clip: None,
            output: output.map_err(too_wide)?,
        })?;
        let power = format!("{name}_power");
        let most = self.spread(&power, largest, &vec![0.0; units])?;
        self.writing(&power, vec![most], units, (power.clone(), false), |apply| {
            let x = apply.element("x", flow.vector)?;
            let most = apply.gathered("most", 0)?;
            let below = apply.minus("below", x, most)?;
            let power = function.of(apply, "power", below)?;
            let format = apply.format(power);
            let zero = apply.known("none", 0, format)?;
            apply.push("not_negative", Operation::Maximum(power, zero), format)
        })
    }

    /// The stages of a Markov chain: the word that is drawn, and how many of the rising sums in the row
    /// of the token are not above it.
    ///
    /// # Errors
    /// When there are too many tokens for a table.
    pub fn markov(
        &mut self,
        name: &str,
        layer: &Markov,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let tokens = layer.tokens();
        let noise = self.noise(&format!("{name}_noise"), layer.seed, 0)?;
        let drawn = (format!("{name}_drawn"), false);
        let draw = format!("{name}_draw");
        let drawn = self.writing(&draw, vec![], 1, drawn, |apply| {
            apply.element("noise", noise)
        })?;
        let sums: Vec<Vec<i64>> = (0..tokens).map(|token| words(&layer.sums(token))).collect();
        // The last sum is 1, and above every word.
        let beyond = 1 << NOISE_BITS;
        let entry = |token: usize, next: usize| {
            let row = sums.get(token).and_then(|row| row.get(next));
            row.copied().unwrap_or(beyond)
        };
        let format = word(NOISE_BITS + 1, 0)?;
        let shape = (tokens, tokens);
        let (rows, row) = self.rows(name, flow, shape, (format, entry))?;
        let drawn = self.spread(&format!("{name}_words"), drawn, &vec![0.0; tokens])?;
        self.passed(name, (tokens, vec![row, drawn]), last, |apply| {
            let sum = rows.of(apply, "sum", 0)?;
            let drawn = apply.gathered("drawn", 1)?;
            apply.less("above", drawn, sum)
        })
    }

    /// A stage that says which elements of a list are not above what was drawn, and one that counts
    /// them.
    fn passed(
        &mut self,
        name: &str,
        (units, sources): (usize, Vec<Source>),
        last: bool,
        above: impl FnOnce(&mut Wide<'_>) -> Result<NodeId, QuantizeError>,
    ) -> Result<Flow, QuantizeError> {
        let passed = format!("{name}_passed");
        let flow = self.writing(&passed, sources, units, (passed.clone(), false), |apply| {
            let above = above(apply)?;
            let no = apply.known("no", 0, Format::TRUTH)?;
            let yes = apply.known("yes", 1, Format::TRUTH)?;
            apply.select("passed", above, (no, yes))
        })?;
        let all = between(flow, units, |_, _| true, 1);
        let format = number_format(units)?;
        self.writing(
            name,
            vec![all],
            1,
            (format!("{name}_token"), last),
            |apply| {
                let count = apply.gathered("count", 0)?;
                apply.resized("token", count, format, FLOOR)
            },
        )
    }
}

/// The smallest words that are not below sums: a word of noise is below the one exactly where the number
/// that it stands for is below the other.
fn words(sums: &[f64]) -> Vec<i64> {
    let one = f64::from(1u32 << NOISE_BITS);
    let word = |sum: &f64| (sum * one).ceil().clamp(0.0, one) as i64;
    sums.iter().map(word).collect()
}
