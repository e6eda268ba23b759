//! Hidden Markov models and conditional random fields: the best path against all paths, tables of
//! probabilities, and what is refused.

use std::path::Path;

use network::noise::SplitMix64;
use network::sequence::{Layer, Scores, SequenceNetwork};
use network::tensor::Tensor;
use network::{Description, Network, NetworkError};

/// Every path of so many steps.
fn paths(tags: usize, steps: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for _ in 0..steps {
        let longer = |path: &Vec<usize>| {
            let path = path.clone();
            (0..tags).map(move |tag| [path.clone(), vec![tag]].concat())
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

#[test]
fn no_path_is_better_than_the_best_one() {
    let mut random = SplitMix64::new(7);
    let mut ties = 0;
    for round in 0..400 {
        let (tags, steps) = (1 + random.below(4), 1 + random.below(5));
        // Few values, so that there are ties.
        let values = if round % 2 == 0 { 3 } else { 1000 };
        let mut list = |count: usize| -> Vec<i64> {
            (0..count)
                .map(|_| random.below(values) as i64 - 1)
                .collect()
        };
        let scores = Scores {
            start: list(tags),
            transition: (0..tags).map(|_| list(tags)).collect(),
            end: list(tags),
        };
        let emissions: Vec<Vec<i64>> = (0..steps).map(|_| list(tags)).collect();
        let found = scores.best_path(&emissions);
        let score = |path: &Vec<usize>| scores.of_path(path, &emissions).unwrap();
        let most = paths(tags, steps).iter().map(score).max().unwrap();
        assert_eq!(score(&found), most, "{scores:?} {emissions:?}");
        let as_good = paths(tags, steps)
            .iter()
            .filter(|path| score(path) == most)
            .count();
        ties += usize::from(as_good > 1);
    }
    assert!(ties > 50, "{ties}");
}

#[test]
fn a_path_through_nothing_is_empty() {
    let scores = Scores {
        start: vec![1.0, 2.0],
        transition: vec![vec![0.0, 0.0], vec![0.0, 0.0]],
        end: vec![0.0, 0.0],
    };
    assert_eq!(scores.best_path(&[]), Vec::<usize>::new());
    assert_eq!(scores.of_path(&[], &[]), None);
    assert_eq!(scores.of_path(&[2], &[vec![0.0, 0.0]]), None);
    assert_eq!(scores.of_path(&[0, 0], &[vec![0.0, 0.0]]), None);
    assert_eq!(scores.best_path(&[vec![0.0, 0.0]]), [1]);
}

fn build(text: &str) -> Result<SequenceNetwork, NetworkError> {
    let description = Description::parse(text, "net.toml", Path::new("DIR"))?;
    match Network::from_description(&description)? {
        Network::Sequence(network) => Ok(network),
        other => panic!("{:?}", other.kind()),
    }
}

fn built(text: &str) -> SequenceNetwork {
    match build(text) {
        Ok(network) => network,
        Err(error) => panic!("{error}"),
    }
}

const HEAD: &str = "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 1\n";

/// Rabiner's notation: a fair die and a loaded one.
const CASINO: &str = "[[layer]]\nkind = \"hidden_markov\"\nunits = 2\nstart = [0.5, 0.5]
transition = [[0.9, 0.1], [0.2, 0.8]]
emission = [[0.25, 0.25, 0.25, 0.25], [0.1, 0.1, 0.1, 0.7]]
longest = 8\n";

/// The probability of a path, by products.
fn probability(path: &[usize], symbols: &[usize]) -> f64 {
    let transition = [[0.9, 0.1], [0.2, 0.8]];
    let emission = [[0.25; 4], [0.1, 0.1, 0.1, 0.7]];
    let own = path
        .iter()
        .zip(symbols)
        .map(|(&tag, &symbol)| emission[tag][symbol]);
    let moves = path.windows(2).map(|pair| transition[pair[0]][pair[1]]);
    0.5 * own.chain(moves).product::<f64>()
}

#[test]
fn the_most_probable_states() {
    let network = built(&format!(
        "{HEAD}{CASINO}[data]\nrandom = {{ sequences = 40, steps = 8 }}\n"
    ));
    assert_eq!((network.outputs(), network.vocabulary()), (1, Some(4)));
    assert!(!network.is_causal());
    for (sequence, run) in network.sequences.iter().zip(network.runs()) {
        let whole = |values: &[Vec<f64>]| -> Vec<usize> {
            values
                .iter()
                .flatten()
                .map(|&value| value as usize)
                .collect()
        };
        let (symbols, path) = (whole(sequence), whole(&run.outputs));
        let most = paths(2, 8)
            .iter()
            .map(|path| probability(path, &symbols))
            .fold(0.0, f64::max);
        assert!((probability(&path, &symbols) / most - 1.0).abs() < 1e-9);
    }
}

#[test]
fn what_cannot_be_is_on_no_path_that_can_be_avoided() {
    let text = format!(
        "{HEAD}[[layer]]\nkind = \"hidden_markov\"\nunits = 3\nstart = [1, 0, 0]\nlongest = 64\n\
         transition = [[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 1]]\n\
         emission = [[0.999999, 0.000001], [0.000001, 0.999999], [0.5, 0.5]]\n"
    );
    let network = built(&text);
    // From left to right only, however improbable.
    let symbols = [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0];
    let sequence: Vec<Vec<f64>> = symbols.iter().map(|&symbol| vec![symbol]).collect();
    let outputs = network.run(&sequence).outputs.concat();
    assert_eq!(outputs[0], 0.0);
    assert!(
        outputs
            .windows(2)
            .all(|pair| pair[0] <= pair[1] && pair[1] - pair[0] <= 1.0)
    );
    // A state that gives a symbol that it cannot: one such step where no path has none.
    let never = text.replace(
        "[0.999999, 0.000001], [0.000001, 0.999999], [0.5, 0.5]",
        "[1, 0], [1, 0], [1, 0]",
    );
    let path = built(&never).run(&sequence).outputs;
    assert_eq!(path.len(), 8);
}

#[test]
fn counts_are_normalised_only_when_asked() {
    let counts = CASINO.replace("[0.9, 0.1], [0.2, 0.8]", "[9, 1], [1, 4]");
    let network = built(&format!("{HEAD}{counts}normalise = true\n"));
    let plain = built(&format!("{HEAD}{CASINO}"));
    let [Layer::BestPath(a), Layer::BestPath(b)] = [&network.layers[0], &plain.layers[0]] else {
        panic!("{:?}", network.layers)
    };
    for ((_, _, a), (_, _, b)) in a.transition.entries().zip(b.transition.entries()) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }
    assert!(build(&format!("{HEAD}{counts}")).is_err());
}

#[test]
fn a_field_takes_scores_of_a_layer_before() {
    let text = format!(
        "{HEAD}[[layer]]\nkind = \"embedding\"\nvocabulary = 3\nunits = 2\nw = [[1, 0], [0, 1], [0.5, 0.5]]\n\
         [[layer]]\nkind = \"crf\"\nunits = 2\ntransition = [[0, 2], [2, 0]]\nstart = [0.25, 0]\n\
         end = [0, 4]\nlongest = 5\n[data]\nsequences = [[0], [0], [2], [2]]\n"
    );
    let network = built(&text);
    assert_eq!(
        network.run(&network.sequences[0]).outputs.concat(),
        [0.0, 1.0, 0.0, 1.0]
    );
    let long = Tensor {
        shape: vec![1, 6, 1],
        values: vec![0.0; 6],
    };
    let refused = network.sequences_of(&long).unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        ("HW0317", "sequence 0 has 6 steps, and 5 are remembered")
    );
}

#[test]
fn what_is_refused() {
    let field = "[[layer]]\nkind = \"conditional_random_field\"\nunits = 1\ntransition = [[0]]\nlongest = 4\n";
    let dense = "[[layer]]\nkind = \"dense\"\nunits = 1\nw = [[1]]\n";
    let cases = [
        (
            "rows that do not sum to one",
            CASINO.replace("[[0.9, 0.1], [0.2, 0.8]]", "[[0.9, 0.12], [0.2, 0.75]]"),
        ),
        (
            "a start that does not",
            CASINO.replace("[0.5, 0.5]", "[0.5, 0.4999]"),
        ),
        (
            "a probability below 0",
            CASINO.replace("[0.9, 0.1]", "[1.1, -0.1]"),
        ),
        (
            "nothing to divide by",
            format!(
                "{}normalise = true\n",
                CASINO.replace("[0.9, 0.1]", "[0, 0]")
            ),
        ),
        ("NaN", CASINO.replace("0.25, 0.25]", "0.25, nan]")),
        (
            "transitions of another shape",
            CASINO.replace("[[0.9, 0.1], [0.2, 0.8]]", "[[0.9, 0.1]]"),
        ),
        (
            "no rows of symbols",
            CASINO.replace("[[0.25, 0.25, 0.25, 0.25], [0.1, 0.1, 0.1, 0.7]]", "[1]"),
        ),
        ("no longest sequence", CASINO.replace("longest = 8", "")),
        ("no state", CASINO.replace("units = 2", "units = 0")),
        ("too many states", CASINO.replace("units = 2", "units = 65")),
        ("no start", CASINO.replace("start = [0.5, 0.5]", "")),
        (
            "an end of a hidden Markov model",
            format!("{CASINO}end = [0, 0]\n"),
        ),
        (
            "probabilities of a dense layer",
            format!("{dense}normalise = true\n"),
        ),
        ("symbols of a field", format!("{field}emission = [[1]]\n")),
        ("a layer behind the path", format!("{field}{dense}")),
        ("symbols from a layer", format!("{dense}{CASINO}")),
        ("only the last one", format!("output = \"last\"\n{CASINO}")),
        (
            "states that are carried on",
            format!("carry = true\n{CASINO}"),
        ),
        (
            "scores of other tags",
            field
                .replace("units = 1", "units = 2")
                .replace("[[0]]", "[[0, 0], [0, 0]]"),
        ),
        (
            "a sequence that is too long",
            format!("{field}[data]\nsequences = [[1], [2], [3], [4], [5]]\n"),
        ),
        (
            "no symbol",
            format!("{CASINO}[data]\nsequences = [[1], [4]]\n"),
        ),
    ];
    let texts = cases.map(|(title, text)| {
        let error = build(&format!("{HEAD}{text}")).expect_err(title);
        format!("--- {title}\n{error}\n")
    });
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(texts.concat());
    });
}
