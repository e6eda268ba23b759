//! Digital oscillatory networks in integers: a stage that makes waves of counters, and one that
//! gathers them and moves the counters. Both are exact.

use network::Oscillator;
use network::description::HopfieldFormat;
use program::{
    Format, Gather, NodeId, Operation, Order, Overflow, Program, Role, Rounding, VectorId, When,
};

use crate::assembly::{Assembly, New, Wide, Written};
use crate::dynamic::stop;
use crate::hopfield;
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};

/// How a counter comes round.
const ROUND: (Rounding, Overflow) = (Rounding::Floor, Overflow::Wrap);

/// Makes a program of the network, with the words of a Hopfield network of the same weights: it has
/// the same stable patterns.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Oscillator,
    formats: &HopfieldFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let memory = hopfield::quantize(&network.memory, formats, options)?;
    let mut stages = memory.program.stages.iter();
    let gather = stages.find_map(|stage| stage.gathers.first());
    let gather = gather.cloned().ok_or(QuantizeError::Mismatched)?;
    let counters = Counters::new(network)?;
    let mut assembly = Assembly::new();
    let units = network.units();
    let mut state = |name: &str, format| assembly.vector(name, units, format, Role::State);
    let phase = state("phase", counters.phase);
    let input = state("input", Format::TRUTH);
    let quiet = network.stop.when_stable;
    let quiet = quiet.then(|| state("quiet", counters.quiet));
    let waves = assembly.stage("wave", When::EveryStep, vec![], |apply| {
        let high = counters.high(apply, phase)?;
        let up = apply.known("up", 1, Format::BIPOLAR)?;
        let down = apply.known("down", -1, Format::BIPOLAR)?;
        let wave = New {
            name: "wave".into(),
            units,
            role: Role::Signal,
            node: apply.select("wave", high, (up, down))?,
        };
        // Rest is judged by the stage that moves the counters.
        let rest = match quiet {
            Some(_) => Some(apply.known("rest", 1, Format::TRUTH)?),
            None => None,
        };
        Ok(Written {
            new: vec![wave],
            rest,
            ..Written::default()
        })
    })?;
    let source = waves.first().copied().unwrap_or(phase);
    let gathers = vec![Gather { source, ..gather }];
    assembly.gathering("couple", When::EveryStep, gathers, |apply| {
        let (high, rises) = edge(&counters, apply, phase, input)?;
        let step = counters.step(apply, phase, rises)?;
        let next = counters.advanced(apply, phase, step)?;
        let mut known = vec![(phase, next), (input, high)];
        let mut rest = None;
        if let Some(quiet) = quiet {
            let ticks = counters.since(apply, quiet, step)?;
            let (limit, format) = (counters.rest, counters.quiet);
            let limit = apply.known("rest_ticks", limit, format)?;
            let early = apply.less("early", ticks, limit)?;
            rest = Some(apply.not("rest", early)?);
            known.push((quiet, ticks));
        }
        Ok(Written {
            known,
            rest,
            ..Written::default()
        })
    })?;
    let stop = stop(network.stop);
    let program = assembly.finish(&network.name, "oscillator", Order::Synchronous, stop)?;
    let words = memory.report;
    let report = Report {
        row_units: words.row_units,
        tried: words.tried,
        ..Report::of(&program, words.max_abs_error, words.weight_unit)
    };
    Ok(Quantized { program, report })
}

/// The input of a unit, and whether it rises: high where the sum is above 0, low where it is below,
/// as the own wave where it is 0.
fn edge(
    counters: &Counters,
    apply: &mut Wide<'_>,
    phase: VectorId,
    input: VectorId,
) -> Result<(NodeId, NodeId), QuantizeError> {
    let sum = apply.gathered("sum", 0)?;
    let zero = apply.known("zero", 0, apply.format(sum))?;
    let positive = apply.less("positive", zero, sum)?;
    let negative = apply.less("negative", sum, zero)?;
    let own = counters.high(apply, phase)?;
    let yes = apply.known("yes", 1, Format::TRUTH)?;
    let no = apply.known("no", 0, Format::TRUTH)?;
    let low_or_own = apply.select("low_or_own", negative, (no, own))?;
    let high = apply.select("high", positive, (yes, low_or_own))?;
    let before = apply.element("before", input)?;
    let rises = apply.select("rises", before, (no, high))?;
    Ok((high, rises))
}

