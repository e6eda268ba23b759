//! From a description to a network.

use super::SimulatedBifurcation;
use crate::description::{BifurcationDescription, Source};
use crate::diagnostic::NetworkError;
use crate::ising::{Ising, Minimisation, StartStates};
use crate::matrix::Matrix;
use crate::noise::SplitMix64;

/// Magnitude of random start positions and momenta.
const MAGNITUDE: f64 = 0.1;

/// Significant bits of a coupling that is chosen.
const SIGNIFICANT: i32 = 4;

/// The smallest step that is chosen.
const SMALLEST_STEP: f64 = 1.0 / 64.0;

/// Steps of a power iteration.
const ITERATIONS: usize = 40;

impl SimulatedBifurcation {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &BifurcationDescription,
        source: &Source,
    ) -> Result<SimulatedBifurcation, NetworkError> {
        let minimisation = Minimisation::from_sections(&described.ising(), source)?;
        let dynamics = &described.dynamics;
        let model = &minimisation.model;
        let coupling = dynamics.coupling.given();
        let coupling = coupling.unwrap_or_else(|| chosen_coupling(model));
        let step = dynamics.step.given();
        let step = step.unwrap_or_else(|| chosen_step(&model.couplings, coupling));
        let (what, field) = ("the pump", "dynamics.pump");
        let steps = described.update.max_steps;
        let pump = dynamics.pump.values(steps, what, source, field)?;
        let units = minimisation.units();
        Ok(SimulatedBifurcation {
            name: described.network.name.clone(),
            starts: StartStates::from_section(&described.data, units, MAGNITUDE, source)?,
            minimisation,
            form: dynamics.form,
            step,
            coupling,
            pump: pump.into_iter().map(|p| step * (p - 1.0)).collect(),
            stop: described.update.rule(),
        })
    }
}

/// `c0 = 0.5 / (sqrt(n) sigma)` with the root mean square sigma of the couplings (Goto et al.
/// 2021), as a number of few bits; without couplings, what makes the largest field pull by 1/2.
fn chosen_coupling(model: &Ising) -> f64 {
    let spread = (model.units() as f64).sqrt() * model.deviation();
    let largest = model
        .field
        .iter()
        .fold(0.0, |most: f64, h| most.max(h.abs()));
    let scale = if spread > 0.0 { spread } else { largest };
    if scale > 0.0 { short(0.5 / scale) } else { 0.5 }
}

/// The nearest number of four significant bits.
fn short(value: f64) -> f64 {
    let unit = f64::from(value.log2().floor() as i32 + 1 - SIGNIFICANT).exp2();
    (value / unit).round() * unit
}

/// The largest power of two, 1 at most, for which `step^2 coupling rho(J) <= 1`: see the fact
/// `step_small`.
fn chosen_step(couplings: &Matrix, coupling: f64) -> f64 {
    let strength = coupling * radius(couplings);
    let mut step = 1.0;
    while step * step * strength > 1.0 && step > SMALLEST_STEP {
        step /= 2.0;
    }
    step
}

/// An estimate, from below, of the spectral radius of a symmetric matrix, by power iteration.
fn radius(matrix: &Matrix) -> f64 {
    let mut random = SplitMix64::new(1);
    let mut vector: Vec<f64> = (0..matrix.rows()).map(|_| random.uniform() - 0.5).collect();
    let length = |of: &[f64]| of.iter().map(|value| value * value).sum::<f64>().sqrt();
    let mut found = 0.0;
    for _ in 0..ITERATIONS {
        let next = matrix.times(&vector);
        let (before, after) = (length(&vector), length(&next));
        if before <= 0.0 || after <= 0.0 {
            return found;
        }
        found = after / before;
        vector = next.into_iter().map(|value| value / after).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_numbers_are_short() {
        assert_eq!(short(0.3), 0.3125);
        assert_eq!(short(0.25), 0.25);
        assert_eq!(short(1e-3), 1.0 / 1024.0);
        // All pairs of 5 with weight 2: eigenvalues 8 and -2.
        let all = Matrix::dense(5, 5, &[2.0; 25]).map(|i, j, two| if i == j { 0.0 } else { two });
        assert!((radius(&all) - 8.0).abs() < 1e-6);
        assert_eq!(chosen_step(&all, 0.125), 1.0);
        assert_eq!(chosen_step(&all, 0.25), 0.5);
    }
}
