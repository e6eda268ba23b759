//! Mapped problems: every ground state of a small instance, found by looking at all states, reads
//! back as a best answer.

use std::path::Path;

use network::combinatorial::{Instance, MaxCut, Tour, TourMapping, torus};
use network::description::{ProblemSection, ProblemWord};
use network::noise::SplitMix64;

/// The patterns of the lowest energy.
fn ground_states(instance: &Instance) -> Vec<Vec<bool>> {
    let model = instance.mapped().model;
    let units = model.units();
    assert!(units <= 16, "{units} units");
    let (mut lowest, mut all) = (f64::INFINITY, vec![]);
    for pattern in 0..1u32 << units {
        let bits: Vec<bool> = (0..units).map(|unit| pattern >> unit & 1 == 1).collect();
        let spins: Vec<f64> = bits.iter().map(|&b| if b { 1.0 } else { -1.0 }).collect();
        let energy = model.energy(&spins);
        if energy < lowest - 1e-9 {
            (lowest, all) = (energy, vec![]);
        }
        if energy <= lowest + 1e-9 {
            all.push(bits);
        }
    }
    all
}

/// The best answers are exactly the ground states, and have this measure.
fn all_are(instance: &Instance, best: f64, count: Option<usize>) {
    let states = ground_states(instance);
    assert!(!states.is_empty());
    for bits in &states {
        let answer = instance.answer(bits);
        assert!(answer.valid, "{} {answer:?}", instance.title());
        assert!(
            (answer.value - best).abs() < 1e-9,
            "{} {answer:?}",
            instance.title()
        );
        let mapped = instance.mapped();
        let spins: Vec<f64> = bits.iter().map(|&b| if b { 1.0 } else { -1.0 }).collect();
        if !matches!(instance, Instance::Tour(_)) {
            let objective = mapped.objective(mapped.model.energy(&spins));
            assert!((objective - best).abs() < 1e-9);
        }
    }
    if let Some(count) = count {
        assert_eq!(states.len(), count, "{}", instance.title());
    }
}

fn section(kind: ProblemWord) -> ProblemSection {
    ProblemSection::of(kind)
}

fn from_text(mut section: ProblemSection, text: &str) -> Instance {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("problem.txt"), text).unwrap();
    section.file = Some("problem.txt".into());
    Instance::from_section(&section, folder.path()).unwrap()
}

#[test]
fn the_heaviest_cuts() {
    // A ring of five: all but one edge; five places for that edge, and the sides swapped.
    let ring = "5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n5 1 1\n";
    all_are(
        &from_text(section(ProblemWord::MaxCut), ring),
        4.0,
        Some(10),
    );
    let named = "# two couples\nann bob 3\nbob cleo -1\ncleo dan 2.5\n";
    all_are(
        &from_text(section(ProblemWord::MaxCut), named),
        5.5,
        Some(2),
    );
    for seed in 1..=6 {
        let graph = torus(3, 4, seed).unwrap();
        let best = best_cut(&MaxCut {
            graph: graph.clone(),
        });
        all_are(&Instance::MaxCut(MaxCut { graph }), best, None);
    }
}

