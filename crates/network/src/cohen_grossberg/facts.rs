//! What can be said about a Cohen-Grossberg network before it runs.

use super::{CohenGrossberg, Response};
use crate::delay::{Lag, Term};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;
use crate::spectrum::{Enclosure, m_matrix};

/// The facts of this network: of its differential equation, with the numbers that it has.
pub fn facts(network: &CohenGrossberg, level: Level) -> Vec<Fact> {
    let asymmetry = network.weights.asymmetry();
    let symmetric = asymmetry.is_none();
    vec![
        Fact::symmetric(asymmetry, level),
        amplified(network, level),
        rising(network, level),
        lyapunov(network, symmetric, level),
        equilibrium(network, level),
        contraction(network, level),
    ]
}

/// The amplification, where it is the same number for every state of all units.
fn amplification(network: &CohenGrossberg) -> Option<f64> {
    let values = over_units(network, |unit, low, high| network.a.values(unit, low, high))?;
    (values.low == values.high).then_some(values.low)
}

/// Bounds of something of every unit over its box, taken together.
fn over_units(
    network: &CohenGrossberg,
    of: impl Fn(usize, f64, f64) -> Enclosure,
) -> Option<Enclosure> {
    let units = (0..network.units()).map(|unit| {
        let (low, high) = network.ends(unit);
        of(unit, low, high)
    });
    units.reduce(|a, b| Enclosure {
        low: a.low.min(b.low),
        high: a.high.max(b.high),
    })
}

/// Where states are.
fn place(network: &CohenGrossberg) -> &'static str {
    match network.bounds {
        Some(_) => "in the box",
        None => "for every state",
    }
}

fn amplified(network: &CohenGrossberg, level: Level) -> Fact {
    let values = over_units(network, |unit, low, high| network.a.values(unit, low, high));
    let values = values.unwrap_or(Enclosure::exact(1.0));
    let place = place(network);
    let (holds, text) = match values {
        Enclosure { low, .. } if low > 0.0 => (
            Some(true),
            format!("the amplification a is at least {low:.6} {place}"),
        ),
        Enclosure { low: 0.0, .. } => (
            Some(true),
            format!(
                "the amplification a is not negative {place}; where it is 0 states stand still"
            ),
        ),
        Enclosure { high, .. } if high < 0.0 => (
            Some(false),
            format!("the amplification a is negative {place}"),
        ),
        _ => (
            None,
            format!("it is not known that the amplification a is not negative {place}"),
        ),
    };
    Fact {
        name: "amplification_not_negative",
        level,
        holds,
        value: values.low.is_finite().then_some(values.low),
        text,
    }
}

/// The least slope of d in the box.
fn least_slope(network: &CohenGrossberg) -> f64 {
    let slopes = over_units(network, |unit, low, high| network.d.slopes(unit, low, high));
    slopes.map_or(0.0, |slopes| slopes.low)
}

fn rising(network: &CohenGrossberg, level: Level) -> Fact {
    let (least, place) = (least_slope(network), place(network));
    let rises = least >= 0.0;
    let text = match rises {
        true => format!("the signals d never fall {place}"),
        false => format!(
            "the signals d may fall {place}, with slopes down to {least:.6}: the Lyapunov function \
             is lost"
        ),
    };
    Fact {
        name: "signals_never_fall",
        level,
        holds: Some(rises),
        value: least.is_finite().then_some(least),
        text,
    }
}

/// Cohen and Grossberg (1983), theorem 1.
fn lyapunov(network: &CohenGrossberg, symmetric: bool, level: Level) -> Fact {
    let rises = least_slope(network) >= 0.0;
    let values = over_units(network, |unit, low, high| network.a.values(unit, low, high));
    let positive = values.is_none_or(|values| values.low >= 0.0);
    let mut lacks = vec![];
    let conditions = [
        (symmetric, "symmetric c"),
        (rises, "signals d that never fall"),
        (positive, "an amplification a that is not negative"),
        (network.delays.is_empty(), "no delays"),
    ];
    lacks.extend(
        conditions
            .into_iter()
            .filter(|(is, _)| !is)
            .map(|(_, what)| what),
    );
    let holds = lacks.is_empty();
    let text = if holds {
        "the differential equation has a Lyapunov function: c is symmetric, d never falls, and a is \
         not negative"
            .to_owned()
    } else {
        format!(
            "no Lyapunov function is known of the differential equation: it asks for {}",
            lacks.join(", ")
        )
    };
    Fact {
        name: "lyapunov_function",
        level,
        holds: holds.then_some(true),
        value: None,
        text,
    }
}

/// Bounds of the slope of `b_i - c_ii d_i`: what a unit makes of its own state at once.
fn own_slopes(network: &CohenGrossberg, unit: usize) -> Enclosure {
    let (low, high) = network.ends(unit);
    let inhibition = Enclosure::exact(network.weights.get(unit, unit));
    let itself = inhibition * network.d.slopes(unit, low, high);
    network.b.slopes(unit, low, high) - itself
}

