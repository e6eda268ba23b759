//! Where a simulator and `hw-sim` part: the first cycle, the net, and both values.

use std::fs;

use hw_ir::Design;
use hw_ir::probe::{ProbeItem, ProbeSource, layout};
use serde::Serialize;

use crate::bench::{Bench, INTERVAL, replay};
use crate::error::CosimError;
use crate::simulators::{Emitted, Simulated};
use crate::tools::Tools;

/// The first difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The compared cycle, from 0.
    pub cycle: u64,
    /// The register or port, as `lane[8].accumulator_q`, with the place of the element.
    pub net: String,
    /// Its value in `hw-sim`, in hexadecimal.
    pub expected: String,
    /// Its value in the other simulator, in hexadecimal (`x` where undefined).
    pub found: String,
    /// The line of the description that the module comes from.
    pub source: Option<String>,
}

/// Runs both sides again around the first interval whose signatures differ.
///
/// # Errors
/// When a side cannot be run again.
pub fn locate(
    tools: &Tools,
    emitted: &Emitted<'_>,
    simulator: Simulated,
    design: &Design,
    bench: &Bench,
    interval: u64,
) -> Result<Option<Mismatch>, CosimError> {
    let (from, to) = (interval * INTERVAL, (interval + 1) * INTERVAL);
    let window = [
        "+window=build/window.txt".to_owned(),
        format!("+window_from={from}"),
        format!("+window_to={to}"),
    ];
    emitted.run(tools, simulator, "tb/stimulus.txt", &window)?;
    let path = emitted.folder.join("build/window.txt");
    let text = fs::read_to_string(&path).map_err(CosimError::file("cannot read", path))?;
    let mut expected = vec![];
    replay(design, &bench.stimulus, |cycle, simulator| {
        if (from..to).contains(&cycle) {
            expected.push(simulator.probe()?);
        }
        Ok(())
    })?;
    let items = layout(design).items;
    for ((cycle, expected), found) in (from..).zip(&expected).zip(text.lines()) {
        if let Some(mismatch) = differing(design, &items, cycle, expected, found.trim()) {
            return Ok(Some(mismatch));
        }
    }
    Ok(None)
}

/// The first item whose bits differ.
fn differing(
    design: &Design,
    items: &[ProbeItem],
    cycle: u64,
    expected: &[u64],
    found: &str,
) -> Option<Mismatch> {
    let mut digits = String::new();
    for chunk in expected.iter().rev() {
        digits.push_str(&format!("{chunk:016x}"));
    }
    let (expected, found): (Vec<u8>, Vec<u8>) = (
        digits.bytes().rev().collect(),
        found.bytes().rev().collect(),
    );
    let nibble = |digits: &[u8], place: usize| {
        digits
            .get(place)
            .and_then(|&digit| char::from(digit).to_digit(16))
    };
    let bit = |digits: &[u8], bit: u64| {
        nibble(digits, bit as usize / 4).map(|value| value >> (bit % 4) & 1)
    };
    for item in items {
        for place in 0..item.bits() {
            let at = item.bit_offset + place;
            if bit(&expected, at) == bit(&found, at) {
                continue;
            }
            let width = u64::from(item.ty.width);
            let element = place / width;
            let low = item.bit_offset + element * width;
            let text = |digits: &[u8]| -> String {
                let bits: Vec<Option<u32>> = (low..low + width).map(|at| bit(digits, at)).collect();
                match bits
                    .iter()
                    .rev()
                    .try_fold(0u64, |value, bit| Some(value << 1 | u64::from((*bit)?)))
                {
                    Some(value) => format!("{value:x}"),
                    None => "x".into(),
                }
            };
            let several = item.bits() > width;
            let suffix = if several {
                format!(" element {element}")
            } else {
                String::new()
            };
            let module = design.module(item.module);
            return Some(Mismatch {
                cycle,
                net: format!("{}{suffix}", item.path()),
                expected: text(&expected),
                found: text(&found),
                source: match item.source {
                    ProbeSource::Register(_) => module.source.clone(),
                    ProbeSource::Reset | ProbeSource::Input(_) | ProbeSource::Output(_) => None,
                },
            });
        }
    }
    None
}
