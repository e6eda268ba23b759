//! A cellular array as two stages: the control by the input, once, and the iteration.

use network::Cellular;
use network::cellular::{self, Model};
use network::description::FormatChoice;
use program::{
    Arrangement, Boundary, Expression, Format, Gather, Node, NodeId, Operation, Order, Overflow,
    Program, Role, Rounding, Shape, Stage, Stop, Storage, Vector, VectorId, Weights, When,
    rounding::nearest,
};

use super::coefficients::Coefficients;
use crate::QuantizeError;

/// Fraction bits of an Euler step that is no power of two.
const STEP_FRACTION: i32 = 12;

/// The formats of an array.
#[derive(Debug, Clone, Copy)]
pub struct Formats {
    /// Coefficients.
    pub weights: FormatChoice,
    /// The state.
    pub state: Format,
    /// The input.
    pub input: Format,
    /// How sums are rounded into the state.
    pub rounding: Rounding,
}

/// The format with so many fraction bits that holds -1 and +1.
pub fn unit_range(fraction: i32) -> Format {
    Format::signed((2 + fraction.clamp(0, 32)) as u32, fraction).unwrap_or(Format::BIPOLAR)
}

/// The format of the state with so many fraction bits.
///
/// # Errors
/// When the state's bound needs more than 64 bits.
pub fn state_format(network: &Cellular, fraction: i32) -> Result<Format, QuantizeError> {
    match network.model {
        Model::Discrete => Ok(Format::BIPOLAR),
        Model::Clipped => Ok(unit_range(fraction)),
        Model::ChuaYang { .. } => {
            let bound = (network.state_bound() * f64::from(fraction).exp2()).ceil() as i128 + 1;
            Format::signed_holding(-bound, bound, fraction)
                .ok_or(QuantizeError::TooWide { of: "state" })
        }
    }
}

/// An array with its formats and words.
pub struct Lowering<'a> {
    network: &'a Cellular,
    formats: Formats,
    feedback: Coefficients,
    control: Coefficients,
    /// Fraction bits of the whole sum.
    fraction: i32,
}

/// The vectors of the program.
struct Ids {
    state: VectorId,
    input: VectorId,
    feed: VectorId,
}

const IDS: Ids = Ids {
    state: VectorId(0),
    input: VectorId(1),
    feed: VectorId(2),
};

