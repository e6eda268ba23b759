//! A function in words: how it is made, and what that costs and loses.

use program::{Format, NodeId, Table, TableId};
use serde::Serialize;

use super::entries::Entries;
use super::linear::Linear;
use super::measure::Measured;
use super::nodes::Nodes;
use super::operations::Operations;
use super::target::Target;
use crate::QuantizeError;
use crate::assembly::{Assembly, Wide};
use crate::search::Cost;

/// The ways in which a function is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Plain operations, without a table.
    Operations,
    /// A table with an entry for every argument, or for every argument of fewer bits.
    Full,
    /// A table for arguments from 0 on, mirrored for those below.
    Half,
    /// Straight pieces: a table of offsets and one of slopes.
    Linear,
}

/// How results come about.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    Operations(Operations),
    Entries(Entries),
    Linear(Linear),
}

impl Form {
    pub fn evaluate(&self, raw: i64) -> i64 {
        match self {
            Form::Operations(form) => form.evaluate(raw),
            Form::Entries(form) => form.evaluate(raw),
            Form::Linear(form) => form.evaluate(raw),
        }
    }

    pub fn cost(&self) -> Cost {
        match self {
            Form::Operations(form) => form.cost(),
            Form::Entries(form) => Entries::cost(form.address, form.entry, form.output),
            Form::Linear(form) => form.cost(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Form::Operations(_) => Kind::Operations,
            Form::Entries(form) if form.address.mirrored => Kind::Half,
            Form::Entries(_) => Kind::Full,
            Form::Linear(_) => Kind::Linear,
        }
    }

    fn entries(&self) -> usize {
        match self {
            Form::Operations(_) => 0,
            Form::Entries(form) => form.entries.len(),
            Form::Linear(form) => form.offsets.len(),
        }
    }
}

/// An activation function as words: its tables, and what it computes of an argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    input: Format,
    output: Format,
    form: Form,
    figures: Figures,
}

/// What a plan is, costs and loses. Errors are those over every word of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// How the function is made.
    pub kind: Kind,
    /// Entries of the table, or segments; 0 without a table.
    pub entries: usize,
    /// The format of what the table, or the segment and the place in it, is found by; that of the
    /// argument without a table.
    pub address: Format,
    /// Whether arguments below 0 have mirrored results.
    pub mirrored: bool,
    /// Whether the slopes of segments are powers of two, so that nothing is multiplied.
    pub shifts: bool,
    /// What it costs; see [`super`].
    pub cost: Cost,
    /// The largest difference from the real function.
    pub largest_error: f64,
    /// The first argument with it, as a real number.
    pub largest_error_at: f64,
    /// The largest difference from the real function brought within the bounds of the result's
    /// format: without what no word of that format could do better.
    pub held_error: f64,
    /// The first argument with it, as a real number.
    pub held_error_at: f64,
    /// [`Figures::held_error`] in units of the result; rounding alone loses 0.5.
    pub held_error_units: f64,
    /// Whether results never go back where the function does not.
    pub monotone: bool,
    /// Whether a result and that for the negative argument add up to twice the value at 0, as
    /// they do for an odd function; the most negative word has no negative.
    pub symmetric: bool,
}

impl Plan {
    pub(super) fn new(form: Form, target: &Target<'_>, measured: Measured) -> Plan {
        let unit = target.output.unit();
        let (address, mirrored, shifts) = match &form {
            Form::Operations(_) => (target.input, false, false),
            Form::Entries(form) => (form.address.narrow, form.address.mirrored, false),
            Form::Linear(form) => {
                let layout = &form.layout;
                (
                    layout.address.narrow,
                    layout.address.mirrored,
                    layout.shifts,
                )
            }
        };
        let figures = Figures {
            kind: form.kind(),
            entries: form.entries(),
            address,
            mirrored,
            shifts,
            cost: form.cost(),
            largest_error: measured.real.error * unit,
            largest_error_at: target.input.value(measured.real.at),
            held_error: measured.held.error * unit,
            held_error_at: target.input.value(measured.held.at),
            held_error_units: measured.held.error,
            monotone: measured.monotone,
            symmetric: measured.symmetric,
        };
        Plan {
            input: target.input,
            output: target.output,
            form,
            figures,
        }
    }

    /// The format of the argument.
    pub fn input(&self) -> Format {
        self.input
    }

    /// The format of the result.
    pub fn output(&self) -> Format {
        self.output
    }

    /// What it is, costs and loses.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The result for a raw argument: what the nodes of [`Plan::build`] compute.
    pub fn evaluate(&self, raw: i64) -> i64 {
        self.form
            .evaluate(raw.clamp(self.input.min_raw(), self.input.max_raw()))
    }

    /// The tables, none or up to two, with names that begin with `name`.
    pub fn tables(&self, name: &str) -> Vec<Table> {
        match &self.form {
            Form::Operations(_) => vec![],
            Form::Entries(form) => form.tables(name),
            Form::Linear(form) => form.tables(name),
        }
    }

    /// Adds the tables to a program under construction: what [`Plan::build`] is given.
    pub fn register(&self, assembly: &mut Assembly, name: &str) -> Vec<TableId> {
        let tables = self.tables(name).into_iter();
        tables.map(|table| assembly.table(table)).collect()
    }

    /// Adds the nodes that compute the function of `argument`, a node in the format
    /// [`Plan::input`]. The result is a node `name` in the format [`Plan::output`]; the other nodes
    /// are `name_...`. `tables` are the places of [`Plan::tables`] in the program, in order, as
    /// [`Plan::register`] gives them.
    ///
    /// # Errors
    /// When the argument has another format, tables are missing, or a node needs more than 64
    /// bits.
    pub fn build(
        &self,
        apply: &mut Wide<'_>,
        tables: &[TableId],
        name: &str,
        argument: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let found = apply.format(argument);
        if found != self.input {
            return Err(QuantizeError::Activation {
                why: format!("the argument of `{name}` is {found}"),
                would: format!("{}", self.input),
            });
        }
        let mut nodes = Nodes {
            apply,
            tables,
            name,
        };
        match &self.form {
            Form::Operations(form) => form.build(&mut nodes, argument),
            Form::Entries(form) => form.build(&mut nodes, argument),
            Form::Linear(form) => form.build(&mut nodes, argument),
        }
    }
}
