//! Drives the AXI4-Stream ports of a design: data with gaps, back-pressure, and resets in mid-run.
//!
//! Ports are found by their names: `<name>_tvalid` and `<name>_tdata` in with `<name>_tready` out
//! (and perhaps `<name>_tlast` in) make a stream into the design; the other way round, one out of
//! it. The driver follows the protocol (Arm IHI 0051): a beat passes in a cycle where `tvalid` and
//! `tready` are high; once offered, it is held until it passes or until a reset.

use std::collections::VecDeque;

use crate::error::SimulationError;
use crate::names::NetHandle;
use crate::simulator::{PortHandle, Simulator};
use crate::stimulus::random::Random;
use crate::stimulus::{Stimulus, input_ports};

/// How restless the driver is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOptions {
    /// The seed of all random choices.
    pub seed: u64,
    /// Cycles under reset at the start.
    pub reset_cycles: u32,
    /// How many times in a thousand a stream into the design pauses before a beat, each cycle.
    pub gap_per_mille: u32,
    /// How many times in a thousand a stream out of the design is not taken, each cycle.
    pub stall_per_mille: u32,
    /// How many times in a thousand cycles a reset of one to three cycles starts.
    pub reset_per_mille: u32,
    /// Whether a stream with nothing queued offers random beats, corner-biased.
    pub random_data: bool,
}

impl Default for StreamOptions {
    fn default() -> StreamOptions {
        StreamOptions {
            seed: 1,
            reset_cycles: 2,
            gap_per_mille: 250,
            stall_per_mille: 250,
            reset_per_mille: 0,
            random_data: false,
        }
    }
}

/// A beat of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// The elements of `tdata`.
    pub data: Vec<i64>,
    /// `tlast`; true for a stream out of the design that has none.
    pub last: bool,
}

/// A beat that came out of the design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedBeat {
    /// The cycle in which it passed, counted from the driver's start.
    pub cycle: u64,
    /// The beat.
    pub beat: Beat,
}

/// A stream into the design.
#[derive(Debug)]
struct Source {
    name: String,
    valid: PortHandle,
    data: PortHandle,
    last: Option<PortHandle>,
    ready: NetHandle,
    queue: VecDeque<Beat>,
    offered: Option<Beat>,
    sent: u64,
}

/// A stream out of the design.
#[derive(Debug)]
struct Sink {
    name: String,
    valid: NetHandle,
    data: NetHandle,
    last: Option<NetHandle>,
    ready: PortHandle,
    received: Vec<ReceivedBeat>,
}

/// Drives a simulator and writes down the inputs of every cycle.
#[derive(Debug)]
pub struct StreamDriver {
    options: StreamOptions,
    random: Random,
    ports: Vec<PortHandle>,
    /// The values of all inputs now, in port order.
    inputs: Vec<Vec<i64>>,
    sources: Vec<Source>,
    sinks: Vec<Sink>,
    reset_left: u32,
    resets: Vec<u64>,
    cycle: u64,
    stimulus: Stimulus,
}

impl StreamDriver {
    /// A driver for the streams of a design. Its other inputs are 0 until they are set.
    ///
    /// # Errors
    /// A stream that lacks a port.
    pub fn new(
        simulator: &Simulator,
        options: StreamOptions,
    ) -> Result<StreamDriver, SimulationError> {
        let ports = input_ports(simulator)?;
        let inputs = ports
            .iter()
            .map(|port| vec![0; port.ty().count as usize])
            .collect();
        let stems = |names: Vec<&str>| -> Vec<String> {
            names
                .iter()
                .filter_map(|name| name.strip_suffix("_tvalid").map(str::to_owned))
                .collect()
        };
        let into = stems(simulator.inputs().map(|(name, _)| name).collect());
        let out_of = stems(simulator.outputs().map(|(name, _)| name).collect());
        let sources = into.into_iter().map(|name| Source::find(simulator, name));
        let sinks = out_of.into_iter().map(|name| Sink::find(simulator, name));
        Ok(StreamDriver {
            random: Random::new(options.seed),
            reset_left: options.reset_cycles,
            ports,
            inputs,
            sources: sources.collect::<Result<_, _>>()?,
            sinks: sinks.collect::<Result<_, _>>()?,
            resets: vec![],
            cycle: 0,
            stimulus: Stimulus::default(),
            options,
        })
    }

