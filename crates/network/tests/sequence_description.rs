//! Descriptions of sequence networks: what they build, and what is refused.

use std::path::Path;

use network::sequence::{Cell, Direction, Gives, Layer, ResetForm, SequenceNetwork};
use network::tensor::{Tensor, npy_bytes};
use network::{Description, Kind, Network, NetworkError, starter};

fn build(text: &str, folder: &Path) -> Result<SequenceNetwork, NetworkError> {
    let description = Description::parse(text, "net.toml", folder)?;
    match Network::from_description(&description)? {
        Network::Sequence(network) => Ok(network),
        other => panic!("{:?}", other.kind()),
    }
}

fn built(text: &str) -> SequenceNetwork {
    match build(text, Path::new("")) {
        Ok(network) => network,
        Err(error) => panic!("{error}"),
    }
}

const HEAD: &str = "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 1\n";

#[test]
fn the_starter_takes_notes() {
    let network = built(starter(Kind::Sequence));
    assert_eq!((network.units(), network.outputs()), (4, 2));
    let run = network.run(&network.sequences[0]);
    let noted = [
        (0.5, -0.25),
        (0.5, -0.25),
        (0.5, -0.25),
        (-0.5, 0.75),
        (-0.5, 0.75),
        (-0.5, 0.75),
    ];
    for (output, (a, b)) in run.outputs.iter().zip(noted) {
        // Taken through tanh, and given through tanh.
        let through = |x: f64| x.tanh().tanh();
        let wanted = [through(a) + through(b), through(a) - through(b)];
        for (found, wanted) in output.iter().zip(wanted) {
            assert!((found - wanted).abs() < 0.002, "{found} {wanted}");
        }
    }
}

#[test]
fn biases_may_be_given_apart_or_added_up() {
    let layer = |bias: &str| {
        format!(
            "{HEAD}[[layer]]\nkind = \"gru\"\nunits = 1\nreset = \"after\"\nw = [[1], [2], [3]]\n\
             r = [[4], [5], [6]]\nbias = {bias}\n"
        )
    };
    let gru = |bias: &str| {
        let network = built(&layer(bias));
        match network.cells().next() {
            Some(Cell::Gru(gru)) => gru.clone(),
            other => panic!("{other:?}"),
        }
    };
    let apart = gru("[1, 2, 3, 10, 20, 30]");
    assert_eq!(apart.gates.bias, [11.0, 22.0, 3.0]);
    assert_eq!(apart.reset, ResetForm::After { bias: vec![30.0] });
    let sums = gru("[1, 2, 3]");
    assert_eq!(sums.gates.bias, [1.0, 2.0, 3.0]);
    assert_eq!(sums.reset, ResetForm::After { bias: vec![0.0] });
}

#[test]
fn both_directions_stand_one_behind_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<f64> = (0..8).map(f64::from).collect();
    let array = |shape: &[usize]| Tensor {
        shape: shape.to_vec(),
        values: values.clone(),
    };
    let write = |name: &str, shape: &[usize]| {
        std::fs::write(folder.path().join(name), npy_bytes(&array(shape))).unwrap();
    };
    write("w.npy", &[2, 2, 2]);
    write("r.npy", &[4, 2]);
    let text = "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 2\noutput = \"last\"\n\
        [[layer]]\nkind = \"rnn\"\nunits = 2\ndirection = \"bidirectional\"\ngives = \"last_state\"\n\
        w = \"w.npy\"\nr = \"r.npy\"\nactivations = [\"relu\", \"softsign\"]\ninitial = [1, 2, 3, 4]\n";
    let network = build(text, folder.path()).unwrap();
    assert_eq!(network.outputs(), 4);
    let [Layer::Recurrent(layer)] = network.layers.as_slice() else {
        panic!("{:?}", network.layers)
    };
    assert_eq!(layer.gives, Gives::LastState);
    let Direction::Bidirectional {
        forward: Cell::Elman(forward),
        reverse: Cell::Elman(reverse),
    } = &layer.direction
    else {
        panic!("{:?}", layer.direction)
    };
    assert_eq!(forward.gates.input.times(&[1.0, 0.0]), [0.0, 2.0]);
    assert_eq!(reverse.gates.input.times(&[1.0, 0.0]), [4.0, 6.0]);
    assert_eq!(reverse.gates.recurrent.times(&[0.0, 1.0]), [5.0, 7.0]);
    assert_eq!(
        (&forward.initial, &reverse.initial),
        (&vec![1.0, 2.0], &vec![3.0, 4.0])
    );
    assert_eq!(forward.activation.to_string(), "relu");
    assert_eq!(reverse.activation.to_string(), "softsign");
}

