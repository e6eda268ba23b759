//! Small designs by hand.

mod support;

use hw_ir::{
    Connection, Design, Image, ImageId, Module, ModuleBuilder, ModuleId, NetId, NetSource, Op, Type,
};
use hw_sim::{SignatureRecorder, SimulationError, Simulator};
use support::design;

const BYTE: Type = Type::unsigned(8);

fn simulate(modules: Vec<Module>, images: Vec<Image>) -> Simulator {
    Simulator::new(&design(modules, images)).unwrap()
}

fn set(simulator: &mut Simulator, inputs: &[(&str, i64)]) {
    for (name, value) in inputs {
        simulator.set_input_by_name(name, &[*value]).unwrap();
    }
}

fn get(simulator: &mut Simulator, path: &str) -> Vec<i64> {
    let net = simulator.net(path).unwrap();
    simulator.read(&net).unwrap()
}

/// Counts up by one where `step` is high; resets to 3.
fn counter() -> Module {
    let mut m = ModuleBuilder::new("counter", "Counts.");
    let step = m.input("step", Type::BIT);
    let count = m.register("count_q", BYTE, 3);
    let one = m.constant("one", BYTE, 1);
    let next = m.add("count_d", count.net, one);
    m.drive(count, next, Some(step));
    m.output("count", count.net);
    m.finish()
}

#[test]
fn a_counter_steps_where_enabled_and_resets_in_mid_run() {
    let mut simulator = simulate(vec![counter()], vec![]);
    let output = simulator.output("count").unwrap();
    let mut seen = vec![];
    for (rst_n, step) in [
        (0, 1),
        (1, 1),
        (1, 1),
        (1, 0),
        (1, 1),
        (0, 1),
        (1, 1),
        (1, 1),
    ] {
        simulator.set_reset(rst_n == 1);
        set(&mut simulator, &[("step", step)]);
        seen.push(simulator.value(&output).unwrap());
        simulator.tick().unwrap();
    }
    assert_eq!(seen, [0, 3, 4, 5, 5, 6, 3, 4]);
    assert_eq!(simulator.cycle(), 8);
}

#[test]
fn a_counter_wraps() {
    let mut simulator = simulate(vec![counter()], vec![]);
    set(&mut simulator, &[("step", 1)]);
    for _ in 0..300 {
        simulator.tick().unwrap();
    }
    assert_eq!(get(&mut simulator, "count_q"), [300 % 256]);
}

#[test]
fn a_mux_chooses_whole_vectors() {
    let mut m = ModuleBuilder::new("mux", "Chooses.");
    let select = m.input("select", Type::BIT);
    let high = m.input("high", BYTE.times(3));
    let low = m.input("low", BYTE.times(3));
    let chosen = m.mux("chosen", select, high, low);
    m.output("chosen_o", chosen);
    let mut simulator = simulate(vec![m.finish()], vec![]);
    simulator.set_input_by_name("high", &[1, 2, 3]).unwrap();
    simulator.set_input_by_name("low", &[4, 5, 6]).unwrap();
    assert_eq!(get(&mut simulator, "chosen"), [4, 5, 6]);
    set(&mut simulator, &[("select", 1)]);
    assert_eq!(get(&mut simulator, "chosen"), [1, 2, 3]);
}

#[test]
fn a_memory_reads_the_old_word() {
    let mut m = ModuleBuilder::new("memory", "Remembers.");
    let address = m.input("address", Type::unsigned(2));
    let write = m.input("write", Type::BIT);
    let data = m.input("data", BYTE);
    let memory = m.memory("ram", BYTE, 4, Some(ImageId(0)));
    let read = m.read("word", memory, address, None);
    m.write(memory, address, write, data);
    m.output("word_o", read);
    let image = Image {
        name: "ram".into(),
        word: BYTE,
        elements: vec![10, 11, 12, 13],
    };
    let mut simulator = simulate(vec![m.finish()], vec![image]);
    let mut seen = vec![];
    for (address, write, data) in [
        (2, 1, 99),
        (2, 0, 0),
        (3, 1, 7),
        (3, 1, 8),
        (3, 0, 0),
        (0, 0, 0),
    ] {
        set(
            &mut simulator,
            &[("address", address), ("write", write), ("data", data)],
        );
        seen.extend(get(&mut simulator, "word"));
        simulator.tick().unwrap();
    }
    assert_eq!(seen, [0, 12, 99, 13, 7, 8]);
}

