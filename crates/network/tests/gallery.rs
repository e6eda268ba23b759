//! Every description of the gallery is read, built and run.

use std::path::{Path, PathBuf};

use network::cellular::definition::{BinaryImage, defined};
use network::cellular::{CellularStatus, Model, library};
use network::{Cellular, Description, Kind, Network, starter};

fn descriptions(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(folder);
    let paths = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_toml = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "toml");
    let mut paths: Vec<PathBuf> = paths.filter(is_toml).collect();
    paths.sort();
    paths
}

fn load(path: &Path) -> Network {
    let description = Description::load(path).unwrap_or_else(|error| panic!("{error}"));
    let stem = path.file_stem().unwrap().to_str().unwrap();
    assert!(description.name().ends_with(stem), "{}", path.display());
    Network::from_description(&description).unwrap_or_else(|error| panic!("{error}"))
}

fn cellular(path: &Path) -> Cellular {
    match load(path) {
        Network::Cellular(network) => network,
        _ => panic!("{} is no cellular array", path.display()),
    }
}

fn check_definition(network: &Cellular, template: &str) -> bool {
    let binary = |values: &[f64]| BinaryImage::from_values(network.rows, network.columns, values);
    let (input, second) = (binary(&network.input), binary(&network.second));
    let steps = network.max_steps as usize;
    let Some(expected) = defined(template, &input, &second, steps) else {
        return false;
    };
    let run = network.run(&network.input, &network.second);
    assert_eq!(run.output, expected.to_values(), "{}", network.name);
    assert!(
        !network.until_stable || run.status == CellularStatus::Stable,
        "{}",
        network.name
    );
    true
}

#[test]
fn every_built_in_template_has_a_description_that_computes_its_definition() {
    let paths = descriptions("templates");
    let named = |name: &str| paths.iter().find(|path| path.file_stem().unwrap() == name);
    for entry in library() {
        let path = named(&entry.name).unwrap_or_else(|| panic!("no description of {}", entry.name));
        let network = cellular(path);
        let checked = check_definition(&network, &entry.name);
        assert!(checked || ["diffusion", "halftone"].contains(&entry.name.as_str()));
    }
    for path in &paths {
        let network = cellular(path);
        let run = network.run(&network.input, &network.second);
        assert!(
            run.output.iter().any(|value| *value != run.output[0]),
            "{}",
            path.display()
        );
    }
}

#[test]
fn chua_and_yang_fill_the_same_holes() {
    let paths = descriptions("templates");
    let path = paths
        .iter()
        .find(|path| path.ends_with("hole_fill_chua_yang.toml"))
        .unwrap();
    let network = cellular(path);
    assert_eq!(network.model, Model::ChuaYang { step: 0.125 });
    assert!(check_definition(&network, "hole_fill"));
}

#[test]
fn the_full_size_pictures_come_out_as_defined() {
    for path in descriptions("cellular") {
        let template = if path.ends_with("coins_filled.toml") {
            "hole_fill"
        } else {
            "edge"
        };
        assert!(check_definition(&cellular(&path), template));
    }
}

#[test]
fn every_hopfield_description_recalls() {
    for path in descriptions("digits") {
        let Network::Hopfield(network) = load(&path) else {
            panic!("{}", path.display())
        };
        let runs = network.run_all(&network.probes);
        let stable = runs
            .iter()
            .filter(|run| network.is_stable(&run.state))
            .count();
        let facts = network.facts(network::Level::Float);
        let stored = facts
            .iter()
            .find(|fact| fact.name == "patterns_stored")
            .unwrap();
        println!(
            "{}: {stable} of {} runs stable, {}",
            network.name,
            runs.len(),
            stored.text
        );
        assert!(
            stable * 2 > runs.len(),
            "{}: {stable} of {}",
            path.display(),
            runs.len()
        );
    }
}

/// Every run ends at rest or in a cycle of two states, and four fifths of them in what is stored.
#[test]
fn every_memory_of_pairs_and_every_dense_one_recalls() {
    for folder in ["bidirectional", "dense_memory"] {
        let paths = descriptions(folder);
        assert!(paths.len() > 1, "{folder}");
        for path in paths {
            let network = load(&path);
            let network = network.dynamics().unwrap();
            let starts = network.starts();
            let recalled = starts.iter().filter(|start| {
                let run = network::dynamics::run(network, start, &mut |_| {});
                assert!(
                    run.ending != network::dynamics::Ending::Budget,
                    "{}",
                    path.display()
                );
                let patterns = 0..network.patterns().len();
                let mut agreements = patterns.map(|of| network.agreement(of, &run.last));
                agreements.any(|share| share == 1.0)
            });
            let (recalled, all) = (recalled.count(), starts.len());
            assert!(
                recalled * 5 >= all * 4,
                "{}: {recalled} of {all}",
                path.display()
            );
        }
    }
}

#[test]
fn what_new_writes_works_as_it_stands() {
    for kind in Kind::ALL {
        let description = Description::parse(starter(kind), "new.toml", Path::new("")).unwrap();
        assert_eq!(description.kind(), kind);
        match Network::from_description(&description).unwrap() {
            Network::Hopfield(network) => {
                assert_eq!(network.patterns.len(), 2);
                assert!(
                    network
                        .patterns
                        .iter()
                        .all(|pattern| network.is_stable(pattern))
                );
            }
            Network::Cellular(network) => assert!(check_definition(&network, "edge")),
            Network::Sequence(network) => {
                let runs = network.runs();
                assert!(!runs.is_empty() && runs.iter().all(|run| !run.outputs.is_empty()));
                let all = runs.iter().flat_map(|run| run.outputs.iter().flatten());
                assert!(all.into_iter().all(|value| value.is_finite()));
            }
            other => {
                let network = other.dynamics().unwrap();
                for start in network.starts() {
                    let run = network::dynamics::run(network, &start, &mut |_| {});
                    let stable = run.ending == network::dynamics::Ending::Stable;
                    let answer = network.answer(&run.last);
                    assert!(stable || answer.is_some_and(|it| it.valid), "{kind:?}");
                }
            }
        }
    }
}
