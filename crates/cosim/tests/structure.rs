//! What a design is made of besides ops: arrays in arrays, memories, resets, odd names.

use cosim::tools::for_test;
use cosim::{Bench, Tool, VerifyOptions, verify};
use hw_ir::{
    Connection, Design, Image, ImageId, Module, ModuleBuilder, ModuleId, NetId, Op, Reset, Type,
};
use hw_sim::stimulus::stream::StreamOptions;

/// Counts what it is fed; two inputs, one shared by all cells of an array.
fn cell() -> Module {
    let mut m = ModuleBuilder::new("cell", "adds what it is fed");
    let step = m.input("step_i", Type::signed(5));
    let enable = m.input("enable_i", Type::BIT);
    let sum = m.register("sum_q", Type::signed(5), -3);
    let next = m.add("sum_d", sum.net, step);
    m.drive(sum, next, Some(enable));
    m.output("sum_o", sum.net);
    m.finish()
}

/// Three cells in a row, and a register of all their sums with a reset value an element.
fn row(cell: &Module) -> Module {
    let mut m = ModuleBuilder::new("row", "three cells");
    let steps = m.input("steps_i", Type::signed(5).times(3));
    let enable = m.input("enable_i", Type::BIT);
    let inputs = vec![Connection::Split(steps), Connection::Shared(enable)];
    let sums = m.instances("part", ModuleId(0), cell, 3, inputs);
    let kept = m.delay("kept_q", sums[0], None, 0);
    m.output("sums_o", kept);
    let mut module = m.finish();
    module.registers[0].reset = Reset::Elements(vec![1, -16, 15]);
    module
}

/// Two rows, a memory that is written and read twice, a table, and names that need care.
fn top(row: &Module) -> Module {
    let mut m = ModuleBuilder::new("module", "everything\n`default_nettype wire // synthesis");
    m.fact("verilator", "lint_off");
    m.source("net.toml:3 [a\nb]");
    m.group("synopsys translate_off");
    let steps = m.input("steps_i", Type::signed(5).times(6));
    let enable = m.input("logic", Type::BIT);
    m.group("memory\n);");
    let address = m.input("address_i", Type::unsigned(3));
    let other = m.input("other_i", Type::unsigned(3));
    let data = m.input("data_i", Type::signed(4).times(3));
    let index = m.input("index_i", Type::BIT);

    let inputs = vec![Connection::Split(steps), Connection::Shared(enable)];
    let sums = m.instances("row", ModuleId(1), row, 2, inputs);
    let ram = m.memory("store", data_type(), 8, None);
    let first = m.read("first_q", ram, address, None);
    let second = m.read("second_q", ram, other, None);
    m.write(ram, address, enable, data);
    let rom = m.memory("STORE", data_type(), 8, Some(ImageId(0)));
    let table = m.read("table", rom, other, None);

    m.section("pragma protect");
    let half = m.elements("u_row", sums[0], 0, 3);
    let chunk = m.select("part", sums[0], index, 3);
    let changed = m.insert("changed", sums[0], index, half);
    m.note(chunk, "one row\n;");
    let equal = m.op("Part_Offset", Type::BIT, Op::Equal(half, chunk));
    for (name, net) in [("First", first), ("first", second), ("table", table)] {
        m.output(name, net);
    }
    for (name, net) in [("chunk/0", chunk), ("chunk$0", changed), ("equal_o", equal)] {
        m.output(name, net);
    }
    m.finish()
}

fn data_type() -> Type {
    Type::signed(4).times(3)
}

fn design() -> Design {
    let cell = cell();
    let row = row(&cell);
    let top = top(&row);
    let elements = (0..24).map(|k| (k * 7) % 16 - 8).collect();
    Design {
        name: "module".into(),
        header: vec![],
        modules: vec![cell, row, top],
        images: vec![Image {
            name: "table/of 8".into(),
            word: data_type(),
            elements,
        }],
    }
}

#[test]
fn arrays_memories_and_odd_names() {
    assert_lockstep(&design());
}

#[test]
fn nets_that_are_read_before_their_line() {
    let bit = Type::BIT;
    let mut m = ModuleBuilder::new("early", "logic in the order in which no one reads");
    let a = m.input("a_i", bit.times(4));
    let index = m.input("index_i", Type::unsigned(2));
    let (not, changed, chunk) = (NetId(3), NetId(4), NetId(5));
    let inverted = m.op("inverted", bit.times(4), Op::Not(changed));
    assert_eq!(inverted, NetId(2));
    m.op("not", bit, Op::Not(chunk));
    let vector = a;
    let insert = Op::Insert {
        vector,
        index,
        chunk: not,
    };
    m.op("changed", bit.times(4), insert);
    m.op("chunk", bit, Op::Select { vector, index });
    m.output("inverted_o", inverted);
    let design = Design {
        name: "early".into(),
        header: vec![],
        modules: vec![m.finish()],
        images: vec![],
    };
    assert_lockstep(&design);
}

fn assert_lockstep(design: &Design) {
    let needed = [Tool::Verilator, Tool::Iverilog, Tool::Vvp, Tool::Yosys];
    let Some(tools) = for_test(&needed) else {
        return;
    };
    let options = StreamOptions {
        seed: 3,
        reset_per_mille: 20,
        random_data: true,
        ..StreamOptions::default()
    };
    let bench = Bench::record(design, options, &[], 2000).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = VerifyOptions::default();
    let report = verify(&tools, design, &bench, folder.path(), options).unwrap();
    if !report.holds() {
        let text = std::fs::read_to_string(folder.path().join("rtl/module_.v"));
        panic!("{report:#?}\n{}", text.unwrap_or_default());
    }
}