#[test]
fn registers_that_swap_see_each_other_before_the_edge() {
    let mut m = ModuleBuilder::new("swap", "Swaps.");
    let (a, b) = (m.register("a", BYTE, 1), m.register("b", BYTE, 2));
    let (c, d) = (
        m.register("c", BYTE.times(2), 7),
        m.register("d", BYTE.times(2), 8),
    );
    m.drive(a, b.net, None);
    m.drive(b, a.net, None);
    m.drive(c, d.net, None);
    m.drive(d, c.net, None);
    let mut simulator = simulate(vec![m.finish()], vec![]);
    simulator.set_reset(false);
    simulator.tick().unwrap();
    simulator.set_reset(true);
    simulator.tick().unwrap();
    assert_eq!(get(&mut simulator, "a"), [2]);
    assert_eq!(get(&mut simulator, "b"), [1]);
    assert_eq!(get(&mut simulator, "c"), [8, 8]);
    assert_eq!(get(&mut simulator, "d"), [7, 7]);
}

/// A cell that adds its own input to a shared one; rows of three cells; two rows.
fn grid() -> Design {
    let mut cell = ModuleBuilder::new("cell", "Adds up.");
    let own = cell.input("own_i", BYTE);
    let shared = cell.input("shared_i", BYTE);
    let sum = cell.register("sum_q", BYTE, 0);
    let term = cell.add("term", own, shared);
    let next = cell.add("sum_d", sum.net, term);
    cell.drive(sum, next, None);
    let delayed = cell.delay("shared_q", shared, None, 0);
    cell.output("sum_o", sum.net);
    cell.output("shared_o", delayed);
    let cell = cell.finish();
    let mut row = ModuleBuilder::new("row", "Three cells.");
    let own = row.input("own_i", BYTE.times(3));
    let shared = row.input("shared_i", BYTE);
    let inputs = vec![Connection::Split(own), Connection::Shared(shared)];
    let outputs = row.instances("cell", ModuleId(0), &cell, 3, inputs);
    row.output("sums_o", outputs[0]);
    row.output("shared_o", outputs[1]);
    let row = row.finish();
    let mut top = ModuleBuilder::new("grid", "Two rows.");
    let own = top.input("own_i", BYTE.times(6));
    let shared = top.input("shared_i", BYTE.times(2));
    let inputs = vec![Connection::Split(own), Connection::Split(shared)];
    let outputs = top.instances("row", ModuleId(1), &row, 2, inputs);
    top.output("sums_o", outputs[0]);
    top.output("shared_o", outputs[1]);
    design(vec![cell, row, top.finish()], vec![])
}

#[test]
fn nested_arrays_are_instance_major() {
    let mut simulator = Simulator::new(&grid()).unwrap();
    simulator
        .set_input_by_name("own_i", &[1, 2, 3, 4, 5, 6])
        .unwrap();
    simulator.set_input_by_name("shared_i", &[10, 20]).unwrap();
    simulator.tick().unwrap();
    let sums = [11, 12, 13, 24, 25, 26];
    assert_eq!(get(&mut simulator, "row.cell.sum_q"), sums);
    assert_eq!(get(&mut simulator, "row[1].cell.sum_q"), sums[3..]);
    assert_eq!(get(&mut simulator, "row[1].cell[2].sum_q"), [26]);
    assert_eq!(get(&mut simulator, "row.cell[0].sum_q"), [11, 24]);
    assert_eq!(
        get(&mut simulator, "row.cell.shared_q"),
        [10, 10, 10, 20, 20, 20]
    );
    let output = simulator.output("sums_o").unwrap();
    assert_eq!(simulator.read(&output).unwrap(), sums);
    assert!(matches!(
        simulator.net("row[2].cell.sum_q"),
        Err(SimulationError::UnknownName { .. })
    ));
    assert!(matches!(
        simulator.net("row.cell.nothing"),
        Err(SimulationError::UnknownName { .. })
    ));
}

