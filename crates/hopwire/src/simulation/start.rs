//! Where a run starts: the start state or images, from the description or from files.

use std::path::Path;

use network::cellular::Start as StartRule;
use network::description::{Sections, TensorSource};
use network::dynamics::Start;
use network::noise::SplitMix64;
use network::sequence::Given;
use network::{
    Cellular, Dynamics, GreyImage, Hopfield, Network, NetworkError, Problem, SequenceNetwork,
    Tensor,
};

use crate::arguments::SimulateArguments;
use crate::error::HopwireError;
use crate::project::Project;

/// Where runs start.
#[derive(Debug, Clone, PartialEq)]
pub enum Starts {
    /// States of units, each of -1 and +1.
    Units(Vec<Vec<i8>>),
    /// The images of a cellular array, rows x columns values from -1 (white) to 1 (black) each;
    /// empty where there is none.
    Images {
        /// The input u.
        input: Vec<f64>,
        /// The second image.
        second: Vec<f64>,
    },
    /// What a network with real states is loaded with.
    Vectors(Vec<Start>),
    /// Sequences, with the states that they bring.
    Sequences(Vec<Given>),
}

impl Starts {
    /// The first start as values that are shown; of an array, its input.
    pub fn shown(&self, network: &Network) -> Vec<f64> {
        match self {
            Starts::Units(states) => {
                let first = states.first().map_or(&[][..], Vec::as_slice);
                first.iter().map(|&value| f64::from(value)).collect()
            }
            Starts::Images { input, .. } => input.clone(),
            Starts::Sequences(_) => vec![],
            Starts::Vectors(starts) => {
                let first = network.dynamics().zip(starts.first());
                let shown = first.map(|(network, start)| network.shown(&network.begin(start)));
                shown.unwrap_or_default()
            }
        }
    }

    /// Each start by itself.
    pub fn single(&self) -> Vec<Starts> {
        match self {
            Starts::Units(states) => {
                let single = |state: &Vec<i8>| Starts::Units(vec![state.clone()]);
                states.iter().map(single).collect()
            }
            Starts::Images { .. } => vec![self.clone()],
            Starts::Vectors(starts) => {
                let single = |start: &Start| Starts::Vectors(vec![start.clone()]);
                starts.iter().map(single).collect()
            }
            Starts::Sequences(sequences) => {
                let single = |of: &Given| Starts::Sequences(vec![of.clone()]);
                sequences.iter().map(single).collect()
            }
        }
    }
}

/// What the arguments of `simulate` ask for: one start, or with `--all` every one.
///
/// # Errors
/// A file that cannot be read or does not suit, or a number that is not there.
pub fn starts(arguments: &SimulateArguments, project: &Project) -> Result<Starts, HopwireError> {
    if let Some(noise) = arguments.noise
        && !(0.0..=1.0).contains(&noise)
    {
        return Err(HopwireError::Argument {
            argument: "--noise",
            message: format!("the share is {noise}"),
            expected: "a number from 0 to 1".into(),
        });
    }
    misplaced(arguments, &project.network)?;
    match &project.network {
        Network::Hopfield(network) => units(arguments, network),
        Network::Cellular(network) => images(arguments, network, project),
        Network::Sequence(network) => sequences(arguments, network),
        other => match other.dynamics() {
            Some(network) => vectors(arguments, network),
            None => Ok(Starts::Vectors(vec![])),
        },
    }
}

/// That no file is given under the name of what other kinds of networks start from.
fn misplaced(arguments: &SimulateArguments, network: &Network) -> Result<(), HopwireError> {
    let (second, starts) = (
        ("--second", arguments.second.is_some()),
        ("--starts", arguments.starts.is_some()),
    );
    let (wrong, why, expected) = match network {
        Network::Sequence(_) => (
            vec![second],
            "sequences bring no image",
            "`--starts FILE` for the initial states that sequences bring",
        ),
        Network::Cellular(_) => (
            vec![starts],
            "a cellular array starts from images",
            "`--second FILE` for the second image",
        ),
        _ => (
            vec![second, starts],
            "the network has one start state",
            "`--input FILE` for start states, one a row",
        ),
    };
    match wrong.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((argument, _)) => Err(HopwireError::Argument {
            argument,
            message: format!("does not apply: {why}"),
            expected: expected.into(),
        }),
    }
}

