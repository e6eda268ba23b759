//! The box in words: no word of a state lies outside of the bounds that were asked for.

use program::{Format, NodeId, Operation, Role, VectorId, rounding::nearest};

use super::{Assembly, Wide};
use crate::QuantizeError;
use crate::real::{ceil, floor};

/// The bounds of a state's elements, as raw values of its format.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    lower: Bound,
    upper: Bound,
    /// How far a bound is from what was asked for.
    pub error: f64,
}

/// One of the two bounds.
#[derive(Debug, Clone, PartialEq)]
enum Bound {
    /// That of the format.
    Word,
    /// The same for every element.
    Same(i64),
    /// One for each.
    Each(VectorId),
}

impl Bounds {
    /// The least and the largest values of elements in the format of a state, parameters `lower` and
    /// `upper` where they differ.
    ///
    /// # Errors
    /// When the format cannot hold one of them.
    pub fn new(
        assembly: &mut Assembly,
        (lower, upper): (&[f64], &[f64]),
        format: Format,
    ) -> Result<Bounds, QuantizeError> {
        let (low, high) = (
            format.value(format.min_raw()),
            format.value(format.max_raw()),
        );
        let all = lower.iter().chain(upper);
        let mut finite = all.filter(|bound| bound.is_finite());
        // A bound may lie up to a word beyond the last one.
        let last = format.value(1);
        if let Some(bound) = finite.find(|bound| **bound < low || **bound > high + last) {
            return Err(QuantizeError::Format {
                field: "format.state",
                found: format,
                why: format!("the bound {bound} is outside {low}..={high}"),
                would: "a format that holds every bound".into(),
            });
        }
        let pairs = raw((lower, upper), format).into_iter();
        let (least, most): (Vec<i64>, Vec<i64>) = pairs.unzip();
        let exact = lower.iter().zip(&least);
        let exact = exact.chain(upper.iter().zip(&most));
        let exact = exact.filter(|(bound, _)| bound.is_finite());
        let error = exact.map(|(bound, raw)| (bound - format.value(*raw)).abs());
        let error = error.fold(0.0, f64::max);
        let mut bound = |name: &str, raw: Vec<i64>, word: i64| match raw.first() {
            Some(first) if raw.iter().all(|raw| raw == first) => {
                if *first == word {
                    Bound::Word
                } else {
                    Bound::Same(*first)
                }
            }
            _ => {
                let units = raw.len();
                Bound::Each(assembly.vector(name, units, format, Role::Parameter(raw)))
            }
        };
        Ok(Bounds {
            lower: bound("lower", least, format.min_raw()),
            upper: bound("upper", most, format.max_raw()),
            error,
        })
    }

    /// A node of the state's format held between the bounds.
    ///
    /// # Errors
    /// None but those of a node that is not there.
    pub fn held(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        node: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let format = apply.format(node);
        let mut held = node;
        if let Some(upper) = self.upper.node(apply, &format!("{name}_upper"), format)? {
            let minimum = Operation::Minimum(held, upper);
            held = apply.push(&format!("{name}_not_above"), minimum, format)?;
        }
        if let Some(lower) = self.lower.node(apply, &format!("{name}_lower"), format)? {
            let maximum = Operation::Maximum(held, lower);
            held = apply.push(&format!("{name}_held"), maximum, format)?;
        }
        Ok(held)
    }
}

impl Bound {
    fn node(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        format: Format,
    ) -> Result<Option<NodeId>, QuantizeError> {
        match self {
            Bound::Word => Ok(None),
            Bound::Same(raw) => apply.known(name, *raw, format).map(Some),
            Bound::Each(vector) => apply.element(name, *vector).map(Some),
        }
    }
}

/// The raw bounds of each element: the outermost words within them; where there is none, the word
/// next to their middle.
fn raw((lower, upper): (&[f64], &[f64]), format: Format) -> Vec<(i64, i64)> {
    let pairs = lower.iter().zip(upper);
    pairs
        .map(|(lower, upper)| {
            let (low, high) = (ceil(*lower, format), floor(*upper, format));
            if low <= high {
                return (low, high);
            }
            let middle = nearest((lower + upper) / 2.0, format).unwrap_or(high);
            (middle, middle)
        })
        .collect()
}

/// The lower and the upper bounds that the words stand for.
pub fn rounded(bounds: (&[f64], &[f64]), format: Format) -> (Vec<f64>, Vec<f64>) {
    let pairs = raw(bounds, format).into_iter();
    pairs
        .map(|(low, high)| (format.value(low), format.value(high)))
        .unzip()
}
