//! Sequence networks against what their equations say, written out in another way.

use network::activation::{Activation, Function};
use network::description::ActivationTable;
use network::matrix::Matrix;
use network::sequence::{
    Cell, Dense, Direction, Elman, Gates, Gives, Gru, GruGate, Jordan, Layer, Lstm, LstmGate,
    Output, Peepholes, Recurrent, ResetForm, SequenceNetwork, State, argmax, softmax,
};
use proptest::prelude::*;

const INPUTS: usize = 2;
const UNITS: usize = 3;

fn plain(function: Function) -> Activation {
    Activation::new(function, 1.0).unwrap()
}

/// So many numbers that are drawn.
fn numbers(count: usize) -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(-1.5..1.5f64, count)
}

fn gates(count: usize) -> impl Strategy<Value = Gates> {
    let rows = count * UNITS;
    let drawn = (numbers(rows * INPUTS), numbers(rows * UNITS), numbers(rows));
    drawn.prop_map(move |(input, recurrent, bias)| {
        let input = Matrix::dense(rows, INPUTS, &input);
        let recurrent = Matrix::dense(rows, UNITS, &recurrent);
        Gates::new(input, recurrent, [&bias, &[]])
    })
}

fn clip() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), (0.2..1.0f64).prop_map(Some)]
}

fn elman() -> impl Strategy<Value = Elman> {
    let leak = prop_oneof![Just(1.0), 0.05..1.0f64];
    let parts = (gates(1), clip(), leak, numbers(UNITS));
    parts.prop_map(|(gates, clip, leak, initial)| Elman {
        gates,
        activation: plain(Function::Tanh),
        clip,
        leak,
        initial,
    })
}

fn lstm() -> impl Strategy<Value = Lstm> {
    let peepholes = (numbers(UNITS), numbers(UNITS), numbers(UNITS));
    let peepholes = peepholes.prop_map(|(input, output, forget)| Peepholes {
        input,
        output,
        forget,
    });
    let parts = (
        gates(4),
        proptest::option::of(peepholes),
        any::<bool>(),
        clip(),
        numbers(UNITS),
        numbers(UNITS),
    );
    parts.prop_map(
        |(gates, peepholes, coupled, clip, initial, initial_cell)| Lstm {
            gates,
            peepholes,
            coupled,
            clip,
            gate: plain(Function::Logistic),
            candidate: plain(Function::Tanh),
            output: plain(Function::Softsign),
            initial,
            initial_cell,
        },
    )
}

fn gru() -> impl Strategy<Value = Gru> {
    let reset = prop_oneof![
        Just(ResetForm::Before),
        numbers(UNITS).prop_map(|bias| ResetForm::After { bias }),
    ];
    (gates(3), reset, clip(), numbers(UNITS)).prop_map(|(gates, reset, clip, initial)| Gru {
        gates,
        reset,
        clip,
        gate: plain(Function::Logistic),
        candidate: plain(Function::Tanh),
        initial,
    })
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        elman().prop_map(Cell::Elman),
        lstm().prop_map(|lstm| Cell::Lstm(Box::new(lstm))),
        gru().prop_map(Cell::Gru),
    ]
}

fn sequence() -> impl Strategy<Value = Vec<Vec<f64>>> {
    proptest::collection::vec(numbers(INPUTS), 1..6)
}

fn network(layers: Vec<Layer>) -> SequenceNetwork {
    let network = SequenceNetwork {
        name: "drawn".into(),
        inputs: INPUTS,
        layers,
        output: Output::EveryStep,
        generate: None,
        carry: false,
        starts: network::sequence::Starts::default(),
        longest: None,
        picture: None,
        table: ActivationTable::default(),
        sequences: vec![],
        targets: vec![],
        washout: 0,
    };
    assert_eq!(network.check(), Ok(()));
    network
}

fn layer(direction: Direction, gives: Gives) -> Layer {
    Layer::Recurrent(Recurrent { direction, gives })
}

fn logistic(x: f64) -> f64 {
    0.5 * ((0.5 * x).tanh() + 1.0)
}

fn held(x: f64, clip: Option<f64>) -> f64 {
    let most = clip.unwrap_or(f64::INFINITY);
    x.min(most).max(-most)
}

fn near(found: &[f64], wanted: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        prop_assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }
    Ok(())
}

/// `W x + R h + b` of one gate, by its block.
fn field(block: &network::sequence::Block, x: &[f64], back: &[f64]) -> Vec<f64> {
    let input = block.input.times(x).into_iter();
    let sums = input.zip(block.recurrent.times(back)).zip(&block.bias);
    sums.map(|((input, back), bias)| input + back + bias)
        .collect()
}

