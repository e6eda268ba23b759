//! How long a cycle takes: 64 lanes with 8-bit weights, a controller, and a stream on either side.
//!
//! `cargo run --release -p hw-sim --example tick_speed [cycles]`

use std::time::Instant;

use hw_ir::{Connection, Design, Image, ImageId, Module, ModuleBuilder, ModuleId, NetId, Op, Type};
use hw_sim::{SignatureRecorder, SimulationError, Simulator};

const LANES: u32 = 64;
const WEIGHT: Type = Type::signed(8);
const SUM: Type = Type::signed(15);

/// A lane: plus or minus one weight a cycle, then the sign, where a tie keeps the state.
fn lane() -> Module {
    let mut m = ModuleBuilder::new("lane", "One unit of the network.");
    let weight = m.input("weight_i", WEIGHT);
    let source = m.input("source_i", Type::BIT);
    let first = m.input("first_i", Type::BIT);
    let active = m.input("active_i", Type::BIT);
    let apply = m.input("apply_i", Type::BIT);
    let load = m.input("load_i", Type::BIT);
    let loaded = m.input("state_i", Type::BIT);
    let sum = m.register("sum_q", SUM, 0);
    let state = m.register("state_q", Type::BIT, 0);
    let zero = m.constant("zero", SUM, 0);
    let base = m.mux("base", first, zero, sum.net);
    let term = m.resize("term", weight, SUM);
    let op = Op::AddSubtract {
        subtract: source,
        left: base,
        right: term,
    };
    let next_sum = m.op("sum_d", SUM, op);
    let negative = m.less("negative", sum.net, zero);
    let tie = m.equal("tie", sum.net, zero);
    let positive = m.not("positive", negative);
    let decided = m.mux("decided", tie, state.net, positive);
    let next_state = m.mux("state_d", load, loaded, decided);
    let write = m.or("state_write", load, apply);
    m.drive(sum, next_sum, Some(active));
    m.drive(state, next_state, Some(write));
    let changed = m.xor("changed", decided, state.net);
    m.output("state_o", state.net);
    m.output("changed_o", changed);
    m.finish()
}

/// A counter that wraps after `last`; gives its value and whether it is there.
fn counter(m: &mut ModuleBuilder, name: &str, last: i64, step: NetId) -> (NetId, NetId) {
    let ty = Type::unsigned(7);
    let register = m.register(name, ty, 0);
    let one = m.constant(&format!("{name}_one"), ty, 1);
    let zero = m.constant(&format!("{name}_zero"), ty, 0);
    let end = m.constant(&format!("{name}_end"), ty, last);
    let sum = m.add(&format!("{name}_plus"), register.net, one);
    let at_end = m.equal(&format!("{name}_last"), register.net, end);
    let next = m.mux(&format!("{name}_d"), at_end, zero, sum);
    m.drive(register, next, Some(step));
    (register.net, at_end)
}