/// One equilibrium that attracts every start: where `b_i - c_ii d_i` falls with a slope of at least
/// g, d has the Lipschitz constant l, and `diag(g) - (|c| + late) diag(l)`, with the c of others, is a
/// nonsingular M-matrix, whatever the delays: L. Wang, X. Zou, Neural Networks 15 (2002) 415, and with delays Physica D 170 (2002) 162.
/// For an amplification above 0, and one that is constant where delays change. The distance
/// `sum_i xi_i |int ds / a_i|`, with the weights xi that an M-matrix has, falls; holding states in a
/// box does not raise it.
fn equilibrium(network: &CohenGrossberg, level: Level) -> Fact {
    let units = 0..network.units();
    let over = |unit: usize, response: &Response| {
        let (low, high) = network.ends(unit);
        response.slopes(unit, low, high)
    };
    let falls: Vec<Enclosure> = units
        .clone()
        .map(|unit| {
            let slopes = own_slopes(network, unit);
            Enclosure {
                low: -slopes.high,
                high: -slopes.high,
            }
        })
        .collect();
    let steep: Vec<Enclosure> = units
        .clone()
        .map(|unit| {
            let slopes = over(unit, &network.d).magnitude();
            Enclosure {
                low: slopes.high,
                high: slopes.high,
            }
        })
        .collect();
    let positive = over_units(network, |unit, low, high| network.a.values(unit, low, high));
    let positive = positive.is_none_or(|values| values.low > 0.0);
    let found = m_matrix(&falls, &coupling(network), &steep);
    // Bounds that are not sharp may miss what is true: not known rather than false.
    let varies = |term: &Term| matches!(term.lag, Lag::Varying(_));
    let varies = network.delays.terms.iter().any(varies) && amplification(network).is_none();
    let settled = positive && !network.delays.is_neutral() && !varies;
    let holds = settled && found.holds == Some(true);
    let text = if holds {
        format!(
            "one equilibrium attracts every start: alone a unit's rate falls faster than the signals \
             of others can raise it; the spectral radius of their ratio is {}",
            found.radius
        )
    } else if network.delays.is_neutral() {
        "not assured that one equilibrium attracts every start: past rates of change are weighed"
            .to_owned()
    } else if varies {
        "not assured that one equilibrium attracts every start: delays change, and so does a".into()
    } else if !positive {
        "not assured that one equilibrium attracts every start: the amplification a is not above 0"
            .to_owned()
    } else if !found.radius.high.is_finite() {
        "not assured that one equilibrium attracts every start: alone a unit's rate may not fall"
            .into()
    } else {
        format!(
            "not assured that one equilibrium attracts every start: alone a unit's rate would have to \
             fall faster than the signals of others can raise it; the spectral radius of their ratio is {}, not \
             below 1",
            found.radius
        )
    };
    Fact {
        name: "one_equilibrium",
        level,
        holds: holds.then_some(true),
        value: found
            .radius
            .high
            .is_finite()
            .then_some(found.radius.middle()),
        text,
    }
}

/// One fixed point of the Euler recurrence, which attracts every start whatever the delays: where
/// `|1 + h a (b' - c_ii d')| + h a sum_j l_j (|c_ij| + late)` is below 1, with the c of others, for an a
/// that is constant.
fn contraction(network: &CohenGrossberg, level: Level) -> Fact {
    let amplification = amplification(network).filter(|_| !network.delays.is_neutral());
    let fact = |holds: Option<bool>, value: Option<f64>, text: String| Fact {
        name: "steps_contract",
        level,
        holds,
        value,
        text,
    };
    let Some(a) = amplification else {
        let text = "does not apply: a is not constant, or past rates of change are weighed";
        return fact(None, None, text.into());
    };
    // The amplification of words is a quotient by the step.
    let a = Enclosure::around(a, a.abs() * f64::EPSILON);
    let move_by = Enclosure::exact(network.step) * a;
    let coupling = coupling(network);
    let row = |unit: usize| {
        let own = Enclosure::exact(1.0) + move_by * own_slopes(network, unit);
        let terms = coupling.row(unit).map(|(other, c)| {
            let (low, high) = network.ends(other);
            let steep = network.d.slopes(other, low, high).magnitude();
            Enclosure::exact(c) * steep
        });
        let none = Enclosure::exact(0.0);
        own.magnitude() + move_by.magnitude() * terms.fold(none, |sum, term| sum + term)
    };
    let rows = (0..network.units()).map(row);
    let factor = rows.fold(Enclosure::exact(0.0), Enclosure::max);
    // A steeper slope than that of a bound may not occur.
    let below = factor.high < 1.0;
    let text = match below {
        true => format!(
            "each step brings any two states nearer, by the factor {:.6} at least: one fixed point \
             attracts every start, whatever the delays",
            factor.high
        ),
        false => format!(
            "not assured that steps bring states nearer to each other: the bound is {:.6}, not below \
             1",
            factor.high
        ),
    };
    let value = factor.high.is_finite().then_some(factor.high);
    fact(below.then_some(true), value, text)
}

/// `|c|` of others, and the magnitudes of everything that comes late.
fn coupling(network: &CohenGrossberg) -> Matrix {
    let units = network.units();
    let others = network.weights.links().filter(|(i, j, _)| i != j);
    let present = others.map(|(i, j, c)| (i, j, c.abs()));
    let late = network.delays.terms.iter();
    let late = late
        .filter(|term| !term.lag.is_increment())
        .flat_map(|term| {
            let mass = term.lag.mass();
            term.weights
                .links()
                .map(move |(i, j, c)| (i, j, c.abs() * mass))
        });
    Matrix::sparse(units, units, &present.chain(late).collect::<Vec<_>>())
}
