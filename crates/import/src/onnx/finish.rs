//! What the whole model is, once all nodes are gone through.

use super::graph::Importer;
use super::track::Track;
use crate::axes::{Atom, Layout, Role, total};
use crate::draft::Draft;
use crate::error::{ImportError, one_line};

impl Importer<'_> {
    /// Settles the output, and where everything stands.
    pub(super) fn finish(mut self, output: &str) -> Result<Draft, ImportError> {
        let fail = |message: String| ImportError::Model {
            message,
            expected: "one input of vectors, a chain of layers, and an output of vectors".into(),
        };
        let value = self.value(output);
        let track = self.track(Some(&value)).and_then(|track| {
            let track = self.scaled(track)?;
            self.join(&track)?;
            Ok(track)
        });
        let shown = one_line(output);
        let track = track.map_err(|reason| fail(format!("the output `{shown}`: {reason}")))?;
        if self.draft.layers.is_empty() {
            return Err(fail("the model has no layer".into()));
        }
        let vector = track.vector.clone().unwrap_or_default();
        self.draft.layout = self.layout(&track, &vector).map_err(fail)?;
        if self.draft.inputs == 0 {
            let elements = self.draft.layout.input.iter().flatten();
            let lengths = elements.filter_map(|role| match role {
                Role::Element { length, .. } => Some(Some(*length)),
                _ => None,
            });
            self.draft.inputs = total(lengths).unwrap_or(0);
        }
        if self.draft.inputs == 0 {
            return Err(fail(
                "the number of elements of an input vector is not known".into(),
            ));
        }
        Ok(self.draft)
    }

    /// Where steps and elements stand in the arrays of the model.
    fn layout(&mut self, track: &Track, vector: &[Atom]) -> Result<Layout, String> {
        let Some((_, input)) = self.source.clone() else {
            return Err("no layer takes an input of the model".into());
        };
        let [mut steps, mut sequences] = self.steps.clone().unwrap_or_default();
        let is_outer = |atom: &Atom| input.iter().flatten().any(|it| it == atom);
        if self.steps.is_none() {
            // Nothing tells sequences from steps: the first axis counts the sequences.
            let outer = track.axes.iter().flatten().copied();
            let mut left = outer.filter(|atom| is_outer(atom) && !vector.contains(atom));
            sequences = left.next().into_iter().collect();
            steps = left.collect();
        }
        let last: Vec<Atom> = track.axes.concat();
        let others = last.iter().filter(|atom| !vector.contains(atom));
        let own = last.len() - others.clone().count();
        if own != vector.len() {
            return Err("the output does not hold whole vectors of its layer".into());
        }
        if steps.len() > 1 || sequences.len() > 1 || others.clone().any(|atom| !is_outer(atom)) {
            return Err("the axes of the output are not steps, sequences and elements".into());
        }
        let is_element = |atom: &&Atom| !(steps.contains(atom) || sequences.contains(atom));
        let elements: Vec<Atom> = input.iter().flatten().filter(is_element).copied().collect();
        let entry = self.entry.clone().unwrap_or_else(|| elements.clone());
        if elements.len() != entry.len() || elements.iter().any(|atom| !entry.contains(atom)) {
            return Err("the first layer does not take whole vectors of the input".into());
        }
        if elements != entry {
            self.note(axis_order(&input, &entry));
        }
        let roles = |axes: &[Vec<Atom>], vector: &[Atom]| -> Vec<Vec<Role>> {
            let strides = self.strides(vector);
            let role = |atom: &Atom| match () {
                () if steps.contains(atom) => Role::Step,
                () if sequences.contains(atom) => Role::Sequence,
                () => Role::Element {
                    length: self.length(std::slice::from_ref(atom)).unwrap_or(0),
                    stride: strides
                        .iter()
                        .find(|(it, _)| it == atom)
                        .map_or(0, |(_, stride)| *stride),
                },
            };
            let axis = |axis: &Vec<Atom>| axis.iter().map(role).collect();
            axes.iter().map(axis).collect()
        };
        Ok(Layout {
            input: roles(&input, &entry),
            output: roles(&track.axes, vector),
        })
    }
}

/// Says in which order vectors hold the elements, where the model's input has another one.
fn axis_order(input: &[Vec<Atom>], entry: &[Atom]) -> String {
    let number = |atom: &Atom| input.iter().position(|axis| axis.contains(atom));
    let axes = entry.iter().filter_map(number).map(|axis| axis.to_string());
    format!(
        "an input vector holds its elements in another order than the model's input: that of the \
         axes {}, the last the fastest",
        axes.collect::<Vec<_>>().join(", ")
    )
}
