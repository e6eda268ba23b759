//! Which ops are tested over which types.

use hw_ir::types::address_bits;
use hw_ir::{Op, Type};

use crate::bed::{Bed, Slot};

/// Scalars of one to four bits, signed and unsigned.
fn narrow() -> Vec<Type> {
    let signs = [Type::unsigned as fn(u32) -> Type, Type::signed];
    let types = signs.iter().flat_map(|of| (1..=4).map(of));
    types.collect()
}

/// Scalars around the widths at which a tool or a machine word changes its representation.
fn wide() -> Vec<Type> {
    let widths = [31, 32, 33, 64];
    let types = widths.map(|width| [Type::unsigned(width), Type::signed(width)]);
    types.concat()
}

fn scalars() -> Vec<Type> {
    [narrow(), wide()].concat()
}

/// One to three elements of each narrow type, and a few vectors that cross machine words.
fn vectors() -> Vec<Type> {
    let mut types: Vec<Type> = (1..=3)
        .flat_map(|count| narrow().into_iter().map(move |ty| ty.times(count)))
        .collect();
    types.extend(wide());
    types.extend([Type::unsigned(33).times(3), Type::signed(7).times(20)]);
    types
}

/// Every op.
pub fn bed() -> Bed {
    let mut bed = Bed::new();
    constants(&mut bed);
    vectors().into_iter().for_each(|ty| bitwise(&mut bed, ty));
    scalars()
        .into_iter()
        .for_each(|ty| arithmetic(&mut bed, ty));
    resizes(&mut bed);
    scalars().into_iter().for_each(|ty| slices(&mut bed, ty));
    concats(&mut bed);
    narrow().into_iter().for_each(|ty| joins(&mut bed, ty));
    chunks(&mut bed);
    over_constants(&mut bed);
    bed
}

fn constants(bed: &mut Bed) {
    for ty in narrow() {
        for pattern in 0..1 << ty.width {
            bed.constant(ty, vec![ty.wrap(pattern)]);
        }
    }
    for ty in wide() {
        for pattern in [0, 1, -1, i64::MAX, i64::MIN, 1 << (ty.width - 1)] {
            bed.constant(ty, vec![ty.wrap(pattern)]);
        }
    }
    bed.constant(Type::signed(3).times(3), vec![-4, 3, -1]);
    bed.constant(Type::unsigned(33).times(2), vec![1 << 32, 5]);
}

fn bitwise(bed: &mut Bed, ty: Type) {
    let a = bed.operand(Slot::First, ty);
    let b = bed.operand(Slot::Second, ty);
    let select = bed.operand(Slot::Choice(2), Type::BIT);
    bed.case("not", ty, Op::Not(a));
    bed.case("and", ty, Op::And(a, b));
    bed.case("or", ty, Op::Or(a, b));
    bed.case("xor", ty, Op::Xor(a, b));
    bed.case("equal", Type::BIT, Op::Equal(a, b));
    bed.case("not_equal", Type::BIT, Op::NotEqual(a, b));
    bed.case("any", Type::BIT, Op::Any(a));
    bed.case("all", Type::BIT, Op::All(a));
    let (high, low) = (a, b);
    bed.case("mux", ty, Op::Mux { select, high, low });
}

fn arithmetic(bed: &mut Bed, ty: Type) {
    let a = bed.operand(Slot::First, ty);
    let b = bed.operand(Slot::Second, ty);
    let subtract = bed.operand(Slot::Choice(2), Type::BIT);
    bed.case("negate", ty, Op::Negate(a));
    bed.case("add", ty, Op::Add(a, b));
    bed.case("subtract", ty, Op::Subtract(a, b));
    bed.case("multiply", ty, Op::Multiply(a, b));
    bed.case("less", Type::BIT, Op::Less(a, b));
    bed.case("less_equal", Type::BIT, Op::LessEqual(a, b));
    let (left, right) = (a, b);
    let op = Op::AddSubtract {
        subtract,
        left,
        right,
    };
    bed.case("add_subtract", ty, op);
    let amounts = (0..ty.width).filter(|n| ty.width <= 4 || n % 16 == 0 || n + 1 == ty.width);
    for amount in amounts {
        bed.case("shift_left", ty, Op::ShiftLeft(a, amount));
        bed.case("shift_right", ty, Op::ShiftRight(a, amount));
    }
}

