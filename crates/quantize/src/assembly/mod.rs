//! Programs put together stage by stage: formats as wide as what can occur needs.
//!
//! A kind's lowering declares vectors and tables, then adds its stages in the order in which they
//! run. For each stage it says what is gathered and builds the expression over it in a [`Wide`];
//! accumulators and exact nodes get the width that the ranges of their operands need.

pub mod bounds;
mod factor;
pub mod read;
mod scale;
mod sign;
mod truth;
mod wide;

use std::borrow::Cow;

use program::range::{GatherBounds, Interval};
use program::{
    Arrangement, Format, Gather, NodeId, Order, Part, Phases, Program, Recalled, Role, Shape,
    Stage, Stop, Storage, Table, TableId, Vector, VectorId, Weights, When,
};

use crate::QuantizeError;
use crate::coefficients::Coefficients;
use crate::range::fit_accumulator;
pub use bounds::Bounds;
pub use factor::Factor;
pub use scale::Scale;
pub use sign::{Sign, sign};
pub use wide::{Scope, Wide};

/// A program under construction.
#[derive(Debug, Clone, Default)]
pub struct Assembly {
    vectors: Vec<Vector>,
    /// What the elements of each vector can be when they are read.
    ranges: Vec<Interval>,
    tables: Vec<Table>,
    stages: Vec<Stage>,
    phases: Option<Phases>,
}

/// What a stage gathers.
#[derive(Debug, Clone)]
pub struct Source {
    /// The vector that is read.
    pub vector: VectorId,
    /// The weights.
    pub weights: Weights,
    /// A parameter vector that the sum starts from; its fraction is that of weight and source
    /// together.
    pub offset: Option<VectorId>,
}

/// What a stage writes.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Vectors that are there, with the node that they take.
    pub known: Vec<(VectorId, NodeId)>,
    /// New vectors in the format of their node.
    pub new: Vec<New>,
    /// A truth node that says whether an element is at rest.
    pub rest: Option<NodeId>,
}

/// A vector that a stage writes first: a derived one of a stage that runs once, a signal or an
/// output of one of every step.
#[derive(Debug, Clone)]
pub struct New {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its elements.
    pub units: usize,
    /// What it is for.
    pub role: Role,
    /// The node that it takes.
    pub node: NodeId,
}

impl Assembly {
    /// Nothing yet.
    pub fn new() -> Assembly {
        Assembly::default()
    }

    /// Adds a vector of units.
    pub fn vector(&mut self, name: &str, units: usize, format: Format, role: Role) -> VectorId {
        let range = match &role {
            Role::Parameter(values) | Role::Schedule(values) => {
                Interval::hull(values.iter().copied())
            }
            _ => None,
        };
        self.ranges
            .push(range.unwrap_or_else(|| Interval::of(format)));
        self.vectors.push(Vector {
            name: name.into(),
            shape: Shape::Units(units),
            format,
            role,
        });
        VectorId(self.vectors.len() - 1)
    }

    /// Adds a parameter vector of these numbers, rounded to the nearest with so many fraction bits;
    /// the largest error is returned beside it.
    ///
    /// # Errors
    /// When a number needs more than 64 bits.
    pub fn parameter(
        &mut self,
        name: &str,
        values: &[f64],
        fraction: i32,
    ) -> Result<(VectorId, f64), QuantizeError> {
        let words = Coefficients::with_fraction(values, fraction)?;
        let role = Role::Parameter(words.raw);
        let id = self.vector(name, values.len(), words.format, role);
        Ok((id, words.error))
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) -> TableId {
        self.tables.push(table);
        TableId(self.tables.len() - 1)
    }

    /// The vector of a name.
    pub fn find(&self, name: &str) -> Option<VectorId> {
        self.vectors
            .iter()
            .position(|vector| vector.name == name)
            .map(VectorId)
    }

    /// What is recalled of a vector: itself where it is recalled already.
    pub fn recalled(&mut self, recalled: Recalled) -> VectorId {
        let of = recalled.of;
        let Some(vector) = self.vectors.get(of.0) else {
            return of;
        };
        if matches!(vector.role, Role::Recalled(_)) {
            return of;
        }
        let (name, units) = (format!("{}_recalled", vector.name), vector.shape.elements());
        let format = vector.format;
        let known = self.find(&name);
        known.unwrap_or_else(|| self.vector(&name, units, format, Role::Recalled(recalled)))
    }

    /// The elements of a part as parts of vectors that are not joined themselves.
    pub fn parts(&self, part: Part) -> Vec<Part> {
        let Some(Role::Joined(inner)) = self.vectors.get(part.of.0).map(|of| &of.role) else {
            return vec![part];
        };
        let (mut parts, mut before) = (vec![], 0);
        let end = part.first + part.count;
        for of in inner {
            let first = part.first.max(before);
            let last = end.min(before + of.count);
            if first < last {
                parts.push(Part {
                    of: of.of,
                    first: of.first + first - before,
                    count: last - first,
                });
            }
            before += of.count;
        }
        parts
    }

    /// The format of a vector.
    pub fn format(&self, vector: VectorId) -> Format {
        let found = self.vectors.get(vector.0);
        found.map_or(Format::BIPOLAR, |found| found.format)
    }

