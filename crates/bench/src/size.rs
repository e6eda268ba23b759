//! Size of the hardware, and of the work to emit it.

use std::time::Instant;

use codegen::{EmitOptions, emit};
use cosim::Tools;
use cosim::simulators::Emitted;
use cosim::synth::{Counts, Family, count};
use cosim::verify::write_files;
use schedule::Scheduled;

use crate::{Failure, Figure, subject};

/// Cells and cycles of 64 lanes, and the cost of emitting 1,024 units.
///
/// # Errors
/// When a tool is missing or fails.
pub fn figures(tools: &Tools) -> Result<Vec<Figure>, Failure> {
    let program = subject::program(64)?;
    let scheduled = subject::scheduled(&program, 64, 1)?;
    let counts = cells(tools, &scheduled, Family::Ecp5)?;
    let name = "64 units, 64 lanes x 1 tap, 8-bit weights";
    let used = scheduled.timing.utilisation_percent() as f64;
    let mut figures = vec![
        Figure::new(
            &format!("{name}: LUT4"),
            counts.lut as f64,
            (2500.0, "a hand-written design"),
            "LUT4",
        ),
        Figure::new(
            &format!("{name}: carry"),
            counts.carry as f64,
            (2500.0, "LUT4 of that design"),
            "cells",
        ),
        Figure::new(
            &format!("{name}: sweep"),
            scheduled.timing.step as f64,
            (66.0, "a hand-written design"),
            "cycles",
        ),
        Figure::new(
            &format!("{name}: lanes busy"),
            used,
            (95.0, "wanted"),
            "percent",
        ),
    ];
    let child = std::process::Command::new(std::env::current_exe()?)
        .arg("--emit-large")
        .output()?;
    let text = String::from_utf8_lossy(&child.stdout).into_owned();
    let mut numbers = text
        .split_whitespace()
        .filter_map(|number| number.parse::<f64>().ok());
    if let (Some(seconds), Some(memory)) = (numbers.next(), numbers.next()) {
        let name = "1,024 dense units, program to files";
        figures.push(Figure::new(
            &format!("{name}: time"),
            seconds,
            (2.0, "limit"),
            "s",
        ));
        figures.push(Figure::new(
            &format!("{name}: memory"),
            memory,
            (1024.0, "limit"),
            "MiB",
        ));
    }
    Ok(figures)
}

/// Cells of a design on a family.
///
/// # Errors
/// When a tool is missing or fails.
pub fn cells(tools: &Tools, scheduled: &Scheduled, family: Family) -> Result<Counts, Failure> {
    let folder = tempfile::tempdir()?;
    let files = emit(&scheduled.design, &EmitOptions::default())?;
    write_files(folder.path(), &files)?;
    let sources = files
        .keys()
        .filter(|p| p.starts_with("rtl/") && p.ends_with(".v"));
    let sources: Vec<String> = sources.cloned().collect();
    let top = codegen::legal(&scheduled.design.name);
    let emitted = Emitted {
        folder: folder.path(),
        top: &top,
        sources: &sources,
    };
    Ok(count(tools, &emitted, family)?)
}

/// Schedules and emits 1,024 units in a process of its own; prints seconds and peak memory in MiB.
///
/// # Errors
/// When the design cannot be made.
pub fn emit_large() -> Result<(), Failure> {
    let program = subject::program(1024)?;
    let started = Instant::now();
    let scheduled = subject::scheduled(&program, 64, 1)?;
    let files = emit(&scheduled.design, &EmitOptions::default())?;
    let folder = tempfile::tempdir()?;
    write_files(folder.path(), &files)?;
    let seconds = started.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<f64>().ok());
    println!("{seconds} {}", kibibytes.unwrap_or(0.0) / 1024.0);
    Ok(())
}
