//! Matrix products: dense layers.

use network::Tensor;
use network::description::LayerWord;

use super::attributes::{Attributes, Reason};
use super::chain::columns;
use super::constants::transposed;
use super::graph::{Importer, no_attributes};
use super::model::Node;
use super::track::{Track, Value};
use crate::axes::Atom;
use crate::draft::LayerDraft;

impl Importer<'_> {
    /// `alpha A B + beta C`, A from the chain.
    pub(super) fn gemm(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let given = Attributes::of(node, &["alpha", "beta", "transA", "transB"])?;
        let (alpha, beta) = (
            given.float("alpha")?.unwrap_or(1.0),
            given.float("beta")?.unwrap_or(1.0),
        );
        let (turn_a, turn_b) = (given.int("transA", 0)? != 0, given.int("transB", 0)? != 0);
        if turn_a {
            return Err("`transA` turns what comes from the chain".into());
        }
        let track = self.track(inputs.first())?;
        let weights = matrix(inputs.get(1), !turn_b)?;
        let outputs = weights.shape.first().copied().unwrap_or(0);
        let bias =
            match inputs.get(2) {
                None | Some(None) => None,
                Some(Some(value)) => {
                    let bias = value
                        .constant()
                        .ok_or("what it adds is computed when the model runs")?;
                    let row = broadcast(bias, outputs);
                    Some(row.ok_or_else(|| {
                        format!("it adds numbers of the shape {}", bias.shape_text())
                    })?)
                }
            };
        let scaled =
            |factor: f64, values: Vec<f64>| values.into_iter().map(|it| factor * it).collect();
        let weights = Tensor {
            values: scaled(alpha, weights.values),
            ..weights
        };
        self.dense(track, weights, bias.map(|bias| scaled(beta, bias)), label)
    }

    /// `A B`, A from the chain.
    pub(super) fn matmul(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        no_attributes(node)?;
        if inputs
            .first()
            .is_some_and(|it| it.as_ref().is_some_and(|it| it.constant().is_some()))
        {
            return Err("its weights stand on the left of what comes from the chain".into());
        }
        let track = self.track(inputs.first())?;
        let weights = matrix(inputs.get(1), true)?;
        self.dense(track, weights, None, label)
    }

    /// A dense layer with weights [outputs, inputs], along the last axis.
    fn dense(
        &mut self,
        mut track: Track,
        weights: Tensor,
        bias: Option<Vec<f64>>,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let [outputs, inputs] = weights.shape.as_slice() else {
            return Err("its weights are no matrix".into());
        };
        let (outputs, inputs) = (*outputs, *inputs);
        let last = track
            .axes
            .len()
            .checked_sub(1)
            .ok_or("it takes a single number")?;
        let order = self.vectors(&mut track, last..last + 1, Some(inputs))?;
        let mut weights = columns(weights, &order).ok_or("its weights are no matrix")?;
        let sums = self.folded(&mut track)?.map(|own| own.before(&mut weights));
        self.join(&track)?;
        let mut layer = LayerDraft::new(LayerWord::Dense, label);
        layer.units = outputs;
        layer.arrays = vec![("w", weights)];
        layer.arrays.extend(bias.map(|values| {
            let shape = vec![values.len()];
            ("bias", Tensor { shape, values })
        }));
        let sums = sums.filter(|sums| sums.iter().any(|&sum| sum != 0.0));
        if let Some(sums) = sums {
            let biases = layer.bias(outputs).iter_mut().zip(sums);
            biases.for_each(|(bias, sum)| *bias += sum);
        }
        let vector: Vec<Atom> = self.atom(Some(outputs)).into_iter().collect();
        let mut axes = track.axes;
        axes.pop();
        axes.push(vector.clone());
        Ok(vec![Value::Track(self.push(layer, axes, vector)?)])
    }
}

/// A constant matrix, turned where that is wanted.
fn matrix(value: Option<&Option<Value>>, turn: bool) -> Result<Tensor, Reason> {
    let tensor = value.and_then(|it| it.as_ref()).and_then(Value::constant);
    let tensor =
        tensor.ok_or("its weights are computed when the model runs; only constants are built")?;
    if tensor.shape.len() != 2 {
        return Err(format!(
            "its weights have the shape {}",
            tensor.shape_text()
        ));
    }
    match turn {
        true => transposed(tensor, &[1, 0]).ok_or_else(|| "its weights are no matrix".into()),
        false => Ok(tensor.clone()),
    }
}

/// What is added to each of so many elements of a vector.
fn broadcast(tensor: &Tensor, length: usize) -> Option<Vec<f64>> {
    let (last, others) = match tensor.shape.split_last() {
        Some((last, others)) => (*last, others),
        None => (1, &[][..]),
    };
    if others.iter().any(|&length| length != 1) {
        return None;
    }
    match (last, tensor.values.as_slice()) {
        (1, [value]) => Some(vec![*value; length]),
        (last, values) if last == length => Some(values.to_vec()),
        _ => None,
    }
}
