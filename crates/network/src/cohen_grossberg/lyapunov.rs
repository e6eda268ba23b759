//! The Lyapunov function of a network with symmetric coefficients.

use super::{CohenGrossberg, Response};

/// Parts into which an integral is divided that has no closed form here.
const PARTS: usize = 512;

/// `-sum_i int_0^x_i (b_i + I_i) d_i' + sum_ij c_ij d_i d_j / 2`: Cohen and Grossberg (1983), equation
/// 12. None where the theory has none: with delays, or where c is not symmetric.
pub fn value(network: &CohenGrossberg, state: &[f64]) -> Option<f64> {
    if !network.delays.is_empty() || network.weights.asymmetry().is_some() {
        return None;
    }
    let signals = network.signals(state);
    let received = network.weights.times(&signals);
    let pairs = signals.iter().zip(received);
    let coupling: f64 = pairs.map(|(signal, sum)| signal * sum / 2.0).sum();
    let units = state.iter().enumerate();
    let own: f64 = units.map(|(unit, &x)| own(network, unit, x)).sum();
    let value = coupling - own;
    value.is_finite().then_some(value)
}

/// `int_0^x (b + I) d'`.
fn own(network: &CohenGrossberg, unit: usize, x: f64) -> f64 {
    let bias = network.bias.get(unit).copied().unwrap_or(0.0);
    let rate = |x: f64| network.b.value(unit, x) + bias;
    if let (Response::Polynomial(_), Response::Polynomial(_)) = (&network.b, &network.d) {
        let (b, d) = (network.b.coefficients(unit), network.d.coefficients(unit));
        let terms = d.iter().enumerate().skip(1).flat_map(|(k, d)| {
            let b = b.iter().enumerate();
            // The integral of `b_j x^j k d_k x^(k - 1)`.
            b.map(move |(j, b)| {
                let (of, power) = (k as f64 * d * b, (j + k) as i32);
                of * x.powi(power) / f64::from(power)
            })
        });
        let with_bias = bias * (network.d.value(unit, x) - network.d.value(unit, 0.0));
        return terms.sum::<f64>() + with_bias;
    }
    // Stieltjes' sum, which needs no slope of d.
    let at = |part: usize| x * part as f64 / PARTS as f64;
    let signal = |x: f64| network.d.value(unit, x);
    let part = |part: usize| {
        let (from, to) = (at(part), at(part + 1));
        (rate(from) + 4.0 * rate((from + to) / 2.0) + rate(to)) / 6.0 * (signal(to) - signal(from))
    };
    (0..PARTS).map(part).sum()
}
