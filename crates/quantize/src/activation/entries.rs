//! Tables with an entry for each address.

use program::{Format, NodeId, Operation, Table};

use super::address::Address;
use super::nodes::{Nodes, narrowest};
use super::target::{Direction, Target};
use crate::QuantizeError;
use crate::search::Cost;

/// A table of results, for all arguments or, mirrored, for those from 0 on.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries {
    pub address: Address,
    pub output: Format,
    /// A result and that for the negative argument together, where mirrored.
    pub twice_centre: i64,
    /// The format of the entries.
    pub entry: Format,
    /// The entry for each address, from the smallest.
    pub entries: Vec<i64>,
}

/// The narrowest format that holds all results, or those that are mirrored.
pub fn entry_format(target: &Target<'_>, mirrored: bool) -> Option<Format> {
    let (low, high) = target.span(mirrored);
    let (low, high) = (target.nearest(low), target.nearest(high));
    if target.output == Format::BIPOLAR {
        return Some(Format::BIPOLAR);
    }
    narrowest(low, high, target.output.fraction())
}

impl Entries {
    /// The best entry for each address: in the middle of what the function does there.
    pub fn fit(target: &Target<'_>, address: Address, entry: Format) -> Entries {
        let twice_centre = target.twice_centre.unwrap_or(0);
        let (low, high) = if address.mirrored {
            target.mirrored_limits(twice_centre)
        } else {
            target.limits
        };
        let (low, high) = (low.max(entry.min_raw()), high.min(entry.max_raw()));
        let middle = |at: i64| {
            let (first, last) = address.arguments(at);
            let (least, most) = target.extremes(first, last);
            let value = target.nearest((least + most) / 2.0);
            if entry == Format::BIPOLAR {
                value
            } else {
                value.clamp(low, high)
            }
        };
        let mut entries: Vec<i64> = address.all().map(middle).collect();
        if address.mirrored
            && let Some(first) = entries.first_mut()
        {
            *first = twice_centre / 2;
        }
        monotone(&mut entries, target.direction);
        // The largest address stands for all beyond it, and so must its negative and the address
        // below that, which has no negative.
        let saturates = !address.mirrored && address.narrow != address.input;
        if target.is_odd() && saturates {
            let last = entries.last().copied().unwrap_or(0);
            entries.iter_mut().take(2).for_each(|entry| *entry = -last);
        }
        Entries {
            address,
            output: target.output,
            twice_centre,
            entry,
            entries,
        }
    }

    /// The result for an argument.
    pub fn evaluate(&self, raw: i64) -> i64 {
        let place = self.address.of(raw) - self.address.narrow.min_raw();
        let entry = usize::try_from(place).ok();
        let entry = entry.and_then(|place| self.entries.get(place));
        let entry = entry.copied().unwrap_or(0);
        if self.address.mirrored && raw < 0 {
            self.twice_centre - entry
        } else {
            entry
        }
    }

    pub fn tables(&self, name: &str) -> Vec<Table> {
        vec![Table {
            name: name.to_owned(),
            input: self.address.narrow,
            output: self.entry,
            entries: self.entries.clone(),
        }]
    }

    pub fn cost(address: Address, entry: Format, output: Format) -> Cost {
        let mirroring = if address.mirrored {
            2 * output.width()
        } else {
            0
        };
        Cost {
            memory_bits: u64::from(entry.width()) << address.narrow.width(),
            adder_bits: address.logic_bits() + u64::from(mirroring),
            multiplier_bits: 0,
        }
    }

    pub fn build(
        &self,
        nodes: &mut Nodes<'_, '_>,
        argument: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let (negative, address) = self.address.build(nodes, argument)?;
        let table = nodes.table(0)?;
        let lookup = Operation::Lookup { of: address, table };
        match negative {
            None if self.entry == self.output => nodes.push("", lookup, self.output),
            None => {
                let entry = nodes.push("entry", lookup, self.entry)?;
                nodes.shifted("", entry, self.output)
            }
            Some(negative) => {
                let entry = nodes.push("entry", lookup, self.entry)?;
                mirror(nodes, negative, entry, self.twice_centre, self.output)
            }
        }
    }
}

/// Adds the nodes that mirror a result where the argument was negative.
pub fn mirror(
    nodes: &mut Nodes<'_, '_>,
    negative: NodeId,
    entry: NodeId,
    twice_centre: i64,
    output: Format,
) -> Result<NodeId, QuantizeError> {
    let twice = nodes.constant("twice_centre", twice_centre, output.fraction())?;
    let mirrored = nodes.push("mirrored", Operation::Subtract(twice, entry), output)?;
    let plain = nodes.shifted("plain", entry, output)?;
    let select = Operation::Select {
        condition: negative,
        high: mirrored,
        low: plain,
    };
    nodes.push("", select, output)
}

/// Makes entries go one way; they do already, but for what rounding of real numbers may have done.
fn monotone(entries: &mut [i64], direction: Option<Direction>) {
    let mut last: Option<i64> = None;
    for entry in entries {
        *entry = match (last, direction) {
            (Some(last), Some(Direction::Rising)) => last.max(*entry),
            (Some(last), Some(Direction::Falling)) => last.min(*entry),
            _ => *entry,
        };
        last = Some(*entry);
    }
}
