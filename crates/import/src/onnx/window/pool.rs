//! Pools: over the places of a window, and over all places of each channel.

use network::activation::{Activation, Function};
use network::description::LayerWord;
use network::sequence::{Way, Window};

use super::has_padding;
use super::settings::Settings;
use crate::axes::Atom;
use crate::draft::{LayerDraft, WindowDraft};
use crate::onnx::attributes::{Attributes, Reason};
use crate::onnx::constants::axes;
use crate::onnx::graph::Importer;
use crate::onnx::model::Node;
use crate::onnx::track::{Track, Value};

impl Importer<'_> {
    /// `MaxPool` and `AveragePool`.
    pub(in crate::onnx) fn pool(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let settings = Settings::read(node)?;
        let kernel = settings.kernel.clone().ok_or("it has no `kernel_shape`")?;
        if node.outputs.iter().skip(1).any(|name| !name.is_empty()) {
            return Err("it gives the places of the largest elements, which is not built".into());
        }
        if blocked {
            return Ok(vec![]);
        }
        let mut track = self.padded_track(inputs.first())?;
        let lengths = self.spatial(&track, kernel.len(), None)?;
        let channels = track.axes.get(1).and_then(|axis| self.length(axis));
        let channels = channels.ok_or("the number of channels that it takes is not known")?;
        let is_largest = node.operator == "MaxPool";
        let settings = self.pool_behind(settings, &mut track, is_largest)?;
        let window = settings.window(channels, &lengths, &kernel, Way::Forward)?;
        self.whole(&mut track)?;
        let mut draft = WindowDraft::new(window, kernel.len());
        draft.count_padding = settings.count_padding && has_padding(&window);
        self.pooled(track, draft, is_largest, label)
    }

    /// What a pool does behind zeros that `Pad` added: a mean counts them; the largest of what is not
    /// below 0 is the same with them and without.
    fn pool_behind(
        &self,
        settings: Settings,
        track: &mut Track,
        is_largest: bool,
    ) -> Result<Settings, Reason> {
        let zeros = std::mem::take(&mut track.zeros);
        if zeros.is_empty() {
            return Ok(settings);
        }
        if is_largest && !self.is_never_below_zero(track) {
            return Err(
                "`Pad` before it adds zeros, which are larger than elements below 0: give its \
                 own `pads`, which count as the least number there is"
                    .into(),
            );
        }
        if !is_largest && settings.has_padding() && !settings.count_padding {
            return Err(
                "`Pad` before it adds zeros, which are counted, and its own `pads` are not".into(),
            );
        }
        let mut settings = settings.behind(&zeros, Way::Forward)?;
        settings.count_padding = !is_largest;
        Ok(settings)
    }

    /// Whether no element of these vectors can be below 0, as far as the function says that made them.
    fn is_never_below_zero(&self, track: &Track) -> bool {
        let mut layers = self.draft.layers.iter().rev();
        let made = layers.find(|layer| !layer.kind.is_pool());
        let function = made.and_then(|layer| layer.activations.last());
        let settled = track.version == self.version && track.scalings.is_empty();
        let recurrent = made.is_some_and(|layer| layer.kind.is_recurrent());
        settled
            && !recurrent
            && match function.map(Activation::function) {
                Some(
                    Function::Relu
                    | Function::Logistic
                    | Function::Softplus
                    | Function::HardSigmoid { .. },
                ) => true,
                Some(Function::ThresholdedRelu { threshold }) => *threshold >= 0.0,
                _ => false,
            }
    }

    /// Pools over all places of each channel: `GlobalMaxPool` and `GlobalAveragePool`, `ReduceMax` and
    /// `ReduceMean` over the axes that vary fastest.
    pub(in crate::onnx) fn reduced(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let is_global = node.operator.starts_with("Global");
        let known: &[&str] = if is_global {
            &[]
        } else {
            &["axes", "keepdims", "noop_with_empty_axes"]
        };
        let given = Attributes::of(node, known)?;
        let keep = given.int("keepdims", 1)? != 0;
        given.flag("noop_with_empty_axes")?;
        let listed = given.ints("axes")?;
        if blocked {
            return Ok(vec![]);
        }
        let mut track = self.track(inputs.first())?;
        let rank = track.axes.len();
        let places: Vec<usize> = if is_global {
            (2..rank).collect()
        } else {
            let second = inputs.get(1).and_then(|it| it.as_ref());
            let listed = listed.or(second.and_then(Value::integers));
            let listed =
                listed.ok_or("its axes are all there are, or computed when the model runs")?;
            axes(&listed, rank)?
        };
        if places.is_empty() {
            return Err("it takes arrays without axes of places".into());
        }
        if track.vector.is_none() {
            if places != (2..rank).collect::<Vec<_>>() {
                return Err("it cannot be known which axes of the input hold its elements".into());
            }
            self.vectors(&mut track, 1..rank, None)?;
        }
        let of = |at: &usize| track.axes.get(*at).cloned().unwrap_or_default();
        let gone: Vec<Atom> = places.iter().flat_map(of).collect();
        let vector = track.vector.clone().unwrap_or_default();
        let (kept, last) = vector.split_at(vector.len().saturating_sub(gone.len()));
        if !gone.iter().all(|atom| last.contains(atom)) {
            return Err(
                "it works along an axis that does not hold the places of each channel, which alone \
                 are pooled"
                    .into(),
            );
        }
        let is_largest = node.operator.ends_with("Max") || node.operator == "GlobalMaxPool";
        let lengths = [self.length(kept), self.length(last)];
        let [Some(channels), Some(length)] = lengths else {
            return Err("the number of places that it pools is not known".into());
        };
        let window = Settings::plain().window(channels, &[length], &[length], Way::Forward)?;
        self.full(&track, channels.saturating_mul(length))?;
        let kept = kept.to_vec();
        let mut axes = track.axes.clone();
        for &at in &places {
            axes.iter_mut().skip(at).take(1).for_each(Vec::clear);
        }
        let mut at = 0;
        axes.retain(|_| {
            at += 1;
            keep || is_global || !places.contains(&(at - 1))
        });
        track.vector = Some(kept.clone());
        if length == 1 {
            self.note(format!("{label} pools single places, and was left out"));
            return Ok(vec![Value::Track(Track { axes, ..track })]);
        }
        track.vector = Some(vector);
        let (layer, track) =
            self.pool_layer(track, WindowDraft::new(window, 1), is_largest, &kept, label)?;
        let scalings = track.scalings.clone();
        let mut given = self.push(layer, axes, kept)?;
        given.scalings = scalings;
        Ok(vec![Value::Track(given)])
    }

    /// A pool whose output has the channels of its input on the axis 1, and places on all others.
    fn pooled(
        &mut self,
        track: Track,
        draft: WindowDraft,
        is_largest: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let kept = track.axes.get(1).cloned().unwrap_or_default();
        draft
            .places()
            .map_err(|problem| format!("{problem}, and should be {}", problem.expected()))?;
        if !sees_something(&draft.window) {
            return Err("one of its windows lies outside of the input".into());
        }
        let (layer, track) = self.pool_layer(track, draft, is_largest, &kept, label)?;
        let scalings = track.scalings.clone();
        let given = self.slid(track, layer, &draft, draft.window.channels)?;
        let with = |value| match value {
            Value::Track(track) => Value::Track(Track {
                scalings: scalings.clone(),
                ..track
            }),
            other => other,
        };
        Ok(given.into_iter().map(with).collect())
    }

    /// The layer of a pool, and the vectors that it takes; what is still to be done to each channel
    /// may be done behind a pool as well, where that keeps the order of what is compared.
    fn pool_layer(
        &mut self,
        track: Track,
        draft: WindowDraft,
        is_largest: bool,
        kept: &[Atom],
        label: &str,
    ) -> Result<(LayerDraft, Track), Reason> {
        let kind = match is_largest {
            true => LayerWord::MaxPool,
            false => LayerWord::AveragePool,
        };
        let may_wait = !draft.count_padding
            && track.scalings.iter().all(|scaling| {
                let rises = scaling.factors.iter().all(|&factor| factor >= 0.0);
                self.is_over(scaling, kept) && (rises || !is_largest)
            });
        let track = if may_wait { track } else { self.scaled(track)? };
        let mut layer = LayerDraft::new(kind, label);
        layer.window = Some(draft);
        self.join(&track)?;
        Ok((layer, track))
    }

    /// That vectors have so many elements.
    fn full(&mut self, track: &Track, elements: usize) -> Result<(), Reason> {
        if self.draft.inputs == 0 && self.draft.outputs() == 0 {
            self.draft.inputs = elements;
        }
        match self.draft.outputs() == elements && track.vector.is_some() {
            true => Ok(()),
            false => Err(format!(
                "it takes {elements} elements, and vectors have others"
            )),
        }
    }
}

/// Whether each window sees a place of the input.
fn sees_something(window: &Window) -> bool {
    window.axes.iter().all(|axis| {
        let reach = axis.reach();
        let all = axis.input + axis.padding.0 + axis.padding.1;
        let windows = all
            .checked_sub(reach)
            .map_or(0, |space| space / axis.stride + 1);
        (0..windows).all(|window| {
            let start = window * axis.stride;
            let before = axis.padding.0.saturating_sub(start);
            let first = start + before.div_ceil(axis.dilation) * axis.dilation;
            first < start + reach && first < axis.padding.0 + axis.input
        })
    })
}