fn top(lane: &Module) -> Module {
    let mut m = ModuleBuilder::new("network", "A Hopfield network.");
    let valid = m.input("s_axis_tvalid", Type::BIT);
    let data = m.input("s_axis_tdata", Type::BIT.times(LANES));
    let ready_out = m.input("m_axis_tready", Type::BIT);
    let idle = m.register("idle_q", Type::BIT, 1);
    let done = m.register("done_q", Type::BIT, 0);
    let running = m.register("running_q", Type::BIT, 0);
    let accept = m.and("accept", valid, idle.net);
    let (column, column_last) = counter(&mut m, "column_q", i64::from(LANES) - 1, running.net);
    let delay = |m: &mut ModuleBuilder, name: &str, net| m.delay(name, net, None, 0);
    let valid_1 = delay(&mut m, "valid_1_q", running.net);
    let last_0 = m.and("last_0", column_last, running.net);
    let last_1 = delay(&mut m, "last_1_q", last_0);
    let last_2 = delay(&mut m, "last_2_q", last_1);
    let zero = m.constant("column_0", Type::unsigned(7), 0);
    let first_0 = m.equal("first_0", column, zero);
    let first_1 = delay(&mut m, "first_1_q", first_0);
    let address = m.slice("address", column, 0, 6);
    let address_1 = delay(&mut m, "address_1_q", address);
    let rom = m.memory("weights", WEIGHT.times(LANES), LANES, Some(ImageId(0)));
    let weights = m.read("weights_q", rom, address, None);
    // The lanes' outputs come after their inputs: the states go around through this register.
    let states = m.register("states_q", Type::BIT.times(LANES), 0);
    let source = m.select("source", states.net, address_1, 1);
    let minus = m.not("minus", source);
    let apply = last_2;
    let shared = [minus, first_1, valid_1, apply, accept].map(Connection::Shared);
    let mut inputs = vec![Connection::Split(weights)];
    inputs.extend(shared);
    inputs.push(Connection::Split(data));
    let outputs = m.instances("lane", ModuleId(0), lane, LANES, inputs);
    m.drive(states, outputs[0], None);
    let any_changed = m.any("any_changed", outputs[1]);
    let (sweeps, sweeps_last) = counter(&mut m, "sweeps_q", 99, apply);
    let unchanged = m.not("unchanged", any_changed);
    let stop = m.or("stop", unchanged, sweeps_last);
    let finish = m.and("finish", apply, stop);
    let again = m.and("again", apply, any_changed);
    let keep = m.not("keep", last_0);
    let still = m.and("still", running.net, keep);
    let start = m.or("start", accept, again);
    let next_running = m.or("running_d", start, still);
    m.drive(running, next_running, None);
    let leave = m.and("leave", done.net, ready_out);
    let stay = m.not("stay", leave);
    let held = m.and("held", done.net, stay);
    let next_done = m.or("done_d", finish, held);
    m.drive(done, next_done, None);
    let wait = m.not("wait", accept);
    let rest = m.and("rest", idle.net, wait);
    let next_idle = m.or("idle_d", rest, leave);
    m.drive(idle, next_idle, None);
    m.output("s_axis_tready", idle.net);
    m.output("m_axis_tvalid", done.net);
    m.output("m_axis_tdata", states.net);
    m.output("sweeps", sweeps);
    m.finish()
}

fn main() -> Result<(), SimulationError> {
    let cycles: u64 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1 << 20);
    let elements = (0..i64::from(LANES * LANES))
        .map(|k| WEIGHT.wrap(k * 37 % 251))
        .collect();
    let image = Image {
        name: "weights".into(),
        word: WEIGHT.times(LANES),
        elements,
    };
    let lane = lane();
    let top = top(&lane);
    let (name, header) = (top.name.clone(), vec![]);
    let design = Design {
        name,
        header,
        modules: vec![lane, top],
        images: vec![image],
    };
    let mut simulator = Simulator::new(&design)?;
    simulator.set_reset(false);
    simulator.tick()?;
    simulator.set_reset(true);
    simulator.set_input_by_name("s_axis_tvalid", &[1])?;
    simulator.set_input_by_name("m_axis_tready", &[1])?;
    let ready = simulator.output("s_axis_tready")?;
    let data = simulator.input("s_axis_tdata")?;
    let mut recorder = SignatureRecorder::new(cycles);
    for with_signature in [false, true] {
        let start = Instant::now();
        for cycle in 0..cycles {
            if simulator.value(&ready)? == 1 {
                let bits: Vec<i64> = (0..u64::from(LANES))
                    .map(|k| (cycle >> (k % 13) & 1) as i64)
                    .collect();
                simulator.set_input(data, &bits)?;
            }
            if with_signature {
                recorder.record(&mut simulator)?;
            }
            simulator.tick()?;
        }
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / cycles as f64;
        let what = if with_signature {
            "with signature"
        } else {
            "without signature"
        };
        println!("{nanoseconds:.1} ns a cycle {what}");
    }
    println!("signature {:016x}", recorder.signature());
    Ok(())
}