proptest! {
    #[test]
    fn an_lstm_is_its_equations(lstm in lstm(), x in numbers(INPUTS)) {
        let mut state = lstm.start();
        let found = lstm.step(&x, &mut state);
        let (h, c) = (&lstm.initial, &lstm.initial_cell);
        let field = |gate| field(&lstm.block(gate), &x, h);
        let (i, o) = (field(LstmGate::Input), field(LstmGate::Output));
        let (f, g) = (field(LstmGate::Forget), field(LstmGate::Candidate));
        let none = Peepholes { input: vec![0.0; UNITS], output: vec![0.0; UNITS], forget: vec![0.0; UNITS] };
        let peep = lstm.peepholes.as_ref().unwrap_or(&none);
        for unit in 0..UNITS {
            let open = |x: f64| logistic(held(x, lstm.clip));
            let i = open(i[unit] + peep.input[unit] * c[unit]);
            let f = if lstm.coupled { 1.0 - i } else { open(f[unit] + peep.forget[unit] * c[unit]) };
            let next = f * c[unit] + i * held(g[unit], lstm.clip).tanh();
            let o = open(o[unit] + peep.output[unit] * next);
            near(&[state.cell[unit], found[unit]], &[next, o * next / (1.0 + next.abs())])?;
        }
        prop_assert_eq!(found, state.hidden);
    }

    #[test]
    fn a_gru_is_its_equations(gru in gru(), x in numbers(INPUTS)) {
        let mut state = gru.start();
        let found = gru.step(&x, &mut state);
        let h = &gru.initial;
        let open = |gate| field(&gru.block(gate), &x, h).into_iter().map(|x| logistic(held(x, gru.clip)));
        let z: Vec<f64> = open(GruGate::Update).collect();
        let r: Vec<f64> = open(GruGate::Reset).collect();
        let block = gru.block(GruGate::Candidate);
        let kept: Vec<f64> = (0..UNITS).map(|unit| r[unit] * h[unit]).collect();
        for unit in 0..UNITS {
            let input = block.input.row_times(unit, &x) + block.bias[unit];
            let back = match &gru.reset {
                ResetForm::Before => block.recurrent.row_times(unit, &kept),
                ResetForm::After { bias } => r[unit] * (block.recurrent.row_times(unit, h) + bias[unit]),
            };
            let new = held(input + back, gru.clip).tanh();
            near(&[found[unit]], &[new + z[unit] * (h[unit] - new)])?;
        }
    }

    #[test]
    fn an_elman_layer_is_its_equation(elman in elman(), x in numbers(INPUTS)) {
        let found = elman.step(&x, &mut elman.start());
        let sums = field(&elman.gates.block(0, UNITS), &x, &elman.initial);
        let new = sums.into_iter().map(|x| held(x, elman.clip).tanh()).zip(&elman.initial);
        let wanted: Vec<f64> = new.map(|(new, h)| h + elman.leak * (new - h)).collect();
        near(&found, &wanted)?;
    }

    #[test]
    fn a_reverse_layer_is_a_forward_one_on_the_sequence_turned_round(cell in cell(), sequence in sequence()) {
        let forward = network(vec![layer(Direction::Forward(cell.clone()), Gives::EveryStep)]);
        let reverse = network(vec![layer(Direction::Reverse(cell), Gives::EveryStep)]);
        let turned: Vec<_> = sequence.iter().rev().cloned().collect();
        let mut wanted = forward.run(&turned);
        wanted.outputs.reverse();
        prop_assert_eq!(reverse.run(&sequence), wanted);
    }

    #[test]
    fn a_bidirectional_layer_is_both(one in cell(), other in cell(), sequence in sequence()) {
        let both = Direction::Bidirectional { forward: one.clone(), reverse: other.clone() };
        for gives in [Gives::EveryStep, Gives::LastState] {
            let run = |direction| network(vec![layer(direction, gives)]).run(&sequence);
            let (forward, reverse) = (run(Direction::Forward(one.clone())), run(Direction::Reverse(other.clone())));
            let both = run(both.clone());
            let joined = forward.outputs.iter().zip(&reverse.outputs);
            let joined: Vec<Vec<f64>> = joined.map(|(a, b)| [a.clone(), b.clone()].concat()).collect();
            prop_assert_eq!(&both.outputs, &joined);
            prop_assert_eq!(both.states, [forward.states, reverse.states].concat());
        }
    }

    #[test]
    fn the_last_state_is_the_last_that_each_direction_makes(cell in cell(), sequence in sequence()) {
        let run = |direction, gives| network(vec![layer(direction, gives)]).run(&sequence).outputs;
        let forward = Direction::Forward(cell.clone());
        let all = run(forward.clone(), Gives::EveryStep);
        let last = run(forward, Gives::LastState);
        prop_assert_eq!(last.last(), all.last());
        let reverse = Direction::Reverse(cell);
        let all = run(reverse.clone(), Gives::EveryStep);
        let last = run(reverse, Gives::LastState);
        prop_assert_eq!(last.last(), all.first());
    }

    #[test]
    fn steps_make_the_run_of_a_causal_chain(
        one in cell(), weights in numbers(INPUTS * UNITS), sequence in sequence(),
    ) {
        let narrow = Dense {
            weights: Matrix::dense(INPUTS, UNITS, &weights),
            bias: vec![0.25; INPUTS],
            activation: plain(Function::Relu),
        };
        let layers = vec![
            Layer::forward(one.clone()),
            Layer::Dense(narrow),
            Layer::forward(one),
            Layer::Softmax,
        ];
        let mut network = network(layers);
        prop_assert!(network.is_causal());
        let run = network.run(&sequence);
        let mut states = network.start();
        let steps: Vec<_> = sequence.iter().map(|x| network.step(x, &mut states)).collect();
        prop_assert_eq!(&steps, &run.outputs);
        prop_assert_eq!(&states, &run.states);

        network.output = Output::Last;
        let last = network.run(&sequence).outputs;
        prop_assert_eq!(last.as_slice(), &run.outputs[run.outputs.len() - 1..]);

        // Cut in two, with the states carried over, it is the same run.
        let (before, after) = sequence.split_at(sequence.len() / 2);
        network.output = Output::EveryStep;
        network.carry = true;
        network.sequences = vec![before.to_vec(), after.to_vec()];
        let parts: Vec<_> = network.runs().into_iter().flat_map(|run| run.outputs).collect();
        prop_assert_eq!(parts, run.outputs);
    }

    #[test]
    fn softmax_shares_out_one(x in numbers(5), by in -700.0..700.0f64) {
        let shares = softmax(&x);
        near(&[shares.iter().sum()], &[1.0])?;
        let moved: Vec<f64> = x.iter().map(|x| x + by).collect();
        for (a, b) in shares.iter().zip(softmax(&moved)) {
            prop_assert!((a - b).abs() < 1e-9);
        }
        prop_assert!(shares.iter().all(|share| *share <= shares[argmax(&x)]));
    }
}