#[test]
fn every_kind_of_layer_goes_into_a_chain() {
    let text = format!(
        "{HEAD}
        [[layer]]\nkind = \"jordan\"\nunits = 2\noutputs = 1\nw = [[1], [2]]\nr = [[0.5], [0.25]]\nv = [[1, 1]]
        [[layer]]\nkind = \"elman\"\nunits = 1\nw = [[1]]\nr = [[0.5]]\nclip = 3
        [[layer]]\nkind = \"activation\"\nactivation = {{ function = \"elu\", scale = 2 }}
        [[layer]]\nkind = \"dense\"\nunits = 3\nw = [[1], [2], [-1]]\nbias = [0, 1, 2]
        [[layer]]\nkind = \"softmax\"
        [[layer]]\nkind = \"argmax\"
        [data]\nrandom = {{ sequences = 3, steps = 5 }}"
    );
    let network = built(&text);
    assert_eq!((network.units(), network.outputs()), (7, 1));
    assert_eq!(network.sequences.len(), 3);
    for run in network.runs() {
        assert_eq!(run.outputs.len(), 5);
        assert!(
            run.outputs
                .iter()
                .flatten()
                .all(|&at| [0.0, 1.0, 2.0].contains(&at))
        );
    }
}

#[test]
fn lengths_cut_sequences_and_targets() {
    let text = format!(
        "{HEAD}[[layer]]\nkind = \"activation\"\nactivation = \"identity\"\n\
         [data]\nsequences = \"x.npy\"\nlengths = [2, 3]\ntargets = \"x.npy\"\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let array = Tensor {
        shape: vec![2, 3, 1],
        values: (0..6).map(f64::from).collect(),
    };
    std::fs::write(folder.path().join("x.npy"), npy_bytes(&array)).unwrap();
    let network = build(&text, folder.path()).unwrap();
    assert_eq!(
        network.sequences,
        [
            vec![vec![0.0], vec![1.0]],
            vec![vec![3.0], vec![4.0], vec![5.0]]
        ]
    );
    assert_eq!(network.targets, network.sequences);
}

/// A row has the states of the loaded layers alone, hidden before cells, forward before reverse.
#[test]
fn sequences_bring_their_initial_states() {
    let lstm = |more: &str| {
        format!(
            "[[layer]]\nkind = \"lstm\"\nunits = 1\nw = [[1], [1], [1], [1]]\n\
             r = [[1], [1], [1], [1]]\n{more}"
        )
    };
    let both = "[[layer]]\nkind = \"elman\"\nunits = 1\nw = [[1], [1]]\nr = [[1], [1]]\n\
                direction = \"bidirectional\"\ninitial = [8, 9]\nloaded = true\n";
    let text = format!(
        "{HEAD}{}{}{both}[data]\nrandom = {{ sequences = 2, steps = 3 }}\n\
         starts = [[1, 2, 3, 4], [5, 6, 7, 8]]\n",
        lstm("loaded = true\n"),
        lstm("initial = [0.5]\n"),
    );
    let network = built(&text);
    assert_eq!((network.loaded_states(), network.longest()), (4, 3));
    let begun = network.begin(&network.starts.rows[1]);
    let states: Vec<f64> = begun
        .iter()
        .flat_map(|state| [&state.hidden[..], &state.cell].concat())
        .collect();
    assert_eq!(states, [5.0, 6.0, 0.5, 0.0, 7.0, 8.0]);
    let runs = network.runs();
    assert_eq!(runs[1], network.run_from(begun, &network.sequences[1]));
    assert_ne!(runs[1], network.run(&network.sequences[1]));
    // Without rows, the layers' own states are brought.
    let own = built(text.split("starts").next().unwrap());
    assert_eq!(own.own_states(), [0.0, 0.0, 8.0, 9.0]);
    assert_eq!(own.runs()[0], own.run(&own.sequences[0]));
    let longer = own.sequences_of(&Tensor {
        shape: vec![1, 4, 1],
        values: vec![0.0; 4],
    });
    assert_eq!(
        longer.unwrap_err().to_string(),
        "sequence 0 has 4 steps, and 3 are remembered"
    );
    let text = text.replace(
        "loaded = true\n[data]",
        "loaded = true\nlongest = 9\n[data]",
    );
    assert_eq!(built(&text).longest(), 9);
}

