//! What is done to each element by itself with numbers of its own, `factor x + offset`: batch
//! normalisation, and sums and products with constants. It becomes a part of the weights of the layer
//! before, else of those of the layer behind, else a layer of one weight an element.

use std::rc::Rc;

use network::Tensor;
use network::activation::{Activation, Function};
use network::description::LayerWord;
use network::sequence::Way;

use super::attributes::{Attributes, Reason};
use super::graph::Importer;
use super::model::Node;
use super::track::{Scaling, Take, Track, Value};
use super::window::{diagonal, per_channel};
use crate::axes::Atom;
use crate::draft::LayerDraft;

/// The most elements of a vector that are scaled one by one.
const MOST: usize = 1 << 20;

/// The most sums and products that wait for a layer.
const MOST_SCALINGS: usize = 64;

/// `factor x + offset` of each element of a vector, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct PerElement {
    /// The factors.
    pub factors: Vec<f64>,
    /// The offsets.
    pub offsets: Vec<f64>,
}

impl PerElement {
    /// Whether all offsets are 0.
    pub fn is_linear(&self) -> bool {
        self.offsets.iter().all(|&offset| offset == 0.0)
    }

    /// That it is done before weights whose last axis runs over the elements; what is then added to
    /// each row.
    pub fn before(&self, weights: &mut Tensor) -> Vec<f64> {
        let mut rows = vec![];
        for row in weights.values.chunks_mut(self.factors.len().max(1)) {
            let mut sum = 0.0;
            for (weight, (factor, offset)) in row.iter_mut().zip(self.pairs()) {
                sum += *weight * offset;
                *weight *= factor;
            }
            rows.push(sum);
        }
        rows
    }

    /// Each factor with its offset.
    pub fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        let factors = self.factors.iter().copied();
        factors.zip(self.offsets.iter().copied())
    }
}

impl Scaling {
    /// The same for every element.
    pub fn uniform(label: &str, factor: f64, offset: f64) -> Scaling {
        Scaling {
            label: label.to_string(),
            atoms: vec![],
            factors: vec![factor],
            offsets: vec![offset],
        }
    }

    fn is_nothing(&self) -> bool {
        self.factors.iter().all(|&it| it == 1.0) && self.offsets.iter().all(|&it| it == 0.0)
    }
}

