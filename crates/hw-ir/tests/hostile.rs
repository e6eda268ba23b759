//! Designs that no builder makes, as a shipped `design.json` could hold them.

use hw_ir::{
    Connection, Design, Image, ImageId, ModuleBuilder, ModuleId, NetId, NetSource, Op, Type, check,
};
use proptest::prelude::*;

/// What makes a design wrong.
type Change = fn(&mut Design);

/// A design with a register, a memory with an image, and an array of instances.
fn design() -> Design {
    let word = Type::unsigned(8);
    let mut inner = ModuleBuilder::new("inner", "adds one");
    let value = inner.input("value_i", word);
    let one = inner.constant("one", word, 1);
    let sum = inner.add("sum", value, one);
    let kept = inner.delay("kept_q", sum, None, 0);
    inner.output("kept_o", kept);
    let inner = inner.finish();
    let mut top = ModuleBuilder::new("top", "reads and adds");
    let address = top.input("address_i", Type::unsigned(2));
    let memory = top.memory("table", word.times(2), 4, Some(ImageId(0)));
    let data = top.read("data_q", memory, address, None);
    let outputs = top.instances(
        "inner",
        ModuleId(0),
        &inner,
        2,
        vec![Connection::Split(data)],
    );
    top.output("kept_o", outputs[0]);
    Design {
        name: "top".into(),
        header: vec![],
        modules: vec![inner, top.finish()],
        images: vec![Image {
            name: "table".into(),
            word: word.times(2),
            elements: (0..8).collect(),
        }],
    }
}

/// Checks a design after a change, and gives what is said of it.
fn said(change: impl Fn(&mut Design)) -> String {
    let mut design = design();
    check(&design).expect("sound before the change");
    change(&mut design);
    check(&design).expect_err("wrong after it").to_string()
}

#[test]
fn nets_have_the_source_that_names_them() {
    let cases: [(&str, Change); 6] = [
        ("register 0", |d| d.modules[0].registers[0].net = NetId(0)),
        ("nothing gives it", |d| d.modules[0].registers.clear()),
        ("another source", |d| {
            d.modules[1].memories[0].reads[0].data = NetId(0);
        }),
        ("nothing gives it", |d| {
            let lost = NetSource::Instance(7, 0);
            d.modules[0].nets[1].source = lost;
        }),
        ("another source", |d| {
            let twice = d.modules[0].inputs[0].clone();
            d.modules[0].inputs.push(twice);
        }),
        ("does not exist", |d| {
            d.modules[0].registers[0].net = NetId(99)
        }),
    ];
    for (expected, change) in cases {
        let said = said(change);
        assert!(
            said.starts_with("HW0701") && said.contains(expected),
            "{said}"
        );
    }
}

#[test]
fn sizes_are_bounded_before_anything_is_multiplied_or_divided() {
    let cases: [Change; 6] = [
        |d| d.images[0].word.count = 0,
        |d| d.images[0].word.width = 0,
        |d| d.modules[1].instances[0].count = u32::MAX,
        |d| d.modules[0].nets[0].ty.count = u32::MAX,
        |d| d.modules[1].memories[0].depth = 1 << 31,
        |d| d.modules[1].memories[0].word.count = 0,
    ];
    for change in cases {
        assert!(said(change).starts_with("HW0701"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Any number of a shipped design may be another: an error or a sound design, never a panic.
    #[test]
    fn another_number_is_judged(place in any::<prop::sample::Index>(), to in prop_oneof![
        Just(0u64), Just(1), Just(63), Just(65), Just(u64::from(u32::MAX)), any::<u64>(),
    ]) {
        let text = hw_ir::json::to_json(&design()).unwrap();
        let mut numbers = vec![];
        let mut start = None;
        for (at, byte) in text.bytes().enumerate() {
            match (byte.is_ascii_digit(), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    numbers.push(from..at);
                    start = None;
                }
                _ => {}
            }
        }
        let range = numbers[place.index(numbers.len())].clone();
        let changed = format!("{}{to}{}", &text[..range.start], &text[range.end..]);
        if let Ok(design) = hw_ir::json::from_json(&changed) {
            let _ = check(&design);
        }
    }
}

#[test]
fn an_op_of_nets_that_are_not_there_is_refused() {
    let said = said(|d| {
        let place = d.modules[0]
            .nets
            .iter()
            .position(|net| matches!(net.source, NetSource::Op(Op::Add(..))));
        d.modules[0].nets[place.unwrap()].source = NetSource::Op(Op::Add(NetId(0), NetId(1 << 30)));
    });
    assert!(said.contains("does not exist"), "{said}");
}
