//! Projection networks against problems that are made around their solution.

use std::path::Path;

use network::dynamics::{Dynamics, Ending, Trajectory, run};
use network::{Description, Level, Network, Projection};
use proptest::prelude::*;

/// The lines of a description; whatever is not given stands as in the default.
#[derive(Default)]
struct Described {
    problem: &'static str,
    m: Vec<Vec<f64>>,
    q: Vec<f64>,
    more: String,
}

impl Described {
    fn text(&self) -> String {
        let (problem, units) = (self.problem, self.q.len());
        format!(
            "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"{problem}\"\nunits = {units}\n\
             [weights]\nm = {:?}\nq = {:?}\n{}",
            self.m, self.q, self.more
        )
    }

    fn network(&self) -> Projection {
        let text = self.text();
        let built = Description::parse(&text, "p.toml", Path::new("."))
            .and_then(|description| Network::from_description(&description));
        match built {
            Ok(Network::Projection(network)) => network,
            Ok(_) => panic!("another kind"),
            Err(error) => panic!("{error}\n{text}"),
        }
    }
}

/// Up to so many steps, to a residual of 1e-9.
const TO_THE_END: &str = "[update]\nmax_steps = 200000\ntolerance = 1e-9\n";

fn solve(network: &Projection) -> Trajectory {
    let start = network.starts().remove(0);
    run(network, &start, &mut |moment| {
        let bounds = network.lower.iter().zip(&network.upper);
        let state = moment.of(0).iter().zip(bounds);
        for (x, (lower, upper)) in state {
            assert!(
                lower <= x && x <= upper,
                "{x} outside of {lower} .. {upper}"
            );
        }
    })
}

fn holds(network: &Projection, name: &str) -> Option<bool> {
    let facts = network.facts(Level::Float);
    let fact = facts.iter().find(|fact| fact.name == name);
    fact.unwrap_or_else(|| panic!("no fact {name}")).holds
}

