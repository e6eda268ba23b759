//! Lengths of tours, and a short one to bound the shortest.

/// The length of a round tour.
pub fn length(order: &[usize], distance: &impl Fn(usize, usize) -> f64) -> f64 {
    let next = order.iter().cycle().skip(1);
    let legs = order.iter().zip(next);
    legs.map(|(&a, &b)| distance(a, b)).sum()
}

/// A short tour: the nearest neighbour next, from each city, then segments reversed while that
/// shortens it.
pub fn short_tour(cities: usize, distance: &impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let tours = (0..cities).map(|first| nearest_next(first, cities, distance));
    let shorter = |a: (f64, Vec<usize>), b: (f64, Vec<usize>)| if b.0 < a.0 { b } else { a };
    let tours = tours.map(|tour| (length(&tour, distance), tour));
    let (_, tour) = tours.reduce(shorter).unwrap_or_default();
    improved(tour, distance)
}

fn nearest_next(
    first: usize,
    cities: usize,
    distance: &impl Fn(usize, usize) -> f64,
) -> Vec<usize> {
    let mut left: Vec<usize> = (0..cities).filter(|&city| city != first).collect();
    let (mut tour, mut at) = (vec![first], first);
    while !left.is_empty() {
        let near = (0..left.len()).min_by(|&a, &b| {
            let of = |place: usize| left.get(place).map_or(0.0, |&city| distance(at, city));
            of(a).total_cmp(&of(b))
        });
        at = left.remove(near.unwrap_or(0));
        tour.push(at);
    }
    tour
}

/// Passes over all segments at most, so that this ends whatever the distances.
const PASSES: usize = 50;

fn improved(mut tour: Vec<usize>, distance: &impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let mut best = length(&tour, distance);
    for _ in 0..PASSES {
        let before = best;
        for start in 1..tour.len() {
            for end in start + 2..=tour.len() {
                if let Some(segment) = tour.get_mut(start..end) {
                    segment.reverse();
                }
                let found = length(&tour, distance);
                if found < best {
                    best = found;
                } else if let Some(segment) = tour.get_mut(start..end) {
                    segment.reverse();
                }
            }
        }
        if best >= before {
            break;
        }
    }
    tour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tour_around_a_circle_is_found() {
        let at = |city: usize| (city as f64 * 7.0 % 12.0) / 12.0 * std::f64::consts::TAU;
        let distance = |a: usize, b: usize| {
            let (a, b) = (at(a), at(b));
            (a.cos() - b.cos()).hypot(a.sin() - b.sin())
        };
        let tour = short_tour(12, &distance);
        let around = 12.0 * 2.0 * (std::f64::consts::PI / 12.0).sin();
        assert!((length(&tour, &distance) - around).abs() < 1e-9);
        let mut sorted = tour.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..12));
    }
}
