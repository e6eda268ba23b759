//! A cellular array as two stages: the control by the input, once, and the iteration.

use network::Cellular;
use network::cellular::{self, Model};
use network::description::FormatChoice;
use program::range::Interval;
use program::{
    Arrangement, Boundary, Expression, Format, Gather, NodeId, Operation, Order, Overflow, Program,
    Role, Rounding, Shape, Stage, Stop, Storage, Vector, VectorId, Weights, When,
    rounding::nearest,
};

use super::range::one;
use crate::QuantizeError;
use crate::assembly::{Factor, Scope, Wide};
use crate::coefficients::{Coefficients, Manner};
use crate::range::{fit_accumulator, wide_enough};

/// The formats of an array.
#[derive(Debug, Clone, Copy)]
pub struct Formats {
    /// Coefficients.
    pub weights: FormatChoice,
    /// The threshold.
    pub threshold: FormatChoice,
    /// How both are rounded, and what happens to those beyond their format.
    pub manner: Manner,
    /// The sums over the outputs, and those over the input.
    pub accumulators: [FormatChoice; 2],
    /// The state.
    pub state: Format,
    /// The input.
    pub input: Format,
    /// How sums are rounded into the state.
    pub rounding: Rounding,
    /// What happens to a state of Chua and Yang's model that its format cannot hold; the other
    /// models clamp.
    pub overflow: Overflow,
}

