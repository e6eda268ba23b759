//! Echo state networks: what a description makes, what its read-out learns, and what is refused.

use std::path::Path;

use network::sequence::{Cell, Layer, SequenceNetwork};
use network::spectrum::spectral_radius;
use network::{Description, Fact, Level, Network, NetworkError};

fn build(text: &str) -> Result<SequenceNetwork, NetworkError> {
    let description = Description::parse(text, "net.toml", Path::new(""))?;
    match Network::from_description(&description)? {
        Network::Sequence(network) => Ok(network),
        other => panic!("{:?}", other.kind()),
    }
}

fn built(text: &str) -> SequenceNetwork {
    build(text).unwrap_or_else(|error| panic!("{error}"))
}

const HEAD: &str = "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 1\n";

/// A reservoir with these keys, a read-out with these, and these data.
fn text(reservoir: &str, readout: &str, data: &str) -> String {
    format!(
        "{HEAD}[[layer]]\nkind = \"reservoir\"\n{reservoir}\n\
         [[layer]]\nkind = \"dense\"\n{readout}\n[data]\n{data}\n"
    )
}

/// A sine, the delayed product of which with itself is to be given, in two lists.
fn sine(steps: usize) -> (String, String) {
    let x = |t: usize| (0.7 * t as f64).sin() * (0.11 * t as f64).cos();
    let list = |of: &dyn Fn(usize) -> f64| {
        let rows: Vec<String> = (0..steps).map(|t| format!("[{}]", of(t))).collect();
        format!("[{}]", rows.join(", "))
    };
    let before = |t: usize, by: usize| t.checked_sub(by).map_or(0.0, x);
    (list(&x), list(&|t| before(t, 1) * before(t, 2)))
}

#[test]
fn a_reservoir_is_made_from_its_numbers() {
    let keys =
        "units = 50\nleak = 0.25\nreservoir = { density = 0.1, spectral_radius = 1.2, seed = 4 }";
    let network = built(&text(keys, "units = 1\nw = [[1]]", "").replace("w = [[1]]", &weights(50)));
    let Some(Cell::Elman(cell)) = network.cells().next() else {
        panic!("{:?}", network.layers)
    };
    assert_eq!((cell.units(), cell.leak), (50, 0.25));
    assert_eq!(cell.gates.recurrent.links().count(), 250);
    let radius = spectral_radius(&cell.gates.recurrent).unwrap();
    assert!((radius - 1.2).abs() < 1e-12, "{radius}");
    assert_eq!(cell.gates.bias, vec![0.0; 50]);
}

fn weights(inputs: usize) -> String {
    let ones = vec!["1"; inputs].join(", ");
    format!("w = [[{ones}]]")
}

#[test]
fn both_directions_are_different_reservoirs() {
    let keys = "units = 5\ndirection = \"bidirectional\"\nreservoir = { density = 0.5 }";
    let head = format!("{HEAD}output = \"last\"\n[[layer]]\nkind = \"reservoir\"\n{keys}\n");
    let network = built(&head);
    let cells: Vec<_> = network.cells().collect();
    assert_eq!(cells.len(), 2);
    assert_ne!(cells[0], cells[1]);
}

/// What is learned is far less wrong on the sequence than the mean of the targets, which is all that a
/// read-out with a large penalty gives; the score counts from the washout on.
#[test]
fn a_read_out_learns_what_the_reservoir_remembers() {
    let (x, y) = sine(300);
    let keys = "units = 40\nreservoir = { input_scale = 0.8, bias_scale = 0.3 }";
    let data = format!("sequences = {x}\ntargets = {y}\nwashout = 50");
    let network = built(&text(keys, "units = 1\nridge = { lambda = 1e-8 }", &data));
    let score = |network: &SequenceNetwork| {
        let runs = network.runs();
        let outputs: Vec<Vec<f64>> = runs.iter().map(|run| run.outputs.concat()).collect();
        network
            .score(outputs.iter().map(Vec::as_slice).enumerate())
            .unwrap()
    };
    let found = score(&network);
    assert_eq!(found.of, 250);
    let share = found.normalised.unwrap();
    assert!(share < 0.1, "{share}");
    // A penalty without end leaves the mean of the targets behind the washout.
    let penalised = built(&text(keys, "units = 1\nridge = { lambda = 1e12 }", &data));
    let share = score(&penalised).normalised.unwrap();
    assert!((share - 1.0).abs() < 1e-6, "{share}");
}

