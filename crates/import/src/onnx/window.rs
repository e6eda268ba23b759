//! Convolutions and pools. They work over the elements of each vector: the axis 0 is that of the
//! sequences (or of steps and sequences together), and all others are the vector.

use network::Tensor;
use network::description::{LayerWord, MAX_SIDE};
use network::sequence::{Axis, Way, Window};

use super::attributes::{Attributes, Reason};
use super::constants::axis;
use super::graph::Importer;
use super::model::Node;
use super::scaling::PerElement;
use super::track::{Track, Value};
use crate::axes::Atom;
use crate::draft::{LayerDraft, WindowDraft};
use crate::error::one_line;

/// How padding is found that is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Auto {
    /// It is given.
    Off,
    /// None.
    Valid,
    /// As much as makes the output as long as the input, divided by the stride; an odd one behind the
    /// end.
    SameUpper,
    /// The same, an odd one before the start.
    SameLower,
}

/// What the attributes of a convolution or a pool say.
struct Settings {
    auto: Auto,
    kernel: Option<Vec<usize>>,
    stride: Option<Vec<usize>>,
    dilation: Option<Vec<usize>>,
    padding: Option<Vec<usize>>,
    output_padding: Option<Vec<usize>>,
    output_shape: Option<Vec<usize>>,
    groups: usize,
    round_up: bool,
    count_padding: bool,
}

impl Settings {
    fn read(node: &Node<'_>) -> Result<Settings, Reason> {
        let own: &[&str] = match node.operator {
            "Conv" => &["group"],
            "ConvTranspose" => &["group", "output_padding", "output_shape"],
            "MaxPool" => &["ceil_mode", "storage_order"],
            _ => &["ceil_mode", "count_include_pad"],
        };
        let common = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];
        let given = Attributes::of(node, &[&common, own].concat())?;
        let auto = match given.text("auto_pad")?.unwrap_or("NOTSET") {
            "NOTSET" => Auto::Off,
            "VALID" => Auto::Valid,
            "SAME_UPPER" => Auto::SameUpper,
            "SAME_LOWER" => Auto::SameLower,
            other => return Err(format!("`auto_pad` is `{}`", one_line(other))),
        };
        let list = |name: &str, least: usize| sizes(&given, name, least);
        let padding = list("pads", 0)?;
        if auto != Auto::Off && padding.iter().flatten().any(|&it| it > 0) {
            return Err("it has `pads` and `auto_pad`, of which one has no meaning".into());
        }
        // The order in which indices would count; that of what is pooled is the same.
        given.flag("storage_order")?;
        let groups = usize::try_from(given.int("group", 1)?).ok();
        Ok(Settings {
            auto,
            kernel: list("kernel_shape", 1)?,
            stride: list("strides", 1)?,
            dilation: list("dilations", 1)?,
            padding,
            output_padding: list("output_padding", 0)?,
            output_shape: list("output_shape", 1)?,
            groups: groups
                .filter(|it| (1..=MAX_SIDE).contains(it))
                .ok_or("`group` is not above 0, or too large")?,
            round_up: given.flag("ceil_mode")?,
            count_padding: given.flag("count_include_pad")?,
        })
    }

    /// The window over so many channels of an input of these lengths, of one dimension or two.
    fn window(
        &self,
        channels: usize,
        lengths: &[usize],
        kernel: &[usize],
        way: Way,
    ) -> Result<Window, Reason> {
        let dimensions = lengths.len();
        let lists = [
            ("kernel_shape", self.kernel.as_ref(), dimensions),
            ("strides", self.stride.as_ref(), dimensions),
            ("dilations", self.dilation.as_ref(), dimensions),
            ("pads", self.padding.as_ref(), 2 * dimensions),
            ("output_padding", self.output_padding.as_ref(), dimensions),
        ];
        for (name, list, wanted) in lists {
            if let Some(found) = list.map(Vec::len).filter(|&found| found != wanted) {
                return Err(format!(
                    "`{name}` has {found} numbers, and {wanted} are wanted"
                ));
            }
        }
        if self.kernel.as_ref().is_some_and(|given| given != kernel) {
            return Err("`kernel_shape` is not that of its weights".into());
        }
        let all = lengths.iter().chain(kernel).chain([&channels]);
        if let Some(most) = all.copied().find(|it| !(1..=MAX_SIDE).contains(it)) {
            return Err(format!("a length is {most}, and 1 to {MAX_SIDE} are built"));
        }
        let of = |list: &Option<Vec<usize>>, at: usize, other: usize| {
            let found = list.as_ref().and_then(|list| list.get(at));
            found.copied().unwrap_or(other)
        };
        let mut axes = [SINGLE; 2];
        let places = axes.iter_mut().skip(2 - dimensions);
        for (at, (axis, (&input, &kernel))) in places.zip(lengths.iter().zip(kernel)).enumerate() {
            *axis = Axis {
                input,
                kernel,
                stride: of(&self.stride, at, 1),
                dilation: of(&self.dilation, at, 1),
                padding: (
                    of(&self.padding, at, 0),
                    of(&self.padding, dimensions + at, 0),
                ),
                output_padding: of(&self.output_padding, at, 0),
            };
            match way {
                Way::Forward => self.pad(axis)?,
                Way::Transposed => self.pad_transposed(axis, at, dimensions)?,
            }
        }
        Ok(Window {
            channels,
            axes,
            groups: self.groups,
            way,
        })
    }

    /// The padding of a convolution or a pool.
    fn pad(&self, axis: &mut Axis) -> Result<(), Reason> {
        let reach = axis.dilation * (axis.kernel - 1) + 1;
        if matches!(self.auto, Auto::SameUpper | Auto::SameLower) {
            if axis.dilation > 1 && axis.kernel > 1 {
                return Err(
                    "programs disagree about `auto_pad` with `dilations`: give `pads`".into(),
                );
            }
            let windows = axis.input.div_ceil(axis.stride);
            let all = ((windows - 1) * axis.stride + reach).saturating_sub(axis.input);
            axis.padding = match self.auto {
                Auto::SameUpper => (all / 2, all - all / 2),
                _ => (all - all / 2, all / 2),
            };
        }
        if !self.round_up {
            return Ok(());
        }
        // One window more, which begins within the input or the padding before it, but ends behind
        // the padding behind it.
        let all = axis.input + axis.padding.0 + axis.padding.1;
        let Some(space) = all.checked_sub(reach) else {
            return Ok(());
        };
        let last = space.div_ceil(axis.stride) * axis.stride;
        if last >= axis.input + axis.padding.0 || last <= space {
            return Ok(());
        }
        if self.count_padding {
            return Err(
                "`ceil_mode` makes a window that ends beyond the padding, and \
                        `count_include_pad` counts what is there in some programs and not in others"
                    .into(),
            );
        }
        axis.padding.1 += last - space;
        Ok(())
    }

    /// The padding of a transposed convolution.
    fn pad_transposed(&self, axis: &mut Axis, at: usize, dimensions: usize) -> Result<(), Reason> {
        let wanted = match (&self.output_shape, self.auto) {
            (Some(shape), _) => {
                // Some write the whole shape, and some that of the places alone.
                let first = shape.len().checked_sub(dimensions);
                let found = first.and_then(|first| shape.get(first + at));
                Some(*found.ok_or("`output_shape` has too few numbers")?)
            }
            (None, Auto::SameUpper | Auto::SameLower) => Some(axis.input * axis.stride),
            (None, Auto::Off | Auto::Valid) => None,
        };
        let Some(wanted) = wanted else {
            return Ok(());
        };
        if self.padding.iter().flatten().any(|&it| it > 0) {
            return Err("it has `pads` and `output_shape`, of which one has no meaning".into());
        }
        let reach = axis.dilation * (axis.kernel - 1) + 1;
        let whole = (axis.input - 1) * axis.stride + reach + axis.output_padding;
        let all = whole.checked_sub(wanted);
        let all = all.ok_or("its output is longer than its windows reach")?;
        axis.padding = match self.auto {
            _ if all.is_multiple_of(2) => (all / 2, all / 2),
            Auto::SameUpper => (all / 2, all - all / 2),
            _ => (all - all / 2, all / 2),
        };
        Ok(())
    }
}

