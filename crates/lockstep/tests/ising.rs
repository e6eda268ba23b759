//! Networks that minimise Ising models, from their description to the hardware: the same state after
//! every step, whatever the fold, the order of updates and the number of replicas.

use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::{self, Values};
use lockstep::{levels, sample};
use network::{Description, Network};
use proptest::prelude::*;
use quantize::Options;
use schedule::{Form, Hardware};

/// A description of a kind with a random symmetric model, a share of whose couplings is 0.
fn text(kind: &str, (units, replicas): (usize, usize), order: &str, of: &mut Random) -> String {
    let mut w = vec![vec![0i64; units]; units];
    let pairs = (0..units).flat_map(|i| (0..i).map(move |j| (i, j)));
    for (i, j) in pairs {
        let value = (of.below(7) as i64 - 3) * of.below(2) as i64;
        w[i][j] = value;
        w[j][i] = value;
    }
    let h: Vec<i64> = (0..units).map(|_| of.below(5) as i64 - 2).collect();
    let seed = 1 + of.below(1 << 20);
    let (dynamics, update) = match kind {
        "simulated_bifurcation" => {
            let form = ["ballistic", "discrete"][of.below(2) as usize];
            (format!("form = \"{form}\"\n"), String::new())
        }
        "annealed_hopfield" => {
            let bits = 4 + of.below(7);
            let noise =
                format!("temperature = [3.0, 1.5, 0.0]\nnoise_bits = {bits}\nseed = {seed}\n");
            (noise, order.to_owned())
        }
        _ => (
            "self_coupling = [0.25, 0.125, 0.0]\n".into(),
            order.to_owned(),
        ),
    };
    let format = match kind {
        "simulated_bifurcation" => "[format]\nstate = \"s6f4\"\n",
        "chaotic" => "[format]\nstate = \"s13f10\"\n",
        _ => "",
    };
    format!(
        "[network]\nkind = \"{kind}\"\nname = \"random\"\nunits = {units}\nreplicas = {replicas}\n\
         [weights]\nw = {w:?}\nbias = {h:?}\n[dynamics]\n{dynamics}\
         [update]\n{update}max_steps = 5\n{format}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn minimising_networks_agree(
        kind in prop::sample::select(vec!["simulated_bifurcation", "annealed_hopfield", "chaotic"]),
        order in prop::sample::select(vec![
            "order = \"sequential\"\n", "order = \"permuted\"\nseed = 9\n",
            "order = \"block\"\nblock = 2\n", "order = \"synchronous\"\n",
        ]),
        units in 2usize..7, replicas in 1usize..4, lanes in 1usize..19, taps in 1usize..19,
        seed in any::<u64>(),
    ) {
        let mut random = Random::new(seed);
        let text = text(kind, (units, replicas), order, &mut random);
        let described = Description::parse(&text, "random.toml", Path::new(".")).unwrap();
        let network = Network::from_description(&described).unwrap();
        let made = quantize::quantize(&described, &network, &Options::default()).unwrap();
        let program = made.program;
        let mut values = || -> Vec<_> {
            let loaded = host::loaded(&program);
            loaded.map(|id| (id, sample::values(&mut random, &program, id))).collect()
        };
        let (first, second) = (values(), values());
        let loads: [&Values; 2] = [&first, &second];
        let all = units * replicas;
        let (lanes, taps) = (lanes.min(all), taps.min(all));
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        levels::compare(&program, &hardware, &loads, &[1, 2, 3, 5])
            .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
    }
}