#[test]
fn a_read_out_learns_from_its_own_sequences() {
    let (x, y) = sine(80);
    let (short, _) = sine(10);
    let ridge = |extra: &str| format!("units = 1\nridge = {{ lambda = 0.01, washout = 5{extra} }}");
    let keys = "units = 8\nreservoir = { density = 0.5 }";
    let own = format!(", sequences = {x}, targets = {y}");
    let apart = built(&text(keys, &ridge(&own), &format!("sequences = {short}")));
    let joined = built(&text(
        keys,
        &ridge(""),
        &format!("sequences = {x}\ntargets = {y}"),
    ));
    assert_eq!(apart.layers, joined.layers);
    assert_eq!((apart.sequences[0].len(), apart.targets.len()), (10, 0));
}

/// Before a choice the targets are numbers of classes: four sequences of one step, two classes.
#[test]
fn a_choice_is_learned_from_numbers_of_classes() {
    let given = "inputs = 2\noutput = \"last\"";
    let text = format!(
        "{}[[layer]]\nkind = \"dense\"\nunits = 2\nridge = {{ lambda = 0 }}\n\
         [[layer]]\nkind = \"argmax\"\n[data]\nsequences = [[0, 1]]\ntargets = [[1]]\n",
        HEAD.replace("inputs = 1", given)
    );
    let refused = build(&text).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("the weights are not determined")
    );
    let text = text.replace("lambda = 0", "lambda = 1e-6").replace(
        "sequences = [[0, 1]]\ntargets = [[1]]",
        "sequences = [[0, 1], [0.1, 0.8], [1, 0.2], [0.9, 0]]\ntargets = [[0], [0], [1], [1]]",
    );
    let network = built(&text.replace("output = \"last\"", ""));
    let runs = network.runs();
    let outputs = runs.iter().map(|run| run.outputs.concat());
    let outputs: Vec<Vec<f64>> = outputs.collect();
    assert_eq!(outputs, [[0.0, 0.0, 1.0, 1.0]]);
    let Some(Layer::Dense(layer)) = network.layers.first() else {
        panic!("{:?}", network.layers)
    };
    // The shares of both classes are 1 together.
    assert!((layer.bias.iter().sum::<f64>() - 1.0).abs() < 1e-9);
}

