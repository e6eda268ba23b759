//! Functions that need no table: straight lines between bounds, and comparisons.

use network::activation::{Function, Polyline};
use program::{Coding, Format, NodeId, Operation, Overflow, Rounding, rounding};

use super::nodes::Nodes;
use super::target::Target;
use crate::QuantizeError;
use crate::real::rounded;
use crate::search::Cost;

/// The most significant bits of a factor.
pub const MOST_SIGNIFICANT: u32 = 24;

/// Widest sum of a line, so that 64 bits hold it with room.
const MAX_SUM: i64 = 60;

/// A function made of plain operations.
#[derive(Debug, Clone, PartialEq)]
pub struct Operations {
    input: Format,
    output: Format,
    form: Form,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// A result for arguments below 0, one for 0, and one for those above.
    Compared { below: i64, at: i64, above: i64 },
    /// The largest of lines through 0, and a half where wanted, rounded, between bounds.
    Lines {
        factors: Vec<Factor>,
        half: bool,
        low: i64,
        high: i64,
    },
}

/// A slope above 0: `raw / 2^fraction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Factor {
    raw: i64,
    fraction: i32,
}

impl Factor {
    /// A slope in so many significant bits, without needless zeros at the end; `None` for 0.
    fn new(slope: f64, significant: u32) -> Option<Factor> {
        let exponent = slope.log2().floor() as i32;
        let fraction = significant as i32 - 1 - exponent;
        let raw = rounded(slope * f64::from(fraction).exp2(), Rounding::HalfEven);
        let raw = i64::try_from(raw).ok().filter(|&raw| raw > 0)?;
        let zeros = raw.trailing_zeros();
        Some(Factor {
            raw: raw >> zeros,
            fraction: fraction - zeros as i32,
        })
    }

    fn is_power(self) -> bool {
        self.raw == 1
    }

    fn width(self) -> u32 {
        i64::BITS - self.raw.leading_zeros()
    }
}

/// The slopes of the lines whose largest is the function, and whether a half is added; `None` for
/// what is no such thing.
fn lines(function: &Function, line: &Polyline) -> Option<(Vec<f64>, bool)> {
    let (left, right) = line.outer_slopes();
    Some(match function {
        Function::Identity | Function::Relu => (vec![right], false),
        Function::Clamp => (vec![1.0], false),
        Function::HardSigmoid { slope, offset: 0.5 } => (vec![*slope], true),
        Function::LeakyRelu { .. } if left == 0.0 || left == right => (vec![right], false),
        Function::LeakyRelu { .. } => (vec![right, left], false),
        _ => return None,
    })
}

impl Operations {
    /// The operations of a function, with factors of so many significant bits; `None` for one that
    /// needs a table.
    pub fn new(target: &Target<'_>, significant: u32) -> Option<Operations> {
        let (input, output) = (target.input, target.output);
        let made = |form| Operations {
            input,
            output,
            form,
        };
        let one = target.nearest(1.0 / output.unit());
        let zero = target.nearest(0.0);
        let minus_one = target.nearest(-1.0 / output.unit());
        let compared = |below, at, above| made(Form::Compared { below, at, above });
        let function = target.activation.function();
        match function {
            Function::Sign => return Some(compared(minus_one, zero, one)),
            Function::Step => return Some(compared(zero, one, one)),
            _ if output.coding() == Coding::Bipolar => return None,
            _ => {}
        }
        let line = function.polyline()?;
        let (slopes, half) = lines(function, &line)?;
        let (low, high) = target.activation.range();
        let bound = |value: f64| target.nearest(value / output.unit());
        let gain = target.activation.gain();
        let factors = slopes
            .iter()
            .map(|slope| Factor::new(slope * gain, significant));
        let form = Form::Lines {
            factors: factors.collect::<Option<Vec<Factor>>>()?,
            half,
            low: bound(low),
            high: bound(high),
        };
        Some(made(form)).filter(Operations::fits)
    }

