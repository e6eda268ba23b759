//! The sequences and targets of a description, or of arrays.

use super::SequenceNetwork;
use super::tokens::{check_tokens, drawn};
use crate::description::{RandomSequences, SequenceDescription, Source, TensorSource};
use crate::diagnostic::NetworkError;
use crate::noise::SplitMix64;
use crate::problem::Problem;
use crate::tensor::Tensor;

impl SequenceNetwork {
    /// The sequences of an array: sequences x steps x inputs, or steps x inputs of one.
    ///
    /// # Errors
    /// When it has another shape, numbers that are not finite, no tokens or programs where the
    /// network takes some, or a sequence is longer than a layer remembers.
    pub fn sequences_of(&self, tensor: &Tensor) -> Result<Vec<Vec<Vec<f64>>>, Problem> {
        let sequences = self.padded_sequences_of(tensor)?;
        self.check_lengths(&sequences)?;
        self.check_programs(&sequences)?;
        Ok(sequences)
    }

    /// The same of an array that may hold more steps of a sequence than are used.
    fn padded_sequences_of(&self, tensor: &Tensor) -> Result<Vec<Vec<Vec<f64>>>, Problem> {
        let what = "the array of sequences";
        let vectors = vectors_of(tensor, self.inputs, what)?;
        match self.vocabulary() {
            Some(vocabulary) => check_tokens(tensor, what, vocabulary).map(|()| vectors),
            None => Ok(vectors),
        }
    }

    /// That no sequence is longer than a layer remembers.
    pub(super) fn check_lengths(&self, sequences: &[Vec<Vec<f64>>]) -> Result<(), Problem> {
        let remembered = self.needs_passes().then(|| self.longest());
        let Some(longest) = self.stated_longest().or(remembered) else {
            return Ok(());
        };
        let lengths = sequences.iter().map(Vec::len).enumerate();
        match lengths.into_iter().find(|(_, steps)| *steps > longest) {
            None => Ok(()),
            Some((sequence, steps)) => Err(Problem::TooLong {
                sequence,
                steps,
                longest,
            }),
        }
    }
}

/// The vectors of each sequence of an array: sequences x steps x `width`, or steps x `width` of one.
pub(super) fn vectors(
    given: &TensorSource,
    width: usize,
    what: &'static str,
    source: &Source,
) -> Result<Vec<Vec<Vec<f64>>>, Problem> {
    let tensor = Tensor::from_source(given, source.folder(), what)?;
    vectors_of(&tensor, width, what)
}

/// The same of an array that was read.
fn vectors_of(
    tensor: &Tensor,
    width: usize,
    what: &'static str,
) -> Result<Vec<Vec<Vec<f64>>>, Problem> {
    tensor.check_finite(what)?;
    let steps = match tensor.shape.as_slice() {
        [steps, columns] if *columns == width => *steps,
        [_, steps, columns] if *columns == width => *steps,
        _ => 0,
    };
    if steps == 0 {
        return Err(Problem::Shape {
            what,
            found: format!("the shape {}", tensor.shape_text()),
            expected: format!("sequences x steps x {width} numbers, with at least one step"),
        });
    }
    let rows: Vec<Vec<f64>> = tensor
        .values
        .chunks(width.max(1))
        .map(<[f64]>::to_vec)
        .collect();
    Ok(rows.chunks(steps).map(<[Vec<f64>]>::to_vec).collect())
}

/// The sequences of a description, each as long as it says; random ones where it has none.
///
/// # Errors
/// As [`SequenceNetwork::sequences_of`], at the key that names the array.
pub(super) fn sequences(
    described: &SequenceDescription,
    network: &SequenceNetwork,
    source: &Source,
) -> Result<Vec<Vec<Vec<f64>>>, NetworkError> {
    let data = &described.data;
    if let Some(generate) = network.generate {
        return Ok(vec![vec![vec![generate.start as f64]]]);
    }
    let Some(given) = &data.sequences else {
        let usual = RandomSequences::default();
        let steps = network.stated_longest().unwrap_or(usual.steps);
        let usual = RandomSequences {
            steps: usual.steps.min(steps),
            ..usual
        };
        return Ok(random(data.random.unwrap_or(usual), network));
    };
    let at = |field: &'static str| move |problem| source.error(field, problem);
    let what = "the array of sequences";
    let read = || network.padded_sequences_of(&Tensor::from_source(given, source.folder(), what)?);
    let mut all = read().map_err(at("data.sequences"))?;
    if let Some(lengths) = &data.lengths {
        cut(&mut all, lengths).map_err(at("data.lengths"))?;
    }
    let programs = network.check_programs(&all);
    programs.map_err(at("data.sequences"))?;
    Ok(all)
}