#[test]
fn a_jordan_layer_sees_its_own_output() {
    let identity = plain(Function::Identity);
    let one = |value: f64| Matrix::dense(1, 1, &[value]);
    let jordan = Jordan {
        gates: Gates::new(one(1.0), one(0.5), [&[0.25], &[]]),
        activation: identity.clone(),
        clip: Some(4.0),
        readout: Dense {
            weights: one(2.0),
            bias: vec![1.0],
            activation: identity,
        },
        initial: vec![-1.0],
    };
    let mut network = network(vec![]);
    network.inputs = 1;
    network.layers = vec![Layer::forward(Cell::Jordan(jordan))];
    assert_eq!(network.check(), Ok(()));
    // h = 1 - 0.5 + 0.25 = 0.75, y = 2.5; h = 0 + 1.25 + 0.25 = 1.5, y = 4; h = 9 held at 4, y = 9.
    let run = network.run(&[vec![1.0], vec![0.0], vec![9.0]]);
    assert_eq!(run.outputs, [[2.5], [4.0], [9.0]]);
    assert_eq!(run.states, [State::of(&[9.0])]);
}

#[test]
fn ties_go_to_the_first() {
    assert_eq!(argmax(&[1.0, 3.0, 3.0]), 1);
    assert_eq!(argmax(&[]), 0);
}

#[test]
fn parts_that_disagree_are_named() {
    let gates = Gates::new(
        Matrix::dense(3, 2, &[]),
        Matrix::dense(3, 3, &[]),
        [&[], &[]],
    );
    let elman = Elman {
        gates,
        activation: plain(Function::Tanh),
        clip: None,
        leak: 1.0,
        initial: vec![0.0; 2],
    };
    let mut network = network(vec![]);
    network.layers = vec![Layer::Softmax, Layer::forward(Cell::Elman(elman))];
    let (number, problem) = network.check().unwrap_err();
    assert_eq!(number, 1);
    assert_eq!(problem.to_string(), "the initial state has 2 numbers");
    assert_eq!(problem.expected(), "3 numbers");
    network.inputs = 5;
    let (_, problem) = network.check().unwrap_err();
    assert_eq!(
        problem.to_string(),
        "the matrix of input weights has the shape 3 x 2"
    );
}
