//! From a description to an activation.

use std::path::Path;

use super::polyline::POINTS;
use super::{Activation, Function, Polyline};
use crate::description::{ActivationFields, ActivationSource, FunctionWord, Source};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// What is wrong, and with which key; `""` for the whole.
pub type KeyProblem = (&'static str, Problem);

impl ActivationSource {
    /// Checks what can be checked without reading a file; `field` is where it stands.
    ///
    /// # Errors
    /// The first thing found wrong, with its place.
    pub fn check(&self, source: &Source, field: &str) -> Result<(), NetworkError> {
        let mut fields = self.fields();
        let placed = |(key, problem)| source.error(&at(field, key), problem);
        exclusive(&fields).map_err(placed)?;
        if fields.file.take().is_some() {
            // Stands for what the file will say.
            fields.function = Some(FunctionWord::Identity);
        }
        Activation::from_fields(&fields, source.folder())
            .map(|_| ())
            .map_err(placed)
    }
}

/// That one thing says which function it is, and that the others suit it.
fn exclusive(fields: &ActivationFields) -> Result<(), KeyProblem> {
    let conflict = |message: &str, expected: &str| Problem::Conflict {
        message: message.into(),
        expected: expected.into(),
    };
    let given = [
        fields.function.is_some(),
        fields.points.is_some(),
        fields.file.is_some(),
    ];
    let expected = "exactly one of `function`, `points` and `file`";
    match given.iter().filter(|given| **given).count() {
        0 => return Err(("", conflict("no function is given", expected))),
        1 => {}
        _ => return Err(("", conflict("more than one function is given", expected))),
    }
    let parameters = fields.parameters();
    match fields.function {
        Some(word) => parameters.suit(word),
        None => parameters.suit(FunctionWord::Identity),
    }
}

fn at(field: &str, key: &str) -> String {
    match key {
        "" => field.to_string(),
        key => format!("{field}.{key}"),
    }
}

impl Activation {
    /// The activation of a description; `field` is where it stands.
    ///
    /// # Errors
    /// What is wrong with it or with the file that it names, with its place.
    pub fn from_description(
        described: &ActivationSource,
        source: &Source,
        field: &str,
    ) -> Result<Activation, NetworkError> {
        Activation::from_fields(&described.fields(), source.folder())
            .map_err(|(key, problem)| source.error(&at(field, key), problem))
    }

    /// The activation that fields say; the path of a file counts from `folder`.
    ///
    /// # Errors
    /// What is wrong with them or with the file, and the key.
    pub fn from_fields(fields: &ActivationFields, folder: &Path) -> Result<Activation, KeyProblem> {
        exclusive(fields)?;
        let samples = |tensor: Result<Tensor, Problem>| {
            let line = tensor.and_then(|tensor| Polyline::from_tensor(&tensor));
            line.map(Function::Samples)
        };
        let function = match (&fields.points, &fields.file, fields.function) {
            (Some(points), _, _) => {
                samples(Tensor::from_rows(points, POINTS)).map_err(|problem| ("points", problem))?
            }
            (_, Some(file), _) => {
                samples(Tensor::load(folder, file)).map_err(|problem| ("file", problem))?
            }
            (_, _, word) => word
                .unwrap_or(FunctionWord::Identity)
                .with(&fields.parameters()),
        };
        function.check()?;
        let gain = fields.gain.unwrap_or(1.0);
        Activation::new(function, gain).map_err(|problem| ("gain", problem))
    }
}
