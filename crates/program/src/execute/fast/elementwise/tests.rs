use super::*;
use crate::format::Format;
use crate::range::{Interval, Walk};
use crate::rounding::{Overflow, Rounding};
use crate::stage::Operation;

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

/// `x` to a high power, rounded after each product.
fn power() -> (Expression, NodeId) {
    let mut nodes = Expression::default();
    let x = nodes.push("x", Operation::Element(VectorId(0)), format("s8f6"));
    let mut power = x;
    for place in 0..8 {
        let name = format!("product{place}");
        let product = nodes.push(&name, Operation::Multiply(power, x), format("s18f12"));
        let resize = Operation::Resize {
            of: product,
            rounding: Rounding::HalfEven,
            overflow: Overflow::Saturate,
        };
        power = nodes.push(&format!("power{place}"), resize, format("s8f6"));
    }
    (nodes, power)
}

/// The expression, which writes its value to the second vector.
fn made(tables: Tables) -> Elementwise {
    let (nodes, power) = power();
    let ranges = [Interval::of(format("s8f6"))];
    let bounds = Walk::new(&ranges, &[], &[]).over(&nodes).unwrap();
    let asked = Asked {
        writes: &[(VectorId(1), power)],
        node: Some(power),
        longest: 100,
    };
    Elementwise::new((&nodes, &bounds), (&[], tables), &asked).unwrap()
}

fn run(of: &mut Elementwise) -> Vec<i64> {
    let mut values = [(-50..50).collect(), vec![0; 100]];
    of.run((&[], 0), &mut values, 0..100);
    let mut read = vec![0i64; 100];
    of.read(&mut read);
    assert_eq!(read, values[1]);
    read
}

#[test]
fn a_table_takes_the_place_of_loops_once_it_is_earned() {
    let mut earned = made(Tables::Earned);
    let loops = run(&mut earned);
    // An element, a product and a resize for each power, and what is written.
    assert_eq!(earned.plan.steps.len(), 18);
    assert_eq!(run(&mut earned), loops);
    assert_eq!(earned.plan.steps.len(), 18);
    // After 256 elements, as many as the table has entries.
    assert_eq!(run(&mut earned), loops);
    assert_eq!(earned.plan.steps.len(), 3);
    let mut at_once = made(Tables::AtOnce);
    assert_eq!(at_once.plan.steps.len(), 3);
    assert_eq!(run(&mut at_once), loops);
}

#[test]
fn words_are_as_narrow_as_what_comes_between_allows() {
    let widths = |from: &str, to: &str| {
        let mut nodes = Expression::default();
        let x = nodes.push("x", Operation::Element(VectorId(0)), format(from));
        let resize = Operation::Resize {
            of: x,
            rounding: Rounding::Floor,
            overflow: Overflow::Saturate,
        };
        nodes.push("y", resize, format(to));
        let ranges = [Interval::of(format(from))];
        let bounds = Walk::new(&ranges, &[], &[]).over(&nodes).unwrap();
        let graph = Graph::of(&nodes, &bounds, &[]).unwrap();
        [graph.working_width(0), graph.working_width(1)]
    };
    use crate::execute::fast::word::Width::{Narrow, Wide};
    assert_eq!(widths("s32f0", "s16f0"), [Narrow, Narrow]);
    assert_eq!(widths("s33f0", "s16f0"), [Wide, Wide]);
    assert_eq!(widths("u32f0", "s16f0"), [Wide, Wide]);
    assert_eq!(widths("s31f0", "s16f1"), [Narrow, Narrow]);
    assert_eq!(widths("s32f0", "s16f1"), [Narrow, Wide]);
    assert_eq!(widths("s32f30", "s16f0"), [Narrow, Narrow]);
    assert_eq!(widths("s32f31", "s16f0"), [Narrow, Wide]);
}
