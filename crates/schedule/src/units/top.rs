//! The top module of the engine over units: streams, vectors in registers, and the stages.

use std::collections::BTreeMap;

use hw_ir::{Connection, Module, ModuleBuilder, NetId, PendingInstance, Type};
use program::{Format, Program, VectorId};

use super::feeding::{Feeding, chain, phased_chain};
use super::handed::{Arriving, is_handed};
use super::past::{Moments, Remembering};
use super::phases::Control;
use super::plan::StagePlan;
use super::recall;
use super::registers::{Registers, Updates};
use super::schedule::{Places, ScheduleMemory};
use super::sequence::{FeedMoves, FeedPorts, Turns};
use super::stage::{Feed, Parts, StageModule};
use super::store::{Store, Stores};
use crate::arithmetic::{encode, net_type};
use crate::beat::{beat_type, pack, unpack};
use crate::counter::{also, counter, drive_flag, unless};
use crate::interface::Interface;
use crate::verdict::{Step, Verdict};

/// What the top module is made of.
pub struct Top<'a, 'b> {
    /// The program.
    pub program: &'a Program,
    /// Its vectors.
    pub stores: &'b Stores<'a>,
    /// The stages that run once, with their modules.
    pub once: &'b [(StagePlan<'a>, StageModule)],
    /// The stages of every step, with their modules.
    pub steps: &'b [(StagePlan<'a>, StageModule)],
    /// The modules made so far, and the contents of memories.
    pub parts: &'b mut Parts,
}

/// A stage in the top: its instance, and its outputs by port name.
pub struct Placed<'p, 'a> {
    /// The stage.
    pub plan: &'p StagePlan<'a>,
    feeds: &'p [Feed],
    instance: PendingInstance,
    outputs: BTreeMap<String, NetId>,
}

impl Placed<'_, '_> {
    /// An output by the name of its port.
    pub fn get(&self, name: &str) -> Option<NetId> {
        self.outputs.get(name).copied()
    }

    /// A bit that every stage has; low if it has not, which the checker would show.
    pub fn bit(&self, m: &mut ModuleBuilder, name: &str) -> NetId {
        self.get(name)
            .unwrap_or_else(|| m.constant(name, Type::BIT, 0))
    }
}

/// The streams.
struct Ports {
    load: Option<(NetId, NetId)>,
    feed: Option<FeedPorts>,
    unload_ready: NetId,
    weight: Option<(NetId, NetId)>,
}

/// The cycles in which the time before the first step is filled in.
struct Filling {
    /// One bit: this is one of them.
    now: NetId,
    /// Its number; `None` where there is one.
    cycle: Option<NetId>,
    /// One bit: it is the last.
    last: NetId,
}

/// The moves of the streams.
pub struct Moves {
    /// One bit: the vectors are loaded; where nothing is loaded, a run begins.
    pub loading: NetId,
    /// One bit: the states are unloaded.
    pub unloading: NetId,
    /// One bit: a beat is taken; where nothing is loaded, a run begins.
    pub load: NetId,
    /// One bit: a beat is given.
    pub unload: NetId,
    /// The number of the beat that is taken.
    pub load_beat: Option<NetId>,
    /// The number of the beat that is given.
    pub unload_beat: Option<NetId>,
    /// One bit: the last beat is taken.
    pub load_last: NetId,
    /// One bit: the last beat is given.
    pub unload_last: NetId,
    /// One bit: the beat to be given is the last; `None` where there is one beat.
    pub unload_final: Option<NetId>,
    /// How sequences are fed, where there are some.
    pub feed: Option<FeedMoves>,
}