fn resizes(bed: &mut Bed) {
    for from in scalars() {
        let a = bed.operand(Slot::First, from);
        for to in scalars() {
            bed.case("resize", to, Op::Resize(a));
        }
    }
}

fn slices(bed: &mut Bed, ty: Type) {
    let a = bed.operand(Slot::First, ty);
    let step = if ty.width <= 4 { 1 } else { 13 };
    for low in (0..ty.width).step_by(step) {
        for width in (1..=ty.width - low).step_by(step) {
            bed.case("slice", Type::unsigned(width), Op::Slice(a, low));
        }
    }
}

fn concats(bed: &mut Bed) {
    for low in narrow() {
        let a = bed.operand(Slot::First, low);
        bed.case("concat", Type::unsigned(low.width), Op::Concat(vec![a]));
        for high in narrow() {
            let b = bed.operand(Slot::Second, high);
            let two = Type::unsigned(low.width + high.width);
            bed.case("concat", two, Op::Concat(vec![a, b]));
            let three = Type::unsigned(low.width + 2 * high.width);
            bed.case("concat", three, Op::Concat(vec![b, a, b]));
        }
    }
    let (low, high) = (Type::signed(31), Type::unsigned(33));
    let (a, b) = (
        bed.operand(Slot::First, low),
        bed.operand(Slot::Second, high),
    );
    bed.case("concat", Type::unsigned(64), Op::Concat(vec![a, b]));
}

fn joins(bed: &mut Bed, element: Type) {
    for first in 1..=3 {
        let a = bed.operand(Slot::First, element.times(first));
        bed.case("join", element.times(first), Op::Join(vec![a]));
        for second in 1..=3 {
            let b = bed.operand(Slot::Second, element.times(second));
            let ty = element.times(first + second);
            bed.case("join", ty, Op::Join(vec![a, b]));
        }
        for start in 0..first {
            for count in 1..=first - start {
                bed.case("elements", element.times(count), Op::Elements(a, start));
            }
        }
    }
}

/// Vectors and chunks of them, with numbers of chunks and bits that are no powers of two as well.
fn chunks(bed: &mut Bed) {
    let mut shapes = vec![];
    for element in narrow() {
        shapes.extend([2, 3].map(|count| (element.times(count), 1)));
    }
    shapes.extend([(Type::BIT.times(4), 1), (Type::signed(1).times(4), 2)]);
    shapes.extend([2, 3].map(|chunk| (Type::BIT.times(6), chunk)));
    shapes.extend([
        (Type::signed(3).times(4), 2),
        (Type::unsigned(5).times(12), 4),
    ]);
    shapes.extend([
        (Type::signed(33).times(4), 1),
        (Type::unsigned(8).times(8), 2),
    ]);
    for (ty, chunk) in shapes {
        let number = ty.count / chunk;
        let vector = bed.operand(Slot::First, ty);
        let index_type = Type::unsigned(address_bits(u64::from(number)));
        let index = bed.operand(Slot::Choice(number), index_type);
        bed.case("select", ty.times(chunk), Op::Select { vector, index });
        let chunk = bed.operand(Slot::Second, ty.times(chunk));
        let op = Op::Insert {
            vector,
            index,
            chunk,
        };
        bed.case("insert", ty, op);
    }
}

/// Ops whose operands never change: what is computed at the start must be right.
fn over_constants(bed: &mut Bed) {
    let ty = Type::signed(3).times(3);
    let vector = bed.constant(ty, vec![1, -2, 3]);
    let index = bed.constant(Type::unsigned(2), vec![2]);
    let chunk = bed.constant(ty.element(), vec![-4]);
    bed.case("select", ty.element(), Op::Select { vector, index });
    let op = Op::Insert {
        vector,
        index,
        chunk,
    };
    bed.case("insert", ty, op);
    bed.case("add", ty.element(), Op::Add(chunk, chunk));
    bed.case("resize", Type::signed(9), Op::Resize(chunk));
    bed.case("less", Type::BIT, Op::Less(chunk, chunk));
}
