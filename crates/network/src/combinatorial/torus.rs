//! Toroidal grids with weights of -1 and +1: the graphs of the G-set's G11 and its kin.

use super::Graph;
use crate::noise::SplitMix64;
use crate::problem::Problem;

/// A grid of rows x columns vertices, each joined to its neighbours around the torus, with weights
/// of -1 and +1 drawn from a seed. Vertices are numbered from 1, row by row.
///
/// # Errors
/// Fewer than three rows or columns, where neighbours would be joined twice; too many vertices.
pub fn torus(rows: usize, columns: usize, seed: u64) -> Result<Graph, Problem> {
    for (what, found) in [("rows of a torus", rows), ("columns of a torus", columns)] {
        if found < 3 {
            return Err(Problem::OutOfRange {
                what,
                value: found as f64,
                low: 3.0,
                high: super::MAX_UNITS as f64,
            });
        }
    }
    let vertices = super::within("vertices", rows.checked_mul(columns), super::MAX_UNITS)?;
    let mut random = SplitMix64::new(seed);
    let mut graph = Graph::numbered(vertices);
    for at in 0..vertices {
        let (row, column) = (at / columns, at % columns);
        let east = row * columns + (column + 1) % columns;
        let south = (row + 1) % rows * columns + column;
        for other in [east, south] {
            let weight = if random.bits() >> 63 == 0 { -1.0 } else { 1.0 };
            graph.join(at, other, weight);
        }
    }
    Ok(graph)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vertex_has_four_neighbours() {
        let graph = torus(5, 4, 1).unwrap();
        assert_eq!((graph.vertices(), graph.edges().len()), (20, 40));
        for vertex in 0..20 {
            let at = graph.edges().iter();
            let at = at.filter(|edge| edge.ends.contains(&vertex));
            assert_eq!(at.count(), 4);
        }
        assert_eq!(graph.parts(), 1);
        assert_eq!(torus(5, 4, 1), torus(5, 4, 1));
        assert_ne!(torus(5, 4, 1), torus(5, 4, 2));
        assert!(torus(2, 9, 1).is_err() && torus(1 << 40, 1 << 40, 1).is_err());
    }
}
