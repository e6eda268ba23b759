//! Annealed Hopfield networks in integers: one stage, which gathers the pull of the couplings, adds
//! noise that is scaled by the temperature, and takes the sign.

use network::Annealed;
use network::description::{AnnealedFormat, FormatChoice};
use program::{Format, NodeId, Operation, Role, Table, VectorId, When};

use crate::assembly::{Assembly, Wide, Written};
use crate::coefficients::{Coefficients, Manner};
use crate::dynamic::stop;
use crate::hopfield::order;
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized, ising};

/// Fraction bits of noise behind its quantile function.
const NOISE_FRACTION: i32 = 6;

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Annealed,
    formats: &AnnealedFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let minimisation = &network.minimisation;
    let wanted = options.weights.map_or(formats.weights, FormatChoice::Fixed);
    let values = ising::couplings(minimisation);
    let couplings = Coefficients::new(&values, wanted, &values)?;
    let temperatures = match formats.temperature {
        FormatChoice::Auto => ising::course(&network.temperatures)?,
        wanted => {
            let manner = Manner {
                field: "format.temperature",
                ..Manner::default()
            };
            let values = &network.temperatures;
            Coefficients::by(manner, values, wanted, values)?
        }
    };
    let values = network.quantile.values();
    let noise = match formats.noise {
        FormatChoice::Auto => Coefficients::with_fraction(values, NOISE_FRACTION)?,
        wanted => {
            let manner = Manner {
                field: "format.noise",
                ..Manner::default()
            };
            Coefficients::by(manner, values, wanted, values)?
        }
    };
    let units = minimisation.units();
    let mut assembly = Assembly::new();
    let state = assembly.vector("state", units, Format::BIPOLAR, Role::State);
    let course = Role::Schedule(temperatures.raw);
    let temperature = assembly.vector("temperature", units, temperatures.format, course);
    let bits = Format::unsigned(network.quantile.bits(), 0);
    let bits = bits.map_err(|_| QuantizeError::TooWide { of: "noise" })?;
    let role = Role::Noise { seed: network.seed };
    let words = assembly.vector("noise", units, bits, role);
    let table = assembly.table(Table {
        name: "quantile".into(),
        input: bits,
        output: noise.format,
        entries: noise.raw,
    });
    let (source, error) = ising::pull(&mut assembly, minimisation, &couplings, state)?;
    assembly.stage("anneal", When::EveryStep, vec![source], |apply| {
        let pull = apply.gathered("pull", 0)?;
        let word = apply.element("word", words)?;
        let quantile = apply.lookup("quantile", word, table)?;
        let heat = apply.element("heat", temperature)?;
        let push = apply.product("push", heat, quantile)?;
        let drive = apply.plus("drive", pull, push)?;
        decide(apply, drive, heat, state)
    })?;
    let program = assembly.finish(
        &network.name,
        "annealed_hopfield",
        order(network.order.side_by_side(minimisation.replicas)),
        stop(network.stop),
    )?;
    let error = error.max(temperatures.error).max(noise.error);
    let report = Report::of(&program, error, 1.0);
    Ok(Quantized { program, report })
}

/// The spin that a drive gives: its sign, or the old one where it is 0. At rest is a spin that
/// stays at the temperature 0.
fn decide(
    apply: &mut Wide<'_>,
    drive: NodeId,
    heat: NodeId,
    state: VectorId,
) -> Result<Written, QuantizeError> {
    let zero = apply.known("no_drive", 0, apply.format(drive))?;
    let above = apply.less("above", zero, drive)?;
    let below = apply.less("below", drive, zero)?;
    let up = apply.known("up", 1, Format::BIPOLAR)?;
    let down = apply.known("down", -1, Format::BIPOLAR)?;
    let old = apply.element("old", state)?;
    let not_up = apply.select("not_up", below, (down, old))?;
    let next = apply.select("next", above, (up, not_up))?;
    let was_down = apply.less("was_down", old, up)?;
    let turns = apply.select("turns", was_down, (above, below))?;
    let least = apply.known("least_heat", 1, apply.format(heat))?;
    let cold = apply.less("cold", heat, least)?;
    let no = apply.push("no", Operation::Constant(0), Format::TRUTH)?;
    let rest = apply.select("rests", turns, (no, cold))?;
    Ok(Written {
        known: vec![(state, next)],
        rest: Some(rest),
        ..Written::default()
    })
}

/// The network with its numbers as the words of its program stand for them.
pub fn rounded(network: &Annealed, program: &program::Program) -> Option<Annealed> {
    let table = program.tables.first()?;
    let entries = table.entries.iter().map(|&raw| table.output.value(raw));
    Some(Annealed {
        minimisation: ising::rounded(&network.minimisation, program)?,
        temperatures: ising::scheduled(program, "temperature")?,
        quantile: network.quantile.with_values(entries.collect()),
        ..network.clone()
    })
}
