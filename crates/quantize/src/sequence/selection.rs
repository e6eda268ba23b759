//! The largest elements of windows, the number of the largest one, by rounds of pairs; and softmax.

use network::Activation;
use network::Matrix;
use network::activation::Function as Shape;
use program::{Format, Part, Role, VectorId, When};

use super::chain::{Chain, Flow};
use super::function::Function;
use super::tokens::number_format;
use crate::QuantizeError;
use crate::assembly::{New, Written};

/// Elements on their way through the rounds.
struct Candidates {
    values: Flow,
    /// Their numbers; `None` where they still are those of their places.
    numbers: Option<VectorId>,
}

impl Chain<'_> {
    /// The number of the largest element, of the first one where there are many.
    pub fn argmax(&mut self, name: &str, flow: Flow, last: bool) -> Result<Flow, QuantizeError> {
        let format = number_format(flow.elements)?;
        let mut left = Candidates {
            values: flow,
            numbers: None,
        };
        let mut round = 0;
        while left.values.elements > 1 || left.numbers.is_none() {
            round += 1;
            let ends = last && left.values.elements <= 2;
            left = self.round(&format!("{name}_round{round}"), &left, (format, ends))?;
        }
        Ok(Flow {
            vector: left.numbers.ok_or(QuantizeError::Mismatched)?,
            elements: 1,
            given: last,
        })
    }

    /// The larger one of each pair, the first where they are the same.
    fn round(
        &mut self,
        name: &str,
        of: &Candidates,
        (format, last): (Format, bool),
    ) -> Result<Candidates, QuantizeError> {
        let count = of.values.elements;
        let half = count.div_ceil(2);
        // A last one without a partner meets itself.
        let place = |pair: usize, second: usize| (2 * pair + second).min(count - 1);
        let mut sides = vec![];
        for (second, side) in ["first", "second"].into_iter().enumerate() {
            let parts = |vector: VectorId| -> Vec<Part> {
                let part = |pair| Part {
                    of: vector,
                    first: place(pair, second),
                    count: 1,
                };
                (0..half).map(part).collect()
            };
            let values = self.joined(&format!("{name}_{side}"), parts(of.values.vector));
            let label = format!("{name}_{side}_number");
            let numbers = match of.numbers {
                Some(numbers) => self.joined(&label, parts(numbers)).vector,
                None => {
                    let numbers = (0..half).map(|pair| place(pair, second) as i64).collect();
                    let role = Role::Parameter(numbers);
                    self.assembly.vector(&label, half, format, role)
                }
            };
            sides.push((values.vector, numbers));
        }
        let &[(first, first_number), (second, second_number)] = sides.as_slice() else {
            return Err(QuantizeError::Mismatched);
        };
        let fed_back = self.fed_back.filter(|_| last);
        let giving = if last { self.giving() } else { Role::Signal };
        let shown = if last {
            "output".into()
        } else {
            format!("{name}_number")
        };
        let made = self
            .assembly
            .stage(name, When::EveryStep, vec![], |apply| {
                let a = apply.element("first", first)?;
                let b = apply.element("second", second)?;
                let larger = apply.less("second_larger", a, b)?;
                let value = apply.select("larger", larger, (b, a))?;
                let a = apply.element("first_number", first_number)?;
                let b = apply.element("second_number", second_number)?;
                let number = apply.select("number", larger, (b, a))?;
                let known = fed_back.map(|input| (input, number));
                let value = New {
                    name: format!("{name}_value").into(),
                    units: half,
                    role: Role::Signal,
                    node: value,
                };
                let number = New {
                    name: shown.into(),
                    units: half,
                    role: giving,
                    node: number,
                };
                let new = if half > 1 {
                    vec![number, value]
                } else {
                    vec![number]
                };
                Ok(Written {
                    known: known.into_iter().collect(),
                    new,
                    ..Written::default()
                })
            })?;
        let number = made.first().copied().ok_or(QuantizeError::Mismatched)?;
        Ok(Candidates {
            values: Flow {
                vector: made.get(1).copied().unwrap_or(number),
                elements: half,
                given: false,
            },
            numbers: Some(number),
        })
    }

    /// `e^(x_i - m) / sum_j e^(x_j - m)`, m the largest element.
    pub fn softmax(&mut self, name: &str, flow: Flow, last: bool) -> Result<Flow, QuantizeError> {
        let units = flow.elements;
        let all = [(0..units).collect()];
        let largest = self.largest(&format!("{name}_largest"), flow, &all, false)?;
        let ones =
            |rows: usize, columns: usize| Matrix::dense(rows, columns, &vec![1.0; rows * columns]);
        let data = self.formats.data;
        let function = self.power(2.0 * data.value(data.min_raw()).abs())?;
        let power = format!("{name}_power");
        let source = self.source(&power, largest, &ones(units, 1), &[])?;
        let powers = (power.clone(), false);
        let powers = self.writing(&power, vec![source], units, powers, |apply| {
            let x = apply.element("x", flow.vector)?;
            let most = apply.gathered("most", 0)?;
            let below = apply.minus("below", x, most)?;
            function.of(apply, "power", below)
        })?;
        let sum = format!("{name}_sum");
        let all = ones(1, units);
        let source = self.source(&sum, powers, &all, &[])?;
        let inverse = self.reciprocal(self.bound(powers, &all, &[]))?;
        let share = self.writing(&sum, vec![source], 1, (sum.clone(), false), |apply| {
            let sum = apply.gathered("sum", 0)?;
            inverse.of(apply, "share", sum)
        })?;
        let source = self.source(name, share, &ones(units, 1), &[])?;
        let formats = self.formats;
        let given = (format!("{name}_given"), last);
        self.writing(name, vec![source], units, given, |apply| {
            let power = apply.element("power", powers.vector)?;
            let share = apply.gathered("share", 0)?;
            let product = apply.product("product", power, share)?;
            apply.resized("y", product, formats.data, formats.manner)
        })
    }

    /// `e^x` of numbers that are not above 0, down to `-range`.
    ///
    /// # Errors
    /// When no table holds it.
    pub fn power(&mut self, range: f64) -> Result<Function, QuantizeError> {
        let power = activation(Shape::Exp)?;
        let argument = self.formats.argument(&power, range.min(16.0))?;
        self.function_of(&power, (argument, self.formats.gate), None)
    }

    /// `1 / x` of sums from 1 to `most`: what powers are weighed by, of which the largest is 1.
    ///
    /// # Errors
    /// When no table holds it.
    pub fn reciprocal(&mut self, most: f64) -> Result<Function, QuantizeError> {
        let formats = (self.formats.total(most)?, self.formats.gate);
        self.function_of(&activation(Shape::Reciprocal)?, formats, None)
    }

    /// The largest element of each window of places, by rounds that leave the larger one of each pair.
    ///
    /// # Errors
    /// When a vector is too long.
    pub fn largest(
        &mut self,
        name: &str,
        flow: Flow,
        windows: &[Vec<usize>],
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let part = |of: VectorId, place: usize| Part {
            of,
            first: place,
            count: 1,
        };
        let mut left = flow;
        let mut windows = windows.to_vec();
        let mut round = 0;
        while windows.iter().any(|window| window.len() > 1) {
            round += 1;
            let stage = format!("{name}{round}");
            // A last one without a partner meets itself.
            let pairs = windows.iter().flat_map(|window| window.chunks(2));
            let pairs = pairs.filter_map(|pair| pair.first().zip(pair.last()));
            let (first, second): (Vec<Part>, Vec<Part>) = pairs
                .map(|(&a, &b)| (part(left.vector, a), part(left.vector, b)))
                .unzip();
            let units = first.len();
            let first = self.joined(&format!("{stage}_first"), first).vector;
            let second = self.joined(&format!("{stage}_second"), second).vector;
            let mut next = 0..units;
            for window in &mut windows {
                *window = next.by_ref().take(window.len().div_ceil(2)).collect();
            }
            let ends = last && windows.iter().all(|window| window.len() == 1);
            left = self.writing(&stage, vec![], units, (stage.clone(), ends), |apply| {
                let a = apply.element("first", first)?;
                let b = apply.element("second", second)?;
                let format = apply.format(a);
                apply.push("larger", program::Operation::Maximum(a, b), format)
            })?;
        }
        if round > 0 {
            return Ok(left);
        }
        let seen = windows.iter().flatten();
        let seen = seen.map(|&place| part(left.vector, place)).collect();
        Ok(self.joined(name, seen))
    }
}

fn activation(function: Shape) -> Result<Activation, QuantizeError> {
    Activation::new(function, 1.0).map_err(|_| QuantizeError::Mismatched)
}
