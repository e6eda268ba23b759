//! What every value of a program can be, whatever is loaded: exact intervals, refined by affine
//! forms.
//!
//! The invariant is by induction over steps: a state is anything of its format when it is loaded,
//! and what a stage writes is a value of that format, so that the whole format is what a step
//! starts from; clipping in the expression shows in the intervals of its nodes. A vector that is
//! written before it is read has the range of what is written to it. [`check`](crate::check), the fast kernels and the
//! choice of formats all use these bounds.

pub mod affine;
pub mod gather;
pub mod interval;
pub mod walk;

use serde::{Deserialize, Serialize};

use crate::check::{self, ProgramError};
use crate::format::Format;
use crate::program::Program;
use crate::stage::{Expression, Gather, Role, Stage, Table, Vector};
pub use gather::sums;
pub use interval::{Fit, Interval};
pub use walk::{Bound, Walk};

/// The ranges of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranges {
    /// Each vector, in the program's order.
    pub vectors: Vec<VectorRange>,
    /// Each stage, in the program's order.
    pub stages: Vec<StageRange>,
}

/// The range of a vector's elements, raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorRange {
    /// The vector.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// The smallest value.
    pub low: i64,
    /// The largest value.
    pub high: i64,
}

/// The ranges within a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRange {
    /// The stage.
    pub name: String,
    /// Each gather.
    pub gathers: Vec<GatherRange>,
    /// Each node of the apply expression.
    pub nodes: Vec<NodeRange>,
}

/// The range of a gather's sums, raw in the accumulator's fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatherRange {
    /// The vector that is read.
    pub source: String,
    /// The accumulator's format.
    pub format: Format,
    /// The smallest sum of any row.
    pub low: i64,
    /// The largest sum of any row.
    pub high: i64,
    /// Bits of the narrowest signed word that holds every sum.
    pub minimal_width: u32,
    /// Each node of the map; none where there is no map.
    pub map: Vec<NodeRange>,
}

/// The range of a node, raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRange {
    /// The node.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// The smallest value.
    pub low: i64,
    /// The largest value.
    pub high: i64,
    /// What becomes of its exact results.
    pub fit: Fit,
}

/// Checks a program and bounds all of its values.
///
/// # Errors
/// When the program is not valid; a sum that can leave its accumulator is one reason.
pub fn analyse(program: &Program) -> Result<Ranges, ProgramError> {
    check::structure(program)?;
    let bounds = Bounds::of(program)?;
    Ok(bounds.named(program))
}

/// The bounds of a program whose structure was checked.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// What the elements of each vector can be.
    pub vectors: Vec<Interval>,
    /// Each stage.
    pub stages: Vec<StageBounds>,
}

/// The bounds within a stage.
#[derive(Debug, Clone)]
pub struct StageBounds {
    /// Each gather.
    pub gathers: Vec<GatherBounds>,
    /// Each node of the apply expression.
    pub nodes: Vec<Bound>,
}

/// The bounds of a gather.
#[derive(Debug, Clone)]
pub struct GatherBounds {
    /// Each node of the map; none where there is no map.
    pub map: Vec<Bound>,
    /// What a mapped element of the source can be.
    pub source: Interval,
    /// The sums.
    pub sums: Interval,
}

impl Bounds {
    /// Bounds every value of a program whose structure was checked.
    ///
    /// # Errors
    /// When a sum can leave its accumulator, or a result leaves 127 bits.
    pub fn of(program: &Program) -> Result<Bounds, ProgramError> {
        let mut vectors: Vec<Interval> = program.vectors.iter().map(loaded).collect();
        let mut stages: Vec<Option<StageBounds>> = vec![None; program.stages.len()];
        // Stages that run once come first, whatever their place.
        for in_steps in [false, true] {
            let found = program.stages.iter().zip(&mut stages);
            for (stage, bounds) in found.filter(|(stage, _)| stage.when.in_steps() == in_steps) {
                let of_stage = StageBounds::of(program, stage, &vectors)?;
                derive(program, stage, &of_stage, &mut vectors);
                *bounds = Some(of_stage);
            }
        }
        Ok(Bounds {
            vectors,
            stages: stages.into_iter().flatten().collect(),
        })
    }

    fn named(self, program: &Program) -> Ranges {
        let vectors = program.vectors.iter().zip(&self.vectors);
        let vector = |(vector, &interval): (&Vector, &Interval)| {
            let (low, high) = shown(interval, vector.format);
            VectorRange {
                name: vector.name.clone(),
                format: vector.format,
                low,
                high,
            }
        };
        let stages = program.stages.iter().zip(self.stages);
        Ranges {
            vectors: vectors.map(vector).collect(),
            stages: stages
                .map(|(stage, bounds)| bounds.named(program, stage))
                .collect(),
        }
    }
}

