//! What a Hopfield description must hold to.

use program::{Coding, Format, Overflow};

use super::{Checked, Checker, MAX_SIDE, MAX_STEPS};
use crate::description::{
    FormatChoice, HopfieldDescription, HopfieldFormat, HopfieldWeights, Learn, PatternSource, Rule,
    ScaleChoice, Source, Storage, WeightCoding,
};

/// Checks a Hopfield description.
pub(in crate::description) fn check_hopfield(
    described: &HopfieldDescription,
    source: &Source,
) -> Checked {
    let check = Checker { source };
    let units = described.network.units;
    check.name(&described.network.name)?;
    check.count("network.units", "the number of units", units, MAX_SIDE)?;
    check_memory(&check, units, &described.weights, &described.format)?;
    hopfield_update(&check, described)?;
    check.fold(&described.hardware, units)?;
    if let Some(noise) = described.data.noise {
        check.noise(noise, described.data.probes.is_some())?;
    }
    Ok(())
}

/// Checks the weights of so many units, and what is said of their words.
pub(in crate::description) fn check_memory(
    check: &Checker<'_>,
    units: usize,
    weights: &HopfieldWeights,
    format: &HopfieldFormat,
) -> Checked {
    given_weights(check, units, weights)?;
    words(check, weights.storage, format)
}

/// The section `format`: what its keys say of the weights must go together.
fn words(check: &Checker<'_>, storage: Storage, format: &HopfieldFormat) -> Checked {
    let coding = format.coding_of(format.weights);
    coded(check, coding, format.weights)?;
    check.signed("format.bias", "a bias", format.bias)?;
    check.signed("format.accumulator", "a sum", format.accumulator)?;
    let loaded = storage == Storage::Ram;
    if coding == WeightCoding::PowerOfTwo && loaded {
        let message = "weights that are loaded at run time can be other than powers of two";
        let expected = "storage = \"rom\" in [weights], or another coding";
        check.conflict("format.coding", message, expected)?;
    }
    if coding != WeightCoding::TwosComplement && format.overflow == Overflow::Wrap {
        let message = "words of this coding do not wrap";
        check.conflict(
            "format.overflow",
            message,
            "`saturate` or `error`, or coding = \"twos_complement\"",
        )?;
    }
    scaled(check, format, coding)
}

/// The format of the weights suits their coding.
fn coded(check: &Checker<'_>, coding: WeightCoding, weights: FormatChoice) -> Checked {
    let FormatChoice::Fixed(format) = weights else {
        return Ok(());
    };
    let (suits, expected) = match coding {
        WeightCoding::Bipolar => (format == Format::BIPOLAR, "`b1` or `auto`"),
        WeightCoding::Ternary => (
            format.coding() == Coding::Signed && format.width() == 2,
            "`s2f0` or `auto`",
        ),
        WeightCoding::PowerOfTwo => (
            format.coding() == Coding::Signed && format.width() >= 2,
            "a signed format of 2 bits or more such as `s8f0`, or `auto`",
        ),
        WeightCoding::TwosComplement => {
            return check.signed("format.weights", "weights in two's complement", weights);
        }
    };
    if suits {
        return Ok(());
    }
    let message = format!(
        "`{format}` is no format of weights of the coding `{}`",
        coding.word()
    );
    check.conflict("format.weights", message, expected)
}

/// What the weights are multiplied by.
fn scaled(check: &Checker<'_>, format: &HopfieldFormat, coding: WeightCoding) -> Checked {
    if let Some(ScaleChoice::Factor(factor)) = format.scale {
        check.range("format.scale", "the factor", factor, 1e-12, 1e12)?;
        if format.per_row {
            let message = "one factor is given, and each row is to have its own";
            let expected = "a word such as `best`, or per_row = false";
            check.conflict("format.scale", message, expected)?;
        }
    }
    let Some(clip) = format.clip else {
        return Ok(());
    };
    check.range("format.clip", "the clipping bound", clip, 0.1, 100.0)?;
    if format.scale.is_some() {
        let message = "both `clip` and `scale` say how large the weights become";
        check.conflict("format.clip", message, "one of the two")?;
    }
    match (coding, format.weights) {
        (WeightCoding::Bipolar, _) => {
            let message = "signs are not clipped";
            check.conflict("format.clip", message, "no `clip`, or another coding")
        }
        (WeightCoding::Ternary, _) | (_, FormatChoice::Fixed(_)) => Ok(()),
        (_, FormatChoice::Auto) => {
            let message = "`clip` fills a format that is not given";
            check.conflict("format.clip", message, "weights = \"s4f0\" beside it")
        }
    }
}

fn given_weights(check: &Checker<'_>, units: usize, weights: &HopfieldWeights) -> Checked {
    check.one_of_weights([
        ("w", weights.w.is_some()),
        ("sparse", weights.sparse.is_some()),
        ("learn", weights.learn.is_some()),
    ])?;
    if let Some(learn) = &weights.learn {
        check_learn(check, learn)?;
    }
    let Some(grid) = weights.neighbourhood else {
        return Ok(());
    };
    check.count(
        "weights.neighbourhood.rows",
        "the number of rows",
        grid.rows,
        MAX_SIDE,
    )?;
    check.count(
        "weights.neighbourhood.columns",
        "the number of columns",
        grid.columns,
        MAX_SIDE,
    )?;
    check.count(
        "weights.neighbourhood.radius",
        "the radius",
        grid.radius,
        MAX_SIDE,
    )?;
    if grid.rows * grid.columns != units {
        let message = format!(
            "a grid of {} x {} has not {units} places",
            grid.rows, grid.columns
        );
        let expected = format!("rows x columns = units = {units}");
        check.conflict("weights.neighbourhood", message, &expected)?;
    }
    Ok(())
}

fn check_learn(check: &Checker<'_>, learn: &Learn) -> Checked {
    let perceptron = learn.rule == Rule::Perceptron;
    let when = "rule = \"perceptron\"";
    check.only(
        "weights.learn.margin",
        learn.margin.is_some(),
        perceptron,
        when,
    )?;
    check.only(
        "weights.learn.max_epochs",
        learn.max_epochs.is_some(),
        perceptron,
        when,
    )?;
    check.only(
        "weights.learn.symmetric",
        learn.symmetric.is_some(),
        perceptron,
        when,
    )?;
    if let Some(margin) = learn.margin {
        check.range("weights.learn.margin", "the margin", margin, 0.0, 1e6)?;
    }
    if let Some(epochs) = learn.max_epochs {
        let what = "the number of epochs";
        check.count("weights.learn.max_epochs", what, epochs, 1_000_000)?;
    }
    if let PatternSource::Prototypes(prototypes) = &learn.patterns {
        let (field, value) = ("weights.learn.patterns.threshold", prototypes.threshold);
        check.range(field, "the threshold", value, -1e9, 1e9)?;
    }
    Ok(())
}

fn hopfield_update(check: &Checker<'_>, described: &HopfieldDescription) -> Checked {
    let update = &described.update;
    let units = described.network.units;
    check.order(update.order, (update.block, update.seed), units)?;
    let steps = update.max_steps as f64;
    check.range(
        "update.max_steps",
        "the number of steps",
        steps,
        1.0,
        MAX_STEPS as f64,
    )
}