fn vectors(arguments: &SimulateArguments, network: &dyn Dynamics) -> Result<Starts, HopwireError> {
    let from = |state: &Vec<f64>| network.start_from(state);
    let (argument, number, candidates) = match (&arguments.input, arguments.pattern) {
        (Some(file), _) => {
            let state = network.variables().first().map_or(0, |state| state.length);
            let given = real_states(file, state)?;
            ("--probe", arguments.probe, given.iter().map(from).collect())
        }
        (None, Some(pattern)) => {
            let patterns = network.patterns().iter();
            ("--pattern", Some(pattern), patterns.map(from).collect())
        }
        (None, None) => ("--probe", arguments.probe, network.starts()),
    };
    let mut chosen: Vec<Start> = chosen(arguments.all, argument, number, candidates)?;
    if let Some(noise) = arguments.noise {
        let mut random = SplitMix64::new(arguments.seed);
        for start in &mut chosen {
            let state = network.shown(&network.begin(start));
            let flips = random.flipped(&vec![1; state.len()], noise).into_iter();
            let noisy = state
                .iter()
                .zip(flips)
                .map(|(value, flip)| value * f64::from(flip));
            *start = network.start_from(&noisy.collect::<Vec<f64>>());
        }
    }
    Ok(Starts::Vectors(chosen))
}

/// Sequences of a file, or of the description, and the initial states that they bring.
fn sequences(
    arguments: &SimulateArguments,
    network: &SequenceNetwork,
) -> Result<Starts, HopwireError> {
    let unsuited_here = [
        ("--pattern", arguments.pattern.is_some()),
        ("--noise", arguments.noise.is_some()),
    ];
    if let Some((argument, _)) = unsuited_here.iter().find(|(_, given)| *given) {
        return Err(unsuited(argument, "a sequence network is given sequences"));
    }
    let read = |file: &str, argument: &'static str| {
        let given = move |problem| HopwireError::from(NetworkError::at(problem, None, argument));
        let tensor = Tensor::load(Path::new(""), file).map_err(given)?;
        Ok::<_, HopwireError>((tensor, given))
    };
    let mut candidates = match &arguments.input {
        Some(file) => {
            let (tensor, given) = read(file, "--input")?;
            let sequences = network.sequences_of(&tensor).map_err(given)?;
            let states = network.own_states();
            let brings = |sequence| Given {
                sequence,
                states: states.clone(),
            };
            sequences.into_iter().map(brings).collect()
        }
        None => network.given(),
    };
    if let Some(file) = &arguments.starts {
        let (tensor, given) = read(file, "--starts")?;
        let rows = network.starts_of(&tensor, candidates.len());
        for (candidate, row) in candidates.iter_mut().zip(rows.map_err(given)?) {
            candidate.states = row;
        }
    }
    let chosen = chosen(arguments.all, "--probe", arguments.probe, candidates)?;
    Ok(Starts::Sequences(chosen))
}

/// Rows of real states from an array.
fn real_states(file: &str, length: usize) -> Result<Vec<Vec<f64>>, HopwireError> {
    let given = |problem| HopwireError::from(NetworkError::at(problem, None, "--input"));
    let tensor = Tensor::load(Path::new(""), file).map_err(given)?;
    let rows = tensor.rows_of(length, "the start state").map_err(given)?;
    Ok(rows)
}

/// One candidate by its number, the first where there is none, or all.
fn chosen<T>(
    all: bool,
    argument: &'static str,
    number: Option<usize>,
    candidates: Vec<T>,
) -> Result<Vec<T>, HopwireError> {
    if all {
        return Ok(candidates);
    }
    let number = number.unwrap_or(0);
    let count = candidates.len();
    let state = candidates.into_iter().nth(number);
    let state = state.ok_or_else(|| HopwireError::Argument {
        argument,
        message: format!("there is no number {number}"),
        expected: match count {
            0 => "start states: --input, or [data] of the description".into(),
            count => format!("a number from 0 to {}", count - 1),
        },
    })?;
    Ok(vec![state])
}

fn units(arguments: &SimulateArguments, network: &Hopfield) -> Result<Starts, HopwireError> {
    let (argument, number, candidates) = match (&arguments.input, arguments.pattern) {
        (Some(file), _) => (
            "--probe",
            arguments.probe,
            read_states(file, network.units())?,
        ),
        (None, Some(pattern)) => ("--pattern", Some(pattern), network.patterns.clone()),
        (None, None) => ("--probe", arguments.probe, network.probes.clone()),
    };
    let mut chosen = chosen(arguments.all, argument, number, candidates)?;
    if let Some(noise) = arguments.noise {
        let mut random = SplitMix64::new(arguments.seed);
        for state in &mut chosen {
            *state = random.flipped(state, noise);
        }
    }
    Ok(Starts::Units(chosen))
}

