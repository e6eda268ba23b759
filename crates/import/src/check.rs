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
            match axis.as_slice() {
                [] => fits &= length == 1,
                [Role::Sequence] => sizes.sequences = length,
                [Role::Step] => sizes.steps = length,
                [Role::Element(own)] => {
                    fits &= *own == length;
                    elements = elements.saturating_mul(length);
                }
                _ => fits = false,
            }
        }
        if fits && elements == inputs {
            return Ok(sizes);
        }
        let word = |axis: &Vec<Role>| match axis.as_slice() {
            [Role::Sequence] => "sequences".to_string(),
            [Role::Step] => "steps".to_string(),
            [Role::Element(length)] => length.to_string(),
            _ => "1".to_string(),
        };
        Err(ImportError::Shape {
            what: "the array of inputs",
            found: x.shape_text(),
            expected: layout
                .input
                .iter()
                .map(word)
                .collect::<Vec<_>>()
                .join(" x "),
        })
    }

    /// The vector of a step.
    fn vector(&self, layout: &Layout, x: &Tensor, sequence: usize, step: usize) -> Vec<f64> {
        let mut places = vec![0usize];
        for (axis, &length) in layout.input.iter().zip(&x.shape) {
            let choices: Vec<usize> = match axis.as_slice() {
                [Role::Sequence] => vec![sequence],
                [Role::Step] => vec![step],
                [Role::Element(own)] => (0..*own).collect(),
                _ => vec![0],
            };
            let next = places.iter().flat_map(|place| {
                let base = place.saturating_mul(length);
                choices
                    .iter()
                    .map(move |choice| base.saturating_add(*choice))
            });
            places = next.collect();
        }
        let value = |place: &usize| x.values.get(*place).copied().unwrap_or(0.0);
        places.iter().map(value).collect()
    }

    fn length(&self, role: Role) -> usize {
        match role {
            Role::Sequence => self.sequences,
            Role::Step => self.steps,
            Role::Element(length) => length,
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
        let (mut rest, mut weight) = (at, 1);
        for &role in roles.iter().rev() {
            let length = sizes.length(role).max(1);
            let index = rest % length;
            rest /= length;
            match role {
                Role::Sequence => sequence = index,
                Role::Step => step = index,
                Role::Element(_) => {
                    element += index * weight;
                    weight *= length;
                }
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
