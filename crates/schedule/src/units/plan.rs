//! A stage over units, resolved: its fold, what it reads and writes, and what it keeps in memory.

use std::borrow::Cow;

use program::{
    Arrangement, Coding, Format, Gather, NodeId, Order, Powers, Program, Role, Stage, Storage,
    Vector, VectorId, When,
};

use super::fold::{Fold, Rows};
use super::handed::Handed;
use super::lane::Restart;
use super::schedule::ByStep;
use super::weights::WeightImage;
use crate::Hardware;
use crate::error::ScheduleError;
use crate::expression::{self, Levels};

/// A stage over units, resolved.
pub struct StagePlan<'a> {
    /// The program.
    pub program: &'a Program,
    /// The stage.
    pub stage: &'a Stage,
    /// The order of its rows.
    pub order: Order,
    /// How its rows are spread over hardware.
    pub fold: Fold,
    /// Its gathers.
    pub gathers: Vec<GatherPlan<'a>>,
    /// Stored vectors whose own element a row reads: those that its expression names, and the
    /// states that it writes, which are compared.
    pub own: Vec<VectorId>,
    /// Signals of which a row reads its own element from a memory; see [`super::handed`].
    pub handed: Vec<Handed>,
    /// Parameters of which a row reads its own element.
    pub parameters: Vec<(VectorId, &'a [i64])>,
    /// Schedules that its expression reads.
    pub schedules: Vec<(VectorId, ByStep<'a>)>,
    /// Noise that its expression reads, with its seed.
    pub noises: Vec<(VectorId, u64)>,
    /// When the nodes of its expression have their values.
    pub levels: Levels,
}

/// A gather of a stage, resolved.
pub struct GatherPlan<'a> {
    /// The gather.
    pub gather: Cow<'a, Gather>,
    /// The format of a source element after the map.
    pub source: Format,
    /// How its weights are coded where they are powers of two.
    pub powers: Option<Powers>,
    /// Contents of its memories.
    pub image: WeightImage,
}

