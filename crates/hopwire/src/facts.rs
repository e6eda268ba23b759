//! What can be said about the integer program: rounding can make false what was true, so that
//! nothing is taken over from the real numbers. All of it is computed in integers, exactly.

use network::{Fact, Level, Network};
use program::{Arrangement, Boundary, Executor, Format, Gather, Order, Program, Stage, VectorId};
use quantize::contraction::Distance;

/// The facts of a program; `network` is what it was made of (its patterns and its model).
pub fn integer_facts(network: &Network, program: &Program) -> Vec<Fact> {
    let mut facts = match (network, sweep(program)) {
        (whole @ Network::Hopfield(network), Some((_, gather))) => {
            let mut facts = units(program, gather);
            if !network.patterns.is_empty() {
                facts.push(stored(program, &network.patterns));
                facts.extend(held(whole, program));
            }
            facts
        }
        (Network::Cellular(network), Some((stage, _))) => cells(network, program, stage),
        (network, _) => match quantize::rounded(network, program) {
            Some(Network::Sequence(rounded)) => rounded.facts(Level::Integer),
            rounded => {
                let rounded = rounded.as_ref().and_then(Network::dynamics);
                rounded.map_or(vec![], |network| network.facts(Level::Integer))
            }
        },
    };
    facts.push(accumulators(program));
    facts
}

fn fact(name: &'static str, holds: Option<bool>, value: Option<f64>, text: String) -> Fact {
    Fact {
        name,
        level: Level::Integer,
        holds,
        value,
        text,
    }
}

/// How far the integers stray from the network in real numbers: it holds where that is bounded for all
/// time; where it is measured only, nothing is claimed.
pub fn distance(distance: &Distance) -> Fact {
    let bound = distance.bound.as_ref().map(|bound| bound.sharp);
    let measured = distance.measured.as_ref().map(|measured| measured.distance);
    let holds = bound.map(|_| true);
    fact(
        "distance_bounded",
        holds,
        bound.or(measured),
        distance.text(),
    )
}

/// The stage of every step and its first gather.
fn sweep(program: &Program) -> Option<(&Stage, &Gather)> {
    let stage = program.stages.iter().find(|stage| stage.when.in_steps())?;
    Some((stage, stage.gathers.first()?))
}

/// The weight from `column` to `row`.
fn weight(arrangement: &Arrangement, row: usize, column: usize) -> i64 {
    match arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => values.get(row * columns + column).copied().unwrap_or(0),
        Arrangement::Sparse { rows, .. } => rows.get(row).map_or(0, |entries| {
            let found = entries.binary_search_by_key(&column, |&(column, _)| column);
            found
                .ok()
                .and_then(|at| entries.get(at))
                .map_or(0, |&(_, weight)| weight)
        }),
        Arrangement::Stencil { .. } => 0,
    }
}

/// The entries of a row: column and weight.
fn row(arrangement: &Arrangement, row: usize) -> Vec<(usize, i64)> {
    match arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            let start = row.saturating_mul(*columns);
            let entries = values.get(start..start + columns).unwrap_or_default();
            entries.iter().copied().enumerate().collect()
        }
        Arrangement::Sparse { rows, .. } => rows.get(row).cloned().unwrap_or_default(),
        Arrangement::Stencil { .. } => vec![],
    }
}

fn elements(program: &Program, gather: &Gather) -> usize {
    program
        .vector(gather.source)
        .map_or(0, |vector| vector.shape.elements())
}

fn units(program: &Program, gather: &Gather) -> Vec<Fact> {
    let arrangement = &gather.weights.arrangement;
    let units = elements(program, gather);
    let asymmetry = (0..units).find_map(|i| {
        let entries = row(arrangement, i).into_iter();
        entries
            .map(|(j, w)| (j, w, weight(arrangement, j, i)))
            .find(|(_, one, other)| one != other)
            .map(|(j, one, other)| (i, j, one, other))
    });
    let symmetric = asymmetry.is_none();
    let text = match asymmetry {
        None => "the weights are symmetric".into(),
        Some((i, j, one, other)) => {
            format!(
                "the weights are not symmetric: w[{i}][{j}] is {one} and w[{j}][{i}] is {other}"
            )
        }
    };
    let diagonal = (0..units)
        .map(|i| weight(arrangement, i, i))
        .fold(0, i64::min);
    let value = gather.weights.format.value(diagonal);
    vec![
        fact("symmetric", Some(symmetric), None, text),
        fact(
            "diagonal_not_negative",
            Some(diagonal >= 0),
            Some(value),
            format!("the smallest weight of a unit on itself is {diagonal}, as a raw word"),
        ),
        ending(program, gather, symmetric && diagonal >= 0, symmetric),
    ]
}

