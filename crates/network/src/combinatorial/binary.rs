//! Quadratic functions of bits, and Ising models of the same minima.

use std::collections::BTreeMap;

use crate::ising::Ising;
use crate::matrix::Matrix;

/// Where fewer than one place in so many is a coupling, the matrix is kept by its entries.
const SPARSE: usize = 4;

/// `constant + sum_i linear_i x_i + sum_(i<j) q_ij x_i x_j` over bits x.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Binary {
    constant: f64,
    linear: Vec<f64>,
    /// q by (i, j), i < j.
    quadratic: BTreeMap<(usize, usize), f64>,
}

/// An Ising model whose energy says what the objective is.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The model.
    pub model: Ising,
    /// The objective is `energy / scale + constant`; a negative scale is one that is maximised.
    pub scale: f64,
    /// The objective of the energy 0.
    pub constant: f64,
}

impl Mapped {
    /// The objective of an energy.
    pub fn objective(&self, energy: f64) -> f64 {
        energy / self.scale + self.constant
    }
}

impl Binary {
    /// Zero for every pattern of so many bits.
    pub fn new(bits: usize) -> Binary {
        Binary {
            linear: vec![0.0; bits],
            ..Binary::default()
        }
    }

    /// The number of bits.
    pub fn bits(&self) -> usize {
        self.linear.len()
    }

    /// The number of pairs with a weight.
    pub fn pairs(&self) -> usize {
        self.quadratic.len()
    }

    /// Adds `weight x_i x_j`; `i = j` is linear, and bits that are not there count as 0.
    pub fn add(&mut self, i: usize, j: usize, weight: f64) {
        let bits = self.bits();
        if i == j {
            if let Some(linear) = self.linear.get_mut(i) {
                *linear += weight;
            }
        } else if i < bits && j < bits {
            *self.quadratic.entry((i.min(j), i.max(j))).or_insert(0.0) += weight;
        }
    }

    /// Adds `weight (sum of these bits - count)^2`.
    pub fn exactly(&mut self, count: f64, bits: &[usize], weight: f64) {
        self.constant += weight * count * count;
        for (place, &i) in bits.iter().enumerate() {
            self.add(i, i, weight * (1.0 - 2.0 * count));
            for &j in bits.iter().skip(place + 1) {
                self.add(i, j, 2.0 * weight);
            }
        }
    }

    /// Adds `weight` for each pair of these bits that are both set.
    pub fn at_most_one(&mut self, bits: &[usize], weight: f64) {
        for (place, &i) in bits.iter().enumerate() {
            for &j in bits.iter().skip(place + 1) {
                self.add(i, j, weight);
            }
        }
    }

    /// The value of a pattern.
    pub fn value(&self, bits: &[bool]) -> f64 {
        let set = |i: usize| super::bit(bits, i);
        let linear = self.linear.iter().enumerate();
        let linear: f64 = linear.filter(|(i, _)| set(*i)).map(|(_, of)| of).sum();
        let pairs = self.quadratic.iter();
        let pairs = pairs.filter(|((i, j), _)| set(*i) && set(*j));
        self.constant + linear + pairs.map(|(_, of)| of).sum::<f64>()
    }

    /// The Ising model of this function, by `x = (1 + s) / 2`: four times the function but for its
    /// constant, and divided by what its couplings and fields have in common where all are whole.
    pub fn mapped(&self) -> Mapped {
        let mut field: Vec<f64> = self.linear.iter().map(|linear| -2.0 * linear).collect();
        let mut links = Vec::with_capacity(2 * self.quadratic.len());
        let weights = self.quadratic.iter().filter(|(_, weight)| **weight != 0.0);
        for (&(i, j), &weight) in weights {
            links.extend([(i, j, -weight), (j, i, -weight)]);
            for unit in [i, j] {
                if let Some(field) = field.get_mut(unit) {
                    *field -= weight;
                }
            }
        }
        let numbers = links.iter().map(|(_, _, value)| value).chain(&field);
        let common = common_divisor(numbers.copied());
        field.iter_mut().for_each(|field| *field /= common);
        links.iter_mut().for_each(|(_, _, value)| *value /= common);
        let linear: f64 = self.linear.iter().sum();
        let quadratic: f64 = self.quadratic.values().sum();
        Mapped {
            model: Ising {
                couplings: compact(self.bits(), &links),
                field,
            },
            scale: 4.0 / common,
            constant: self.constant + linear / 2.0 + quadratic / 4.0,
        }
    }
}

/// A square matrix of these entries: by its entries where they are few, else in full.
pub fn compact(side: usize, links: &[(usize, usize, f64)]) -> Matrix {
    let sparse = Matrix::sparse(side, side, links);
    if links.len() < side * side / SPARSE {
        return sparse;
    }
    let mut full = vec![0.0; side * side];
    for (i, j, value) in sparse.entries() {
        if let Some(place) = full.get_mut(i * side + j) {
            *place = value;
        }
    }
    Matrix::dense(side, side, &full)
}

/// The largest whole number that divides all of these; 1 where one is not whole, or all are 0.
fn common_divisor(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut common = 0u64;
    for number in numbers {
        if number.fract() != 0.0 || number.abs() > 2f64.powi(53) {
            return 1.0;
        }
        common = greatest(common, number.abs() as u64);
    }
    common.max(1) as f64
}

fn greatest(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::SplitMix64;

    #[test]
    fn energies_are_the_function() {
        let mut random = SplitMix64::new(3);
        for bits in 1..=6 {
            let mut function = Binary::new(bits);
            function.exactly(1.0, &(0..bits).collect::<Vec<_>>(), 3.0);
            for _ in 0..8 {
                let weight = random.below(21) as f64 - 10.0;
                function.add(random.below(bits), random.below(bits), weight);
            }
            let mapped = function.mapped();
            for pattern in 0..1u32 << bits {
                let set: Vec<bool> = (0..bits).map(|bit| pattern >> bit & 1 == 1).collect();
                let spins: Vec<f64> = set.iter().map(|&b| if b { 1.0 } else { -1.0 }).collect();
                let found = mapped.objective(mapped.model.energy(&spins));
                assert!((found - function.value(&set)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn whole_numbers_get_short() {
        let mut function = Binary::new(3);
        function.add(0, 1, 6.0);
        function.add(1, 2, -12.0);
        let mapped = function.mapped();
        assert_eq!(mapped.model.couplings.get(0, 1), -1.0);
        assert_eq!(mapped.model.field, [-1.0, 1.0, 2.0]);
        assert_eq!(mapped.scale, 4.0 / 6.0);
    }
}
