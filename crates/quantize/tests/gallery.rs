//! The gallery in integers: templates against what they compute, digits against their patterns.

use std::path::{Path, PathBuf};

use network::cellular::definition::{BinaryImage, defined};
use network::noise::SplitMix64;
use network::{Cellular, Description, Network};
use program::execute::fast::{Kernel, Tables};
use program::{Executor, Program};
use quantize::{Options, Quantized, cellular_output, cellular_start, hopfield_start, quantize};

fn examples(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(folder);
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

fn load(path: &Path) -> (Network, Quantized) {
    let description = Description::load(path).unwrap();
    let network = Network::from_description(&description).unwrap();
    let quantized = quantize(&description, &network, &Options::default())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (network, quantized)
}

fn output(program: &Program, network: &Cellular, input: &[f64], second: &[f64]) -> Vec<f64> {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in cellular_start(program, network, input, second) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    executor.run().unwrap();
    cellular_output(program, executor.values(program.find("state").unwrap()))
}

#[test]
fn every_template_computes_what_its_definition_says() {
    let mut random = SplitMix64::new(4);
    let mut checked = 0;
    for path in examples("templates") {
        let (Network::Cellular(network), quantized) = load(&path) else {
            panic!()
        };
        let name = network
            .name
            .strip_prefix("template_")
            .unwrap_or(&network.name)
            .to_owned();
        let cells = network.cells();
        for _ in 0..12 {
            let image = |random: &mut SplitMix64| -> Vec<f64> {
                random.state(cells).into_iter().map(f64::from).collect()
            };
            let (input, second) = (image(&mut random), image(&mut random));
            let binary =
                |values: &[f64]| BinaryImage::from_values(network.rows, network.columns, values);
            let steps = network.max_steps as usize;
            let wanted = defined(&name, &binary(&input), &binary(&second), steps);
            let Some(wanted) = wanted else { break };
            let found = output(&quantized.program, &network, &input, &second);
            assert_eq!(found, wanted.to_values(), "{name}");
            checked += 1;
        }
        let state = quantized.report.formats["state"];
        assert!(
            state.fraction() <= 1 || !name.contains("edge"),
            "{name}: {state}"
        );
    }
    assert!(checked >= 12 * 12, "{checked} pictures");
}

#[test]
fn the_digits_stay_fixed_points_in_integers() {
    for path in examples("digits") {
        let (Network::Hopfield(network), quantized) = load(&path) else {
            panic!()
        };
        let stable = network
            .patterns
            .iter()
            .filter(|pattern| network.is_stable(pattern));
        for pattern in stable {
            let mut executor = Executor::new(&quantized.program).unwrap();
            for (vector, values) in hopfield_start(&quantized.program, pattern) {
                executor.load(vector, &values).unwrap();
            }
            executor.start().unwrap();
            assert!(!executor.step().unwrap().changed, "{}", path.display());
        }
    }
}

#[test]
fn every_program_of_the_gallery_runs_on_fast_kernels() {
    for path in ["templates", "cellular", "digits"]
        .into_iter()
        .flat_map(examples)
    {
        let (_, quantized) = load(&path);
        let program = &quantized.program;
        for (stage, kernel) in program
            .stages
            .iter()
            .zip(Kernel::all(program, Tables::Earned))
        {
            assert!(kernel.is_some(), "{}, {}", path.display(), stage.name);
        }
    }
}
