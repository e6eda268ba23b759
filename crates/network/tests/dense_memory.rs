//! Dense associative memories against their definition: the energy of a state with each unit either
//! way.

use std::path::Path;

use network::dynamics::{Ending, run};
use network::noise::SplitMix64;
use network::{DenseMemory, Description, Dynamics, Level, Network};
use proptest::prelude::*;

fn memory(text: &str) -> DenseMemory {
    let built = Description::parse(text, "net.toml", Path::new(""))
        .and_then(|description| Network::from_description(&description));
    match built {
        Ok(Network::DenseMemory(network)) => network,
        Ok(_) => panic!("another kind"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

fn text(units: usize, patterns: &[Vec<i8>], rest: &str) -> String {
    format!(
        "[network]\nkind = \"dense_associative_memory\"\nname = \"net\"\nunits = {units}\n\
         [weights]\npatterns = {patterns:?}\n{rest}"
    )
}

/// The sign of `sum_p F(m_p with s_i = 1) - F(m_p with s_i = -1)`, F of a whole number being whole;
/// a tie keeps the state.
fn by_definition(patterns: &[Vec<i8>], state: &[i8], f: impl Fn(i128) -> i128) -> Vec<i8> {
    let overlap = |pattern: &[i8], unit: usize, with: i8| -> i128 {
        let units = pattern.iter().zip(state).enumerate();
        let terms = units.map(|(at, (p, s))| i128::from(p * if at == unit { with } else { *s }));
        terms.sum()
    };
    let energy = |unit: usize, with: i8| -> i128 {
        patterns
            .iter()
            .map(|pattern| f(overlap(pattern, unit, with)))
            .sum()
    };
    let next = |(unit, s): (usize, &i8)| match energy(unit, 1) - energy(unit, -1) {
        0 => *s,
        difference => difference.signum() as i8,
    };
    state.iter().enumerate().map(next).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_step_is_what_the_energies_say(
        units in 1usize..14, count in 1usize..9, which in 0usize..3, seed in any::<u64>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
        let state = random.state(units);
        // 2^m, up to a factor that makes it whole.
        let two = |m: i128| 1i128 << (m + units as i128);
        let (word, next) = match which {
            0 => ("interaction = \"square\"\n".to_owned(), by_definition(&patterns, &state, |m| m * m)),
            1 => ("interaction = \"cube\"\n".to_owned(), by_definition(&patterns, &state, |m| m * m * m)),
            _ => {
                let sharpness = std::f64::consts::LN_2;
                let word = format!("interaction = \"exp\"\nsharpness = {sharpness}\n");
                (word, by_definition(&patterns, &state, two))
            }
        };
        let memory = memory(&text(units, &patterns, &format!("[dynamics]\n{word}")));
        let real = |state: &[i8]| -> Vec<f64> { state.iter().map(|&s| f64::from(s)).collect() };
        let mut moment = memory.begin(&memory.start_from(&real(&state)));
        memory.step(&mut moment);
        let found = moment.of(0);
        // Exponentials in floating point do not tell a tie from a difference that is nearly one.
        let field = memory.field(&real(&state));
        let largest = field.iter().fold(0.0, |most: f64, of| most.max(of.abs()));
        for (unit, (found, defined)) in found.iter().zip(real(&next)).enumerate() {
            let close = which == 2 && field[unit].abs() < 1e-9 * largest.max(1.0);
            prop_assert!(close || *found == defined, "unit {unit}: {found} and {defined}");
        }
    }

    /// With F = m^2 it is Hebb's rule: a fixed point or a cycle of two states.
    #[test]
    fn squares_end(units in 1usize..14, count in 1usize..6, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
        let rest = "[dynamics]\ninteraction = \"square\"\n\
                    [update]\nmax_steps = 500\nuntil = \"stable_or_period_two\"\n";
        let memory = memory(&text(units, &patterns, rest));
        let fact = |name: &str| {
            let facts = memory.facts(Level::Float);
            facts.into_iter().find(|fact| fact.name == name).unwrap()
        };
        prop_assert_eq!(fact("stable_or_period_2").holds, Some(true));
        for start in memory.starts() {
            let ending = run(&memory, &start, &mut |_| {}).ending;
            prop_assert!(ending != Ending::Budget);
        }
        let stored = memory.patterns.iter().filter(|pattern| {
            let mut moment = memory.begin(&memory.start_from(pattern));
            memory.step(&mut moment);
            moment.of(0) == pattern.as_slice()
        });
        prop_assert_eq!(fact("patterns_stored").value, Some(stored.count() as f64));
    }
}

/// Sixty random patterns of 32 units, 13 times what Hebb's rule can recall: exponentials store and
/// recall them, squares do not.
#[test]
fn exponentials_store_more_than_squares() {
    let mut random = SplitMix64::new(7);
    let patterns: Vec<Vec<i8>> = (0..60).map(|_| random.state(32)).collect();
    let share = |word: &str| {
        let rest = format!(
            "[dynamics]\ninteraction = \"{word}\"\n[data]\nnoise = {{ flips = 0.1, copies = 1, seed = 2 }}\n"
        );
        let memory = memory(&text(32, &patterns, &rest));
        let ends = memory.starts().into_iter().zip(&memory.patterns);
        let right = ends.filter(|(start, pattern)| {
            run(&memory, start, &mut |_| {}).last.of(0) == pattern.as_slice()
        });
        right.count() as f64 / 60.0
    };
    let (square, exp) = (share("square"), share("exp"));
    assert!(square < 0.1, "{square}");
    assert!(exp > 0.9, "{exp}");
}

#[test]
fn wrong_descriptions_are_refused_at_their_field() {
    let patterns = vec![vec![1, -1, 1]];
    let cases = [
        ("no units", text(0, &patterns, "")),
        ("patterns of another length", text(4, &patterns, "")),
        ("a value that is no sign", text(3, &[vec![1, 0, 1]], "")),
        ("no patterns", text(3, &[], "")),
        ("none given", "[network]\nkind = \"dense_associative_memory\"\nname = \"net\"\nunits = 3\n[weights]\n".into()),
        ("a sharpness of cubes", text(3, &patterns, "[dynamics]\nsharpness = 0.5\n")),
        ("a sharpness that is none", text(3, &patterns, "[dynamics]\ninteraction = \"exp\"\nsharpness = 0\n")),
        ("words of single bits", text(3, &patterns, "[format]\nweights = \"s4f0\"\n")),
        ("words of cubes", text(3, &patterns, "[format]\nactivation = \"u8f8\"\n")),
        ("words of one bit", text(3, &patterns, "[dynamics]\ninteraction = \"exp\"\n[format]\nactivation = \"u1f1\"\n")),
        ("a probe of another length", text(3, &patterns, "[data]\nprobes = [[1, 1]]\n")),
        ("noise beside probes", text(3, &patterns, "[data]\nprobes = [[1, 1, 1]]\nnoise = { flips = 0.1, copies = 1, seed = 1 }\n")),
    ];
    let mut all = String::new();
    for (title, text) in cases {
        let built = Description::parse(&text, "net.toml", Path::new("."))
            .and_then(|description| Network::from_description(&description));
        let error = built
            .err()
            .unwrap_or_else(|| panic!("{title} is not refused"));
        all.push_str(&format!("--- {title}\n{error}\n\n"));
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}
