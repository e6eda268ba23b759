//! What a Hopfield description must hold to.

use super::{Checked, Checker, MAX_SIDE, MAX_STEPS};
use crate::description::{
    FormatChoice, HopfieldDescription, Learn, OrderWord, PatternSource, Rule, Source,
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
    hopfield_weights(&check, described)?;
    hopfield_update(&check, described)?;
    check.signed("format.weights", "weights", described.format.weights)?;
    check.signed("format.bias", "a bias", described.format.bias)?;
    if let Some(clip) = described.format.clip {
        check.range("format.clip", "the clipping bound", clip, 0.1, 100.0)?;
        if described.format.weights == FormatChoice::Auto {
            let message = "`clip` fills a format that is not given";
            check.conflict("format.clip", message, "weights = \"s4f0\" beside it")?;
        }
    }
    check.fold(&described.hardware, units)?;
    if let Some(noise) = described.data.noise {
        check.noise(noise, described.data.probes.is_some())?;
    }
    Ok(())
}

fn hopfield_weights(check: &Checker<'_>, described: &HopfieldDescription) -> Checked {
    let weights = &described.weights;
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
    let units = described.network.units;
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
    let (block, permuted) = (OrderWord::Block, OrderWord::Permuted);
    let is_block = update.order == block;
    check.only(
        "update.block",
        update.block.is_some(),
        is_block,
        "order = \"block\"",
    )?;
    let is_permuted = update.order == permuted;
    check.only(
        "update.seed",
        update.seed.is_some(),
        is_permuted,
        "order = \"permuted\"",
    )?;
    if let Some(size) = update.block {
        check.count(
            "update.block",
            "the number of units of a block",
            size,
            described.network.units,
        )?;
    }
    if let Some(seed) = update.seed
        && (seed == 0 || seed > u64::from(u32::MAX))
    {
        let (what, high) = ("the seed", f64::from(u32::MAX));
        check.range("update.seed", what, seed as f64, 1.0, high)?;
    }
    let steps = update.max_steps as f64;
    check.range(
        "update.max_steps",
        "the number of steps",
        steps,
        1.0,
        MAX_STEPS as f64,
    )
}
