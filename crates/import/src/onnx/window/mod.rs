//! Convolutions and pools. They work over the elements of each vector: the axis 0 is that of the
//! sequences (or of steps and sequences together), and all others are the vector.

mod convolution;
mod pool;
mod settings;

use network::Tensor;
use network::description::LayerWord;
use network::sequence::{Axis, Way, Window};

use super::attributes::Reason;
use super::graph::Importer;
use super::scaling::PerElement;
use super::track::{Track, Value};
use crate::axes::Atom;
use crate::draft::{LayerDraft, WindowDraft};

/// The dimension that a window of one dimension lacks.
pub const SINGLE: Axis = Axis {
    input: 1,
    kernel: 1,
    stride: 1,
    dilation: 1,
    padding: (0, 0),
    output_padding: 0,
};

impl Importer<'_> {
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
