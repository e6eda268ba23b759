//! A stage of a grid as a module: words of cells stream through it, `lanes` cells a move.

use hw_ir::{Connection, Module, ModuleBuilder, ModuleId, NetId, Type};
use program::{Boundary, Format, Gather, Program, Stage, VectorId};

use super::cell::Cell;
use super::geometry::{Raster, Reach, Stencil};
use super::window::{Position, Window};
use crate::arithmetic::net_type;
use crate::error::ScheduleError;
use crate::expression;

/// A stage over a grid, resolved.
pub struct GridStage<'a> {
    /// The program.
    pub program: &'a Program,
    /// The stage.
    pub stage: &'a Stage,
    /// Its only gather.
    pub gather: &'a Gather,
    /// The gather's stencil.
    pub stencil: Stencil,
    /// The vector that is written.
    pub target: VectorId,
    /// Vectors that enter, in port order.
    pub entering: Vec<VectorId>,
    /// Vectors that leave, in port order: the target first, then those passed on.
    pub leaving: Vec<VectorId>,
}

impl<'a> GridStage<'a> {
    /// Resolves a stage; `passed` are vectors that it hands on beside its result.
    ///
    /// # Errors
    /// When the stage has not just one stencil gather and one vector written.
    pub fn resolve(
        program: &'a Program,
        stage: &'a Stage,
        passed: &[VectorId],
    ) -> Result<GridStage<'a>, ScheduleError> {
        let wrong = |why: &str| ScheduleError::Form {
            name: program.name.clone(),
            found: format!("stage `{}` over a grid", stage.name),
            why: why.into(),
            works: "one stencil gather and one vector written".into(),
        };
        let ([gather], [(target, result)]) = (stage.gathers.as_slice(), stage.writes.as_slice())
        else {
            return Err(wrong(
                "a stage over a grid has one gather and writes one vector",
            ));
        };
        let stencil = Stencil::of(gather).ok_or_else(|| wrong("its gather is no stencil"))?;
        if gather.offset.is_some() {
            return Err(wrong("a sum over a template starts from zero"));
        }
        let mut entering = vec![gather.source];
        let read = expression::elements_read(&stage.apply, &[*result]);
        for vector in read.into_iter().chain(passed.iter().copied()) {
            if !entering.contains(&vector) {
                entering.push(vector);
            }
        }
        let mut leaving = vec![*target];
        leaving.extend(passed.iter().filter(|vector| *vector != target));
        Ok(GridStage {
            program,
            stage,
            gather,
            stencil,
            target: *target,
            entering,
            leaving,
        })
    }

    /// How far the stage's stencil reaches.
    pub fn reach(&self) -> Reach {
        self.stencil.reach()
    }

    /// The format of a vector.
    pub fn format(&self, vector: VectorId) -> Format {
        self.program
            .vector(vector)
            .map_or(Format::BIPOLAR, |vector| vector.format)
    }

    /// The name of a vector.
    pub fn name(&self, vector: VectorId) -> &str {
        self.program
            .vector(vector)
            .map_or("unknown", |vector| &vector.name)
    }

    fn source(&self) -> Format {
        let format = self.format(self.gather.source);
        let map = self.gather.map.as_ref();
        map.and_then(|(map, node)| map.format(*node))
            .unwrap_or(format)
    }

    /// The cell of the stage.
    pub fn cell(&self) -> Cell<'_> {
        Cell {
            program: self.program,
            stage: self.stage,
            gather: self.gather,
            stencil: &self.stencil,
            source: self.source(),
            target: (self.target, self.format(self.target)),
        }
    }

    /// Builds the module. Inputs: `advance_i`, `first_i`, `NAME_i` a vector entering. Outputs:
    /// `first_o`, `NAME_o` a vector leaving, and `changed_o` (one bit: some cell of the word
    /// changed) where the stage rewrites its source; all [`Raster::delay`] moves after the inputs.
    ///
    /// # Errors
    /// When the map or the apply expression reads what is not there.
    pub fn build(
        &self,
        raster: Raster,
        cell: (ModuleId, &Module),
        map: Option<(ModuleId, &Module)>,
    ) -> Result<Module, ScheduleError> {
        let name = format!("{}_{}", self.program.name, self.stage.name);
        let purpose = "one stage over the grid; words of cells stream through it, row by row";
        let mut m = ModuleBuilder::new(name, purpose);
        if let Some(source) = self.program.source(&self.stage.name) {
            m.source(source);
        }
        m.fact(
            "grid",
            format!("{} rows of {} words", raster.rows, raster.words),
        );
        m.fact("lanes", format!("cells of a word: {}", raster.lanes));
        m.fact(
            "latency",
            format!("{} words from input to output", raster.delay(self.reach())),
        );
        m.group("control");
        let advance = m.input("advance_i", Type::BIT);
        let first = m.input("first_i", Type::BIT);
        m.group("the entering word");
        let lanes = raster.lanes as u32;
        let words: Vec<(VectorId, NetId)> = self
            .entering
            .iter()
            .map(|&vector| {
                let ty = net_type(self.format(vector)).times(lanes);
                (vector, m.input(&format!("{}_i", self.name(vector)), ty))
            })
            .collect();

        let reach = self.reach();
        let position = Position::build(&mut m, raster, reach.south, advance, first);
        let source = self.mapped(&mut m, words[0].1, map);
        // A periodic boundary is carried by the scan, which repeats the far edge.
        let edges = self.stencil.boundary != Boundary::Periodic;
        let window = Window {
            stencil: &self.stencil,
            raster,
            edges,
        };
        let lines = reach.north + reach.south;
        let above = (lines > 0).then(|| position.lines(&mut m, "source", source, lines));
        let taps = window.build(&mut m, &position, source, above);
        let above = above.filter(|_| map.is_none());
        let own = self.own(&mut m, &position, raster, &words, above);
        self.results(&mut m, &position, raster, cell, taps, own);
        Ok(m.finish())
    }

    fn mapped(
        &self,
        m: &mut ModuleBuilder,
        word: NetId,
        map: Option<(ModuleId, &Module)>,
    ) -> NetId {
        let Some((id, module)) = map else { return word };
        let count = m.ty(word).count;
        m.instances("map", id, module, count, vec![Connection::Split(word)])[0]
    }

    /// The words that the cells' own values or the outputs need, as old as the sum.
    fn own(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        raster: Raster,
        words: &[(VectorId, NetId)],
        source_above: Option<NetId>,
    ) -> Vec<(VectorId, NetId)> {
        m.section("the centre's own values");
        let reach = self.reach();
        let read = self.cell().own_vectors();
        let kept = words
            .iter()
            .filter(|(vector, _)| read.contains(vector) || self.leaving[1..].contains(vector));
        kept.map(|&(vector, word)| {
            let name = self.name(vector).to_owned();
            let mut net = word;
            if reach.south > 0 {
                let shared = source_above.filter(|_| vector == self.gather.source);
                let above = shared.unwrap_or_else(|| position.lines(m, &name, word, reach.south));
                let start = (reach.south as u32 - 1) * raster.lanes as u32;
                net = m.elements(&format!("{name}_line"), above, start, raster.lanes as u32);
            }
            let delay = raster.reach_words(reach.east) + 2;
            (vector, position.later(m, &name, net, delay))
        })
        .collect()
    }

    fn results(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        raster: Raster,
        cell: (ModuleId, &Module),
        taps: Vec<NetId>,
        own: Vec<(VectorId, NetId)>,
    ) {
        let find = |vector: VectorId| {
            own.iter()
                .find(|(id, _)| *id == vector)
                .map(|(_, net)| *net)
        };
        let read = self.cell().own_vectors();
        let mut inputs = vec![Connection::Shared(position.advance)];
        inputs.extend(taps.into_iter().map(Connection::Split));
        inputs.extend(read.into_iter().filter_map(find).map(Connection::Split));
        let results = m.instances("cell", cell.0, cell.1, raster.lanes as u32, inputs);
        m.section("results");
        let moves = Some(position.advance);
        let delay = raster.reach_words(self.reach().east) + 3;
        let first = position.later(m, "origin", position.origin, delay);
        m.group("the leaving word");
        m.output("first_o", first);
        let target = self.name(self.target).to_owned();
        let next = m.delay(&format!("{target}_next_q"), results[0], moves, 0);
        m.output(&format!("{target}_o"), next);
        for &vector in &self.leaving[1..] {
            if let Some(net) = find(vector) {
                let name = self.name(vector).to_owned();
                let net = m.delay(&format!("{name}_passed_q"), net, moves, 0);
                m.output(&format!("{name}_o"), net);
            }
        }
        if let Some(&changed) = results.get(1) {
            let any = m.any("changed_any", changed);
            let changed = m.delay("changed_q", any, moves, 0);
            m.output("changed_o", changed);
        }
    }
}
