//! What is no program is refused with the rule's code; what passes runs without a panic.

mod samples;

use program::{
    Arrangement, Boundary, Executor, Format, NodeId, Operation, Order, Program, Role, Rule, Shape,
    VectorId, check,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use samples::{STATE, choices};

fn hopfield() -> Program {
    let mut runner = TestRunner::deterministic();
    loop {
        let mut choices = choices().new_tree(&mut runner).unwrap().current();
        let mut program = samples::hopfield(&mut choices);
        program.order = Order::Synchronous;
        let gather = &program.stages[0].gathers[0];
        let dense = matches!(
            gather.weights.arrangement,
            Arrangement::Dense { rows: 4.., .. }
        );
        if dense && gather.offset.is_some() && gather.weights.format.width() > 1 {
            return program;
        }
    }
}

fn cells() -> Program {
    let mut runner = TestRunner::deterministic();
    let mut choices = choices().new_tree(&mut runner).unwrap().current();
    samples::cells(&mut choices)
}

fn refused(mut program: Program, rule: Rule, spoil: impl FnOnce(&mut Program)) {
    assert_eq!(check(&program), Ok(()));
    spoil(&mut program);
    let error = check(&program).expect_err("a fault");
    assert_eq!(error.rule, rule, "{error}");
    assert!(error.to_string().starts_with(rule.code()), "{error}");
    assert!(Executor::new(&program).is_err());
}

#[test]
fn names_are_identifiers_and_unique() {
    refused(hopfield(), Rule::Name, |p| p.name = "a/b".into());
    refused(hopfield(), Rule::Name, |p| p.name = String::new());
    refused(hopfield(), Rule::Name, |p| p.vectors[0].name = "é".into());
    refused(hopfield(), Rule::Name, |p| {
        p.vectors[1].name = "state".into()
    });
    refused(hopfield(), Rule::Name, |p| p.stages[0].name = "a\nb".into());
    refused(hopfield(), Rule::Name, |p| {
        p.stages[0].apply.nodes[1].name = "field".into()
    });
    refused(cells(), Rule::Name, |p| p.stages[1].name = "feed".into());
}

#[test]
fn sizes_are_bounded() {
    refused(hopfield(), Rule::Size, |p| {
        p.vectors[0].shape = Shape::Units(0)
    });
    let (rows, columns) = (usize::MAX, 3);
    refused(cells(), Rule::Size, |p| {
        p.vectors[0].shape = Shape::Grid { rows, columns }
    });
    // Each vector is possible, but not all of them together.
    refused(hopfield(), Rule::Size, |p| {
        for place in 0..3 {
            let mut vector = p.vectors[0].clone();
            vector.shape = Shape::Units(1 << 25);
            vector.name = format!("more{place}");
            p.vectors.push(vector);
        }
    });
}

#[test]
fn values_are_of_their_formats() {
    let weights = |p: &mut Program, first: i64| {
        if let Arrangement::Dense { values, .. } = &mut p.stages[0].gathers[0].weights.arrangement {
            values[0] = first;
        }
    };
    refused(hopfield(), Rule::Value, |p| weights(p, i64::MAX));
    refused(hopfield(), Rule::Value, |p| {
        p.vectors[1].role = Role::Parameter(vec![])
    });
    refused(hopfield(), Rule::Value, |p| {
        p.stages[0].apply.nodes[5].operation = Operation::Constant(0);
    });
    refused(hopfield(), Rule::Value, |p| {
        if let Role::Parameter(values) = &mut p.vectors[1].role {
            values[0] = 16;
        }
    });
    refused(cells(), Rule::Value, |p| {
        let weights = &mut p.stages[0].gathers[0].weights;
        if let Arrangement::Stencil { boundary, .. } = &mut weights.arrangement {
            *boundary = Boundary::Fixed(1 << 20);
        }
    });
}

#[test]
fn there_is_no_zero_among_bipolar_weights() {
    refused(hopfield(), Rule::Value, |p| {
        let weights = &mut p.stages[0].gathers[0].weights;
        weights.format = Format::BIPOLAR;
        if let Arrangement::Dense { values, .. } = &mut weights.arrangement {
            values.fill(1);
            values[1] = 0;
        }
    });
}

#[test]
fn writes_suit_the_stage() {
    refused(hopfield(), Rule::Write, |p| p.stages[0].writes.clear());
    refused(hopfield(), Rule::Write, |p| {
        p.stages[0].writes[0].0 = VectorId(1)
    });
    refused(hopfield(), Rule::Write, |p| {
        p.stages[0].writes[0].0 = VectorId(99)
    });
    refused(hopfield(), Rule::Write, |p| {
        p.stages[0].writes[0].1 = NodeId(0)
    });
    refused(hopfield(), Rule::Write, |p| {
        p.stages[0].writes[0].1 = NodeId(99)
    });
    refused(hopfield(), Rule::Write, |p| {
        let first = p.stages[0].writes[0];
        p.stages[0].writes.push(first);
    });
    // Read, but never written: the values of an earlier run would show.
    refused(cells(), Rule::Write, |p| {
        let format = p.vectors[2].format;
        p.stages[1]
            .apply
            .push("stale", Operation::Element(VectorId(2)), format);
        p.stages.remove(0);
    });
}

#[test]
fn gathers_suit_their_vectors() {
    refused(hopfield(), Rule::Gather, |p| {
        p.stages[0].gathers[0].offset = Some(STATE)
    });
    refused(hopfield(), Rule::Gather, |p| {
        if let Arrangement::Dense { values, .. } = &mut p.stages[0].gathers[0].weights.arrangement {
            values.pop();
        }
    });
    let sparse = |rows: Vec<Vec<(usize, i64)>>| {
        move |p: &mut Program| {
            let units = p.vectors[0].shape.elements();
            let mut all = rows;
            all.resize(units, vec![]);
            p.stages[0].gathers[0].weights.arrangement = Arrangement::Sparse {
                columns: units,
                rows: all,
            };
        }
    };
    refused(hopfield(), Rule::Gather, sparse(vec![vec![(1, 1), (1, 1)]]));
    refused(
        hopfield(),
        Rule::Gather,
        sparse(vec![vec![(usize::MAX, 1)]]),
    );
    let template = |radius: usize| {
        move |p: &mut Program| {
            let weights = &mut p.stages[1].gathers[0].weights;
            let coefficients = vec![0; 9];
            let boundary = Boundary::Periodic;
            weights.arrangement = Arrangement::Stencil {
                radius,
                coefficients,
                boundary,
            };
        }
    };
    refused(cells(), Rule::Gather, template(2));
    refused(cells(), Rule::Gather, template(usize::MAX));
}

#[test]
fn accumulators_hold_the_worst_case() {
    let format = |text: &str| text.parse::<Format>().unwrap();
    let of = |text: &'static str| {
        move |p: &mut Program| p.stages[0].gathers[0].accumulator = format(text)
    };
    refused(hopfield(), Rule::Accumulator, of("s20f19"));
    refused(hopfield(), Rule::Accumulator, of("u20f0"));
    // Too narrow by one bit, with all that is of its format.
    let range = program::range::analyse(&hopfield()).unwrap().stages[0].gathers[0].clone();
    let fraction = range.format.fraction();
    let word = |width: u32| Format::signed(width, fraction).unwrap();
    refused(hopfield(), Rule::Accumulator, |p| {
        narrow(p, word(range.minimal_width - 1))
    });
    let mut enough = hopfield();
    narrow(&mut enough, word(range.minimal_width));
    assert_eq!(check(&enough), Ok(()));
    // The widest weights and sources: their sum has more bits than any integer here.
    refused(widest(0), Rule::Accumulator, |p| {
        let weights = &mut p.stages[0].gathers[0].weights;
        if let Arrangement::Stencil { coefficients, .. } = &mut weights.arrangement {
            coefficients.fill(i64::MIN);
        }
    });
}

