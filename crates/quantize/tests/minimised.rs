//! Problems of the gallery, and the cut of a large torus, solved in integers: what is found is held
//! against the best there is.

use std::path::{Path, PathBuf};

use network::combinatorial::{Graph, Instance, Qubo, Tour};
use network::dynamics::{Answer, Moment};
use network::noise::replica_seed;
use network::{Description, Dynamics, Network};
use program::{Executor, Program, Role};
use quantize::dynamic::{loads, values};
use quantize::{Options, quantize};
use rayon::prelude::*;

fn gallery(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/optimisation");
    folder.join(format!("{name}.toml"))
}

fn instance(network: &Network) -> Instance {
    let minimisation = match network {
        Network::Annealed(network) => &network.minimisation,
        Network::Bifurcation(network) => &network.minimisation,
        Network::Chaotic(network) => &network.minimisation,
        _ => panic!("it minimises nothing"),
    };
    minimisation.instance.clone().unwrap()
}

/// The answer of the lowest energy of so many replicas in integers, each with noise of its own.
fn best_of(program: &Program, network: &dyn Dynamics, replicas: usize) -> Answer {
    let end = |number: usize| {
        let mut program = program.clone();
        for vector in &mut program.vectors {
            if let Role::Noise { seed } = &mut vector.role {
                *seed = replica_seed(*seed, number);
            }
        }
        let mut executor = Executor::new(&program).unwrap();
        for (vector, values) in loads(&program, network, &network.replica(number)) {
            executor.load(vector, &values).unwrap();
        }
        executor.start().unwrap();
        executor.run().unwrap();
        let mut moment = Moment::new(&network.variables(), &vec![]);
        moment.values = values(&executor, &program, network);
        (
            network.energy(&moment).unwrap(),
            network.answer(&moment).unwrap(),
        )
    };
    let ends: Vec<(f64, Answer)> = (0..replicas).into_par_iter().map(end).collect();
    let lowest = ends
        .into_iter()
        .reduce(|best, next| if next.0 < best.0 { next } else { best });
    lowest.unwrap().1
}

fn solved(path: &Path, replicas: usize) -> (Instance, Answer) {
    let description = Description::load(path).unwrap_or_else(|error| panic!("{error}"));
    let network = Network::from_description(&description).unwrap();
    let quantized = quantize(&description, &network, &Options::default()).unwrap();
    let answer = best_of(&quantized.program, network.dynamics().unwrap(), replicas);
    println!("{}: {} {}", path.display(), answer.measure, answer.value);
    (instance(&network), answer)
}

/// The heaviest cut of a torus whose vertices are numbered row by row, each row a ring: row after
/// row, for each first row the best cut that ends in each last row. Rows and columns are 3 at
/// least.
fn heaviest_cut(graph: &Graph, columns: usize) -> f64 {
    let rows = graph.vertices() / columns;
    let states = 1usize << columns;
    // The weights to the next vertex in a row (around it), and in a column.
    let mut along = vec![vec![0.0; columns]; rows];
    let mut down = vec![vec![0.0; columns]; rows];
    for edge in graph.edges() {
        let [a, b] = edge.ends;
        let (row_a, row_b, column) = (a / columns, b / columns, a % columns);
        if row_a == row_b {
            let other = b % columns;
            let first = if (column + 1) % columns == other {
                column
            } else {
                other
            };
            along[row_a][first] = edge.weight;
        } else {
            let first = if (row_a + 1) % rows == row_b {
                row_a
            } else {
                row_b
            };
            down[first][column] = edge.weight;
        }
    }
    let within = |row: usize, state: usize| -> f64 {
        let cut = |c: usize| (state >> c ^ state >> ((c + 1) % columns)) & 1 == 1;
        (0..columns)
            .filter(|&c| cut(c))
            .map(|c| along[row][c])
            .sum()
    };
    let from = |first: usize| {
        let mut best = vec![f64::NEG_INFINITY; states];
        best[first] = within(0, first);
        for row in 1..rows {
            // One column after another gives way to that of the next row.
            for (column, weight) in down[row - 1].iter().enumerate() {
                let before = best.clone();
                for (state, best) in best.iter_mut().enumerate() {
                    let other = before[state ^ 1 << column] + weight;
                    *best = before[state].max(other);
                }
            }
            for (state, best) in best.iter_mut().enumerate() {
                *best += within(row, state);
            }
        }
        let close = |(last, best): (usize, f64)| {
            let cut = (0..columns).filter(|c| (first ^ last) >> c & 1 == 1);
            best + cut.map(|c| down[rows - 1][c]).sum::<f64>()
        };
        best.into_iter()
            .enumerate()
            .map(close)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    // A cut and its complement are one: the first vertex may stay where it is.
    let firsts = (0..states / 2).into_par_iter();
    firsts.map(from).reduce(|| f64::NEG_INFINITY, f64::max)
}

#[test]
fn the_torus_of_the_gallery() {
    let (Instance::MaxCut(problem), answer) = solved(&gallery("torus"), 20) else {
        panic!("no cut")
    };
    assert_eq!(answer.value, heaviest_cut(&problem.graph, 6));
}

/// Simulated bifurcation in words of a few bits, on graphs as large as G11.
fn cut_of(graph: &str, columns: usize) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("graph.txt"), graph).unwrap();
    let text = "[network]\nkind = \"simulated_bifurcation\"\nname = \"graph\"\n\
                [problem]\nkind = \"max_cut\"\nfile = \"graph.txt\"\n\
                [dynamics]\nform = \"discrete\"\n[format]\nstate = \"s6f4\"\n\
                [update]\nmax_steps = 1000\n";
    let path = folder.path().join("graph.toml");
    std::fs::write(&path, text).unwrap();
    let (Instance::MaxCut(problem), answer) = solved(&path, 20) else {
        panic!("no cut")
    };
    (answer.value, heaviest_cut(&problem.graph, columns))
}

