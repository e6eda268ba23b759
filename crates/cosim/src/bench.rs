//! A recorded run: the inputs of every cycle, and what `hw-sim` did with them.

use hw_ir::{Design, Type, text::hexadecimal};
use hw_sim::stimulus::Stimulus;
use hw_sim::stimulus::stream::{Beat, StreamDriver, StreamOptions};
use hw_sim::{SignatureRecorder, Simulator};

use crate::error::CosimError;

/// Cycles of the first reset, which are not compared: registers have no value before the first
/// clock edge, and memories' read data none before the second.
pub const RESET_CYCLES: u32 = 4;

/// Cycles between two signatures.
pub const INTERVAL: u64 = 256;

/// A recorded run of a design.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The inputs of every cycle, reset cycles included.
    pub stimulus: Stimulus,
    /// The signature after every [`INTERVAL`] compared cycles, and at the end.
    pub signatures: Vec<u64>,
    /// Cycles that are compared.
    pub cycles: u64,
}

impl Bench {
    /// Records so many compared cycles of a design under a driver's options; `beats` are sent
    /// first, by the name of their stream.
    ///
    /// # Errors
    /// When the design cannot be simulated.
    pub fn record(
        design: &Design,
        options: StreamOptions,
        beats: &[(String, Vec<Vec<i64>>)],
        cycles: u64,
    ) -> Result<Bench, CosimError> {
        let options = StreamOptions {
            reset_cycles: RESET_CYCLES,
            ..options
        };
        let mut simulator = Simulator::new(design)?;
        let mut driver = StreamDriver::new(&simulator, options)?;
        for (stream, beats) in beats {
            for data in beats {
                driver.send(
                    stream,
                    Beat {
                        data: data.clone(),
                        last: false,
                    },
                )?;
            }
        }
        let mut recorder = SignatureRecorder::new(INTERVAL);
        let all = cycles + u64::from(RESET_CYCLES);
        let mut cycle = 0;
        driver.run(&mut simulator, all, |simulator| {
            cycle += 1;
            if cycle > u64::from(RESET_CYCLES) {
                recorder.record(simulator)
            } else {
                Ok(())
            }
        })?;
        let signatures = recorder.finish();
        Ok(Bench {
            stimulus: driver.into_stimulus(),
            signatures,
            cycles,
        })
    }

    /// What `hw-sim` does with a given stimulus, whose first [`RESET_CYCLES`] cycles are not
    /// compared.
    ///
    /// # Errors
    /// When the design cannot be simulated, or the inputs are not those of the design.
    pub fn of(design: &Design, stimulus: Stimulus) -> Result<Bench, CosimError> {
        let signatures = replay(design, &stimulus, |_, _| Ok(()))?;
        let cycles = stimulus.cycles().saturating_sub(u64::from(RESET_CYCLES));
        Ok(Bench {
            stimulus,
            signatures,
            cycles,
        })
    }

    /// Records a whole run: sends `load` on a stream, and goes on until `beats` have come out of
    /// the stream `unload`, for `most` cycles at the latest. Gives the beats that came.
    ///
    /// `progress` hears of the cycles done.
    ///
    /// # Errors
    /// When the design cannot be simulated.
    pub fn record_run(
        design: &Design,
        options: StreamOptions,
        (stream, load): (&str, &[Vec<i64>]),
        unload: (&str, usize),
        most: u64,
        progress: impl FnMut(u64),
    ) -> Result<(Bench, Vec<Vec<i64>>), CosimError> {
        let beat = |data: &Vec<i64>| Beat {
            data: data.clone(),
            last: false,
        };
        let beats: Vec<Beat> = load.iter().map(beat).collect();
        Bench::record_streams(design, options, &[(stream, beats)], unload, most, progress)
    }

