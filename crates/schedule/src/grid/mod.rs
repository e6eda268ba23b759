//! Stages over a grid: stencils on cells, streamed or iterated in memory.

pub mod cell;
pub mod frame;
pub mod geometry;
pub mod scan;
pub mod stage;
pub mod streaming;
pub mod window;

use hw_ir::{Design, Module, ModuleId};
use program::{Boundary, Format, Program, Role, Shape, Storage, VectorId, When};

use self::frame::Frame;
use self::geometry::{Raster, Reach};
use self::scan::Halo;
use self::stage::GridStage;
use self::streaming::Streaming;
use crate::error::ScheduleError;
use crate::expression::{self, table::in_memory};
use crate::interface::{Interface, Stream, Timing};
use crate::{Form, Hardware, Scheduled};

/// The stages of a program over a grid.
pub struct Grid<'a> {
    /// The program.
    pub program: &'a Program,
    /// The stage that runs once, where there is one.
    pub once: Option<GridStage<'a>>,
    /// The stage of every step.
    pub iterate: GridStage<'a>,
}

/// The modules of the stages.
pub struct Chain<'a> {
    /// The stage that runs once.
    pub once: Option<(ModuleId, &'a Module)>,
    /// The stage of every step.
    pub iterate: (ModuleId, &'a Module),
}

/// Makes the design of a program over a grid.
///
/// # Errors
/// When the program has another shape, or the form or the lanes do not suit.
pub fn schedule(program: &Program, hardware: &Hardware) -> Result<Scheduled, ScheduleError> {
    let grid = Grid::resolve(program, hardware.form)?;
    let state = program
        .vector(grid.iterate.target)
        .ok_or_else(|| shape(program, "no state"))?;
    let raster = Raster::of(program, state.shape, hardware.lanes.max(1))?;
    let halo = grid.halo(raster, hardware.form);
    let around = halo.around(raster);

    let mut modules = vec![];
    let once = match &grid.once {
        Some(stage) => Some(stage_modules(&mut modules, stage, around)?),
        None => None,
    };
    let iterate = stage_modules(&mut modules, &grid.iterate, around)?;
    let chain = Chain {
        once: once.map(|id| (id, &modules[id.0 as usize])),
        iterate: (iterate, &modules[iterate.0 as usize]),
    };
    let fields = grid.load_fields();
    let top = match hardware.form {
        Form::Streaming { iterations } => Streaming {
            grid: &grid,
            chain: &chain,
            iterations,
            raster,
            halo,
            fields: fields.clone(),
            fillers: grid.fillers(raster, halo, iterations),
        }
        .build(),
        Form::Frame => Frame {
            grid: &grid,
            chain: &chain,
            raster,
            halo,
            fields: fields.clone(),
        }
        .build(),
    };
    modules.push(top);
    let header = grid.header(raster);
    let design = Design {
        name: program.name.clone(),
        header,
        modules,
        images: vec![],
    };
    let interface = grid.interface(raster, halo, hardware.form, fields);
    Ok(Scheduled {
        design,
        interface,
        timing: grid.timing(raster, halo, hardware.form),
    })
}

impl<'a> Grid<'a> {
    fn resolve(program: &'a Program, form: Form) -> Result<Grid<'a>, ScheduleError> {
        let of = |when: When| {
            program
                .stages
                .iter()
                .filter(move |stage| stage.when == when)
        };
        let mut steps = of(When::EveryStep);
        let (Some(step), None) = (steps.next(), steps.next()) else {
            return Err(shape(program, "not just one stage in every step"));
        };
        let mut once = of(When::Once);
        let (first, None) = (once.next(), once.next()) else {
            return Err(shape(program, "more than one stage that runs once"));
        };
        let streaming = matches!(form, Form::Streaming { .. });
        let bare = GridStage::resolve(program, step, &[])?;
        let pass = |vectors: &[VectorId], but: VectorId| -> Vec<VectorId> {
            let passed = vectors.iter().copied().filter(|vector| *vector != but);
            if streaming { passed.collect() } else { vec![] }
        };
        let iterate = GridStage::resolve(program, step, &pass(&bare.entering, bare.target))?;
        let once = match first {
            Some(stage) => {
                let target = GridStage::resolve(program, stage, &[])?.target;
                Some(GridStage::resolve(
                    program,
                    stage,
                    &pass(&iterate.entering, target),
                )?)
            }
            None => None,
        };
        let grid = Grid {
            program,
            once,
            iterate,
        };
        grid.judge(form)?;
        Ok(grid)
    }

    fn judge(&self, form: Form) -> Result<(), ScheduleError> {
        let program = self.program;
        if !self.iterate.cell().rewrites() {
            return Err(shape(
                program,
                "a step that does not rewrite the state it gathers",
            ));
        }
        if program.stop.on_period_two {
            return Err(shape(program, "a stop on period 2"));
        }
        for stage in self.stages() {
            if stage.gather.weights.storage == Storage::Ram {
                return Err(shape(program, "a template in RAM"));
            }
            let foreign = stage.entering.iter().find_map(|&vector| {
                let role = program.vector(vector).map(|vector| &vector.role);
                match role {
                    Some(Role::State | Role::Input | Role::Derived) => None,
                    None | Some(Role::Parameter(_)) => Some("a parameter vector over a grid"),
                    Some(Role::Kept(_)) => Some("a kept vector over a grid"),
                    Some(Role::Sequence) => Some("a sequence over a grid"),
                    Some(Role::Emitted) => Some("an output of every step over a grid"),
                    Some(Role::Joined(_)) => Some("a joined vector over a grid"),
                    Some(Role::Schedule(_)) => Some("a schedule over a grid"),
                    Some(Role::Noise { .. }) => Some("noise over a grid"),
                    Some(Role::Past(_)) => Some("the past of a grid"),
                    Some(Role::Last) => Some("the mark of the last vectors over a grid"),
                    Some(Role::Recalled(_)) => Some("a memory of whole vectors over a grid"),
                    Some(Role::Signal | Role::Output) => Some("a signal over a grid"),
                }
            });
            let written = program.vector(stage.target).map(|vector| &vector.role);
            if matches!(written, Some(Role::Signal | Role::Output)) {
                return Err(shape(program, "a signal over a grid"));
            }
            if stage.stage.rest.is_some() {
                return Err(shape(program, "a grid that judges its rest itself"));
            }
            if let Some(table) = in_memory(program, &stage.stage.apply) {
                let length = table.entries.len();
                return Err(shape(
                    program,
                    &format!("a table of {length} entries over a grid"),
                ));
            }
            let reach = stage.reach();
            let grid = program.vector(stage.target).map(|vector| vector.shape);
            if let Some(Shape::Grid { rows, .. }) = grid
                && rows < reach.north.max(reach.south)
            {
                return Err(shape(program, "fewer rows than its template reaches"));
            }
            if let Some(foreign) = foreign {
                return Err(shape(program, foreign));
            }
        }
        let mut around = self
            .stages()
            .filter(|stage| stage.reach() != Reach::default());
        let periodic = |stage: &GridStage<'_>| stage.stencil.boundary == Boundary::Periodic;
        if let Some(first) = around.next()
            && around.any(|stage| periodic(stage) != periodic(first))
        {
            return Err(shape(program, "a template on a torus and one that is not"));
        }
        let Form::Streaming { iterations } = form else {
            return Ok(());
        };
        if iterations == 0 {
            return Err(ScheduleError::Fold {
                field: "hardware.iterations",
                found: 0,
                name: program.name.clone(),
                why: "a chain has an iteration or more".into(),
                works: 1,
            });
        }
        Ok(())
    }

    fn stages(&self) -> impl Iterator<Item = &GridStage<'a>> {
        self.once.iter().chain([&self.iterate])
    }

    /// The name of a vector.
    pub fn vector_name(&self, vector: VectorId) -> &str {
        self.iterate.name(vector)
    }

    /// What a frame is loaded with: inputs, then the state, as far as a stage reads them.
    fn load_fields(&self) -> Vec<(VectorId, Format)> {
        let used = |vector: VectorId| self.stages().any(|stage| stage.entering.contains(&vector));
        let of = |role: Role| {
            let vectors = self.program.vectors.iter().enumerate();
            vectors
                .filter(move |(place, vector)| vector.role == role && used(VectorId(*place)))
                .map(|(place, vector)| (VectorId(place), vector.format))
        };
        of(Role::Input).chain(of(Role::State)).collect()
    }

    /// What is repeated around the grid for stages with a periodic boundary. A frame is scanned
    /// anew for each stage, as far as the one that reaches furthest; in a stream each stage needs
    /// what the next ones need and its own reach around that.
    fn halo(&self, raster: Raster, form: Form) -> Halo {
        let reach = |stage: &GridStage<'_>| match stage.stencil.boundary {
            Boundary::Periodic => stage.reach(),
            Boundary::Fixed(_) | Boundary::ZeroFlux => Reach::default(),
        };
        let once = self.once.as_ref().map_or_else(Reach::default, reach);
        let iterate = reach(&self.iterate);
        let reach = match form {
            Form::Frame => once.union(iterate),
            Form::Streaming { iterations } => once.then(iterate.times(iterations)),
        };
        Halo {
            north: reach.north,
            south: reach.south,
            west: raster.reach_words(reach.west),
            east: raster.reach_words(reach.east),
        }
    }

    /// Words from the entry of a cell into a chain to its last iteration's output.
    fn delay(&self, around: Raster, iterations: usize) -> usize {
        let once = self
            .once
            .as_ref()
            .map_or(0, |stage| around.delay(stage.reach()));
        once + iterations * around.delay(self.iterate.reach())
    }

    /// Words that follow a frame until its last result has left; what came around the frame has
    /// already moved the chain as far as it reaches behind the frame's last cell.
    fn fillers(&self, raster: Raster, halo: Halo, iterations: usize) -> usize {
        let around = halo.around(raster);
        let behind = halo.south * around.words + halo.east;
        self.delay(around, iterations).saturating_sub(behind).max(1)
    }

    fn timing(&self, raster: Raster, halo: Halo, form: Form) -> Timing {
        let positions = raster.positions() as u64;
        let around = halo.around(raster);
        let lanes = raster.lanes as u64;
        match form {
            Form::Streaming { iterations } => {
                let fillers = self.fillers(raster, halo, iterations) as u64;
                Timing {
                    start: 0,
                    step: 0,
                    phases: vec![],
                    finish: fillers + 1,
                    fixed_steps: Some(iterations as u64),
                    interval: Some(around.positions() as u64 + fillers),
                    units: lanes * iterations as u64,
                    work: positions * lanes * iterations as u64,
                    places: positions * lanes * iterations as u64,
                }
            }
            Form::Frame => {
                let last = (halo.north + raster.rows - 1) * around.words + halo.west + raster.words;
                let pass = |stage: &GridStage<'_>| (last + around.delay(stage.reach()) + 1) as u64;
                Timing {
                    start: self.once.as_ref().map_or(0, pass),
                    step: pass(&self.iterate),
                    phases: vec![],
                    finish: 2,
                    fixed_steps: None,
                    interval: None,
                    units: lanes,
                    work: positions * lanes,
                    places: positions * lanes,
                }
            }
        }
    }

    fn interface(
        &self,
        raster: Raster,
        halo: Halo,
        form: Form,
        fields: Vec<(VectorId, Format)>,
    ) -> Interface {
        let streams = matches!(form, Form::Streaming { .. });
        let torus = (streams && !halo.is_empty()).then(|| halo.torus(raster));
        let entering = match torus {
            Some(_) => halo.around(raster),
            None => raster,
        };
        let cells = raster.positions() * raster.lanes;
        let stream = |prefix: &str, fields: Vec<_>, raster: Raster, torus| Stream {
            prefix: prefix.into(),
            lengths: vec![cells; fields.len()],
            fields,
            elements: raster.lanes,
            beats: raster.positions(),
            torus,
        };
        let state = self.iterate.target;
        let unloaded = vec![(state, self.iterate.format(state))];
        Interface {
            load: stream("s_axis", fields, entering, torus),
            feed: None,
            unloads_each_step: false,
            unload: stream("m_axis", unloaded, raster, None),
            weights: None,
        }
    }

    fn header(&self, raster: Raster) -> Vec<(String, String)> {
        let cells = raster.words * raster.lanes;
        let kind = &self.program.kind;
        let formats: Vec<String> = self
            .stages()
            .map(|stage| {
                format!(
                    "{} {}",
                    stage.name(stage.target),
                    stage.format(stage.target)
                )
            })
            .collect();
        vec![
            (
                "network".into(),
                format!("{kind}, {} rows of {cells} cells", raster.rows),
            ),
            ("formats".into(), formats.join(", ")),
        ]
    }
}

/// Adds the modules of a stage; gives the stage's own.
fn stage_modules(
    modules: &mut Vec<Module>,
    stage: &GridStage<'_>,
    raster: Raster,
) -> Result<ModuleId, ScheduleError> {
    let mut add = |module: Module| {
        modules.push(module);
        ModuleId(modules.len() as u32 - 1)
    };
    let cell = add(stage.cell().build()?);
    let name = format!("{}_{}_map", stage.program.name, stage.stage.name);
    let map = expression::map_module(stage.program, stage.gather, &name)?.map(add);
    let of = |id: ModuleId| (id, &modules[id.0 as usize]);
    let module = stage.build(raster, of(cell), map.map(of))?;
    modules.push(module);
    Ok(ModuleId(modules.len() as u32 - 1))
}

fn shape(program: &Program, found: &str) -> ScheduleError {
    ScheduleError::Form {
        name: program.name.clone(),
        found: found.into(),
        why: "the engine over grids runs one stage once, and one stage in every step that gathers \
              a state by a template and rewrites it until it is stable or the budget is spent"
            .into(),
        works: "such stages".into(),
    }
}
