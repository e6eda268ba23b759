//! How far the integers stray from the network in real numbers, step by step.

use plot::{Axis, Curve};
use quantize::contraction::{Course, Norm};

use super::runs::drawn;
use super::view::{Block, Section, Term};
use super::{Material, numbers};
use crate::error::HopwireError;

const DISTANCE: Axis<'_> = Axis {
    label: "distance",
    unit: "",
    whole: false,
};
const DIFFER: Axis<'_> = Axis {
    label: "differ",
    unit: "elements",
    whole: true,
};

/// The bound or the measurement, and the distance in each step of the first run.
///
/// # Errors
/// Only where the plot cannot be drawn.
pub fn section(material: &Material<'_>) -> Result<Section, HopwireError> {
    let distance = &material.distance;
    let mut terms = vec![];
    if let Some(bound) = &distance.bound {
        let factor = match bound.norm {
            Norm::Largest => "Left of a difference after a step, at most",
            Norm::Scaled => "Left of a difference after a step, at most, in scaled units",
        };
        terms.extend([
            Term::new("Never farther than", numbers::real(bound.sharp)),
            Term::new(factor, numbers::real(bound.factor)),
            Term::new("Added by a step, at most", numbers::real(bound.rounding)),
        ]);
    }
    if let Some(measured) = &distance.measured {
        let steps = numbers::plural(measured.steps, "step");
        let starts = numbers::plural(measured.starts as u64, "start");
        let text = format!(
            "{} in {steps} from {starts}",
            numbers::real(measured.distance)
        );
        terms.push(Term::new("Largest distance measured", text));
    }
    let course = Course::of(&material.built.project.network, material.program());
    let figure = match &course {
        Some(course) => plotted(material, course)?,
        None => None,
    };
    let mut blocks = vec![];
    if !terms.is_empty() {
        blocks.push(Block::Terms { rows: terms });
    }
    if let Some(none) = &distance.no_bound {
        let text = format!("No bound for all time: {}.", none.why);
        blocks.push(Block::Note { text });
    }
    blocks.push(match (figure, &course) {
        (Some(figure), _) => Block::Figures {
            figures: vec![figure],
        },
        (None, Some(course)) => {
            let steps = numbers::plural(course.values.len() as u64 - 1, "step");
            let text = format!("In the first run, of {steps}, both levels are the same all along.");
            Block::Note { text }
        }
        (None, None) => Block::Note {
            text: "There is no state that both levels could be compared by step after step; what they \
                   give at the end is under Words."
                .into(),
        },
    });
    let lead = match distance.bound {
        Some(_) => {
            "How far the integers can ever be from the network in real numbers: what a step adds \
             over one minus what it leaves of a difference. The run shows how much of that occurs."
        }
        None => {
            "How far the integers are from the network in real numbers. There is no bound for all \
             time; what was measured is true of these runs alone."
        }
    };
    Ok(Section {
        id: "error",
        title: "Error",
        lead: lead.into(),
        blocks,
    })
}

fn plotted(
    material: &Material<'_>,
    course: &Course,
) -> Result<Option<super::view::Figure>, HopwireError> {
    let points = |values: &[f64]| (0..).map(f64::from).zip(values.iter().copied()).collect();
    let mut curves = vec![Curve {
        name: "in this run",
        points: points(&course.values),
    }];
    let most = course.values.iter().copied().fold(0.0, f64::max);
    if most == 0.0 {
        return Ok(None);
    }
    if course.counted {
        let caption = format!(
            "Elements whose sign is another in integers than in real numbers, before the first step \
             and after each: {} at most.",
            numbers::real(most)
        );
        return drawn("Elements that differ", caption, DIFFER, &curves);
    }
    let bound = material.distance.bound.as_ref().map(|bound| bound.sharp);
    let mut caption = format!(
        "The largest distance of an element of the state, before the first step and after each: {} \
         at most",
        numbers::real(most)
    );
    if let Some(bound) = bound {
        curves.push(Curve {
            name: "bound for all time",
            points: points(&vec![bound; course.values.len()]),
        });
        caption.push_str(", below the bound at all times");
    }
    caption.push('.');
    drawn("Distance from real numbers", caption, DISTANCE, &curves)
}