/// Formats and limits of the counters.
struct Counters {
    /// p bits.
    phase: Format,
    /// The way to 0: as a signed number of p bits.
    way: Format,
    /// Ticks without a move.
    quiet: Format,
    /// Half a period.
    half: i64,
    /// The most ticks that a counter is moved by at once.
    most: i64,
    /// Ticks without a move after which there is rest.
    rest: i64,
}

impl Counters {
    fn new(network: &Oscillator) -> Result<Counters, QuantizeError> {
        let of = "a phase";
        let too_wide = |_| QuantizeError::TooWide { of };
        let bits = network.phase_bits;
        Ok(Counters {
            phase: Format::unsigned(bits, 0).map_err(too_wide)?,
            way: Format::signed(bits, 0).map_err(too_wide)?,
            quiet: Format::unsigned(bits + 1, 0).map_err(too_wide)?,
            half: network.period() / 2,
            most: i64::from(network.phase_step),
            rest: network.rest_ticks(),
        })
    }

    /// Whether the wave of a counter is high: the first half of a period.
    fn high(&self, apply: &mut Wide<'_>, phase: VectorId) -> Result<NodeId, QuantizeError> {
        let counter = apply.element("counter", phase)?;
        let half = apply.known("half", self.half, self.phase)?;
        apply.less("own_high", counter, half)
    }

    /// By how much a counter is moved: the way to 0 where its input rises, as far as it may go.
    fn step(
        &self,
        apply: &mut Wide<'_>,
        phase: VectorId,
        rises: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let counter = apply.element("from", phase)?;
        let origin = apply.known("origin", 0, self.phase)?;
        let back = apply.minus("back", origin, counter)?;
        let way = apply.resized("way", back, self.way, ROUND)?;
        let step = match self.most < self.half {
            true => apply.clamped("step", way, (-self.most, self.most))?,
            false => way,
        };
        let stay = apply.known("stay", 0, self.way)?;
        apply.select("moved_by", rises, (step, stay))
    }

    /// The counter of the next tick.
    fn advanced(
        &self,
        apply: &mut Wide<'_>,
        phase: VectorId,
        step: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let counter = apply.element("now", phase)?;
        let tick = apply.known("tick", 1, self.phase)?;
        let on = apply.plus("on", counter, tick)?;
        let moved = apply.plus("moved", on, step)?;
        apply.resized("next_phase", moved, self.phase, ROUND)
    }

    /// The ticks since a counter was moved, up to the number that counts as rest.
    fn since(
        &self,
        apply: &mut Wide<'_>,
        quiet: VectorId,
        step: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let ticks = apply.element("quiet_before", quiet)?;
        let one = apply.known("one", 1, self.quiet)?;
        let more = apply.plus("more", ticks, one)?;
        let limit = apply.known("limit", self.rest, apply.format(more))?;
        let held = apply.push("held", Operation::Minimum(more, limit), apply.format(more))?;
        let manner = (Rounding::Floor, Overflow::Saturate);
        let held = apply.resized("quiet_or_limit", held, self.quiet, manner)?;
        let stay = apply.known("no_step", 0, self.way)?;
        let ahead = apply.less("ahead", stay, step)?;
        let behind = apply.less("behind", step, stay)?;
        let stays = apply.neither("stays", ahead, behind)?;
        let none = apply.known("none", 0, self.quiet)?;
        apply.select("quiet_now", stays, (held, none))
    }
}

/// The network with its weights as the words of its program stand for them, up to one factor.
pub fn rounded(network: &Oscillator, program: &Program) -> Option<Oscillator> {
    Some(Oscillator {
        memory: hopfield::integer_network(&network.memory, program)?,
        ..network.clone()
    })
}
