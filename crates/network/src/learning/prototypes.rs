//! One pattern for each class of labelled images.

use crate::problem::Problem;
use crate::tensor::Tensor;

/// Labelled images.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledImages {
    /// The values of each image; all of one length.
    pub images: Vec<Vec<f64>>,
    /// The class of each image, from 0.
    pub labels: Vec<usize>,
}

/// Largest number of classes.
const MAX_CLASSES: usize = 4096;

impl LabelledImages {
    /// Takes rows that hold the values of an image and then its label.
    ///
    /// # Errors
    /// When there are no rows, no values, a value is not finite or a label is no class number.
    pub fn from_tensor(tensor: &Tensor) -> Result<LabelledImages, Problem> {
        let what = "the table of labelled images";
        let columns = match tensor.shape.as_slice() {
            [rows, columns] if *rows > 0 && *columns > 1 => *columns,
            _ => {
                let expected = "one row an image: its values, then its label".to_string();
                return Err(Problem::Shape {
                    what,
                    found: format!("the shape {}", tensor.shape_text()),
                    expected,
                });
            }
        };
        tensor.check_finite(what)?;
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for (row, values) in tensor.values.chunks(columns).enumerate() {
            let Some((&label, image)) = values.split_last() else {
                continue;
            };
            if !(label >= 0.0 && label < MAX_CLASSES as f64 && label.fract() == 0.0) {
                let position = format!("row {row}, column {}", columns - 1);
                let allowed = "labels that are whole numbers from 0 to 4095";
                return Err(Problem::ElementValue {
                    what,
                    value: label,
                    position,
                    allowed,
                });
            }
            images.push(image.to_vec());
            labels.push(label as usize);
        }
        Ok(LabelledImages { images, labels })
    }

    /// Every image as a pattern: +1 where a value is at least `threshold`, else -1.
    pub fn patterns(&self, threshold: f64) -> Vec<Vec<i8>> {
        self.images
            .iter()
            .map(|image| thresholded(image, threshold))
            .collect()
    }
}

/// One pattern for each class that has images, in the order of the classes: the majority of the
/// thresholded images of the class, pixel by pixel: +1 where at least half of them have a value of
/// at least `threshold`, else -1.
pub fn prototypes(labelled: &LabelledImages, threshold: f64) -> Vec<Vec<i8>> {
    let classes = labelled
        .labels
        .iter()
        .max()
        .map_or(0, |largest| largest + 1);
    let pixels = labelled.images.first().map_or(0, Vec::len);
    let mut votes = vec![(0usize, vec![0i64; pixels]); classes];
    for (image, &label) in labelled.images.iter().zip(&labelled.labels) {
        if let Some((count, votes)) = votes.get_mut(label) {
            *count += 1;
            let values = thresholded(image, threshold);
            votes
                .iter_mut()
                .zip(values)
                .for_each(|(vote, value)| *vote += i64::from(value));
        }
    }
    let present = votes.into_iter().filter(|(count, _)| *count > 0);
    present
        .map(|(_, votes)| {
            votes
                .into_iter()
                .map(|vote| if vote >= 0 { 1 } else { -1 })
                .collect()
        })
        .collect()
}

fn thresholded(values: &[f64], threshold: f64) -> Vec<i8> {
    values
        .iter()
        .map(|&value| if value >= threshold { 1 } else { -1 })
        .collect()
}