    /// Queues a beat for a stream into the design, as `s_axis`.
    ///
    /// # Errors
    /// There is no such stream, or the data does not fit its `tdata`.
    pub fn send(&mut self, stream: &str, beat: Beat) -> Result<(), SimulationError> {
        let source = self.sources.iter_mut().find(|source| source.name == stream);
        let unknown = || SimulationError::UnknownName {
            what: "input stream",
            name: stream.to_owned(),
        };
        let source = source.ok_or_else(unknown)?;
        source.data.check(&format!("{stream}_tdata"), &beat.data)?;
        source.queue.push_back(beat);
        Ok(())
    }

    /// Sets an input that belongs to no stream.
    ///
    /// # Errors
    /// There is no such input, or the values do not fit.
    pub fn set(
        &mut self,
        simulator: &Simulator,
        input: &str,
        values: &[i64],
    ) -> Result<(), SimulationError> {
        let port = simulator.input(input)?;
        port.check(input, values)?;
        put(&mut self.inputs, port, values);
        Ok(())
    }

    /// Beats that wait to be sent, the one on offer included.
    pub fn pending(&self, stream: &str) -> usize {
        let source = self.sources.iter().find(|source| source.name == stream);
        source.map_or(0, |source| {
            source.queue.len() + usize::from(source.offered.is_some())
        })
    }

    /// Beats of a stream into the design that have passed.
    pub fn sent(&self, stream: &str) -> u64 {
        self.sources
            .iter()
            .find(|source| source.name == stream)
            .map_or(0, |source| source.sent)
    }

    /// The beats of a stream out of the design so far, as `m_axis`.
    pub fn received(&self, stream: &str) -> &[ReceivedBeat] {
        self.sinks
            .iter()
            .find(|sink| sink.name == stream)
            .map_or(&[], |sink| &sink.received)
    }

    /// The cycles in which a reset was asserted anew.
    pub fn resets(&self) -> &[u64] {
        &self.resets
    }

    /// The inputs of all cycles so far.
    pub fn stimulus(&self) -> &Stimulus {
        &self.stimulus
    }

    /// Gives up the recorded inputs.
    pub fn into_stimulus(self) -> Stimulus {
        self.stimulus
    }

    /// Runs for a number of cycles; see [`StreamDriver::step`].
    ///
    /// # Errors
    /// As [`StreamDriver::step`].
    pub fn run(
        &mut self,
        simulator: &mut Simulator,
        cycles: u64,
        mut observe: impl FnMut(&mut Simulator) -> Result<(), SimulationError>,
    ) -> Result<(), SimulationError> {
        (0..cycles).try_for_each(|_| self.step(simulator, &mut observe))
    }

    /// Runs until a stream out of the design has given `beats` in all, for at most `cycles`.
    /// Tells whether it has.
    ///
    /// # Errors
    /// As [`StreamDriver::step`].
    pub fn run_until_received(
        &mut self,
        simulator: &mut Simulator,
        stream: &str,
        beats: usize,
        cycles: u64,
        mut observe: impl FnMut(&mut Simulator) -> Result<(), SimulationError>,
    ) -> Result<bool, SimulationError> {
        for _ in 0..cycles {
            if self.received(stream).len() >= beats {
                break;
            }
            self.step(simulator, &mut observe)?;
        }
        Ok(self.received(stream).len() >= beats)
    }

    /// One cycle: chooses the inputs, lets `observe` look before the clock edge, and ticks.
    ///
    /// # Errors
    /// An index out of range in the design, or what `observe` returns.
    pub fn step(
        &mut self,
        simulator: &mut Simulator,
        mut observe: impl FnMut(&mut Simulator) -> Result<(), SimulationError>,
    ) -> Result<(), SimulationError> {
        let rst_n = self.choose_reset();
        for source in &mut self.sources {
            source.choose(&self.options, &mut self.random, rst_n, &mut self.inputs);
        }
        for sink in &self.sinks {
            let taken = !self.random.chance(self.options.stall_per_mille);
            put(&mut self.inputs, sink.ready, &[i64::from(taken)]);
        }
        simulator.set_reset(rst_n);
        for (&port, values) in self.ports.iter().zip(&self.inputs) {
            simulator.set_input(port, values)?;
        }
        if rst_n {
            for source in &mut self.sources {
                source.pass(simulator)?;
            }
            for sink in &mut self.sinks {
                sink.pass(simulator, self.cycle, &self.inputs)?;
            }
        }
        self.stimulus.push(rst_n, self.inputs.concat());
        observe(simulator)?;
        simulator.tick()?;
        self.cycle += 1;
        Ok(())
    }

