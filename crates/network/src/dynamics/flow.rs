//! The differential equation that a network follows in steps, and how far its steps lead away.
//!
//! A network with a step of length h makes Euler steps of an equation dx/dt = f(t, x, past of x). A
//! kind says what f is ([`Flow`]); here the equation is solved by the method of steps with the
//! eighth-order method of Dormand and Prince (E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary
//! Differential Equations I, 2nd ed. 1993, II.5 and II.17), from step boundary to step boundary.
//! Delays are whole steps, so that no solution is smooth across a boundary only, and what lies
//! further back than a step is known when it is needed.

use differential_equations::ivp::IVP;
use differential_equations::methods::ExplicitRungeKutta;
use differential_equations::ode::ODE;

/// The largest error of a step of the solver, absolute and relative.
pub const TOLERANCE: f64 = 1e-10;

/// The most steps that the solver makes within one step of the network.
const MOST_PARTS: usize = 1000;

/// The differential equation of a network with a given start. States stand in one list: those of
/// the first variable, then whatever else moves.
pub trait Flow {
    /// The length of a step, above 0.
    fn step(&self) -> f64;

    /// The states `ago` steps before the start, for any number from 0 on; those at the start for 0.
    fn before(&self, ago: f64) -> Vec<f64>;

    /// The rate of change of each state at an instant within step `step` (from 0).
    fn derivative(&self, step: u64, state: &[f64], past: &dyn Course) -> Vec<f64>;
}

/// The states up to a certain instant.
pub trait Course {
    /// The states so many steps before the instant, from 1.
    fn state(&self, ago: usize) -> Vec<f64>;

    /// Their rates of change then.
    fn rate(&self, ago: usize) -> Vec<f64>;
}

/// What is known of a step that was made: states and rates at its two ends.
#[derive(Debug, Clone)]
struct Piece {
    states: [Vec<f64>; 2],
    rates: [Vec<f64>; 2],
}

/// The course up to the instant `part` (0 to 1) of the step after the last piece.
struct Known<'a> {
    flow: &'a dyn Flow,
    pieces: &'a [Piece],
    part: f64,
}

impl Course for Known<'_> {
    fn state(&self, ago: usize) -> Vec<f64> {
        match self.piece(ago) {
            Some(piece) => piece.state(self.part, self.flow.step()),
            None => self.flow.before(self.steps_before(ago)),
        }
    }

    fn rate(&self, ago: usize) -> Vec<f64> {
        match self.piece(ago) {
            Some(piece) => piece.rate(self.part, self.flow.step()),
            None => {
                // The history is linear between step boundaries.
                let interval = ago.saturating_sub(self.pieces.len()) as f64;
                let (from, to) = (self.flow.before(interval), self.flow.before(interval - 1.0));
                let rates = to.iter().zip(&from);
                rates
                    .map(|(to, from)| (to - from) / self.flow.step())
                    .collect()
            }
        }
    }
}

impl Known<'_> {
    fn piece(&self, ago: usize) -> Option<&Piece> {
        self.pieces.get(self.pieces.len().checked_sub(ago)?)
    }

    fn steps_before(&self, ago: usize) -> f64 {
        (ago.saturating_sub(self.pieces.len()) as f64 - self.part).max(0.0)
    }
}

impl Piece {
    /// Hermite's cubic.
    fn state(&self, part: f64, step: f64) -> Vec<f64> {
        let weights = |a: f64, b: f64, c: f64, d: f64| self.mixed([a, b, c * step, d * step]);
        let (p, q) = (part, 1.0 - part);
        weights(
            q * q * (1.0 + 2.0 * p),
            p * p * (3.0 - 2.0 * p),
            p * q * q,
            -p * p * q,
        )
    }

    /// Its slope.
    fn rate(&self, part: f64, step: f64) -> Vec<f64> {
        let p = part;
        let bend = 6.0 * p * (1.0 - p) / step;
        let (left, right) = ((1.0 - p) * (1.0 - 3.0 * p), p * (3.0 * p - 2.0));
        self.mixed([-bend, bend, left, right])
    }

    fn mixed(&self, [a, b, c, d]: [f64; 4]) -> Vec<f64> {
        let ends = self.states[0].iter().zip(&self.states[1]);
        let rates = self.rates[0].iter().zip(&self.rates[1]);
        let all = ends.zip(rates);
        all.map(|((x, y), (u, v))| a * x + b * y + c * u + d * v)
            .collect()
    }
}

/// The system within one step, in time from its start.
struct Within<'a> {
    flow: &'a dyn Flow,
    pieces: &'a [Piece],
}

impl Within<'_> {
    fn rates(&self, time: f64, state: &[f64]) -> Vec<f64> {
        let known = Known {
            flow: self.flow,
            pieces: self.pieces,
            part: (time / self.flow.step()).clamp(0.0, 1.0),
        };
        self.flow
            .derivative(self.pieces.len() as u64, state, &known)
    }
}

