//! Activation functions of layers: the argument fitted, clipped, and looked up.

use network::Activation;
use program::{Format, NodeId, Overflow, Rounding, TableId, rounding::nearest};

use super::chain::Chain;
use crate::QuantizeError;
use crate::activation::{Plan, Wish, plan};
use crate::assembly::Wide;

/// An activation function in words.
#[derive(Debug, Clone)]
pub struct Function {
    plan: Plan,
    tables: Vec<TableId>,
    /// The largest raw magnitude of the argument, where it is clipped.
    clip: Option<i64>,
    rounding: Rounding,
}

impl Function {
    /// Adds the nodes that compute the function of a node of any format; the result is `name`.
    ///
    /// # Errors
    /// When a node needs more than 64 bits.
    pub fn of(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        node: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let argument = format!("{name}_argument");
        let manner = (self.rounding, Overflow::Saturate);
        let mut argument = apply.resized(&argument, node, self.plan.input(), manner)?;
        if let Some(most) = self.clip {
            argument = apply.clamped(&format!("{name}_clipped"), argument, (-most, most))?;
        }
        self.plan.build(apply, &self.tables, name, argument)
    }
}

/// What a function is made for.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// The function.
    pub activation: &'a Activation,
    /// The largest magnitude of its argument.
    pub bound: f64,
    /// The largest magnitude that is let through.
    pub clip: Option<f64>,
    /// The format of the result.
    pub output: Format,
}

impl Chain<'_> {
    /// The function for a use; one that was made before where it is the same.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn function(&mut self, wanted: Use<'_>) -> Result<Function, QuantizeError> {
        let bound = wanted
            .clip
            .map_or(wanted.bound, |clip| clip.min(wanted.bound));
        let argument = self.formats.argument(wanted.activation, bound)?;
        let clip = wanted.clip.and_then(|clip| nearest(clip, argument));
        self.function_of(wanted.activation, (argument, wanted.output), clip)
    }

    /// A function of an argument of a format; the result has another one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn function_of(
        &mut self,
        activation: &Activation,
        (argument, output): (Format, Format),
        clip: Option<i64>,
    ) -> Result<Function, QuantizeError> {
        let same = |(known, of): &&(Activation, Function)| {
            known == activation && (of.plan.input(), of.plan.output()) == (argument, output)
        };
        if let Some((_, made)) = self.functions.iter().find(same) {
            return Ok(Function {
                clip,
                ..made.clone()
            });
        }
        let plan = plan(activation, argument, output, &Wish::default())?;
        let name = format!("activation{}", self.functions.len() + 1);
        let made = Function {
            tables: plan.register(&mut self.assembly, &name),
            plan,
            clip,
            rounding: self.formats.manner.0,
        };
        self.functions.push((activation.clone(), made.clone()));
        Ok(made)
    }
}
