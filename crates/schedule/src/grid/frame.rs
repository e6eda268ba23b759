//! The frame form: the grid stands in block memory and is iterated in time.
//!
//! Phases: load the frame, run the stage that runs once (where there is one), run steps until a
//! stop condition holds, unload. A pass scans the memory word by word through the stage; results
//! go to the other words of the state memory, even or odd, so that a pass reads old values only. For a periodic
//! boundary the scan repeats the far edge around the grid.

use hw_ir::{Connection, Module, ModuleBuilder, ModuleId, NetId, PendingInstance, Type};
use program::{Format, VectorId};

use super::geometry::Raster;
use super::scan::{Halo, Scan, Writing};
use super::stage::GridStage;
use super::{Chain, Grid};
use crate::arithmetic::net_type;
use crate::beat::{beat_type, unpack};
use crate::counter::{also, counter, drive_flag, unless};
use crate::verdict::Step;

/// Builds the top module of a frame design.
pub struct Frame<'a> {
    /// The grid's stages.
    pub grid: &'a Grid<'a>,
    /// Their modules.
    pub chain: &'a Chain<'a>,
    /// The grid as it is stored.
    pub raster: Raster,
    /// The far edges that the scan repeats.
    pub halo: Halo,
    /// Vectors of the load stream, in field order; the state is one of them.
    pub fields: Vec<(VectorId, Format)>,
}

/// A stage in the frame: its outputs, and its instance until it is connected.
struct Placed {
    instance: PendingInstance,
    outputs: Vec<NetId>,
}

/// A bit a phase.
struct Phases {
    loading: NetId,
    once: Option<NetId>,
    iterating: NetId,
    unloading: NetId,
}

