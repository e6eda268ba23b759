//! Cycles a step and cells of the gallery.

use std::path::PathBuf;

use cosim::Tools;
use cosim::synth::Family;
use hopwire::hardware;
use network::{Description, Network};
use quantize::{Options, quantize};
use schedule::schedule;

use crate::{Failure, Figure, size};

/// The folder whose large pictures the demo takes on.
const LEFT_OUT: &str = "cellular";

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
        let scheduled = schedule(
            &quantized.program,
            &hardware::described(&description.sections),
        )?;
        let timing = &scheduled.timing;
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
        let counts = size::cells(tools, &scheduled, Family::Ecp5)?;
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
    for folder in std::fs::read_dir("examples")? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() || folder.file_name() == LEFT_OUT {
            continue;
        }
        for entry in std::fs::read_dir(folder.path())? {
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
