//! Tree networks over postfix programs: what they compute, and which programs are refused.

use std::path::Path;

use network::noise::SplitMix64;
use network::sequence::{Cell, Fault, Postfix, SequenceNetwork, Token, Tree};
use network::{Description, Network, NetworkError};
use proptest::prelude::*;

/// Signed numbers at -1 and +1: one unit, `not` turns the sign, `and` and `or` are thresholds.
const LOGIC: &str = "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 1\noutput = \"last\"\n\
    [[layer]]\nkind = \"tree\"\nunits = 1\nw = [[20, 20], [20, 20]]\nbias = [-20, 20]\n\
    [layer.tree]\nleaves = [\"F\", \"T\"]\nunary = [\"not\"]\nbinary = [\"and\", \"or\"]\ndepth = 3\n\
    embedding = [[-1], [1]]\nu = [[-20]]\n";

fn build(text: &str) -> Result<SequenceNetwork, NetworkError> {
    let description = Description::parse(text, "net.toml", Path::new(""))?;
    match Network::from_description(&description)? {
        Network::Sequence(network) => Ok(network),
        other => panic!("{:?}", other.kind()),
    }
}

fn tree(network: &SequenceNetwork) -> Tree {
    match network.cells().next() {
        Some(Cell::Tree(tree)) => (**tree).clone(),
        other => panic!("{other:?}"),
    }
}

fn logic() -> Tree {
    tree(&build(LOGIC).unwrap())
}

fn program(tokens: &[f64]) -> Vec<Vec<f64>> {
    tokens.iter().map(|&token| vec![token]).collect()
}

#[test]
fn logic_is_evaluated() {
    let network = build(LOGIC).unwrap();
    // (not F) and (F or T), with the top after every step.
    let sequence = program(&[0.0, 2.0, 0.0, 1.0, 4.0, 3.0]);
    let every = SequenceNetwork {
        output: network::sequence::Output::EveryStep,
        ..network.clone()
    };
    let outputs = every.run(&sequence).outputs.concat();
    for (found, wanted) in outputs.iter().zip([-1.0, 1.0, -1.0, 1.0, 1.0, 1.0]) {
        assert!((found - wanted).abs() < 1e-8, "{outputs:?}");
    }
    let run = network.run(&sequence);
    assert_eq!(run.outputs.len(), 1);
    assert_eq!(run.states[0].stack.fault_at_end(), None);
}

/// The value of a program by recursion from its end; how many tokens it took.
fn recursive(tree: &Tree, tokens: &[f64]) -> (Vec<f64>, usize) {
    let token = tree.postfix.token(tokens[tokens.len() - 1]).unwrap();
    let mut operands: Vec<Vec<f64>> = vec![];
    let mut taken = 1;
    for _ in 0..token.takes() {
        let (value, more) = recursive(tree, &tokens[..tokens.len() - taken]);
        taken += more;
        operands.insert(0, value);
    }
    (tree.value(token, &operands.concat()), taken)
}

#[test]
fn the_left_operand_is_the_one_given_first() {
    let tree = logic();
    let value = tree.value(Token::Binary(0), &[0.5, 0.25]);
    assert_eq!(value, [(20.0f64 * 0.75 - 20.0).tanh()]);
    let text = LOGIC.replace("w = [[20, 20], [20, 20]]", "w = [[1, 0], [0, 1]]");
    let text = text.replace("bias = [-20, 20]\n", "");
    let network = build(&text).unwrap();
    let of = |operator: f64| {
        network
            .run(&program(&[0.0, 1.0, operator]))
            .outputs
            .concat()
    };
    assert_eq!((of(3.0), of(4.0)), (vec![-1f64.tanh()], vec![1f64.tanh()]));
}

#[test]
fn what_cannot_be_done_leaves_the_stack_as_it_is() {
    let tree = logic();
    let run = |tokens: &[f64]| {
        let mut state = tree.start();
        let outputs: Vec<f64> = tokens
            .iter()
            .flat_map(|&t| tree.step(&[t], &mut state))
            .collect();
        (outputs, state.stack)
    };
    for (tokens, fault, values) in [
        (&[2.0][..], Fault::Operands, 0),
        (&[0.0, 3.0], Fault::Operands, 1),
        (&[0.0, 0.0, 0.0, 0.0], Fault::Full, 3),
        (&[1.0, 5.0], Fault::Unknown, 1),
        (&[1.0, 0.5], Fault::Unknown, 1),
        (&[1.0, f64::NAN], Fault::Unknown, 1),
        (&[1.0, -1.0, 3.0], Fault::Unknown, 1),
    ] {
        let (outputs, stack) = run(tokens);
        assert_eq!((stack.fault, stack.values.len()), (Some(fault), values));
        let known = [0.0, -1.0, 1.0];
        assert!(
            outputs.iter().all(|value| known.contains(value)),
            "{outputs:?}"
        );
    }
    let (_, stack) = run(&[0.0, 1.0]);
    assert_eq!(
        (stack.fault, stack.fault_at_end()),
        (None, Some(Fault::Left))
    );
    // Numbers of faults are all different and none is 0.
    let numbers: std::collections::HashSet<u8> = Fault::ALL.map(Fault::number).into();
    assert!(numbers.len() == Fault::ALL.len() && !numbers.contains(&0));
}

