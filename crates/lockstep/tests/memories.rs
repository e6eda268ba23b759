//! Associative memories of two layers and dense ones, from their description to the hardware: the
//! same state after every step, whatever the fold.

use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::{self, Values};
use lockstep::{levels, sample};
use network::{Description, Network};
use proptest::prelude::*;
use quantize::Options;
use schedule::{Form, Hardware};

fn signs(count: usize, units: usize, of: &mut Random) -> Vec<Vec<i64>> {
    let state = |of: &mut Random| (0..units).map(|_| 2 * of.below(2) as i64 - 1).collect();
    (0..count).map(|_| state(of)).collect()
}

/// Numbers from -4 to 4 in quarters, a share of them 0.
fn numbers(count: usize, of: &mut Random) -> Vec<f64> {
    let number = |of: &mut Random| (of.below(33) as f64 - 16.0) / 4.0 * of.below(2) as f64;
    (0..count).map(|_| number(of)).collect()
}

/// A memory of two layers with random weights, of a form and with delays.
fn pairs((x, y): (usize, usize), form: &str, late: usize, of: &mut Random) -> String {
    let w: Vec<Vec<f64>> = (0..y).map(|_| numbers(x, of)).collect();
    let (bias_x, bias_y) = (numbers(x, of), numbers(y, of));
    let head = format!(
        "[network]\nkind = \"bidirectional_associative_memory\"\nname = \"random\"\nx = {x}\n\
         y = {y}\n[weights]\nw = {w:?}\nbias_x = {bias_x:?}\nbias_y = {bias_y:?}\n\
         [update]\nmax_steps = 5\n"
    );
    if form == "discrete" {
        return head;
    }
    let step = if form == "euler" { 0.25 } else { 1.0 };
    let mut text = format!("{head}[format]\nstate = \"s8f4\"\n[dynamics]\nform = \"{form}\"\n");
    if form == "euler" {
        text.push_str("step = 0.25\ndecay_x = 0.5\n");
    }
    if late & 1 > 0 {
        text.push_str(&format!(
            "delay_x_to_y = {}\n",
            (1 + of.below(3)) as f64 * step
        ));
    }
    if late & 2 > 0 {
        text.push_str(&format!(
            "delay_y_to_x = {}\n",
            (1 + of.below(3)) as f64 * step
        ));
    }
    if late & 4 > 0 {
        let (row, column) = (of.below((x + y) as u64), of.below((x + y) as u64));
        let when = match of.below(3) {
            0 => format!("rate = {}\n", 0.5 / step),
            1 => format!("table = [[0, {step}], [{}, {}]]\n", 2.0 * step, 3.0 * step),
            _ => "kernel = [0.5, 0.25]\n".to_owned(),
        };
        text.push_str(&format!(
            "[delays.more]\nsparse = [[{row}, {column}, 0.75]]\n{when}"
        ));
    }
    text
}

/// A dense memory of random patterns.
fn dense(units: usize, count: usize, interaction: &str, of: &mut Random) -> String {
    let patterns = signs(count, units, of);
    let more = match interaction {
        "exp" => "sharpness = 0.5\n[format]\nactivation = \"u7f7\"\n",
        _ => "",
    };
    format!(
        "[network]\nkind = \"dense_associative_memory\"\nname = \"random\"\nunits = {units}\n\
         [weights]\npatterns = {patterns:?}\n[update]\nmax_steps = 5\n\
         [dynamics]\ninteraction = \"{interaction}\"\n{more}"
    )
}

/// The levels agree on two random loads.
fn agree(text: &str, (lanes, taps): (usize, usize), seed: u64) -> Result<(), TestCaseError> {
    let described = Description::parse(text, "random.toml", Path::new(".")).unwrap();
    let network = Network::from_description(&described).unwrap();
    let made = quantize::quantize(&described, &network, &Options::default());
    let program = made
        .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?
        .program;
    let mut random = Random::new(seed);
    let mut values = || -> Vec<_> {
        let loaded = host::loaded(&program);
        loaded
            .map(|id| (id, sample::values(&mut random, &program, id)))
            .collect()
    };
    let (first, second) = (values(), values());
    let loads: [&Values; 2] = [&first, &second];
    let hardware = Hardware {
        lanes,
        taps,
        form: Form::Frame,
    };
    levels::compare(&program, &hardware, &loads, &[1, 2, 3, 5])
        .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn pair_memories_agree(
        x in 1usize..7, y in 1usize..7, form in prop::sample::select(vec!["discrete", "map", "euler"]),
        late in 0usize..8, lanes in 1usize..13, taps in 1usize..7, seed in any::<u64>(),
    ) {
        let text = pairs((x, y), form, late, &mut Random::new(seed));
        let rows = if form == "discrete" { x.max(y) } else { x + y };
        agree(&text, (lanes.min(rows), taps.min(rows)), seed)?;
    }

    #[test]
    fn dense_memories_agree(
        units in 1usize..9, count in 1usize..9,
        interaction in prop::sample::select(vec!["square", "cube", "exp"]),
        lanes in 1usize..9, taps in 1usize..9, seed in any::<u64>(),
    ) {
        let text = dense(units, count, interaction, &mut Random::new(seed));
        let most = units.max(count);
        agree(&text, (lanes.min(most), taps.min(most)), seed)?;
    }
}
