//! The stages of a continuous network.

use network::Continuous;
use network::continuous::Method;
use program::{Format, NodeId, Order, Overflow, Role, TableId, VectorId, When};

use super::state_bound;
use crate::activation::{Figures, Plan, Wish, plan};
use crate::assembly::{Assembly, Factor, New, Source, Wide, Written, weights};
use crate::coefficients::Coefficients;
use crate::delay::{self, Late, Origin};
use crate::dynamic::{Words, stop};
use crate::report::Report;
use crate::{QuantizeError, Quantized};

/// The widest argument of an activation that is not a state.
const ARGUMENT_BITS: u32 = 20;

/// The bits of a beat for all that is loaded for a unit.
const BEAT_BITS: u32 = 64;

/// Significant bits of decays and paces that differ from unit to unit.
const SIGNIFICANT: i32 = 12;

/// What multiplies an element: the same for all, or a parameter with one number for each.
pub enum Scale {
    Same(Factor),
    Each(VectorId),
}

impl Scale {
    /// Of the numbers of all units; a parameter `name` where they differ.
    fn new(
        assembly: &mut Assembly,
        name: &str,
        values: &[f64],
        error: &mut f64,
    ) -> Result<Scale, QuantizeError> {
        let first = values.first().copied().unwrap_or(1.0);
        if values.iter().all(|value| *value == first) {
            let factor = Factor::new(first)?;
            *error = error.max(factor.error());
            return Ok(Scale::Same(factor));
        }
        let words = Coefficients::with_bits(values, SIGNIFICANT)?;
        *error = error.max(words.error);
        let role = Role::Parameter(words.raw);
        Ok(Scale::Each(assembly.vector(
            name,
            values.len(),
            words.format,
            role,
        )))
    }

    fn times(&self, apply: &mut Wide<'_>, name: &str, of: NodeId) -> Result<NodeId, QuantizeError> {
        match self {
            Scale::Same(factor) => factor.times(apply, name, of),
            Scale::Each(vector) => {
                let factor = apply.element(&format!("{name}_factor"), *vector)?;
                apply.product(name, of, factor)
            }
        }
    }
}

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

