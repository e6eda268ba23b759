//! Convolutions and transposed convolutions.

use network::Tensor;
use network::description::{LayerWord, MAX_SIDE};
use network::sequence::{Way, Window};

use super::settings::Settings;
use super::{has_padding, per_channel};
use crate::draft::{LayerDraft, WindowDraft};
use crate::onnx::attributes::Reason;
use crate::onnx::graph::Importer;
use crate::onnx::model::Node;
use crate::onnx::scaling::PerElement;
use crate::onnx::track::{Track, Value};

impl Importer<'_> {
    /// `Conv` and `ConvTranspose`.
    pub(in crate::onnx) fn convolution(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let settings = Settings::read(node)?;
        if blocked {
            return Ok(vec![]);
        }
        let mut track = self.padded_track(inputs.first())?;
        let constant = |at: usize| {
            inputs
                .get(at)
                .and_then(|it| it.as_ref())
                .map(Value::constant)
        };
        let open = "its weights are computed when the model runs; only constants are built";
        let mut weights = constant(1).flatten().ok_or(open)?.clone();
        let [first, second, kernel @ ..] = weights.shape.as_slice() else {
            return Err(format!(
                "its weights have the shape {}",
                weights.shape_text()
            ));
        };
        let (way, kind) = match node.operator {
            "Conv" => (Way::Forward, LayerWord::Convolution),
            _ => (Way::Transposed, LayerWord::TransposedConvolution),
        };
        let (inner, outer) = (*first, second.saturating_mul(settings.groups));
        let (channels, units) = match way {
            Way::Forward => (outer, inner),
            Way::Transposed => (inner, outer),
        };
        let kernel = kernel.to_vec();
        let lengths = self.spatial(&track, kernel.len(), Some(channels))?;
        let settings = settings.behind(&std::mem::take(&mut track.zeros), way)?;
        let window = settings.window(channels, &lengths, &kernel, way)?;
        let count = window
            .weights(units)
            .map_err(|problem| problem.to_string())?;
        if count != weights.values.len() || units > MAX_SIDE {
            return Err(format!(
                "its weights have the shape {}",
                weights.shape_text()
            ));
        }
        let bias = match constant(2) {
            None => None,
            Some(bias) => {
                let bias = bias.ok_or(open)?;
                if bias.shape != [units] {
                    return Err(format!("its bias has the shape {}", bias.shape_text()));
                }
                Some(bias.clone())
            }
        };
        self.whole(&mut track)?;
        let mut draft = WindowDraft::new(window, kernel.len());
        draft
            .places()
            .map_err(|problem| format!("{problem}, and should be {}", problem.expected()))?;
        let mut layer = LayerDraft::new(kind, label);
        let before = self.before(&mut track, &window)?;
        layer.units = units;
        layer.arrays.extend(bias.map(|bias| ("bias", bias)));
        if let Some(own) = before {
            fold(&window, units, &mut weights, &own, &mut layer);
        }
        layer.arrays.insert(0, ("w", weights));
        draft.count_padding = false;
        layer.window = Some(draft);
        self.slid(track, layer, &draft, units)
    }

    /// What is still to be done to each channel, where a convolution can do that; the rest becomes a
    /// layer of its own.
    fn before(&mut self, track: &mut Track, window: &Window) -> Result<Option<PerElement>, Reason> {
        if track.scalings.is_empty() {
            return Ok(None);
        }
        let vector = track.vector.clone().unwrap_or_default();
        let own = self.per_element(&track.scalings, &vector)?;
        let own = per_channel(&own, window.channels);
        // What stands for places beyond the input is 0 before and behind the scaling.
        let may_shift = window.way == Way::Forward && !has_padding(window);
        match own.filter(|own| may_shift || own.is_linear()) {
            Some(own) => {
                self.folded(track)?;
                Ok(Some(own))
            }
            None => {
                *track = self.scaled(track.clone())?;
                Ok(None)
            }
        }
    }
}

/// That each channel of the input of a convolution is scaled before it.
fn fold(
    window: &Window,
    units: usize,
    weights: &mut Tensor,
    own: &PerElement,
    layer: &mut LayerDraft,
) {
    let elements = window
        .axes
        .iter()
        .map(|axis| axis.kernel)
        .product::<usize>();
    let others = (window.channels / window.groups).max(1);
    let rows = (units / window.groups).max(1);
    let mut sums = vec![0.0; units];
    for (at, block) in weights.values.chunks_mut(elements.max(1)).enumerate() {
        let (unit, channel) = match window.way {
            Way::Forward => {
                let unit = at / others;
                (unit, unit / rows * others + at % others)
            }
            Way::Transposed => (0, at / rows),
        };
        let of = |list: &[f64]| list.get(channel).copied().unwrap_or(f64::NAN);
        let (factor, offset) = (of(&own.factors), of(&own.offsets));
        if let Some(sum) = sums.get_mut(unit) {
            *sum += offset * block.iter().sum::<f64>();
        }
        block.iter_mut().for_each(|weight| *weight *= factor);
    }
    if own.is_linear() {
        return;
    }
    for (bias, sum) in layer.bias(units).iter_mut().zip(sums) {
        *bias += sum;
    }
}
