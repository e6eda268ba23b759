//! Projection networks: they solve linear variational inequalities over a box.
//!
//! Wanted is an x in the box with `(z - x)'(M x + q) >= 0` for every z in the box. The differential
//! equation `dx/dt = lambda { P(x - alpha (M x + q)) - x }`, with P the projection on the box, rests
//! where x is a solution: T. L. Friesz et al., Operations Research 42 (1994) 1120; Y. Xia, J. Wang,
//! IEEE Transactions on Neural Networks 9 (1998) 1331. Here it is run in Euler steps of length h,
//! with `lambda h` the relaxation; 1 gives the projection method itself. The extragradient method
//! evaluates `M x + q` once more at what the first projection predicts: G. M. Korpelevich,
//! Matekon 13 (1977) 35.
//!
//! For a box of all x >= 0 this is the linear complementarity problem, and for a symmetric M the
//! quadratic program `min x'Mx/2 + q'x` over the box. Linear constraints `A x = b` and `G x <= h`
//! come in by their multipliers y and z >= 0, as further elements of the state: a saddle point of the
//! Lagrangian solves the inequality with `(M A' G'; -A 0 0; -G 0 0)` and `(q, b, h)`.

mod answer;
mod build;
mod facts;
mod saddle;
mod steps;

use crate::dynamics::{Answer, Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;

/// A projection network: `x+ = x + relaxation { P(x - step (M x' + q)) - x }`, with x' = x, or, by the
/// extragradient method, `x' = P(x - step (M x + q))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Name of the network.
    pub name: String,
    /// What is solved.
    pub problem: Problem,
    /// M, square; after the rows of the variables come those of the multipliers.
    pub matrix: Matrix,
    /// q, an element for each row of M.
    pub offset: Vec<f64>,
    /// The lower bound of each element of the state; `-inf` where there is none but the word's.
    pub lower: Vec<f64>,
    /// The upper bound of each element of the state, likewise.
    pub upper: Vec<f64>,
    /// Multipliers of equations: elements of the state after the variables.
    pub equations: usize,
    /// Multipliers of inequalities, after those of the equations.
    pub inequalities: usize,
    /// How a step is made.
    pub method: Method,
    /// alpha, which multiplies `M x + q`.
    pub step: f64,
    /// `lambda h`, above 0 to 1.
    pub relaxation: f64,
    /// When a run ends: its tolerance is that of the residual of each element.
    pub stop: StopRule,
    /// Start states of the description.
    pub probes: Vec<Vec<f64>>,
    /// The solution, where it is known from elsewhere: of each variable.
    pub solution: Option<Vec<f64>>,
}

/// What a projection network solves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A linear variational inequality.
    Inequality,
    /// A linear complementarity problem: x >= 0, Mx + q >= 0, and of each pair one is 0.
    Complementarity,
    /// A quadratic program.
    Quadratic,
}

/// How a step is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// One projection, for symmetric or strongly monotone M.
    Projection,
    /// Two projections, for any monotone M.
    Extragradient,
}

/// The place of the state among the variables.
const STATE: usize = 0;
/// The place of the residual.
const RESIDUAL: usize = 1;

impl Projection {
    /// Elements of the state: variables and multipliers.
    pub fn units(&self) -> usize {
        self.offset.len()
    }

    /// The variables of the problem, without multipliers.
    pub fn variables_of_problem(&self) -> usize {
        let multipliers = self.equations + self.inequalities;
        self.units().saturating_sub(multipliers)
    }

    /// `M x + q`.
    pub fn field(&self, state: &[f64]) -> Vec<f64> {
        let products = self.matrix.times(state).into_iter().zip(&self.offset);
        products.map(|(product, offset)| product + offset).collect()
    }

    /// `P(x - step f)`: each element held between its bounds.
    pub fn projected(&self, state: &[f64], field: &[f64], step: f64) -> Vec<f64> {
        let bounds = self.lower.iter().zip(&self.upper);
        let moved = state.iter().zip(field).map(|(x, f)| x - step * f);
        moved
            .zip(bounds)
            .map(|(x, (lower, upper))| x.min(*upper).max(*lower))
            .collect()
    }

    /// `x - P(x - (M x + q))`, which is 0 exactly where x is a solution.
    pub fn residual(&self, state: &[f64]) -> Vec<f64> {
        self.residual_of(state, &self.field(state))
    }

    fn residual_of(&self, state: &[f64], field: &[f64]) -> Vec<f64> {
        let near = self.projected(state, field, 1.0);
        state.iter().zip(near).map(|(x, near)| x - near).collect()
    }
}

/// The largest magnitude of some numbers; infinite where one is no number.
fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| {
        if value.is_nan() {
            f64::INFINITY
        } else {
            most.max(value.abs())
        }
    })
}

impl Dynamics for Projection {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str, role| Variable {
            name: name.into(),
            length: self.units(),
            role,
        };
        vec![
            variable("state", VariableRole::State),
            variable("residual", VariableRole::Output),
        ]
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        self.probes
            .iter()
            .map(|probe| vec![probe.clone()])
            .collect()
    }

    /// At rest where no element's residual is beyond the tolerance: that of the state before the
    /// step.
    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let state = moment.of(STATE).to_vec();
        let mut field = self.field(&state);
        let residual = self.residual_of(&state, &field);
        if self.method == Method::Extragradient {
            field = self.field(&self.projected(&state, &field, self.step));
        }
        let target = self.projected(&state, &field, self.step);
        let next = state.iter().zip(target);
        let next = next.map(|(x, target)| x + self.relaxation * (target - x));
        moment.set(STATE, next.collect());
        let at_rest = largest(&residual) <= self.stop.tolerance;
        moment.set(RESIDUAL, residual);
        Some(at_rest)
    }

    /// `x'Mx/2 + q'x` for a symmetric M without multipliers: it falls in each step with a step below
    /// 2 / lambda_max (A. A. Goldstein, Bulletin of the American Mathematical Society 70 (1964) 709).
    fn energy(&self, moment: &Moment) -> Option<f64> {
        let descends = self.method == Method::Projection && self.matrix.asymmetry().is_none();
        descends.then(|| self.objective(moment.of(STATE)))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn solution(&self) -> Option<&[f64]> {
        self.solution.as_deref()
    }

    fn answer(&self, moment: &Moment) -> Option<Answer> {
        Some(answer::answer(self, moment))
    }
}
