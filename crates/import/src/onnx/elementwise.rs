//! Functions of each element, and of whole vectors.

use network::activation::{Activation, Function};
use network::description::LayerWord;

use super::attributes::{Attributes, Reason};
use super::constants::axis;
use super::graph::Importer;
use super::model::Node;
use super::track::{Track, Value};
use crate::draft::LayerDraft;

/// Whether an operator is a function of each element.
pub fn is_known(operator: &str) -> bool {
    matches!(
        operator,
        "Relu"
            | "Tanh"
            | "Sigmoid"
            | "LeakyRelu"
            | "ThresholdedRelu"
            | "HardSigmoid"
            | "Elu"
            | "Softsign"
            | "Softplus"
            | "Clip"
    )
}

/// The function of a node; `Clip` where its bounds are those of a function.
fn function(node: &Node<'_>, inputs: &[Option<Value>]) -> Result<Function, Reason> {
    let known: &[&str] = match node.operator {
        "LeakyRelu" | "ThresholdedRelu" | "Elu" => &["alpha"],
        "HardSigmoid" => &["alpha", "beta"],
        "Clip" => &["min", "max"],
        _ => &[],
    };
    let given = Attributes::of(node, known)?;
    let alpha = |default: f64| Ok::<f64, Reason>(given.float("alpha")?.unwrap_or(default));
    Ok(match node.operator {
        "Relu" => Function::Relu,
        "Tanh" => Function::Tanh,
        "Sigmoid" => Function::Logistic,
        "Softsign" => Function::Softsign,
        "Softplus" => Function::Softplus,
        "LeakyRelu" => Function::LeakyRelu {
            slope: alpha(0.01)?,
        },
        "ThresholdedRelu" => Function::ThresholdedRelu {
            threshold: alpha(1.0)?,
        },
        "Elu" => Function::Elu { scale: alpha(1.0)? },
        "HardSigmoid" => Function::HardSigmoid {
            slope: alpha(0.2)?,
            offset: given.float("beta")?.unwrap_or(0.5),
        },
        _ => {
            let bound = |at: usize, name: &str| -> Result<Option<f64>, Reason> {
                match inputs.get(at) {
                    None | Some(None) => given.float(name),
                    Some(Some(value)) => {
                        let value = value.constant().and_then(|it| it.values.first().copied());
                        Ok(Some(
                            value.ok_or("its bounds are computed when the model runs")?,
                        ))
                    }
                }
            };
            match (bound(1, "min")?, bound(2, "max")?) {
                (Some(-1.0), Some(1.0)) => Function::Clamp,
                (Some(0.0), Some(1.0)) => Function::HardSigmoid {
                    slope: 1.0,
                    offset: 0.0,
                },
                (Some(0.0), None) => Function::Relu,
                _ => return Err("only bounds -1 and 1, 0 and 1, or 0 alone are built".into()),
            }
        }
    })
}

impl Importer<'_> {
    /// A function of each element, in the dense layer before it where there is one.
    pub(super) fn elementwise(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let activation = Activation::new(function(node, inputs)?, 1.0)
            .map_err(|problem| format!("{problem}, and is to be {}", problem.expected()))?;
        if blocked {
            return Ok(vec![]);
        }
        let track = self.track(inputs.first())?;
        self.join(&track)?;
        let last = self.draft.layers.last_mut();
        match last.filter(|it| it.kind == LayerWord::Dense && it.activations.is_empty()) {
            Some(dense) => {
                dense.activations.push(activation);
                self.version += 1;
                Ok(vec![Value::Track(self.going_on(track))])
            }
            None => {
                let mut layer = LayerDraft::new(LayerWord::Activation, label);
                layer.activations.push(activation);
                self.add_layer(layer)?;
                Ok(vec![Value::Track(self.going_on(track))])
            }
        }
    }

    /// The same vectors behind a layer that changed their elements alone.
    fn going_on(&self, track: Track) -> Track {
        Track {
            version: self.version,
            take: super::track::Take::Steps,
            last: false,
            ..track
        }
    }

    /// `Softmax` of whole vectors.
    pub(super) fn softmax(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let given = Attributes::of(node, &["axis"])?;
        let mut track = self.track(inputs.first())?;
        let rank = track.axes.len();
        // Before operator set 13 the axes from this one on were taken together.
        let default = if self.model.operators < 13 { 1 } else { -1 };
        let along = axis(given.int("axis", default)?, rank).ok_or("it has no such axis")?;
        if self.model.operators < 13 && along + 1 != rank {
            return Err("it takes more than one axis together".into());
        }
        self.vectors(&mut track, along, None)?;
        self.join(&track)?;
        self.add_layer(LayerDraft::new(LayerWord::Softmax, label))?;
        Ok(vec![Value::Track(self.going_on(track))])
    }

    /// `ArgMax` of whole vectors.
    pub(super) fn argmax(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let given = Attributes::of(node, &["axis", "keepdims", "select_last_index"])?;
        if given.flag("select_last_index")? {
            return Err(
                "`select_last_index` takes the last of equal elements, not the first".into(),
            );
        }
        let keep = given.int("keepdims", 1)? != 0;
        let mut track = self.track(inputs.first())?;
        let along = axis(given.int("axis", 0)?, track.axes.len()).ok_or("it has no such axis")?;
        self.vectors(&mut track, along, None)?;
        self.join(&track)?;
        let mut axes = track.axes;
        match keep {
            true => axes.iter_mut().skip(along).take(1).for_each(Vec::clear),
            false => drop(axes.remove(along)),
        }
        let layer = LayerDraft::new(LayerWord::Argmax, label);
        Ok(vec![Value::Track(self.push(layer, axes, vec![])?)])
    }
}