/// How every run ends: J. J. Hopfield, PNAS 79 (1982) 2554, for one unit at a time; E. Goles,
/// Discrete Applied Mathematics 12 (1985) 261, for all units at the same time.
fn ending(program: &Program, gather: &Gather, descends: bool, symmetric: bool) -> Fact {
    let (name, holds, text) = match program.order {
        Order::Sequential | Order::Permuted { .. } => (
            "always_stable",
            descends,
            "one unit at a time: with symmetric weights and no negative diagonal the energy never \
             rises, and every run ends in a fixed point",
        ),
        Order::Synchronous => (
            "stable_or_period_2",
            symmetric,
            "all units at the same time: with symmetric weights every run ends in a fixed point \
             or in a cycle of two states",
        ),
        Order::Block { size } => (
            "always_stable",
            descends && no_coupling_within(program, gather, size.max(1)),
            "block after block: with symmetric weights, no negative diagonal and no weights \
             within a block the energy never rises",
        ),
    };
    let prefix = if holds { "" } else { "not assured; " };
    // Where the condition fails the conclusion may still hold.
    fact(name, holds.then_some(true), None, format!("{prefix}{text}"))
}

fn no_coupling_within(program: &Program, gather: &Gather, block: usize) -> bool {
    (0..elements(program, gather)).all(|i| {
        let mut entries = row(&gather.weights.arrangement, i).into_iter();
        entries.all(|(j, w)| w == 0 || i == j || i / block != j / block)
    })
}

/// How many patterns a step leaves as they are.
fn stored(program: &Program, patterns: &[Vec<i8>]) -> Fact {
    let stable = patterns
        .iter()
        .filter(|pattern| is_fixed(program, pattern) == Some(true))
        .count();
    let all = patterns.len();
    fact(
        "patterns_stored",
        Some(stable == all),
        Some(stable as f64),
        format!("{stable} of {all} patterns are fixed points"),
    )
}

/// How firmly the patterns are held.
fn held(network: &Network, program: &Program) -> Option<Fact> {
    let margins = crate::margins::of(network, program);
    let (all, survived, text) = crate::margins::summary(&margins)?;
    let value = survived.map(|error| error as f64);
    Some(fact("pattern_margins", Some(all), value, text))
}

fn is_fixed(program: &Program, pattern: &[i8]) -> Option<bool> {
    let mut executor = Executor::new(program).ok()?;
    let state: Vec<i64> = pattern.iter().map(|&value| i64::from(value)).collect();
    executor.load(program.find("state")?, &state).ok()?;
    executor.start().ok()?;
    executor.step().ok().map(|step| !step.changed)
}

/// Whether no sum can leave its accumulator, by the ranges of the program.
fn accumulators(program: &Program) -> Fact {
    let ranges = program::range::analyse(program);
    let sums = ranges.iter().flat_map(|ranges| &ranges.stages);
    let sums = sums.flat_map(|stage| &stage.gathers);
    let spare = sums.map(|sum| i64::from(sum.format.width()) - i64::from(sum.minimal_width));
    let spare = spare.min().unwrap_or(0) as f64;
    let text = match &ranges {
        Ok(_) => "no sum can leave its accumulator, whatever the state".to_owned(),
        Err(error) => error.to_string(),
    };
    fact("sums_fit", Some(ranges.is_ok()), Some(spare), text)
}

