//! What can be said about a continuous network before it runs.

use super::{Continuous, Form, Method};
use crate::delay::Delays;
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;
use crate::spectrum::{Enclosure, dot, extremes, m_matrix, smallest_norm};

/// How much a Lipschitz constant in floating point may be too small, as a share of it.
const ROUNDED: f64 = 16.0 * f64::EPSILON;

/// The facts of this network.
pub fn facts(network: &Continuous, level: Level) -> Vec<Fact> {
    let of = |name, holds, value, text| Fact {
        name,
        level,
        holds,
        value,
        text,
    };
    let mut facts = vec![Fact::symmetric(network.weights.asymmetry(), level)];
    let (rises, text) = increasing(network);
    facts.push(of("increasing", Some(rises), None, text));
    let (holds, value, mut text) = energy(network);
    if level == Level::Integer && holds == Some(true) {
        text.push_str("; but for what rounding states and g adds");
    }
    facts.push(of("energy_never_rises", holds, value, text));
    let (holds, value, text) = one_fixed_point(network);
    facts.push(of("one_fixed_point", holds, value, text));
    facts.push(match network.state_bound(0.0, 0.0) {
        Some(bound) => {
            let text = format!("states that start within {bound:.4} stay there");
            of("states_bounded", Some(true), Some(bound), text)
        }
        None => {
            let text = "the equations bound no state: the format decides where it ends".into();
            of("states_bounded", None, None, text)
        }
    });
    facts
}

fn increasing(network: &Continuous) -> (bool, String) {
    let g = &network.activation;
    let text = match (g.is_increasing(), g.is_nondecreasing()) {
        (true, _) => format!("g, {g}, rises everywhere"),
        (false, true) if g.lipschitz().is_finite() => {
            format!("g, {g}, rises or stays everywhere, which is enough for the energy")
        }
        (false, true) => format!("g, {g}, jumps: the energy argument is lost"),
        (false, false) => format!("g, {g}, falls somewhere: the energy argument is lost"),
    };
    (g.is_nondecreasing() && g.lipschitz().is_finite(), text)
}

/// Whether it holds, the number behind it, and both in words.
type Said = (Option<bool>, Option<f64>, String);

/// Whether the energy never rises in a step. With y = g(x), W symmetric, g nondecreasing with
/// Lipschitz constant l, and `F' = g^-1` (strongly convex with 1 / l), an Euler step changes the
/// energy by
/// `-sum_i (1/p_i - c_i) dx_i dy_i - sum_i c_i/(2l) dy_i^2 - dy'W dy / 2` at most, p = h / C;
/// `dx dy >= dy^2 / l` makes that a fall while `p_i c_i <= 1` and `p_i (c_i + l m) <= 2`, with
/// m the magnitude of the most negative eigenvalue of W, 0 if there is none. The static-field form
/// with one decay obeys the same bound, over y = c x. For `p c = 1` it is the bound of a map,
/// `l m <= 1` (Marcus & Westervelt 1989, equation 8).
fn energy(network: &Continuous) -> Said {
    let lost = |why: &str| (None, None, format!("does not apply: {why}"));
    if !network.delays.is_empty() {
        return lost("a part is late, and delay can make a symmetric network oscillate");
    }
    if network.weights.asymmetry().is_some() {
        return lost("the weights are not symmetric");
    }
    if !increasing(network).0 {
        return lost("g does not rise, or jumps");
    }
    let slope = lipschitz(network);
    let smallest = extremes(&network.weights).smallest;
    let none = Enclosure::exact(0.0);
    let negative = (-smallest).max(none);
    if network.method == Method::Map {
        return map_gain(network, slope * negative, negative);
    }
    if network.form == Form::StaticField && network.common_decay().is_none() {
        return lost("the static-field form has an energy if all units decay alike");
    }
    let two = Enclosure::exact(2.0);
    let steps = (0..network.units()).map(|unit| {
        let decay = number(&network.decay, unit);
        let capacity = number(&network.capacity, unit);
        let descends = two / (decay + slope * negative);
        capacity * descends.min(Enclosure::exact(1.0) / decay)
    });
    let Some(most) = steps.reduce(Enclosure::min) else {
        return lost("no units");
    };
    let Method::Euler { step } = network.method else {
        return lost("no step");
    };
    let holds = most.is_above(step.next_down());
    let text = format!(
        "with steps up to {:.6} the energy never rises; the step is \
         {step} (smallest eigenvalue {:.6}, slope {:.4})",
        most.low,
        smallest.middle(),
        slope.high
    );
    said(holds, most.low, text)
}

fn map_gain(network: &Continuous, product: Enclosure, negative: Enclosure) -> Said {
    let holds = product.is_below(1.0);
    let gain = network.activation.gain();
    let (most, text) = match negative.high > 0.0 {
        true => {
            let most = gain / product.high;
            let text = format!(
                "a symmetric map with a gain below {most:.6} has fixed points only, and its energy \
                 never rises; the gain is {gain} (largest slope at gain 1 {:.4}, smallest \
                 eigenvalue {:.6})",
                network.activation.lipschitz() / gain,
                -negative.middle()
            );
            (most, text)
        }
        false => {
            let text = "no eigenvalue is below 0: the map has fixed points only, whatever the gain";
            (f64::INFINITY, text.to_owned())
        }
    };
    match most.is_finite() {
        true => said(holds, most, text),
        false => (holds, None, text),
    }
}

fn said(holds: Option<bool>, value: f64, text: String) -> Said {
    let prefix = match holds {
        Some(true) => "",
        Some(false) => "not assured: ",
        None => "not decided within rounding: ",
    };
    (holds, Some(value), format!("{prefix}{text}"))
}

