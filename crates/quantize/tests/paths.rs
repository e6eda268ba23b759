//! Best paths in integers: that of the rounded scores, and why it differs from the one in real numbers.

use network::description::{ActivationTable, RealFormat};
use network::noise::SplitMix64;
use network::sequence::path::logarithms;
use network::sequence::{BestPath, Embedding, Emission, Layer, Output, SequenceNetwork};
use network::{Matrix, Network};
use program::Format;
use quantize::Options;
use quantize::sequence::path::{Why, deviations};
use quantize::sequence::{real, runs};

fn matrix(rows: usize, columns: usize, mut value: impl FnMut() -> f64) -> Matrix {
    let values: Vec<f64> = (0..rows * columns).map(|_| value()).collect();
    Matrix::dense(rows, columns, &values)
}

/// Probabilities, some of them 0.
fn shares(random: &mut SplitMix64, rows: usize, columns: usize) -> Matrix {
    let counts = matrix(rows, columns, || random.below(6) as f64);
    let sums: Vec<f64> = (0..rows)
        .map(|row| counts.row(row).map(|(_, of)| of).sum())
        .collect();
    counts.map(|row, column, of| match sums[row] > 0.0 {
        true => of / sums[row],
        false => f64::from(u8::from(column == 0)),
    })
}

fn sequences(random: &mut SplitMix64, longest: usize, vocabulary: usize) -> Vec<Vec<Vec<f64>>> {
    let mut sequence = |_| {
        let steps = 1 + random.below(longest);
        (0..steps)
            .map(|_| vec![random.below(vocabulary) as f64])
            .collect()
    };
    (0..12).map(&mut sequence).collect()
}

fn network(layers: Vec<Layer>, sequences: Vec<Vec<Vec<f64>>>) -> SequenceNetwork {
    let network = SequenceNetwork {
        name: "net".into(),
        inputs: 1,
        layers,
        output: Output::EveryStep,
        carry: false,
        starts: network::sequence::Starts::default(),
        longest: None,
        sequences,
        targets: vec![],
        generate: None,
        picture: None,
        table: ActivationTable::default(),
        washout: 0,
    };
    assert_eq!(network.check(), Ok(()));
    network
}

fn markov(random: &mut SplitMix64) -> SequenceNetwork {
    let (tags, symbols, longest) = (
        1 + random.below(7),
        2 + random.below(6),
        1 + random.below(40),
    );
    let tables = [(1, tags), (tags, tags), (tags, symbols)];
    let tables = tables.map(|(rows, columns)| shares(random, rows, columns));
    let [start, transition, emission] = logarithms(tables, longest);
    let path = BestPath {
        start: start.row(0).map(|(_, score)| score).collect(),
        transition,
        end: vec![0.0; tags],
        emission: Emission::Symbols(emission),
        longest,
    };
    network(
        vec![Layer::BestPath(path)],
        sequences(random, longest, symbols),
    )
}

fn field(random: &mut SplitMix64) -> SequenceNetwork {
    let (tags, symbols, longest) = (
        1 + random.below(7),
        2 + random.below(6),
        1 + random.below(40),
    );
    let mut score = || 4.0 * random.uniform() - 2.0;
    let embedding = Embedding {
        table: matrix(symbols, tags, &mut score),
    };
    let path = BestPath {
        start: (0..tags).map(|_| score()).collect(),
        transition: matrix(tags, tags, &mut score),
        end: (0..tags).map(|_| score()).collect(),
        emission: Emission::Given,
        longest,
    };
    let layers = vec![Layer::Embedding(embedding), Layer::BestPath(path)];
    network(layers, sequences(random, longest, symbols))
}

#[test]
fn the_path_is_that_of_the_rounded_scores() {
    let mut random = SplitMix64::new(11);
    let (mut ties, mut roundings, mut steps) = (0, 0, 0);
    for round in 0..60 {
        let network = if round % 2 == 0 {
            markov(&mut random)
        } else {
            field(&mut random)
        };
        // Few fraction bits, so that there are ties.
        let state = Format::signed(12, [0, 1, 3, 8][round / 2 % 4]).unwrap();
        let options = Options {
            state: Some(state),
            ..Options::default()
        };
        let quantized = quantize::sequence::quantize(&network, &RealFormat::default(), &options);
        let program = quantized.unwrap().program;
        let found = runs(&program, &network).unwrap();
        let whole = Network::Sequence(network.clone());
        let Some(Network::Sequence(rounded)) = quantize::rounded(&whole, &program) else {
            panic!("no rounded network")
        };
        assert_eq!(found, real(&rounded), "round {round}");
        for (given, (integer, real)) in network.given().iter().zip(found.iter().zip(real(&network)))
        {
            let apart = deviations(&network, &program, given).unwrap();
            let differ: Vec<usize> = (0..real.len())
                .filter(|&at| real[at] != integer[at])
                .collect();
            assert_eq!(apart.iter().map(|of| of.step).collect::<Vec<_>>(), differ);
            for of in &apart {
                assert_eq!(
                    (real[of.step][0], integer[of.step][0]),
                    (of.real as f64, of.integer as f64)
                );
            }
            ties += apart.iter().filter(|of| of.why == Why::Tie).count();
            roundings += apart.iter().filter(|of| of.why == Why::Rounding).count();
            steps += real.len();
        }
    }
    assert!(
        ties > 20 && roundings > 20 && ties + roundings < steps / 2,
        "{ties} {roundings} {steps}"
    );
}

#[test]
fn scores_stay_in_their_word_however_long_the_sequence_is() {
    let mut random = SplitMix64::new(3);
    let mut long = field(&mut random);
    if let Some(Layer::BestPath(path)) = long.layers.last_mut() {
        path.longest = 3000;
    }
    long.sequences = vec![(0..3000).map(|_| vec![random.below(2) as f64]).collect()];
    let state = Format::signed(12, 6).unwrap();
    let options = Options {
        state: Some(state),
        ..Options::default()
    };
    let quantized = quantize::sequence::quantize(&long, &RealFormat::default(), &options).unwrap();
    let scores = quantized.program.find("layer2_scores").unwrap();
    assert!(quantized.program.vector(scores).unwrap().format.width() <= 14);
    let whole = Network::Sequence(long.clone());
    let Some(Network::Sequence(rounded)) = quantize::rounded(&whole, &quantized.program) else {
        panic!("no rounded network")
    };
    assert_eq!(runs(&quantized.program, &long).unwrap(), real(&rounded));
}