    /// Whether every sum stays far from 64 bits.
    fn fits(&self) -> bool {
        let Form::Lines { factors, .. } = &self.form else {
            return true;
        };
        let fraction = self.fraction();
        let product = |factor: &Factor| {
            let shift = i64::from(fraction) - i64::from(self.input.fraction() + factor.fraction);
            i64::from(self.input.width()) + i64::from(factor.width()) + shift
        };
        // The half needs its place too.
        let half = i64::from(fraction);
        let moved = i64::from(fraction) - i64::from(self.output.fraction());
        factors.iter().all(|factor| product(factor) <= MAX_SUM)
            && half <= MAX_SUM
            && (-MAX_SUM..=MAX_SUM).contains(&moved)
    }

    /// The fraction of sums: the finest of the lines and of the half.
    fn fraction(&self) -> i32 {
        let Form::Lines { factors, half, .. } = &self.form else {
            return 0;
        };
        let finest = factors
            .iter()
            .map(|factor| self.input.fraction() + factor.fraction);
        finest
            .chain(half.then_some(1))
            .max()
            .unwrap_or(self.input.fraction())
    }

    /// The result for an argument.
    pub fn evaluate(&self, raw: i64) -> i64 {
        match &self.form {
            Form::Compared { below, at, above } => match raw {
                ..0 => *below,
                0 => *at,
                1.. => *above,
            },
            Form::Lines {
                factors,
                half,
                low,
                high,
            } => {
                let fraction = self.fraction();
                let line = |factor: &Factor| {
                    let shift = fraction - self.input.fraction() - factor.fraction;
                    (raw * factor.raw) << shift
                };
                let largest = factors.iter().map(line).max().unwrap_or(0);
                let half = if *half { 1 << (fraction - 1) } else { 0 };
                let (from, to) = (fraction, self.output.fraction());
                let rounded = rounding::round(largest + half, from, to, Rounding::HalfEven);
                rounded.clamp(i128::from(*low), i128::from(*high)) as i64
            }
        }
    }

    pub fn cost(&self) -> Cost {
        let width = |format: Format| u64::from(format.width());
        let mut cost = Cost {
            memory_bits: 0,
            adder_bits: width(self.output),
            multiplier_bits: 0,
        };
        if let Form::Lines { factors, half, .. } = &self.form {
            let others = factors.len().saturating_sub(1) as u64;
            cost.adder_bits += (others + u64::from(*half)) * width(self.input);
            let products = factors.iter().filter(|factor| !factor.is_power());
            let products = products.map(|factor| u64::from(factor.width()) * width(self.input));
            cost.multiplier_bits = products.sum();
        }
        cost
    }

    pub fn build(
        &self,
        nodes: &mut Nodes<'_, '_>,
        argument: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        match &self.form {
            Form::Compared { below, at, above } => {
                self.compared(nodes, argument, (*below, *at, *above))
            }
            Form::Lines {
                factors,
                half,
                low,
                high,
            } => {
                let mut largest = self.line(nodes, argument, 0, factors.first())?;
                for (number, factor) in factors.iter().enumerate().skip(1) {
                    let other = self.line(nodes, argument, number, Some(factor))?;
                    largest = self.larger(nodes, number, largest, other)?;
                }
                let fraction = self.fraction();
                if *half {
                    let half = nodes.constant("half", 1 << (fraction - 1), fraction)?;
                    let sum = Operation::Add(largest, half);
                    largest = nodes.exact("sum", sum, fraction)?;
                }
                self.between(nodes, largest, (*low, *high))
            }
        }
    }

