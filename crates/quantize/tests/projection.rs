//! Projection networks in integers: against an interior-point solver, against problems made around
//! their solution, and the gallery against what its problems mean.

use std::path::{Path, PathBuf};

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT,
};
use network::dynamics::{self, Ending, Moment};
use network::{Description, Dynamics, Level, Network, Projection, Tensor};
use program::{Executor, Program, Status};
use proptest::prelude::*;
use quantize::{Options, Quantized, dynamic, quantize, rounded};

fn built(description: &Description) -> (Projection, Quantized) {
    let network = Network::from_description(description).unwrap_or_else(|error| panic!("{error}"));
    let quantized = quantize(description, &network, &Options::default());
    let quantized = quantized.unwrap_or_else(|error| panic!("{error}"));
    match network {
        Network::Projection(network) => (network, quantized),
        _ => panic!("another kind"),
    }
}

fn parsed(text: &str) -> (Projection, Quantized) {
    let description = Description::parse(text, "p.toml", Path::new("."));
    built(&description.unwrap_or_else(|error| panic!("{error}\n{text}")))
}

/// The solution of the quadratic program `min x'Mx/2 + q'x` over the box, with the equations and
/// inequalities of a network, by the interior-point solver Clarabel.
fn interior_point(network: &Projection) -> Vec<f64> {
    let n = network.variables_of_problem();
    let upper = network
        .matrix
        .links()
        .filter(|(row, column, _)| row <= column && *column < n);
    let (mut rows, mut columns, mut values) = (vec![], vec![], vec![]);
    for (row, column, value) in upper {
        rows.push(row);
        columns.push(column);
        values.push(value);
    }
    let objective = CscMatrix::new_from_triplets(n, n, rows, columns, values);
    // Ax + s = b, with s = 0 for equations and s >= 0 for the others.
    let (mut rows, mut columns, mut values, mut right) = (vec![], vec![], vec![], vec![]);
    for row in n..network.units() {
        for (column, value) in network.matrix.row(row).filter(|(_, value)| *value != 0.0) {
            rows.push(right.len());
            columns.push(column);
            values.push(-value);
        }
        right.push(network.offset[row]);
    }
    for (sign, bounds) in [(-1.0, &network.lower), (1.0, &network.upper)] {
        for (column, bound) in bounds.iter().enumerate().take(n) {
            if bound.is_finite() {
                rows.push(right.len());
                columns.push(column);
                values.push(sign);
                right.push(sign * bound);
            }
        }
    }
    let constraints = CscMatrix::new_from_triplets(right.len(), n, rows, columns, values);
    let cones = [
        ZeroConeT(network.equations),
        NonnegativeConeT(right.len() - network.equations),
    ];
    let settings = DefaultSettings {
        verbose: false,
        tol_gap_abs: 1e-12,
        tol_gap_rel: 1e-12,
        tol_feas: 1e-12,
        ..DefaultSettings::default()
    };
    let linear = &network.offset[..n];
    let solver = DefaultSolver::new(&objective, linear, &constraints, &right, &cones, settings);
    let mut solver = solver.unwrap();
    solver.solve();
    let status = solver.solution.status;
    assert!(
        matches!(status, SolverStatus::Solved | SolverStatus::AlmostSolved),
        "{status:?}"
    );
    solver.solution.x
}

fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