impl<'a> StagePlan<'a> {
    /// Resolves a stage of a program.
    ///
    /// # Errors
    /// When the stage has a shape that the engine does not run, or the fold does not suit.
    pub fn resolve(
        program: &'a Program,
        stage: &'a Stage,
        hardware: &Hardware,
    ) -> Result<StagePlan<'a>, ScheduleError> {
        let unknown = || shape(program, "an unknown vector");
        let target = stage.writes.first().map(|(target, _)| *target);
        let target = target
            .and_then(|id| program.vector(id))
            .ok_or_else(unknown)?;
        let order = match stage.when {
            When::Once => Order::Synchronous,
            When::EveryStep | When::Phase(_) => program.order,
        };
        let arrangements = stage
            .gathers
            .iter()
            .map(|gather| &gather.weights.arrangement);
        let levels = Levels::pipelined(program, &stage.apply, &results(stage));
        let rows = Rows {
            units: target.shape.elements(),
            length: arrangements.clone().map(row_length).max().unwrap_or(1),
            sparse: arrangements
                .clone()
                .any(|of| matches!(of, Arrangement::Sparse { .. })),
            apply: levels.depth(&results(stage)),
        };
        let fold = Fold::resolve(program, order, rows, hardware.lanes, hardware.taps)?;
        let gathers = stage
            .gathers
            .iter()
            .map(|gather| GatherPlan::resolve(program, gather, &fold))
            .collect::<Result<_, _>>()?;
        let (mut own, mut parameters) = (vec![], vec![]);
        let (mut schedules, mut noises) = (vec![], vec![]);
        for id in expression::elements_read(&stage.apply, &results(stage)) {
            match &program.vector(id).ok_or_else(unknown)?.role {
                Role::Parameter(values) => parameters.push((id, values.as_slice())),
                Role::Schedule(values) => schedules.push((id, ByStep::new(values))),
                Role::State
                | Role::Input
                | Role::Derived
                | Role::Signal
                | Role::Output
                | Role::Emitted
                | Role::Sequence
                | Role::Kept(_)
                | Role::Joined(_)
                | Role::Last
                | Role::Recalled(_)
                | Role::Past(_) => own.push(id),
                Role::Noise { seed } => noises.push((id, *seed)),
            }
        }
        let mut plan = StagePlan {
            program,
            stage,
            order,
            fold,
            gathers,
            own,
            handed: vec![],
            parameters,
            schedules,
            noises,
            levels,
        };
        for state in plan.compared() {
            if !plan.own.contains(&state) {
                plan.own.push(state);
            }
        }
        Ok(plan)
    }

    /// The nodes that the hardware takes from the expression: what is written, then rest.
    pub fn results(&self) -> Vec<NodeId> {
        results(self.stage)
    }

    /// The states whose change is unrest: those that the stage writes, unless it says itself what
    /// rest is.
    pub fn compared(&self) -> Vec<VectorId> {
        match rest(self.stage) {
            Some(_) => vec![],
            None => self.states(),
        }
    }

    /// Whether the stage tells rest from unrest.
    pub fn judges(&self) -> bool {
        rest(self.stage).is_some() || !self.states().is_empty()
    }

    /// The vector of an id that was resolved.
    pub fn vector(&self, id: VectorId) -> (&'a str, Format) {
        let vector = self.program.vector(id);
        vector.map_or(("unknown", Format::BIPOLAR), |v: &'a Vector| {
            (v.name.as_str(), v.format)
        })
    }

    /// The states that the stage writes.
    pub fn states(&self) -> Vec<VectorId> {
        let targets = self.stage.writes.iter().map(|(target, _)| *target);
        let state = |id: &VectorId| {
            let vector = self.program.vector(*id);
            vector.is_some_and(|vector| vector.role == Role::State)
        };
        targets.filter(state).collect()
    }

    /// Every stored vector that the stage reads: sources, then own elements; each once.
    pub fn read(&self) -> Vec<VectorId> {
        let sources = self.gathers.iter().map(|of| of.gather.source);
        let mut read = vec![];
        for id in sources.chain(self.own.iter().copied()) {
            if !read.contains(&id) {
                read.push(id);
            }
        }
        read
    }

    /// Whether values of `target` that are written must not be seen before the block's end.
    pub fn shadows(&self, target: VectorId) -> bool {
        let mut gathers = self.gathers.iter().map(|of| of.gather.source);
        // An own element of a joined vector may be any of its part.
        let mut joined = self.own.iter().filter(|own| **own != target);
        self.fold.groups > 1
            && (gathers.any(|source| self.takes(source, target))
                || joined.any(|&own| self.takes(own, target)))
    }

    /// Whether a vector is another one or has elements of it.
    pub fn takes(&self, id: VectorId, of: VectorId) -> bool {
        let role = self.program.vector(id).map(|vector| &vector.role);
        let joined =
            matches!(role, Some(Role::Joined(parts)) if parts.iter().any(|part| part.of == of));
        id == of || joined
    }

    /// How many elements of a stored vector of `length` the stage reads, from the first on.
    pub fn reads(&self, id: VectorId, length: usize) -> usize {
        let fold = &self.fold;
        let gathered = self.gathers.iter().filter(|of| of.gather.source == id);
        let taken = gathered.map(|of| match of.image.indices {
            Some(_) => length,
            None => (fold.columns * fold.taps).min(length),
        });
        let own = self.own.contains(&id).then(|| fold.rows());
        taken.chain(own).max().unwrap_or(length)
    }

    /// Whether the end of a block matters to what the stage writes.
    pub fn shadows_any(&self) -> bool {
        let targets = self.stage.writes.iter();
        targets.clone().any(|(target, _)| self.shadows(*target))
    }

    /// Whether states two steps back are compared.
    pub fn detects_period(&self) -> bool {
        self.program.stop.on_period_two && !self.states().is_empty()
    }

    /// How the sum of a row starts.
    pub fn restart(&self) -> Restart {
        Restart::of(&self.fold, self.has_offset())
    }

    /// Whether some sum starts from an offset.
    pub fn has_offset(&self) -> bool {
        self.gathers.iter().any(|of| of.gather.offset.is_some())
    }

    /// Whether the lanes need to know the first cycle of a row.
    pub fn first_output(&self) -> bool {
        !self.gathers.is_empty() && self.restart() == Restart::First
    }

    /// Whether some weight memory needs an address.
    pub fn weight_memory(&self) -> bool {
        self.gathers.iter().any(|of| of.in_memory(&self.fold))
    }

    /// Whether the offset memories need an address.
    pub fn offset_memory(&self) -> bool {
        self.has_offset() && self.fold.chunks() > 1
    }

    /// Whether the memories of parameters and of what is handed need an address.
    pub fn parameter_memory(&self) -> bool {
        !(self.parameters.is_empty() && self.handed.is_empty()) && self.fold.chunks() > 1
    }

    /// Whether sources are chosen by the column; sparse weights bring their own indices.
    pub fn column_output(&self) -> bool {
        self.gathers.iter().any(|of| of.image.indices.is_none())
    }

    /// Whether some sources are picked by indices.
    pub fn picks(&self) -> bool {
        self.gathers.iter().any(|of| of.image.indices.is_some())
    }

    /// The order and the fold, in words.
    pub fn order_text(&self) -> String {
        let Fold {
            blocks,
            groups,
            columns,
            lanes,
            taps,
            ..
        } = self.fold;
        let order = match self.order {
            Order::Synchronous => "synchronous".into(),
            Order::Sequential => "sequential".into(),
            Order::Permuted { seed } => format!("permuted, seed {seed}"),
            Order::Block { size } => format!("blocks of {size}"),
        };
        format!(
            "{order}; blocks {blocks}, groups a block {groups}, rows a group {lanes}, cycles a \
             group {columns}, weights a lane and cycle {taps}"
        )
    }

    /// The multiply-accumulates of a step.
    pub fn work(&self) -> u64 {
        let of = |gather: &GatherPlan<'_>| match &gather.gather.weights.arrangement {
            Arrangement::Dense { rows, columns, .. } => rows * columns,
            Arrangement::Sparse { rows, .. } => rows.iter().map(Vec::len).sum(),
            Arrangement::Stencil { .. } => 0,
        };
        self.gathers.iter().map(|gather| of(gather) as u64).sum()
    }

    /// Whether the stage writes what leaves after every step.
    pub fn emits(&self) -> bool {
        let mut targets = self.stage.writes.iter();
        targets.any(|(target, _)| {
            let vector = self.program.vector(*target);
            vector.is_some_and(|vector| vector.role == Role::Emitted)
        })
    }

    /// The multiply-accumulates for which a step has a place.
    pub fn places(&self) -> u64 {
        self.multipliers() * (self.fold.chunks() * self.fold.columns) as u64
    }

    /// The multipliers of all lanes.
    pub fn multipliers(&self) -> u64 {
        (self.fold.lanes * self.fold.taps * self.gathers.len()) as u64
    }
}

