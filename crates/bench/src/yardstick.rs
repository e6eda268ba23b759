//! Verilator on the emitted design alone, without the testbench that compares.

use std::fs;
use std::path::Path;
use std::time::Instant;

use codegen::{EmitOptions, emit};
use cosim::verify::write_files;
use cosim::{Tool, Tools};
use schedule::{Scheduled, Stream};

use crate::Failure;

/// How the C++ is compiled; the better of the two counts.
const FLAGS: [&str; 2] = ["-O3 -march=native", ""];

/// What a driver offers to a design, again and again.
pub struct Offer {
    prefix: String,
    /// The bits of each beat.
    words: Vec<u64>,
    /// Whether each is the last of its transfer, for streams that say so.
    lasts: Option<Vec<bool>>,
}

impl Offer {
    /// Transfers over a stream whose design knows their ends.
    ///
    /// # Errors
    /// When a beat is wider than 64 bits.
    pub fn beats(stream: &Stream, beats: &[Vec<i64>]) -> Result<Offer, Failure> {
        Ok(Offer {
            prefix: stream.prefix.clone(),
            words: beats
                .iter()
                .map(|beat| bits(stream, beat))
                .collect::<Result<_, _>>()?,
            lasts: None,
        })
    }

    /// Sequences over a stream, each beat with whether it is its sequence's last.
    ///
    /// # Errors
    /// When a beat is wider than 64 bits.
    pub fn sequences(stream: &Stream, beats: &[(Vec<i64>, bool)]) -> Result<Offer, Failure> {
        let (beats, lasts): (Vec<Vec<i64>>, Vec<bool>) = beats.iter().cloned().unzip();
        let offer = Offer::beats(stream, &beats)?;
        Ok(Offer {
            lasts: Some(lasts),
            ..offer
        })
    }
}

/// The bits of a beat: its words one above the other.
fn bits(stream: &Stream, beat: &[i64]) -> Result<u64, Failure> {
    if stream.bits() > 64 {
        return Err(format!("beats of {} bits on {}", stream.bits(), stream.prefix).into());
    }
    let width = stream.bits() / (beat.len() as u32).max(1);
    let mask = u64::MAX >> (64 - width.clamp(1, 64));
    let place = |at: usize| at as u32 * width;
    let words = beat.iter().enumerate();
    Ok(words.fold(0, |bits, (at, &word)| {
        bits | (word as u64 & mask) << place(at)
    }))
}

/// A compiled model that replays beats for a number of cycles.
pub struct Yardstick {
    folder: tempfile::TempDir,
    builds: Vec<String>,
}

impl Yardstick {
    /// Emits the design and compiles it at both settings; what is offered is built in.
    ///
    /// # Errors
    /// When a tool is missing or fails.
    pub fn build(
        tools: &Tools,
        scheduled: &Scheduled,
        offer: &Offer,
    ) -> Result<Yardstick, Failure> {
        let folder = tempfile::tempdir()?;
        let design = &scheduled.design;
        let files = emit(design, &EmitOptions::default())?;
        write_files(folder.path(), &files)?;
        fs::write(folder.path().join("speed.cpp"), driver(&design.name, offer))?;
        let sources = files
            .keys()
            .filter(|p| p.starts_with("rtl/") && p.ends_with(".v"));
        let sources: Vec<String> = sources.cloned().collect();
        let mut builds = vec![];
        for (place, flags) in FLAGS.iter().enumerate() {
            let target = format!("build{place}");
            let mut words: Vec<String> = [
                "--cc",
                "--exe",
                "--build",
                "-O3",
                "--x-assign",
                "fast",
                "--x-initial",
                "fast",
                "-Wno-fatal",
                "--top-module",
                &design.name,
                "--Mdir",
                &target,
                "-o",
                "speed",
            ]
            .map(String::from)
            .to_vec();
            if !flags.is_empty() {
                words.extend(["-CFLAGS".into(), (*flags).into()]);
            }
            words.extend(sources.iter().cloned());
            words.push("speed.cpp".into());
            tools.run(
                Tool::Verilator,
                "building the yardstick",
                &words,
                folder.path(),
            )?;
            builds.push(target);
        }
        Ok(Yardstick { folder, builds })
    }

    /// Cycles a second over so many cycles, at the better setting.
    ///
    /// # Errors
    /// When the model cannot be run.
    pub fn speed(&self, cycles: u64) -> Result<f64, Failure> {
        let mut best = 0.0f64;
        for build in &self.builds {
            let seconds = run(self.folder.path(), build, cycles)?;
            best = best.max(cycles as f64 / seconds);
        }
        Ok(best)
    }
}

fn run(folder: &Path, build: &str, cycles: u64) -> Result<f64, Failure> {
    let path = folder.join(build).join("speed");
    let started = Instant::now();
    let output = std::process::Command::new(path)
        .arg(cycles.to_string())
        .current_dir(folder)
        .output()?;
    let whole = started.elapsed().as_secs_f64();
    // The model's own clock leaves its start-up out.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.trim().parse::<f64>().unwrap_or(whole))
}

/// A driver that offers the beats again and again, and always takes what comes.
fn driver(name: &str, offer: &Offer) -> String {
    let words: Vec<String> = offer
        .words
        .iter()
        .map(|word| format!("{word}ull"))
        .collect();
    let (words, prefix) = (words.join(","), &offer.prefix);
    let lasts = offer.lasts.as_ref();
    let flags = lasts.into_iter().flatten().map(|&last| u8::from(last));
    let flags: Vec<String> = flags.map(|last| last.to_string()).collect();
    let (table, set) = match lasts {
        None => (String::new(), String::new()),
        Some(_) => (
            format!(
                "static const unsigned char LASTS[] = {{{}}};\n",
                flags.join(",")
            ),
            format!("        top.{prefix}_tlast = LASTS[place];\n"),
        ),
    };
    format!(
        r#"#include "V{name}.h"
#include "verilated.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>

static const unsigned long long BEATS[] = {{{words}}};
{table}static const unsigned COUNT = sizeof(BEATS) / sizeof(BEATS[0]);

int main(int argc, char** argv) {{
    VerilatedContext context;
    V{name} top{{&context}};
    unsigned long cycles = argc > 1 ? strtoul(argv[1], nullptr, 10) : 1000;
    unsigned place = 0;
    top.m_axis_tready = 1;
    top.{prefix}_tvalid = 1;
    top.rst_n = 0;
    for (int i = 0; i < 4; ++i) {{ top.clk = 0; top.eval(); top.clk = 1; top.eval(); }}
    top.rst_n = 1;
    auto start = std::chrono::steady_clock::now();
    for (unsigned long cycle = 0; cycle < cycles; ++cycle) {{
        top.{prefix}_tdata = BEATS[place];
{set}        top.clk = 0;
        top.eval();
        if (top.{prefix}_tready) place = place + 1 == COUNT ? 0 : place + 1;
        top.clk = 1;
        top.eval();
    }}
    auto end = std::chrono::steady_clock::now();
    printf("%.9f\n", std::chrono::duration<double>(end - start).count());
    return 0;
}}
"#
    )
}