impl Importer<'_> {
    /// `BatchNormalization` outside of training: the axis 1 runs over the channels.
    pub(super) fn normalised(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let given = Attributes::of(node, &["epsilon", "momentum", "spatial", "training_mode"])?;
        let epsilon = given.float("epsilon")?.unwrap_or(f64::from(1e-5_f32));
        if given.flag("training_mode")? || given.int("spatial", 1)? != 1 {
            return Err("it is that of training, or has weights for each place".into());
        }
        // How training goes on is of no meaning here.
        given.float("momentum")?;
        if node.outputs.iter().skip(1).any(|name| !name.is_empty()) {
            return Err("it gives means and variances, which only training has".into());
        }
        if blocked {
            return Ok(vec![]);
        }
        let track = self.track(inputs.first())?;
        let list = |at: usize| {
            let value = inputs.get(at).and_then(|it| it.as_ref());
            let list = value.and_then(Value::constant);
            list.filter(|it| it.shape.len() == 1)
                .map(|it| it.values.clone())
                .ok_or("its scale, offset, mean or variance is no constant list")
        };
        let (scale, offset, mean, variance) = (list(1)?, list(2)?, list(3)?, list(4)?);
        let channels = scale.len();
        if [offset.len(), mean.len(), variance.len()] != [channels; 3] {
            return Err("its scale, offset, mean and variance are not as many".into());
        }
        let axis = track.axes.get(1).cloned();
        let axis = axis.ok_or("it takes arrays without an axis of channels")?;
        self.learn(&axis, channels);
        if self.length(&axis) != Some(channels) {
            return Err(format!("it is for {channels} channels, and takes others"));
        }
        if variance.iter().any(|&variance| variance + epsilon <= 0.0) {
            return Err("a variance is not above 0".into());
        }
        let roots = variance.iter().map(|variance| (variance + epsilon).sqrt());
        let factors: Vec<f64> = scale
            .iter()
            .zip(roots)
            .map(|(it, root)| it / root)
            .collect();
        let shifts = mean
            .iter()
            .zip(&factors)
            .map(|(mean, factor)| mean * factor);
        let offsets = offset.iter().zip(shifts).map(|(it, shift)| it - shift);
        let scaling = Scaling {
            label: label.to_string(),
            atoms: axis,
            offsets: offsets.collect(),
            factors,
        };
        self.scaled_by(track, scaling)
    }

    /// Whether numbers run over nothing but these atoms.
    pub(super) fn is_over(&self, scaling: &Scaling, atoms: &[Atom]) -> bool {
        let own = self.parts_of(&scaling.atoms);
        own.iter().all(|atom| atoms.contains(atom))
    }

    /// Vectors that are scaled.
    pub(super) fn scaled_by(
        &mut self,
        mut track: Track,
        scaling: Scaling,
    ) -> Result<Vec<Value>, Reason> {
        let scaling = Rc::new(scaling);
        let label = &scaling.label;
        if scaling.is_nothing() {
            self.note(format!("{label} changes nothing, and was left out"));
            return Ok(vec![Value::Track(track)]);
        }
        if let Some(vector) = &track.vector {
            if !self.is_over(&scaling, vector) {
                return Err("its numbers differ between steps or sequences".into());
            }
            let vector = vector.clone();
            let own = self.per_element(std::slice::from_ref(&scaling), &vector)?;
            if self.is_open(&track)
                && self
                    .draft
                    .layers
                    .last_mut()
                    .is_some_and(|it| behind(it, &own))
            {
                // What is added alone is the bias that the layer did not have.
                if scaling.factors.iter().any(|&factor| factor != 1.0) {
                    self.note(format!("{label} was folded into the layer before"));
                }
                self.version += 1;
                track.version = self.version;
                return Ok(vec![Value::Track(track)]);
            }
        }
        if track.scalings.len() >= MOST_SCALINGS {
            return Err("too many sums and products stand one behind the other".into());
        }
        track.scalings.push(scaling);
        Ok(vec![Value::Track(track)])
    }

    /// Whether these vectors are what the last layer gives, and nothing else was made of them.
    fn is_open(&self, track: &Track) -> bool {
        track.version == self.version
            && track.take == Take::Steps
            && track.part.is_none()
            && track.scalings.is_empty()
    }

    /// The numbers of one scaling after the other, for each element of a vector.
    pub(super) fn per_element(
        &mut self,
        scalings: &[Rc<Scaling>],
        vector: &[Atom],
    ) -> Result<PerElement, Reason> {
        let elements = self.length(vector).filter(|&it| it <= MOST);
        let elements = elements.ok_or("the number of elements of a vector is not known")?;
        self.count(elements.saturating_mul(scalings.len()))?;
        let mut all = PerElement {
            factors: vec![1.0; elements],
            offsets: vec![0.0; elements],
        };
        let outer = self.strides(vector);
        for scaling in scalings {
            let inner = self.strides(&self.parts_of(&scaling.atoms));
            let mut digits = vec![];
            for (atom, stride) in inner {
                let place = outer.iter().find(|(it, _)| *it == atom);
                let (_, place) =
                    place.ok_or("numbers that are multiplied or added differ between steps")?;
                let length = self.length(&[atom]).unwrap_or(1);
                digits.push((*place, length.max(1), stride));
            }
            for (at, (factor, offset)) in all.factors.iter_mut().zip(&mut all.offsets).enumerate() {
                let digit =
                    |&(place, length, stride): &(usize, usize, usize)| at / place % length * stride;
                let own: usize = digits.iter().map(digit).sum();
                let of = |list: &[f64]| list.get(own).copied().unwrap_or(f64::NAN);
                let (own, more) = (of(&scaling.factors), of(&scaling.offsets));
                *factor *= own;
                *offset = *offset * own + more;
            }
        }
        Ok(all)
    }

    /// What is still to be done to each element, taken from the vectors by the layer behind, which
    /// makes it a part of its weights.
    pub(super) fn folded(&mut self, track: &mut Track) -> Result<Option<PerElement>, Reason> {
        if track.scalings.is_empty() {
            return Ok(None);
        }
        let vector = track.vector.clone().unwrap_or_default();
        let own = self.per_element(&track.scalings, &vector)?;
        for scaling in std::mem::take(&mut track.scalings) {
            let label = &scaling.label;
            self.note(format!("{label} was folded into the layer behind"));
        }
        Ok(Some(own))
    }

    /// What is still to be done to each element as a layer of its own.
    pub(super) fn scaled(&mut self, mut track: Track) -> Result<Track, Reason> {
        if track.scalings.is_empty() {
            return Ok(track);
        }
        self.join(&track)?;
        let scalings = std::mem::take(&mut track.scalings);
        let labels: Vec<&str> = scalings.iter().map(|it| it.label.as_str()).collect();
        let label = labels.join(", ");
        let same = scalings.iter().all(|scaling| scaling.atoms.is_empty());
        let layer = match (&track.vector, same) {
            (_, true) => {
                let after = |(slope, offset): (f64, f64), scaling: &Rc<Scaling>| {
                    let of = |list: &[f64]| list.first().copied().unwrap_or(f64::NAN);
                    let factor = of(&scaling.factors);
                    (slope * factor, offset * factor + of(&scaling.offsets))
                };
                let (slope, offset) = scalings.iter().fold((1.0, 0.0), after);
                let function = Activation::new(Function::Affine { slope, offset }, 1.0);
                let function = function.map_err(|problem| problem.to_string())?;
                let mut layer = LayerDraft::new(LayerWord::Activation, &label);
                layer.activations.push(function);
                layer
            }
            (Some(vector), false) => diagonal(self.per_element(&scalings, vector)?, &label),
            (None, false) => {
                return Err(
                    "it cannot be known which axes of the input hold its elements before a layer \
                     with weights takes them"
                        .into(),
                );
            }
        };
        self.add_layer(layer)?;
        Ok(self.going_on(track))
    }
}