/// States from an array of -1 and +1, one a row, or from one picture (dark is +1).
fn read_states(file: &str, units: usize) -> Result<Vec<Vec<i8>>, HopwireError> {
    let given = |problem| HopwireError::from(NetworkError::at(problem, None, "--input"));
    let what = "the start state";
    if is_png(file) {
        let image = GreyImage::load(Path::new(file)).map_err(given)?;
        if image.pixels.len() != units {
            return Err(given(Problem::Shape {
                what,
                found: format!("{} x {} pixels", image.rows, image.columns),
                expected: format!("as many pixels as units, {units}"),
            }));
        }
        let dark = |&pixel: &u8| if pixel < 128 { 1 } else { -1 };
        return Ok(vec![image.pixels.iter().map(dark).collect()]);
    }
    let tensor = Tensor::load(Path::new(""), file).map_err(given)?;
    let whole = tensor.values.len() == units;
    if !whole && tensor.shape.last() != Some(&units) || tensor.shape.len() > 2 {
        return Err(given(Problem::Shape {
            what,
            found: format!("the shape {}", tensor.shape_text()),
            expected: format!("{units} values, or rows of {units} values"),
        }));
    }
    if let Some(at) = tensor.values.iter().position(|value| value.abs() != 1.0) {
        return Err(given(Problem::ElementValue {
            what,
            value: tensor.values.get(at).copied().unwrap_or(f64::NAN),
            position: tensor.position(at),
            allowed: "-1 or +1",
        }));
    }
    let state = |row: &[f64]| row.iter().map(|&v| if v < 0.0 { -1 } else { 1 }).collect();
    Ok(tensor.values.chunks(units.max(1)).map(state).collect())
}

fn images(
    arguments: &SimulateArguments,
    network: &Cellular,
    project: &Project,
) -> Result<Starts, HopwireError> {
    for (argument, given) in [
        ("--probe", arguments.probe.is_some()),
        ("--pattern", arguments.pattern.is_some()),
        ("--all", arguments.all),
    ] {
        if given {
            return Err(unsuited(argument, "a cellular array starts from images"));
        }
    }
    let read = |file: &Option<String>, argument: &'static str, described: &[f64]| match file {
        None => Ok(described.to_vec()),
        Some(file) => read_image(file, argument, network, project),
    };
    let mut input = read(&arguments.input, "--input", &network.input)?;
    let second = read(&arguments.second, "--second", &network.second)?;
    let missing = [
        ("--input", input.is_empty() && uses_input(network)),
        (
            "--second",
            second.is_empty() && network.start == StartRule::Second,
        ),
    ];
    if let Some((argument, _)) = missing.into_iter().find(|(_, missing)| *missing) {
        return Err(HopwireError::Argument {
            argument,
            message: "the network needs this image, and there is none".into(),
            expected: "a file here, or in [data] of the description".into(),
        });
    }
    if let Some(noise) = arguments.noise {
        let flips = SplitMix64::new(arguments.seed).flipped(&vec![1; input.len()], noise);
        for (value, flip) in input.iter_mut().zip(flips) {
            *value *= f64::from(flip);
        }
    }
    Ok(Starts::Images { input, second })
}

/// Whether a run depends on the input image at all.
fn uses_input(network: &Cellular) -> bool {
    network.template.uses_input() || network.start == StartRule::Input
}

/// An image with the description's threshold and inversion.
fn read_image(
    file: &str,
    argument: &'static str,
    network: &Cellular,
    project: &Project,
) -> Result<Vec<f64>, HopwireError> {
    let (threshold, invert) = match &project.description.sections {
        Sections::Cellular(sections) => (sections.data.threshold, sections.data.invert),
        _ => (None, false),
    };
    let given = |problem| HopwireError::from(NetworkError::at(problem, None, argument));
    let source = TensorSource::File(file.to_owned());
    let image = network
        .image(&source, Path::new(""), threshold, invert)
        .map_err(given)?;
    let starts_here = match network.start {
        StartRule::Input => argument == "--input",
        StartRule::Second => argument == "--second",
        StartRule::Value(_) => false,
    };
    if starts_here {
        network.check_binary(&image).map_err(given)?;
    }
    Ok(image)
}

/// Whether a file name ends like a picture's.
pub fn is_png(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with(".png")
}

fn unsuited(argument: &'static str, why: &str) -> HopwireError {
    HopwireError::Argument {
        argument,
        message: format!("does not apply: {why}"),
        expected: "the command without it".into(),
    }
}
