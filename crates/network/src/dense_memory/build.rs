//! From a description to a network.

use super::{DenseMemory, Interaction};
use crate::description::{
    DenseMemoryDescription, ImageSource, InteractionWord, Source, StoredPatterns,
};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::learning::LabelledImages;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// The most patterns.
const MOST: usize = 4096;
/// The largest sharpness that is chosen by itself, and the smallest.
const SHARPEST: f64 = 1.0;
const BLUNTEST: f64 = 1.0 / 1024.0;
/// Bits that hold the pulls of the patterns that matter, where the sharpness is chosen.
const BITS: f64 = 40.0;

impl DenseMemory {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &DenseMemoryDescription,
        source: &Source,
    ) -> Result<DenseMemory, NetworkError> {
        let units = described.network.units;
        let patterns = patterns(&described.weights, units, source)?;
        let probes = match &described.data.probes {
            Some(probes) => {
                let what = "the start states";
                given::states(probes, units, what, source, "data.probes")?
            }
            None => given::noisy(described.data.noise, &patterns, units),
        };
        let mut network = DenseMemory {
            name: described.network.name.clone(),
            units,
            patterns: given::real(&patterns, 1.0),
            interaction: match described.dynamics.interaction {
                InteractionWord::Square => Interaction::Square,
                InteractionWord::Cube => Interaction::Cube,
                InteractionWord::Exp => Interaction::Exp {
                    sharpness: SHARPEST,
                },
            },
            stop: described.update.rule(),
            probes: given::real(&probes, 1.0),
        };
        if let Interaction::Exp { .. } = network.interaction {
            let sharpness = described.dynamics.sharpness;
            let sharpness = sharpness.unwrap_or_else(|| suitable(&network));
            network.interaction = Interaction::Exp { sharpness };
        }
        Ok(network)
    }
}

/// The largest power of two with which so many bits reach from the largest overlap there can be
/// down to that of each start state with the pattern nearest to it.
fn suitable(network: &DenseMemory) -> f64 {
    let nearest = |probe: &Vec<f64>| {
        let overlaps = network.overlaps(probe).into_iter();
        overlaps.fold(f64::NEG_INFINITY, f64::max)
    };
    let least = network.probes.iter().map(nearest);
    let least = least.fold(network.units as f64, f64::min);
    let way = (network.units as f64 - least).max(0.0);
    let mut sharpness = SHARPEST;
    while sharpness > BLUNTEST && sharpness * way * std::f64::consts::LOG2_E > BITS {
        sharpness /= 2.0;
    }
    sharpness
}

fn patterns(
    given: &StoredPatterns,
    units: usize,
    source: &Source,
) -> Result<Vec<Vec<i8>>, NetworkError> {
    let (field, patterns) = match (&given.patterns, &given.images) {
        (Some(patterns), _) => {
            let field = "weights.patterns";
            (field, given::patterns(patterns, units, source, field)?)
        }
        (None, Some(images)) => {
            let field = "weights.images.labelled_images";
            let patterns = each_image(images, units, source);
            (
                field,
                patterns.map_err(|problem| source.error(field, problem))?,
            )
        }
        (None, None) => ("weights", vec![]),
    };
    if !(1..=MOST).contains(&patterns.len()) {
        let problem = Problem::OutOfRange {
            what: "the number of patterns",
            value: patterns.len() as f64,
            low: 1.0,
            high: MOST as f64,
        };
        return Err(source.error(field, problem));
    }
    Ok(patterns)
}

fn each_image(
    images: &ImageSource,
    units: usize,
    source: &Source,
) -> Result<Vec<Vec<i8>>, Problem> {
    let tensor = Tensor::load(source.folder(), &images.labelled_images)?;
    let mut labelled = LabelledImages::from_tensor(&tensor)?;
    let pixels = labelled.images.first().map_or(0, Vec::len);
    if pixels != units {
        return Err(Problem::Shape {
            what: "the table of labelled images",
            found: format!("the shape {}", tensor.shape_text()),
            expected: format!("{units} values and a label in each row"),
        });
    }
    labelled.images.truncate(images.first.unwrap_or(usize::MAX));
    Ok(labelled.patterns(images.threshold))
}
