//! The gallery on hardware: what comes out is what the template's definition says, and Verilator
//! and Icarus agree with the simulator in every register in every cycle.

use std::path::{Path, PathBuf};

use ::program::{Executor, Program, Role, VectorId};
use cosim::tools::for_test;
use cosim::{Bench, Tool, Tools, VerifyOptions, verify};
use hopwire::hardware;
use hw_sim::stimulus::stream::{Beat, StreamOptions};
use network::cellular::definition::{BinaryImage, defined};
use network::{Cellular, Description, Network};
use quantize::{Options, cellular_output, cellular_start, dynamic, hopfield_start, quantize};
use schedule::{Scheduled, schedule};

/// Cycles that Icarus compares of each design.
const ICARUS_CYCLES: u64 = 2_000;

/// Start states that a memory is given.
const PROBES: usize = 12;

/// Start states that a network with real states is given.
const STARTS: usize = 4;

type Loads = Vec<(VectorId, Vec<i64>)>;

fn descriptions(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(folder);
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_toml = |path: &PathBuf| path.extension().is_some_and(|e| e == "toml");
    let mut all: Vec<PathBuf> = entries.filter(is_toml).collect();
    all.sort();
    all
}

/// What the integer program gives: the raw values of these vectors at the end, or of all steps after
/// which they leave; and how often they leave.
fn finish(program: &Program, loads: &Loads, of: &[VectorId]) -> (Vec<Vec<i64>>, usize) {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in loads {
        executor.load(*vector, values).unwrap();
    }
    executor.start().unwrap();
    let emits = program.vectors.iter().any(|of| of.role == Role::Emitted);
    let mut all = vec![vec![]; of.len()];
    let mut transfers = 0;
    let mut leave = |executor: &Executor<'_>| {
        for (all, &id) in all.iter_mut().zip(of) {
            all.extend_from_slice(executor.values(id));
        }
        transfers += 1;
    };
    if emits {
        executor.run_emitting(leave).unwrap();
    } else {
        executor.run().unwrap();
        leave(&executor);
    }
    (all, transfers)
}

/// Runs the hardware on every load, one after another, each of which unloads so often; gives the values
/// of the unloaded vectors, and the recording.
fn record(
    scheduled: &Scheduled,
    loads: &[Loads],
    transfers: &[usize],
) -> (Vec<Vec<Vec<i64>>>, Bench) {
    let interface = &scheduled.interface;
    let unload = &interface.unload;
    let (mut entering, mut fed) = (vec![], vec![]);
    for loads in loads {
        let beats = hardware::Beats::of(scheduled, loads);
        let load = beats.load.into_iter();
        entering.extend(load.map(|data| Beat { data, last: false }));
        let feed = beats.feed.into_iter();
        fed.extend(feed.map(|(data, last)| Beat { data, last }));
    }
    let mut streams = vec![];
    if !entering.is_empty() {
        streams.push((interface.load.prefix.as_str(), entering));
    }
    if let Some(feed) = &interface.feed {
        streams.push((feed.prefix.as_str(), fed));
    }
    let all: usize = transfers.iter().sum();
    let options = StreamOptions {
        gap_per_mille: 60,
        stall_per_mille: 60,
        ..Default::default()
    };
    let (bench, received) = Bench::record_streams(
        &scheduled.design,
        options,
        &streams,
        (&unload.prefix, unload.beats * all),
        3_000_000,
        |_| {},
    )
    .unwrap();
    let mut left = received.as_slice();
    let mut ends = vec![];
    for transfers in transfers {
        let (run, rest) = left.split_at((unload.beats * transfers).min(left.len()));
        ends.push(unload.unpack_steps(run));
        left = rest;
    }
    (ends, bench)
}

