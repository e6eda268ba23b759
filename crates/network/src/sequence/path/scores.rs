//! Paths through tags: scores that add up along a path, and the best path.

use std::ops::Add;

/// The scores of a chain of tags. They add up: logarithms of probabilities, or raw words of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores<T> {
    /// Of beginning with each tag.
    pub start: Vec<T>,
    /// Of going from a tag (outer) to a tag (inner) in the next step.
    pub transition: Vec<Vec<T>>,
    /// Of ending with each tag.
    pub end: Vec<T>,
}

/// The tag from which each tag is reached best, and the scores of the best paths so far.
struct Step<T> {
    best: Vec<T>,
    from: Vec<usize>,
}

impl<T: Copy + PartialOrd + Add<Output = T>> Scores<T> {
    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.start.len()
    }

    /// The path of the largest score through steps whose tags have these scores of their own,
    /// [step, tag]: Viterbi's recursion
    /// `delta_j(t) = max_i (delta_i(t - 1) + a_ij) + b_j(t)`,
    /// and the way back along the tags that gave each maximum (Viterbi 1967; Rabiner 1989, III.B).
    /// The first tag wins where scores are the same.
    pub fn best_path(&self, emissions: &[Vec<T>]) -> Vec<usize> {
        let mut emissions = emissions.iter();
        let Some(first) = emissions.next() else {
            return vec![];
        };
        let mut best = sums(&self.start, first);
        let mut pointers = vec![];
        for emission in emissions {
            let step = self.step(&best, emission);
            best = step.best;
            pointers.push(step.from);
        }
        let mut tag = largest(&sums(&best, &self.end)).map_or(0, |(tag, _)| tag);
        let mut path = vec![tag];
        for from in pointers.iter().rev() {
            tag = from.get(tag).copied().unwrap_or(0);
            path.push(tag);
        }
        path.reverse();
        path
    }

    fn step(&self, before: &[T], emission: &[T]) -> Step<T> {
        let mut step = Step {
            best: vec![],
            from: vec![],
        };
        for (to, own) in emission.iter().enumerate() {
            let into = self.transition.iter().filter_map(|row| row.get(to));
            let candidates: Vec<T> = before.iter().zip(into).map(|(&a, &b)| a + b).collect();
            if let Some((from, best)) = largest(&candidates) {
                step.best.push(best + *own);
                step.from.push(from);
            }
        }
        step
    }

    /// The score of a path; `None` for one of another length, with a tag that there is not, or
    /// through no step.
    pub fn of_path(&self, path: &[usize], emissions: &[Vec<T>]) -> Option<T> {
        if path.len() != emissions.len() {
            return None;
        }
        let mut score = *self.start.get(*path.first()?)?;
        for pair in path.windows(2) {
            let [from, to] = pair else { return None };
            score = score + *self.transition.get(*from)?.get(*to)?;
        }
        for (tag, emission) in path.iter().zip(emissions) {
            score = score + *emission.get(*tag)?;
        }
        Some(score + *self.end.get(*path.last()?)?)
    }
}

fn sums<T: Copy + Add<Output = T>>(a: &[T], b: &[T]) -> Vec<T> {
    a.iter().zip(b).map(|(&a, &b)| a + b).collect()
}

/// The first largest element, and its place.
fn largest<T: Copy + PartialOrd>(values: &[T]) -> Option<(usize, T)> {
    let values = values.iter().copied().enumerate();
    values.reduce(|best, next| if next.1 > best.1 { next } else { best })
}
