//! The elements of a stage, in the groups that are updated together.

/// The groups of elements that are updated together, in order.
#[derive(Debug, Clone)]
pub enum Blocks {
    /// Neighbours, `size` at a time.
    Ranges {
        /// Elements in all.
        elements: usize,
        /// Elements of a group; the last may be smaller.
        size: usize,
    },
    /// One at a time, in this order.
    Order(Vec<usize>),
}

impl<'a> IntoIterator for &'a Blocks {
    type Item = std::ops::Range<usize>;
    type IntoIter = BlocksIterator<'a>;

    fn into_iter(self) -> BlocksIterator<'a> {
        BlocksIterator {
            blocks: self,
            next: 0,
        }
    }
}

/// Walks through [`Blocks`].
#[derive(Debug)]
pub struct BlocksIterator<'a> {
    blocks: &'a Blocks,
    next: usize,
}

impl Iterator for BlocksIterator<'_> {
    type Item = std::ops::Range<usize>;

    fn next(&mut self) -> Option<std::ops::Range<usize>> {
        let place = self.next;
        self.next += 1;
        match self.blocks {
            Blocks::Ranges { elements, size } => {
                let start = place.checked_mul(*size).filter(|start| start < elements)?;
                Some(start..(start + size).min(*elements))
            }
            Blocks::Order(order) => order.get(place).map(|&unit| unit..unit + 1),
        }
    }
}