    fn compared(
        &self,
        nodes: &mut Nodes<'_, '_>,
        argument: NodeId,
        (below, at, above): (i64, i64, i64),
    ) -> Result<NodeId, QuantizeError> {
        let constant = |nodes: &mut Nodes<'_, '_>, part: &str, raw| {
            nodes.push(part, Operation::Constant(raw), self.output)
        };
        let zero = nodes.constant("zero", 0, self.input.fraction())?;
        let mut rest = constant(nodes, "from_zero", above)?;
        if at != above {
            let middle = constant(nodes, "at_zero", at)?;
            let positive = Operation::Less(zero, argument);
            let condition = nodes.push("positive", positive, Format::TRUTH)?;
            let select = Operation::Select {
                condition,
                high: rest,
                low: middle,
            };
            rest = nodes.push("not_negative", select, self.output)?;
        }
        let high = constant(nodes, "below_zero", below)?;
        let negative = Operation::Less(argument, zero);
        let condition = nodes.push("negative", negative, Format::TRUTH)?;
        let select = Operation::Select {
            condition,
            high,
            low: rest,
        };
        nodes.push("", select, self.output)
    }

    /// A factor times the argument, with the fraction of sums.
    fn line(
        &self,
        nodes: &mut Nodes<'_, '_>,
        argument: NodeId,
        number: usize,
        factor: Option<&Factor>,
    ) -> Result<NodeId, QuantizeError> {
        let Some(&factor) = factor else {
            return Ok(argument);
        };
        let input = self.input;
        let product = if factor
            == (Factor {
                raw: 1,
                fraction: 0,
            }) {
            argument
        } else if factor.is_power() {
            let fraction = input.fraction() + factor.fraction;
            let moved = if input.is_signed() {
                Format::signed(input.width(), fraction)
            } else {
                Format::unsigned(input.width(), fraction)
            };
            let moved = nodes.format(moved)?;
            let part = format!("moved{number}");
            nodes.push(&part, Operation::Scale(argument), moved)?
        } else {
            let part = format!("factor{number}");
            let by = nodes.constant(&part, factor.raw, factor.fraction)?;
            let fraction = input.fraction() + factor.fraction;
            let multiply = Operation::Multiply(argument, by);
            nodes.exact(&format!("product{number}"), multiply, fraction)?
        };
        nodes.aligned(&format!("line{number}"), product, self.fraction())
    }

    /// The larger of two nodes of one fraction.
    fn larger(
        &self,
        nodes: &mut Nodes<'_, '_>,
        number: usize,
        a: NodeId,
        b: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let both = nodes.apply.interval(a).union(nodes.apply.interval(b));
        let common = Format::signed_holding(both.low, both.high, self.fraction());
        let common = common.ok_or(QuantizeError::TooWide { of: "a line" })?;
        let a = nodes.shifted(&format!("left{number}"), a, common)?;
        let b = nodes.shifted(&format!("right{number}"), b, common)?;
        nodes.push(&format!("larger{number}"), Operation::Maximum(a, b), common)
    }

    /// Rounded to the result's format, between bounds.
    fn between(
        &self,
        nodes: &mut Nodes<'_, '_>,
        of: NodeId,
        (low, high): (i64, i64),
    ) -> Result<NodeId, QuantizeError> {
        let output = self.output;
        let symmetric = output.is_signed() && low <= -output.max_raw() && high == output.max_raw();
        let overflow = if symmetric && low > output.min_raw() {
            Overflow::SaturateSymmetric
        } else {
            Overflow::Saturate
        };
        let raise = low > output.min_raw() && overflow == Overflow::Saturate;
        let lower = high < output.max_raw();
        let part = |last: bool, part: &'static str| if last { "" } else { part };
        let resize = Operation::Resize {
            of,
            rounding: Rounding::HalfEven,
            overflow,
        };
        let mut value = nodes.push(part(!raise && !lower, "rounded"), resize, output)?;
        if raise {
            let bound = nodes.push("low", Operation::Constant(low), output)?;
            let maximum = Operation::Maximum(value, bound);
            value = nodes.push(part(!lower, "raised"), maximum, output)?;
        }
        if lower {
            let bound = nodes.push("high", Operation::Constant(high), output)?;
            value = nodes.push("", Operation::Minimum(value, bound), output)?;
        }
        Ok(value)
    }
}
