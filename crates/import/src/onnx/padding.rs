//! Zeros around arrays: `Pad`. They become padding of the convolution or the pool that takes them.

use network::description::MAX_SIDE;

use super::attributes::{Attributes, Reason};
use super::constants::axes;
use super::elementwise::number;
use super::graph::Importer;
use super::model::Node;
use super::track::Value;
use crate::error::one_line;

impl Importer<'_> {
    /// `Pad` with zeros.
    pub(super) fn pad(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        // Before operator set 2 the numbers had another name.
        let given = Attributes::of(node, &["mode", "pads", "paddings", "value"])?;
        let mode = given.text("mode")?.unwrap_or("constant");
        if mode != "constant" {
            let mode = one_line(mode);
            return Err(format!(
                "its mode is `{mode}`, and only `constant` is built"
            ));
        }
        let value = match number(inputs, 2)? {
            None => given.float("value")?,
            found => found,
        };
        if value.is_some_and(|value| value != 0.0) {
            return Err("it adds other numbers than 0".into());
        }
        let pads = match inputs.get(1) {
            None | Some(None) => given.ints("pads")?.or(given.ints("paddings")?),
            Some(Some(value)) => value.integers(),
        };
        let pads = pads.ok_or("its `pads` are computed when the model runs")?;
        let mut track = self.padded_track(inputs.first())?;
        let rank = track.axes.len();
        let padded: Vec<usize> = match inputs.get(3) {
            None | Some(None) => (0..rank).collect(),
            Some(Some(value)) => {
                let listed = value.integers();
                let listed = listed.ok_or("its axes are computed when the model runs")?;
                axes(&listed, rank)?
            }
        };
        let mut zeros = vec![(0, 0); rank];
        let (before, behind) = pads.split_at(pads.len() / 2);
        if [before.len(), behind.len()] != [padded.len(); 2] {
            return Err(format!(
                "it has {} `pads`, and {} are wanted",
                pads.len(),
                2 * padded.len()
            ));
        }
        for ((at, before), behind) in padded.into_iter().zip(before).zip(behind) {
            let of = |pad: &i64| usize::try_from(*pad).ok().filter(|&it| it <= MAX_SIDE);
            let (Some(before), Some(behind)) = (of(before), of(behind)) else {
                return Err(format!(
                    "its `pads` are {before} and {behind}, and 0 to {MAX_SIDE} are built"
                ));
            };
            match zeros.get_mut(at) {
                Some(place) if *place == (0, 0) => *place = (before, behind),
                _ => return Err("it names an axis twice".into()),
            }
        }
        if zeros.iter().all(|&it| it == (0, 0)) {
            self.note(format!("{label} adds nothing, and was left out"));
            return Ok(vec![Value::Track(track)]);
        }
        // Zeros around zeros are zeros.
        for (own, more) in zeros.iter_mut().zip(&track.zeros) {
            *own = (own.0.saturating_add(more.0), own.1.saturating_add(more.1));
        }
        track.zeros = zeros;
        self.note(format!("{label} became padding of the layer behind"));
        Ok(vec![Value::Track(track)])
    }
}