/// The text of G11, where a checkout of the data stands beside one of the folders above this.
fn g11() -> Option<String> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut files = above.map(|folder| folder.join("shared/data/gset/G11.txt"));
    files.find_map(|file| std::fs::read_to_string(file).ok())
}

#[test]
fn g11_in_integers_comes_to_560_of_564() {
    let Some(text) = g11() else {
        println!("skipped: shared/data/gset/G11.txt is not beside the project");
        return;
    };
    let (found, best) = cut_of(&text, 8);
    assert_eq!(best, 564.0);
    assert!(found >= 560.0, "{found}");
}

#[test]
fn a_torus_as_large_as_g11_in_integers() {
    let graph = network::combinatorial::torus(100, 8, 7).unwrap();
    let (found, best) = cut_of(&graph.gset_text(), 8);
    assert!(found >= best * 560.0 / 564.0, "{found} of {best}");
}

/// The length of the shortest tour: M. Held, R. M. Karp, Journal of the Society for Industrial and
/// Applied Mathematics 10 (1962) 196.
fn shortest(tour: &Tour) -> f64 {
    let cities = tour.cities() - 1;
    let way = |a: usize, b: usize| tour.distances[a][b];
    let sets = 1usize << cities;
    let mut best = vec![vec![f64::INFINITY; cities]; sets];
    for city in 0..cities {
        best[1 << city][city] = way(0, city + 1);
    }
    for set in 1..sets {
        for last in (0..cities).filter(|last| set >> last & 1 == 1) {
            for next in (0..cities).filter(|next| set >> next & 1 == 0) {
                let length = best[set][last] + way(last + 1, next + 1);
                let place = &mut best[set | 1 << next][next];
                *place = place.min(length);
            }
        }
    }
    let closed = (0..cities).map(|last| best[sets - 1][last] + way(last + 1, 0));
    closed.fold(f64::INFINITY, f64::min)
}

#[test]
fn the_tour_of_the_gallery_is_the_shortest() {
    let (Instance::Tour(tour), answer) = solved(&gallery("cities"), 40) else {
        panic!("no tour")
    };
    assert!(answer.valid, "{answer:?}");
    assert!((answer.value - shortest(&tour)).abs() < 1e-9, "{answer:?}");
}

#[test]
fn the_queens_of_the_gallery_do_not_attack() {
    let (_, answer) = solved(&gallery("queens"), 4);
    assert_eq!((answer.value, answer.valid), (0.0, true));
    assert_eq!(answer.lines.len(), 8);
}

#[test]
fn the_map_of_the_gallery_is_coloured() {
    let (Instance::Colouring(problem), answer) = solved(&gallery("australia"), 4) else {
        panic!("no colouring")
    };
    assert!(answer.valid, "{answer:?}");
    let colour = |vertex: usize| answer.lines[vertex].rsplit(' ').next().unwrap();
    for edge in problem.graph.edges() {
        let [a, b] = edge.ends;
        assert_ne!(colour(a), colour(b), "{answer:?}");
    }
}

#[test]
fn the_talks_of_the_gallery_are_the_best() {
    let (Instance::Qubo(problem), answer) = solved(&gallery("talks"), 20) else {
        panic!("no QUBO")
    };
    let bits = problem.binary().bits();
    let value = |problem: &Qubo, pattern: usize| {
        let bits: Vec<bool> = (0..bits).map(|bit| pattern >> bit & 1 == 1).collect();
        problem.binary().value(&bits)
    };
    let all = (0..1usize << bits).map(|pattern| value(&problem, pattern));
    assert_eq!(answer.value, all.fold(f64::INFINITY, f64::min));
}
