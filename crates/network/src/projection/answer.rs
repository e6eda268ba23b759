//! What a final state says about the problem.

use super::{Problem, Projection, RESIDUAL, STATE, largest};
use crate::dynamics::{Answer, Moment};

impl Projection {
    /// `x'Mx/2 + q'x` over the variables of the problem.
    pub fn objective(&self, state: &[f64]) -> f64 {
        let variables = self.variables_of_problem();
        let x = state.get(..variables).unwrap_or(state);
        let terms = x.iter().zip(&self.offset).enumerate();
        // Elements beyond x count as 0, so that multipliers play no part.
        let term = |(row, (x_i, q)): (usize, (&f64, &f64))| {
            x_i * (self.matrix.row_times(row, x) / 2.0 + q)
        };
        terms.map(term).sum::<f64>() + 0.0
    }

    /// By how much a state violates each equation and each inequality at most.
    pub fn violations(&self, state: &[f64]) -> (f64, f64) {
        let first = self.variables_of_problem();
        let (variables, field) = (state.get(..first).unwrap_or(state), self.field(state));
        // The rows of multipliers hold b - Ax and h - Gx.
        let slack = field.get(variables.len()..).unwrap_or_default();
        let (equations, inequalities) = slack.split_at(self.equations.min(slack.len()));
        let exceeded = inequalities
            .iter()
            .fold(0.0, |most: f64, slack| most.max(-slack));
        (largest(equations), exceeded)
    }
}

/// The answer: valid where the network says that no residual is beyond its tolerance.
pub fn answer(network: &Projection, moment: &Moment) -> Answer {
    let state = moment.of(STATE);
    let residual = largest(&network.residual(state));
    let mut lines = vec![];
    let (measure, value) = match network.problem {
        Problem::Quadratic => {
            lines.push(format!("residual: {residual}"));
            ("objective", network.objective(state))
        }
        Problem::Inequality | Problem::Complementarity => ("residual", residual),
    };
    if network.problem == Problem::Complementarity {
        let gap: f64 = network
            .field(state)
            .iter()
            .zip(state)
            .map(|(w, x)| w * x)
            .sum();
        lines.push(format!("complementarity x'(Mx + q): {gap}"));
    }
    let (equations, inequalities) = network.violations(state);
    if network.equations > 0 {
        lines.push(format!("equations: off by at most {equations}"));
    }
    if network.inequalities > 0 {
        lines.push(format!("inequalities: exceeded by at most {inequalities}"));
    }
    if let Some(solution) = &network.solution {
        let apart: Vec<f64> = state.iter().zip(solution).map(|(x, of)| x - of).collect();
        lines.push(format!(
            "largest distance from the given solution: {}",
            largest(&apart)
        ));
    }
    Answer {
        measure,
        value,
        valid: largest(moment.of(RESIDUAL)) <= network.stop.tolerance,
        lines,
    }
}
