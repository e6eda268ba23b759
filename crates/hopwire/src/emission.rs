//! The files of an emitted directory: the design, its testbench with data, the board, and the
//! description that it came from.

use std::collections::BTreeSet;
use std::path::Path;

use codegen::{EmitOptions, Files};
use cosim::verify::{bench_files, write_files};
use schedule::interface::Stream;
use schedule::{Interface, Scheduled};

use crate::board;
use crate::built::Built;
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::recording::Recording;
use crate::source;

/// All files of a project, by path.
///
/// # Errors
/// A design that is not valid, or data of the description that cannot be read again.
pub fn files(
    built: &Built,
    scheduled: &Scheduled,
    recording: &Recording,
) -> Result<Files, HopwireError> {
    let design = &scheduled.design;
    let mut extra = bench_files(design, &recording.bench);
    extra.extend(source::files(&built.project)?);
    extra.extend(proof_files(built));
    let remarks = remarks(scheduled, recording);
    let mut files = emitted(design, EmitOptions { extra, remarks })?;
    if board::suits(scheduled) {
        files.extend(board_files(scheduled, &files)?);
    }
    Ok(files)
}

/// The program and its certificate, below `proof/`; none where an overflow is to be an error, so
/// that there is nothing to prove.
fn proof_files(built: &Built) -> Files {
    let certificate = built.certificate_text().ok();
    let files = certificate.map(|certificate| {
        let certificate = ("proof/certificate.json".into(), certificate.into_bytes());
        let program = built.program_text().into_bytes();
        [certificate, ("proof/program.json".into(), program)]
    });
    files.into_iter().flatten().collect()
}

fn emitted(design: &hw_ir::Design, options: EmitOptions) -> Result<Files, HopwireError> {
    codegen::emit(design, &options).map_err(|error| HopwireError::level(&error, Exit::Tool))
}

/// The board top and the byte front, below `board/`; the design itself stands in `files`.
fn board_files(scheduled: &Scheduled, files: &Files) -> Result<Files, HopwireError> {
    let front = board::behind_bytes(scheduled)?;
    let fronted = emitted(&front, EmitOptions::default())?;
    let mut out: Files = fronted
        .into_iter()
        .filter(|(path, _)| path.starts_with("rtl/") && !files.contains_key(path))
        .map(|(path, bytes)| (path.replacen("rtl/", "board/", 1), bytes))
        .collect();
    out.extend(board::wrapper::files(&codegen::legal(&front.name))?);
    Ok(out)
}

/// The Verilog sources among files, those below `folders`, in the order of their names.
pub fn sources(files: &Files, folders: &[&str]) -> Vec<String> {
    let wanted = |path: &&String| {
        path.ends_with(".v") && folders.iter().any(|folder| path.starts_with(folder))
    };
    let found: BTreeSet<&String> = files.keys().filter(wanted).collect();
    found.into_iter().cloned().collect()
}

/// What a user of the directory must know of this design.
fn remarks(scheduled: &Scheduled, recording: &Recording) -> Vec<String> {
    let (interface, timing) = (&scheduled.interface, &scheduled.timing);
    let mut remarks = vec![streams(interface)];
    if let Some(torus) = interface.load.torus {
        remarks.push(format!(
            "The boundary is periodic: a frame is sent with {} rows of its south before it, {} of \
             its north behind it, and each row with its last {} cells before it and its first {} \
             behind it.",
            torus.north, torus.south, torus.west, torus.east
        ));
    }
    remarks.push(match (timing.fixed_steps, timing.interval) {
        (Some(steps), Some(interval)) => format!(
            "It makes {steps} steps while the frame streams through; a frame enters every \
             {interval} cycles."
        ),
        _ if !timing.phases.is_empty() => {
            let steps: Vec<String> = timing.phases.iter().map(u64::to_string).collect();
            format!(
                "A step takes as many cycles as its phase needs: {}, its beats in and out included, \
                 where the streams never wait.",
                steps.join(", ")
            )
        }
        _ if interface.unloads_each_step => format!(
            "A step takes {} cycles, its beats in and out included, where the streams never wait.",
            timing.step
        ),
        _ => format!(
            "The first beat comes {} cycles, and {} for each step, after the last beat in.",
            timing.start + timing.finish,
            timing.step
        ),
    });
    if let Some(weights) = &interface.weights {
        remarks.push(format!(
            "Weights are loaded on `{}`: {} beats, one weight each, between runs; `design.json` \
             and the ROM image hold those of the description.",
            weights.prefix,
            weights.order.len()
        ));
    }
    remarks.push(format!(
        "`tb/stimulus.txt` has {} cycles with {} resets.",
        recording.bench.cycles, recording.resets
    ));
    remarks.push(
        "`proof/` holds the integer program and the certificate that no value in it can leave its \
         word; `hopwire certify proof/program.json proof/certificate.json` checks it."
            .into(),
    );
    if board::suits(scheduled) {
        remarks.extend(board_remarks(scheduled));
    }
    remarks
}

/// The streams of a run, in words.
fn streams(interface: &Interface) -> String {
    let beats = |stream: &Stream| format!("{} beats of {} bits", stream.beats, stream.bits());
    let unload = &interface.unload;
    let out = format!("{} out on `{}`", beats(unload), unload.prefix);
    let load = Some(&interface.load).filter(|load| load.beats > 0);
    let load = load.map(|load| format!("{} in on `{}`", beats(load), load.prefix));
    let Some(feed) = &interface.feed else {
        let load = load.unwrap_or_default();
        return match interface.unloads_each_step {
            true => {
                format!("A run: {load}; after each step {out}, the last of the run with `tlast`.")
            }
            false => format!("A run: {load}, {out}."),
        };
    };
    let feed = format!(
        "{} in on `{}`, the last of the sequence with `tlast`",
        beats(feed),
        feed.prefix
    );
    let begins = load.map_or(String::new(), |load| format!("A run begins with {load}. "));
    match interface.unloads_each_step {
        true => format!("{begins}A step: {feed}; {out}, the last of the sequence with `tlast`."),
        false => format!("{begins}A step: {feed}. After the last step {out}."),
    }
}

/// What a user of the board files must know.
fn board_remarks(scheduled: &Scheduled) -> Vec<String> {
    let mut remarks = vec![];
    remarks.push(
        "`board/` holds the byte front and the top for a ULX3S: synthesise `ulx3s_top` with the \
         files of `rtl/` and `board/`, and the pins of `board/ulx3s.lpf`."
            .into(),
    );
    remarks.push(
        "Over the serial port (115200 baud, 8N1) a host sends the bytes of each beat, lowest \
         first, padded with zero bits to whole bytes, and gets those of each beat out, then a \
         byte of status (1 stable, 2 period two, 3 budget spent) and two of steps, low byte first."
            .into(),
    );
    if scheduled.interface.weights.is_some() {
        remarks.push(
            "Each transfer to the board begins with a byte: 0 before a start state, 1 before \
             weights."
                .into(),
        );
    }
    remarks
}

/// Writes files into a folder.
///
/// # Errors
/// A file that cannot be written.
pub fn write(folder: &Path, files: &Files) -> Result<(), HopwireError> {
    write_files(folder, files).map_err(tool_error)
}

/// An error of the tools: exit 3, but a file that cannot be written is exit 2.
pub fn tool_error(error: cosim::CosimError) -> HopwireError {
    match error {
        cosim::CosimError::File { path, source, .. } => HopwireError::write(&path, &source),
        other => HopwireError::level(&other, Exit::Tool),
    }
}
