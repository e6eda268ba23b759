//! Cycles a step and cells of the gallery.

use std::path::{Path, PathBuf};

use cosim::Tools;
use network::description::Form as DescribedForm;
use network::{Description, Network, Sections};
use quantize::{Options, quantize};
use schedule::{Form, Hardware, schedule};

use crate::{Failure, Figure, size};

/// Every description of these folders.
const FOLDERS: [&str; 2] = ["digits", "templates"];

/// Cycles a step (a frame for a stream) beside what an engine that never waits would take, and
/// ECP5 cells.
///
/// # Errors
/// When an entry cannot be read or a tool fails.
pub fn figures(tools: &Tools) -> Result<Vec<Figure>, Failure> {
    let mut figures = vec![];
    for path in descriptions()? {
        let description = Description::load(&path)?;
        let network = Network::from_description(&description)?;
        let quantized = quantize(&description, &network, &Options::default())?;
        let scheduled = schedule(&quantized.program, &hardware(&description.sections))?;
        let timing = scheduled.timing;
        let cycles = timing.interval.unwrap_or(timing.step);
        let ideal = timing.work.div_ceil(timing.units.max(1)).max(1);
        let name = &scheduled.design.name;
        let peer = (ideal as f64, "work over units");
        figures.push(Figure::new(
            &format!("{name}: step"),
            cycles as f64,
            peer,
            "cycles",
        ));
        let counts = size::ecp5(tools, &scheduled)?;
        for (what, number) in [
            ("LUT4", counts.lut),
            ("flip-flops", counts.ff),
            ("block RAM", counts.bram),
            ("multipliers", counts.dsp),
        ] {
            let peer = (83_640.0, "LUT4 of an LFE5U-85F");
            figures.push(Figure::new(
                &format!("{name}: {what}"),
                number as f64,
                peer,
                "cells",
            ));
        }
    }
    Ok(figures)
}

fn descriptions() -> Result<Vec<PathBuf>, Failure> {
    let mut all = vec![];
    for folder in FOLDERS {
        for entry in std::fs::read_dir(Path::new("examples").join(folder))? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                all.push(path);
            }
        }
    }
    all.sort();
    Ok(all)
}

fn hardware(sections: &Sections) -> Hardware {
    match sections {
        Sections::Hopfield(of) => Hardware {
            lanes: of.hardware.lanes.unwrap_or(1),
            taps: of.hardware.taps.unwrap_or(1),
            form: Form::Frame,
        },
        Sections::Cellular(of) => Hardware {
            lanes: of.hardware.lanes.unwrap_or(1),
            taps: 1,
            form: match of.hardware.form {
                DescribedForm::Frame => Form::Frame,
                DescribedForm::Streaming => Form::Streaming {
                    iterations: of.hardware.iterations.unwrap_or(1),
                },
            },
        },
    }
}
