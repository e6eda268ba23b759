//! Numbers that multiply each element: the same for all, or one for each.

use program::{NodeId, Program, Role, VectorId};

use super::{Assembly, Factor, Wide, read};
use crate::QuantizeError;
use crate::coefficients::Coefficients;

/// Significant bits of numbers that differ from element to element.
const SIGNIFICANT: i32 = 12;

/// What multiplies an element.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// The same number for all.
    Same(Factor),
    /// A parameter with one number for each.
    Each(VectorId),
}

impl Scale {
    /// Of the numbers of all elements; a parameter `name` where they differ. `error` becomes the
    /// largest distance of a word to its number, if that is larger.
    ///
    /// # Errors
    /// When no word of 64 bits holds a number.
    pub fn new(
        assembly: &mut Assembly,
        name: &str,
        values: &[f64],
        error: &mut f64,
    ) -> Result<Scale, QuantizeError> {
        let first = values.first().copied().unwrap_or(1.0);
        if values.iter().all(|value| *value == first) {
            let factor = Factor::new(first)?;
            *error = error.max(factor.error());
            return Ok(Scale::Same(factor));
        }
        let words = Coefficients::with_bits(values, SIGNIFICANT)?;
        *error = error.max(words.error);
        let role = Role::Parameter(words.raw);
        Ok(Scale::Each(assembly.vector(
            name,
            values.len(),
            words.format,
            role,
        )))
    }

    /// A node `name`: the number of the element times another node, exact.
    ///
    /// # Errors
    /// When no word of 64 bits holds every product.
    pub fn times(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        of: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        match self {
            Scale::Same(factor) => factor.times(apply, name, of),
            Scale::Each(vector) => {
                let factor = apply.element(&format!("{name}_factor"), *vector)?;
                apply.product(name, of, factor)
            }
        }
    }

    /// The numbers that multiply in fact in a program with the scale `name` of these numbers.
    pub fn rounded(program: &Program, name: &str, exact: &[f64]) -> Option<Vec<f64>> {
        match program.find(name) {
            Some(vector) => read::parameter(program, vector),
            None => exact
                .iter()
                .map(|&exact| Some(Factor::new(exact).ok()?.value()))
                .collect(),
        }
    }
}
