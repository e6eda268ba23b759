//! What the emitted text looks like, and that it is the same every time.

use codegen::{EmitOptions, Files, emit};
use hw_ir::{Design, Image, ImageId, Module, ModuleBuilder, ModuleId, Op, Reset, Type};

/// A lane that sums signed terms, as a person would write it.
fn lane() -> Module {
    let mut m = ModuleBuilder::new("digits_lane", "one of 4 lanes, acc = sum of w * s");
    m.fact(
        "formats",
        "weight s5f0, spin b1 (0 is -1, 1 is +1), acc s12f0",
    );
    m.source("digits.toml:6 [weights]");
    m.group("tap, from the weight memory and the state register");
    let first = m.input("tap_first_i", Type::BIT);
    let valid = m.input("tap_valid_i", Type::BIT);
    let weight = m.input("weight_i", Type::signed(5));
    let spin = m.input("spin_i", Type::BIT);

    let sum = m.register("acc_q", Type::signed(12), 0);
    m.section("the signed term, +w for spin +1 and -w for spin -1");
    let wide = m.resize("weight_wide", weight, Type::signed(12));
    let negative = m.op("weight_neg", Type::signed(12), Op::Negate(wide));
    let term = m.mux("term", spin, wide, negative);
    m.section("accumulate, a row's first tap starts from zero");
    let zero = m.constant("zero", Type::signed(12), 0);
    let base = m.mux("row_base", first, zero, sum.net);
    let next = m.add("row_sum", base, term);
    m.note(next, "cannot overflow");
    m.drive(sum, next, Some(valid));
    let valid_q = m.delay("valid_q", valid, None, 0);

    m.group("accumulator, to the apply pipeline");
    m.output("acc_o", sum.net);
    m.output("valid_o", valid_q);
    m.finish()
}

/// Four lanes, a table of their weights, and a state that is written by index.
fn top(lane: &Module) -> Module {
    use hw_ir::Connection::{Shared, Split};
    let mut m = ModuleBuilder::new("digits", "four lanes");
    let address = m.input("address_i", Type::unsigned(6));
    let valid = m.input("valid_i", Type::BIT);
    let spin = m.input("spin_i", Type::BIT);
    let place = m.input("place_i", Type::unsigned(2));
    let table = m.memory("weights", Type::signed(5).times(4), 64, Some(ImageId(0)));
    let weights = m.read("weights_q", table, address, Some(valid));
    let state = m.register("state_q", Type::BIT.times(4), 0);
    let state_d = m.insert("state_d", state.net, place, spin);
    m.drive(state, state_d, None);
    let chosen = m.select("chosen", weights, place, 1);
    let inputs = vec![
        Shared(valid),
        Shared(valid),
        Split(weights),
        Split(state.net),
    ];
    let outputs = m.instances("lane", ModuleId(0), lane, 4, inputs);
    for (name, net) in ["acc_o", "valid_o"].into_iter().zip(outputs) {
        m.output(name, net);
    }
    m.output("chosen_o", chosen);
    let mut module = m.finish();
    module.registers[0].reset = Reset::Elements(vec![1, 0, 1, 0]);
    module
}

fn design() -> Design {
    let lane = lane();
    let top = top(&lane);
    Design {
        name: "digits".into(),
        header: vec![("network".into(), "hopfield, 4 units".into())],
        modules: vec![lane, top],
        images: vec![Image {
            name: "digits_weights".into(),
            word: Type::signed(5).times(4),
            elements: (0..256).map(|k| k % 32 - 16).collect(),
        }],
    }
}

fn files() -> Files {
    emit(&design(), &EmitOptions::default()).unwrap()
}

fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files[path].clone()).unwrap()
}

#[test]
fn modules_read_well() {
    let files = files();
    insta::assert_snapshot!("digits_lane.v", text(&files, "rtl/digits_lane.v"));
    insta::assert_snapshot!("digits.v", text(&files, "rtl/digits.v"));
}

#[test]
fn the_same_design_gives_the_same_bytes() {
    assert_eq!(files(), files());
}

#[test]
fn files_end_in_a_line_end_and_hold_no_path_of_this_machine() {
    let directory = env!("CARGO_MANIFEST_DIR");
    for (path, bytes) in files() {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
        assert!(!text.contains(directory), "{path}");
        for (line, number) in text.lines().zip(1..) {
            assert_eq!(line.trim_end(), line, "{path}:{number}");
        }
    }
}

#[test]
fn a_word_of_a_memory_file_has_its_lowest_element_rightmost() {
    let text = text(&files(), "rtl/digits_weights.hex");
    assert_eq!(text.lines().count(), 64);
    // -16, -15, -14, -13 as 10000, 10001, 10010, 10011.
    assert_eq!(text.lines().next(), Some("9ca30"));
}

#[test]
fn an_array_is_one_text_however_many_there_are() {
    let length = |count: u32| {
        let mut design = design();
        let top = &mut design.modules[1];
        let instance = &mut top.instances[0];
        instance.count = count;
        let (weights, state) = (instance.inputs[2].net(), instance.inputs[3].net());
        let (sums, valid) = (instance.outputs[0], instance.outputs[1]);
        for net in [weights, state, sums, valid] {
            top.nets[net.0 as usize].ty.count = count;
        }
        for net in &mut top.nets {
            if net.name == "state_d" {
                net.ty.count = count;
            }
            if net.name == "place_i" {
                net.ty.width = count.trailing_zeros();
            }
        }
        top.memories[0].word.count = count;
        top.memories[0].image = None;
        design.images.clear();
        top.registers[0].reset = Reset::All(0);
        let files = emit(&design, &EmitOptions::default()).unwrap();
        let length = |end: &str| -> usize {
            let of = files.iter().filter(|(path, _)| path.ends_with(end));
            of.map(|(_, bytes)| bytes.len()).sum()
        };
        length(".v")
    };
    // Only numbers get longer.
    assert!(length(1024) < length(4) + 500);
}

#[test]
fn an_invalid_design_is_refused_by_name() {
    let mut design = design();
    design.modules[0].nets[4].ty.width = 65;
    let error = emit(&design, &EmitOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("HW0701") && error.contains("acc_q"),
        "{error}"
    );
}