/// Whether the step is a contraction, whatever the delays: with
/// `r_i = |1 - p_i c_i| + p_i sum_j l (|w_ij| + sum_k |b_ij^k|) + 2 sum_j |e_ij|` below 1 for all
/// units, a difference of two runs shrinks to nothing, in the largest magnitude over all that is
/// remembered. In scaled units it is enough that the matrix behind these sums has a spectral radius
/// below 1; without delays any norm of W does (with the decay of all units alike).
fn one_fixed_point(network: &Continuous) -> Said {
    let slope = lipschitz(network);
    let ratio = (0..network.units()).map(|unit| ratio(network, unit, slope));
    let ratio = ratio.fold(Enclosure::exact(0.0), Enclosure::max);
    let conclusion = "every start ends in the same fixed point, whatever the delays";
    if ratio.is_below(1.0) == Some(true) {
        let text = format!(
            "differences shrink by {:.6} a step: {conclusion}",
            ratio.high
        );
        return (Some(true), Some(ratio.high), text);
    }
    if let Some((radius, text)) = scaled(network, slope).or_else(|| in_norm(network, slope)) {
        return (Some(true), Some(radius), format!("{text}: {conclusion}"));
    }
    let bound = match ratio.is_below(1.0) {
        Some(_) => format!("{:.6}, not below 1", ratio.middle()),
        None => "too near to 1 to tell".into(),
    };
    let text = format!("not assured: the largest growth of a difference in a step is {bound}");
    (Some(false), Some(ratio.high), text)
}

/// How much a difference of all that a unit remembers can matter after a step.
fn ratio(network: &Continuous, unit: usize, slope: Enclosure) -> Enclosure {
    let (kept, pace) = kept(network, unit);
    let own = dot(network
        .weights
        .row(unit)
        .map(|(_, weight)| (weight.abs(), 1.0)));
    kept + pace * slope * (own + late(&network.delays, unit, false))
        + late(&network.delays, unit, true)
}

/// `|1 - p c|` and p of a unit.
fn kept(network: &Continuous, unit: usize) -> (Enclosure, Enclosure) {
    let one = Enclosure::exact(1.0);
    let Method::Euler { step } = network.method else {
        return (Enclosure::exact(0.0), one);
    };
    let pace = match network.form {
        Form::LocalField => Enclosure::exact(step) / number(&network.capacity, unit),
        Form::StaticField => Enclosure::exact(step),
    };
    (
        (one - pace * number(&network.decay, unit)).magnitude(),
        pace,
    )
}

/// `sum_j |b_ij|` times the mass of the lag, over the terms of increments or over the others.
fn late(delays: &Delays, unit: usize, increments: bool) -> Enclosure {
    let terms = delays
        .terms
        .iter()
        .filter(|term| term.lag.is_increment() == increments);
    let of = terms.map(|term| {
        let row = term
            .weights
            .row(unit)
            .map(|(_, weight)| (weight.abs(), 1.0));
        dot(row) * around(term.lag.mass())
    });
    of.fold(Enclosure::exact(0.0), |sum, term| sum + term)
}

fn lipschitz(network: &Continuous) -> Enclosure {
    around(network.activation.lipschitz())
}

/// A number that a few operations in floating point gave.
fn around(value: f64) -> Enclosure {
    Enclosure::around(value, value.abs() * ROUNDED)
}

fn number(values: &[f64], unit: usize) -> Enclosure {
    // A decay is the reciprocal of a resistance.
    around(values.get(unit).copied().unwrap_or(1.0))
}

/// The spectral radius of the matrix of growth, where it is below 1.
fn scaled(network: &Continuous, slope: Enclosure) -> Option<(f64, String)> {
    let units = network.units();
    let terms = network.delays.terms.len() as f64 + 2.0;
    let mut entries = vec![];
    for unit in 0..units {
        let (_, pace) = kept(network, unit);
        let factor = pace * slope;
        let own = network
            .weights
            .row(unit)
            .map(|(j, weight)| (j, weight, 1.0, false));
        let late = network.delays.terms.iter().flat_map(|term| {
            let row = term.weights.row(unit);
            row.map(|(j, weight)| (j, weight, term.lag.mass(), term.lag.is_increment()))
        });
        for (j, weight, mass, increment) in own.chain(late) {
            let size = Enclosure::exact(weight.abs()) * around(mass);
            let size = if increment { size } else { factor * size };
            // Entries at one place are added up, which may round down.
            entries.push((unit, j, size.high * (1.0 + ROUNDED * terms)));
        }
    }
    let one = Enclosure::exact(1.0);
    let lost: Vec<Enclosure> = (0..units).map(|unit| one - kept(network, unit).0).collect();
    let growth = Matrix::sparse(units, units, &entries);
    let test = m_matrix(&lost, &growth, &vec![one; units]);
    (test.holds == Some(true)).then(|| {
        let text = format!(
            "differences shrink in scaled units (a nonsingular M-matrix; spectral radius {:.6})",
            test.radius.high
        );
        (test.radius.high, text)
    })
}

/// The growth of differences in the best norm, where nothing is late and it is below 1.
fn in_norm(network: &Continuous, slope: Enclosure) -> Option<(f64, String)> {
    let alike = |values: &[f64]| values.windows(2).all(|pair| pair[0] == pair[1]);
    let uniform = alike(&network.decay) && alike(&network.capacity);
    if !network.delays.is_empty() || !uniform {
        return None;
    }
    let (kept, pace) = kept(network, 0);
    let (norm, size) = smallest_norm(&network.weights);
    let growth = kept + pace * slope * size;
    (growth.is_below(1.0) == Some(true)).then(|| {
        let text = format!(
            "differences shrink by {:.6} a step ({})",
            growth.high,
            norm.name()
        );
        (growth.high, text)
    })
}