    /// As [`Bench::record_run`], with beats for several streams.
    ///
    /// # Errors
    /// When the design cannot be simulated.
    pub fn record_streams(
        design: &Design,
        options: StreamOptions,
        streams: &[(&str, Vec<Beat>)],
        (unload, beats): (&str, usize),
        most: u64,
        mut progress: impl FnMut(u64),
    ) -> Result<(Bench, Vec<Vec<i64>>), CosimError> {
        let options = StreamOptions {
            reset_cycles: RESET_CYCLES,
            ..options
        };
        let mut simulator = Simulator::new(design)?;
        let mut driver = StreamDriver::new(&simulator, options)?;
        for (stream, beats) in streams {
            for beat in beats {
                driver.send(stream, beat.clone())?;
            }
        }
        let mut recorder = SignatureRecorder::new(INTERVAL);
        let mut cycles = 0;
        driver.run(&mut simulator, u64::from(RESET_CYCLES), |_| Ok(()))?;
        while cycles < most && driver.received(unload).len() < beats {
            driver.step(&mut simulator, |simulator| recorder.record(simulator))?;
            cycles += 1;
            if cycles % (1 << 14) == 0 {
                progress(cycles);
            }
        }
        let received = driver
            .received(unload)
            .iter()
            .map(|r| r.beat.data.clone())
            .collect();
        let signatures = recorder.finish();
        Ok((
            Bench {
                stimulus: driver.into_stimulus(),
                signatures,
                cycles,
            },
            received,
        ))
    }

    /// The stimulus as the testbench reads it.
    pub fn stimulus_text(&self, design: &Design) -> String {
        let types = input_types(design);
        let mut text = format!("{RESET_CYCLES} {INTERVAL}\n");
        for run in self.stimulus.runs() {
            let inputs = input_hexadecimal(&types, &run.inputs);
            text.push_str(&format!(
                "{} {} {inputs}\n",
                run.cycles,
                u8::from(run.rst_n)
            ));
        }
        text
    }

    /// The signatures as the testbench writes them.
    pub fn signature_text(&self) -> String {
        self.signatures
            .iter()
            .map(|signature| format!("{signature:016x}\n"))
            .collect()
    }

    /// The first so many compared cycles of this run.
    ///
    /// # Errors
    /// When the design cannot be simulated.
    pub fn shortened(&self, design: &Design, cycles: u64) -> Result<Bench, CosimError> {
        if cycles >= self.cycles {
            return Ok(self.clone());
        }
        let mut stimulus = Stimulus::default();
        let mut left = cycles + u64::from(RESET_CYCLES);
        for run in self.stimulus.runs() {
            for _ in 0..u64::from(run.cycles).min(left) {
                stimulus.push(run.rst_n, run.inputs.as_slice());
            }
            left = left.saturating_sub(u64::from(run.cycles));
        }
        let signatures = replay(design, &stimulus, |_, _| Ok(()))?;
        Ok(Bench {
            stimulus,
            signatures,
            cycles,
        })
    }
}

/// Runs a design through a stimulus; `observe` sees each compared cycle before its clock edge.
///
/// # Errors
/// When the design cannot be simulated, or what `observe` returns.
pub fn replay(
    design: &Design,
    stimulus: &Stimulus,
    mut observe: impl FnMut(u64, &mut Simulator) -> Result<(), hw_sim::SimulationError>,
) -> Result<Vec<u64>, CosimError> {
    let mut simulator = Simulator::new(design)?;
    let mut recorder = SignatureRecorder::new(INTERVAL);
    let mut cycle = 0u64;
    stimulus.play(&mut simulator, |simulator| {
        cycle += 1;
        let Some(compared) = cycle.checked_sub(u64::from(RESET_CYCLES) + 1) else {
            return Ok(());
        };
        recorder.record(simulator)?;
        observe(compared, simulator)
    })?;
    Ok(recorder.finish())
}

fn input_types(design: &Design) -> Vec<Type> {
    let top = design.top();
    top.inputs.iter().map(|port| top.ty(port.net)).collect()
}

/// All inputs beside each other in hexadecimal, the first port lowest.
fn input_hexadecimal(types: &[Type], elements: &[i64]) -> String {
    let mut bits = vec![];
    let mut elements = elements.iter();
    for ty in types {
        for _ in 0..ty.count {
            let pattern = ty.pattern(elements.next().copied().unwrap_or(0));
            bits.extend((0..ty.width).map(|bit| (pattern >> bit & 1) as i64));
        }
    }
    if bits.is_empty() {
        return "0".into();
    }
    hexadecimal(Type::BIT.times(bits.len() as u32), &bits)
}