fn cells(network: &network::Cellular, program: &Program, stage: &Stage) -> Vec<Fact> {
    let state = stage.writes.first().map(|(state, _)| *state);
    let feedback = stage
        .gathers
        .iter()
        .find(|gather| Some(gather.source) == state);
    let stencil = feedback.and_then(|gather| match &gather.weights.arrangement {
        Arrangement::Stencil {
            coefficients,
            boundary,
            ..
        } => Some((coefficients.as_slice(), *boundary, gather.weights.format)),
        Arrangement::Dense { .. } | Arrangement::Sparse { .. } => None,
    });
    let coefficients = stencil.map_or(&[][..], |(coefficients, _, _)| coefficients);
    let symmetric = coefficients.iter().eq(coefficients.iter().rev());
    let text = if symmetric {
        "A is symmetric in integers: the differential equation always settles (Chua & Yang 1988)"
    } else {
        "A is not symmetric in integers: settling is not assured for every input"
    };
    let mut facts = vec![
        fact("symmetric_feedback", Some(symmetric), None, text.into()),
        bound(network, program, state),
        outputs(network, stencil.map(|(c, _, format)| (c, format))),
    ];
    facts.extend(border(program, stage));
    facts
}

/// Whether the state's word holds every state that can occur without being cut off.
fn bound(network: &network::Cellular, program: &Program, state: Option<VectorId>) -> Fact {
    let format = state
        .and_then(|state| program.vector(state))
        .map(|vector| vector.format);
    let format = format.unwrap_or(Format::BIPOLAR);
    let bound = network.state_bound();
    let largest = format.value(format.max_raw());
    let fits = largest >= bound;
    let text = if fits {
        format!("the state {format} holds every state, -{bound} .. {bound}, without saturation")
    } else {
        format!("the state {format} ends at {largest}, the states at {bound}: it may saturate")
    };
    fact("state_bound", Some(fits), Some(largest), text)
}

/// Chua & Yang 1988, theorem 5: a centre above 1 drives every output to -1 or 1.
fn outputs(network: &network::Cellular, feedback: Option<(&[i64], Format)>) -> Fact {
    use network::cellular::Model;
    let (centre, format) = feedback.map_or((0, Format::BIPOLAR), |(coefficients, format)| {
        (
            coefficients
                .get(coefficients.len() / 2)
                .copied()
                .unwrap_or(0),
            format,
        )
    });
    // Above 1: beyond 2^fraction raw units.
    let above = match u32::try_from(format.fraction()) {
        Ok(fraction) => i128::from(centre) > 1i128.checked_shl(fraction).unwrap_or(i128::MAX),
        Err(_) => centre > 0,
    };
    let value = format.value(centre);
    match network.model {
        Model::Discrete => fact(
            "binary_outputs",
            Some(true),
            Some(value),
            "every output is -1 or 1".into(),
        ),
        Model::Clipped | Model::ChuaYang { .. } if above => fact(
            "binary_outputs",
            Some(true),
            Some(value),
            format!("the feedback of a cell on itself is {value} > 1: settled outputs are -1 or 1"),
        ),
        Model::Clipped | Model::ChuaYang { .. } => fact(
            "binary_outputs",
            None,
            Some(value),
            format!("the feedback of a cell on itself is {value}: settled outputs may be grey"),
        ),
    }
}

fn border(program: &Program, stage: &Stage) -> Option<Fact> {
    let gathers = program
        .stages
        .iter()
        .flat_map(|stage| &stage.gathers)
        .chain(&stage.gathers);
    let mut borders = gathers.filter_map(|gather| match &gather.weights.arrangement {
        Arrangement::Stencil { boundary, .. } => Some((*boundary, mapped_format(program, gather))),
        Arrangement::Dense { .. } | Arrangement::Sparse { .. } => None,
    });
    let white = borders.all(|(boundary, format)| match boundary {
        Boundary::Fixed(raw) => {
            let one = u32::try_from(format.fraction())
                .ok()
                .and_then(|f| 1i64.checked_shl(f));
            let white = if format == Format::BIPOLAR {
                Some(-1)
            } else {
                one.map(|one| -one)
            };
            Some(raw) == white
        }
        Boundary::ZeroFlux | Boundary::Periodic => false,
    });
    let text = if white {
        "the border is white, for which the built-in templates are exact"
    } else {
        "the built-in templates are exact for a white border only"
    };
    Some(fact("white_border", Some(white), None, text.into()))
}

fn mapped_format(program: &Program, gather: &Gather) -> Format {
    let mapped = gather
        .map
        .as_ref()
        .and_then(|(map, node)| map.format(*node));
    let source = program.vector(gather.source).map(|vector| vector.format);
    mapped.or(source).unwrap_or(Format::BIPOLAR)
}
