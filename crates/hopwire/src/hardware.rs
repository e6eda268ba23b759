//! From a program to hardware, and the beats that a host sends it.

use hw_sim::SimulationError;
use hw_sim::stimulus::stream::{Beat, StreamDriver};
use network::description::{Form as DescribedForm, Sections};
use program::Program;
use schedule::interface::Stream;
use schedule::{Form, Hardware, Scheduled};

use crate::error::HopwireError;
use crate::exit::Exit;
use crate::project::Project;

/// The fold and form that a description asks for.
pub fn described(sections: &Sections) -> Hardware {
    match sections {
        Sections::Cellular(sections) => Hardware {
            lanes: sections.hardware.lanes.unwrap_or(1),
            taps: 1,
            form: match sections.hardware.form {
                DescribedForm::Frame => Form::Frame,
                DescribedForm::Streaming => Form::Streaming {
                    iterations: sections.hardware.iterations.unwrap_or(1),
                },
            },
        },
        units => {
            let fold = units.described().fold();
            Hardware {
                lanes: fold.lanes.unwrap_or(1),
                taps: fold.taps.unwrap_or(1),
                form: Form::Frame,
            }
        }
    }
}

/// Puts the program of a project on the hardware that its description asks for.
///
/// # Errors
/// A fold or form that does not suit, at its field of the description.
pub fn scheduled(project: &Project, program: &Program) -> Result<Scheduled, HopwireError> {
    let hardware = described(&project.description.sections);
    schedule::schedule(program, &hardware).map_err(|error| {
        let (field, exit) = match &error {
            schedule::ScheduleError::Fold { field, .. } => (*field, Exit::BadInput),
            schedule::ScheduleError::Form { .. } => ("hardware.form", Exit::BadInput),
            schedule::ScheduleError::Program { .. } => ("network", Exit::Tool),
        };
        HopwireError::level(&error, exit).at(&project.description.source, field)
    })
}

pub use quantize::range::Loads;

/// The beats that a host sends for a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beats {
    /// Those that load it.
    pub load: Vec<Vec<i64>>,
    /// Those that feed its steps, each with whether it is the last of the sequence.
    pub feed: Vec<(Vec<i64>, bool)>,
}

impl Beats {
    /// For raw values; a vector without values counts as zeros.
    pub fn of(scheduled: &Scheduled, loads: &Loads) -> Beats {
        let fields = |stream: &Stream| -> Vec<&[i64]> {
            let values = |(vector, _): &(program::VectorId, program::Format)| {
                let found = loads.iter().find(|(id, _)| id == vector);
                found.map_or(&[][..], |(_, values)| values.as_slice())
            };
            stream.fields.iter().map(values).collect()
        };
        let interface = &scheduled.interface;
        let feed = interface.feed.as_ref();
        Beats {
            load: interface.load.pack(&fields(&interface.load)),
            feed: feed.map_or(vec![], |feed| feed.pack_steps(&fields(feed))),
        }
    }

    /// Puts them on the streams of a driver.
    ///
    /// # Errors
    /// When the design has no such streams.
    pub fn send(
        &self,
        scheduled: &Scheduled,
        driver: &mut StreamDriver,
    ) -> Result<(), SimulationError> {
        let interface = &scheduled.interface;
        for data in &self.load {
            let (data, last) = (data.clone(), false);
            driver.send(&interface.load.prefix, Beat { data, last })?;
        }
        if let Some(feed) = &interface.feed {
            for (data, last) in &self.feed {
                let (data, last) = (data.clone(), *last);
                driver.send(&feed.prefix, Beat { data, last })?;
            }
        }
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.load.len() + self.feed.len()
    }
}