/// Gives the sum of a stage another format, and all nodes that had its old one.
fn narrow(program: &mut Program, format: Format) {
    let stage = &mut program.stages[0];
    let wide = std::mem::replace(&mut stage.gathers[0].accumulator, format);
    let nodes = stage.apply.nodes.iter_mut();
    nodes
        .filter(|node| node.format == wide)
        .for_each(|node| node.format = format);
}

/// A grid of words of 64 bits whose next state is the sum under nine coefficients.
fn widest(coefficient: i64) -> Program {
    let wide = Format::signed(64, 0).unwrap();
    let shape = Shape::Grid {
        rows: 3,
        columns: 3,
    };
    let gather = program::Gather {
        source: STATE,
        map: None,
        weights: program::Weights {
            format: wide,
            arrangement: Arrangement::Stencil {
                radius: 1,
                coefficients: vec![coefficient; 9],
                boundary: Boundary::Periodic,
            },
            storage: program::Storage::Rom,
        },
        offset: None,
        accumulator: wide,
    };
    let mut apply = program::Expression::default();
    let sum = apply.push("sum", Operation::Gathered(0), wide);
    let vectors = vec![samples::vector("state", shape, wide, Role::State)];
    let stages = vec![samples::update(gather, apply, sum)];
    samples::program(vectors, stages, Order::Synchronous)
}