impl Frame<'_> {
    /// Builds the module.
    pub fn build(&self) -> Module {
        let program = self.grid.program;
        let purpose = format!("{}: the frame in memory, iterated in time", program.kind);
        let mut m = ModuleBuilder::new(program.name.clone(), purpose);
        if let Some(source) = program.source("network") {
            m.source(source);
        }
        m.group("the frame");
        let load_valid = m.input("s_axis_tvalid", Type::BIT);
        let formats: Vec<Format> = self.fields.iter().map(|(_, format)| *format).collect();
        let load_data = m.input("s_axis_tdata", beat_type(&formats, self.raster.lanes));
        m.group("the frame after the last step");
        let unload_ready = m.input("m_axis_tready", Type::BIT);

        let iterate = self.declare(&mut m, &self.grid.iterate, self.chain.iterate);
        let once = self.grid.once.as_ref().zip(self.chain.once);
        let once = once.map(|(stage, module)| self.declare(&mut m, stage, module));
        m.section("phases");
        let loading = m.register("loading_q", Type::BIT, 1);
        let unloading = m.register("unloading_q", Type::BIT, 0);
        let iterating = m.register("iterating_q", Type::BIT, 0);
        let once_phase = once.as_ref().map(|_| m.register("once_q", Type::BIT, 0));
        let phases = Phases {
            loading: loading.net,
            once: once_phase.map(|phase| phase.net),
            iterating: iterating.net,
            unloading: unloading.net,
        };
        let positions = self.raster.positions() as u64;
        let load = m.and("load", load_valid, loading.net);
        let load_at = counter(&mut m, "load_position", positions, load);
        let load_last = also(&mut m, "load_last", load, load_at.last);

        let writing = self.writing(&mut m, "step", iterate.outputs[0], iterating.net);
        let once_writing = match (&once, phases.once) {
            (Some(once), Some(phase)) => Some(self.writing(&mut m, "once", once.outputs[0], phase)),
            _ => None,
        };
        let step_end = writing.end;
        let once_end = once_writing.as_ref().map(|writing| writing.end);
        let start = once_end.unwrap_or(load_last);
        let changed = iterate.outputs[2];
        let step = Step {
            write: writing.enable,
            end: step_end,
            start,
            changed,
            differs: None,
            ended: None,
        };
        let verdict = step.judge(&mut m, program.stop);
        let again = unless(&mut m, "again", step_end, verdict.finish);
        let pass = m.or("iterate_next", start, again);
        let scan_start = if once_end.is_some() {
            m.or("scan_start", load_last, pass)
        } else {
            pass
        };
        let scan = Scan::build(&mut m, self.raster, self.halo, scan_start);

        let unload = self.unload(&mut m, unloading.net, verdict.finish, unload_ready);
        drive_flag(&mut m, "loading", loading, unload.done, load_last);
        drive_flag(&mut m, "unloading", unloading, verdict.finish, unload.done);
        drive_flag(&mut m, "iterating", iterating, start, verdict.finish);
        if let (Some(phase), Some(end)) = (once_phase, once_end) {
            drive_flag(&mut m, "once", phase, load_last, end);
        }

        let bank = self.bank(&mut m, step_end);
        let load_words = self.load_words(&mut m, load_data);
        let memories = Memories {
            frame: self,
            scan: &scan,
            phases: &phases,
            load,
            bank,
        };
        let address = load_at.value;
        let state = memories.state(&mut m, &load_words, address, &iterate, &writing, &unload);
        self.connect(
            &mut m,
            &memories,
            &load_words,
            address,
            (once, once_writing),
            iterate,
            state,
        );

        m.group("the frame");
        m.output("s_axis_tready", loading.net);
        m.group("the frame after the last step");
        m.output("m_axis_tvalid", unload.valid);
        m.output("m_axis_tdata", state);
        m.output("m_axis_tlast", unload.last);
        m.group("how the last run ended: 1 stable, 3 budget spent; and its steps");
        m.output("status_o", verdict.status);
        m.output("steps_o", verdict.steps);
        m.finish()
    }

    fn declare(
        &self,
        m: &mut ModuleBuilder,
        stage: &GridStage<'_>,
        (id, module): (ModuleId, &Module),
    ) -> Placed {
        let (instance, outputs) = m.declare_instances(&stage.stage.name, id, module, 1);
        Placed { instance, outputs }
    }

    fn writing(&self, m: &mut ModuleBuilder, name: &str, first: NetId, phase: NetId) -> Writing {
        m.section(format!("results of the {name} pass"));
        Writing::build(m, name, self.raster, self.halo, first, phase)
    }

    /// One bit: whether the odd words of the state memory are read.
    fn bank(&self, m: &mut ModuleBuilder, step_end: NetId) -> NetId {
        let bank = m.register("bank_q", Type::BIT, 0);
        let other = m.not("bank_d", bank.net);
        m.drive(bank, other, Some(step_end));
        bank.net
    }

    fn load_words(&self, m: &mut ModuleBuilder, beat: NetId) -> Vec<(VectorId, NetId)> {
        m.section("the fields of a loaded word");
        let name = |vector: VectorId| self.grid.vector_name(vector).to_owned();
        let fields: Vec<(String, Format)> = self
            .fields
            .iter()
            .map(|&(vector, format)| (name(vector), format))
            .collect();
        let nets = unpack(m, beat, &fields);
        self.fields
            .iter()
            .map(|(vector, _)| *vector)
            .zip(nets)
            .collect()
    }

    /// Reads the state memory word by word, held while the output waits.
    fn unload(
        &self,
        m: &mut ModuleBuilder,
        unloading: NetId,
        finish: NetId,
        ready: NetId,
    ) -> Unload {
        m.section("unload");
        let valid = m.register("out_valid_q", Type::BIT, 0);
        let empty = m.not("out_empty", valid.net);
        let free = m.or("out_free", empty, ready);
        let fetching = m.register("fetching_q", Type::BIT, 0);
        let fetch = m.and("fetch", fetching.net, free);
        let position = counter(m, "unload_position", self.raster.positions() as u64, fetch);
        let fetched = also(m, "fetch_last", fetch, position.last);
        drive_flag(m, "fetching", fetching, finish, fetched);
        let unread = unless(m, "out_kept", valid.net, ready);
        let next = m.or("out_valid_d", fetch, unread);
        m.drive(valid, next, None);
        let last = m.delay("out_last_q", fetched, Some(fetch), 0);
        let given = m.and("given", valid.net, ready);
        let done = m.and("unload_done", given, last);
        // Outside the unload the memory serves the scan and is always read.
        let busy = m.not("not_unloading", unloading);
        let read = m.or("state_read", busy, free);
        Unload {
            valid: valid.net,
            last,
            done,
            position: position.value,
            read,
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn connect(
        &self,
        m: &mut ModuleBuilder,
        memories: &Memories<'_>,
        load_words: &[(VectorId, NetId)],
        load_at: Option<NetId>,
        once: (Option<Placed>, Option<Writing>),
        iterate: Placed,
        state: NetId,
    ) {
        m.section("stages move in their phase, and once after reset to settle");
        let settle = m.register("settle_q", Type::BIT, 1);
        let settled = m.constant("settled", Type::BIT, 0);
        m.drive(settle, settled, None);
        let state_id = self.grid.iterate.target;
        let mut read = vec![(state_id, state)];
        if let (Some(stage), Some(placed), Some(writing), Some(phase)) =
            (&self.grid.once, once.0, once.1, memories.phases.once)
        {
            let advance = m.or("once_advance", phase, settle.net);
            let mut inputs = vec![advance, memories.scan.first];
            for &vector in &stage.entering {
                if !read.iter().any(|(id, _)| *id == vector) {
                    let write = load_words.iter().find(|(id, _)| *id == vector);
                    let Some(&(_, data)) = write else { continue };
                    let net = memories.plain(m, vector, (load_at, memories.load, data));
                    read.push((vector, net));
                }
                inputs.extend(find(&read, vector));
            }
            m.connect(
                placed.instance,
                inputs.into_iter().map(Connection::Shared).collect(),
            );
            let target = stage.target;
            let write = (writing.position, writing.enable, placed.outputs[1]);
            let net = memories.plain(m, target, write);
            read.push((target, net));
        }
        let advance = m.or("iterate_advance", memories.phases.iterating, settle.net);
        let mut inputs = vec![advance, memories.scan.first];
        for &vector in &self.grid.iterate.entering {
            if find(&read, vector).is_none()
                && let Some(&(_, data)) = load_words.iter().find(|(id, _)| *id == vector)
            {
                let net = memories.plain(m, vector, (load_at, memories.load, data));
                read.push((vector, net));
            }
            inputs.extend(find(&read, vector));
        }
        m.connect(
            iterate.instance,
            inputs.into_iter().map(Connection::Shared).collect(),
        );
    }
}

fn find(of: &[(VectorId, NetId)], vector: VectorId) -> Option<NetId> {
    of.iter().find(|(id, _)| *id == vector).map(|(_, net)| *net)
}

struct Unload {
    valid: NetId,
    last: NetId,
    done: NetId,
    position: Option<NetId>,
    read: NetId,
}

/// What the memories of the frame share.
struct Memories<'a> {
    frame: &'a Frame<'a>,
    scan: &'a Scan,
    phases: &'a Phases,
    load: NetId,
    bank: NetId,
}

