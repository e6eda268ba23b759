//! What the description of a cellular array must hold to.

use program::{Coding, Format};

use super::{Checked, Checker, MAX_SIDE, MAX_STEPS};
use crate::cellular::{LibraryTemplate, Template, library_template};
use crate::description::{
    BoundaryWord, CellularDescription, Form, FormatChoice, ModelWord, Source, Start, TensorSource,
    Until,
};
use crate::diagnostic::NetworkError;
use crate::problem::{Problem, closest};

/// Checks the description of a cellular array.
pub(in crate::description) fn check_cellular(
    described: &CellularDescription,
    source: &Source,
) -> Checked {
    let check = Checker { source };
    let network = &described.network;
    check.name(&network.name)?;
    check.count("network.rows", "the number of rows", network.rows, MAX_SIDE)?;
    check.count(
        "network.columns",
        "the number of columns",
        network.columns,
        MAX_SIDE,
    )?;
    let library = cellular_template(&check, described)?;
    cellular_dynamics(&check, described, library)?;
    cellular_hardware(&check, described)?;
    cellular_formats(&check, described, library)?;
    cellular_data(&check, described, library)
}

fn cellular_template(
    check: &Checker<'_>,
    described: &CellularDescription,
) -> Result<Option<&'static LibraryTemplate>, NetworkError> {
    let section = &described.template;
    let numbers = section.a.is_some() || section.b.is_some() || section.z.is_some();
    let library = match &section.library {
        Some(_) if numbers => {
            let message = "both a built-in template and numbers are given";
            check.conflict("template", message, "either `library`, or `a`, `b` and `z`")?;
            None
        }
        Some(name) => Some(library_template(name).ok_or_else(|| {
            let known: Vec<String> = crate::cellular::library()
                .iter()
                .map(|entry| entry.name.clone())
                .collect();
            let suggestion = closest(name, known.iter().map(String::as_str));
            let what = "built-in template";
            let problem = Problem::UnknownWord {
                what,
                found: name.clone(),
                suggestion,
                known,
            };
            check.source.error("template.library", problem)
        })?),
        None if !numbers => {
            let message = "no template is given";
            check.conflict("template", message, "either `library`, or `a`, `b` and `z`")?;
            None
        }
        None => None,
    };
    let template = match library {
        Some(entry) => entry.template.clone(),
        None => inline_template(check, described)?,
    };
    let (rows, columns) = (described.network.rows, described.network.columns);
    let size = template.size();
    if rows < size || columns < size {
        check.fail(
            "network",
            Problem::TemplateTooLarge {
                rows,
                columns,
                size,
            },
        )?;
    }
    Ok(library)
}

fn inline_template(
    check: &Checker<'_>,
    described: &CellularDescription,
) -> Result<Template, NetworkError> {
    let section = &described.template;
    for (field, rows) in [("template.a", &section.a), ("template.b", &section.b)] {
        if let Some(rows) = rows {
            Template::radius_of(rows).map_err(|problem| check.source.error(field, problem))?;
        }
    }
    let z = section.z.unwrap_or(0.0);
    if !z.is_finite() {
        let (what, position) = ("the template", "z".to_string());
        check.fail(
            "template.z",
            Problem::NotFinite {
                what,
                value: z,
                position,
            },
        )?;
    }
    let (a, b) = (section.a.as_deref(), section.b.as_deref());
    Template::new(a, b, z).map_err(|problem| check.source.error("template", problem))
}

fn cellular_dynamics(
    check: &Checker<'_>,
    described: &CellularDescription,
    library: Option<&LibraryTemplate>,
) -> Checked {
    let model = described.model(library);
    let step = described.dynamics.step;
    let when = "model = \"chua_yang\"";
    check.only(
        "dynamics.step",
        step.is_some(),
        model == ModelWord::ChuaYang,
        when,
    )?;
    if let Some(step) = step
        && !(step > 0.0 && step <= 1.0)
    {
        let low = f64::from(-16).exp2();
        check.range("dynamics.step", "the Euler step", step, low, 1.0)?;
    }
    let boundary = described.boundary;
    let fixed = boundary.rule == BoundaryWord::Fixed;
    check.only(
        "boundary.value",
        boundary.value.is_some(),
        fixed,
        "rule = \"fixed\"",
    )?;
    if let Some(value) = boundary.value {
        check.range("boundary.value", "the boundary value", value, -1.0, 1.0)?;
        if model == ModelWord::Discrete && value.abs() != 1.0 {
            let message = format!("outputs of the model `discrete` cannot be {value}");
            check.conflict(
                "boundary.value",
                message,
                "-1 or 1 for the model `discrete`",
            )?;
        }
    }
    if let Start::Value(value) = described.start(library) {
        check.range("state.start", "the start value", value, -1.0, 1.0)?;
        if model == ModelWord::Discrete && value.abs() != 1.0 {
            let message = format!("a state of the model `discrete` cannot be {value}");
            check.conflict("state.start", message, "-1 or 1, `input` or `second`")?;
        }
    }
    Ok(())
}