/// `B B' + I`, of at most `size` rows: positive definite.
fn definite(size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Vec<f64>>> {
    size.prop_flat_map(|n| prop::collection::vec(prop::collection::vec(-1.0f64..1.0, n), n))
        .prop_map(|b| {
            let dot =
                |x: &Vec<f64>, y: &Vec<f64>| -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
            let row = |(i, x)| {
                let one = |(j, y)| dot(x, y) + if i == j { 1.0 } else { 0.0 };
                b.iter().enumerate().map(one).collect()
            };
            b.iter().enumerate().map(row).collect()
        })
}

/// A matrix plus one whose transpose is its negative.
fn skewed(m: &[Vec<f64>], by: f64) -> Vec<Vec<f64>> {
    let row = |(i, row): (usize, &Vec<f64>)| {
        let one = |(j, value): (usize, &f64)| value + by * (j as f64 - i as f64).clamp(-2.0, 2.0);
        row.iter().enumerate().map(one).collect()
    };
    m.iter().enumerate().map(row).collect()
}

fn times(m: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    let row = |row: &Vec<f64>| row.iter().zip(x).map(|(m, x)| m * x).sum();
    m.iter().map(row).collect()
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn length(of: &[f64]) -> f64 {
    of.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The distance of the end from the solution is within the bound of the residual that is a fact, and
/// small.
fn ends_at(network: &Projection, end: &Trajectory, solution: &[f64]) {
    assert_eq!(end.ending, Ending::Stable);
    let state = end.last.of(0);
    let apart = length(&minus(&state[..solution.len()], solution));
    assert!(apart < 1e-6, "{apart} from the solution");
    let facts = network.facts(Level::Float);
    if let Some(fact) = facts.iter().find(|fact| fact.name == "error_bound") {
        let most = fact.value.unwrap() * length(&network.residual(state));
        assert!(apart <= most + 1e-12, "{apart}, at most {most}");
    }
    assert!(network.answer(&end.last).unwrap().valid);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// `x` at its lower bound where the gradient is above 0, at its upper where it is below.
    #[test]
    fn quadratic_programs_in_a_box(
        m in definite(1..9),
        x in prop::collection::vec(0..3usize, 8),
        gradient in prop::collection::vec(0.05f64..2.0, 8),
    ) {
        let n = m.len();
        let solution: Vec<f64> = x[..n].iter().enumerate().map(|(i, &at)| match at {
            0 => -1.0,
            1 => 2.0,
            _ => gradient[i] - 0.5,
        }).collect();
        let slope: Vec<f64> = x[..n].iter().zip(&gradient).map(|(&at, g)| match at {
            0 => *g,
            1 => -g,
            _ => 0.0,
        }).collect();
        let network = Described {
            problem: "qp",
            q: minus(&slope, &times(&m, &solution)),
            m,
            more: format!("[bounds]\nlower = -1\nupper = 2\n{TO_THE_END}"),
        }.network();
        prop_assert_eq!(holds(&network, "always_solves"), Some(true));
        let end = solve(&network);
        ends_at(&network, &end, &solution);
        for pair in end.energy.windows(2) {
            prop_assert!(pair[1] <= pair[0] + 1e-12 * pair[0].abs().max(1.0), "{:?}", pair);
        }
    }

    /// Of x and Mx + q, one is 0 in each row; M is not symmetric.
    #[test]
    fn complementarity_problems(
        m in definite(1..9),
        by in -1.0f64..1.0,
        x in prop::collection::vec(-2.0f64..2.0, 8),
        relaxation in prop::sample::select(vec![1.0, 0.5, 0.75]),
    ) {
        let m = skewed(&m, by);
        let x = &x[..m.len()];
        let solution: Vec<f64> = x.iter().map(|x| x.max(0.0)).collect();
        let slack: Vec<f64> = x.iter().map(|x| (-x).max(0.0)).collect();
        let network = Described {
            problem: "lcp",
            q: minus(&slack, &times(&m, &solution)),
            m,
            more: format!("[dynamics]\nrelaxation = {relaxation}\n{TO_THE_END}"),
        }.network();
        prop_assert_eq!(holds(&network, "always_solves"), Some(true));
        ends_at(&network, &solve(&network), &solution);
    }

    /// The gradient is a combination of the constraints' rows: with multipliers of any sign for the
    /// equation, not below 0 for the inequality, which is active, and 0 for the one that is not.
    #[test]
    fn quadratic_programs_with_constraints(
        m in definite(3..6),
        x in prop::collection::vec(-1.0f64..1.0, 6),
        rows in prop::collection::vec(prop::collection::vec(-1.0f64..1.0, 6), 3),
        multipliers in (-1.0f64..1.0, 0.1f64..1.0),
    ) {
        let n = m.len();
        let rows: Vec<Vec<f64>> = rows.into_iter().enumerate().map(|(at, mut row)| {
            row.truncate(n);
            row[at] += if row[at] < 0.0 { -1.5 } else { 1.5 };
            row
        }).collect();
        let solution = &x[..n];
        let [b, active, slack]: [f64; 3] = times(&rows, solution).try_into().unwrap();
        let pull: Vec<f64> = (0..n)
            .map(|i| -multipliers.0 * rows[0][i] - multipliers.1 * rows[1][i])
            .collect();
        let network = Described {
            problem: "qp",
            q: minus(&pull, &times(&m, solution)),
            m,
            more: format!(
                "[equality]\na = [{:?}]\nb = [{b}]\n[inequality]\ng = {:?}\nh = {:?}\n{TO_THE_END}",
                rows[0], &rows[1..], [active, slack + 0.5],
            ),
        }.network();
        prop_assert_eq!(holds(&network, "monotone"), Some(true));
        prop_assert_eq!(holds(&network, "always_solves"), Some(true));
        let end = solve(&network);
        ends_at(&network, &end, solution);
        let state = end.last.of(0);
        prop_assert!((state[n] - multipliers.0).abs() < 1e-4);
        prop_assert!((state[n + 1] - multipliers.1).abs() < 1e-4);
        prop_assert!(state[n + 2] < 1e-6);
        let (equations, inequalities) = network.violations(state);
        prop_assert!(equations < 1e-8 && inequalities < 1e-8);
    }

    /// Any step below the bound for a matrix that is not symmetric, by one projection a step.
    #[test]
    fn one_projection_is_enough_for_strongly_monotone_matrices(
        m in definite(1..6),
        by in -1.0f64..1.0,
        x in prop::collection::vec(-2.0f64..2.0, 6),
        share in 0.1f64..0.95,
    ) {
        let m = skewed(&m, by);
        let x = &x[..m.len()];
        let described = |step: String| Described {
            problem: "lvi",
            q: times(&m, x).iter().map(|f| -f).collect(),
            m: m.clone(),
            more: format!("[dynamics]\nmethod = \"projection\"\nstep = {step}\n{TO_THE_END}"),
        }.network();
        let bound = described("\"auto\"".into()).step_bound().bound.low;
        let network = described(format!("{}", share * bound));
        prop_assert_eq!(holds(&network, "always_solves"), Some(true));
        ends_at(&network, &solve(&network), x);
    }
}

#[test]
fn a_step_beyond_its_bound_is_told_and_does_not_settle() {
    let diverging = |step: f64| Described {
        problem: "qp",
        m: vec![vec![4.0, 0.0], vec![0.0, 1.0]],
        q: vec![-1.0, 1.0],
        more: format!("[dynamics]\nstep = {step}\n[bounds]\nlower = -1\nupper = 1\n"),
    };
    let network = diverging(0.6).network();
    let facts = network.facts(Level::Float);
    let fact = facts.iter().find(|fact| fact.name == "step_below_bound");
    assert_eq!(
        fact.unwrap().text,
        "the step 0.6 is not below its bound 2 / lambda_max = 0.5000000000: runs may not settle"
    );
    assert_eq!(
        (fact.unwrap().holds, holds(&network, "always_solves")),
        (Some(false), None)
    );
    assert_eq!(solve(&network).ending, Ending::Budget);
    assert_eq!(solve(&diverging(0.45).network()).ending, Ending::Stable);
}

#[test]
fn no_point_within_the_constraints_is_seen_by_the_residual() {
    let network = Described {
        problem: "qp",
        m: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
        q: vec![0.0, 0.0],
        more: "[bounds]\nlower = 0\nupper = 1\n[equality]\na = [[1, 1]]\nb = [3]\n".into(),
    }
    .network();
    let end = solve(&network);
    assert_eq!(end.ending, Ending::Budget);
    let answer = network.answer(&end.last).unwrap();
    assert!(!answer.valid);
    assert!(
        answer
            .lines
            .contains(&"equations: off by at most 1".to_owned()),
        "{answer:?}"
    );
}

/// A game in which neither side can do better than draw each with the same chance: the matrix is
/// monotone and no more than that, as its symmetric part is 0.
#[test]
fn a_game_of_two_is_solved_by_two_projections_a_step() {
    let network = Described {
        problem: "lcp",
        m: {
            let pays = [[3.0, 2.0, 4.0], [4.0, 3.0, 2.0], [2.0, 4.0, 3.0]];
            let mut m = vec![vec![0.0; 6]; 6];
            for (i, row) in pays.iter().enumerate() {
                for (j, pay) in row.iter().enumerate() {
                    (m[i][3 + j], m[3 + j][i]) = (-pay, *pay);
                }
            }
            m
        },
        q: vec![1.0, 1.0, 1.0, -1.0, -1.0, -1.0],
        more: TO_THE_END.into(),
    }
    .network();
    assert_eq!(holds(&network, "monotone"), Some(true));
    assert_eq!(holds(&network, "one_solution"), None);
    assert_eq!(holds(&network, "always_solves"), Some(true));
    let end = solve(&network);
    assert_eq!(end.ending, Ending::Stable);
    for x in end.last.of(0) {
        assert!((x - 1.0 / 9.0).abs() < 1e-6, "{:?}", end.last.of(0));
    }
}

#[test]
fn a_matrix_that_is_not_monotone_is_told() {
    let network = Described {
        problem: "lvi",
        m: vec![vec![1.0, 3.0], vec![3.0, 1.0]],
        q: vec![0.0, 0.0],
        more: "[bounds]\nlower = -1\nupper = 1\n".into(),
    }
    .network();
    assert_eq!(holds(&network, "monotone"), Some(false));
    assert_eq!(holds(&network, "always_solves"), None);
}

/// What is wrong with a description, in words.
fn refused(described: &Described) -> String {
    let built = Description::parse(&described.text(), "p.toml", Path::new("."))
        .and_then(|description| Network::from_description(&description));
    built.expect_err("a refusal").to_string()
}

#[test]
fn wrong_numbers_are_refused_at_their_field() {
    let of = |problem, m: [[f64; 2]; 2], more: &str| {
        refused(&Described {
            problem,
            m: m.map(|row| row.to_vec()).to_vec(),
            q: vec![1.0, 2.0],
            more: more.into(),
        })
    };
    let eye = [[1.0, 0.0], [0.0, 1.0]];
    let all = [
        of("qp", [[1.0, 0.5], [0.25, 1.0]], ""),
        of("qp", eye, "[bounds]\nlower = [0, 3]\nupper = [1, 2]\n"),
        of("qp", eye, "[bounds]\nlower = [0, nan]\n"),
        of("qp", eye, "[bounds]\nupper = [0, 1, 2]\n"),
        of("qp", eye, "[bounds]\nupper = -inf\n"),
        of("lcp", eye, "[bounds]\nlower = 0\n"),
        of("lcp", eye, "[equality]\na = [[1, 1]]\nb = [1]\n"),
        of("qp", eye, "[equality]\na = [[1, 1, 1]]\nb = [1]\n"),
        of("qp", eye, "[inequality]\ng = [[1, 1]]\nh = [1, 2]\n"),
        of("qp", eye, "[dynamics]\nstep = 0\n"),
        of("qp", eye, "[dynamics]\nstep = -0.5\n"),
        of("qp", eye, "[dynamics]\nstep = inf\n"),
        of("qp", eye, "[dynamics]\nstep = \"large\"\n"),
        of("qp", eye, "[dynamics]\nstep = [1]\n"),
        of("qp", eye, "[dynamics]\nrelaxation = 1.5\n"),
        of("qp", eye, "[dynamics]\nrelaxation = 0\n"),
        of("qp", eye, "[equality]\na = []\nb = []\n"),
        of("qp", eye, "[update]\ntolerance = -1\n"),
        of(
            "lvi",
            [[0.0, 1.0], [-1.0, 0.0]],
            "[dynamics]\nmethod = \"projection\"\n",
        ),
        of(
            "qp",
            eye,
            "[bounds]\nlower = 0\nupper = 1\n[data]\nprobes = [[0.5, 2]]\n",
        ),
        of("qp", eye, "[data]\nsolution = [1]\n"),
        of("lp", eye, ""),
    ];
    let text = all.join("\n\n");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(text) });
}

#[test]
fn rounding_in_the_matrix_of_a_program_is_no_asymmetry() {
    let third = 1.0 / 3.0;
    let network = Described {
        problem: "qp",
        m: vec![vec![1.0, third], vec![third + 1e-16, 1.0]],
        q: vec![0.0, 0.0],
        more: String::new(),
    }
    .network();
    assert_eq!(network.matrix.asymmetry(), None);
    assert!((network.matrix.get(0, 1) - third).abs() < 1e-15);
    assert!(network.matrix.is_dense());
}