impl<'a> Top<'a, '_> {
    /// Builds the module.
    pub fn build(&mut self, interface: &Interface) -> Module {
        let program = self.program;
        let units = self.stores.states().map(|store| {
            let vector = program.vector(store.id);
            vector.map_or(0, |vector| vector.shape.elements())
        });
        let purpose = format!("{} network, {} units", program.kind, units.sum::<usize>());
        let mut m = ModuleBuilder::new(program.name.clone(), purpose);
        if let Some(source) = program.source("network") {
            m.source(source);
        }
        let ports = self.ports(&mut m, interface);
        let stores = self.stores.all().iter();
        let registers: Vec<Registers> = stores.map(|store| self.registers(&mut m, store)).collect();
        let once = self.place(&mut m, self.once);
        let steps = self.place(&mut m, self.steps);

        let loads = !interface.load.fields.is_empty();
        let loading = if loads { "loading" } else { "begin" };
        let (loading, unloading) = (
            m.register(&format!("{loading}_q"), Type::BIT, 1),
            m.register("unloading_q", Type::BIT, 0),
        );
        let feeding = interface.feed.as_ref();
        let feeding = feeding.map(|_| m.register("feeding_q", Type::BIT, 0));
        let mut moves = self.moves(&mut m, interface, &ports, (loading.net, unloading.net));
        moves.feed = self.feed_moves(&mut m, interface, ports.feed.as_ref(), feeding);
        let (starts, known) = chain(&mut m, &once, moves.load_last);
        let filling = self.filling(&mut m, known);
        let run_start = filling.as_ref().map_or(known, |filling| filling.last);
        let control = self.program.phases.as_ref();
        let control = control.and_then(|phases| Control::new(&mut m, phases, &registers));
        let control = control.as_ref();
        let settled = self.stores.settles;
        let settled = settled.then(|| m.register("step_settled_q", Type::BIT, 0));
        let step_end = match settled {
            Some(settled) => settled.net,
            None => steps
                .last()
                .map_or(run_start, |last| last.bit(&mut m, "end_o")),
        };
        let ended = moves.feed.as_ref().map(|feed| feed.ended);
        let feeds = control.map(|control| control.next_feeds(&mut m));
        let over = match (control, feeds) {
            (Some(control), Some(feeds)) => Some(control.over(&mut m, feeds, ended)),
            _ => ended,
        };
        let verdict = self.verdict(&mut m, &steps, (run_start, step_end), over);
        let leaves = control.filter(|_| interface.unloads_each_step);
        let leaves = leaves.map(|control| control.leaves(&mut m));
        let ends = (step_end, verdict.finish);
        let when = (interface, self.stores.overlaps);
        let turns = Turns::of(&mut m, when, &moves, ends, leaves);
        let again = turns.again;
        let feeding = feeding.zip(moves.feed.as_ref().map(|feed| feed.last));
        let step_start = match (control, feeds) {
            (Some(control), Some(feeds)) => {
                // What a run begins with stands a cycle after its start.
                let first = m.delay("run_started_q", run_start, None, 0);
                let due = m.or("step_due", first, again);
                control.begin(&mut m, due, feeds, feeding)
            }
            _ => {
                let due = m.or("step_due", run_start, again);
                if let Some((feeding, last)) = feeding {
                    drive_flag(&mut m, "feeding", feeding, due, last);
                }
                feeding.map_or(due, |(_, last)| last)
            }
        };
        let mut places = Places::default();
        let schedules = self.schedules(&mut m, &mut places);
        let recalling = match (self.stores.recalled.is_empty(), &filling) {
            (false, None) => m.delay("step_begun_q", step_start, None, 0),
            _ => step_start,
        };
        let (pasts, begin) = match filling {
            None => (vec![], recalling),
            Some(filling) => {
                let at = (step_start, again);
                self.pasts(&mut m, &registers, &mut places, filling, at)
            }
        };
        let moments = recall::Moments {
            settled: step_end,
            step: step_start,
            control,
        };
        let recalled = recall::build(
            &mut m,
            self.program,
            &self.stores.recalled,
            &registers,
            &moments,
            self.parts,
        );
        places.drive(&mut m, run_start, again);
        let (step_starts, last) = phased_chain(&mut m, &steps, begin, control);
        if let Some(settled) = settled {
            m.drive(settled, last, None);
        }
        m.section("loading and unloading");
        drive_flag(&mut m, "loading", loading, turns.over, moves.load_last);
        drive_flag(
            &mut m,
            "unloading",
            unloading,
            turns.leave,
            moves.unload_last,
        );

        let fields = self.entering(&mut m, &ports);
        let moments = Updates {
            moves: &moves,
            fields: &fields,
            run_start,
        };
        self.update(&mut m, &registers, &moments, (&once, &steps));
        let joined = self.joined(&mut m, &registers, &recalled);
        let marks = self.marks(&mut m, moves.feed.as_ref());
        let weight = ports
            .weight
            .map(|(valid, data)| (m.and("weight_load", valid, loading.net), data));
        let arriving = self.arriving(&mut m, &steps);
        let overlaps = self.stores.overlaps;
        let hold =
            overlaps.then(|| unless(&mut m, "outputs_leave", moves.unloading, moves.unload_last));
        let feeding = Feeding {
            registers: &registers,
            schedules: &schedules,
            pasts: &pasts,
            computed: &[joined, recalled, marks].concat(),
            weight,
            run_start,
            arriving: &arriving,
            hold,
        };
        for (placed, starts) in [(once, starts), (steps, step_starts)] {
            for (placed, start) in placed.into_iter().zip(starts) {
                let inputs = placed.feeds.iter();
                let inputs = inputs.map(|feed| feeding.net(&mut m, *feed, start));
                let inputs = inputs.map(Connection::Shared).collect();
                m.connect(placed.instance, inputs);
            }
        }
        let last = self.last_beat(&mut m, interface, &moves, &turns);
        self.outputs(
            &mut m,
            &registers,
            &moves,
            &verdict,
            (last, weight.is_some()),
        );
        m.finish()
    }

    fn ports(&self, m: &mut ModuleBuilder, interface: &Interface) -> Ports {
        let formats: Vec<Format> = interface.load.fields.iter().map(|(_, f)| *f).collect();
        let load = (!formats.is_empty()).then(|| {
            m.group("what a run starts from");
            let valid = m.input("s_axis_tvalid", Type::BIT);
            let data = m.input("s_axis_tdata", beat_type(&formats, self.stores.beats.load));
            (valid, data)
        });
        let feed = interface.feed.as_ref().map(|feed| self.feed_ports(m, feed));
        m.group(match interface.unloads_each_step {
            true => "the outputs of a step",
            false => "the final state",
        });
        let unload_ready = m.input("m_axis_tready", Type::BIT);
        let weight = interface.weights.as_ref().map(|weights| {
            m.group("weights, one a beat, in the order of the weight memory");
            let valid = m.input("w_axis_tvalid", Type::BIT);
            (valid, m.input("w_axis_tdata", net_type(weights.format)))
        });
        Ports {
            load,
            feed,
            unload_ready,
            weight,
        }
    }

    /// Every stage.
    pub fn stages(&self) -> impl Iterator<Item = &StagePlan<'a>> {
        self.once.iter().chain(self.steps).map(|(plan, _)| plan)
    }

    fn place<'p>(
        &self,
        m: &mut ModuleBuilder,
        stages: &'p [(StagePlan<'a>, StageModule)],
    ) -> Vec<Placed<'p, 'a>> {
        let parts = &*self.parts;
        let place = |(plan, made): &'p (StagePlan<'a>, StageModule)| {
            let module = parts.module(made.id);
            let name = &plan.stage.name;
            let (instance, nets) = m.declare_instances(name, made.id, module, 1);
            let names = module.outputs.iter().map(|port| port.name.clone());
            Placed {
                plan,
                feeds: &made.feeds,
                instance,
                outputs: names.zip(nets).collect(),
            }
        };
        stages.iter().map(place).collect()
    }

    /// What stages write of signals that they hand to others.
    fn arriving(
        &self,
        m: &mut ModuleBuilder,
        steps: &[Placed<'_, '_>],
    ) -> Vec<(VectorId, Arriving)> {
        let mut arriving = vec![];
        for placed in steps {
            let handed = placed.plan.stage.writes.iter().map(|(target, _)| *target);
            for of in handed.filter(|of| is_handed(self.stages(), *of)) {
                let name = placed.plan.vector(of).0;
                let now = Arriving {
                    arrives: placed.bit(m, "apply_o"),
                    number: placed.bit(m, "chunk_o"),
                    word: placed.bit(m, &format!("{name}_next_o")),
                };
                arriving.push((of, now));
            }
        }
        arriving
    }

    /// The values of schedules in the present step, where they change.
    fn schedules(&mut self, m: &mut ModuleBuilder, places: &mut Places) -> Vec<(VectorId, NetId)> {
        m.section("schedules: values by the number of the step");
        let mut values: Vec<(VectorId, NetId)> = vec![];
        for (plan, _) in self.steps {
            for &(id, schedule) in &plan.schedules {
                let known = values.iter().any(|(of, _)| *of == id);
                if known || schedule.constant().is_some() {
                    continue;
                }
                let (name, format) = plan.vector(id);
                let memory = ScheduleMemory {
                    name,
                    word: net_type(format),
                    elements: schedule
                        .values()
                        .iter()
                        .map(|&v| encode(format, v))
                        .collect(),
                };
                let net = memory.read(m, self.parts, places, &self.program.name);
                values.push((id, net));
            }
        }
        values
    }

    /// The cycles after `known`, in which the time before the first step is filled in; none where
    /// no past is read.
    fn filling(&self, m: &mut ModuleBuilder, known: NetId) -> Option<Filling> {
        let cycles = self.stores.fill_cycles();
        if cycles == 0 {
            return None;
        }
        m.section("the time before the first step is filled in");
        let filling = m.register("filling_q", Type::BIT, 0);
        let fill = counter(m, "fill", cycles as u64, filling.net);
        let last = also(m, "filled", filling.net, fill.last);
        drive_flag(m, "filling", filling, known, last);
        Some(Filling {
            now: filling.net,
            cycle: fill.value,
            last,
        })
    }

    /// The past of vectors, and when the first stage of a step starts.
    fn pasts(
        &mut self,
        m: &mut ModuleBuilder,
        registers: &[Registers],
        places: &mut Places,
        filling: Filling,
        (step, again): (NetId, NetId),
    ) -> (Vec<(VectorId, NetId)>, NetId) {
        m.section("a step begins: the past is recalled");
        let begun = m.delay("step_begun_q", step, None, 0);
        let late = self.stores.recall_cycles() > 1;
        let late = late.then(|| m.delay("step_begun_late_q", begun, None, 0));
        let remembering = Remembering {
            program: self.program,
            pasts: &self.stores.pasts,
            registers,
            moments: Moments {
                filling: filling.now,
                fill: filling.cycle,
                fills: self.stores.fill_cycles(),
                step,
                again,
                begun,
                late,
            },
        };
        let pasts = remembering.build(m, self.parts, places);
        (pasts, late.unwrap_or(begun))
    }

    fn moves(
        &self,
        m: &mut ModuleBuilder,
        interface: &Interface,
        ports: &Ports,
        (loading, unloading): (NetId, NetId),
    ) -> Moves {
        m.section("handshakes and beats of the streams");
        let load = match ports.load {
            Some((valid, _)) => m.and("load", valid, loading),
            None => loading,
        };
        let unload = m.and("unload", unloading, ports.unload_ready);
        let (in_beats, out_beats) = (interface.load.beats as u64, interface.unload.beats as u64);
        let (load_beat, unload_beat) = if in_beats == out_beats && in_beats > 1 {
            let either = m.or("beat_moves", load, unload);
            let beat = counter(m, "beat", in_beats, either);
            (beat, beat)
        } else {
            let load_beat = counter(m, "load_beat", in_beats, load);
            (load_beat, counter(m, "unload_beat", out_beats, unload))
        };
        let load_last = also(m, "load_last", load, load_beat.last);
        let unload_last = also(m, "unload_last", unload, unload_beat.last);
        Moves {
            loading,
            unloading,
            load,
            unload,
            load_beat: load_beat.value,
            unload_beat: unload_beat.value,
            load_last,
            unload_last,
            unload_final: unload_beat.last,
            feed: None,
        }
    }

    /// The last beat of all that a run unloads, whether or not it is taken in this cycle.
    fn last_beat(
        &self,
        m: &mut ModuleBuilder,
        interface: &Interface,
        moves: &Moves,
        turns: &Turns,
    ) -> NetId {
        let last = also(m, "unload_final", moves.unloading, moves.unload_final);
        match turns.finished.filter(|_| interface.unloads_each_step) {
            Some(finished) => m.and("run_final", last, finished),
            None => last,
        }
    }

    fn verdict(
        &self,
        m: &mut ModuleBuilder,
        steps: &[Placed<'_, '_>],
        (start, end): (NetId, NetId),
        ended: Option<NetId>,
    ) -> Verdict {
        let said = |m: &mut ModuleBuilder, name: &str| match steps {
            [only] => only.get(&format!("{name}_o")),
            _ => {
                let mut any = None;
                for placed in steps {
                    let Some(bit) = placed.get(&format!("{name}_o")) else {
                        continue;
                    };
                    let apply = placed.bit(m, "apply_o");
                    let stage = &placed.plan.stage.name;
                    let bit = m.and(&format!("{stage}_{name}_now"), apply, bit);
                    any = Some(match any {
                        None => bit,
                        Some(any) => m.or(name, any, bit),
                    });
                }
                any
            }
        };
        let changed = said(m, "changed");
        let differs = said(m, "differs");
        let mut write = None;
        for placed in steps {
            let apply = placed.bit(m, "apply_o");
            write = Some(match write {
                None => apply,
                Some(write) => m.or("some_apply", write, apply),
            });
        }
        let never = |m: &mut ModuleBuilder| m.constant("never", Type::BIT, 0);
        // Where no state is written, it is that of two steps before in each step.
        let unmoved = differs.is_none() && self.program.stop.on_period_two;
        let step = Step {
            write: write.unwrap_or_else(|| never(m)),
            end,
            start,
            changed: changed.unwrap_or_else(|| never(m)),
            differs: differs.or_else(|| unmoved.then(|| never(m))),
            ended,
        };
        step.judge(m, self.program.stop)
    }

    /// The fields of the entering beats.
    fn entering(&self, m: &mut ModuleBuilder, ports: &Ports) -> Vec<(VectorId, NetId)> {
        m.section("the fields of the entering beats");
        let loaded: Vec<&Store<'_>> = self.stores.loaded().collect();
        let fed: Vec<&Store<'_>> = self.stores.fed().collect();
        let streams = [
            (ports.load.map(|(_, data)| data), loaded),
            (ports.feed.as_ref().map(|feed| feed.data), fed),
        ];
        let mut entering = vec![];
        for (data, stores) in streams {
            let Some(data) = data else {
                continue;
            };
            let fields: Vec<(String, Format)> = stores
                .iter()
                .map(|store| (store.name.to_owned(), store.format))
                .collect();
            let nets = unpack(m, data, &fields);
            entering.extend(stores.iter().map(|store| store.id).zip(nets));
        }
        entering
    }

    fn outputs(
        &self,
        m: &mut ModuleBuilder,
        registers: &[Registers],
        moves: &Moves,
        verdict: &Verdict,
        (last, weights): (NetId, bool),
    ) {
        m.section("the leaving beat");
        let beat = self.stores.beats.unload as u32;
        let leaving = self.stores.unloaded();
        let leaving = leaving.filter_map(|store| {
            let of = registers.iter().find(|of| of.id == store.id)?;
            let name = format!("{}_leaving", store.name);
            Some((m.elements(&name, of.value.net, 0, beat), store.format))
        });
        let fields: Vec<(NetId, Format)> = leaving.collect();
        let data = pack(m, &fields);
        if self.stores.loaded().next().is_some() {
            m.group("what a run starts from");
            m.output("s_axis_tready", moves.loading);
        }
        if let Some(feed) = &moves.feed {
            m.group("what a step is given");
            m.output("x_axis_tready", feed.feeding);
        }
        if weights {
            m.group("weights, taken between runs");
            m.output("w_axis_tready", moves.loading);
        }
        m.group("the final state, and outputs");
        m.output("m_axis_tvalid", moves.unloading);
        if let Some(data) = data {
            m.output("m_axis_tdata", data);
        }
        m.output("m_axis_tlast", last);
        m.group("how the last run ended: 1 stable, 2 period two, 3 budget spent; and its steps");
        m.output("status_o", verdict.status);
        m.output("steps_o", verdict.steps);
    }
}