#[test]
fn the_signature_is_what_it_was() {
    let mut simulator = Simulator::new(&grid()).unwrap();
    let mut recorder = SignatureRecorder::new(4);
    for cycle in 0..10 {
        simulator.set_reset(cycle > 1 && cycle != 6);
        let own: Vec<i64> = (0..6).map(|k| (cycle * 17 + k * 5) % 256).collect();
        simulator.set_input_by_name("own_i", &own).unwrap();
        simulator
            .set_input_by_name("shared_i", &[cycle, 255 - cycle])
            .unwrap();
        recorder.record(&mut simulator).unwrap();
        simulator.tick().unwrap();
    }
    let signatures = recorder
        .finish()
        .iter()
        .map(|s| format!("{s:016x}\n"))
        .collect::<String>();
    insta::assert_snapshot!(signatures);
}

#[test]
fn a_vector_with_a_narrow_index_is_written_in_place() {
    let mut m = ModuleBuilder::new("table", "Keeps a table.");
    let index = m.input("index", Type::unsigned(2));
    let value = m.input("value", BYTE);
    let table = m.register("table_q", BYTE.times(3), 0);
    let next = m.insert("table_d", table.net, index, value);
    m.drive(table, next, None);
    let mut simulator = simulate(vec![m.finish()], vec![]);
    for (index, value) in [(0, 5), (2, 7), (0, 6)] {
        set(&mut simulator, &[("index", index), ("value", value)]);
        simulator.tick().unwrap();
    }
    assert_eq!(get(&mut simulator, "table_q"), [6, 0, 7]);
    set(&mut simulator, &[("index", 1), ("value", 9)]);
    assert_eq!(get(&mut simulator, "table_d"), [6, 9, 7]);
    set(&mut simulator, &[("index", 3)]);
    let error = simulator.tick().unwrap_err();
    insta::assert_snapshot!(error, @"HW0804: cycle 3: the index of `table_d` is 3, but there are only 3 chunks");
}

#[test]
fn an_index_out_of_range_is_reported_with_net_and_cycle() {
    let mut lane = ModuleBuilder::new("lane", "Selects.");
    let index = lane.input("index_i", Type::unsigned(2));
    let vector = lane.input("vector_i", BYTE.times(3));
    let chosen = lane.select("chosen", vector, index, 1);
    lane.output("chosen_o", chosen);
    let lane = lane.finish();
    let mut m = ModuleBuilder::new("top", "Two lanes.");
    let index = m.input("index", Type::unsigned(2).times(2));
    let vector = m.input("vector", BYTE.times(3));
    let inputs = vec![Connection::Split(index), Connection::Shared(vector)];
    m.instances("lane", ModuleId(0), &lane, 2, inputs);
    let mut simulator = simulate(vec![lane, m.finish()], vec![]);
    simulator.set_input_by_name("vector", &[4, 5, 6]).unwrap();
    simulator.set_input_by_name("index", &[2, 0]).unwrap();
    assert_eq!(get(&mut simulator, "lane.chosen"), [6, 4]);
    simulator.tick().unwrap();
    simulator.set_input_by_name("index", &[0, 3]).unwrap();
    let error = simulator.tick().unwrap_err();
    insta::assert_snapshot!(error, @"HW0804: cycle 1: the index of `lane.chosen` is 3, but there are only 3 chunks");
}