impl ODE<f64, Vec<f64>> for Within<'_> {
    fn diff(&self, time: f64, state: &Vec<f64>, rates: &mut Vec<f64>) {
        *rates = self.rates(time, state);
    }
}

/// The solution at the boundaries of so many steps, from the start on; shorter where the solver
/// gave up (a solution that grows without bound, or a stiff equation).
pub fn solution(flow: &dyn Flow, steps: u64) -> Vec<Vec<f64>> {
    let mut state = flow.before(0.0);
    let mut all = vec![state.clone()];
    let mut pieces: Vec<Piece> = vec![];
    for _ in 0..steps {
        let Some(piece) = next(flow, &pieces, &state) else {
            break;
        };
        state.clone_from(&piece.states[1]);
        all.push(state.clone());
        pieces.push(piece);
    }
    all
}

fn next(flow: &dyn Flow, pieces: &[Piece], state: &[f64]) -> Option<Piece> {
    let (length, within) = (flow.step(), Within { flow, pieces });
    let first = within.rates(0.0, state);
    let method = ExplicitRungeKutta::dop853().rtol(TOLERANCE).atol(TOLERANCE);
    let method = method.h0(length).max_steps(MOST_PARTS);
    let solved = IVP::ode(&within, 0.0, length, state.to_vec()).method(method);
    let end = solved.solve().ok()?.y.last()?.clone();
    let last = within.rates(length, &end);
    let finite = end.iter().chain(&last).all(|value| value.is_finite());
    finite.then(|| Piece {
        states: [state.to_vec(), end],
        rates: [first, last],
    })
}

/// Euler's method: the states at the boundaries of so many steps, each made in `parts` equal parts.
pub fn euler(flow: &dyn Flow, steps: u64, parts: usize) -> Vec<Vec<f64>> {
    let parts = parts.max(1);
    let mut fine = vec![flow.before(0.0)];
    for at in 0..steps as usize * parts {
        let trodden = Trodden {
            flow,
            states: &fine,
            parts,
        };
        let state = fine.last().map_or(&[][..], Vec::as_slice);
        let rates = flow.derivative((at / parts) as u64, state, &trodden);
        let part = flow.step() / parts as f64;
        let next = state.iter().zip(rates).map(|(x, rate)| x + part * rate);
        fine.push(next.collect());
    }
    fine.into_iter().step_by(parts).collect()
}

/// The states at the boundaries of parts of steps, up to the last.
struct Trodden<'a> {
    flow: &'a dyn Flow,
    states: &'a [Vec<f64>],
    parts: usize,
}

impl Trodden<'_> {
    /// The state so many parts before the last; 0 for the last.
    fn back(&self, parts: usize) -> Vec<f64> {
        let last = self.states.len() - 1;
        match last.checked_sub(parts) {
            Some(place) => self.states.get(place).cloned().unwrap_or_default(),
            None => self.flow.before((parts - last) as f64 / self.parts as f64),
        }
    }
}

impl Course for Trodden<'_> {
    fn state(&self, ago: usize) -> Vec<f64> {
        self.back(ago * self.parts)
    }

    fn rate(&self, ago: usize) -> Vec<f64> {
        let parts = ago * self.parts;
        let (from, to) = (self.back(parts), self.back(parts.saturating_sub(1)));
        let part = self.flow.step() / self.parts as f64;
        to.iter()
            .zip(&from)
            .map(|(to, from)| (to - from) / part)
            .collect()
    }
}

/// How far Euler's method strays from the solution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// The length of a step.
    pub step: f64,
    /// Steps over which it was followed.
    pub steps: u64,
    /// The largest difference of a state at a step boundary.
    pub largest: f64,
    /// The time at which it occurs.
    pub at: f64,
    /// The largest difference with steps of half the length.
    pub halved: f64,
}

/// How far the first `states` states stray in so many steps; `None` where the equation has no
/// solution that long, or Euler's method leads beyond all numbers.
pub fn deviation(flow: &dyn Flow, states: usize, steps: u64) -> Option<Deviation> {
    let exact = solution(flow, steps);
    let followed = exact.len().checked_sub(1).filter(|steps| *steps > 0)? as u64;
    let apart = |parts: usize| {
        let walked = euler(flow, followed, parts);
        let apart = exact.iter().zip(&walked).map(|(a, b)| {
            let pairs = a.iter().zip(b).take(states);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        });
        let largest = apart.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        largest.filter(|(_, apart)| apart.is_finite())
    };
    let (at, largest) = apart(1)?;
    Some(Deviation {
        step: flow.step(),
        steps: followed,
        largest,
        at: at as f64 * flow.step(),
        halved: apart(2)?.1,
    })
}
