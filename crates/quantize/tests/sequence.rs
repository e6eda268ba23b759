//! Sequence networks in integers against their equations.

use network::activation::Function;
use network::description::{ActivationTable, FormatChoice, RealFormat};
use network::sequence::{
    Cell, Dense, Direction, Elman, Gates, Gives, Gru, Jordan, Layer, Lstm, Output, Peepholes,
    Recurrent, ResetForm, SequenceNetwork,
};
use network::{Activation, Matrix};
use quantize::{Options, Quantized, sequence};

/// Uniform numbers within a bound, from a seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, bound: f64) -> f64 {
        // The generator of Knuth's MMIX, by its high bits.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0) * bound
    }

    fn list(&mut self, count: usize, bound: f64) -> Vec<f64> {
        (0..count).map(|_| self.next(bound)).collect()
    }

    fn matrix(&mut self, rows: usize, columns: usize, bound: f64) -> Matrix {
        let values = self.list(rows * columns, bound);
        Matrix::dense(rows, columns, &values)
    }

    fn gates(&mut self, gates: usize, inputs: usize, units: usize) -> Gates {
        let bound = 1.0 / (units as f64).sqrt();
        Gates {
            input: self.matrix(gates * units, inputs, bound),
            recurrent: self.matrix(gates * units, units, bound),
            bias: self.list(gates * units, bound),
        }
    }

    fn sequence(&mut self, steps: usize, inputs: usize) -> Vec<Vec<f64>> {
        (0..steps).map(|_| self.list(inputs, 0.5)).collect()
    }
}

fn function(of: Function) -> Activation {
    Activation::new(of, 1.0).unwrap()
}

fn lstm(numbers: &mut Numbers, inputs: usize, units: usize) -> Lstm {
    Lstm {
        gates: numbers.gates(4, inputs, units),
        peepholes: None,
        coupled: false,
        clip: None,
        gate: function(Function::Logistic),
        candidate: function(Function::Tanh),
        output: function(Function::Tanh),
        initial: vec![0.0; units],
        initial_cell: vec![0.0; units],
    }
}

fn gru(numbers: &mut Numbers, inputs: usize, units: usize, after: bool) -> Gru {
    Gru {
        gates: numbers.gates(3, inputs, units),
        reset: match after {
            true => ResetForm::After {
                bias: numbers.list(units, 0.3),
            },
            false => ResetForm::Before,
        },
        clip: None,
        gate: function(Function::Logistic),
        candidate: function(Function::Tanh),
        initial: vec![0.0; units],
    }
}

fn network(inputs: usize, layers: Vec<Layer>, sequences: Vec<Vec<Vec<f64>>>) -> SequenceNetwork {
    let network = SequenceNetwork {
        name: "sample".into(),
        inputs,
        layers,
        output: Output::EveryStep,
        generate: None,
        carry: false,
        starts: network::sequence::Starts::default(),
        longest: None,
        picture: None,
        table: ActivationTable::default(),
        sequences,
        targets: vec![],
        washout: 0,
    };
    network.check().unwrap();
    network
}

fn made(network: &SequenceNetwork, state: Option<&str>) -> Quantized {
    let fixed = |text: &str| FormatChoice::Fixed(text.parse().unwrap());
    let formats = match state {
        Some(state) => RealFormat {
            state: fixed(state),
            weights: fixed(state),
            ..RealFormat::default()
        },
        None => RealFormat::default(),
    };
    sequence::quantize(network, &formats, &Options::default()).unwrap()
}

/// The largest error of any output, and of the outputs after the last step.
fn errors(network: &SequenceNetwork, quantized: &Quantized) -> (f64, f64) {
    let real = sequence::real(network);
    let found = sequence::runs(&quantized.program, network).unwrap();
    let (mut all, mut last) = (0.0f64, 0.0f64);
    for (real, found) in real.iter().zip(&found) {
        assert_eq!(real.len(), found.len());
        all = all.max(sequence::distance(real, found));
        let end = |of: &[Vec<f64>]| of.last().cloned().into_iter().collect::<Vec<_>>();
        last = last.max(sequence::distance(&end(real), &end(found)));
    }
    (all, last)
}

