//! How long a search for words takes, against what it may take.

use std::time::Instant;

use cosim::Tools;
use network::hopfield::{Order, Storage, Weights};
use network::learning::projection;
use network::noise::SplitMix64;
use network::{Description, Hopfield, Kind, Network, starter};
use quantize::search::{Keep, Record, Wish, explore};

use crate::{Failure, Figure};

const UNITS: usize = 256;
const PATTERNS: usize = 51;

/// What the whole search of a network of 256 units may take on two cores.
const SECONDS: f64 = 60.0;

/// The whole search of a memory of 256 units that learned by projection, 200 noisy trials for each
/// candidate, on as many cores as there are, up to two.
///
/// # Errors
/// When the search fails or finds nothing.
pub fn figures(_: &Tools) -> Result<Vec<Figure>, Failure> {
    let (description, network) = memory()?;
    let wish = Wish {
        keep: Keep::Recall,
        tolerance: 0.03,
        noise: 0.1,
        trials: 200,
        seed: 1,
        budget_lut: None,
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cores.min(2));
    let record = Record::default();
    let started = Instant::now();
    let found = pool
        .build()?
        .install(|| explore(&description, &network, wish, &|_| None, &record));
    let seconds = started.elapsed().as_secs_f64();
    let (exploration, _) = found?;
    let chosen = exploration.chosen().ok_or("no words keep the recall")?;
    let name = format!(
        "search, {UNITS} units, {} candidates, chose {}",
        exploration.points.len(),
        chosen
            .formats
            .get("sweep.weights")
            .map_or("?".into(), ToString::to_string)
    );
    let peer = (SECONDS, "allowed on 2 cores");
    Ok(vec![Figure::new(&name, seconds, peer, "seconds")])
}

fn memory() -> Result<(Description, Network), Failure> {
    let mut random = SplitMix64::new(7);
    let patterns: Vec<Vec<i8>> = (0..PATTERNS).map(|_| random.state(UNITS)).collect();
    let weights = Weights::dense(UNITS, projection(UNITS, &patterns))
        .map_err(|problem| problem.to_string())?;
    let text = starter(Kind::Hopfield);
    let description = Description::parse(text, "search.toml", std::path::Path::new("."))?;
    let network = Hopfield {
        name: "search".into(),
        weights,
        bias: vec![0.0; UNITS],
        order: Order::Sequential,
        max_steps: 100,
        detect_period: false,
        storage: Storage::Rom,
        patterns,
        probes: vec![],
    };
    Ok((description, Network::Hopfield(network)))
}
