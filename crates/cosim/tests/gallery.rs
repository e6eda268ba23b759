//! The gallery on hardware: what comes out is what the template's definition says, and Verilator
//! and Icarus agree with the simulator in every register in every cycle.

use std::path::{Path, PathBuf};

use ::program::{Executor, Program, VectorId};
use cosim::tools::for_test;
use cosim::{Bench, Tool, Tools, VerifyOptions, verify};
use hw_sim::stimulus::stream::StreamOptions;
use network::cellular::definition::{BinaryImage, defined};
use network::description::Form as DescribedForm;
use network::{Cellular, Description, Network, Sections};
use quantize::{Options, cellular_output, cellular_start, hopfield_start, quantize};
use schedule::{Form, Hardware, Scheduled, schedule};

/// Cycles that Icarus compares of each design.
const ICARUS_CYCLES: u64 = 2_000;

/// Start states that a memory is given.
const PROBES: usize = 12;

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

fn hardware(sections: &Sections) -> Hardware {
    match sections {
        Sections::Hopfield(of) => Hardware {
            lanes: of.hardware.lanes.unwrap_or(1),
            taps: of.hardware.taps.unwrap_or(1),
            form: Form::Frame,
        },
        Sections::Cellular(of) => Hardware {
            lanes: of.hardware.lanes.unwrap_or(1),
            taps: 1,
            form: match of.hardware.form {
                DescribedForm::Frame => Form::Frame,
                DescribedForm::Streaming => Form::Streaming {
                    iterations: of.hardware.iterations.unwrap_or(1),
                },
            },
        },
    }
}

/// The final state of the integer program.
fn finish(program: &Program, loads: &Loads) -> Vec<i64> {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in loads {
        executor.load(*vector, values).unwrap();
    }
    executor.start().unwrap();
    executor.run().unwrap();
    executor.values(program.find("state").unwrap()).to_vec()
}

/// Runs the hardware on every load, one after another; gives the final states and the recording.
fn record(scheduled: &Scheduled, loads: &[Loads]) -> (Vec<Vec<i64>>, Bench) {
    let (load, unload) = (&scheduled.interface.load, &scheduled.interface.unload);
    let pack = |loads: &Loads| {
        let find = |vector: VectorId| loads.iter().find(|(id, _)| *id == vector).unwrap();
        let fields: Vec<&[i64]> = load
            .fields
            .iter()
            .map(|(vector, _)| find(*vector).1.as_slice())
            .collect();
        load.pack(&fields)
    };
    let beats: Vec<Vec<i64>> = loads.iter().flat_map(pack).collect();
    let options = StreamOptions {
        gap_per_mille: 60,
        stall_per_mille: 60,
        ..Default::default()
    };
    let (bench, received) = Bench::record_run(
        &scheduled.design,
        options,
        (&load.prefix, &beats),
        (&unload.prefix, unload.beats * loads.len()),
        3_000_000,
        |_| {},
    )
    .unwrap();
    let states = received
        .chunks(unload.beats)
        .map(|beats| unload.unpack(beats).swap_remove(0));
    (states.collect(), bench)
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
    let scheduled = schedule(&program, &hardware(&description.sections)).unwrap();
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
    };
    let (states, bench) = record(&scheduled, &loads);
    assert_eq!(states.len(), loads.len(), "{}", path.display());
    for (loads, state) in loads.iter().zip(&states) {
        let expected = finish(&program, loads);
        assert_eq!(state[..expected.len()], expected, "{}", path.display());
    }
    let mut defined = false;
    if let Network::Cellular(network) = &network
        && let Some(wanted) = wanted(network)
    {
        assert_eq!(
            cellular_output(&program, &states[0]),
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
