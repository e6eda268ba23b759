//! Reservoirs of echo state networks: H. Jaeger, The "echo state" approach to analysing and training
//! recurrent neural networks, GMD report 148 (2001); M. Lukosevicius, A practical guide to applying
//! echo state networks (2012).
//!
//! A reservoir is a leaky layer of Elman's whose weights nobody has learned: `h+ = (1 - leak) h +
//! leak f(W x + R h + b)`. They are made from a seed by SplitMix64, in this order: for each row of R
//! as many places as it has links, the first ones of a Fisher-Yates shuffle of all units, then a
//! weight from -1 to 1 for each of these; W row by row; b. R is then multiplied by what gives it its
//! spectral radius. With links of the same number in every row the hardware has no row to wait for.

use super::Gates;
use crate::matrix::Matrix;
use crate::noise::SplitMix64;
use crate::problem::Problem;
use crate::spectrum::spectral_radius;

/// What a reservoir is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reservoir {
    /// Its units, H.
    pub units: usize,
    /// Elements of its input, I.
    pub inputs: usize,
    /// Weights of each row of R that are not 0.
    pub links: usize,
    /// The largest magnitude of an eigenvalue of R.
    pub spectral_radius: f64,
    /// The largest magnitude of a weight from the input.
    pub input_scale: f64,
    /// The largest magnitude of a bias.
    pub bias_scale: f64,
}

impl Reservoir {
    /// Its weights: W [H, I], R [H, H] and b [H], W and R sparse.
    ///
    /// # Errors
    /// When no factor gives R its spectral radius.
    pub fn make(&self, random: &mut SplitMix64) -> Result<Gates, Problem> {
        let mut links = vec![];
        for row in 0..self.units {
            let places = self.places(random);
            links.extend(
                places
                    .into_iter()
                    .map(|place| (row, place, within_one(random))),
            );
        }
        let drawn = Matrix::sparse(self.units, self.units, &links);
        let factor = self.factor(spectral_radius(&drawn))?;
        let all = (0..self.units).flat_map(|row| (0..self.inputs).map(move |column| (row, column)));
        let input: Vec<_> = all
            .map(|(row, column)| (row, column, self.input_scale * within_one(random)))
            .collect();
        let bias = (0..self.units).map(|_| self.bias_scale * within_one(random));
        Ok(Gates {
            bias: bias.collect(),
            input: Matrix::sparse(self.units, self.inputs, &input),
            recurrent: drawn.map(|_, _, value| factor * value),
        })
    }

    /// The places of a row that have links.
    fn places(&self, random: &mut SplitMix64) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.units).collect();
        let count = self.links.min(self.units);
        for chosen in 0..count {
            let other = chosen + random.below(places.len() - chosen);
            places.swap(chosen, other);
        }
        places.truncate(count);
        places
    }

    /// What R is multiplied by.
    fn factor(&self, drawn: Option<f64>) -> Result<f64, Problem> {
        let factor = drawn.map(|drawn| self.spectral_radius / drawn);
        factor.filter(|factor| factor.is_finite()).ok_or_else(|| Problem::Conflict {
            message: match drawn {
                Some(drawn) => format!(
                    "the random weights have the spectral radius {drawn}, which no factor makes {}",
                    self.spectral_radius
                ),
                None => "the spectral radius of the random weights was not found".into(),
            },
            expected: "another `seed`, or a larger `density`".into(),
        })
    }
}

/// A number from -1 to 1.
fn within_one(random: &mut SplitMix64) -> f64 {
    2.0 * random.uniform() - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Reservoir = Reservoir {
        units: 60,
        inputs: 2,
        links: 6,
        spectral_radius: 0.8,
        input_scale: 0.5,
        bias_scale: 0.25,
    };

    #[test]
    fn it_is_as_described_and_the_same_each_time() {
        let made = |seed| SAMPLE.make(&mut SplitMix64::new(seed)).unwrap();
        let gates = made(1);
        let radius = spectral_radius(&gates.recurrent).unwrap();
        assert!((radius - 0.8).abs() < 1e-12, "{radius}");
        for row in 0..60 {
            assert_eq!(gates.recurrent.row(row).count(), 6);
            assert!(gates.input.row(row).all(|(_, w)| w.abs() <= 0.5));
            assert!(gates.bias[row].abs() <= 0.25);
        }
        let largest = gates.input.links().map(|(_, _, w)| w.abs());
        assert!(largest.fold(0.0, f64::max) > 0.45);
        assert_eq!(gates, made(1));
        assert_ne!(gates, made(2));
        assert!(!gates.recurrent.is_dense());
    }

    /// By hand: the first numbers of SplitMix64 with the seed 1234567 are those of its publication.
    #[test]
    fn the_first_numbers_stand_where_the_order_says() {
        let mut random = SplitMix64::new(1_234_567);
        let place = (u128::from(random.bits()) * 3) >> 64;
        let weight = within_one(&mut random);
        let one = Reservoir {
            units: 3,
            links: 1,
            ..SAMPLE
        };
        let gates = one.make(&mut SplitMix64::new(1_234_567)).unwrap();
        let (column, value) = gates.recurrent.row(0).next().unwrap();
        assert_eq!(column as u128, place);
        assert_eq!(value.signum(), weight.signum());
    }

    #[test]
    fn without_links_there_is_no_radius() {
        let none = Reservoir { links: 0, ..SAMPLE };
        let refused = none.make(&mut SplitMix64::new(1)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the random weights have the spectral radius 0, which no factor makes 0.8"
        );
    }
}
