//! From a program to hardware, and the beats that a host sends it.

use network::description::{Form as DescribedForm, Sections};
use program::Program;
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

/// The load beats for raw values; a vector without values counts as zeros.
pub fn load_beats(scheduled: &Scheduled, loads: &Loads) -> Vec<Vec<i64>> {
    let load = &scheduled.interface.load;
    let fields: Vec<&[i64]> = load
        .fields
        .iter()
        .map(|(vector, _)| {
            let found = loads.iter().find(|(id, _)| id == vector);
            found.map_or(&[][..], |(_, values)| values.as_slice())
        })
        .collect();
    load.pack(&fields)
}