fn length(of: &[f64]) -> f64 {
    of.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The end of a run in integers, from the description's first start.
fn in_integers(network: &Projection, program: &Program) -> (Status, Moment) {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in dynamic::loads(program, network, &network.starts()[0]) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    let run = executor.run().unwrap();
    let mut moment = Moment::new(&network.variables(), &vec![]);
    moment.values = dynamic::values(&executor, program, network);
    (run.status, moment)
}

/// The factor between the length of a residual and the distance from the solution.
fn factor(network: &Projection) -> f64 {
    let facts = network.facts(Level::Float).into_iter();
    let mut bounds = facts.filter(|fact| fact.name == "error_bound");
    bounds.next().and_then(|fact| fact.value).expect("a bound")
}

/// A random positive definite matrix of whole sixteenths, and numbers for the rest.
fn definite(n: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(-8i32..8, n), n).prop_map(move |b| {
        let dot = |x: &[i32], y: &[i32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<i32>();
        let value = |i: usize, j: usize| {
            f64::from(dot(&b[i], &b[j])) / 64.0 + if i == j { 1.0 } else { 0.0 }
        };
        (0..n)
            .map(|i| (0..n).map(|j| value(i, j)).collect())
            .collect()
    })
}

prop_compose! {
    fn programs()(n in 1usize..8)(
        m in definite(n),
        q in prop::collection::vec(-64i32..64, n),
        lower in prop::collection::vec(-16i32..1, n),
        upper in prop::collection::vec(1i32..16, n),
        relaxation in prop::sample::select(vec![1.0, 0.5]),
    ) -> String {
        let n = m.len();
        let eighths = |of: &[i32]| of.iter().map(|&v| f64::from(v) / 8.0).collect::<Vec<_>>();
        format!(
            "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"qp\"\nunits = {n}\n[weights]\n\
             m = {m:?}\nq = {:?}\n[bounds]\nlower = {:?}\nupper = {:?}\n[dynamics]\n\
             relaxation = {relaxation}\n[update]\nmax_steps = 5000\n",
            eighths(&q), eighths(&lower), eighths(&upper),
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// In real numbers the solver's solution; in integers as near as the residual that is left says
    /// (the fact `error_bound`), and that residual is as small as asked for, but for the last bits.
    #[test]
    fn a_solver_agrees(text in programs()) {
        let (mut network, quantized) = parsed(&(text + "tolerance = 0.01\n"));
        let solution = interior_point(&network);
        let (status, end) = in_integers(&network, &quantized.program);
        prop_assert_eq!(status, Status::Stable);
        let residual = length(&network.residual(end.of(0)));
        let distance = length(&end.of(0).iter().zip(&solution).map(|(x, y)| x - y).collect::<Vec<_>>());
        prop_assert!(distance <= factor(&network) * residual + 1e-7);
        let format = quantized.report.formats["state"];
        let state = format.value(1);
        let most = 0.01 + state * (1.0 + network.matrix.largest_row_sum());
        prop_assert!(residual <= (network.units() as f64).sqrt() * most, "{}", residual);
        network.stop.tolerance = 1e-9;
        network.stop.max_steps = 100_000;
        let run = dynamics::run(&network, &network.starts()[0], &mut |_| {});
        prop_assert_eq!(run.ending, Ending::Stable);
        prop_assert!(largest_distance(run.last.of(0), &solution) < 1e-6);
    }

    /// Where no word changes any more, `step (M x + q)` rounds to nothing between the bounds, and
    /// outwards at them: the residual is half a word over the step at most, and the distance from
    /// the solution is bounded with it. Half the fraction bits, twice the bits of the error.
    #[test]
    fn widths_have_a_stated_error(text in programs(), fraction in 4i32..13) {
        let text = text.replace("relaxation = 0.5", "relaxation = 1")
            + &format!("tolerance = 0\n[format]\nstate = \"s{}f{fraction}\"\n", fraction + 3);
        let (network, quantized) = parsed(&text);
        prop_assert!(quantized.report.exact, "{:?}", quantized.report.max_abs_error);
        let solution = interior_point(&network);
        let mut executor = Executor::new(&quantized.program).unwrap();
        for (vector, values) in dynamic::loads(&quantized.program, &network, &network.starts()[0]) {
            executor.load(vector, &values).unwrap();
        }
        executor.start().unwrap();
        executor.run().unwrap();
        let end = dynamic::values(&executor, &quantized.program, &network);
        let state = quantized.program.find("state").unwrap();
        if executor.before(state) == Some(executor.values(state)) {
            let word = (-f64::from(fraction)).exp2();
            let most = word / 2.0 / network.step.min(1.0);
            let residual = network.residual(&end[0]);
            prop_assert!(residual.iter().all(|r| r.abs() <= most + 1e-12), "{:?}", residual);
            let bound = factor(&network) * (network.units() as f64).sqrt() * most;
            prop_assert!(largest_distance(&end[0], &solution) <= bound + 1e-7);
        }
    }
}

prop_compose! {
    /// A complementarity problem made around its solution, in eighths: of x and Mx + q one is 0 in
    /// each row. M is positive definite, and not symmetric.
    fn complementarity()(n in 1usize..7)(
        m in definite(n),
        skew in prop::collection::vec(-8i32..8, n * n),
        x in prop::collection::vec(-16i32..16, n),
        method in prop::sample::select(vec!["projection", "extragradient"]),
    ) -> (String, Vec<f64>) {
        let n = m.len();
        let mut m = m;
        for i in 0..n {
            for j in 0..i {
                let by = f64::from(skew[i * n + j]) / 16.0;
                m[i][j] += by;
                m[j][i] -= by;
            }
        }
        let part = |sign: i32| -> Vec<f64> {
            x.iter().map(|x| f64::from((sign * x).max(0)) / 8.0).collect()
        };
        let (solution, slack) = (part(1), part(-1));
        let q: Vec<f64> = m.iter().zip(&slack).map(|(row, slack)| {
            slack - row.iter().zip(&solution).map(|(m, x)| m * x).sum::<f64>()
        }).collect();
        let text = format!(
            "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"lcp\"\nunits = {n}\n\
             [weights]\nm = {m:?}\nq = {q:?}\n[dynamics]\nmethod = \"{method}\"\n\
             [update]\nmax_steps = 5000\ntolerance = 0.01\n[data]\nsolution = {solution:?}\n"
        );
        (text, solution)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The integers end at rest, as near to the solution as the residual that they give out says.
    #[test]
    fn complementarity_problems_are_solved((text, solution) in complementarity()) {
        let (network, quantized) = parsed(&text);
        let (status, end) = in_integers(&network, &quantized.program);
        prop_assert_eq!(status, Status::Stable, "{}", text);
        let residual = network.residual(end.of(0));
        let apart: Vec<f64> = end.of(0).iter().zip(&solution).map(|(x, y)| x - y).collect();
        prop_assert!(length(&apart) <= factor(&network) * length(&residual) + 1e-9);
        // What is given out is the residual of the state before the last step, within its words.
        let word = quantized.report.formats["state"].value(1);
        let given_out = length(end.of(1));
        let most = 0.01 + word * (1.0 + network.matrix.largest_row_sum());
        prop_assert!(given_out <= (network.units() as f64).sqrt() * most, "{}", given_out);
    }
}

/// No x in the box is on the line: the integers spend their budget, and the residual that is given out
/// says why.
#[test]
fn a_program_without_a_solution_ends_by_its_budget() {
    let (network, quantized) = parsed(
        "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"qp\"\nunits = 2\n[weights]\n\
         m = [[1, 0], [0, 1]]\nq = [0, 0]\n[bounds]\nlower = 0\nupper = 1\n\
         [equality]\na = [[1, 1]]\nb = [3]\n[update]\nmax_steps = 200\n",
    );
    let (status, end) = in_integers(&network, &quantized.program);
    assert_eq!(status, Status::Budget);
    // The box goes as far as x + y = 2: 1 is missing, in the row of the equation.
    assert_eq!(end.of(1)[2], 1.0);
    let answer = network.answer(&end).unwrap();
    assert!(!answer.valid);
    assert!(
        answer
            .lines
            .contains(&"equations: off by at most 1".to_owned()),
        "{answer:?}"
    );
}

/// A projection network with its numbers after rounding makes the steps of the integers, up to the
/// rounding of the state.
#[test]
fn the_rounded_network_is_that_of_the_integers() {
    for path in gallery() {
        let description = Description::load(&path).unwrap();
        let (network, quantized) = built(&description);
        let program = &quantized.program;
        let whole = rounded(&Network::Projection(network.clone()), program).unwrap();
        let Network::Projection(whole) = whole else {
            panic!()
        };
        assert_eq!(
            (whole.units(), whole.method),
            (network.units(), network.method)
        );
        let word = quantized.report.formats["state"].value(1);
        let mut executor = Executor::new(program).unwrap();
        for (vector, values) in dynamic::loads(program, &whole, &network.starts()[0]) {
            executor.load(vector, &values).unwrap();
        }
        executor.start().unwrap();
        for _ in 0..20 {
            let mut moment = Moment::new(&whole.variables(), &vec![]);
            moment.values = dynamic::values(&executor, program, &whole);
            whole.step(&mut moment);
            executor.step().unwrap();
            let found = dynamic::values(&executor, program, &whole);
            // The prediction is rounded before M is applied to it.
            let most = word * (0.5 + whole.step * whole.matrix.largest_row_sum());
            assert!(
                largest_distance(moment.of(0), &found[0]) <= most,
                "{}",
                path.display()
            );
            assert!(
                largest_distance(moment.of(1), &found[1]) <= word,
                "{}",
                path.display()
            );
        }
    }
}

fn gallery() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/projection");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    all.sort();
    assert!(all.len() >= 5);
    all
}

fn example(name: &str) -> (Projection, Quantized) {
    let path = gallery()
        .into_iter()
        .find(|path| path.ends_with(name))
        .unwrap();
    built(&Description::load(path).unwrap())
}

/// What is written beside a problem as its solution is one: in real numbers the run goes there, the
/// integers end within 1/256 of the largest of it, at rest; and the facts say that it had to be.
#[test]
fn the_gallery_is_solved() {
    for path in gallery() {
        let (network, quantized) = built(&Description::load(&path).unwrap());
        let solution = network.solution.clone().unwrap();
        let at = path.display();
        for facts in [
            network.facts(Level::Float),
            rounded(&Network::Projection(network.clone()), &quantized.program)
                .unwrap()
                .dynamics()
                .unwrap()
                .facts(Level::Integer),
        ] {
            let solves = facts
                .iter()
                .find(|fact| fact.name == "always_solves")
                .unwrap();
            assert_eq!(solves.holds, Some(true), "{at}: {facts:#?}");
        }
        let mut precise = network.clone();
        precise.stop.tolerance = 1e-10;
        precise.stop.max_steps = 1_000_000;
        let run = dynamics::run(&precise, &network.starts()[0], &mut |_| {});
        assert_eq!(run.ending, Ending::Stable, "{at}");
        assert!(largest_distance(run.last.of(0), &solution) < 1e-6, "{at}");
        let (status, end) = in_integers(&network, &quantized.program);
        let largest = solution.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let largest = run
            .last
            .of(0)
            .iter()
            .fold(largest, |most, x| most.max(x.abs()));
        let distance = largest_distance(end.of(0), &solution);
        println!(
            "{at}: {:?} {distance:.2e} from the solution",
            quantized.report.formats["state"]
        );
        assert_eq!(status, Status::Stable, "{at}");
        assert!(distance <= largest / 256.0, "{at}: {distance}");
        let tried = quantized.report.tried.last().unwrap();
        assert!(
            tried.loses_nothing && (distance - tried.score).abs() < 1e-12
                || tried.score >= distance
        );
    }
}

#[test]
fn an_interior_point_solver_confirms_the_quadratic_programs() {
    // The string's matrix is symmetric: it lies where its energy is least.
    for name in ["trolley.toml", "four_nine.toml", "string.toml"] {
        let (network, quantized) = example(name);
        let found = interior_point(&network);
        let solution = network.solution.clone().unwrap();
        assert!(
            largest_distance(&found, &solution) < 1e-8,
            "{name}: {found:?}"
        );
        let (_, end) = in_integers(&network, &quantized.program);
        let gap = network.objective(end.of(0)) - network.objective(&found);
        println!("{name}: objective {gap:.2e} above that of the solver");
        assert!(gap.abs() < 1e-3, "{name}: {gap}");
    }
}

/// The machine tells most of the other images of 4 and 9 apart, and its matrix is what it is said to
/// be.
#[test]
fn four_and_nine_are_told_apart() {
    let (network, quantized) = example("four_nine.toml");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/digits");
    let images = Tensor::load(&file, "digits.csv").unwrap();
    let of = |digit: f64| -> Vec<Vec<f64>> {
        let rows = images.values.chunks(65).filter(|row| row[64] == digit);
        rows.map(|row| row[..64].iter().map(|value| value / 16.0).collect())
            .collect()
    };
    let (fours, nines) = (of(4.0), of(9.0));
    let known: Vec<(&Vec<f64>, f64)> = fours[..8]
        .iter()
        .map(|image| (image, 1.0))
        .chain(nines[..8].iter().map(|image| (image, -1.0)))
        .collect();
    let alike = |a: &[f64], b: &[f64]| {
        let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
        (-apart / 8.0).exp()
    };
    for (i, (one, sign)) in known.iter().enumerate() {
        for (j, (other, other_sign)) in known.iter().enumerate() {
            let value = (256.0 * alike(one, other)).round() / 2048.0 * sign * other_sign;
            assert_eq!(network.matrix.get(i, j), value, "{i}, {j}");
        }
    }
    let (_, end) = in_integers(&network, &quantized.program);
    let weights = end.of(0);
    // The program is divided by 8, and its equation by 8 again.
    let threshold = weights[16];
    let decides = |image: &[f64]| {
        let terms = known.iter().zip(weights);
        let sum: f64 = terms
            .map(|((of, sign), a)| a * sign * alike(of, image))
            .sum();
        sum + threshold > 0.0
    };
    let right = fours[8..].iter().filter(|image| decides(image)).count()
        + nines[8..].iter().filter(|image| !decides(image)).count();
    let all = fours.len() + nines.len() - 16;
    println!("{right} of {all} other images are told");
    assert!(right * 100 >= all * 93, "{right} of {all}");
}

/// Whoever moves takes a best route: J. G. Wardrop, Proceedings of the Institution of Civil Engineers
/// 1 (1952) 325. Times are computed from the roads, not from the matrix.
#[test]
fn nobody_saves_time_by_another_route() {
    let (network, quantized) = example("traffic.toml");
    let (_, end) = in_integers(&network, &quantized.program);
    let x = end.of(0);
    let (cars, lorries) = (&x[..3], &x[3..6]);
    let [s_a, s_b, a_t, b_t, a_b] = [
        |f: [f64; 3]| f[0] + f[2],
        |f: [f64; 3]| f[1],
        |f: [f64; 3]| f[0],
        |f: [f64; 3]| f[1] + f[2],
        |f: [f64; 3]| f[2],
    ];
    let of = |all: &[f64]| -> [f64; 3] { [all[0], all[1], all[2]] };
    for (kind, flows) in [(0, cars), (1, lorries)] {
        let time = |road: fn([f64; 3]) -> f64, fixed: f64, slope: f64| {
            let (f, g) = (road(of(cars)), road(of(lorries)));
            match kind {
                0 => fixed + slope * (f + 2.0 * g),
                _ => 1.25 * fixed + slope * (1.25 * f + 3.0 * g),
            }
        };
        let times = [
            time(s_a, 0.0, 1.0) + time(a_t, 5.0, 0.125),
            time(s_b, 5.0, 0.125) + time(b_t, 0.0, 1.0),
            time(s_a, 0.0, 1.0) + time(a_b, 1.0, 0.125) + time(b_t, 0.0, 1.0),
        ];
        let best = times.iter().copied().fold(f64::INFINITY, f64::min);
        for (flow, time) in flows.iter().zip(times) {
            assert!(
                *flow <= 0.02 || time <= best + 0.05,
                "{flow} takes {time}, best {best}"
            );
        }
        let all: f64 = flows.iter().sum();
        assert!((all - [4.0, 1.0][kind]).abs() < 0.01, "{all}");
    }
}

/// Both sides of the game are indifferent: no kick is better for the kicker, no jump for the keeper.
#[test]
fn no_kick_and_no_jump_is_better() {
    let (network, quantized) = example("penalties.toml");
    let (_, end) = in_integers(&network, &quantized.program);
    let x = end.of(0);
    let value = 1.0 / (x[0] + x[1]);
    let goals = [[0.5830, 0.9497], [0.9291, 0.6992]];
    let keeper = [x[2] / (x[2] + x[3]), x[3] / (x[2] + x[3])];
    for row in goals {
        let share: f64 = row.iter().zip(keeper).map(|(goal, y)| goal * y).sum();
        assert!((share - value).abs() < 0.005, "{share}, {value}");
    }
    let kicker = [x[0] * value, x[1] * value];
    assert!(
        (kicker[0] - 0.3854).abs() < 0.005 && (keeper[0] - 0.4199).abs() < 0.005,
        "{x:?}"
    );
}

#[test]
fn bounds_are_never_crossed_by_rounding_them() {
    // A third and its half have no words; a single point between two words is the word next to it.
    let (network, quantized) = parsed(
        "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"qp\"\nunits = 3\n[weights]\n\
         m = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]\nq = [-9, 9, 0]\n[bounds]\n\
         lower = [-1, -0.33333, 0.3]\nupper = [0.33333, 1, 0.3]\n[format]\nstate = \"s6f3\"\n",
    );
    let (_, end) = in_integers(&network, &quantized.program);
    assert_eq!(end.of(0), [0.25, -0.25, 0.25]);
    let refused = Description::parse(
        "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"qp\"\nunits = 1\n[weights]\n\
         m = [[1]]\nq = [0]\n[bounds]\nupper = 9\n[format]\nstate = \"s6f3\"\n",
        "p.toml",
        Path::new("."),
    )
    .unwrap();
    let network = Network::from_description(&refused).unwrap();
    let error = quantize(&refused, &network, &Options::default()).unwrap_err();
    assert!(
        error.to_string().contains("the bound 9 is outside"),
        "{error}"
    );
}