impl Memories<'_> {
    /// A memory that the scan reads: (address, enable, data) of its writes.
    fn plain(
        &self,
        m: &mut ModuleBuilder,
        vector: VectorId,
        (address, enable, data): (Option<NetId>, NetId, NetId),
    ) -> NetId {
        let grid = self.frame.grid;
        let name = grid.vector_name(vector).to_owned();
        m.section(format!("the memory of `{name}`"));
        let word = net_type(grid.iterate.format(vector)).times(self.frame.raster.lanes as u32);
        let memory = m.memory(
            &format!("{name}_frame"),
            word,
            self.frame.raster.positions() as u32,
            None,
        );
        let read = m.read(&format!("{name}_read"), memory, self.scan.address, None);
        let address = address.unwrap_or(self.scan.address);
        m.write(memory, address, enable, data);
        read
    }

    /// The state memory: even words are read while odd ones are written, or the other way; a
    /// frame is loaded into those that are read next.
    fn state(
        &self,
        m: &mut ModuleBuilder,
        load_words: &[(VectorId, NetId)],
        load_at: Option<NetId>,
        iterate: &Placed,
        writing: &Writing,
        unload: &Unload,
    ) -> NetId {
        let stage = &self.frame.grid.iterate;
        m.section("the state memory: even or odd words are read, the others written");
        let word = net_type(stage.format(stage.target)).times(self.frame.raster.lanes as u32);
        let depth = self.frame.raster.positions() as u32 * 2;
        let memory = m.memory("state_frame", word, depth, None);
        let scan = self.scan.address;
        let position = unload.position.unwrap_or(scan);
        let from = m.mux("read_position", self.phases.unloading, position, scan);
        let read_address = m.concat("read_address", &[self.bank, from]);
        let read = m.read("state_word", memory, read_address, Some(unload.read));

        let loading = self.phases.loading;
        let load_at = load_at.unwrap_or(scan);
        let written = writing.position.unwrap_or(scan);
        let to = m.mux("write_position", loading, load_at, written);
        let other = m.not("other_bank", self.bank);
        let half = m.mux("write_bank", loading, self.bank, other);
        let address = m.concat("write_address", &[half, to]);
        let loaded = find(load_words, stage.target).unwrap_or(iterate.outputs[1]);
        let data = m.mux("state_write_word", loading, loaded, iterate.outputs[1]);
        let enable = m.or("state_write", self.load, writing.enable);
        m.write(memory, address, enable, data);
        read
    }
}
