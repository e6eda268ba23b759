//! The sections that describe a dense associative memory.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::{Checked, Checker, MAX_SIDE};
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::{Fold, Noise};
use super::values::{FormatChoice, NamedFiles, PatternSource, TensorSource, named};
use crate::dense_memory::DenseMemory;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A dense associative memory (D. Krotov, J. J. Hopfield, Advances in Neural Information Processing
/// Systems 29, 2016): units of two states that keep their patterns p themselves; a state s has the
/// overlaps `m_p = sum_j p_j s_j` and the energy `-sum_p F(m_p)`. All units at the same time take
/// the value that has the lower energy, all others as they are.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenseMemoryDescription {
    /// What is built.
    pub network: DenseMemoryNetwork,
    /// The patterns.
    pub weights: StoredPatterns,
    /// The function F.
    #[serde(default)]
    pub dynamics: DenseMemoryDynamics,
    /// For how long the network runs.
    #[serde(default)]
    pub update: RunSection,
    /// The word formats.
    #[serde(default)]
    pub format: RealFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start.
    #[serde(default)]
    pub data: DenseMemoryData,
}

/// The word `dense_associative_memory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DenseMemoryKind {
    /// A dense associative memory.
    DenseAssociativeMemory,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenseMemoryNetwork {
    /// The network kind.
    pub kind: DenseMemoryKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// The patterns: exactly one of `patterns` and `images`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredPatterns {
    /// The patterns, one a row, of units values -1 or +1; or one for each class of labelled images.
    pub patterns: Option<PatternSource>,
    /// Images, each of them a pattern.
    pub images: Option<ImageSource>,
}

/// Labelled images of which each is a pattern.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageSource {
    /// A file of labelled images: in each row the values of one image, then its label (0, 1, ..).
    pub labelled_images: String,
    /// A pixel counts as +1 where its value is at least this, else as -1.
    pub threshold: f64,
    /// Only so many images, the first ones, 1 to 4096. Default: all.
    #[schemars(range(min = 1, max = 4096))]
    pub first: Option<usize>,
}

/// The function F of the overlaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DenseMemoryDynamics {
    /// The function. Default `cube`.
    pub interaction: InteractionWord,
    /// `exp` only: the factor b of `e^(b m)`, above 0 to 4. Default: the largest of 1, 1/2, 1/4 ..
    /// with which 40 bits hold what the smallest overlap of a start state with its pattern adds.
    pub sharpness: Option<f64>,
}

/// The functions of the overlaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InteractionWord {
    /// `F(m) = m^2`: Hebb's rule without self-coupling.
    Square,
    /// `F(m) = m^3`.
    #[default]
    Cube,
    /// `F(m) = e^(b m)` (M. Demircigil et al., Journal of Statistical Physics 168, 2017).
    Exp,
}

/// Where runs start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DenseMemoryData {
    /// Start states, one a row, of units values -1 or +1.
    pub probes: Option<TensorSource>,
    /// Start states made from the patterns by flipping some of their values.
    pub noise: Option<Noise>,
}

impl StoredPatterns {
    fn check(&self, check: &Checker<'_>) -> Checked {
        let expected = "exactly one of `patterns` and `images`";
        match (&self.patterns, &self.images) {
            (None, None) => check.conflict("weights", "no patterns are given", expected),
            (Some(_), Some(_)) => {
                let message = "patterns are given more than once";
                check.conflict("weights", message, expected)
            }
            (Some(PatternSource::Prototypes(prototypes)), None) => {
                let (field, value) = ("weights.patterns.threshold", prototypes.threshold);
                check.range(field, "the threshold", value, -1e9, 1e9)
            }
            (Some(PatternSource::Tensor(_)), None) => Ok(()),
            (None, Some(images)) => {
                let (field, value) = ("weights.images.threshold", images.threshold);
                check.range(field, "the threshold", value, -1e9, 1e9)?;
                match images.first {
                    Some(first) => {
                        let what = "the number of images";
                        check.count("weights.images.first", what, first, MAX_SIDE)
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

impl DenseMemoryDescription {
    /// Words of exponentials are positive, so that they need no sign.
    fn check_words(&self, check: &Checker<'_>) -> Checked {
        let others = RealFormat {
            activation: FormatChoice::Auto,
            ..self.format.clone()
        };
        check.run(&self.update, &others)?;
        match self.format.activation {
            FormatChoice::Fixed(format) if format.max_raw() < 2 => {
                let expected = "a format of two bits or more, such as `u8f8`, or `auto`";
                check.format_use("format.activation", "exponentials", format, expected)
            }
            FormatChoice::Fixed(_) | FormatChoice::Auto => Ok(()),
        }
    }
}

impl Described for DenseMemoryDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let units = self.network.units;
        check.name(&self.network.name)?;
        check.count("network.units", "the number of units", units, MAX_SIDE)?;
        self.weights.check(&check)?;
        let exp = self.dynamics.interaction == InteractionWord::Exp;
        let (field, when) = ("dynamics.sharpness", "interaction = \"exp\"");
        check.only(field, self.dynamics.sharpness.is_some(), exp, when)?;
        if let Some(sharpness) = self.dynamics.sharpness {
            check.range(field, "the sharpness", sharpness, 1e-4, 4.0)?;
        }
        self.check_words(&check)?;
        for (field, choice) in [
            ("format.weights", self.format.weights),
            ("format.state", self.format.state),
        ] {
            let given = choice != FormatChoice::Auto;
            let when = "networks whose states or weights are no single bits";
            check.only(field, given, false, when)?;
        }
        let given = self.format.activation != FormatChoice::Auto;
        check.only("format.activation", given, exp, when)?;
        check.fold(&self.hardware, MAX_SIDE)?;
        if let Some(noise) = self.data.noise {
            check.noise(noise, self.data.probes.is_some())?;
        }
        Ok(())
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        DenseMemory::from_description(self, source).map(Network::DenseMemory)
    }

    fn files(&self) -> NamedFiles {
        let mut files = named([("data.probes", self.data.probes.as_ref())]);
        let patterns = self.weights.patterns.as_ref();
        files.extend(patterns.and_then(|patterns| patterns.file("weights.patterns")));
        let images = self.weights.images.as_ref();
        files.extend(images.map(|images| {
            let field = "weights.images.labelled_images";
            (field.into(), images.labelled_images.clone())
        }));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
