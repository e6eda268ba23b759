//! What is measured: a dense Hopfield network with random symmetric weights of 8 bits.

use hw_sim::stimulus::random::Random;
use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat};
use network::hopfield::{Order, Storage, Weights};
use program::Program;
use quantize::Options;
use schedule::{Form, Hardware, Scheduled, schedule};

use crate::Failure;

/// The program of so many units.
///
/// # Errors
/// When it cannot be quantised.
pub fn program(units: usize) -> Result<Program, Failure> {
    let mut random = Random::new(5);
    let mut values = vec![0.0; units * units];
    for i in 0..units {
        for j in 0..i {
            let weight = random.below(255) as f64 - 127.0;
            values[i * units + j] = weight;
            values[j * units + i] = weight;
        }
    }
    let network = Hopfield {
        name: "subject".into(),
        weights: Weights::dense(units, values)?,
        bias: vec![0.0; units],
        order: Order::Synchronous,
        max_steps: 100,
        detect_period: true,
        storage: Storage::Rom,
        patterns: vec![],
        probes: vec![],
    };
    let format = HopfieldFormat {
        weights: FormatChoice::Fixed("s8f0".parse()?),
        ..Default::default()
    };
    Ok(quantize::hopfield::quantize(&network, &format, &Options::default())?.program)
}

/// The program on a fold.
///
/// # Errors
/// When the fold does not suit.
pub fn scheduled(program: &Program, lanes: usize, taps: usize) -> Result<Scheduled, Failure> {
    Ok(schedule(
        program,
        &Hardware {
            lanes,
            taps,
            form: Form::Frame,
        },
    )?)
}

/// Random start states as load beats, for the same runs on both sides.
pub fn beats(scheduled: &Scheduled, runs: usize) -> Vec<Vec<i64>> {
    let mut random = Random::new(9);
    let load = &scheduled.interface.load;
    let units = load.beats * load.elements;
    (0..runs)
        .flat_map(|_| {
            let start: Vec<i64> = (0..units).map(|_| 2 * random.below(2) as i64 - 1).collect();
            load.pack(&[&start])
        })
        .collect()
}
