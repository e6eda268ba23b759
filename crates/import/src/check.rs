//! What a network gives, compared with what its model gave.

use network::{SequenceNetwork, Tensor};

use crate::axes::{Layout, Role, total};
use crate::error::ImportError;

/// How far a network is from its model.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The largest difference.
    pub largest: f64,
    /// Where, as the indices of the model's array.
    pub position: String,
    /// What the network gives there.
    pub found: f64,
    /// What the model gave.
    pub wanted: f64,
    /// How many numbers were compared.
    pub compared: usize,
}

/// Runs a network over the model's input array `x`, and compares what it gives with the model's
/// output array `y`. `lengths` are the steps of each sequence, where they are fewer than the array
/// holds; what lies beyond is not compared.
///
/// # Errors
/// [`ImportError::Shape`] where the arrays do not have the axes that the model's had.
pub fn compare(
    network: &SequenceNetwork,
    layout: &Layout,
    x: &Tensor,
    y: &Tensor,
    lengths: Option<&[usize]>,
) -> Result<Deviation, ImportError> {
    let sizes = Sizes::of(layout, network.inputs, x)?;
    if lengths.is_some_and(|lengths| lengths.len() != sizes.sequences) {
        return Err(ImportError::Shape {
            what: "the array of lengths",
            found: lengths.map_or(0, <[usize]>::len).to_string(),
            expected: format!("{}, one for each sequence", sizes.sequences),
        });
    }
    let given: Vec<Vec<Vec<f64>>> = (0..sizes.sequences)
        .map(|sequence| {
            let steps = lengths.and_then(|lengths| lengths.get(sequence).copied());
            let steps = steps.unwrap_or(sizes.steps).min(sizes.steps);
            let vectors = (0..steps).map(|step| sizes.vector(layout, x, sequence, step));
            network.run(&vectors.collect::<Vec<_>>()).outputs
        })
        .collect();
    let wanted = sizes.output_shape(layout);
    if y.shape != wanted {
        return Err(ImportError::Shape {
            what: "the array of what is expected",
            found: y.shape_text(),
            expected: Tensor {
                shape: wanted,
                values: vec![],
            }
            .shape_text(),
        });
    }
    Ok(largest(network, layout, &sizes, &given, y))
}

/// The length of a part of the vector.
fn element(role: Role) -> Option<usize> {
    match role {
        Role::Element { length, .. } => Some(length),
        Role::Sequence | Role::Step => None,
    }
}

/// How many there are of what.
struct Sizes {
    sequences: usize,
    steps: usize,
}

impl Sizes {
    fn of(layout: &Layout, inputs: usize, x: &Tensor) -> Result<Sizes, ImportError> {
        let mut sizes = Sizes {
            sequences: 1,
            steps: 1,
        };
        let mut elements = 1usize;
        let mut fits = x.shape.len() == layout.input.len();
        for (axis, &length) in layout.input.iter().zip(&x.shape) {
            let own = total(axis.iter().filter_map(|role| element(*role).map(Some)));
            let own = own.unwrap_or(0);
            elements = elements.saturating_mul(own);
            let mut others = axis.iter().filter(|role| element(**role).is_none());
            match (others.next(), others.next()) {
                (None, _) => fits &= length == own,
                (Some(role), None) if own > 0 && length.is_multiple_of(own) => match role {
                    Role::Sequence => sizes.sequences = length / own,
                    _ => sizes.steps = length / own,
                },
                _ => fits = false,
            }
        }
        if fits && elements == inputs {
            return Ok(sizes);
        }
        let word = |role: &Role| match role {
            Role::Sequence => "sequences".to_string(),
            Role::Step => "steps".to_string(),
            Role::Element { length, .. } => length.to_string(),
        };
        let axis = |axis: &Vec<Role>| match axis.as_slice() {
            [] => "1".to_string(),
            [one] => word(one),
            several => format!(
                "({})",
                several.iter().map(word).collect::<Vec<_>>().join(" * ")
            ),
        };
        Err(ImportError::Shape {
            what: "the array of inputs",
            found: x.shape_text(),
            expected: layout
                .input
                .iter()
                .map(axis)
                .collect::<Vec<_>>()
                .join(" x "),
        })
    }

    /// The vector of a step.
    fn vector(&self, layout: &Layout, x: &Tensor, sequence: usize, step: usize) -> Vec<f64> {
        // Places in the array, with that in the vector.
        let mut places = vec![(0usize, 0usize)];
        for &role in layout.input.iter().flatten() {
            let (length, choices) = match role {
                Role::Sequence => (self.sequences, sequence..sequence + 1),
                Role::Step => (self.steps, step..step + 1),
                Role::Element { length, .. } => (length, 0..length),
            };
            let stride = match role {
                Role::Element { stride, .. } => stride,
                _ => 0,
            };
            let next = places.iter().flat_map(|&(place, element)| {
                let base = place.saturating_mul(length);
                let at = move |choice: usize| {
                    let element = element.saturating_add(choice.saturating_mul(stride));
                    (base.saturating_add(choice), element)
                };
                choices.clone().map(at)
            });
            places = next.collect();
        }
        places.sort_unstable_by_key(|(_, element)| *element);
        let value = |(place, _): &(usize, usize)| x.values.get(*place).copied().unwrap_or(0.0);
        places.iter().map(value).collect()
    }

    fn length(&self, role: Role) -> usize {
        match role {
            Role::Sequence => self.sequences,
            Role::Step => self.steps,
            Role::Element { length, .. } => length,
        }
    }

    fn output_shape(&self, layout: &Layout) -> Vec<usize> {
        // What cannot be counted is the shape of no array.
        let axis = |axis: &Vec<Role>| {
            total(axis.iter().map(|&role| Some(self.length(role)))).unwrap_or(usize::MAX)
        };
        layout.output.iter().map(axis).collect()
    }
}

/// The largest difference; NaN counts as infinite.
fn largest(
    network: &SequenceNetwork,
    layout: &Layout,
    sizes: &Sizes,
    given: &[Vec<Vec<f64>>],
    y: &Tensor,
) -> Deviation {
    let roles: Vec<Role> = layout.output.concat();
    let mut deviation = Deviation {
        largest: 0.0,
        position: "nowhere".into(),
        found: 0.0,
        wanted: 0.0,
        compared: 0,
    };
    for (at, &wanted) in y.values.iter().enumerate() {
        let (mut sequence, mut step, mut element) = (0, 0, 0);
        let mut rest = at;
        for &role in roles.iter().rev() {
            let length = sizes.length(role).max(1);
            let index = rest % length;
            rest /= length;
            match role {
                Role::Sequence => sequence = index,
                Role::Step => step = index,
                Role::Element { stride, .. } => element += index.saturating_mul(stride),
            }
        }
        let step = if network.gives_one() { 0 } else { step };
        let vector = given.get(sequence).and_then(|run| run.get(step));
        let Some(&found) = vector.and_then(|vector| vector.get(element)) else {
            continue;
        };
        deviation.compared += 1;
        let difference = (found - wanted).abs();
        let difference = if difference.is_nan() {
            f64::INFINITY
        } else {
            difference
        };
        if difference > deviation.largest {
            deviation.largest = difference;
            deviation.position = y.position(at);
            (deviation.found, deviation.wanted) = (found, wanted);
        }
    }
    deviation
}
