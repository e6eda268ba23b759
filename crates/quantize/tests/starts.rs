//! Initial states of sequence networks in integers: those of the layers and those that sequences bring,
//! as their words stand for them.

use std::path::Path;

use network::{Description, Network};
use proptest::prelude::*;
use quantize::{Options, sequence};

/// One layer of each cell that has a state, the first and the last of which load theirs.
const NETWORK: &str = r#"
[network]
kind = "sequence"
name = "net"
inputs = 1

[[layer]]
kind = "lstm"
units = 1
w = [[0.5], [0.25], [-0.5], [1]]
r = [[0.5], [0.25], [-0.5], [1]]
initial = [0.3]
initial_cell = [0.7]
loaded = true

[[layer]]
kind = "gru"
units = 1
w = [[0.5], [0.25], [-0.5]]
r = [[0.5], [0.25], [-0.5]]
initial = [-0.3]

[[layer]]
kind = "jordan"
units = 1
outputs = 1
w = [[0.5]]
r = [[0.5]]
v = [[1]]
initial = [0.1]

[[layer]]
kind = "elman"
units = 2
w = [[0.5], [-0.25]]
r = [[0.5, 0], [0, 0.5]]
initial = [0.1, 0.9]
loaded = true

[format]
state = "s8f4"

[data]
sequences = [[1], [0.5]]
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn states_are_what_their_words_stand_for(
        rows in prop::collection::vec(prop::collection::vec(-20.0f64..20.0, 4), 1),
    ) {
        let text = format!("{NETWORK}starts = {rows:?}\n");
        let described = Description::parse(&text, "net.toml", Path::new("")).unwrap();
        let network = Network::from_description(&described).unwrap();
        let made = quantize::quantize(&described, &network, &Options::default()).unwrap();
        let Network::Sequence(network) = network else { panic!("another kind") };
        let program = made.program;
        let words = sequence::rounded(&network, &program).unwrap();

        prop_assert_eq!(&network.starts.rows, &rows);
        for (given, rounded) in network.given().iter().zip(words.given()) {
            // The same words, and nothing is lost of what they stand for.
            let loads = |states: &[f64]| sequence::loads_from(&program, &given.sequence, states);
            prop_assert_eq!(loads(&given.states), loads(&rounded.states));
            prop_assert_eq!(given.states.len(), rounded.states.len());
            let state = "s8f4".parse::<program::Format>().unwrap();
            for (at, (&given, &rounded)) in given.states.iter().zip(&rounded.states).enumerate() {
                // The second one is that of the cells of the LSTM, whose format is another one.
                if at != 1 {
                    let most = state.value(state.max_raw());
                    let nearest = given.clamp(state.value(state.min_raw()), most);
                    prop_assert!((rounded - nearest).abs() <= 0.5 / 16.0, "{} {}", given, rounded);
                }
            }
        }
        // The layers' own states, in sixteenths.
        let own: Vec<f64> = words.cells().flat_map(|cell| cell.start().hidden).collect();
        prop_assert_eq!(own, vec![0.3125, -0.3125, 0.125, 0.125, 0.875]);
        prop_assert_eq!(sequence::rounded(&words, &program).unwrap(), words);
    }
}
