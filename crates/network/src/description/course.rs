//! Numbers that change from step to step: a ramp, or a list.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Source;
use super::checks::{Checked, Checker};
use super::values::{TensorSource, tensor_from_list};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::problem::Problem;

/// The most values of a course; the hardware keeps them in a memory.
pub const MAX_VALUES: u64 = 1 << 16;

/// A number for each step: that of the last one goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    /// One number a step.
    Values(TensorSource),
    /// From one number to another.
    Ramp(Ramp),
}

/// Numbers from `from` to `to`, one a step.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// The number of the first step.
    pub from: f64,
    /// The number of the last step of the ramp.
    pub to: f64,
    /// Steps of the ramp. Default: as `[dynamics]` says.
    pub steps: Option<u64>,
    /// How it goes there. Default `linear`.
    #[serde(default)]
    pub shape: RampShape,
}

/// How a ramp goes from one number to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RampShape {
    /// By the same difference each step.
    #[default]
    Linear,
    /// By the same factor each step; both ends are above 0.
    Geometric,
}

impl Ramp {
    /// The number of step `step` of `steps`.
    fn at(&self, step: u64, steps: u64) -> f64 {
        let share = step as f64 / (steps.max(2) - 1) as f64;
        match self.shape {
            _ if step + 1 == steps && steps > 1 => self.to,
            RampShape::Linear => self.from + (self.to - self.from) * share,
            RampShape::Geometric => self.from * (self.to / self.from).powf(share),
        }
    }
}

impl Course {
    /// The numbers, of a ramp without a length over `steps` steps.
    ///
    /// # Errors
    /// A file that cannot be read, a list of no or too many numbers, or a number that is not finite,
    /// at `field`.
    pub fn values(
        &self,
        steps: u64,
        what: &'static str,
        source: &Source,
        field: &str,
    ) -> Result<Vec<f64>, NetworkError> {
        match self {
            Course::Ramp(ramp) => {
                let steps = ramp.steps.unwrap_or(steps).clamp(1, MAX_VALUES);
                Ok((0..steps).map(|step| ramp.at(step, steps)).collect())
            }
            Course::Values(given) => {
                let length = given::length(given, what, source, field)?;
                if length == 0 || length as u64 > MAX_VALUES {
                    let message = format!("{what} is a list of {length} numbers");
                    let expected = format!(
                        "1 to {MAX_VALUES} numbers, one a step, of which the last goes on; or a \
                         ramp {{ from, to }}"
                    );
                    return Err(source.error(field, Problem::Conflict { message, expected }));
                }
                given::vector(given, length, what, source, field)
            }
        }
    }

    /// Checks a ramp at `field`, whose numbers lie from `low` to `high`.
    pub(in crate::description) fn check(
        &self,
        check: &Checker<'_>,
        (field, what): (&str, &'static str),
        (low, high): (f64, f64),
    ) -> Checked {
        let Course::Ramp(ramp) = self else {
            return Ok(());
        };
        for (key, value) in [("from", ramp.from), ("to", ramp.to)] {
            let least = match ramp.shape {
                RampShape::Linear => low,
                RampShape::Geometric => low.max(1e-9),
            };
            check.range(&format!("{field}.{key}"), what, value, least, high)?;
        }
        if let Some(steps) = ramp.steps {
            let (field, what) = (format!("{field}.steps"), "the number of steps of the ramp");
            check.range(&field, what, steps as f64, 1.0, MAX_VALUES as f64)?;
        }
        Ok(())
    }

    /// The file that it names, where it stands at `field`.
    pub(in crate::description) fn file(
        &self,
        field: &'static str,
    ) -> Option<(Cow<'static, str>, String)> {
        match self {
            Course::Values(TensorSource::File(file)) => Some((field.into(), file.clone())),
            Course::Values(_) | Course::Ramp(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Course {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Course, D::Error> {
        struct CourseVisitor;
        impl<'de> Visitor<'de> for CourseVisitor {
            type Value = Course;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file name, a list of numbers, or { from, to }")
            }

            fn visit_str<E: Error>(self, file: &str) -> Result<Course, E> {
                Ok(Course::Values(TensorSource::File(file.to_string())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Course, A::Error> {
                tensor_from_list(list).map(Course::Values)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Course, A::Error> {
                Ramp::deserialize(MapAccessDeserializer::new(map)).map(Course::Ramp)
            }
        }
        deserializer.deserialize_any(CourseVisitor)
    }
}

impl JsonSchema for Course {
    fn schema_name() -> Cow<'static, str> {
        "Course".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number for each step, of which the last goes on: a list, a file, or \
                a ramp `{ from, to, steps, shape }`.",
            "anyOf": [
                { "type": "string", "description": "File that holds a list of numbers." },
                { "type": "array", "items": { "type": "number" } },
                generator.subschema_for::<Ramp>(),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_end_where_they_should() {
        let mut ramp = Ramp {
            from: 8.0,
            to: 0.5,
            steps: None,
            shape: RampShape::Geometric,
        };
        let values = |ramp: &Ramp, steps| (0..steps).map(|at| ramp.at(at, steps)).collect();
        let found: Vec<f64> = values(&ramp, 5);
        assert!(
            found
                .iter()
                .zip([8.0, 4.0, 2.0, 1.0, 0.5])
                .all(|(a, b)| (a - b).abs() < 1e-9)
        );
        ramp.shape = RampShape::Linear;
        let found: Vec<f64> = values(&ramp, 4);
        assert_eq!(found, [8.0, 5.5, 3.0, 0.5]);
        let found: Vec<f64> = values(&ramp, 1);
        assert_eq!(found, [8.0]);
    }
}
