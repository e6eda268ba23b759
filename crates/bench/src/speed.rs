//! Simulation speed against Verilator, on the same design and the same start states.

use std::time::Instant;

use cosim::Tools;
use hw_sim::Simulator;
use program::{Executor, Program, VectorId};
use schedule::Scheduled;

use crate::yardstick::{Offer, Yardstick};
use crate::{Failure, Figure, subject};

/// Pairs of measurements; the median counts.
const PAIRS: usize = 5;

/// Step mode and tick mode against Verilator.
///
/// # Errors
/// When a tool is missing or fails.
pub fn figures(tools: &Tools) -> Result<Vec<Figure>, Failure> {
    Ok(vec![step_mode(tools)?, tick_mode(tools)?])
}

fn step_mode(tools: &Tools) -> Result<Figure, Failure> {
    let program = subject::program(256)?;
    let scheduled = subject::scheduled(&program, 1, 1)?;
    let beats = subject::beats(&scheduled, 64);
    let offer = Offer::beats(&scheduled.interface.load, &beats)?;
    let yardstick = Yardstick::build(tools, &scheduled, &offer)?;
    let (ours, peer) = pairs(
        || step_speed(&program, &scheduled, &beats),
        || yardstick.speed(8_000_000),
    )?;
    let name = "step mode, 256 units, 1 lane x 1 tap";
    Ok(Figure::new(
        name,
        ours,
        (peer, "Verilator"),
        "cycles a second",
    ))
}

/// Cycles a second of whole runs by the integer program, counted by the closed form.
fn step_speed(
    program: &Program,
    scheduled: &Scheduled,
    beats: &[Vec<i64>],
) -> Result<f64, Failure> {
    let mut executor = Executor::new(program)?;
    let load = &scheduled.interface.load;
    let starts: Vec<Vec<i64>> = beats
        .chunks(load.beats)
        .map(|beats| load.unpack(beats).swap_remove(0))
        .collect();
    let transfer = (load.beats + scheduled.interface.unload.beats) as u64;
    let (mut cycles, mut runs) = (0u64, 0usize);
    let started = Instant::now();
    while started.elapsed().as_secs_f64() < 1.0 {
        executor.load(VectorId(0), &starts[runs % starts.len()])?;
        executor.start()?;
        let run = executor.run()?;
        cycles += scheduled.timing.run(run.steps) + transfer;
        runs += 1;
    }
    Ok(cycles as f64 / started.elapsed().as_secs_f64())
}

fn tick_mode(tools: &Tools) -> Result<Figure, Failure> {
    let program = subject::program(64)?;
    let scheduled = subject::scheduled(&program, 64, 1)?;
    let beats = subject::beats(&scheduled, 64);
    let offer = Offer::beats(&scheduled.interface.load, &beats)?;
    let yardstick = Yardstick::build(tools, &scheduled, &offer)?;
    let (ours, peer) = pairs(
        || tick_speed(&scheduled, &beats, 1_000_000),
        || yardstick.speed(4_000_000),
    )?;
    let name = "tick mode, 64 units, 64 lanes x 1 tap";
    Ok(Figure::new(
        name,
        ours,
        (peer, "Verilator"),
        "cycles a second",
    ))
}

/// Cycles a second of every register in every cycle.
fn tick_speed(scheduled: &Scheduled, beats: &[Vec<i64>], cycles: u64) -> Result<f64, Failure> {
    let mut simulator = Simulator::new(&scheduled.design)?;
    let valid = simulator.input("s_axis_tvalid")?;
    let data = simulator.input("s_axis_tdata")?;
    let taken = simulator.input("m_axis_tready")?;
    let ready = simulator.output("s_axis_tready")?;
    simulator.set_input(valid, &[1])?;
    simulator.set_input(taken, &[1])?;
    // As the host packs them: a bit an element, not the raw values.
    let beats: Vec<Vec<i64>> = beats
        .iter()
        .map(|beat| beat.iter().map(|&bit| bit & 1).collect())
        .collect();
    simulator.set_input(data, &beats[0])?;
    simulator.set_reset(false);
    for _ in 0..4 {
        simulator.tick()?;
    }
    simulator.set_reset(true);
    let mut place = 0;
    let started = Instant::now();
    for _ in 0..cycles {
        if simulator.value(&ready)? != 0 {
            simulator.set_input(data, &beats[place])?;
            place = (place + 1) % beats.len();
        }
        simulator.tick()?;
    }
    Ok(cycles as f64 / started.elapsed().as_secs_f64())
}

/// Medians of both sides, measured in turn.
///
/// # Errors
/// When a side fails.
pub fn pairs(
    ours: impl Fn() -> Result<f64, Failure>,
    peer: impl Fn() -> Result<f64, Failure>,
) -> Result<(f64, f64), Failure> {
    let mut figures = (vec![], vec![]);
    for _ in 0..PAIRS {
        figures.0.push(ours()?);
        figures.1.push(peer()?);
    }
    Ok((median(figures.0), median(figures.1)))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