/// What a template's definition makes of the description's pictures; for binary templates only.
fn wanted(network: &Cellular) -> Option<Vec<f64>> {
    let name = network.name.as_str();
    let name = name.strip_prefix("template_").unwrap_or(name);
    let name = name.strip_suffix("_chua_yang").unwrap_or(name);
    let image = |values: &[f64]| BinaryImage::from_values(network.rows, network.columns, values);
    let (input, second) = (image(&network.input), image(&network.second));
    defined(name, &input, &second, network.max_steps as usize).map(|image| image.to_values())
}

fn check(path: &Path, tools: Option<&Tools>) -> bool {
    let description = Description::load(path).unwrap();
    let network = Network::from_description(&description).unwrap();
    let program = quantize(&description, &network, &Options::default())
        .unwrap()
        .program;
    let scheduled = schedule(&program, &hardware::described(&description.sections)).unwrap();
    let loads: Vec<Loads> = match &network {
        Network::Hopfield(network) => {
            let probes = network.probes.iter().take(PROBES);
            probes
                .map(|probe| hopfield_start(&program, probe))
                .collect()
        }
        Network::Cellular(network) => {
            vec![cellular_start(
                &program,
                network,
                &network.input,
                &network.second,
            )]
        }
        Network::Sequence(network) => {
            let given = network.given().into_iter().take(STARTS);
            given
                .map(|of| quantize::sequence::loads_from(&program, &of.sequence, &of.states))
                .collect()
        }
        other => {
            let network = other.dynamics().unwrap();
            let starts = network.starts().into_iter().take(STARTS);
            starts
                .map(|start| dynamic::loads(&program, network, &start))
                .collect()
        }
    };
    let unloaded = scheduled.interface.unload.fields.iter();
    let unloaded: Vec<VectorId> = unloaded.map(|(id, _)| *id).collect();
    let finish = |loads: &Loads| finish(&program, loads, &unloaded);
    let (wanted_ends, transfers): (Vec<_>, Vec<usize>) = loads.iter().map(finish).unzip();
    let (ends, bench) = record(&scheduled, &loads, &transfers);
    for (expected, end) in wanted_ends.iter().zip(&ends) {
        for (expected, found) in expected.iter().zip(end) {
            assert!(found.len() >= expected.len(), "{}", path.display());
            assert_eq!(&found[..expected.len()], expected, "{}", path.display());
        }
    }
    let mut defined = false;
    if let Network::Cellular(network) = &network
        && let Some(wanted) = wanted(network)
    {
        assert_eq!(
            cellular_output(&program, &ends[0][0]),
            wanted,
            "{}",
            path.display()
        );
        defined = true;
    }
    if let Some(tools) = tools {
        let folder = tempfile::tempdir().unwrap();
        let options = VerifyOptions {
            icarus_cycles: ICARUS_CYCLES,
            ..Default::default()
        };
        let report = verify(tools, &scheduled.design, &bench, folder.path(), options).unwrap();
        assert!(report.holds(), "{}: {report:#?}", path.display());
    }
    defined
}

fn all(folder: &str) -> usize {
    let tools = for_test(&[Tool::Verilator, Tool::Iverilog, Tool::Vvp, Tool::Yosys]);
    descriptions(folder)
        .iter()
        .filter(|path| check(path, tools.as_ref()))
        .count()
}

#[test]
fn templates_compute_on_hardware_what_their_definitions_say() {
    assert!(all("templates") >= 16);
}

#[test]
fn digits_are_recalled_on_hardware() {
    all("digits");
}

/// The folders of the gallery that have no test of their own, every other one from `first` on. The
/// large pictures of `cellular` are the demo's.
fn other_folders(first: usize) -> Vec<String> {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let entries = std::fs::read_dir(gallery).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !["templates", "digits", "cellular"].contains(&name.as_str()))
        .collect();
    names.sort();
    names.into_iter().skip(first).step_by(2).collect()
}

#[test]
fn networks_with_real_states_agree_on_hardware() {
    for folder in other_folders(0) {
        all(&folder);
    }
}

#[test]
fn other_networks_with_real_states_agree_on_hardware() {
    for folder in other_folders(1) {
        all(&folder);
    }
}
