//! What the engine over units does not run, and what it says then.

use ::program::{
    Expression, Format, Operation, Order, Program, Role, Shape, Table, TableId, Vector,
};
use hw_sim::stimulus::random::Random;
use lockstep::sample::{self, Units};
use schedule::{Form, Hardware};

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

/// A Hopfield network of 4 units.
fn network() -> Program {
    let of = Units {
        units: 4,
        sparse: None,
        weights: format("s4f0"),
        bias: false,
        order: Order::Synchronous,
        storage: ::program::Storage::Rom,
        max_steps: 3,
        on_period_two: false,
    };
    sample::units(&mut Random::new(1), &of)
}

fn refusal(program: &Program) -> String {
    assert_eq!(::program::check(program), Ok(()));
    let hardware = Hardware {
        lanes: 2,
        taps: 1,
        form: Form::Frame,
    };
    let refused = schedule::schedule(program, &hardware);
    refused.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_large_table_in_a_map_is_refused_with_what_works() {
    let mut program = network();
    let input = format("s8f0");
    program.vectors.push(Vector {
        name: "drive".into(),
        shape: Shape::Units(4),
        format: input,
        role: Role::Input,
    });
    let source = ::program::VectorId(program.vectors.len() - 1);
    program.tables.push(Table {
        name: "squash".into(),
        input,
        output: format("s4f0"),
        entries: vec![0; 256],
    });
    let mut map = Expression::default();
    let of = map.push("x", Operation::Element(source), input);
    let table = TableId(0);
    let mapped = map.push("y", Operation::Lookup { of, table }, format("s4f0"));
    let gather = &mut program.stages[0].gathers[0];
    (gather.source, gather.map) = (source, Some((map, mapped)));
    assert_eq!(
        refusal(&program),
        "HW0902: `sample` cannot run as a table of 256 entries in the map of a sum: `squash` \
         stands in a memory, which takes a cycle, and a map has none; a signal that a stage before \
         writes with the mapped values would work"
    );
}

#[test]
fn what_no_result_needs_is_not_read() {
    let mut program = network();
    let of = format("s30f0");
    for place in 0..3 {
        let id = ::program::VectorId(program.vectors.len());
        program.vectors.push(Vector {
            name: format!("wide{place}"),
            shape: Shape::Units(4),
            format: of,
            role: Role::Input,
        });
        let apply = &mut program.stages[0].apply;
        apply.push(&format!("own{place}"), Operation::Element(id), of);
    }
    let hardware = Hardware {
        lanes: 2,
        taps: 1,
        form: Form::Frame,
    };
    let scheduled = schedule::schedule(&program, &hardware).unwrap();
    assert_eq!(scheduled.interface.load.fields.len(), 1);
}
