//! Axes of arrays, and what they stand for.
//!
//! An array that passes through a model keeps its meaning while exporters turn, join and split its
//! axes. An axis is therefore a list of *atoms*, the slower first: joining axes joins the lists. An
//! atom of length 1 changes nothing, so there is none.

/// One thing that an axis runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Atom {
    /// Which thing.
    pub id: usize,
    /// How many, where that is known.
    pub length: Option<usize>,
}

/// How many elements atoms or axes of these lengths have; none where a length is not known, or where
/// there are more than can be counted.
pub fn total(lengths: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    let mut lengths = lengths.into_iter();
    lengths.try_fold(1usize, |all, length| all.checked_mul(length?))
}

/// A length that a reshape asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many.
    Known(usize),
    /// As many as the axis at the same place has.
    Same,
    /// What is left.
    Rest,
    /// A number that is known only when the model runs.
    Open,
}

/// The axes with these lengths that hold the same elements in the same order; `None` where there is
/// not exactly one best way to see it so.
pub fn reshaped(axes: &[Vec<Atom>], lengths: &[Length]) -> Option<Vec<Vec<Atom>>> {
    /// More axes or atoms would take long, and no exporter writes them.
    const MOST: usize = 8;
    let atoms: Vec<Atom> = axes.concat();
    if atoms.len() > MOST || lengths.len() > MOST {
        return None;
    }
    let mut ways = vec![];
    search(axes, &atoms, lengths, &mut vec![], &mut ways, 0);
    let best = ways.iter().map(|(doubt, _)| *doubt).min()?;
    let mut least = ways.into_iter().filter(|(doubt, _)| *doubt == best);
    let (_, way) = least.next()?;
    least.next().is_none().then_some(way)
}

type Ways = Vec<(usize, Vec<Vec<Atom>>)>;

/// Every way to deal the atoms out, with how much of it is guessed.
fn search(
    axes: &[Vec<Atom>],
    atoms: &[Atom],
    lengths: &[Length],
    dealt: &mut Vec<Vec<Atom>>,
    ways: &mut Ways,
    doubt: usize,
) {
    let Some((length, others)) = lengths.split_first() else {
        if atoms.is_empty() {
            ways.push((doubt, dealt.clone()));
        }
        return;
    };
    for count in 0..=atoms.len() {
        let (group, rest) = atoms.split_at(count);
        if let Some(more) = fits(axes.get(dealt.len()), group, *length) {
            dealt.push(group.to_vec());
            search(axes, rest, others, dealt, ways, doubt + more);
            dealt.pop();
        }
    }
}

/// Whether atoms may be an axis of this length, and how much of that is guessed.
fn fits(same: Option<&Vec<Atom>>, group: &[Atom], length: Length) -> Option<usize> {
    let known = total(group.iter().map(|atom| atom.length.or(Some(1))))?;
    let open = group.iter().filter(|atom| atom.length.is_none()).count();
    match length {
        Length::Known(wanted) if open == 0 => (known == wanted).then_some(0),
        Length::Known(wanted) => (wanted % known.max(1) == 0).then_some(10 * open),
        Length::Same => same.is_some_and(|axis| axis == group).then_some(0),
        Length::Rest => Some(0),
        // Whoever computes a length does so because it is not known: one open atom.
        Length::Open => Some(open.abs_diff(1) + group.len().abs_diff(1)),
    }
}

/// What an axis of the model's input or output runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The sequences.
    Sequence,
    /// The steps of a sequence.
    Step,
    /// A part of the vector, with its length, the slower first.
    Element(usize),
}

/// Where the steps and elements of sequences stand in the arrays that a model takes and gives: for
/// each axis what it runs over, the slower first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Of the input array.
    pub input: Vec<Vec<Role>>,
    /// Of the output array.
    pub output: Vec<Vec<Role>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(id: usize, length: Option<usize>) -> Atom {
        Atom { id, length }
    }

    #[test]
    fn axes_are_joined_and_split() {
        let (time, batch) = (atom(0, None), atom(1, None));
        let (side, unit) = (atom(2, Some(2)), atom(3, Some(5)));
        let axes = [vec![time], vec![batch], vec![side], vec![unit]];
        let joined = reshaped(&axes, &[Length::Same, Length::Same, Length::Rest]);
        let wanted = vec![vec![time], vec![batch], vec![side, unit]];
        assert_eq!(joined.as_ref(), Some(&wanted));
        let joined = reshaped(&axes, &[Length::Open, Length::Open, Length::Known(10)]);
        assert_eq!(joined.as_ref(), Some(&wanted));
        let steps = reshaped(&wanted, &[Length::Rest, Length::Known(10)]);
        assert_eq!(steps, Some(vec![vec![time, batch], vec![side, unit]]));
        let split = [
            Length::Same,
            Length::Same,
            Length::Known(2),
            Length::Known(5),
        ];
        assert_eq!(reshaped(&wanted, &split), Some(axes.to_vec()));
        assert_eq!(
            reshaped(&wanted, &[Length::Known(3), Length::Known(7)]),
            None
        );
        // Steps or sequences: it cannot be known which.
        let open = [Length::Rest, Length::Rest, Length::Known(10)];
        assert_eq!(reshaped(&wanted, &open), None);
    }
}