    fn choose_reset(&mut self) -> bool {
        if self.reset_left == 0 && self.random.chance(self.options.reset_per_mille) {
            self.reset_left = 1 + self.random.below(3) as u32;
            self.resets.push(self.cycle);
        }
        let rst_n = self.reset_left == 0;
        self.reset_left = self.reset_left.saturating_sub(1);
        rst_n
    }
}

/// Sets the values of an input.
fn put(inputs: &mut [Vec<i64>], port: PortHandle, values: &[i64]) {
    if let Some(input) = inputs.get_mut(port.place()) {
        input.clear();
        input.extend_from_slice(values);
    }
}

impl Source {
    fn find(simulator: &Simulator, name: String) -> Result<Source, SimulationError> {
        Ok(Source {
            valid: simulator.input(&format!("{name}_tvalid"))?,
            data: simulator.input(&format!("{name}_tdata"))?,
            last: simulator.input(&format!("{name}_tlast")).ok(),
            ready: simulator.output(&format!("{name}_tready"))?,
            queue: VecDeque::new(),
            offered: None,
            sent: 0,
            name,
        })
    }

    /// Chooses `tvalid` and the payload of the next cycle.
    fn choose(
        &mut self,
        options: &StreamOptions,
        random: &mut Random,
        rst_n: bool,
        inputs: &mut [Vec<i64>],
    ) {
        // `tvalid` is low in reset: what was on offer goes back to the queue.
        if !rst_n && let Some(beat) = self.offered.take() {
            self.queue.push_front(beat);
        }
        if !rst_n {
            return put(inputs, self.valid, &[0]);
        }
        if self.offered.is_some() {
            return;
        }
        if !random.chance(options.gap_per_mille) {
            self.offered = self.queue.pop_front();
            if self.offered.is_none() && options.random_data {
                let data = random.elements(self.data.ty());
                self.offered = Some(Beat {
                    data,
                    last: random.chance(500),
                });
            }
        }
        let was_valid = inputs
            .get(self.valid.place())
            .is_some_and(|valid| valid == &[1]);
        put(inputs, self.valid, &[i64::from(self.offered.is_some())]);
        match &self.offered {
            Some(beat) => {
                put(inputs, self.data, &beat.data);
                self.last
                    .iter()
                    .for_each(|&last| put(inputs, last, &[i64::from(beat.last)]));
            }
            // What stands there without `tvalid` must not matter.
            None if was_valid => put(inputs, self.data, &random.elements(self.data.ty())),
            None => {}
        }
    }

    /// Takes note of a beat that passes in this cycle.
    fn pass(&mut self, simulator: &mut Simulator) -> Result<(), SimulationError> {
        if self.offered.is_some() && simulator.value(&self.ready)? == 1 {
            self.offered = None;
            self.sent += 1;
        }
        Ok(())
    }
}

impl Sink {
    fn find(simulator: &Simulator, name: String) -> Result<Sink, SimulationError> {
        Ok(Sink {
            valid: simulator.output(&format!("{name}_tvalid"))?,
            data: simulator.output(&format!("{name}_tdata"))?,
            last: simulator.output(&format!("{name}_tlast")).ok(),
            ready: simulator.input(&format!("{name}_tready"))?,
            received: vec![],
            name,
        })
    }

    /// Takes the beat that passes in this cycle.
    fn pass(
        &mut self,
        simulator: &mut Simulator,
        cycle: u64,
        inputs: &[Vec<i64>],
    ) -> Result<(), SimulationError> {
        let ready = inputs
            .get(self.ready.place())
            .is_some_and(|ready| ready == &[1]);
        if ready && simulator.value(&self.valid)? == 1 {
            let data = simulator.read(&self.data)?;
            let last = match &self.last {
                Some(last) => simulator.value(last)? == 1,
                None => true,
            };
            self.received.push(ReceivedBeat {
                cycle,
                beat: Beat { data, last },
            });
        }
        Ok(())
    }
}