/// Leaves so many steps of each sequence.
fn cut(sequences: &mut [Vec<Vec<f64>>], lengths: &[usize]) -> Result<(), Problem> {
    if lengths.len() != sequences.len() {
        return Err(Problem::Shape {
            what: "the list of lengths",
            found: format!("{} numbers", lengths.len()),
            expected: format!("{} numbers, one for each sequence", sequences.len()),
        });
    }
    for (sequence, &length) in sequences.iter_mut().zip(lengths) {
        if !(1..=sequence.len()).contains(&length) {
            return Err(Problem::OutOfRange {
                what: "a length",
                value: length as f64,
                low: 1.0,
                high: sequence.len() as f64,
            });
        }
        sequence.truncate(length);
    }
    Ok(())
}

fn random(random: RandomSequences, network: &SequenceNetwork) -> Vec<Vec<Vec<f64>>> {
    let mut numbers = SplitMix64::new(random.seed);
    if let Some(postfix) = network.postfix() {
        let mut program = |_| {
            let program = postfix.random(random.steps, &mut numbers).into_iter();
            program.map(|token| vec![token]).collect()
        };
        return (0..random.sequences).map(&mut program).collect();
    }
    let vocabulary = network.vocabulary();
    let mut vector = |_| {
        let number = |_| drawn(&mut numbers, random.magnitude, vocabulary);
        (0..network.inputs).map(number).collect::<Vec<f64>>()
    };
    let mut sequence = |_| (0..random.steps).map(&mut vector).collect();
    (0..random.sequences).map(&mut sequence).collect()
}

/// The tokens that a decoder should give for each sequence: up to the first end token.
fn answers(
    mut all: Vec<Vec<Vec<f64>>>,
    (end, most): (usize, usize),
    sequences: usize,
) -> Result<Vec<Vec<Vec<f64>>>, Problem> {
    for target in &mut all {
        let ends = |token: &Vec<f64>| token.first() == Some(&(end as f64));
        let length = target.iter().position(ends).map(|at| at + 1);
        target.truncate(length.unwrap_or(most));
    }
    match all.len() == sequences {
        true => Ok(all),
        false => Err(Problem::Shape {
            what: "the array of targets",
            found: format!("{} sequences", all.len()),
            expected: format!("{sequences}, one for each sequence of the input"),
        }),
    }
}

/// The targets of sequences, each as long as what a run over it gives.
///
/// # Errors
/// An array of another shape, or numbers that are not finite.
pub(super) fn targets(
    given: &TensorSource,
    network: &SequenceNetwork,
    sequences: &[Vec<Vec<f64>>],
    source: &Source,
) -> Result<Vec<Vec<Vec<f64>>>, Problem> {
    let what = "the array of targets";
    let mut all = vectors(given, network.outputs(), what, source)?;
    let one = network.gives_one();
    if one && all.len() == 1 && sequences.len() > 1 {
        // One row for each sequence.
        all = all.into_iter().flatten().map(|row| vec![row]).collect();
    }
    if let Some(decoder) = network.decoder() {
        return answers(all, (decoder.end, decoder.most), sequences.len());
    }
    let wanted = |sequence: &Vec<_>| if one { 1 } else { sequence.len() };
    for (target, sequence) in all.iter_mut().zip(sequences) {
        target.truncate(wanted(sequence));
    }
    if !all.iter().map(Vec::len).eq(sequences.iter().map(wanted)) {
        return Err(Problem::Shape {
            what,
            found: format!("{} sequences of other lengths", all.len()),
            expected: format!(
                "{} sequences of {}",
                sequences.len(),
                if one {
                    "one vector"
                } else {
                    "as many steps as the inputs have"
                },
            ),
        });
    }
    Ok(all)
}
