//! `table`: an activation function in words, next to the other ways to make it.

use std::path::Path;

use network::Activation;
use network::activation::KeyProblem;
use network::description::{ActivationFields, ActivationTable, FunctionWord, SlopeWord, TableWord};
use program::Format;
use quantize::activation::{Figures, Kind, Wish, alternatives, plan};
use serde::Serialize;

use crate::arguments::{SlopesArgument, TableArgument, TableArguments};
use crate::built::format_argument;
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::report::Report;

/// An activation function in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableReport {
    /// The function, with its gain.
    pub function: String,
    /// The format of the argument.
    pub input: Format,
    /// The format of the result.
    pub output: Format,
    /// How many arguments there are; errors are those over all of them.
    pub words: u64,
    /// What is taken. An infinite error is `null`.
    pub chosen: Figures,
    /// The cheapest of each kind that is good enough or, where none is, the most exact one.
    pub alternatives: Vec<Figures>,
}

impl Report for TableReport {
    const VERB: &'static str = "table";

    fn summary(&self) -> String {
        let chosen = &self.chosen;
        let mut text = format!("{} from {} to {}\n", self.function, self.input, self.output);
        text.push_str(&format!("chosen: {}\n", made(chosen)));
        let (error, at) = (chosen.largest_error, chosen.largest_error_at);
        text.push_str(&format!(
            "largest error over all {} words: {error:.3e}, at {at}\n",
            self.words
        ));
        let (error, at) = (chosen.held_error, chosen.held_error_at);
        text.push_str(&format!(
            "without what {} cannot hold: {error:.3e} ({:.3} of its units), at {at}\n",
            self.output, chosen.held_error_units
        ));
        text.push_str(&format!("{}\n\n", properties(chosen)));
        text.push_str(&self.table());
        text
    }
}

impl TableReport {
    /// The alternatives, a line each.
    fn table(&self) -> String {
        let mut text = format!(
            "{:<22}{:>8}{:>12}{:>12}{:>14}{:>8}{:>10}  {}\n",
            "kind",
            "entries",
            "table bits",
            "adder bits",
            "product bits",
            "total",
            "error",
            "units"
        );
        for of in &self.alternatives {
            let cost = of.cost;
            let mark = if *of == self.chosen {
                "  <- chosen"
            } else {
                ""
            };
            text.push_str(&format!(
                "{:<22}{:>8}{:>12}{:>12}{:>14}{:>8}{:>10.2e}  {:.3}{mark}\n",
                kind(of),
                of.entries,
                cost.memory_bits,
                cost.adder_bits,
                cost.multiplier_bits,
                cost.total(),
                of.held_error,
                of.held_error_units,
            ));
        }
        text
    }
}

fn kind(figures: &Figures) -> &'static str {
    match (figures.kind, figures.shifts) {
        (Kind::Operations, _) => "operations",
        (Kind::Full, _) => "full",
        (Kind::Half, _) => "half",
        (Kind::Linear, false) => "linear, free slopes",
        (Kind::Linear, true) => "linear, powers of two",
    }
}

/// How it is made, in words.
fn made(figures: &Figures) -> String {
    let size = if figures.mirrored {
        "the magnitude"
    } else {
        "the argument"
    };
    let (entries, address) = (figures.entries, figures.address);
    match figures.kind {
        Kind::Operations => "plain operations, no table".into(),
        Kind::Full => format!("a full table, {entries} entries by {size} as {address}"),
        Kind::Half => format!("a half table, {entries} entries by {size} as {address}, mirrored"),
        Kind::Linear => {
            let slopes = if figures.shifts {
                "powers of two"
            } else {
                "free"
            };
            let mirrored = if figures.mirrored { ", mirrored" } else { "" };
            format!(
                "straight pieces, {entries} segments of {size} as {address}, slopes {slopes}\
                 {mirrored}"
            )
        }
    }
}

fn properties(figures: &Figures) -> String {
    let monotone = if figures.monotone {
        "monotone"
    } else {
        "not monotone"
    };
    let symmetric = if figures.symmetric {
        "symmetric about the value at 0"
    } else {
        "not symmetric"
    };
    format!("{monotone}, {symmetric}")
}

/// Runs the verb.
///
/// # Errors
/// An argument that is wrong, a file of points that cannot be read, or a wish that nothing fulfils.
pub fn run(arguments: &TableArguments) -> Result<TableReport, HopwireError> {
    let activation = Activation::from_fields(&function(arguments)?, Path::new(""));
    let activation = activation.map_err(refused)?;
    let input = format_argument(&arguments.input, "--input")?;
    let output = format_argument(&arguments.output, "--output")?;
    let described = described(arguments);
    described.judge().map_err(refused)?;
    let wish = Wish::from(&described);
    let failed = |error| HopwireError::level(&error, Exit::BadInput);
    let chosen = plan(&activation, input, output, &wish).map_err(failed)?;
    let others = Wish {
        error: wish.error,
        ..Wish::default()
    };
    let others = alternatives(&activation, input, output, &others).map_err(failed)?;
    let mut others: Vec<Figures> = others.iter().map(|plan| *plan.figures()).collect();
    let chosen = *chosen.figures();
    if !others.contains(&chosen) {
        others.push(chosen);
    }
    Ok(TableReport {
        function: activation.to_string(),
        input,
        output,
        words: 1 << input.width(),
        chosen,
        alternatives: others,
    })
}

/// The function that is named, by its word or as a file of points.
fn function(arguments: &TableArguments) -> Result<ActivationFields, HopwireError> {
    let mut fields = ActivationFields {
        gain: Some(arguments.gain),
        slope: arguments.slope,
        offset: arguments.offset,
        scale: arguments.scale,
        threshold: arguments.threshold,
        ..ActivationFields::default()
    };
    match FunctionWord::named(&arguments.function) {
        Ok(word) => fields.function = Some(word),
        // A name with a dot is no word but a file.
        Err(_) if arguments.function.contains('.') => {
            fields.file = Some(arguments.function.clone());
        }
        Err(problem) => return Err(refused(("function", problem))),
    }
    Ok(fields)
}

/// What the options say, as a description would.
fn described(arguments: &TableArguments) -> ActivationTable {
    ActivationTable {
        kind: arguments.kind.map(|kind| match kind {
            TableArgument::Full => TableWord::Full,
            TableArgument::Half => TableWord::Half,
            TableArgument::Linear => TableWord::Linear,
        }),
        entries: arguments.entries,
        slopes: arguments.slopes.map(|slopes| match slopes {
            SlopesArgument::Free => SlopeWord::Free,
            SlopesArgument::PowersOfTwo => SlopeWord::PowersOfTwo,
        }),
        error: arguments.error,
    }
}

/// The problem of a key at the option of that name.
fn refused((key, problem): KeyProblem) -> HopwireError {
    HopwireError::Argument {
        argument: match key {
            "gain" => "--gain",
            "slope" => "--slope",
            "entries" => "--entries",
            "slopes" => "--slopes",
            "error" => "--error",
            _ => "FUNCTION",
        },
        message: problem.to_string(),
        expected: problem.expected(),
    }
}