fn fact(network: &SequenceNetwork, name: &str) -> Fact {
    let facts = network.facts(Level::Float);
    let found = facts.into_iter().find(|fact| fact.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn facts_tell_the_spectral_radius() {
    let network = |made: &str| {
        built(&format!(
            "{HEAD}[[layer]]\nkind = \"reservoir\"\nunits = 30\n{made}\n"
        ))
    };
    let small = network("reservoir = { spectral_radius = 0.05 }");
    assert!((fact(&small, "spectral_radius").value.unwrap() - 0.05).abs() < 1e-9);
    assert_eq!(fact(&small, "start_forgotten").holds, Some(true));
    let large = network("leak = 0.5\nreservoir = { spectral_radius = 1.5 }");
    assert_eq!(fact(&large, "start_forgotten").holds, None);
    let steps = fact(&large, "echo_states").value.unwrap();
    // (1 - leak) I + leak R: between the largest real part and the largest magnitude.
    assert!(steps > 0.5 && steps <= 0.5 + 0.75 + 1e-9, "{steps}");
    let likely = network("leak = 0.1\nreservoir = { spectral_radius = 0.9 }");
    let likely = fact(&likely, "echo_states");
    assert!(likely.value.unwrap() < 1.0 && likely.text.contains("echo states are likely"));
}

/// A step of the factor that `start_forgotten` states brings two starts nearer to each other.
#[test]
fn a_start_that_is_forgotten_is_forgotten_as_fast_as_stated() {
    let made = "leak = 0.5\nreservoir = { spectral_radius = 0.3, bias_scale = 0.5 }";
    let network = built(&format!(
        "{HEAD}[[layer]]\nkind = \"reservoir\"\nunits = 30\n{made}\n"
    ));
    let factor = fact(&network, "start_forgotten").value.unwrap();
    assert!(factor < 1.0, "{factor}");
    let Some(Cell::Elman(cell)) = network.cells().next() else {
        panic!("{:?}", network.layers)
    };
    let (mut a, mut b) = (cell.start(), cell.start());
    b.hidden = vec![1.0; 30];
    let apart = |a: &[f64], b: &[f64]| {
        let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f64>().sqrt()
    };
    let first = apart(&a.hidden, &b.hidden);
    for t in 0..40 {
        let x = [(t as f64).sin()];
        cell.step(&x, &mut a);
        cell.step(&x, &mut b);
    }
    // Norms of 30 elements are within a factor of its root of each other.
    let bound = first * factor.powi(40) * 30f64.sqrt();
    assert!(apart(&a.hidden, &b.hidden) <= bound);
}

#[test]
fn what_is_refused() {
    let readout = "units = 1\nridge = { lambda = 1 }";
    let data = "sequences = [[1], [2], [3]]\ntargets = [[1], [2], [3]]";
    let plain = "units = 10";
    let cases = [
        (
            "a density of 0",
            text("units = 10\nreservoir = { density = 0 }", readout, data),
        ),
        (
            "a density above 1",
            text("units = 10\nreservoir = { density = 1.5 }", readout, data),
        ),
        (
            "a density without links",
            text("units = 10\nreservoir = { density = 0.01 }", readout, data),
        ),
        (
            "a spectral radius below 0",
            text(
                "units = 10\nreservoir = { spectral_radius = -1 }",
                readout,
                data,
            ),
        ),
        ("a leak of 0", text("units = 10\nleak = 0", readout, data)),
        (
            "a leak of a GRU",
            HEAD.to_string() + "[[layer]]\nkind = \"gru\"\nunits = 1\nleak = 0.5\n",
        ),
        (
            "weights of a reservoir",
            text("units = 1\nw = [[1]]", readout, data),
        ),
        ("too many units", text("units = 2000", readout, data)),
        ("no targets", text(plain, readout, "sequences = [[1]]")),
        (
            "targets of its own without sequences",
            text(
                plain,
                "units = 1\nridge = { lambda = 1, targets = [[1]] }",
                data,
            ),
        ),
        (
            "weights and a ridge",
            text(plain, &format!("{readout}\nw = [[1]]"), data),
        ),
        (
            "an activation of a ridge",
            text(plain, &format!("{readout}\nactivation = \"tanh\""), data),
        ),
        (
            "a lambda below 0",
            text(plain, "units = 1\nridge = { lambda = -1 }", data),
        ),
        (
            "a washout of all",
            text(
                plain,
                "units = 1\nridge = { lambda = 1, washout = 3 }",
                data,
            ),
        ),
        (
            "a washout of all that is judged",
            text(plain, readout, &format!("{data}\nwashout = 9")),
        ),
        (
            "a layer after it",
            text(
                plain,
                &format!("{readout}\n[[layer]]\nkind = \"softmax\""),
                data,
            ),
        ),
        (
            "a class that there is not",
            text(
                plain,
                &format!("{readout}\n[[layer]]\nkind = \"argmax\""),
                data,
            ),
        ),
        (
            "what depends on each other",
            text(
                "units = 3\nreservoir = { density = 1, input_scale = 0 }",
                "units = 1\nridge = { lambda = 0 }",
                data,
            ),
        ),
    ];
    let mut all = String::new();
    for (name, text) in cases {
        let error = build(&text).unwrap_err();
        all.push_str(&format!("--- {name}\n{error}\n"));
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(all);
    });
}
