//! The stages of a continuous network.

use network::Continuous;
use network::continuous::Method;
use program::{Format, Order, Overflow, Role, TableId, VectorId, When};

use super::state_bound;
use crate::activation::{Figures, Plan};
use crate::assembly::{Assembly, New, Scale, Source, Written, weights};
use crate::coefficients::Coefficients;
use crate::delay::{self, Before, Late, Origin};
use crate::dynamic::{Words, stop};
use crate::report::Report;
use crate::{QuantizeError, Quantized};

/// The widest argument of an activation that is not a state.
const ARGUMENT_BITS: u32 = 20;

/// A program under construction.
struct Lowering<'a> {
    network: &'a Continuous,
    words: &'a Words,
    assembly: Assembly,
    /// The format of states.
    format: Format,
    state: VectorId,
    error: f64,
    /// What the activation became.
    activations: Vec<Figures>,
}

/// The program for these words.
pub fn lower(network: &Continuous, words: &Words) -> Result<Quantized, QuantizeError> {
    let unit = words
        .state
        .map_or((-f64::from(words.fraction)).exp2(), Format::unit);
    let format = words.bounded_state(state_bound(network, unit))?;
    let mut assembly = Assembly::new();
    let state = assembly.vector("state", network.units(), format, Role::State);
    let lowering = Lowering {
        network,
        words,
        assembly,
        format,
        state,
        error: 0.0,
        activations: vec![],
    };
    lowering.program()
}

impl<'a> Lowering<'a> {
    fn program(mut self) -> Result<Quantized, QuantizeError> {
        let drive = self.receive()?;
        let answering = match self.network.has_outputs() {
            true => {
                let plan = self.activation(self.format)?;
                self.activations.push(*plan.figures());
                let tables = plan.register(&mut self.assembly, "activation");
                Some((plan, tables))
            }
            false => None,
        };
        let origin = self.origin(answering.as_ref())?;
        let late = delay::lower(
            &mut self.assembly,
            &self.network.delays,
            &origin,
            self.words,
        )?;
        self.error = self.error.max(late.error);
        self.step(&origin, late, drive)?;
        let stop = stop(self.network.stop);
        let name = &self.network.name;
        let kind = "continuous_hopfield";
        let program = self.assembly.finish(name, kind, Order::Synchronous, stop)?;
        let mut report = Report::of(&program, self.error, 1.0);
        report.activations = self.activations;
        Ok(Quantized { program, report })
    }

    /// What units receive from the inputs: a vector to be added, with its inputs weighed.
    fn receive(&mut self) -> Result<Option<VectorId>, QuantizeError> {
        let Some(drive) = &self.network.drive else {
            return Ok(None);
        };
        let fraction = self.format.fraction();
        let whole = Words {
            fraction,
            ..self.words.free()
        };
        let format = whole.bounded_state(drive.limit)?;
        let input = self
            .assembly
            .vector("input", drive.length, format, Role::Input);
        let Some(matrix) = &drive.weights else {
            return Ok(Some(input));
        };
        let values: Vec<f64> = matrix.entries().map(|(_, _, value)| value).collect();
        let words = Coefficients::with_bits(&values, (self.words.fraction + 2).max(8))?;
        self.error = self.error.max(words.error);
        let source = Source {
            vector: input,
            weights: weights(matrix, &words),
            offset: None,
        };
        let units = self.network.units();
        let made = self
            .assembly
            .stage("receive", When::Once, vec![source], |apply| {
                let node = apply.gathered("received", 0)?;
                Ok(Written {
                    new: vec![New {
                        name: "current".into(),
                        units,
                        role: Role::Derived,
                        node,
                    }],
                    ..Written::default()
                })
            })?;
        Ok(made.first().copied())
    }

    /// How g is made of an argument.
    fn activation(&self, argument: Format) -> Result<Plan, QuantizeError> {
        let network = self.network;
        self.words
            .activation(&network.activation, argument, &network.table)
    }