/// That a layer without a function scales what it gives, if its weights can.
fn behind(layer: &mut LayerDraft, own: &PerElement) -> bool {
    if !layer.activations.is_empty() {
        return false;
    }
    let (rows, output) = match layer.kind {
        LayerWord::Dense => (own.clone(), None),
        LayerWord::Convolution | LayerWord::TransposedConvolution => {
            let Some(rows) = per_channel(own, layer.units) else {
                return false;
            };
            (rows, layer.window)
        }
        _ => return false,
    };
    let units = rows.factors.len();
    for (key, array) in &mut layer.arrays {
        if *key != "w" {
            continue;
        }
        let count = array.values.len();
        match output
            .map(|it| it.window)
            .filter(|it| it.way == Way::Transposed)
        {
            None => {
                let chunks = array.values.chunks_mut((count / units.max(1)).max(1));
                for (row, factor) in chunks.zip(&rows.factors) {
                    row.iter_mut().for_each(|weight| *weight *= factor);
                }
            }
            Some(window) => {
                let (inputs, groups) = (window.channels.max(1), window.groups.max(1));
                let (own, others) = ((units / groups).max(1), (inputs / groups).max(1));
                let block = (count / (inputs * own)).max(1);
                for (at, row) in array.values.chunks_mut(block).enumerate() {
                    let unit = at / own / others * own + at % own;
                    let factor = rows.factors.get(unit).copied().unwrap_or(f64::NAN);
                    row.iter_mut().for_each(|weight| *weight *= factor);
                }
            }
        }
    }
    let bias = layer.bias(units);
    for (bias, (factor, offset)) in bias.iter_mut().zip(rows.pairs()) {
        *bias = *bias * factor + offset;
    }
    true
}