fn cellular_hardware(check: &Checker<'_>, described: &CellularDescription) -> Checked {
    let (hardware, columns) = (&described.hardware, described.network.columns);
    let streaming = hardware.form == Form::Streaming;
    let when = "form = \"streaming\"";
    check.only(
        "hardware.iterations",
        hardware.iterations.is_some(),
        streaming,
        when,
    )?;
    if let Some(iterations) = hardware.iterations {
        check.count(
            "hardware.iterations",
            "the number of chained steps",
            iterations,
            64,
        )?;
    }
    if let Some(lanes) = hardware.lanes {
        check.count("hardware.lanes", "the number of lanes", lanes, columns)?;
        if columns % lanes != 0 {
            let message = format!("{lanes} lanes do not divide {columns} columns");
            check.conflict("hardware.lanes", message, &divisors_near(columns, lanes))?;
        }
    }
    let steps = described.max_steps();
    let what = "the number of steps";
    check.range(
        "update.max_steps",
        what,
        steps as f64,
        1.0,
        MAX_STEPS as f64,
    )?;
    if !streaming {
        return Ok(());
    }
    if described.update.until == Some(Until::Stable) {
        let message = "chained steps cannot wait until nothing changes";
        check.conflict(
            "update.until",
            message,
            "until = \"steps\", or form = \"frame\"",
        )?;
    }
    let iterations = hardware.iterations.unwrap_or(1) as u64;
    if steps != iterations {
        let message = format!("{steps} steps are asked for, and {iterations} are chained");
        let expected = "max_steps equal to hardware.iterations, or form = \"frame\"";
        check.conflict("update.max_steps", message, expected)?;
    }
    Ok(())
}

/// The divisors of `columns` next to `lanes`.
fn divisors_near(columns: usize, lanes: usize) -> String {
    let below = (1..lanes)
        .rev()
        .find(|divisor| columns.is_multiple_of(*divisor))
        .unwrap_or(1);
    let above = (lanes..=columns).find(|divisor| columns.is_multiple_of(*divisor));
    format!(
        "a divisor of {columns}; the nearest are {below} and {}",
        above.unwrap_or(columns)
    )
}

fn cellular_formats(
    check: &Checker<'_>,
    described: &CellularDescription,
    library: Option<&LibraryTemplate>,
) -> Checked {
    let format = &described.format;
    check.signed(
        "format.weights",
        "the numbers of a template",
        format.weights,
    )?;
    check.signed("format.threshold", "the threshold", format.threshold)?;
    check.signed("format.accumulator", "a sum", format.accumulator)?;
    check.signed(
        "format.control_accumulator",
        "a sum",
        format.control_accumulator,
    )?;
    for (field, choice) in [
        ("format.state", format.state),
        ("format.input", format.input),
    ] {
        if let FormatChoice::Fixed(found) = choice
            && found.coding() == Coding::Unsigned
        {
            let expected = "a signed format such as `s8f6`, `b1`, or `auto`";
            check.format_use(field, "values from -1 to 1", found, expected)?;
        }
    }
    let bipolar = format.state == FormatChoice::Fixed(Format::BIPOLAR);
    let fixed = format.state != FormatChoice::Auto;
    match (described.model(library), fixed, bipolar) {
        (ModelWord::Discrete, true, false) => {
            let message = "the state of the model `discrete` is -1 or +1";
            check.conflict("format.state", message, "`b1` or `auto`")
        }
        (ModelWord::Clipped | ModelWord::ChuaYang, _, true) => {
            let message = "one bit cannot hold the state of this model";
            check.conflict(
                "format.state",
                message,
                "a signed format such as `s8f6`, or `auto`",
            )
        }
        _ => Ok(()),
    }
}

fn cellular_data(
    check: &Checker<'_>,
    described: &CellularDescription,
    library: Option<&LibraryTemplate>,
) -> Checked {
    let data = &described.data;
    if let Some(threshold) = data.threshold {
        check.range("data.threshold", "the threshold", threshold, 0.0, 256.0)?;
        let images = [("data.input", &data.input), ("data.second", &data.second)];
        for (field, source) in images {
            let is_image = |file: &String| file.to_ascii_lowercase().ends_with(".png");
            match source {
                None => {}
                Some(TensorSource::File(file)) if is_image(file) => {}
                Some(_) => {
                    let message = "a threshold in grey levels does not apply to an array";
                    check.conflict(field, message, "a .png image, or no `threshold`")?;
                }
            }
        }
    }
    let starts_from_second = described.start(library) == Start::Second;
    if starts_from_second && data.input.is_some() && data.second.is_none() {
        let message = "the start state is the second image, and there is none";
        check.conflict("data", message, "`second` beside `input`")?;
    }
    Ok(())
}