#[test]
fn an_offset_counts_in_every_row_of_a_grid() {
    let mut program = cells();
    let gather = &mut program.stages[1].gathers[0];
    let (sum, shape) = (gather.accumulator, program.vectors[0].shape);
    let mut values = vec![0; shape.elements()];
    let offset = program.vectors.len();
    gather.offset = Some(VectorId(offset));
    program.vectors.push(samples::vector(
        "start",
        shape,
        sum,
        Role::Parameter(values.clone()),
    ));
    refused(program, Rule::Accumulator, |p| {
        *values.last_mut().unwrap() = sum.max_raw();
        p.vectors[offset].role = Role::Parameter(values);
    });
}

#[test]
fn nodes_are_typed() {
    let node = |operation: Operation| {
        move |p: &mut Program| {
            let format = p.stages[0].gathers[0].accumulator;
            p.stages[0].apply.push("last", operation, format);
        }
    };
    refused(hopfield(), Rule::Node, node(Operation::Gathered(1)));
    refused(hopfield(), Rule::Node, node(Operation::Element(STATE)));
    refused(
        hopfield(),
        Rule::Node,
        node(Operation::Minimum(NodeId(9), NodeId(0))),
    );
    refused(
        hopfield(),
        Rule::Node,
        node(Operation::Maximum(NodeId(0), NodeId(4))),
    );
    refused(
        hopfield(),
        Rule::Node,
        node(Operation::Less(NodeId(0), NodeId(1))),
    );
    refused(hopfield(), Rule::Node, node(Operation::Scale(NodeId(4))));
    let (condition, high, low) = (NodeId(0), NodeId(0), NodeId(0));
    refused(
        hopfield(),
        Rule::Node,
        node(Operation::Select {
            condition,
            high,
            low,
        }),
    );
    refused(hopfield(), Rule::Node, |p| {
        let format = Format::signed(8, 99).unwrap();
        p.stages[0]
            .apply
            .push("last", Operation::Add(NodeId(0), NodeId(0)), format);
    });
    refused(hopfield(), Rule::Node, |p| {
        let format = Format::signed(8, 99).unwrap();
        p.stages[0]
            .apply
            .push("last", Operation::Multiply(NodeId(0), NodeId(0)), format);
    });
}

#[test]
fn orders_suit_the_stages() {
    refused(hopfield(), Rule::Order, |p| {
        p.order = Order::Block { size: 0 }
    });
    refused(hopfield(), Rule::Order, |p| p.stop.max_steps = 0);
    refused(cells(), Rule::Order, |p| p.order = Order::Sequential);
    refused(hopfield(), Rule::Order, |p| {
        p.order = Order::Permuted { seed: 1 };
        let mut second = p.stages[0].clone();
        second.name = "second".into();
        p.stages.push(second);
    });
}

#[test]
fn a_message_says_rule_place_and_line() {
    let mut program = hopfield();
    let fraction = program.stages[0].gathers[0].accumulator.fraction();
    narrow(&mut program, Format::signed(3, fraction).unwrap());
    let text = check(&program).unwrap_err().to_string();
    let head =
        "HW0606: `sample` is no valid program: stage `update`, sample.toml:9 [update]: gather 0";
    assert!(text.starts_with(head), "{text}");
}
