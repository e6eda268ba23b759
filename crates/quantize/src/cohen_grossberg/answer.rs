//! Functions of a unit's state in words.

use network::cohen_grossberg::Response;
use network::description::ActivationTable;
use program::{Executor, Format, NodeId, Order, Overflow, Role, Stop, TableId, When};

use super::polynomial::Polynomial;
use crate::QuantizeError;
use crate::activation::Plan;
use crate::assembly::{Assembly, New, Wide, Written};
use crate::dynamic::Words;

/// A function of a unit's state.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of these for each function of a network"
)]
pub enum Answer {
    /// The state itself.
    State,
    /// A polynomial.
    Polynomial(Polynomial),
    /// A table, or straight pieces.
    Plan(Plan, Vec<TableId>),
}

/// What functions are made of.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// The words that are asked for.
    pub words: &'a Words,
    /// The format of the state.
    pub state: Format,
    /// How activation functions are made.
    pub table: &'a ActivationTable,
    /// The number of units.
    pub units: usize,
}

impl Answer {
    /// The function `name`; `error` becomes the largest distance of a word to its coefficient, if
    /// that is larger.
    ///
    /// # Errors
    /// When no format or table does what is asked for.
    pub fn new(
        assembly: &mut Assembly,
        name: &str,
        response: &Response,
        making: &Making<'_>,
        error: &mut f64,
    ) -> Result<Answer, QuantizeError> {
        if response.is_identity() {
            return Ok(Answer::State);
        }
        match response {
            Response::Activation(activation) => {
                let plan = making
                    .words
                    .activation(activation, making.state, making.table)?;
                let tables = plan.register(assembly, name);
                Ok(Answer::Plan(plan, tables))
            }
            Response::Polynomial(_) => {
                let rows = response.rows(making.units);
                let how = (making.state.fraction(), making.words.rounding);
                let made = Polynomial::new(assembly, name, &rows, how, error)?;
                Ok(Answer::Polynomial(made))
            }
        }
    }

    /// A node: the value for an element `x`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every value.
    pub fn build(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        x: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        match self {
            Answer::State => Ok(x),
            Answer::Polynomial(polynomial) => polynomial.build(apply, name, x),
            Answer::Plan(plan, tables) => plan.build(apply, tables, name, x),
        }
    }

    /// As [`Answer::build`], as a word that is kept: with as many fraction bits as the state, or in
    /// the format that is fixed for it.
    ///
    /// # Errors
    /// As those of [`Answer::build`].
    pub fn signal(
        &self,
        apply: &mut Wide<'_>,
        making: &Making<'_>,
        x: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let value = self.build(apply, "d", x)?;
        let rounding = making.words.rounding;
        match (self, making.words.activation) {
            (Answer::Polynomial(_), Some(format)) => {
                let how = (rounding, Overflow::Saturate);
                apply.resized("signal", value, format, how)
            }
            (Answer::Polynomial(_), None)
                if apply.format(value).fraction() > making.state.fraction() =>
            {
                apply.rounded("signal", value, making.state.fraction(), rounding)
            }
            _ => Ok(value),
        }
    }
}

/// The raw signals of raw states, as the stage that makes them computes them.
///
/// # Errors
/// When the function cannot be made of words.
pub fn signals(
    response: &Response,
    making: &Making<'_>,
    raw: &[i64],
) -> Result<Vec<i64>, QuantizeError> {
    let mut assembly = Assembly::new();
    let units = making.units;
    let state = assembly.vector("state", units, making.state, Role::State);
    let answer = Answer::new(&mut assembly, "d", response, making, &mut 0.0)?;
    let made = assembly.stage("respond", When::EveryStep, vec![], |apply| {
        let x = apply.element("x", state)?;
        let node = answer.signal(apply, making, x)?;
        Ok(Written {
            known: vec![(state, x)],
            new: vec![New {
                name: "output".into(),
                units,
                role: Role::Output,
                node,
            }],
            rest: None,
        })
    })?;
    let stop = Stop {
        max_steps: 1,
        when_stable: false,
        on_period_two: false,
    };
    let program = assembly.finish("signals", "cohen_grossberg", Order::Synchronous, stop)?;
    let mut executor = Executor::new(&program)?;
    executor.load(state, raw)?;
    executor.start()?;
    executor.step()?;
    let output = made.first().copied().unwrap_or(state);
    Ok(executor.values(output).to_vec())
}