#[test]
fn a_loop_through_an_instance_is_refused() {
    let mut inner = ModuleBuilder::new("inner", "Passes on.");
    let a = inner.input("a", Type::BIT);
    let inverted = inner.not("inverted", a);
    inner.output("y", inverted);
    let inner = inner.finish();
    let mut m = ModuleBuilder::new("top", "Goes around.");
    let x = m.input("x", Type::BIT);
    // The instance's output is the net after `both`, which is its input.
    let both = m.op("both", Type::BIT, Op::And(x, NetId(2)));
    m.instance("inner", ModuleId(0), &inner, &[both]);
    let top = m.finish();
    assert_eq!(top.nets[2].source, NetSource::Instance(0, 0));
    let error = Simulator::new(&design(vec![inner, top], vec![])).unwrap_err();
    insta::assert_snapshot!(error, @"HW0802: combinational loop: both <- inner_y <- inner.inverted <- inner.a; a register must break it");
}

#[test]
fn a_chain_through_registers_of_an_array_is_no_loop() {
    let mut lane = ModuleBuilder::new("lane", "A stage of a shift register.");
    let previous = lane.input("previous_i", BYTE);
    let stage = lane.delay("stage_q", previous, None, 0);
    lane.output("stage_o", stage);
    let lane = lane.finish();
    let mut m = ModuleBuilder::new("top", "A shift register.");
    let x = m.input("x", BYTE);
    // Net 2 is the vector of the stages, net 3 all but the last of them.
    let chain = m.op("chain", BYTE.times(4), Op::Join(vec![x, NetId(3)]));
    m.instances(
        "lane",
        ModuleId(0),
        &lane,
        4,
        vec![Connection::Split(chain)],
    );
    m.op("front", BYTE.times(3), Op::Elements(NetId(2), 0));
    let mut simulator = simulate(vec![lane, m.finish()], vec![]);
    for x in 1..=6 {
        set(&mut simulator, &[("x", x)]);
        simulator.tick().unwrap();
    }
    assert_eq!(get(&mut simulator, "lane.stage_q"), [6, 5, 4, 3]);
}

#[test]
fn wrong_inputs_are_refused() {
    let mut simulator = simulate(vec![counter()], vec![]);
    let refuse = |simulator: &mut Simulator, name: &str, values: &[i64]| {
        simulator
            .set_input_by_name(name, values)
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(refuse(&mut simulator, "step", &[2]), @"HW0806: input `step` takes 1 x 1 bits, unsigned, found 2");
    insta::assert_snapshot!(refuse(&mut simulator, "step", &[]), @"HW0806: input `step` takes 1 x 1 bits, unsigned, found 0 values");
    insta::assert_snapshot!(refuse(&mut simulator, "stop", &[1]), @"HW0805: the design has no input `stop`");
}

#[test]
fn sources_that_do_not_exist_are_refused() {
    let mut module = counter();
    module.nets[1].source = NetSource::Read(4, 0);
    let error = Simulator::new(&design(vec![module], vec![])).unwrap_err();
    insta::assert_snapshot!(error, @"HW0701: invalid design: module `counter`, register 0: net `count_q` has another source");
}

#[test]
fn designs_too_large_are_refused_before_memory_is_taken() {
    let mut m = ModuleBuilder::new(
        "wide",
        "Vectors that are each as large as a design may have.",
    );
    for place in 0..5 {
        m.input(&format!("input_{place}"), BYTE.times(hw_ir::MAX_COUNT));
    }
    let error = Simulator::new(&design(vec![m.finish()], vec![])).unwrap_err();
    insta::assert_snapshot!(error, @"HW0803: the design has more than 67108864 elements, too many to simulate");
}

#[test]
fn a_clone_runs_on_by_itself() {
    let mut simulator = simulate(vec![counter()], vec![]);
    set(&mut simulator, &[("step", 1)]);
    simulator.tick().unwrap();
    let mut other = simulator.clone();
    other.tick().unwrap();
    assert_eq!(get(&mut simulator, "count_q"), [1]);
    assert_eq!(get(&mut other, "count_q"), [2]);
}