    /// Adds a stage that gathers from `sources` and applies what `build` makes of them; the ids of
    /// the new vectors that it writes.
    ///
    /// # Errors
    /// When a sum or a node needs more than 64 bits.
    pub fn stage(
        &mut self,
        name: &str,
        when: When,
        sources: Vec<Source>,
        build: impl FnOnce(&mut Wide<'_>) -> Result<Written, QuantizeError>,
    ) -> Result<Vec<VectorId>, QuantizeError> {
        let mut gathers = vec![];
        for source in sources {
            let mut gather = Gather {
                source: source.vector,
                map: None,
                accumulator: source.weights.format,
                weights: source.weights,
                offset: source.offset,
            };
            let known = (&self.vectors[..], &self.tables[..]);
            let of = "a sum over the weights";
            fit_accumulator(&mut gather, known, &self.ranges, of)?;
            gathers.push(gather);
        }
        self.gathering(name, when, gathers, build)
    }

    /// As [`Assembly::stage`], for gathers that have their accumulators.
    ///
    /// # Errors
    /// When a sum or a node needs more than 64 bits.
    pub fn gathering(
        &mut self,
        name: &str,
        when: When,
        gathers: Vec<Gather>,
        build: impl FnOnce(&mut Wide<'_>) -> Result<Written, QuantizeError>,
    ) -> Result<Vec<VectorId>, QuantizeError> {
        let of = "a sum over the weights";
        let sums = gathers.iter().map(|gather| {
            let bounds = GatherBounds::of(&self.vectors, &self.tables, gather, &self.ranges);
            bounds.map(|bounds| bounds.sums)
        });
        let sums: Option<Vec<Interval>> = sums.collect();
        let sums = sums.ok_or(QuantizeError::TooWide { of })?;
        let (apply, written, made) = {
            let scope = Scope {
                vectors: &self.vectors,
                ranges: &self.ranges,
                gathers: &gathers,
                sums: &sums,
                tables: &self.tables,
            };
            let mut wide = Wide::new(0, scope);
            let written = build(&mut wide)?;
            let made = written.new.iter();
            let made = made.map(|new| (wide.format(new.node), wide.interval(new.node)));
            let made: Vec<_> = made.collect();
            (wide.expression, written, made)
        };
        let mut writes = written.known;
        let mut ids = vec![];
        for (new, (format, interval)) in written.new.into_iter().zip(made) {
            let id = self.vector(&new.name, new.units, format, new.role);
            if let Some(range) = self.ranges.get_mut(id.0) {
                *range = interval;
            }
            writes.push((id, new.node));
            ids.push(id);
        }
        self.stages.push(Stage {
            name: name.into(),
            when,
            gathers,
            apply,
            writes,
            rest: written.rest,
        });
        Ok(ids)
    }

    /// Makes the stages so far that run in every step run in the steps of a phase only.
    pub fn within(&mut self, phase: usize) {
        let stages = self.stages.iter_mut();
        for stage in stages.filter(|stage| stage.when == When::EveryStep) {
            stage.when = When::Phase(phase);
        }
    }

    /// Says how steps differ.
    pub fn phased(&mut self, phases: Phases) {
        self.phases = Some(phases);
    }

    /// The program.
    ///
    /// # Errors
    /// When it is not valid, which is a fault of the lowering.
    pub fn finish(
        self,
        name: &str,
        kind: &str,
        order: Order,
        stop: Stop,
    ) -> Result<Program, QuantizeError> {
        let program = Program {
            name: name.into(),
            kind: kind.into(),
            sources: vec![],
            vectors: self.vectors,
            tables: self.tables,
            stages: self.stages,
            order,
            phases: self.phases,
            stop,
        };
        program::check(&program)?;
        Ok(program)
    }
}

/// The weights of a matrix in words, in a memory with fixed contents.
pub fn weights(matrix: &network::Matrix, words: &Coefficients) -> Weights {
    let mut raw = words.raw.iter().copied();
    let arrangement = if matrix.is_dense() {
        Arrangement::Dense {
            rows: matrix.rows(),
            columns: matrix.columns(),
            values: raw.collect(),
        }
    } else {
        let row = |row: usize| {
            let words = matrix.row(row).zip(&mut raw);
            let words = words.map(|((column, _), word)| (column, word));
            words.filter(|(_, word)| *word != 0).collect()
        };
        Arrangement::Sparse {
            columns: matrix.columns(),
            rows: (0..matrix.rows()).map(row).collect(),
        }
    };
    Weights {
        format: words.format,
        arrangement,
        storage: Storage::Rom,
    }
}

/// The links that weights stand for: target, source, value. Templates have none.
pub fn values(weights: &Weights) -> Vec<(usize, usize, f64)> {
    let value = |raw: i64| weights.format.value(raw);
    match &weights.arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            let rows = values.chunks((*columns).max(1)).enumerate();
            let links = |(row, values): (usize, &[i64])| -> Vec<(usize, usize, f64)> {
                let values = values.iter().enumerate().filter(|(_, raw)| **raw != 0);
                values
                    .map(|(column, &raw)| (row, column, value(raw)))
                    .collect()
            };
            rows.flat_map(links).collect()
        }
        Arrangement::Sparse { rows, .. } => {
            let rows = rows.iter().enumerate();
            let links = |(row, links): (usize, &Vec<(usize, i64)>)| -> Vec<(usize, usize, f64)> {
                let links = links.iter();
                links
                    .map(|&(column, raw)| (row, column, value(raw)))
                    .collect()
            };
            rows.flat_map(links).collect()
        }
        Arrangement::Stencil { .. } => vec![],
    }
}
