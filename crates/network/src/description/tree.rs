//! The tokens and the stack of tree networks.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker, MAX_SIDE};
use super::values::{NamedFiles, TensorSource, named_in};
use crate::problem::Problem;

/// The tokens of a tree network, which stand for what they do: leaves are numbered from 0 on, then
/// unary operators, then binary ones. `w` and `bias` of the layer are those of the binary operators.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeSection {
    /// Names of the tokens that put a vector on the stack; at least one.
    pub leaves: Vec<String>,
    /// Names of the operators that take one value. Default: none.
    #[serde(default)]
    pub unary: Vec<String>,
    /// Names of the operators that take two values; at least one.
    pub binary: Vec<String>,
    /// Values that the stack holds, 2 to 4096.
    #[schemars(range(min = 2, max = 4096))]
    pub depth: usize,
    /// The vector of each leaf: leaves x H.
    pub embedding: TensorSource,
    /// Weights of the unary operators, H rows each: unary H x H.
    pub u: Option<TensorSource>,
    /// Biases of the unary operators: unary H. Default 0.
    pub u_bias: Option<TensorSource>,
}

impl TreeSection {
    /// Checks what can be checked without reading a file.
    pub(super) fn check(&self, check: &Checker<'_>, field: &str) -> Checked {
        let at = |key: &str| format!("{field}.{key}");
        let kinds = [
            ("leaves", "the number of leaves", self.leaves.len(), 1),
            (
                "unary",
                "the number of unary operators",
                self.unary.len(),
                0,
            ),
            (
                "binary",
                "the number of binary operators",
                self.binary.len(),
                1,
            ),
            ("depth", "the values that the stack holds", self.depth, 2),
        ];
        for (key, what, count, least) in kinds {
            let (count, least) = (count as f64, f64::from(least));
            check.range(&at(key), what, count, least, MAX_SIDE as f64)?;
        }
        self.check_names(check, &at)?;
        let unary = !self.unary.is_empty();
        let weights = self.u.is_some();
        check.only(&at("u"), weights, unary, "a list `unary`")?;
        let bias = self.u_bias.is_some();
        check.only(&at("u_bias"), bias, unary, "a list `unary`")?;
        if unary && !weights {
            check.missing(&at("u"), "u", "the weights of the unary operators")?;
        }
        Ok(())
    }

    /// That each name stands for one token.
    fn check_names(&self, check: &Checker<'_>, at: &impl Fn(&str) -> String) -> Checked {
        let mut known = std::collections::HashSet::new();
        let lists = [
            ("leaves", &self.leaves),
            ("unary", &self.unary),
            ("binary", &self.binary),
        ];
        for (key, names) in lists {
            if let Some(name) = names.iter().find(|name| !known.insert(name.as_str())) {
                let message = format!("two tokens have the name `{}`", name.escape_debug());
                let expected = "a name of its own for each token".into();
                check.fail(&at(key), Problem::Conflict { message, expected })?;
            }
        }
        Ok(())
    }

    /// The fields that name files, and the names.
    pub(super) fn files(&self, section: &str) -> NamedFiles {
        let keys = [
            ("embedding", Some(&self.embedding)),
            ("u", self.u.as_ref()),
            ("u_bias", self.u_bias.as_ref()),
        ];
        named_in(section, keys)
    }
}