/// By looking at all cuts.
fn best_cut(problem: &MaxCut) -> f64 {
    let vertices = problem.graph.vertices();
    let cut = |pattern: u32| {
        let edges = problem.graph.edges().iter();
        let between = edges.filter(|edge| {
            let [a, b] = edge.ends;
            (pattern >> a ^ pattern >> b) & 1 == 1
        });
        between.map(|edge| edge.weight).sum::<f64>()
    };
    (0..1u32 << vertices)
        .map(cut)
        .fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn functions_of_bits() {
    let text = "c three bits\np qubo 0 3 3 2\n0 0 -2\n1 1 -3\n2 2 1\n0 1 4\n1 2 -2\n";
    // x1 alone with x2: -3 + 1 - 2 = -4.
    all_are(&from_text(section(ProblemWord::Qubo), text), -4.0, Some(1));
    let plain = "0 0 -1\n1 1 -1\n0 1 2\n";
    all_are(&from_text(section(ProblemWord::Qubo), plain), -1.0, Some(2));
}

#[test]
fn queens_on_small_boards() {
    let board = |size: usize| {
        let mut section = section(ProblemWord::Queens);
        section.size = Some(size);
        Instance::from_section(&section, Path::new("")).unwrap()
    };
    all_are(&board(1), 0.0, Some(1));
    all_are(&board(4), 0.0, Some(2));
}

#[test]
fn colourings() {
    let coloured = |colours: usize, text: &str| {
        let mut section = section(ProblemWord::Colouring);
        section.colours = Some(colours);
        from_text(section, text)
    };
    let square = "p edge 4 5\ne 1 2\ne 2 3\ne 3 4\ne 4 1\ne 1 3\n";
    all_are(&coloured(3, square), 0.0, Some(6));
    // Four vertices, all neighbours, and three colours: one conflict is left, but each has one
    // colour.
    let all = "a b\na c\na d\nb c\nb d\nc d\n";
    let instance = coloured(3, all);
    for bits in ground_states(&instance) {
        let answer = instance.answer(&bits);
        assert_eq!((answer.value, answer.valid), (1.0, false));
        assert!(answer.lines.iter().all(|line| !line.contains("colours")));
    }
}

fn shortest(tour: &Tour) -> f64 {
    fn rest(tour: &Tour, at: usize, left: &[usize]) -> f64 {
        if left.is_empty() {
            return tour.distances[at][0];
        }
        let next = left.iter().map(|&city| {
            let others: Vec<usize> = left
                .iter()
                .copied()
                .filter(|&other| other != city)
                .collect();
            tour.distances[at][city] + rest(tour, city, &others)
        });
        next.fold(f64::INFINITY, f64::min)
    }
    rest(tour, 0, &(1..tour.cities()).collect::<Vec<_>>())
}

#[test]
fn shortest_tours_whatever_the_distances() {
    let mut random = SplitMix64::new(8);
    for round in 0..60 {
        let (cities, mapping) = match round % 3 {
            0 => (4, TourMapping::OneHot),
            1 => (5, TourMapping::OneHot),
            _ => (4, TourMapping::HopfieldTank),
        };
        // Some of them far apart, some at one place, some ways longer in one direction.
        let spread = [3, 12, 200][random.below(3)];
        let distance = |a: usize, b: usize, random: &mut SplitMix64| match a == b {
            true => 0.0,
            false => (random.below(spread) * random.below(2)) as f64 + random.below(3) as f64,
        };
        let rows = (0..cities).map(|a| {
            let row = (0..cities).map(|b| distance(a, b, &mut random));
            row.collect::<Vec<_>>()
        });
        let rows: Vec<Vec<f64>> = rows.collect();
        let names = (0..cities).map(|city| format!("c{city}")).collect();
        let tour = Tour::new(names, rows, (None, Some(mapping), None));
        let best = shortest(&tour);
        assert!(tour.penalties().iter().all(|penalty| penalty.is_enough()));
        all_are(&Instance::Tour(tour), best, None);
    }
}

/// The other bound of the penalty, which counts for many cities.
#[test]
fn twice_the_largest_distance_is_enough_for_a_tour() {
    let mut random = SplitMix64::new(9);
    for round in 0..40 {
        let cities = 4 + round % 2;
        let rows = (0..cities).map(|a| {
            let row = (0..cities).map(|b| if a == b { 0.0 } else { random.below(7) as f64 });
            row.collect::<Vec<_>>()
        });
        let rows: Vec<Vec<f64>> = rows.collect();
        let largest = rows.iter().flatten().fold(0.0, |most: f64, d| most.max(*d));
        let names = (0..cities).map(|city| format!("c{city}")).collect();
        let penalty = Some(2.0 * largest + 0.5);
        let tour = Tour::new(names, rows, (Some(1.0), None, penalty));
        let best = shortest(&tour);
        all_are(&Instance::Tour(tour), best, None);
    }
}

#[test]
fn a_penalty_that_is_too_small_lets_go_of_a_city() {
    let rows = [[0.0, 9.0, 9.0], [9.0, 0.0, 9.0], [9.0, 9.0, 0.0]].map(|row| row.to_vec());
    let names = ["a", "b", "c"].map(String::from);
    let tour = Tour::new(names.into(), rows.into(), (None, None, Some(2.0)));
    assert!(!tour.penalties()[0].is_enough());
    let instance = Instance::Tour(tour);
    let states = ground_states(&instance);
    assert!(states.iter().any(|bits| !instance.answer(bits).valid));
}

#[test]
fn coordinates_become_distances_and_names() {
    let text = "# a square\nNW, 0, 1\nNE, 1, 1\nSE, 1, 0\nSW, 0, 0\n";
    let instance = from_text(section(ProblemWord::Tsp), text);
    let Instance::Tour(tour) = &instance else {
        panic!("no tour")
    };
    assert_eq!(tour.names, ["NW", "NE", "SE", "SW"]);
    assert!((tour.distances[0][2] - 2f64.sqrt()).abs() < 1e-12);
    // NE, SE, SW at positions 1, 2, 3.
    let bits = [true, false, false, false, true, false, false, false, true];
    let answer = instance.answer(&bits);
    assert_eq!((answer.value, answer.valid), (4.0, true));
    assert_eq!(answer.lines, ["NW - NE - SE - SW"]);
    let broken = [true, false, false, false, false, false, false, false, true];
    assert!(!instance.answer(&broken).valid);
}
