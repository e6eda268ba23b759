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

/// How atoms are cut so that axes have these lengths, where whole atoms do not fit them: for each atom
/// the lengths of its parts, the slower first. `None` where there is no way, or more than one.
pub fn cut(axes: &[Vec<Atom>], lengths: &[Length]) -> Option<Vec<Vec<Option<usize>>>> {
    let atoms: Vec<Atom> = axes.concat();
    let lengths = settled(axes, lengths);
    let (from_start, first) = cut_from(atoms.iter(), lengths.iter(), false)?;
    let rest = lengths.get(first..)?;
    let (from_end, last) = cut_from(atoms.iter().rev(), rest.iter().rev(), true)?;
    // What is left belongs to one axis.
    if rest.len().checked_sub(last)? > 1 {
        return None;
    }
    let mut parts = from_start;
    for (at, more) in from_end.into_iter().enumerate() {
        let place = parts.get_mut(atoms.len() - 1 - at)?;
        match (place.is_empty(), more.is_empty()) {
            (true, _) => *place = more,
            (false, true) => {}
            // An atom that is cut from both sides.
            (false, false) => return None,
        }
    }
    let whole = |(atom, parts): (&Atom, Vec<usize>)| match parts.is_empty() {
        true => Some(vec![atom.length]),
        false => (total(parts.iter().copied().map(Some)) == atom.length)
            .then(|| parts.into_iter().map(Some).collect()),
    };
    atoms.iter().zip(parts).map(whole).collect()
}

/// The lengths with those known that follow from the others.
fn settled(axes: &[Vec<Atom>], lengths: &[Length]) -> Vec<Length> {
    let of = |atoms: &Vec<Atom>| total(atoms.iter().map(|atom| atom.length));
    let same = |(at, length): (usize, &Length)| match length {
        Length::Same => axes
            .get(at)
            .and_then(of)
            .map_or(Length::Open, Length::Known),
        other => *other,
    };
    let mut lengths: Vec<Length> = lengths.iter().enumerate().map(same).collect();
    let known = |length: &Length| match length {
        Length::Known(length) => Some(*length),
        _ => None,
    };
    let all = of(&axes.concat());
    let rest = all.zip(total(lengths.iter().filter_map(known).map(Some)));
    let mut open = lengths.iter_mut().filter(|length| known(length).is_none());
    if let (Some((all, rest)), Some(one), None) = (rest, open.next(), open.next())
        && rest > 0
        && all.is_multiple_of(rest)
    {
        *one = Length::Known(all / rest);
    }
    lengths
}

/// The parts of atoms that known lengths cut from one side on, and how many lengths these are; a part
/// that is left over is the last one.
fn cut_from<'a>(
    atoms: impl Iterator<Item = &'a Atom>,
    lengths: impl Iterator<Item = &'a Length>,
    backward: bool,
) -> Option<(Vec<Vec<usize>>, usize)> {
    let atoms: Vec<&Atom> = atoms.collect();
    let mut parts = vec![vec![]; atoms.len()];
    let (mut at, mut left, mut used) = (0, None, 0);
    'axes: for length in lengths {
        let Length::Known(length) = length else { break };
        let (before, mut wanted) = ((at, left, parts.clone()), *length);
        while wanted > 1 {
            let Some(whole) = left.or(atoms.get(at).and_then(|atom| atom.length)) else {
                // The length of this atom is not known: the axis is to be found from the other side.
                (at, left, parts) = before;
                break 'axes;
            };
            let part = if whole > wanted { wanted } else { whole };
            if part == 0 || whole % part != 0 || wanted % part != 0 {
                return None;
            }
            parts.get_mut(at)?.push(part);
            wanted /= part;
            left = (whole > part).then_some(whole / part);
            at += usize::from(left.is_none());
        }
        used += 1;
    }
    if let Some(rest) = left {
        parts.get_mut(at)?.push(rest);
    }
    if backward {
        parts.iter_mut().for_each(|parts| parts.reverse());
    }
    Some((parts, used))
}

/// What an axis of the model's input or output runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The sequences.
    Sequence,
    /// The steps of a sequence.
    Step,
    /// A part of the vector.
    Element {
        /// How many.
        length: usize,
        /// Places of the vector from one to the next.
        stride: usize,
    },
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
    fn atoms_are_cut_where_axes_end() {
        use Length::{Known, Open, Rest};
        let (batch, flat, side) = (atom(0, None), atom(1, Some(784)), atom(2, Some(12)));
        let of = |axes: &[Vec<Atom>], lengths: &[Length]| cut(axes, lengths);
        let whole = vec![None];
        let axes = [vec![batch], vec![flat]];
        let image = vec![Some(28), Some(28)];
        for first in [Rest, Open] {
            let found = of(&axes, &[first, Known(1), Known(28), Known(28)]);
            assert_eq!(found, Some(vec![whole.clone(), image.clone()]));
        }
        let found = of(&axes, &[Rest, Known(28), Open]);
        assert_eq!(found, None);
        assert_eq!(of(&axes, &[Rest, Known(5), Known(28)]), None);
        // An axis that joins a part of one atom with another whole one.
        let found = of(&[vec![side], vec![flat]], &[Known(4), Known(3 * 784)]);
        let parts = |list: &[usize]| list.iter().copied().map(Some).collect::<Vec<_>>();
        assert_eq!(found, Some(vec![parts(&[4, 3]), parts(&[784])]));
        let found = of(&[vec![side], vec![flat]], &[Known(3), Rest, Known(7)]);
        assert_eq!(found, Some(vec![parts(&[3, 4]), parts(&[112, 7])]));
        let found = of(&[vec![side]], &[Known(2), Rest, Known(2)]);
        assert_eq!(found, Some(vec![parts(&[2, 3, 2])]));
        let found = of(&axes, &[Length::Same, Known(2), Rest]);
        assert_eq!(found, None);
        let found = of(&axes, &[Length::Same, Known(2), Known(392)]);
        assert_eq!(found, Some(vec![whole, parts(&[2, 392])]));
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