impl<'a> Lowering<'a> {
    /// Resolves the words.
    ///
    /// # Errors
    /// When a coefficient or the value 1 lies outside its format.
    pub fn new(network: &'a Cellular, formats: Formats) -> Result<Lowering<'a>, QuantizeError> {
        let feedback = Coefficients::new(&network.template.a, formats.weights)?;
        let control = Coefficients::new(&network.template.b, formats.weights)?;
        let discrete = network.model == Model::Discrete;
        if !discrete && (one(formats.state) > formats.state.max_raw() || formats.state.width() < 2)
        {
            return Err(QuantizeError::Format {
                field: "format.state",
                found: formats.state,
                why: "it cannot hold +1".into(),
                would: unit_range(formats.state.fraction().max(0)).to_string(),
            });
        }
        let threshold = Coefficients::new(&[network.template.z], FormatChoice::Auto)?;
        let mut fraction = feedback.format.fraction() + formats.state.fraction();
        fraction = fraction
            .max(threshold.format.fraction())
            .max(formats.state.fraction());
        if !control.is_zero() {
            fraction = fraction.max(control.format.fraction() + formats.input.fraction());
        }
        Ok(Lowering {
            network,
            formats,
            feedback,
            control,
            fraction,
        })
    }

    /// The largest distance between a coefficient and its word.
    pub fn max_abs_error(&self) -> f64 {
        let threshold = self.threshold();
        let exact = threshold as f64 * f64::from(-self.fraction).exp2();
        let of_threshold = (exact - self.network.template.z).abs();
        self.feedback
            .error
            .max(self.control.error)
            .max(of_threshold)
    }

    fn threshold(&self) -> i64 {
        (self.network.template.z * f64::from(self.fraction).exp2()).round_ties_even() as i64
    }

    /// Makes the program.
    ///
    /// # Errors
    /// When a sum needs more than 64 bits.
    pub fn program(&self) -> Result<Program, QuantizeError> {
        let network = self.network;
        let shape = Shape::Grid {
            rows: network.rows,
            columns: network.columns,
        };
        let vector = |name: &str, format: Format, role: Role| Vector {
            name: name.into(),
            shape,
            format,
            role,
        };
        let mut vectors = vec![vector("state", self.formats.state, Role::State)];
        let mut stages = vec![];
        let mut feed = None;
        if !self.control.is_zero() {
            let (stage, format) = self.feed()?;
            vectors.push(vector("input", self.formats.input, Role::Input));
            vectors.push(vector("feed", format, Role::Derived));
            stages.push(stage);
            feed = Some(format);
        }
        stages.push(self.iterate(feed)?);
        Ok(Program {
            name: network.name.clone(),
            kind: "cellular".into(),
            sources: vec![],
            vectors,
            stages,
            order: Order::Synchronous,
            stop: Stop {
                max_steps: network.max_steps,
                when_stable: network.until_stable,
                on_period_two: false,
            },
        })
    }

    /// `B u + z`, exact.
    fn feed(&self) -> Result<(Stage, Format), QuantizeError> {
        let gather = self.gather(IDS.input, &self.control, self.formats.input)?;
        let mut apply = Wide::new(self.fraction);
        let control = apply.gathered("control", gather.accumulator);
        let control = apply.aligned("control_aligned", control)?;
        let threshold = apply.constant("threshold", self.threshold())?;
        let feed = apply.sum("feed_sum", control, threshold)?;
        let format = apply.format(feed);
        let stage = Stage {
            name: "feed".into(),
            when: When::Once,
            gathers: vec![gather],
            apply: apply.expression,
            writes: vec![(IDS.feed, feed)],
        };
        Ok((stage, format))
    }

    fn iterate(&self, feed: Option<Format>) -> Result<Stage, QuantizeError> {
        let mut gather = self.gather(IDS.state, &self.feedback, self.formats.state)?;
        let mut apply = Wide::new(self.fraction);
        let feedback = apply.gathered("feedback", gather.accumulator);
        let feedback = apply.aligned("feedback_aligned", feedback)?;
        let other = match feed {
            Some(format) => apply.push("own_feed", Operation::Element(IDS.feed), format),
            None => apply.constant("threshold", self.threshold())?,
        };
        let field = apply.sum("field", feedback, other)?;
        let next = match self.network.model {
            Model::Clipped => self.clipped(&mut apply, field),
            Model::Discrete => self.discrete(&mut apply, field),
            Model::ChuaYang { step } => {
                gather.map = Some(self.clamp_map());
                self.euler(&mut apply, field, step)?
            }
        };
        Ok(Stage {
            name: "iterate".into(),
            when: When::EveryStep,
            gathers: vec![gather],
            apply: apply.expression,
            writes: vec![(IDS.state, next)],
        })
    }

    fn gather(
        &self,
        source: VectorId,
        coefficients: &Coefficients,
        format: Format,
    ) -> Result<Gather, QuantizeError> {
        let boundary = match self.network.boundary {
            cellular::Boundary::Fixed(value) => {
                Boundary::Fixed(nearest(value, format).unwrap_or(-1))
            }
            cellular::Boundary::ZeroFlux => Boundary::ZeroFlux,
            cellular::Boundary::Periodic => Boundary::Periodic,
        };
        let largest = i128::from(format.max_raw()).max(-i128::from(format.min_raw()));
        let sum: i128 = coefficients
            .raw
            .iter()
            .map(|&raw| i128::from(raw).abs())
            .sum();
        let fraction = coefficients.format.fraction() + format.fraction();
        let accumulator = Format::signed_holding(-sum * largest, sum * largest, fraction)
            .ok_or(QuantizeError::TooWide { of: "template" })?;
        let arrangement = Arrangement::Stencil {
            radius: self.network.template.radius,
            coefficients: coefficients.raw.clone(),
            boundary,
        };
        let storage = Storage::Rom;
        let weights = Weights {
            format: coefficients.format,
            arrangement,
            storage,
        };
        Ok(Gather {
            source,
            map: None,
            weights,
            offset: None,
            accumulator,
        })
    }

    /// `sat(field)`: rounded, and between -1 and +1.
    fn clipped(&self, apply: &mut Wide, field: NodeId) -> NodeId {
        let format = self.formats.state;
        let one = one(format);
        let symmetric = format.max_raw() == one;
        let overflow = if symmetric {
            Overflow::SaturateSymmetric
        } else {
            Overflow::Saturate
        };
        let resize = Operation::Resize {
            of: field,
            rounding: self.formats.rounding,
            overflow,
        };
        if symmetric {
            return apply.push("next", resize, format);
        }
        let rounded = apply.push("rounded", resize, format);
        let high = apply.push("black", Operation::Constant(one), format);
        let low = apply.push("white", Operation::Constant(-one), format);
        let below = apply.push("not_above_black", Operation::Minimum(rounded, high), format);
        apply.push("next", Operation::Maximum(below, low), format)
    }

    /// The sign of the field; zero keeps the state.
    fn discrete(&self, apply: &mut Wide, field: NodeId) -> NodeId {
        let (bit, cell, wide) = (Format::TRUTH, Format::BIPOLAR, apply.format(field));
        let zero = apply.push("zero", Operation::Constant(0), wide);
        let positive = apply.push("positive", Operation::Less(zero, field), bit);
        let negative = apply.push("negative", Operation::Less(field, zero), bit);
        let kept = apply.push("kept", Operation::Element(IDS.state), cell);
        let black = apply.push("black", Operation::Constant(1), cell);
        let white = apply.push("white", Operation::Constant(-1), cell);
        let low = Operation::Select {
            condition: negative,
            high: white,
            low: kept,
        };
        let low = apply.push("white_or_kept", low, cell);
        let next = Operation::Select {
            condition: positive,
            high: black,
            low,
        };
        apply.push("next", next, cell)
    }

    /// The output `y = clamp(x, -1, 1)` that the template weighs.
    fn clamp_map(&self) -> (Expression, NodeId) {
        let format = self.formats.state;
        let mut map = Expression::default();
        let x = map.push("x", Operation::Element(IDS.state), format);
        let high = map.push("black", Operation::Constant(one(format)), format);
        let low = map.push("white", Operation::Constant(-one(format)), format);
        let below = map.push("not_above_black", Operation::Minimum(x, high), format);
        let y = map.push("y", Operation::Maximum(below, low), format);
        (map, y)
    }

    /// `x + h (field - x)`, rounded.
    fn euler(&self, apply: &mut Wide, field: NodeId, step: f64) -> Result<NodeId, QuantizeError> {
        let x = apply.push("x", Operation::Element(IDS.state), self.formats.state);
        let x_aligned = apply.aligned("x_aligned", x)?;
        let slope = apply.difference("slope", field, x_aligned)?;
        let halvings = -step.log2();
        let change = if halvings.fract() == 0.0 && (0.0..=32.0).contains(&halvings) {
            let slope_format = apply.format(slope);
            let fraction = slope_format.fraction() + halvings as i32;
            let format = Format::signed(slope_format.width(), fraction)
                .map_err(|_| QuantizeError::TooWide { of: "state" })?;
            apply.push("change", Operation::Scale(slope), format)
        } else {
            let format = Format::signed(STEP_FRACTION as u32 + 2, STEP_FRACTION);
            let format = format.map_err(|_| QuantizeError::TooWide { of: "state" })?;
            let raw = nearest(step, format).unwrap_or(0);
            let step = apply.push("step", Operation::Constant(raw), format);
            apply.product("change", slope, step)?
        };
        apply.fraction = apply.format(change).fraction();
        let x_fine = apply.aligned("x_fine", x)?;
        let moved = apply.sum("moved", x_fine, change)?;
        let rounding = self.formats.rounding;
        let resize = Operation::Resize {
            of: moved,
            rounding,
            overflow: Overflow::Saturate,
        };
        Ok(apply.push("next", resize, self.formats.state))
    }
}

/// The raw value of 1; beyond every word where the format has none.
fn one(format: Format) -> i64 {
    match format.fraction() {
        fraction @ 0..=62 => 1i64 << fraction,
        _ => i64::MAX,
    }
}

/// An expression whose exact nodes are as wide as their operands need.
struct Wide {
    expression: Expression,
    fraction: i32,
}

impl Wide {
    fn new(fraction: i32) -> Wide {
        Wide {
            expression: Expression::default(),
            fraction,
        }
    }

