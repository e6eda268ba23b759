//! The vectors that nodes take, and the layers that are added to the chain.

use network::Tensor;
use network::description::{LayerWord, MAX_LAYERS};

use super::attributes::Reason;
use super::constants::selected;
use super::graph::Importer;
use super::track::{Take, Track, Value};
use crate::axes::{Atom, Length, cut, reshaped, total};
use crate::draft::LayerDraft;
use crate::error::one_line;

/// Where the elements that a node sees stand in the vectors of the chain, in the node's order; none
/// where they stand in the same order.
pub type Order = Option<Vec<usize>>;

impl Importer<'_> {
    /// The vectors that a node takes.
    pub(super) fn track(&mut self, value: Option<&Option<Value>>) -> Result<Track, Reason> {
        let track = self.padded_track(value)?;
        match track.zeros.is_empty() {
            true => Ok(track),
            false => Err(
                "it takes what `Pad` added zeros to, which only convolutions and pools \
                          take"
                    .into(),
            ),
        }
    }

    /// The same, also where zeros stand around them.
    pub(super) fn padded_track(&mut self, value: Option<&Option<Value>>) -> Result<Track, Reason> {
        match value {
            Some(Some(Value::Track(track))) => Ok(self.with_parts(track.clone())),
            Some(Some(Value::Input(number))) => self.begin(*number),
            _ => Err("it does not take what comes from the input of the model".into()),
        }
    }

    /// The vectors of an input of the model.
    fn begin(&mut self, number: usize) -> Result<Track, Reason> {
        let input = self.model.graph.inputs.get(number);
        let name = one_line(input.map_or("", |input| input.name));
        let axes = match &self.source {
            Some((source, axes)) if *source == number => axes.clone(),
            Some(_) => return Err(format!("`{name}` is a second input of vectors")),
            None => {
                let shape = input.and_then(|input| input.shape.clone());
                let shape =
                    shape.ok_or_else(|| format!("the input `{name}` has no declared shape"))?;
                let axes: Vec<Vec<Atom>> = shape
                    .into_iter()
                    .map(|length| self.atom(length).into_iter().collect())
                    .collect();
                self.source = Some((number, axes.clone()));
                axes
            }
        };
        Ok(Track {
            axes,
            vector: None,
            version: 0,
            take: Take::Steps,
            last: false,
            first: false,
            part: None,
            zeros: vec![],
            scalings: vec![],
        })
    }

    /// The same vectors, their axes seen with other lengths; atoms are cut where an axis ends within
    /// one.
    pub(super) fn seen_as(&mut self, mut track: Track, lengths: &[Length]) -> Option<Track> {
        if let Some(axes) = reshaped(&track.axes, lengths) {
            track.axes = axes;
            return Some(track);
        }
        let parts = cut(&track.axes, lengths)?;
        for (atom, lengths) in track.axes.concat().into_iter().zip(parts) {
            if lengths.len() > 1 {
                let parts = lengths.into_iter().filter_map(|length| self.atom(length));
                let parts = parts.collect();
                self.parts.insert(atom.id, parts);
            }
        }
        self.source = self.source.take().map(|(number, axes)| {
            let axes = axes.iter().map(|axis| self.parts_of(axis)).collect();
            (number, axes)
        });
        self.entry = self.entry.take().map(|entry| self.parts_of(&entry));
        self.steps = self
            .steps
            .take()
            .map(|outer| outer.map(|axis| self.parts_of(&axis)));
        let mut track = self.with_parts(track);
        track.axes = reshaped(&track.axes, lengths)?;
        Some(track)
    }

    /// Atoms, each that was cut as its parts.
    pub(super) fn parts_of(&self, atoms: &[Atom]) -> Vec<Atom> {
        let mut found = vec![];
        for atom in atoms {
            match self.parts.get(&atom.id) {
                // A part is made after what it is a part of: this ends.
                Some(parts) => found.extend(self.parts_of(parts)),
                None => found.push(*atom),
            }
        }
        found
    }

    fn with_parts(&self, mut track: Track) -> Track {
        if self.parts.is_empty() {
            return track;
        }
        track.axes = track.axes.iter().map(|axis| self.parts_of(axis)).collect();
        track.vector = track.vector.map(|vector| self.parts_of(&vector));
        track
    }

    /// The length of an axis, also where it was learned from weights.
    pub(super) fn length(&self, axis: &[Atom]) -> Option<usize> {
        let length = |atom: &Atom| atom.length.or(self.learned.get(&atom.id).copied());
        total(axis.iter().map(length))
    }

    /// That an axis has this length, where it is one thing of which that was not known.
    pub(super) fn learn(&mut self, axis: &[Atom], length: usize) {
        if let [atom] = axis
            && atom.length.is_none()
        {
            self.learned.entry(atom.id).or_insert(length);
        }
    }

    /// That the next layer may take these vectors; settles what the one before gives.
    pub(super) fn join(&mut self, track: &Track) -> Result<(), Reason> {
        if track.version != self.version {
            return Err("it takes what other layers take too: branches are not built".into());
        }
        if track.part.is_some() {
            return Err("it takes one direction of a bidirectional layer without the other".into());
        }
        if track.first {
            return Err(
                "it takes the first step, which only the direction from the end makes last".into(),
            );
        }
        match (track.take, self.draft.layers.last_mut()) {
            (Take::Steps, _) => {}
            (Take::LastState, Some(layer)) => layer.last_state = true,
            _ => return Err("it takes the state of the cells (`Y_c`), which is not given".into()),
        }
        self.draft.last |= track.last;
        Ok(())
    }

    /// That axes run over whole vectors of `inputs` elements, if so many are known; and the order in
    /// which they do.
    pub(super) fn vectors(
        &mut self,
        track: &mut Track,
        axes: std::ops::Range<usize>,
        inputs: Option<usize>,
    ) -> Result<Order, Reason> {
        let found = track.axes.get(axes).unwrap_or_default().concat();
        let mut order = None;
        match track.vector.clone() {
            Some(vector) if vector != found => {
                self.count(self.length(&found).unwrap_or(0))?;
                order = Some(self.order(&vector, &found)?);
            }
            _ => track.vector = Some(found.clone()),
        }
        self.entry.get_or_insert_with(|| found.clone());
        let Some(inputs) = inputs else {
            return Ok(order);
        };
        self.learn(&found, inputs);
        let known = self.length(&found);
        let so_far = self.draft.outputs();
        if self.draft.inputs == 0 && so_far == 0 {
            self.draft.inputs = inputs;
        }
        if known != Some(inputs) || self.draft.outputs() != inputs {
            let found = known.unwrap_or(so_far);
            return Err(format!(
                "it has weights for {inputs} elements, and vectors have {found}"
            ));
        }
        Ok(order)
    }

    /// Where elements in the order of some atoms stand in the order of others.
    fn order(&self, vector: &[Atom], found: &[Atom]) -> Result<Vec<usize>, Reason> {
        let same = vector.len() == found.len() && found.iter().all(|atom| vector.contains(atom));
        let length = |atom: &Atom| self.length(std::slice::from_ref(atom));
        let lengths: Option<Vec<usize>> = found.iter().map(length).collect();
        let (true, Some(lengths)) = (same, lengths) else {
            return Err("it works along an axis that does not hold whole vectors".into());
        };
        let strides = self.strides(vector);
        let mut places = vec![0usize];
        for (atom, length) in found.iter().zip(lengths) {
            let stride = strides.iter().find(|(it, _)| it == atom);
            let stride = stride.map_or(0, |(_, stride)| *stride);
            if places.len().saturating_mul(length) > MOST_PLACES {
                return Err(format!("vectors have more than {MOST_PLACES} elements"));
            }
            let wider = |place: &usize| {
                let place = *place;
                (0..length).map(move |at| place.saturating_add(at.saturating_mul(stride)))
            };
            places = places.iter().flat_map(wider).collect();
        }
        Ok(places)
    }

    /// Each atom of a vector with the places from one of it to the next.
    pub(super) fn strides(&self, vector: &[Atom]) -> Vec<(Atom, usize)> {
        let mut stride = 1usize;
        let mut strides = vec![];
        for atom in vector.iter().rev() {
            strides.push((*atom, stride));
            let length = self.length(std::slice::from_ref(atom)).unwrap_or(1);
            stride = stride.saturating_mul(length);
        }
        strides
    }

    /// That the last layer gives its elements in the order in which the next one takes them.
    pub(super) fn reordered(&mut self, track: &mut Track, order: Order) -> Result<(), Reason> {
        let Some(order) = order else {
            return Ok(());
        };
        let refused = "it takes the elements of vectors in another order than the layer before gives \
                       them, which is built only behind a dense layer";
        if track.version != self.version || track.take != Take::Steps || track.last {
            return Err(refused.into());
        }
        let layer = self.draft.layers.last_mut();
        let layer = layer.filter(|layer| layer.kind == LayerWord::Dense);
        let layer = layer.ok_or(refused)?;
        for (_, array) in &mut layer.arrays {
            *array = selected(array, 0, &order).ok_or(refused)?;
        }
        // What stands in the other order is of no use any more.
        self.version += 1;
        track.version = self.version;
        Ok(())
    }

    /// Adds a layer; what it gives has these axes and vectors.
    pub(super) fn push(
        &mut self,
        layer: LayerDraft,
        axes: Vec<Vec<Atom>>,
        vector: Vec<Atom>,
    ) -> Result<Track, Reason> {
        self.add_layer(layer)?;
        Ok(Track {
            axes,
            vector: Some(vector),
            version: self.version,
            take: Take::Steps,
            last: false,
            first: false,
            part: None,
            zeros: vec![],
            scalings: vec![],
        })
    }

    /// The same vectors behind a layer that changed their elements alone.
    pub(super) fn going_on(&self, track: Track) -> Track {
        Track {
            version: self.version,
            take: Take::Steps,
            last: false,
            ..track
        }
    }

    /// Adds a layer to the chain.
    pub(super) fn add_layer(&mut self, layer: LayerDraft) -> Result<(), Reason> {
        if self.draft.layers.len() >= MAX_LAYERS {
            return Err(format!(
                "it would be layer number {}, of {MAX_LAYERS} at most",
                MAX_LAYERS + 1
            ));
        }
        self.draft.layers.push(layer);
        self.version += 1;
        Ok(())
    }

    /// Whether steps are still told apart.
    pub(super) fn has_steps(&self, track: &Track) -> bool {
        let gone = self.draft.layers.iter().any(|layer| layer.last_state);
        !(gone || self.draft.last || track.last || track.take != Take::Steps)
    }
}

/// The most elements of a vector whose order is changed.
const MOST_PLACES: usize = 1 << 20;

/// The columns of weights, put from the order in which a node sees the elements into that of the
/// vectors.
pub fn columns(weights: Tensor, order: &Order) -> Option<Tensor> {
    let Some(order) = order else {
        return Some(weights);
    };
    let last = weights.shape.len().checked_sub(1)?;
    let mut back = vec![0usize; order.len()];
    for (at, &place) in order.iter().enumerate() {
        *back.get_mut(place)? = at;
    }
    selected(&weights, last, &back)
}
