//! A project taken down the levels: to the integer program, and to hardware.

use network::{Network, NetworkError, Problem};
use program::{Format, Program};
use quantize::range::{Effort, Observation};
use quantize::{Options, QuantizeError};
use schedule::Scheduled;

use crate::error::HopwireError;
use crate::exit::Exit;
use crate::hardware::{self, Loads};
use crate::project::Project;
use crate::simulation::start::Starts;

/// A project with its integer program.
#[derive(Debug, Clone)]
pub struct Built {
    /// The description and the network.
    pub project: Project,
    /// The program.
    pub program: Program,
    /// What the formats are and what they cost.
    pub report: quantize::Report,
}

impl Built {
    /// Quantises a project; `weights` overrides the format of the description.
    ///
    /// # Errors
    /// A format that does not do, at its field of the description.
    pub fn new(project: Project, weights: Option<Format>) -> Result<Built, HopwireError> {
        let options = Options {
            weights,
            ..Options::default()
        };
        let quantized = quantize::quantize(&project.description, &project.network, &options)
            .map_err(|error| quantize_error(&project, &error))?;
        Ok(Built {
            project,
            program: quantized.program,
            report: quantized.report,
        })
    }

    /// Reads a project and quantises it.
    ///
    /// # Errors
    /// As [`Project::load`] and [`Built::new`].
    pub fn load(path: &std::path::Path) -> Result<Built, HopwireError> {
        Built::new(Project::load(path)?, None)
    }

    /// The hardware that the description asks for.
    ///
    /// # Errors
    /// A fold or form that does not suit.
    pub fn scheduled(&self) -> Result<Scheduled, HopwireError> {
        hardware::scheduled(&self.project, &self.program)
    }

    /// The program and what was chosen for it, as a line of JSON.
    pub fn program_text(&self) -> String {
        let file = serde_json::json!({
            "schema": "hopwire.program/1",
            "report": self.report,
            "program": self.program,
        });
        format!("{file}\n")
    }

    /// The certificate that no value of the program can leave its format, as a line of JSON.
    ///
    /// # Errors
    /// When one can.
    pub fn certificate_text(&self) -> Result<String, HopwireError> {
        let certificate = quantize::range::certificate(&self.program);
        let certificate = certificate.map_err(|error| quantize_error(&self.project, &error))?;
        Ok(format!("{certificate}\n"))
    }

    /// The ranges of the program's values.
    ///
    /// # Errors
    /// When the program is not valid.
    pub fn ranges(&self) -> Result<quantize::range::Ranges, HopwireError> {
        let ranges = quantize::range::analyse(&self.program);
        ranges.map_err(|error| quantize_error(&self.project, &error))
    }

    /// What every value of the program is in runs from these starts, beside what it can be.
    ///
    /// # Errors
    /// When a value leaves a format whose overflow mode is `error`, or the hardware that the
    /// description asks for does not suit.
    pub fn observed(&self, starts: &[Loads]) -> Result<Observation, HopwireError> {
        let ranges = self.ranges()?;
        let effort = Effort {
            steps: self.scheduled()?.timing.fixed_steps.unwrap_or(u64::MAX),
            ..Effort::DEFAULT
        };
        let observed = quantize::range::observe(&self.program, &ranges, starts, effort);
        observed.map_err(|error| quantize_error(&self.project, &error))
    }

    /// Raw values of a start: of the first, where there are several.
    pub fn loads(&self, starts: &Starts) -> Loads {
        match (starts, &self.project.network) {
            (Starts::Units(states), _) => {
                let first = states.first().map_or(&[][..], Vec::as_slice);
                quantize::hopfield_start(&self.program, first)
            }
            (Starts::Images { input, second }, Network::Cellular(network)) => {
                quantize::cellular_start(&self.program, network, input, second)
            }
            (Starts::Images { .. }, _) => vec![],
            (Starts::Sequences(sequences), _) => {
                let first = sequences.first().cloned().unwrap_or_default();
                quantize::sequence::loads_from(&self.program, &first.sequence, &first.states)
            }
            (Starts::Vectors(starts), network) => {
                let first = network.dynamics().zip(starts.first());
                first.map_or(vec![], |(network, start)| {
                    quantize::dynamic::loads(&self.program, network, start)
                })
            }
        }
    }

    /// Raw values of the description's own data: its first start state, or its images; zeros where
    /// it has none.
    pub fn described_loads(&self) -> Loads {
        self.loads(&self.described_starts())
    }

    /// The description's own data: its start states, or its images, white where it has none.
    pub fn described_starts(&self) -> Starts {
        match &self.project.network {
            Network::Hopfield(network) => Starts::Units(network.probes.clone()),
            Network::Cellular(network) => {
                let image = |image: &[f64]| {
                    if image.is_empty() {
                        vec![-1.0; network.cells()]
                    } else {
                        image.to_vec()
                    }
                };
                Starts::Images {
                    input: image(&network.input),
                    second: image(&network.second),
                }
            }
            Network::Sequence(network) => Starts::Sequences(network.given()),
            other => {
                let starts = other.dynamics().map(|network| network.starts());
                Starts::Vectors(starts.into_iter().flatten().collect())
            }
        }
    }
}

/// A word format from an argument.
///
/// # Errors
/// A text that is no format.
pub fn format_argument(text: &str, argument: &'static str) -> Result<Format, HopwireError> {
    text.parse::<Format>()
        .map_err(|error| NetworkError::at(Problem::Format(error), None, argument).into())
}

/// An error of the quantiser, at its field of the description.
pub fn quantize_error(project: &Project, error: &QuantizeError) -> HopwireError {
    let (field, exit) = match error {
        QuantizeError::Format { field, .. } => (*field, Exit::BadInput),
        QuantizeError::TooWide { .. }
        | QuantizeError::Search { .. }
        | QuantizeError::Activation { .. } => ("format", Exit::BadInput),
        QuantizeError::Layer { .. } => ("layer", Exit::BadInput),
        QuantizeError::Execution(_) | QuantizeError::Uncertified { .. } => {
            ("format", Exit::DoesNotHold)
        }
        QuantizeError::Mismatched | QuantizeError::Program(_) => ("network", Exit::Tool),
    };
    HopwireError::level(error, exit).at(&project.description.source, field)
}