    fn push(&mut self, name: &str, operation: Operation, format: Format) -> NodeId {
        self.expression.push(name, operation, format)
    }

    fn format(&self, node: NodeId) -> Format {
        let node: Option<&Node> = self.expression.nodes.get(node.0);
        node.map_or(Format::BIPOLAR, |node| node.format)
    }

    fn bounds(&self, node: NodeId) -> (i128, i128) {
        let format = self.format(node);
        (i128::from(format.min_raw()), i128::from(format.max_raw()))
    }

    fn gathered(&mut self, name: &str, accumulator: Format) -> NodeId {
        self.push(name, Operation::Gathered(0), accumulator)
    }

    fn constant(&mut self, name: &str, raw: i64) -> Result<NodeId, QuantizeError> {
        let format = holding(i128::from(raw), i128::from(raw), self.fraction)?;
        Ok(self.push(name, Operation::Constant(raw), format))
    }

    /// A node with the fraction of this expression, exact.
    fn aligned(&mut self, name: &str, node: NodeId) -> Result<NodeId, QuantizeError> {
        let from = self.format(node);
        let more = self.fraction - from.fraction();
        if more == 0 && from.coding() == program::Coding::Signed {
            return Ok(node);
        }
        let (low, high) = self.bounds(node);
        let more = more.clamp(0, 62);
        let format = holding(low << more, high << more, self.fraction)?;
        let resize = Operation::Resize {
            of: node,
            rounding: Rounding::Floor,
            overflow: Overflow::Saturate,
        };
        Ok(self.push(name, resize, format))
    }

    fn sum(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (a_bounds, b_bounds) = (self.bounds(a), self.bounds(b));
        let format = holding(
            a_bounds.0 + b_bounds.0,
            a_bounds.1 + b_bounds.1,
            self.fraction,
        )?;
        Ok(self.push(name, Operation::Add(a, b), format))
    }

    fn difference(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (a_bounds, b_bounds) = (self.bounds(a), self.bounds(b));
        let format = holding(
            a_bounds.0 - b_bounds.1,
            a_bounds.1 - b_bounds.0,
            self.fraction,
        )?;
        Ok(self.push(name, Operation::Subtract(a, b), format))
    }

    fn product(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let width = self.format(a).width() + self.format(b).width();
        let fraction = self.format(a).fraction() + self.format(b).fraction();
        let format =
            Format::signed(width, fraction).map_err(|_| QuantizeError::TooWide { of: "state" })?;
        Ok(self.push(name, Operation::Multiply(a, b), format))
    }
}

fn holding(low: i128, high: i128, fraction: i32) -> Result<Format, QuantizeError> {
    Format::signed_holding(low, high, fraction).ok_or(QuantizeError::TooWide { of: "sum" })
}