/// The networks of which errors of other tools are known: 6 inputs, 20 units, 20 steps.
#[test]
fn words_lose_little_in_lstm_and_gru() {
    let wanted = [
        ("s16f10", 0.003, 0.003),
        ("s12f8", 0.008, 0.010),
        ("s8f5", 0.06, 0.09),
    ];
    for (format, of_lstm, of_gru) in wanted {
        for seed in 1..4 {
            let mut numbers = Numbers(seed);
            let cell = Cell::Lstm(Box::new(lstm(&mut numbers, 6, 20)));
            let sequences: Vec<_> = (0..20).map(|_| numbers.sequence(20, 6)).collect();
            let network = network(6, vec![Layer::forward(cell)], sequences);
            let (_, last) = errors(&network, &made(&network, Some(format)));
            assert!(last <= of_lstm, "LSTM {format}, seed {seed}: {last}");
        }
        for (seed, after) in [(1, false), (2, true), (3, true)] {
            let mut numbers = Numbers(seed);
            let cell = Cell::Gru(gru(&mut numbers, 6, 20, after));
            let sequences: Vec<_> = (0..20).map(|_| numbers.sequence(20, 6)).collect();
            let network = network(6, vec![Layer::forward(cell)], sequences);
            let (_, last) = errors(&network, &made(&network, Some(format)));
            assert!(last <= of_gru, "GRU {format}, seed {seed}: {last}");
        }
    }
}

fn every_kind() -> Vec<(&'static str, SequenceNetwork)> {
    let mut numbers = Numbers(9);
    let dense = |numbers: &mut Numbers, units, inputs, activation| {
        Layer::Dense(Dense {
            weights: numbers.matrix(units, inputs, 0.6),
            bias: numbers.list(units, 0.2),
            activation: function(activation),
        })
    };
    let mut peeping = lstm(&mut numbers, 2, 5);
    peeping.peepholes = Some(Peepholes {
        input: numbers.list(5, 0.4),
        output: numbers.list(5, 0.4),
        forget: numbers.list(5, 0.4),
    });
    peeping.initial = numbers.list(5, 0.5);
    peeping.initial_cell = numbers.list(5, 0.5);
    let mut coupled = lstm(&mut numbers, 2, 4);
    coupled.coupled = true;
    coupled.clip = Some(0.75);
    let elman = Elman {
        gates: numbers.gates(1, 3, 6),
        activation: function(Function::Tanh),
        clip: None,
        leak: 1.0,
        initial: numbers.list(6, 0.9),
    };
    let jordan = Jordan {
        gates: Gates {
            input: numbers.matrix(5, 2, 0.5),
            recurrent: numbers.matrix(5, 3, 0.5),
            bias: numbers.list(5, 0.5),
        },
        activation: function(Function::Relu),
        clip: None,
        readout: Dense {
            weights: numbers.matrix(3, 5, 0.4),
            bias: numbers.list(3, 0.2),
            activation: function(Function::Tanh),
        },
        initial: vec![0.0; 3],
    };
    let both = Layer::Recurrent(Recurrent {
        direction: Direction::Bidirectional {
            forward: Cell::Gru(gru(&mut numbers, 2, 4, true)),
            reverse: Cell::Gru(gru(&mut numbers, 2, 4, true)),
        },
        gives: Gives::LastState,
    });
    let stacked = vec![
        Layer::forward(Cell::Lstm(Box::new(lstm(&mut numbers, 2, 4)))),
        Layer::forward(Cell::Gru(gru(&mut numbers, 4, 3, false))),
        dense(&mut numbers, 4, 3, Function::Identity),
        Layer::Softmax,
    ];
    let forward = |cell| vec![Layer::forward(cell)];
    let mut all = vec![
        ("elman", forward(Cell::Elman(elman)), 3),
        ("jordan", forward(Cell::Jordan(jordan)), 2),
        ("peepholes", forward(Cell::Lstm(Box::new(peeping))), 2),
        ("coupled", forward(Cell::Lstm(Box::new(coupled))), 2),
        (
            "reset before",
            forward(Cell::Gru(gru(&mut numbers, 2, 4, false))),
            2,
        ),
        (
            "reset after",
            forward(Cell::Gru(gru(&mut numbers, 2, 4, true))),
            2,
        ),
        ("stacked", stacked, 2),
    ];
    let readout = dense(&mut numbers, 3, 8, Function::Identity);
    all.push(("bidirectional", vec![both, readout], 2));
    let all = all.into_iter().map(|(name, layers, inputs)| {
        let sequences = (2..9)
            .map(|steps| numbers.sequence(steps, inputs))
            .collect();
        let mut of = network(inputs, layers, sequences);
        if name == "bidirectional" {
            of.output = Output::Last;
        }
        (name, of)
    });
    all.collect()
}