/// What the elements of a vector can be before any stage has run.
fn loaded(vector: &Vector) -> Interval {
    let values = match &vector.role {
        Role::Parameter(values) | Role::Schedule(values) => Interval::hull(values.iter().copied()),
        Role::State
        | Role::Input
        | Role::Derived
        | Role::Signal
        | Role::Output
        | Role::Emitted
        | Role::Sequence
        | Role::Kept(_)
        | Role::Joined(_)
        | Role::Noise { .. }
        | Role::Last
        | Role::Recalled(_)
        | Role::Past(_) => None,
    };
    values.unwrap_or_else(|| Interval::of(vector.format))
}

/// What a stage writes is all that its targets can be when they are read, unless they are states.
fn derive(program: &Program, stage: &Stage, bounds: &StageBounds, vectors: &mut [Interval]) {
    let state = |id| {
        let of = program.vector(id);
        of.is_none_or(|of| matches!(of.role, Role::State | Role::Kept(_)))
    };
    for (target, node) in stage.writes.iter().filter(|(target, _)| !state(*target)) {
        if let (Some(vector), Some(bound)) = (vectors.get_mut(target.0), bounds.nodes.get(node.0)) {
            *vector = bound.interval;
        }
    }
}

impl StageBounds {
    fn of(
        program: &Program,
        stage: &Stage,
        vectors: &[Interval],
    ) -> Result<StageBounds, ProgramError> {
        let mut gathers = vec![];
        for (place, gather) in stage.gathers.iter().enumerate() {
            let bounds = GatherBounds::of(&program.vectors, &program.tables, gather, vectors);
            let bounds = bounds.ok_or_else(|| check::sum_beyond(program, stage, place, None))?;
            let sums = bounds.sums;
            if !sums.within(Interval::of(gather.accumulator)) {
                return Err(check::sum_beyond(program, stage, place, Some(sums)));
            }
            gathers.push(bounds);
        }
        let known: Vec<Interval> = gathers.iter().map(|bounds| bounds.sums).collect();
        let nodes = Walk::new(vectors, &known, &program.tables).over(&stage.apply);
        Ok(StageBounds {
            nodes: nodes.ok_or_else(|| check::node_beyond(program, stage))?,
            gathers,
        })
    }

    fn named(self, program: &Program, stage: &Stage) -> StageRange {
        let gathers = stage.gathers.iter().zip(self.gathers);
        StageRange {
            name: stage.name.clone(),
            gathers: gathers
                .map(|(gather, bounds)| bounds.named(program, gather))
                .collect(),
            nodes: named(&stage.apply, self.nodes),
        }
    }
}

impl GatherBounds {
    /// The bounds of a gather over vectors of these ranges, or `None` where a sum leaves 127 bits.
    pub fn of(
        vectors: &[Vector],
        tables: &[Table],
        gather: &Gather,
        ranges: &[Interval],
    ) -> Option<GatherBounds> {
        let own = *ranges.get(gather.source.0)?;
        let (map, source) = match &gather.map {
            None => (vec![], own),
            Some((map, node)) => {
                let nodes = Walk::new(ranges, &[], tables).over(map)?;
                let source = nodes.get(node.0)?.interval;
                (nodes, source)
            }
        };
        Some(GatherBounds {
            map,
            source,
            sums: sums(vectors, gather, source)?,
        })
    }

    fn named(self, program: &Program, gather: &Gather) -> GatherRange {
        let (low, high) = shown(self.sums, gather.accumulator);
        let source = program.vector(gather.source);
        GatherRange {
            source: source.map(|vector| vector.name.clone()).unwrap_or_default(),
            format: gather.accumulator,
            low,
            high,
            minimal_width: self.sums.width().unwrap_or(crate::format::MAX_WIDTH),
            map: match &gather.map {
                Some((map, _)) => named(map, self.map),
                None => vec![],
            },
        }
    }
}

fn named(expression: &Expression, bounds: Vec<Bound>) -> Vec<NodeRange> {
    let nodes = expression.nodes.iter().zip(bounds);
    nodes
        .map(|(node, bound)| {
            let (low, high) = shown(bound.interval, node.format);
            NodeRange {
                name: node.name.clone(),
                format: node.format,
                low,
                high,
                fit: bound.fit,
            }
        })
        .collect()
}

/// The bounds as raw values of a format, within which they lie.
fn shown(interval: Interval, format: Format) -> (i64, i64) {
    let within = interval.raw();
    within.unwrap_or((format.min_raw(), format.max_raw()))
}
