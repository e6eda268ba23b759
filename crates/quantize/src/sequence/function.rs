//! Activation functions of layers: the argument fitted, clipped, and looked up.

use network::Activation;
use program::{Format, NodeId, Overflow, Rounding, TableId, rounding::nearest};

use super::chain::Chain;
use crate::QuantizeError;
use crate::activation::{Kind, Plan, Wish, plan};
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
    /// The function of a layer for a use, made as the description wishes; one that was made before
    /// where it is the same.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn function(&mut self, wanted: Use<'_>) -> Result<Function, QuantizeError> {
        let bound = wanted
            .clip
            .map_or(wanted.bound, |clip| clip.min(wanted.bound));
        let argument = self.formats.argument(wanted.activation, bound)?;
        let clip = wanted.clip.and_then(|clip| nearest(clip, argument));
        let wish = Wish::from(&self.network.table);
        self.wished(wanted.activation, (argument, wanted.output), clip, &wish)
    }

    /// A function of an argument of a format; the result has another one. How it is made is chosen.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn function_of(
        &mut self,
        activation: &Activation,
        formats: (Format, Format),
        clip: Option<i64>,
    ) -> Result<Function, QuantizeError> {
        self.wished(activation, formats, clip, &Wish::default())
    }

    fn wished(
        &mut self,
        activation: &Activation,
        (argument, output): (Format, Format),
        clip: Option<i64>,
        wish: &Wish,
    ) -> Result<Function, QuantizeError> {
        let same = |(known, of, made): &&(Activation, Wish, Function)| {
            let formats = (made.plan.input(), made.plan.output());
            (known, of) == (activation, wish) && formats == (argument, output)
        };
        if let Some((.., made)) = self.functions.iter().find(same) {
            return Ok(Function {
                clip,
                ..made.clone()
            });
        }
        let mut made = plan(activation, argument, output, &Wish::default())?;
        // What needs no table is not asked for one.
        if *wish != Wish::default() && made.figures().kind != Kind::Operations {
            made = plan(activation, argument, output, wish)?;
        }
        let name = format!("activation{}", self.functions.len() + 1);
        let function = Function {
            tables: made.register(&mut self.assembly, &name),
            plan: made,
            clip,
            rounding: self.formats.manner.0,
        };
        let known = (activation.clone(), *wish, function.clone());
        self.functions.push(known);
        Ok(function)
    }
}