/// Of every cell, in fine words: a slip in a gate's place would show as a large error.
#[test]
fn every_cell_follows_its_equations() {
    for (name, network) in every_kind() {
        let quantized = made(&network, Some("s18f14"));
        let (all, _) = errors(&network, &quantized);
        assert!(all < 2e-3, "{name}: {all}");
        let ranges = quantize::range::certificate(&quantized.program);
        assert!(ranges.is_ok(), "{name}: {ranges:?}");
    }
}

#[test]
fn automatic_words_lose_at_most_a_share_of_the_range() {
    for (name, network) in every_kind() {
        let quantized = made(&network, None);
        let real = sequence::real(&network);
        let largest = real.iter().flatten().flatten();
        let largest = largest.fold(0.0, |most: f64, of| most.max(of.abs()));
        let (all, _) = errors(&network, &quantized);
        assert!(all <= largest / 256.0, "{name}: {all} of {largest}");
        let tried = &quantized.report.tried;
        assert!(
            tried.last().is_some_and(|last| last.loses_nothing),
            "{name}"
        );
    }
}

/// The weights of the rounded network are those of the program, wherever they stand in it.
#[test]
fn rounded_networks_have_the_weights_of_the_words() {
    for (name, network) in every_kind() {
        let fine = made(&network, Some("s18f14"));
        let rounded = sequence::rounded(&network, &fine.program).unwrap();
        rounded.check().unwrap();
        let (a, b) = (sequence::real(&network), sequence::real(&rounded));
        let apart = a.iter().zip(&b).map(|(a, b)| sequence::distance(a, b));
        let apart = apart.fold(0.0, f64::max);
        assert!(apart < 1e-3, "{name}: {apart}");
        assert!(apart > 0.0, "{name}");
    }
}

#[test]
fn an_argmax_is_the_first_largest() {
    let sequences = vec![vec![
        vec![0.25, 0.5, -0.5, 0.5, 0.0],
        vec![0.0; 5],
        vec![-0.5, -0.5, -0.5, -0.25, -0.25],
        vec![0.0, 0.0, 0.0, 0.0, 0.25],
    ]];
    let network = network(5, vec![Layer::ArgMax], sequences);
    let quantized = made(&network, Some("s8f5"));
    let found = sequence::runs(&quantized.program, &network).unwrap();
    assert_eq!(found, [[[1.0], [0.0], [3.0], [4.0]]]);
    assert_eq!(found, sequence::real(&network));
}

#[test]
fn states_are_carried_from_one_sequence_to_the_next() {
    let mut numbers = Numbers(4);
    let cell = Cell::Lstm(Box::new(lstm(&mut numbers, 1, 3)));
    let long = numbers.sequence(12, 1);
    let (first, second) = long.split_at(5);
    let whole = network(1, vec![Layer::forward(cell.clone())], vec![long.clone()]);
    let parts = SequenceNetwork {
        carry: true,
        ..network(
            1,
            vec![Layer::forward(cell)],
            vec![first.to_vec(), second.to_vec()],
        )
    };
    let runs = |network: &SequenceNetwork| {
        let quantized = made(network, Some("s16f10"));
        sequence::runs(&quantized.program, network)
            .unwrap()
            .concat()
    };
    assert_eq!(runs(&parts), runs(&whole));
}

