//! Whose turn it is: orders of updates over several replicas.

use crate::dynamics::Moment;
use crate::hopfield::Order;

impl Order {
    /// The order of several replicas whose spins stand side by side: where one unit of a replica
    /// follows another, the same unit of all replicas takes its turn at the same time.
    pub fn side_by_side(self, replicas: usize) -> Order {
        match self {
            Order::Sequential if replicas > 1 => Order::Block { size: replicas },
            Order::Block { size } => Order::Block {
                size: size.saturating_mul(replicas),
            },
            Order::Synchronous | Order::Sequential | Order::Permuted { .. } => self,
        }
    }
}

/// Gives each group of units that are updated together its turn, one after another; permutations
/// come from the moment.
pub fn in_turns(order: Order, units: usize, moment: &mut Moment, mut update: impl FnMut(&[usize])) {
    let in_order = || (0..units).collect::<Vec<_>>();
    let (all, size) = match (order, &mut moment.permutations) {
        (Order::Permuted { .. }, Some(orders)) => (orders.next_sweep(), 1),
        (Order::Synchronous, _) => (in_order(), units.max(1)),
        (Order::Block { size }, _) => (in_order(), size.max(1)),
        (Order::Sequential | Order::Permuted { .. }, _) => (in_order(), 1),
    };
    all.chunks(size).for_each(&mut update);
}