#[test]
fn what_is_refused() {
    let dense = "[[layer]]\nkind = \"dense\"\nunits = 1\nw = [[1]]\n";
    let lstm = "[[layer]]\nkind = \"lstm\"\nunits = 1\nw = [[1], [1], [1], [1]]\nr = [[1], [1], [1], [1]]\n";
    let cases = [
        ("no layers", String::new()),
        ("an unknown layer", "[[layer]]\nkind = \"lsmt\"\n".into()),
        ("an unknown key", format!("{dense}weights = 3\n")),
        (
            "no kind in the second layer",
            format!("{dense}[[layer]]\nunits = 3\n"),
        ),
        (
            "no weights",
            "[[layer]]\nkind = \"dense\"\nunits = 3\n".into(),
        ),
        (
            "no recurrent weights",
            "[[layer]]\nkind = \"gru\"\nunits = 1\nw = [[1], [1], [1]]\n".into(),
        ),
        (
            "a key of another layer",
            format!("{dense}{dense}coupled = true\n"),
        ),
        (
            "units of a layer without weights",
            format!("{dense}[[layer]]\nkind = \"softmax\"\nunits = 2\n"),
        ),
        (
            "an unknown activation",
            format!("{lstm}activations = [\"logistic\", \"tahn\", \"tanh\"]\n"),
        ),
        (
            "too few activations",
            format!("{lstm}activations = [\"logistic\", \"tanh\"]\n"),
        ),
        (
            "weights of another shape",
            format!("{dense}{}", dense.replace("[[1]]", "[[1, 2]]")),
        ),
        (
            "rows of different lengths",
            dense.replace("[[1]]", "[[1], [2, 3]]"),
        ),
        (
            "too few gates",
            lstm.replace("w = [[1], [1], [1], [1]]", "w = [[1], [1], [1]]"),
        ),
        ("NaN", dense.replace("[[1]]", "[[nan]]")),
        (
            "a bias of another length",
            format!("{lstm}bias = [1, 2, 3, 4, 5]\n"),
        ),
        ("a clip that leaves nothing", format!("{lstm}clip = 0.0\n")),
        (
            "a file that is not there",
            dense.replace("[[1]]", "\"none.npz:w\""),
        ),
        (
            "a state carried backwards",
            format!("carry = true\n{lstm}direction = \"reverse\"\n"),
        ),
        (
            "sequences of other vectors",
            format!("{dense}[data]\nsequences = [[1, 2], [3, 4]]\n"),
        ),
        (
            "lengths of no sequences",
            format!("{dense}[data]\nlengths = [3]\n"),
        ),
        (
            "too many lengths",
            format!("{dense}[data]\nsequences = [[1], [2]]\nlengths = [2, 2]\n"),
        ),
        (
            "a length beyond the end",
            format!("{dense}[data]\nsequences = [[1], [2]]\nlengths = [3]\n"),
        ),
        (
            "targets of another length",
            format!("{dense}[data]\nsequences = [[1], [2]]\ntargets = [[1]]\n"),
        ),
        (
            "states of no layer",
            format!("{lstm}[data]\nsequences = [[1]]\nstarts = [[1, 2]]\n"),
        ),
        (
            "states of too few sequences",
            format!(
                "{lstm}loaded = true\n[data]\nrandom = {{ sequences = 3, steps = 2 }}\nstarts = [[1, 2], [3, 4]]\n"
            ),
        ),
        (
            "states of too few units",
            format!("{lstm}loaded = true\n[data]\nsequences = [[1]]\nstarts = [[1]]\n"),
        ),
        (
            "states that are no numbers",
            format!("{lstm}loaded = true\n[data]\nsequences = [[1]]\nstarts = [[1, nan]]\n"),
        ),
        (
            "states loaded and carried",
            format!("carry = true\n{lstm}loaded = true\n"),
        ),
        (
            "loaded states of a dense layer",
            format!("{dense}loaded = true\n"),
        ),
        (
            "a length remembered by a layer that forgets",
            format!("{lstm}longest = 5\n"),
        ),
        (
            "a sequence longer than what is remembered",
            format!(
                "{lstm}direction = \"reverse\"\nlongest = 2\n[data]\nsequences = [[1], [2], [3]]\n"
            ),
        ),
        (
            "nothing remembered",
            format!("{lstm}direction = \"bidirectional\"\nlongest = 0\n").replace(
                "[1], [1], [1], [1]]",
                "[1], [1], [1], [1], [1], [1], [1], [1]]",
            ),
        ),
        (
            "sequences given and made",
            format!("{dense}[data]\nsequences = [[1]]\nrandom = {{}}\n"),
        ),
    ];
    let table = "[[layer]]\nkind = \"embedding\"\nunits = 1\nvocabulary = 3\nw = [[0], [1], [2]]\n";
    let count = "[[layer]]\nkind = \"count\"\nvocabulary = 3\n";
    let chain = "[[layer]]\nkind = \"markov\"\nvocabulary = 2\nw = [[0.5, 0.5], [0.25, 0.75]]\n";
    let fed = "generate = { steps = 3 }\n";
    let of_tokens = [
        (
            "probabilities that do not sum to one",
            chain.replace("0.75", "0.625"),
        ),
        (
            "a negative probability",
            chain.replace("0.5, 0.5", "1.5, -0.5"),
        ),
        (
            "a row without probabilities",
            format!("{}normalise = true\n", chain.replace("0.5, 0.5", "0, 0")),
        ),
        (
            "a temperature of nothing",
            format!("{dense}[[layer]]\nkind = \"sample\"\ntemperature = 0.0\n"),
        ),
        (
            "a draw from one score",
            format!("{dense}[[layer]]\nkind = \"sample\"\n"),
        ),
        (
            "a start outside the vocabulary",
            format!("generate = {{ steps = 3, start = 2 }}\n{chain}"),
        ),
        (
            "a network of vectors that feeds itself",
            format!("{fed}{dense}"),
        ),
        ("vectors that are no tokens", format!("{fed}{table}")),
        (
            "a choice of other tokens",
            format!("{fed}{table}[[layer]]\nkind = \"argmax\"\n"),
        ),
        (
            "states carried to the start",
            format!("carry = true\n{fed}{chain}"),
        ),
        (
            "sequences for a network that feeds itself",
            format!("{fed}{chain}[data]\nsequences = [[1]]\n"),
        ),
        ("no steps", format!("generate = {{ steps = 0 }}\n{chain}")),
        (
            "a token outside the vocabulary",
            format!("{table}[data]\nsequences = [[0], [3]]\n"),
        ),
        (
            "a token that is no whole number",
            format!("{count}[data]\nsequences = [[0], [1.5]]\n"),
        ),
        ("no vocabulary", table.replace("vocabulary = 3\n", "")),
        (
            "a table of another shape",
            table.replace("[[0], [1], [2]]", "[[0], [1]]"),
        ),
        ("tokens from a layer of vectors", format!("{dense}{table}")),
        ("a count of nothing", format!("{count}largest = 0\n")),
        (
            "too many buckets",
            format!("{count}hash = {{ buckets = 5000 }}\n"),
        ),
        (
            "a hash of vectors",
            format!("{dense}hash = {{ buckets = 5 }}\n"),
        ),
    ];
    let cases = cases.into_iter().chain(of_tokens);
    let texts = cases.map(|(title, text)| {
        let error = build(&format!("{HEAD}{text}"), Path::new("DIR")).expect_err(title);
        format!("--- {title}\n{error}\n")
    });
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(texts.collect::<String>());
    });
}