    /// The state with its past.
    fn before(&self) -> Before<'a> {
        Before {
            delays: &self.network.delays,
            history: &self.network.history,
            units: self.network.units(),
            state: self.state,
        }
    }

    /// What is delayed, with what it was before the start; writes the outputs where they are.
    fn origin(
        &mut self,
        answering: Option<&(Plan, Vec<TableId>)>,
    ) -> Result<Origin, QuantizeError> {
        let (network, units, state) = (self.network, self.network.units(), self.state);
        let before = self.before();
        let mut respond = |name: &str, made: &'static str, when: When, role: Role| {
            let Some((plan, tables)) = answering else {
                return Ok(None);
            };
            let made = self.assembly.stage(name, when, vec![], |apply| {
                let x = apply.element("x", state)?;
                let node = plan.build(apply, tables, "y", x)?;
                Ok(Written {
                    new: vec![New {
                        name: made.into(),
                        units,
                        role,
                        node,
                    }],
                    ..Written::default()
                })
            })?;
            Ok::<_, QuantizeError>(made.first().copied())
        };
        let first = match before.asks_for_first() {
            false => None,
            true => respond("respond_first", "output_first", When::Once, Role::Derived)?,
        };
        let vector = respond("respond", "output", When::EveryStep, Role::Output)?;
        let vector = vector.unwrap_or(state);
        let format = self.format;
        let words = |states: &[f64]| {
            let words = delay::raw(states, format).into_iter();
            let words = words.map(|x| answering.map_or(x, |(plan, _)| plan.evaluate(x)));
            Ok(words.collect())
        };
        let first = first.unwrap_or(state);
        let before = before.source(&mut self.assembly, (vector, first), words)?;
        Ok(Origin {
            vector,
            name: network.source_name().into(),
            units,
            before,
        })
    }

    /// The stage `move`.
    fn step(
        &mut self,
        origin: &Origin,
        late: Late,
        drive: Option<VectorId>,
    ) -> Result<(), QuantizeError> {
        let (network, format, units) = (self.network, self.format, self.network.units());
        let increment = match network.delays.is_neutral() {
            true => Some(self.before().increments(&mut self.assembly)?),
            false => None,
        };
        let mut sources = vec![self.own(origin.vector)?];
        sources.extend(late.sources);
        let fields = sources.len();
        if let Some(origin) = &increment {
            let (delays, words) = (&network.delays, self.words);
            let late = delay::lower_increments(&mut self.assembly, delays, origin, words)?;
            self.error = self.error.max(late.error);
            sources.extend(late.sources);
        }
        let all = sources.len();
        let argument = self.argument();
        let inner = match network.has_outputs() {
            true => None,
            false => {
                let plan = self.activation(argument)?;
                self.activations.push(*plan.figures());
                let tables = plan.register(&mut self.assembly, "activation");
                Some((plan, tables))
            }
        };
        let decay = Scale::new(&mut self.assembly, "decay", &network.decay, &mut self.error)?;
        let paces: Vec<f64> = (0..units).map(|unit| network.pace(unit)).collect();
        let pace = Scale::new(&mut self.assembly, "pace", &paces, &mut self.error)?;
        let (tolerance, longest) = (network.stop.tolerance, network.delays.longest());
        let rest = delay::rest(&mut self.assembly, units, format, tolerance, longest)?;
        let (state, manner) = (self.state, self.words.manner());
        let is_map = network.method == Method::Map;
        self.assembly
            .stage("move", When::EveryStep, sources, |apply| {
                let x = apply.element("x", state)?;
                let mut field = apply.gathered_all("field", 0..fields)?;
                if let Some(drive) = drive {
                    let current = apply.element("current_here", drive)?;
                    field = apply.plus("driven", field, current)?;
                }
                if let Some((plan, tables)) = &inner {
                    let saturate = (manner.0, Overflow::Saturate);
                    let argument = apply.resized("argument", field, argument, saturate)?;
                    field = plan.build(apply, tables, "y", argument)?;
                }
                let moved = match is_map {
                    true => field,
                    false => {
                        let lost = decay.times(apply, "lost", x)?;
                        let net = apply.minus("net", field, lost)?;
                        let pull = pace.times(apply, "pull", net)?;
                        apply.plus("moved", x, pull)?
                    }
                };
                let moved = match fields < all {
                    true => {
                        let late = apply.gathered_all("neutral", fields..all)?;
                        apply.plus("moved_neutral", moved, late)?
                    }
                    false => moved,
                };
                let next = apply.resized("next", moved, format, manner)?;
                delay::moved(apply, state, (x, next), increment.as_ref(), rest.as_ref())
            })?;
        Ok(())
    }

    /// The sum over the undelayed weights, with the bias.
    fn own(&mut self, vector: VectorId) -> Result<Source, QuantizeError> {
        let network = self.network;
        let values: Vec<f64> = network
            .weights
            .entries()
            .map(|(_, _, value)| value)
            .collect();
        let words = self.words.weights(&values)?;
        self.error = self.error.max(words.error);
        let biased = network.bias.iter().any(|bias| *bias != 0.0);
        let offset = match biased {
            true => {
                let fraction = words.format.fraction() + self.assembly.format(vector).fraction();
                let (bias, error) = self.assembly.parameter("bias", &network.bias, fraction)?;
                self.error = self.error.max(error);
                Some(bias)
            }
            false => None,
        };
        Ok(Source {
            vector,
            weights: weights(&network.weights, &words),
            offset,
        })
    }

    /// The format of the argument of an activation around the sum: wide enough for what a unit can
    /// receive or, where that is more than looks reasonable for a table, what is nearest.
    fn argument(&self) -> Format {
        let network = self.network;
        let slope = network.activation.lipschitz().clamp(1.0, 1e6).log2().ceil() as i32;
        let fraction = self.format.fraction() + slope + 1;
        let largest = self.format.value(self.format.max_raw()).abs();
        let received = (0..network.units()).map(|unit| {
            let row = network.weights.row(unit).map(|(_, weight)| weight.abs());
            let row: f64 = row.sum::<f64>() + network.delays.row_sum(unit);
            row * largest + network.largest_current(unit)
        });
        let most = received.fold(0.0, f64::max).max(1e-9);
        let whole = most.log2().floor().clamp(-40.0, 40.0) as i32 + 1;
        let width = (whole + fraction + 1).clamp(2, ARGUMENT_BITS as i32) as u32;
        Format::signed(width, fraction).unwrap_or(self.format)
    }
}
