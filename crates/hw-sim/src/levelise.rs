//! The order in which nets are evaluated: each after those that it reads, across modules.

use crate::error::SimulationError;
use crate::flatten::FlatDesign;

/// Orders the nets of a design so that each stands after its operands. Among those that are ready,
/// nets of one class are kept together, because a run of like instructions is faster.
pub(crate) fn levelise(
    flat: &FlatDesign<'_>,
    class: impl Fn(usize) -> bool,
) -> Result<Vec<usize>, SimulationError> {
    let count = flat.nets.len();
    let operands: Vec<Vec<usize>> = (0..count).map(|net| flat.operands(net)).collect();
    let mut readers: Vec<Vec<usize>> = vec![vec![]; count];
    let mut missing = vec![0usize; count];
    for (net, operands) in operands.iter().enumerate() {
        missing[net] = operands.len();
        for &operand in operands {
            readers[operand].push(net);
        }
    }
    let mut ready = [vec![], vec![]];
    for net in (0..count).rev().filter(|&net| missing[net] == 0) {
        ready[usize::from(class(net))].push(net);
    }
    let mut order = Vec::with_capacity(count);
    let mut current = 0;
    while !ready[0].is_empty() || !ready[1].is_empty() {
        let Some(net) = ready[current].pop() else {
            current = 1 - current;
            continue;
        };
        order.push(net);
        for &reader in &readers[net] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready[usize::from(class(reader))].push(reader);
            }
        }
    }
    if order.len() == count {
        Ok(order)
    } else {
        Err(find_loop(flat, &operands, &missing))
    }
}

/// Walks along operands that never became ready until a net comes again.
fn find_loop(flat: &FlatDesign<'_>, operands: &[Vec<usize>], missing: &[usize]) -> SimulationError {
    let stuck = |net: &usize| missing[*net] > 0;
    let mut seen_at = vec![None; operands.len()];
    let mut walk = vec![];
    let mut next = (0..operands.len()).find(stuck);
    while let Some(net) = next {
        if let Some(start) = seen_at[net] {
            let nets = walk[start..].iter().map(|&net| flat.path(net)).collect();
            return SimulationError::Loop { nets };
        }
        seen_at[net] = Some(walk.len());
        walk.push(net);
        next = operands[net].iter().copied().find(stuck);
    }
    SimulationError::Loop { nets: vec![] }
}
