//! Dense and sparse stages over units: state in registers, weights in a memory, lanes side by side.

pub mod control;
pub mod fold;
pub mod lane;
mod top;
pub mod walk;
pub mod weights;

use hw_ir::{Design, ModuleId};
use program::{
    Arrangement, Coding, Format, Gather, Program, Role, Stage, Storage, Vector, VectorId, When,
};

use self::control::Control;
use self::fold::Fold;
use self::lane::{Lane, Restart};
use self::top::Top;
use self::weights::WeightImage;
use crate::error::ScheduleError;
use crate::interface::{Interface, Stream, Timing, WeightStream};
use crate::{Hardware, Scheduled, expression};

/// Bits of a beat of the state streams, where the state's length allows.
const BEAT_BITS: u32 = 8;

/// Makes the design of a program whose one stage gathers over units and rewrites its own source.
///
/// # Errors
/// When the program has another shape, or the fold does not suit.
pub fn schedule(program: &Program, hardware: &Hardware) -> Result<Scheduled, ScheduleError> {
    let engine = Engine::resolve(program, hardware)?;
    let (design, interface) = engine.design()?;
    Ok(Scheduled {
        timing: engine.timing(),
        design,
        interface,
    })
}

struct Engine<'a> {
    program: &'a Program,
    stage: &'a Stage,
    gather: &'a Gather,
    state: VectorId,
    state_vector: &'a Vector,
    source: Format,
    fold: Fold,
    /// Elements of the state register: rows with padding.
    length: usize,
    /// Elements of a beat.
    beat: usize,
    image: WeightImage,
}

impl<'a> Engine<'a> {
    fn resolve(program: &'a Program, hardware: &Hardware) -> Result<Engine<'a>, ScheduleError> {
        let [stage] = program.stages.as_slice() else {
            return Err(shape(program, "more than one stage over units"));
        };
        let [gather] = stage.gathers.as_slice() else {
            return Err(shape(program, "not just one gather a stage"));
        };
        let [(state, _)] = stage.writes.as_slice() else {
            return Err(shape(program, "not just one vector written"));
        };
        let vector = program
            .vector(*state)
            .ok_or_else(|| shape(program, "an unknown vector"))?;
        if gather.source != *state || vector.role != Role::State || stage.when != When::EveryStep {
            return Err(shape(
                program,
                "a stage that does not rewrite the state it gathers",
            ));
        }
        let source = match &gather.map {
            Some((map, node)) => map.format(*node).unwrap_or(vector.format),
            None => vector.format,
        };
        let units = vector.shape.elements();
        let arrangement = &gather.weights.arrangement;
        let fold = Fold::resolve(program, arrangement, units, hardware.lanes, hardware.taps)?;
        let image = WeightImage::lay_out(&gather.weights, &fold);
        let padded = image.places.iter().any(|(row, _)| *row == usize::MAX);
        if padded && gather.weights.format.coding() == Coding::Bipolar {
            return Err(shape(
                program,
                "bipolar weights, which have no zero to pad with",
            ));
        }
        let length = fold.rows();
        let most = (BEAT_BITS / vector.format.width()).max(1) as usize;
        let beat = (1..=most.min(length))
            .rev()
            .find(|&beat| length.is_multiple_of(beat));
        Ok(Engine {
            program,
            stage,
            gather,
            state: *state,
            state_vector: vector,
            source,
            fold,
            length,
            beat: beat.unwrap_or(1),
            image,
        })
    }

    fn timing(&self) -> Timing {
        let work = match &self.gather.weights.arrangement {
            Arrangement::Dense { rows, columns, .. } => rows * columns,
            Arrangement::Sparse { rows, .. } => rows.iter().map(Vec::len).sum(),
            Arrangement::Stencil { .. } => 0,
        };
        Timing {
            start: 0,
            step: self.fold.step_cycles(),
            finish: 1,
            fixed_steps: None,
            interval: None,
            units: (self.fold.lanes * self.fold.taps) as u64,
            work: work as u64,
        }
    }

    fn interface(&self) -> Interface {
        let stream = |prefix: &str| Stream {
            prefix: prefix.into(),
            fields: vec![(self.state, self.state_vector.format)],
            elements: self.beat,
            beats: self.length / self.beat,
            torus: None,
        };
        let weights = (self.gather.weights.storage == Storage::Ram).then(|| WeightStream {
            prefix: "w_axis".into(),
            format: self.gather.weights.format,
            order: self.image.places.clone(),
        });
        Interface {
            load: stream("s_axis"),
            unload: stream("m_axis"),
            weights,
        }
    }

    fn lane(&self) -> Lane<'_> {
        Lane {
            program: self.program,
            stage: self.stage,
            gather: self.gather,
            state: self.state,
            source: self.source,
            fold: self.fold,
            length: self.length,
            detect_period: self.program.stop.on_period_two,
        }
    }

    /// One word of weights that is never loaded is a constant; logic folds it.
    fn weight_memory(&self) -> bool {
        self.fold.words() > 1 || self.gather.weights.storage == Storage::Ram
    }

    /// How the sum of a row starts.
    fn restart(&self) -> Restart {
        Restart::of(&self.fold, self.gather.offset.is_some())
    }

    fn offset_memory(&self) -> bool {
        self.gather.offset.is_some() && self.fold.chunks() > 1
    }

    fn design(&self) -> Result<(Design, Interface), ScheduleError> {
        let interface = self.interface();
        let control = Control {
            program: self.program,
            fold: self.fold,
            beats: interface.load.beats,
            offset_memory: self.offset_memory(),
            first_output: self.restart() == Restart::First,
            column_output: self.image.indices.is_none(),
            weight_memory: self.weight_memory(),
        };
        let mut modules = vec![self.lane().build()?, control.build()];
        let mut images = vec![];
        let name = format!("{}_source", self.program.name);
        let map = expression::map_module(self.program, self.gather, &name)?;
        let map = map.map(|module| {
            modules.push(module);
            ModuleId(modules.len() as u32 - 1)
        });
        let top = Top {
            engine: self,
            modules: &modules,
            map,
            images: &mut images,
        };
        let top = top.build(&interface);
        modules.push(top);
        let name = self.program.name.clone();
        let header = self.header();
        Ok((
            Design {
                name,
                header,
                modules,
                images,
            },
            interface,
        ))
    }

    fn header(&self) -> Vec<(String, String)> {
        let accumulator = self.gather.accumulator;
        vec![
            (
                "network".into(),
                format!("{}, {} units", self.program.kind, self.fold.units),
            ),
            (
                "formats".into(),
                format!(
                    "state {}, weight {}, accumulator {accumulator}",
                    self.state_vector.format, self.gather.weights.format
                ),
            ),
            ("step".into(), format!("{} cycles", self.fold.step_cycles())),
        ]
    }
}

fn shape(program: &Program, found: &str) -> ScheduleError {
    ScheduleError::Form {
        name: program.name.clone(),
        found: found.into(),
        why: "the engine over units runs one stage that gathers a state and rewrites it".into(),
        works: "such a stage".into(),
    }
}
