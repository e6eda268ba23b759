//! What can be said of a model before it is minimised.

use super::Minimisation;
use crate::fact::{Fact, Level};

/// The most fraction bits of numbers whose sums are looked at.
const FRACTION: i32 = 24;

impl Minimisation {
    /// The facts that rest on the model alone.
    pub fn facts(&self, level: Level) -> Vec<Fact> {
        let mut facts = vec![
            Fact::symmetric(self.model.couplings.asymmetry(), level),
            self.exact_energies(level),
        ];
        facts.extend(self.penalties(level));
        facts
    }

    /// Sums of multiples of `2^-f` stay exact in double precision below `2^(53 - f)`.
    fn exact_energies(&self, level: Level) -> Fact {
        let model = &self.model;
        let links = model.couplings.links().map(|(_, _, value)| value);
        let numbers: Vec<f64> = links.chain(model.field.iter().copied()).collect();
        let exact = (0..=FRACTION).find(|&fraction| {
            let scale = f64::from(fraction).exp2();
            numbers.iter().all(|number| (number * scale).fract() == 0.0)
        });
        let largest: f64 = numbers.iter().map(|number| number.abs()).sum();
        let fits = |fraction: i32| largest < f64::from(50 - fraction).exp2();
        let holds = exact.is_some_and(fits);
        let text = match (exact, holds) {
            (Some(0), true) => {
                "couplings and fields are whole numbers, and energies are computed exactly".into()
            }
            (Some(fraction), true) => {
                let unit = f64::from(fraction).exp2();
                format!(
                    "couplings and fields are multiples of 1/{unit}, and energies are computed \
                     exactly"
                )
            }
            _ => "couplings and fields are no short binary fractions: energies are rounded".into(),
        };
        Fact {
            name: "exact_energies",
            level,
            holds: Some(holds),
            value: None,
            text,
        }
    }

    /// Whether every ground state is an answer of the problem.
    fn penalties(&self, level: Level) -> Option<Fact> {
        let instance = self.instance.as_ref()?;
        let penalties = instance.penalties();
        let mapped = instance.mapped().model;
        let same = mapped.couplings.links().eq(self.model.couplings.links())
            && mapped.field == self.model.field;
        let weak = penalties.iter().find(|penalty| !penalty.is_enough());
        let (holds, text) = match (same, weak) {
            (false, _) => (
                None,
                "the numbers are not those of the problem: its bounds of penalties say nothing"
                    .into(),
            ),
            (true, Some(weak)) => (
                Some(false),
                format!(
                    "`{}` is {}, and {} is enough only above {}: {}",
                    weak.name, weak.value, weak.name, weak.above, weak.reason
                ),
            ),
            (true, None) => (Some(true), "every ground state is an answer".into()),
        };
        let value = penalties
            .first()
            .map(|penalty| penalty.value - penalty.above);
        (!penalties.is_empty()).then_some(Fact {
            name: "ground_states_valid",
            level,
            holds,
            value,
            text,
        })
    }
}