/// The dimension that a window of one dimension lacks.
const SINGLE: Axis = Axis {
    input: 1,
    kernel: 1,
    stride: 1,
    dilation: 1,
    padding: (0, 0),
    output_padding: 0,
};

/// Sizes that an attribute lists, each from `least` to what a description takes.
fn sizes(given: &Attributes<'_>, name: &str, least: usize) -> Result<Option<Vec<usize>>, Reason> {
    let Some(list) = given.ints(name)? else {
        return Ok(None);
    };
    let size = |&number: &i64| {
        let size = usize::try_from(number).ok();
        size.filter(|size| (least..=MAX_SIDE).contains(size))
            .ok_or_else(|| format!("`{name}` has {number}, and {least} to {MAX_SIDE} are built"))
    };
    list.iter().map(size).collect::<Result<_, _>>().map(Some)
}

impl Importer<'_> {
    /// `Conv` and `ConvTranspose`.
    pub(super) fn convolution(
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
        let mut track = self.track(inputs.first())?;
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

    /// `MaxPool` and `AveragePool`.
    pub(super) fn pool(
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
        let mut track = self.track(inputs.first())?;
        let lengths = self.spatial(&track, kernel.len(), None)?;
        let channels = track.axes.get(1).and_then(|axis| self.length(axis));
        let channels = channels.ok_or("the number of channels that it takes is not known")?;
        let window = settings.window(channels, &lengths, &kernel, Way::Forward)?;
        self.whole(&mut track)?;
        let mut draft = WindowDraft::new(window, kernel.len());
        draft.count_padding = settings.count_padding && has_padding(&window);
        self.pooled(track, draft, node.operator == "MaxPool", label)
    }

    /// Pools over all places of each channel: `GlobalMaxPool` and `GlobalAveragePool`, `ReduceMax` and
    /// `ReduceMean` over the axes that vary fastest.
    pub(super) fn reduced(
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
            let places = listed.iter().map(|&it| axis(it, rank));
            places.collect::<Option<_>>().ok_or("it has no such axis")?
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
        let settings = Settings {
            auto: Auto::Off,
            kernel: None,
            stride: None,
            dilation: None,
            padding: None,
            output_padding: None,
            output_shape: None,
            groups: 1,
            round_up: false,
            count_padding: false,
        };
        let window = settings.window(channels, &[length], &[length], Way::Forward)?;
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

    /// The lengths of the axes behind that of the channels: as many as a window has dimensions.
    fn spatial(
        &mut self,
        track: &Track,
        dimensions: usize,
        channels: Option<usize>,
    ) -> Result<Vec<usize>, Reason> {
        if !(1..=2).contains(&dimensions) {
            return Err(format!(
                "it has {dimensions} dimensions, and 1 or 2 are built"
            ));
        }
        let [_, channel, places @ ..] = track.axes.as_slice() else {
            return Err(format!("it takes arrays of {} axes", track.axes.len()));
        };
        if places.len() != dimensions {
            return Err(format!(
                "it takes arrays of {} axes, and its window has {dimensions} dimensions",
                track.axes.len()
            ));
        }
        if let Some(channels) = channels {
            self.learn(channel, channels);
            if self.length(channel) != Some(channels) {
                let found = self.length(channel);
                let found = found.map_or("an unknown number".into(), |it| it.to_string());
                return Err(format!(
                    "it has weights for {channels} channels, and takes {found}"
                ));
            }
        }
        let lengths = places.iter().map(|axis| self.length(axis));
        let lengths: Option<Vec<usize>> = lengths.collect();
        lengths.ok_or_else(|| {
            "the lengths of the axes that its window goes over are not declared: export the model \
             with an input of fixed size"
                .into()
        })
    }

    /// That all axes but the first are the elements of a vector, in this order.
    fn whole(&mut self, track: &mut Track) -> Result<(), Reason> {
        let rank = track.axes.len();
        let found = track.axes.get(1..).unwrap_or_default().concat();
        let count = self.length(&found);
        let order = self.vectors(track, 1..rank, count)?;
        if order.is_some() {
            self.reordered(track, order)?;
            track.vector = Some(found);
        }
        Ok(())
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

    /// Adds a layer that goes over its input with a window.
    fn slid(
        &mut self,
        track: Track,
        layer: LayerDraft,
        draft: &WindowDraft,
        channels: usize,
    ) -> Result<Vec<Value>, Reason> {
        self.join(&track)?;
        let (rows, columns) = draft.places().map_err(|problem| problem.to_string())?;
        let mut axes: Vec<Vec<Atom>> = track.axes.iter().take(1).cloned().collect();
        let channel = match layer.kind.is_pool() {
            true => track.axes.get(1).cloned().unwrap_or_default(),
            false => self.atom(Some(channels)).into_iter().collect(),
        };
        axes.push(channel);
        let lengths = [rows, columns];
        for &length in lengths.iter().skip(2 - draft.dimensions) {
            axes.push(self.atom(Some(length)).into_iter().collect());
        }
        let vector = axes.get(1..).unwrap_or_default().concat();
        Ok(vec![Value::Track(self.push(layer, axes, vector)?)])
    }
}

/// A layer with one weight for each element: a convolution each of whose channels is one place.
pub fn diagonal(own: PerElement, label: &str) -> LayerDraft {
    let units = own.factors.len();
    let window = Window {
        channels: units,
        axes: [SINGLE; 2],
        groups: units,
        way: Way::Forward,
    };
    let mut layer = LayerDraft::new(LayerWord::Convolution, label);
    layer.units = units;
    layer.window = Some(WindowDraft::new(window, 1));
    let list = |values: Vec<f64>| Tensor {
        shape: vec![values.len()],
        values,
    };
    layer.arrays.push(("w", list(own.factors)));
    if own.offsets.iter().any(|&it| it != 0.0) {
        layer.arrays.push(("bias", list(own.offsets)));
    }
    layer
}

/// The numbers of each channel, where they are the same in all its places.
pub fn per_channel(own: &PerElement, channels: usize) -> Option<PerElement> {
    let places = own.factors.len().checked_div(channels)?.max(1);
    let one = |list: &[f64]| -> Option<Vec<f64>> {
        let channels = list.chunks(places).map(|all| {
            let first = all.first()?;
            all.iter().all(|it| it == first).then_some(*first)
        });
        channels.collect()
    };
    let all = PerElement {
        factors: one(&own.factors)?,
        offsets: one(&own.offsets)?,
    };
    (all.factors.len() == channels).then_some(all)
}

/// Whether a window sees places beyond the input.
fn has_padding(window: &Window) -> bool {
    window.axes.iter().any(|axis| axis.padding != (0, 0))
}

/// Whether each window sees a place of the input.
fn sees_something(window: &Window) -> bool {
    window.axes.iter().all(|axis| {
        let reach = axis.dilation * (axis.kernel - 1) + 1;
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