proptest! {
    #[test]
    fn random_programs_are_programs(
        leaves in 1usize..4, unary in 0usize..3, binary in 1usize..4, depth in 2usize..6,
        tokens in 1usize..40, seed in any::<u64>(),
    ) {
        let names = |word: &str, count| (0..count).map(|at| format!("{word}{at}")).collect();
        let postfix = Postfix {
            leaves: names("l", leaves),
            unary: names("u", unary),
            binary: names("b", binary),
            depth,
        };
        let made = postfix.random(tokens, &mut SplitMix64::new(seed));
        postfix.check(0, &program(&made)).unwrap();
        let odd = unary == 0 && tokens % 2 == 0;
        prop_assert_eq!(made.len(), tokens - usize::from(odd));
    }

    #[test]
    fn a_stack_computes_what_recursion_does(tokens in 1usize..30, seed in any::<u64>()) {
        let mut numbers = SplitMix64::new(seed);
        let network = build(LOGIC).unwrap();
        let made = network.postfix().unwrap().random(tokens, &mut numbers);
        let (value, taken) = recursive(&tree(&network), &made);
        prop_assert_eq!(taken, made.len());
        prop_assert_eq!(network.run(&program(&made)).outputs, vec![value]);
    }
}

#[test]
fn random_sequences_of_a_description_are_programs() {
    let network = build(&format!(
        "{LOGIC}[data]\nrandom = {{ sequences = 5, steps = 9 }}\n"
    ))
    .unwrap();
    assert!(network.sequences.iter().all(|sequence| sequence.len() == 9));
    for run in network.runs() {
        assert_eq!(run.states[0].stack.fault_at_end(), None);
    }
}

#[test]
fn what_is_refused() {
    let data = |tokens: &str| format!("{LOGIC}[data]\nsequences = [{tokens}]\n");
    let dense = "[[layer]]\nkind = \"dense\"\nunits = 1\nw = [[1]]\n";
    let cases = [
        ("an operator on no values", data("[2], [0]")),
        ("an operator on too few values", data("[0], [4]")),
        (
            "a stack that is too small",
            data("[0], [1], [0], [1], [3], [3], [3]"),
        ),
        ("values left at the end", data("[0], [1]")),
        ("a number that is no token", data("[0], [5]")),
        ("a program that is cut", {
            let cut = "sequences = [[0], [1], [3]]\nlengths = [2]\n";
            format!("{LOGIC}[data]\n{cut}")
        }),
        (
            "no section",
            LOGIC.split("[layer.tree]").next().unwrap().into(),
        ),
        ("a section of another layer", {
            let tree = LOGIC.split("[layer.tree]").nth(1).unwrap();
            let head = LOGIC.split("[[layer]]").next().unwrap();
            format!("{head}{dense}[layer.tree]{tree}")
        }),
        ("a name twice", LOGIC.replace("\"or\"", "\"not\"")),
        (
            "no binary operators",
            LOGIC.replace("[\"and\", \"or\"]", "[]"),
        ),
        (
            "a stack of one value",
            LOGIC.replace("depth = 3", "depth = 1"),
        ),
        ("no unary weights", LOGIC.replace("u = [[-20]]\n", "")),
        (
            "unary weights of no operator",
            LOGIC.replace("unary = [\"not\"]\n", ""),
        ),
        (
            "too few operators",
            LOGIC.replace("[[20, 20], [20, 20]]", "[[20, 20]]"),
        ),
        (
            "one operand",
            LOGIC.replace("[[20, 20], [20, 20]]", "[[20], [20]]"),
        ),
        ("too few leaves", LOGIC.replace("[[-1], [1]]", "[[-1]]")),
        (
            "a stack that is carried",
            LOGIC.replace("output", "carry = true\noutput"),
        ),
        (
            "programs from a layer of vectors",
            LOGIC.replacen("[[layer]]", &format!("{dense}[[layer]]"), 1),
        ),
        ("two inputs", LOGIC.replace("inputs = 1", "inputs = 2")),
        (
            "a recurrent key",
            LOGIC.replace("units = 1", "units = 1\nr = [[1]]"),
        ),
    ];
    let texts = cases.map(|(title, text)| {
        let error = build(&text).expect_err(title);
        format!("--- {title}\n{error}\n")
    });
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(texts.concat());
    });
}