impl<'a> GatherPlan<'a> {
    fn resolve(
        program: &'a Program,
        gather: &'a Gather,
        fold: &Fold,
    ) -> Result<GatherPlan<'a>, ScheduleError> {
        let vector = program
            .vector(gather.source)
            .ok_or_else(|| shape(program, "an unknown vector"))?;
        if matches!(vector.role, Role::Parameter(_)) {
            return Err(shape(program, "a gather from a parameter"));
        }
        let mapped = gather.map.as_ref();
        let mapped = mapped.and_then(|(map, node)| map.format(*node));
        let mut image = WeightImage::lay_out(&gather.weights, fold);
        let mut gather = Cow::Borrowed(gather);
        let padded = image.places.iter().any(|(row, _)| *row == usize::MAX);
        if padded && gather.weights.format.coding() == Coding::Bipolar {
            gather = Cow::Owned(with_zero(program, &gather)?);
            image = WeightImage::lay_out(&gather.weights, fold);
        }
        Ok(GatherPlan {
            powers: gather.weights.powers(),
            source: mapped.unwrap_or(vector.format),
            image,
            gather,
        })
    }

    /// Whether the weights stand in a memory; one word that is never loaded is a constant, and
    /// logic folds it.
    pub fn in_memory(&self, fold: &Fold) -> bool {
        fold.words() > 1 || self.loadable()
    }

    /// Whether the weights are loaded at run time.
    pub fn loadable(&self) -> bool {
        self.gather.weights.storage == Storage::Ram
    }
}

/// A gather whose weights of -1 and +1 have a zero to pad with; in a format of three bits they are
/// stored as sign and power of two, in two bits, and need no multiplier.
fn with_zero(program: &Program, gather: &Gather) -> Result<Gather, ScheduleError> {
    if gather.weights.storage == Storage::Ram {
        let what = "bipolar weights that are loaded, which have no zero to pad with";
        return Err(shape(program, what));
    }
    let of = gather.weights.format;
    let format = Format::signed(3, of.fraction()).map_err(|_| shape(program, "bipolar weights"))?;
    let mut gather = gather.clone();
    gather.weights.format = format;
    Ok(gather)
}

fn row_length(arrangement: &Arrangement) -> usize {
    match arrangement {
        Arrangement::Dense { columns, .. } => *columns,
        Arrangement::Sparse { rows, .. } => rows.iter().map(Vec::len).max().unwrap_or(0).max(1),
        Arrangement::Stencil { .. } => 1,
    }
}

/// The node that says whether a row is at rest; only in stages of every step it counts.
pub fn rest(stage: &Stage) -> Option<NodeId> {
    stage.rest.filter(|_| stage.when.in_steps())
}

fn results(stage: &Stage) -> Vec<NodeId> {
    let written = stage.writes.iter().map(|(_, node)| *node);
    written.chain(rest(stage)).collect()
}

/// The engine does not run programs of this shape.
pub fn shape(program: &Program, found: &str) -> ScheduleError {
    ScheduleError::Form {
        name: program.name.clone(),
        found: found.into(),
        why: "the engine over units runs stages one after another, each over dense or sparse sums \
              of stored vectors; where rows are not updated all at once there is one in a step"
            .into(),
        works: "such stages".into(),
    }
}