impl Lowering<'_> {
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
            state: None,
            fraction,
            ..*self.words
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
        let activation = &self.network.activation;
        let wish = Wish::from(&self.network.table);
        let fraction = self.words.fraction;
        let output = match self.words.activation {
            Some(format) => format,
            None => {
                let ends = [argument.min_raw(), argument.max_raw()];
                let reached = ends.map(|raw| activation.value(argument.value(raw)).abs());
                let (low, high) = activation.range();
                let largest = low.abs().max(high.abs()).min(reached[0].max(reached[1]));
                let whole = Words {
                    state: None,
                    fraction,
                    ..*self.words
                };
                whole.bounded_state(largest)?
            }
        };
        plan(activation, argument, output, &wish)
    }

    /// What is delayed, with what it was before the start; writes the outputs where they are.
    fn origin(
        &mut self,
        answering: Option<&(Plan, Vec<TableId>)>,
    ) -> Result<Origin, QuantizeError> {
        let (network, units, state) = (self.network, self.network.units(), self.state);
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
        let stood = network.history.loaded == 0 && network.history.states.is_empty();
        let first = match stood && network.delays.reach() + network.delays.shares().len() > 0 {
            true => respond("respond_first", "output_first", When::Once, Role::Derived)?,
            false => None,
        };
        let vector = respond("respond", "output", When::EveryStep, Role::Output)?;
        let vector = vector.unwrap_or(state);
        let before = match stood {
            true => vec![first.unwrap_or(state)],
            false => {
                self.check_loaded(vector)?;
                self.history(vector, answering)
            }
        };
        Ok(Origin {
            vector,
            name: network.source_name().into(),
            units,
            before,
        })
    }

    /// All that is loaded for a unit stands in one beat of a stream.
    fn check_loaded(&self, vector: VectorId) -> Result<(), QuantizeError> {
        let loaded = self.network.history.loaded as u32;
        let input = self
            .assembly
            .find("input")
            .map_or(0, |id| self.assembly.format(id).width());
        let own = self.format.width() + input;
        let bits = own + loaded * self.assembly.format(vector).width();
        if loaded == 0 || bits <= BEAT_BITS {
            return Ok(());
        }
        Err(QuantizeError::Format {
            field: "format.state",
            found: self.format,
            why: format!(
                "state and {loaded} steps of history are loaded together, {bits} bits for a unit, \
                 and a beat has {BEAT_BITS}"
            ),
            would: format!(
                "a narrower format, a history of {} steps, or one that is not loaded",
                BEAT_BITS.saturating_sub(own) / self.assembly.format(vector).width().max(1)
            ),
        })
    }

    /// The vectors of a history that is given or loaded.
    fn history(
        &mut self,
        vector: VectorId,
        answering: Option<&(Plan, Vec<TableId>)>,
    ) -> Vec<VectorId> {
        let (history, units) = (&self.network.history, self.network.units());
        let format = self.assembly.format(vector);
        let loaded = (1..=history.loaded).map(|ago| (ago, Role::Input));
        let given = history.states.iter().enumerate().map(|(at, states)| {
            let raw = states.iter().map(|&x| {
                let x = program::rounding::nearest(x, self.format).unwrap_or(0);
                answering.map_or(x, |(plan, _)| plan.evaluate(x))
            });
            (at + 1, Role::Parameter(raw.collect()))
        });
        let roles: Vec<_> = match history.loaded {
            0 => given.collect(),
            _ => loaded.collect(),
        };
        let vectors = roles.into_iter();
        vectors
            .map(|(ago, role)| {
                self.assembly
                    .vector(&format!("history_{ago}"), units, format, role)
            })
            .collect()
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
            true => Some(self.increments()?),
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
                let mut field = added(apply, "field", 0..fields)?;
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
                        let late = added(apply, "neutral", fields..all)?;
                        apply.plus("moved_neutral", moved, late)?
                    }
                    false => moved,
                };
                let next = apply.resized("next", moved, format, manner)?;
                let mut known = vec![(state, next)];
                if let Some(origin) = &increment {
                    let wide = widened(format)?;
                    let change = program::Operation::Subtract(next, x);
                    known.push((origin.vector, apply.push("increment_now", change, wide)?));
                }
                let judged = match &rest {
                    Some(rest) => {
                        let (judged, more) = rest.judge(apply, x, next)?;
                        known.extend(more);
                        Some(judged)
                    }
                    None => None,
                };
                Ok(Written {
                    known,
                    new: vec![],
                    rest: judged,
                })
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

    /// Increments of the states, as they are remembered.
    fn increments(&mut self) -> Result<Origin, QuantizeError> {
        let (network, units) = (self.network, self.network.units());
        let format = widened(self.format)?;
        let vector = self
            .assembly
            .vector("increment", units, format, Role::Signal);
        let raw = |states: &Vec<f64>| -> Vec<i64> {
            let words = states.iter();
            words
                .map(|&x| program::rounding::nearest(x, self.format).unwrap_or(0))
                .collect()
        };
        let history: Vec<Vec<i64>> = network.history.states.iter().map(raw).collect();
        let mut before = vec![];
        if let Some(latest) = history.first() {
            before.push(self.last_increment(latest.clone(), format)?);
        }
        let changes = history.windows(2).map(|pair| {
            let ends = pair[0].iter().zip(&pair[1]);
            ends.map(|(after, before)| after - before).collect()
        });
        // Before all that is given, nothing changed.
        for change in changes.chain([vec![0; units]]) {
            let name = format!("increment_first_{}", before.len() + 1);
            let role = Role::Parameter(change);
            before.push(self.assembly.vector(&name, units, format, role));
        }
        Ok(Origin {
            vector,
            name: "increment".into(),
            units,
            before,
        })
    }

    /// The increment that led from the latest state of the history to the start state.
    fn last_increment(
        &mut self,
        latest: Vec<i64>,
        wide: Format,
    ) -> Result<VectorId, QuantizeError> {
        let (units, state) = (self.network.units(), self.state);
        let role = Role::Parameter(latest);
        let latest = self
            .assembly
            .vector("state_before", units, self.format, role);
        let made = self
            .assembly
            .stage("change_first", When::Once, vec![], |apply| {
                let x = apply.element("x", state)?;
                let before = apply.element("before", latest)?;
                let change = program::Operation::Subtract(x, before);
                let node = apply.push("change", change, wide)?;
                Ok(Written {
                    new: vec![New {
                        name: "increment_first_1".into(),
                        units,
                        role: Role::Derived,
                        node,
                    }],
                    ..Written::default()
                })
            })?;
        Ok(made.first().copied().unwrap_or(state))
    }
}

/// The format of a difference of two words of a format.
fn widened(format: Format) -> Result<Format, QuantizeError> {
    let widened = Format::signed(format.width() + 1, format.fraction());
    widened.map_err(|_| QuantizeError::TooWide { of: "an increment" })
}

/// The gathered sums of these places together.
fn added(
    apply: &mut Wide<'_>,
    name: &str,
    places: std::ops::Range<usize>,
) -> Result<NodeId, QuantizeError> {
    let mut sum = None;
    for place in places {
        let gathered = apply.gathered(&format!("{name}_{place}"), place)?;
        sum = Some(match sum {
            None => gathered,
            Some(sum) => apply.plus(&format!("{name}_to_{place}"), sum, gathered)?,
        });
    }
    match sum {
        Some(sum) => Ok(sum),
        None => apply.constant(name, 0),
    }
}
