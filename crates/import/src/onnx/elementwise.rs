//! Functions of each element, and of whole vectors.

use std::rc::Rc;

use network::activation::{Activation, Function};
use network::description::LayerWord;

use super::attributes::{Attributes, Reason};
use super::constants::axis;
use super::graph::Importer;
use super::model::Node;
use super::track::{Scaling, Value};
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
            | "Selu"
            | "Softsign"
            | "Softplus"
            | "Clip"
            | "PRelu"
    )
}

/// The function of a node, and what is to be done to its values.
fn function(
    node: &Node<'_>,
    inputs: &[Option<Value>],
    label: &str,
) -> Result<(Function, Option<Scaling>), Reason> {
    let known: &[&str] = match node.operator {
        "LeakyRelu" | "ThresholdedRelu" | "Elu" => &["alpha"],
        "Selu" => &["alpha", "gamma"],
        "HardSigmoid" => &["alpha", "beta"],
        "Clip" => &["min", "max"],
        _ => &[],
    };
    let given = Attributes::of(node, known)?;
    let alpha = |default: f64| Ok::<f64, Reason>(given.float("alpha")?.unwrap_or(default));
    let function = match node.operator {
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
        "Selu" => {
            // What ONNX states as the defaults, in 32 bits.
            let scale = alpha(f64::from(1.673_263_2_f32))?;
            let gamma = given.float("gamma")?.unwrap_or(f64::from(1.050_701_f32));
            let scaling = Scaling::uniform(label, gamma, 0.0);
            return Ok((Function::Elu { scale }, Some(scaling)));
        }
        "PRelu" => Function::LeakyRelu {
            slope: number(inputs, 1)?.ok_or("it has no slope")?,
        },
        _ => {
            let bound = |at: usize, name: &str| match number(inputs, at)? {
                None => given.float(name),
                found => Ok(found),
            };
            return clip(bound(1, "min")?, bound(2, "max")?, label);
        }
    };
    Ok((function, None))
}

/// An input that is one number.
pub(super) fn number(inputs: &[Option<Value>], at: usize) -> Result<Option<f64>, Reason> {
    let value = match inputs.get(at) {
        None | Some(None) => return Ok(None),
        Some(Some(Value::Filled(value))) => return Ok(Some(*value)),
        Some(Some(value)) => value.constant(),
    };
    match value.map(|it| it.values.as_slice()) {
        Some([first, others @ ..]) if others.iter().all(|it| it == first) => Ok(Some(*first)),
        Some(_) => Err("it has other parameters for some elements than for others".into()),
        None => Err("its parameters are computed when the model runs".into()),
    }
}

/// `Clip`: between two bounds it is a hard sigmoid, stretched.
fn clip(
    low: Option<f64>,
    high: Option<f64>,
    label: &str,
) -> Result<(Function, Option<Scaling>), Reason> {
    let function = match (low, high) {
        (Some(-1.0), Some(1.0)) => Function::Clamp,
        (Some(0.0), None) => Function::Relu,
        (Some(0.0), Some(1.0)) => Function::HardSigmoid {
            slope: 1.0,
            offset: 0.0,
        },
        (Some(low), Some(high)) if low < high => {
            let width = high - low;
            let function = Function::HardSigmoid {
                slope: 1.0 / width,
                offset: -low / width,
            };
            return Ok((function, Some(Scaling::uniform(label, width, low))));
        }
        _ => return Err("only a lower and a higher bound, or 0 alone, are built".into()),
    };
    Ok((function, None))
}

impl Importer<'_> {
    /// A function of each element, in the layer before it where that takes one.
    pub(super) fn elementwise(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let (function, scaling) = function(node, inputs, label)?;
        let activation = Activation::new(function, 1.0)
            .map_err(|problem| format!("{problem}, and is to be {}", problem.expected()))?;
        if blocked {
            return Ok(vec![]);
        }
        let track = self.track(inputs.first())?;
        let track = self.scaled(track)?;
        self.join(&track)?;
        let takes_one = |it: &&mut LayerDraft| {
            (it.kind == LayerWord::Dense || it.kind.is_convolution()) && it.activations.is_empty()
        };
        match self.draft.layers.last_mut().filter(takes_one) {
            Some(layer) => {
                layer.activations.push(activation);
                self.version += 1;
            }
            None => {
                let mut layer = LayerDraft::new(LayerWord::Activation, label);
                layer.activations.push(activation);
                self.add_layer(layer)?;
            }
        }
        let mut track = self.going_on(track);
        track.scalings.extend(scaling.map(Rc::new));
        Ok(vec![Value::Track(track)])
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
        self.vectors(&mut track, along..along + 1, None)?;
        let track = self.scaled(track)?;
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
        let order = self.vectors(&mut track, along..along + 1, None)?;
        self.reordered(&mut track, order)?;
        let track = self.scaled(track)?;
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
