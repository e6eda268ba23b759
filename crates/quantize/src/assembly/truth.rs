//! Truths made of others.

use program::{Format, NodeId};

use super::wide::Wide;
use crate::QuantizeError;

impl Wide<'_> {
    /// 1 where the truth `of` is 0.
    ///
    /// # Errors
    /// None but those of a node that is not there.
    pub fn not(&mut self, name: &str, of: NodeId) -> Result<NodeId, QuantizeError> {
        let (yes, no) = self.truths(name)?;
        self.select(name, of, (no, yes))
    }

    /// 1 where neither of two truths is 1.
    ///
    /// # Errors
    /// None but those of a node that is not there.
    pub fn neither(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (yes, no) = self.truths(name)?;
        let not_b = self.select(&format!("{name}_other"), b, (no, yes))?;
        self.select(name, a, (no, not_b))
    }

    /// 1 where both truths are 1.
    ///
    /// # Errors
    /// None but those of a node that is not there.
    pub fn both(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let no = self.known(&format!("{name}_no"), 0, Format::TRUTH)?;
        self.select(name, a, (b, no))
    }

    fn truths(&mut self, name: &str) -> Result<(NodeId, NodeId), QuantizeError> {
        let yes = self.known(&format!("{name}_yes"), 1, Format::TRUTH)?;
        let no = self.known(&format!("{name}_no"), 0, Format::TRUTH)?;
        Ok((yes, no))
    }
}
