//! What was before the first step, in words: the source as it stood still, as it is given, or as the
//! host loads it, and the increments of the states.

use network::delay::{Delays, History};
use program::{Format, Operation, Role, VectorId, When, rounding::nearest};

use super::Origin;
use crate::QuantizeError;
use crate::assembly::{Assembly, New, Written};

/// The bits of a beat for all that is loaded for a unit.
const BEAT_BITS: u32 = 64;

/// A network's state with its past.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// What is delayed.
    pub delays: &'a Delays,
    /// What was before the start.
    pub history: &'a History,
    /// The number of units.
    pub units: usize,
    /// The vector of their states.
    pub state: VectorId,
}

impl Before<'_> {
    /// Whether the start state stood still before the start.
    fn stood(&self) -> bool {
        self.history.loaded == 0 && self.history.states.is_empty()
    }

    /// Whether what the source is of the start state is looked at as what was before.
    pub fn asks_for_first(&self) -> bool {
        self.stood() && self.delays.reach() + self.delays.shares().len() > 0
    }

    /// The vectors that say what the source `vector` was before the first step: `first`, the source
    /// of the start state, where that stood still; else parameters or inputs `history_...`. `words`
    /// gives the raw source of states.
    ///
    /// # Errors
    /// When more is loaded for a unit than a beat has bits, or what `words` cannot do.
    pub fn source(
        &self,
        assembly: &mut Assembly,
        (vector, first): (VectorId, VectorId),
        words: impl Fn(&[f64]) -> Result<Vec<i64>, QuantizeError>,
    ) -> Result<Vec<VectorId>, QuantizeError> {
        if self.stood() {
            return Ok(vec![first]);
        }
        self.check_loaded(assembly, vector)?;
        let format = assembly.format(vector);
        let roles: Vec<Role> = match self.history.loaded {
            0 => {
                let given = self.history.states.iter();
                let given = given.map(|states| Ok(Role::Parameter(words(states)?)));
                given.collect::<Result<_, QuantizeError>>()?
            }
            loaded => vec![Role::Input; loaded],
        };
        let vectors = roles.into_iter().zip(1..);
        let mut declared = |(role, ago)| {
            let name = format!("history_{ago}");
            assembly.vector(&name, self.units, format, role)
        };
        Ok(vectors.map(&mut declared).collect())
    }

    /// All that is loaded for a unit stands in one beat of a stream.
    fn check_loaded(&self, assembly: &Assembly, vector: VectorId) -> Result<(), QuantizeError> {
        let loaded = self.history.loaded as u32;
        let input = assembly.find("input");
        let input = input.map_or(0, |id| assembly.format(id).width());
        let state = assembly.format(self.state);
        let (own, each) = (state.width() + input, assembly.format(vector).width());
        let bits = own + loaded * each;
        if loaded == 0 || bits <= BEAT_BITS {
            return Ok(());
        }
        Err(QuantizeError::Format {
            field: "format.state",
            found: state,
            why: format!(
                "state and {loaded} steps of history are loaded together, {bits} bits for a unit, \
                 and a beat has {BEAT_BITS}"
            ),
            would: format!(
                "a narrower format, a history of {} steps, or one that is not loaded",
                BEAT_BITS.saturating_sub(own) / each.max(1)
            ),
        })
    }

    /// Increments of the states as they are remembered: a signal `increment` that is yet to be
    /// written, with what it was before.
    ///
    /// # Errors
    /// When no word of 64 bits holds a difference of two states.
    pub fn increments(&self, assembly: &mut Assembly) -> Result<Origin, QuantizeError> {
        let units = self.units;
        let state = assembly.format(self.state);
        let format = widened(state)?;
        let vector = assembly.vector("increment", units, format, Role::Signal);
        let raw = |states: &Vec<f64>| raw(states, state);
        let history: Vec<Vec<i64>> = self.history.states.iter().map(raw).collect();
        let mut before = vec![];
        if let Some(latest) = history.first() {
            before.push(self.last_increment(assembly, latest.clone(), format)?);
        }
        let changes = history.windows(2).map(|pair| {
            let ends = pair[0].iter().zip(&pair[1]);
            ends.map(|(after, before)| after - before).collect()
        });
        // Before all that is given, nothing changed.
        for change in changes.chain([vec![0; units]]) {
            let name = format!("increment_first_{}", before.len() + 1);
            let role = Role::Parameter(change);
            before.push(assembly.vector(&name, units, format, role));
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
        &self,
        assembly: &mut Assembly,
        latest: Vec<i64>,
        wide: Format,
    ) -> Result<VectorId, QuantizeError> {
        let (units, state) = (self.units, self.state);
        let (format, role) = (assembly.format(state), Role::Parameter(latest));
        let latest = assembly.vector("state_before", units, format, role);
        let made = assembly.stage("change_first", When::Once, vec![], |apply| {
            let x = apply.element("x", state)?;
            let before = apply.element("before", latest)?;
            let change = Operation::Subtract(x, before);
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

/// The nearest raw values of a format.
pub fn raw(values: &[f64], format: Format) -> Vec<i64> {
    let nearest = |&value: &f64| nearest(value, format).unwrap_or(0);
    values.iter().map(nearest).collect()
}

/// The format of a difference of two words of a format.
///
/// # Errors
/// When it has more than 64 bits.
pub fn widened(format: Format) -> Result<Format, QuantizeError> {
    let widened = Format::signed(format.width() + 1, format.fraction());
    widened.map_err(|_| QuantizeError::TooWide { of: "an increment" })
}
