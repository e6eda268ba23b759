//! How firmly a memory in integers holds its patterns: an exact statement for each.
//!
//! A pattern s is a fixed point where no unit changes: `s_i h_i >= 0` for every unit i, as a tie
//! keeps the state (J. J. Hopfield, PNAS 79 (1982) 2554). An error of e in each of the n weights
//! that lead into unit i moves `s_i h_i` by at most `n e`, and by just that where every error has
//! the worst sign. So the pattern survives every such error as long as `n e <= s_i h_i` for every
//! unit, and not beyond.

use program::{Arrangement, Coding, Gather, Program, Role};
use rayon::prelude::*;
use serde::Serialize;

/// What is known of a stored pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Margin {
    /// The pattern, counted from 0.
    pub pattern: usize,
    /// Whether it is a fixed point.
    pub fixed_point: bool,
    /// The smallest `s_i h_i`, in raw units of the sums.
    pub margin: i64,
    /// The first unit that has it.
    pub unit: usize,
    /// The largest error, in units of a weight's last bit, that all weights other than 0 may have
    /// at the same time, whatever its sign, without the pattern ceasing to be a fixed point; none
    /// where it is no fixed point, or no unit has weights.
    pub survives_weight_lsb: Option<i64>,
    /// The first unit that an error of one bit more can flip.
    pub weakest_unit: Option<usize>,
}

/// The margins of patterns in the program of a Hopfield network; `None` for another program.
pub fn margins(program: &Program, patterns: &[Vec<i8>]) -> Option<Vec<Margin>> {
    let stage = program.stages.first()?;
    let gather = stage.gathers.first()?;
    let source = program.vector(gather.source)?;
    let plain = gather.map.is_none() && source.format.coding() == Coding::Bipolar;
    if program.kind != "hopfield" || !plain {
        return None;
    }
    let offsets = match gather.offset {
        None => &[][..],
        Some(offset) => match &program.vector(offset)?.role {
            Role::Parameter(values) => values,
            _ => return None,
        },
    };
    let patterns = patterns.par_iter().enumerate();
    patterns
        .map(|(place, pattern)| {
            let rows = rows(gather, offsets, pattern)?;
            of_pattern(place, &rows)
        })
        .collect()
}

/// `s_i h_i` of a unit, and the number of its weights other than 0.
type Row = (i128, i128);

fn rows(gather: &Gather, offsets: &[i64], pattern: &[i8]) -> Option<Vec<Row>> {
    let spin = |unit: usize| pattern.get(unit).map(|&spin| i128::from(spin));
    let row = |unit: usize, links: &mut dyn Iterator<Item = (usize, i64)>| {
        let mut sum = i128::from(offsets.get(unit).copied().unwrap_or(0));
        let mut count = 0;
        for (source, weight) in links.filter(|(_, weight)| *weight != 0) {
            sum += i128::from(weight) * spin(source)?;
            count += 1;
        }
        Some((sum * spin(unit)?, count))
    };
    match &gather.weights.arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            let rows = values.chunks((*columns).max(1)).enumerate();
            rows.map(|(unit, weights)| row(unit, &mut weights.iter().copied().enumerate()))
                .collect()
        }
        Arrangement::Sparse { rows, .. } => {
            let rows = rows.iter().enumerate();
            rows.map(|(unit, links)| row(unit, &mut links.iter().copied()))
                .collect()
        }
        Arrangement::Stencil { .. } => None,
    }
}

fn of_pattern(pattern: usize, rows: &[Row]) -> Option<Margin> {
    let units = rows.iter().enumerate();
    let (unit, (margin, _)) = units.clone().min_by_key(|(_, (margin, _))| *margin)?;
    let fixed_point = *margin >= 0;
    let survived = units
        .filter(|(_, (_, links))| fixed_point && *links > 0)
        .map(|(unit, (margin, links))| (unit, margin / links))
        .min_by_key(|(_, error)| *error);
    Some(Margin {
        pattern,
        fixed_point,
        margin: i64::try_from(*margin).ok()?,
        unit,
        survives_weight_lsb: survived.and_then(|(_, error)| i64::try_from(error).ok()),
        weakest_unit: survived.map(|(unit, _)| unit),
    })
}