/// The states at the end of one sequence, loaded to run the next one, give what one run over both does:
/// the same bits, because they are words of the states' formats.
#[test]
fn loaded_states_go_on_where_another_run_stopped() {
    let mut numbers = Numbers(11);
    let cells = [
        Cell::Lstm(Box::new(lstm(&mut numbers, 1, 3))),
        Cell::Gru(gru(&mut numbers, 3, 2, false)),
    ];
    let long = numbers.sequence(12, 1);
    let (first, second) = long.split_at(5);
    let layers: Vec<Layer> = cells.into_iter().map(Layer::forward).collect();
    let whole = network(1, layers.clone(), vec![long.clone()]);
    let program = made(&whole, Some("s16f10")).program;
    let mut executor = program::Executor::new(&program).unwrap();
    for (vector, values) in sequence::loads(&program, first) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    executor.run().unwrap();
    let real = |name: &str| {
        let vector = program.find(name).unwrap();
        let format = program.vector(vector).unwrap().format;
        let raw = executor.values(vector).iter();
        raw.map(|&raw| format.value(raw)).collect::<Vec<f64>>()
    };
    let states = ["layer1_hidden", "layer1_cell", "layer2_hidden"]
        .map(real)
        .concat();
    let mut rest = network(1, layers, vec![second.to_vec()]);
    rest.starts.layers = vec![0, 1];
    assert_eq!(rest.loaded_states(), states.len());
    rest.starts.rows = vec![states];
    let wanted = sequence::runs(&program, &whole).unwrap().concat();
    let loaded = made(&rest, Some("s16f10")).program;
    let found = sequence::runs(&loaded, &rest).unwrap().concat();
    assert_eq!(found, wanted[5..]);
    // The reference does the same with its own states.
    let before = whole.run(first).states;
    let brought = before
        .iter()
        .flat_map(|state| [&state.hidden[..], &state.cell].concat());
    rest.starts.rows = vec![brought.collect()];
    assert_eq!(rest.runs()[0].outputs, whole.run(&long).outputs[5..]);
}

/// A reverse layer over a sequence is the forward one over it from its end, whose outputs come back
/// in the order of the inputs; the same in integers, place by place.
#[test]
fn what_reads_from_the_end_is_what_reads_the_turned_sequence() {
    let mut numbers = Numbers(4);
    let cell = Cell::Gru(gru(&mut numbers, 2, 3, true));
    let sequence = numbers.sequence(6, 2);
    let turned: Vec<Vec<f64>> = sequence.iter().rev().cloned().collect();
    let runs = |direction: Direction, sequence: &[Vec<f64>]| {
        let layer = Layer::Recurrent(Recurrent {
            direction,
            gives: Gives::EveryStep,
        });
        let network = network(2, vec![layer], vec![sequence.to_vec()]);
        let quantized = made(&network, Some("s16f10"));
        sequence::runs(&quantized.program, &network)
            .unwrap()
            .remove(0)
    };
    let mut forward = runs(Direction::Forward(cell.clone()), &turned);
    forward.reverse();
    assert_eq!(runs(Direction::Reverse(cell.clone()), &sequence), forward);
    let ahead = runs(Direction::Forward(cell.clone()), &sequence);
    let both = Direction::Bidirectional {
        forward: cell.clone(),
        reverse: cell,
    };
    let beside = ahead.into_iter().zip(forward);
    let beside: Vec<Vec<f64>> = beside.map(|(a, b)| [a, b].concat()).collect();
    assert_eq!(runs(both, &sequence), beside);
}

#[test]
fn layers_that_need_the_end_first_carry_no_states_on() {
    let mut numbers = Numbers(4);
    let cell = Cell::Gru(gru(&mut numbers, 1, 3, true));
    let layer = Layer::Recurrent(Recurrent {
        direction: Direction::Reverse(cell),
        gives: Gives::EveryStep,
    });
    let network = SequenceNetwork {
        carry: true,
        ..network(1, vec![layer], vec![numbers.sequence(3, 1)])
    };
    let refused = sequence::quantize(&network, &RealFormat::default(), &Options::default());
    insta::assert_snapshot!(refused.unwrap_err(), @"HW0507: layer 1 cannot become hardware: it reads from the end, and states are carried on; a layer that reads from the start, or `output = \"last\"` would do");
}