/// An array with its formats and words.
pub struct Lowering<'a> {
    network: &'a Cellular,
    formats: Formats,
    feedback: Coefficients,
    control: Coefficients,
    /// Fraction bits of the whole sum.
    fraction: i32,
    /// The threshold, raw, with as many.
    threshold: i64,
    /// The step of Chua and Yang's model.
    step: Option<Factor>,
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
    /// When a coefficient lies outside its format.
    pub fn new(network: &'a Cellular, formats: Formats) -> Result<Lowering<'a>, QuantizeError> {
        let template = [&network.template.a[..], &network.template.b[..]].concat();
        let (manner, weights) = (formats.manner, formats.weights);
        let feedback = Coefficients::by(manner, &network.template.a, weights, &template)?;
        let control = Coefficients::by(manner, &network.template.b, weights, &template)?;
        let z = [network.template.z];
        let of_threshold = Manner {
            field: "format.threshold",
            ..manner
        };
        let threshold = Coefficients::by(of_threshold, &z, formats.threshold, &z)?;
        let mut fraction = feedback.format.fraction() + formats.state.fraction();
        fraction = fraction
            .max(threshold.format.fraction())
            .max(formats.state.fraction());
        if !control.is_zero() {
            fraction = fraction.max(control.format.fraction() + formats.input.fraction());
        }
        let z = match formats.threshold {
            FormatChoice::Fixed(_) => threshold.value(0),
            // With as many fraction bits as the sum has.
            FormatChoice::Auto => network.template.z,
        };
        let raw = (z * f64::from(fraction).exp2()).round_ties_even();
        let threshold = i64::try_from(raw as i128);
        Ok(Lowering {
            network,
            formats,
            feedback,
            control,
            fraction,
            threshold: threshold.map_err(|_| QuantizeError::TooWide {
                of: "the threshold",
            })?,
            step: match network.model {
                Model::ChuaYang { step } => Some(Factor::new(step)?),
                Model::Clipped | Model::Discrete => None,
            },
        })
    }

    /// The largest distance between a coefficient, the threshold or the step, and its word.
    pub fn max_abs_error(&self) -> f64 {
        let threshold = self.threshold as f64 * f64::from(-self.fraction).exp2();
        let of_threshold = (threshold - self.network.template.z).abs();
        let of_step = self.step.as_ref().map_or(0.0, Factor::error);
        let of_template = self.feedback.error.max(self.control.error);
        of_template.max(of_threshold).max(of_step)
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
        let mut ranges = vec![Interval::of(self.formats.state)];
        let mut stages = vec![];
        let mut feed = None;
        if !self.control.is_zero() {
            vectors.push(vector("input", self.formats.input, Role::Input));
            ranges.push(Interval::of(self.formats.input));
            let (stage, format, range) = self.feed(&vectors, &ranges)?;
            vectors.push(vector("feed", format, Role::Derived));
            ranges.push(range);
            stages.push(stage);
            feed = Some(format);
        }
        stages.push(self.iterate(feed, &vectors, &ranges)?);
        Ok(Program {
            name: network.name.clone(),
            kind: "cellular".into(),
            sources: vec![],
            vectors,
            tables: vec![],
            stages,
            order: Order::Synchronous,
            phases: None,
            stop: Stop {
                max_steps: network.max_steps,
                when_stable: network.until_stable,
                on_period_two: false,
            },
        })
    }

    /// `B u + z`, exact: the stage, and the format and range of what it writes.
    fn feed(
        &self,
        vectors: &[Vector],
        ranges: &[Interval],
    ) -> Result<(Stage, Format, Interval), QuantizeError> {
        let gather = self.gather(IDS.input, &self.control, self.formats.input, None);
        let asked = ("format.control_accumulator", self.formats.accumulators[1]);
        let (gather, sums) = fitted(gather, vectors, ranges, asked)?;
        let (gathers, sums) = ([gather], [sums]);
        let scope = Scope {
            vectors,
            ranges,
            gathers: &gathers,
            sums: &sums,
            tables: &[],
        };
        let mut apply = Wide::new(self.fraction, scope);
        let control = apply.gathered("control", 0)?;
        let control = apply.aligned("control_aligned", control)?;
        let threshold = apply.constant("threshold", self.threshold)?;
        let feed = apply.sum("feed_sum", control, threshold)?;
        let (format, range) = (apply.format(feed), apply.interval(feed));
        let expression = apply.expression;
        let stage = Stage {
            name: "feed".into(),
            when: When::Once,
            gathers: gathers.into(),
            apply: expression,
            writes: vec![(IDS.feed, feed)],
            rest: None,
        };
        Ok((stage, format, range))
    }

    fn iterate(
        &self,
        feed: Option<Format>,
        vectors: &[Vector],
        ranges: &[Interval],
    ) -> Result<Stage, QuantizeError> {
        let map = self.step.is_some().then(|| self.clamp_map());
        let gather = self.gather(IDS.state, &self.feedback, self.formats.state, map);
        let asked = ("format.accumulator", self.formats.accumulators[0]);
        let (gather, sums) = fitted(gather, vectors, ranges, asked)?;
        let (gathers, sums) = ([gather], [sums]);
        let scope = Scope {
            vectors,
            ranges,
            gathers: &gathers,
            sums: &sums,
            tables: &[],
        };
        let mut apply = Wide::new(self.fraction, scope);
        let feedback = apply.gathered("feedback", 0)?;
        let feedback = apply.aligned("feedback_aligned", feedback)?;
        let other = match feed {
            Some(format) => apply.push("own_feed", Operation::Element(IDS.feed), format)?,
            None => apply.constant("threshold", self.threshold)?,
        };
        let field = apply.sum("field", feedback, other)?;
        let next = match (&self.step, self.network.model) {
            (Some(step), _) => self.euler(&mut apply, field, step)?,
            (None, Model::Discrete) => self.discrete(&mut apply, field)?,
            (None, Model::Clipped | Model::ChuaYang { .. }) => self.clipped(&mut apply, field)?,
        };
        let expression = apply.expression;
        Ok(Stage {
            name: "iterate".into(),
            when: When::EveryStep,
            gathers: gathers.into(),
            apply: expression,
            writes: vec![(IDS.state, next)],
            rest: None,
        })
    }

    /// A gather over a template, in the widest words.
    fn gather(
        &self,
        source: VectorId,
        coefficients: &Coefficients,
        format: Format,
        map: Option<(Expression, NodeId)>,
    ) -> Gather {
        let boundary = match self.network.boundary {
            cellular::Boundary::Fixed(value) => {
                Boundary::Fixed(nearest(value, format).unwrap_or(-1))
            }
            cellular::Boundary::ZeroFlux => Boundary::ZeroFlux,
            cellular::Boundary::Periodic => Boundary::Periodic,
        };
        let arrangement = Arrangement::Stencil {
            radius: self.network.template.radius,
            coefficients: coefficients.raw.clone(),
            boundary,
        };
        Gather {
            source,
            map,
            weights: Weights {
                format: coefficients.format,
                arrangement,
                storage: Storage::Rom,
            },
            offset: None,
            accumulator: format,
        }
    }

    /// `sat(field)`: rounded, and between -1 and +1.
    fn clipped(&self, apply: &mut Wide<'_>, field: NodeId) -> Result<NodeId, QuantizeError> {
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
        let rounded = apply.push("rounded", resize, format)?;
        let high = apply.push("black", Operation::Constant(one), format)?;
        let low = apply.push("white", Operation::Constant(-one), format)?;
        let below = apply.push("not_above_black", Operation::Minimum(rounded, high), format)?;
        apply.push("next", Operation::Maximum(below, low), format)
    }

    /// The sign of the field; zero keeps the state.
    fn discrete(&self, apply: &mut Wide<'_>, field: NodeId) -> Result<NodeId, QuantizeError> {
        let (bit, cell, wide) = (Format::TRUTH, Format::BIPOLAR, apply.format(field));
        let zero = apply.push("zero", Operation::Constant(0), wide)?;
        let positive = apply.push("positive", Operation::Less(zero, field), bit)?;
        let negative = apply.push("negative", Operation::Less(field, zero), bit)?;
        let kept = apply.push("kept", Operation::Element(IDS.state), cell)?;
        let black = apply.push("black", Operation::Constant(1), cell)?;
        let white = apply.push("white", Operation::Constant(-1), cell)?;
        let low = Operation::Select {
            condition: negative,
            high: white,
            low: kept,
        };
        let low = apply.push("white_or_kept", low, cell)?;
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
    fn euler(
        &self,
        apply: &mut Wide<'_>,
        field: NodeId,
        step: &Factor,
    ) -> Result<NodeId, QuantizeError> {
        let x = apply.push("x", Operation::Element(IDS.state), self.formats.state)?;
        let x_aligned = apply.aligned("x_aligned", x)?;
        let slope = apply.difference("slope", field, x_aligned)?;
        let change = step.times(apply, "change", slope)?;
        apply.fraction = apply.format(change).fraction();
        let x_fine = apply.aligned("x_fine", x)?;
        let moved = apply.sum("moved", x_fine, change)?;
        let resize = Operation::Resize {
            of: moved,
            rounding: self.formats.rounding,
            overflow: self.formats.overflow,
        };
        apply.push("next", resize, self.formats.state)
    }
}

/// The gather with the accumulator that the field of a description asks for, or the narrowest that
/// no sum can leave, and its sums.
fn fitted(
    mut gather: Gather,
    vectors: &[Vector],
    ranges: &[Interval],
    (field, asked): (&'static str, FormatChoice),
) -> Result<(Gather, Interval), QuantizeError> {
    let of = "the sum over the template";
    let bounds = fit_accumulator(&mut gather, (vectors, &[]), ranges, of)?;
    if let FormatChoice::Fixed(format) = asked {
        gather.accumulator = wide_enough(field, format, gather.accumulator)?;
    }
    Ok((gather, bounds.sums))
}
