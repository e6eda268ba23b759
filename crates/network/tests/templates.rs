//! Every built-in template against the definition of what it computes.

use network::Cellular;
use network::cellular::definition::{BinaryImage, defined};
use network::cellular::{
    Boundary, CellularStatus, LibraryTemplate, Model, Start, library, library_template,
};
use network::noise::SplitMix64;

const ROWS: usize = 13;
const COLUMNS: usize = 17;
const LISTED: [&str; 17] = [
    "ccd_horizontal",
    "corner",
    "diffusion",
    "dilation_plus",
    "dt_edge",
    "dt_grow",
    "dt_hole_fill",
    "edge",
    "erosion_plus",
    "halftone",
    "hole_fill",
    "isolated",
    "junction",
    "logic_and",
    "logic_not",
    "remove_isolated",
    "shadow_west",
];

fn network(entry: &LibraryTemplate, max_steps: u64) -> Cellular {
    Cellular {
        name: entry.name.clone(),
        rows: ROWS,
        columns: COLUMNS,
        template: entry.template.clone(),
        model: if entry.discrete {
            Model::Discrete
        } else {
            Model::Clipped
        },
        boundary: Boundary::Fixed(-1.0),
        start: entry.start,
        max_steps,
        until_stable: !entry.timed,
        input: Vec::new(),
        second: Vec::new(),
    }
}

/// Black with a probability that differs from image to image, so that sparse and dense ones occur.
fn random_image(random: &mut SplitMix64) -> BinaryImage {
    let share = random.uniform();
    let black = (0..ROWS * COLUMNS)
        .map(|_| random.uniform() < share)
        .collect();
    BinaryImage {
        rows: ROWS,
        columns: COLUMNS,
        black,
    }
}

#[test]
fn the_library_is_complete() {
    let names: Vec<&str> = library().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, LISTED);
}

#[test]
fn every_binary_template_computes_its_definition() {
    let mut random = SplitMix64::new(3);
    for entry in library() {
        let mut compared = 0;
        for image in 0..40 {
            let (input, second) = (random_image(&mut random), random_image(&mut random));
            let steps = if entry.timed { 1 + image % 4 } else { 1000 };
            let Some(expected) = defined(&entry.name, &input, &second, steps) else {
                continue;
            };
            let run = network(entry, steps as u64).run(&input.to_values(), &second.to_values());
            assert_eq!(
                run.output,
                expected.to_values(),
                "{} on image {image}",
                entry.name
            );
            assert!(
                entry.timed || run.status == CellularStatus::Stable,
                "{}",
                entry.name
            );
            compared += 1;
        }
        assert!(compared == 40 || ["diffusion", "halftone"].contains(&entry.name.as_str()));
    }
}

#[test]
fn shrinking_is_growing_of_the_white() {
    let mut entry = library_template("dt_grow").unwrap().clone();
    entry.template.z = -4.0;
    let input = random_image(&mut SplitMix64::new(5));
    let mut network = network(&entry, 1);
    network.boundary = Boundary::Fixed(1.0);
    let white = BinaryImage {
        black: input.black.iter().map(|b| !b).collect(),
        ..input.clone()
    };
    let grown = defined("dt_grow", &white, &white, 1).unwrap();
    let expected: Vec<f64> = grown.to_values().iter().map(|value| -value).collect();
    assert_eq!(network.run(&input.to_values(), &[]).output, expected);
}

#[test]
fn diffusion_never_leaves_the_range_of_its_start() {
    let entry = library_template("diffusion").unwrap();
    let mut random = SplitMix64::new(11);
    let grey: Vec<f64> = (0..ROWS * COLUMNS)
        .map(|_| 1.4 * random.uniform() - 0.7)
        .collect();
    for boundary in [Boundary::ZeroFlux, Boundary::Periodic] {
        let mut network = network(entry, 1);
        network.boundary = boundary;
        let (mut low, mut high) = (-0.7, 0.7);
        let mut state = grey.clone();
        for _ in 0..60 {
            state = network.step(&state, &network.control(&[]));
            let next_low = state.iter().copied().fold(f64::INFINITY, f64::min);
            let next_high = state.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert!(next_low >= low - 1e-12 && next_high <= high + 1e-12);
            (low, high) = (next_low, next_high);
        }
        assert!(high - low < 0.3, "{boundary:?}: {low} .. {high}");
    }
}

#[test]
fn halftoning_keeps_the_mean_of_a_grey_area() {
    let entry = library_template("halftone").unwrap();
    let mut random = SplitMix64::new(13);
    for level in [-0.5, 0.0, 0.5] {
        let mut network = network(entry, 200);
        network.boundary = Boundary::Periodic;
        network.start = Start::Input;
        let cells = ROWS * COLUMNS;
        let grey: Vec<f64> = (0..cells)
            .map(|_| level + 0.02 * random.uniform())
            .collect();
        let output = network.run(&grey, &[]).output;
        let mean = output.iter().sum::<f64>() / cells as f64;
        assert!(
            (mean - level).abs() < 0.25,
            "mean {mean} of an area of {level}"
        );
        let extreme = output.iter().filter(|value| value.abs() > 0.99).count();
        assert!(
            extreme * 10 > cells * 8,
            "{extreme} of {cells} cells are black or white"
        );
    }
}

#[test]
fn the_euler_form_ends_where_the_clipped_form_does() {
    let mut random = SplitMix64::new(17);
    for name in ["edge", "hole_fill", "shadow_west", "erosion_plus"] {
        let entry = library_template(name).unwrap();
        let input = random_image(&mut random);
        let mut network = network(entry, 3000);
        network.model = Model::ChuaYang { step: 0.125 };
        let run = network.run(&input.to_values(), &input.to_values());
        let expected = defined(name, &input, &input, 0).unwrap();
        let found = BinaryImage::from_values(ROWS, COLUMNS, &run.output);
        assert_eq!(found, expected, "{name}");
        let bound = network.state_bound();
        assert!(run.state.iter().all(|x| x.abs() <= bound));
    }
}
