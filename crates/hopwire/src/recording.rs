//! The stimulus that a design is verified with: real data first, then corner-biased random data,
//! with gaps, back-pressure, and resets in mid-run.

use cosim::Bench;
use cosim::bench::RESET_CYCLES;
use hw_sim::Simulator;
use hw_sim::stimulus::Stimulus;
use hw_sim::stimulus::stream::{StreamDriver, StreamOptions};
use schedule::Scheduled;

use crate::error::HopwireError;
use crate::exit::Exit;
use crate::hardware::Beats;

/// A recorded run, and what happened in it.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The inputs of every cycle and the signatures of `hw-sim`.
    pub bench: Bench,
    /// Resets in the compared cycles.
    pub resets: u64,
    /// Beats that the design gave.
    pub beats_out: u64,
}

/// A part of the stimulus: its share in eighths, gaps and stalls in thousandths, and whether
/// there are resets.
struct Mood {
    eighths: u64,
    gap: u32,
    stall: u32,
    resets: bool,
}

/// Full speed, then ever more restless.
const MOODS: [Mood; 4] = [
    Mood {
        eighths: 4,
        gap: 0,
        stall: 0,
        resets: false,
    },
    Mood {
        eighths: 2,
        gap: 250,
        stall: 250,
        resets: false,
    },
    Mood {
        eighths: 1,
        gap: 50,
        stall: 600,
        resets: true,
    },
    Mood {
        eighths: 1,
        gap: 600,
        stall: 50,
        resets: true,
    },
];

/// Records `cycles` compared cycles, mood after mood; each begins with a reset.
///
/// # Errors
/// A fault of the design.
pub fn record(
    scheduled: &Scheduled,
    beats: &Beats,
    cycles: u64,
    seed: u64,
) -> Result<Recording, HopwireError> {
    let design = &scheduled.design;
    let mut simulator = Simulator::new(design)?;
    let mut stimulus = Stimulus::default();
    let (mut resets, mut beats_out) = (0, 0);
    let mut left = cycles;
    for (place, mood) in MOODS.iter().enumerate() {
        let first = place == 0;
        let last = place + 1 == MOODS.len();
        let share = if last {
            left
        } else {
            cycles * mood.eighths / 8
        };
        left -= share;
        let lead = if first { RESET_CYCLES } else { 2 };
        let options = StreamOptions {
            seed: seed.wrapping_add(place as u64),
            reset_cycles: lead,
            gap_per_mille: mood.gap,
            stall_per_mille: mood.stall,
            reset_per_mille: if mood.resets {
                reset_rate(scheduled)
            } else {
                0
            },
            random_data: true,
        };
        let mut driver = StreamDriver::new(&simulator, options)?;
        beats.send(scheduled, &mut driver)?;
        let more = if first { u64::from(RESET_CYCLES) } else { 0 };
        driver.run(&mut simulator, share + more, |_| Ok(()))?;
        resets += driver.resets().len() as u64 + u64::from(!first);
        beats_out += driver.received(&scheduled.interface.unload.prefix).len() as u64;
        for run in driver.stimulus().runs() {
            for _ in 0..run.cycles {
                stimulus.push(run.rst_n, run.inputs.as_slice());
            }
        }
    }
    let signatures = cosim::bench::replay(design, &stimulus, |_, _| Ok(()))
        .map_err(|error| HopwireError::level(&error, Exit::Tool))?;
    Ok(Recording {
        bench: Bench {
            stimulus,
            signatures,
            cycles,
        },
        resets,
        beats_out,
    })
}

/// About one reset in a run of a few steps, in thousandths of cycles, at least 2.
fn reset_rate(scheduled: &Scheduled) -> u32 {
    (1000 / few_steps(scheduled)).clamp(2, 20) as u32
}

/// Bits of registers and ports that are recorded where nobody says how many cycles.
const RECORDED_BITS: u64 = 2_000_000_000;

/// How many cycles are compared where nobody says: enough for some runs of a few steps, within
/// what a minute bears.
pub fn cycles_worth(scheduled: &Scheduled) -> u64 {
    let bits = hw_ir::probe::layout(&scheduled.design).bits;
    let most = (RECORDED_BITS / bits.max(1)).clamp(2_000, 1_000_000);
    (16 * few_steps(scheduled)).max(20_000).min(most)
}

/// Cycles of a run of a few steps, loading and unloading included; at least 1.
fn few_steps(scheduled: &Scheduled) -> u64 {
    let (interface, timing) = (&scheduled.interface, &scheduled.timing);
    let streams = (interface.load.beats + interface.unload.beats) as u64;
    timing.interval.unwrap_or(timing.run(4) + streams).max(1)
}
