//! The inner loops. What an op does to one element is `hw_ir::word`'s to say; here stand loops.

use hw_ir::Type;
use hw_ir::word::{self, Word};
use multiversion::multiversion;

use crate::instruction::{Code, Fault, Instruction, Program};

/// Runs a program over 32-bit elements.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
pub(crate) fn run_narrow(program: &Program, values: &mut [i32]) -> Result<(), Fault> {
    run(program, values)
}

/// Runs a program over 64-bit elements.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
pub(crate) fn run_wide(program: &Program, values: &mut [i64]) -> Result<(), Fault> {
    run(program, values)
}

#[inline(always)]
fn run<T: Word>(program: &Program, values: &mut [T]) -> Result<(), Fault> {
    let mut start = 0;
    for segment in &program.segments {
        let end = segment.end as usize;
        let instructions = &program.instructions[start..end];
        start = end;
        if segment.scalar {
            for instruction in instructions {
                scalar(program, values, instruction)?;
            }
        } else {
            for instruction in instructions {
                vector(program, values, instruction)?;
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn truth<T: Word>(value: bool) -> T {
    T::from_i64(i64::from(value))
}

#[inline(always)]
fn is_set<T: Word>(value: T) -> bool {
    value != T::from_i64(0)
}

/// One instruction whose operands and result are single elements.
#[inline(always)]
fn scalar<T: Word>(program: &Program, values: &mut [T], i: &Instruction) -> Result<(), Fault> {
    let ty = i.ty();
    let a = || values[i.a as usize];
    let b = || values[i.b as usize];
    let c = || values[i.c as usize];
    let result = match i.code {
        Code::Not => word::not(ty, a()),
        Code::Negate => word::negate(ty, a()),
        Code::ShiftLeft => word::shift_left(ty, a(), u32::from(i.amount)),
        Code::ShiftRight => word::shift_right(ty, a(), u32::from(i.amount)),
        Code::Resize => word::resize(ty, a()),
        Code::Slice => word::slice(ty, a(), u32::from(i.amount)),
        Code::And => a().and(b()),
        Code::Or => a().or(b()),
        Code::Xor => a().xor(b()),
        Code::Add => word::add(ty, a(), b()),
        Code::Subtract => word::subtract(ty, a(), b()),
        Code::Multiply => word::multiply(ty, a(), b()),
        Code::AddSubtract | Code::AddSubtractEach => word::add_subtract(ty, is_set(c()), a(), b()),
        Code::Equal => truth(a() == b()),
        Code::NotEqual => truth(a() != b()),
        Code::Less => truth(word::less(ty, a(), b())),
        Code::LessEqual => truth(word::less_equal(ty, a(), b())),
        Code::Any => truth(is_set(a())),
        Code::All => truth(word::all_bits(ty, a())),
        Code::Mux | Code::MuxEach => {
            let (high, low) = (a(), b());
            if is_set(c()) { high } else { low }
        }
        Code::Concat => {
            let parts = &program.parts[i.a as usize..][..i.b as usize];
            let mut gathered = 0;
            let mut below = 0;
            for part in parts {
                let value = values[part.offset as usize].to_i64();
                gathered = word::place(gathered, part.ty, value, below);
                below += part.ty.width;
            }
            T::from_i64(gathered as i64).wrap(ty)
        }
        Code::Copy => a(),
        Code::Select => {
            let chunk = b().to_i64();
            if chunk < 0 || chunk >= i64::from(i.block) {
                return Err(Fault {
                    dest: i.dest,
                    index: chunk,
                    chunks: i.block,
                });
            }
            values[i.a as usize + chunk as usize]
        }
        Code::EqualBlocks
        | Code::NotEqualBlocks
        | Code::AnyBlocks
        | Code::AllBlocks
        | Code::MuxBlocks
        | Code::CopyBlocks
        | Code::Insert
        | Code::SelectEach
        | Code::InsertEach => return vector(program, values, i),
    };
    values[i.dest as usize] = result;
    Ok(())
}

/// Splits the values into an instruction's operands, which stand before it, and its result.
#[inline(always)]
fn split<'v, T>(values: &'v mut [T], i: &Instruction) -> (&'v [T], &'v mut [T]) {
    let (before, rest) = values.split_at_mut(i.dest as usize);
    (before, rest)
}

#[inline(always)]
fn unary<T: Word>(values: &mut [T], i: &Instruction, f: impl Fn(Type, T) -> T) {
    let length = i.length as usize;
    let (before, rest) = split(values, i);
    let dest = &mut rest[..length];
    let a = &before[i.a as usize..][..length];
    // The sign is a constant in each of the loops, so that `f` has no branch in them.
    if i.signed {
        let ty = Type::signed(u32::from(i.width));
        dest.iter_mut()
            .zip(a)
            .for_each(|(dest, &a)| *dest = f(ty, a));
    } else {
        let ty = Type::unsigned(u32::from(i.width));
        dest.iter_mut()
            .zip(a)
            .for_each(|(dest, &a)| *dest = f(ty, a));
    }
}

#[inline(always)]
fn binary<T: Word>(values: &mut [T], i: &Instruction, f: impl Fn(Type, T, T) -> T) {
    let length = i.length as usize;
    let (before, rest) = split(values, i);
    let dest = &mut rest[..length];
    let a = &before[i.a as usize..][..length];
    let b = &before[i.b as usize..][..length];
    if i.signed {
        let ty = Type::signed(u32::from(i.width));
        dest.iter_mut()
            .zip(a)
            .zip(b)
            .for_each(|((dest, &a), &b)| *dest = f(ty, a, b));
    } else {
        let ty = Type::unsigned(u32::from(i.width));
        dest.iter_mut()
            .zip(a)
            .zip(b)
            .for_each(|((dest, &a), &b)| *dest = f(ty, a, b));
    }
}

#[inline(always)]
fn ternary<T: Word>(values: &mut [T], i: &Instruction, f: impl Fn(Type, T, T, bool) -> T) {
    let length = i.length as usize;
    let (before, rest) = split(values, i);
    let dest = &mut rest[..length];
    let a = &before[i.a as usize..][..length];
    let b = &before[i.b as usize..][..length];
    let c = &before[i.c as usize..][..length];
    let ty = i.ty();
    let operands = a.iter().zip(b).zip(c);
    dest.iter_mut()
        .zip(operands)
        .for_each(|(dest, ((&a, &b), &c))| *dest = f(ty, a, b, is_set(c)));
}

/// Each block of `a` (and of `b`) reduced to one bit.
#[inline(always)]
fn reduce<T: Word>(values: &mut [T], i: &Instruction, f: impl Fn(Type, &[T], &[T]) -> bool) {
    let (length, block) = (i.length as usize, i.block as usize);
    let (before, rest) = split(values, i);
    let a = &before[i.a as usize..][..length * block];
    let b = &before[i.b as usize..][..length * block];
    let blocks = a.chunks_exact(block).zip(b.chunks_exact(block));
    for (dest, (a, b)) in rest[..length].iter_mut().zip(blocks) {
        *dest = truth(f(i.ty(), a, b));
    }
}

/// Without an early end, so that the loop is one of vectors.
#[inline(always)]
fn all_equal<T: Word>(a: &[T], b: &[T]) -> bool {
    a.iter().zip(b).fold(true, |equal, (a, b)| equal & (a == b))
}

#[inline(always)]
fn vector<T: Word>(program: &Program, values: &mut [T], i: &Instruction) -> Result<(), Fault> {
    let amount = u32::from(i.amount);
    match i.code {
        Code::Not => unary(values, i, |ty, a| word::not(ty, a)),
        Code::Negate => unary(values, i, |ty, a| word::negate(ty, a)),
        Code::ShiftLeft => unary(values, i, |ty, a| word::shift_left(ty, a, amount)),
        Code::ShiftRight => unary(values, i, |ty, a| word::shift_right(ty, a, amount)),
        Code::Resize => unary(values, i, |ty, a| word::resize(ty, a)),
        Code::Slice => unary(values, i, |ty, a| word::slice(ty, a, amount)),
        Code::Any => unary(values, i, |_, a| truth(is_set(a))),
        Code::All => unary(values, i, |ty, a| truth(word::all_bits(ty, a))),
        Code::And => binary(values, i, |_, a, b| a.and(b)),
        Code::Or => binary(values, i, |_, a, b| a.or(b)),
        Code::Xor => binary(values, i, |_, a, b| a.xor(b)),
        Code::Add => binary(values, i, |ty, a, b| word::add(ty, a, b)),
        Code::Subtract => binary(values, i, |ty, a, b| word::subtract(ty, a, b)),
        Code::Multiply => binary(values, i, |ty, a, b| word::multiply(ty, a, b)),
        Code::AddSubtract => {
            if is_set(values[i.c as usize]) {
                binary(values, i, |ty, a, b| word::add_subtract(ty, true, a, b));
            } else {
                binary(values, i, |ty, a, b| word::add_subtract(ty, false, a, b));
            }
        }
        Code::AddSubtractEach => ternary(values, i, |ty, a, b, c| word::add_subtract(ty, c, a, b)),
        Code::Equal => binary(values, i, |_, a, b| truth(a == b)),
        Code::NotEqual => binary(values, i, |_, a, b| truth(a != b)),
        Code::Less => binary(values, i, |ty, a, b| truth(word::less(ty, a, b))),
        Code::LessEqual => binary(values, i, |ty, a, b| truth(word::less_equal(ty, a, b))),
        Code::EqualBlocks => reduce(values, i, |_, a, b| all_equal(a, b)),
        Code::NotEqualBlocks => reduce(values, i, |_, a, b| !all_equal(a, b)),
        Code::AnyBlocks => {
            reduce(values, i, |_, a, _| {
                is_set(a.iter().fold(T::from_i64(0), |any, a| any.or(*a)))
            });
        }
        Code::AllBlocks => {
            reduce(values, i, |ty, a, _| {
                a.iter().fold(true, |all, a| all & word::all_bits(ty, *a))
            });
        }
        Code::Mux => {
            let source = if is_set(values[i.c as usize]) {
                i.a
            } else {
                i.b
            } as usize;
            values.copy_within(source..source + i.length as usize, i.dest as usize);
        }
        Code::MuxEach => ternary(values, i, |_, a, b, c| if c { a } else { b }),
        Code::Copy => {
            let source = i.a as usize;
            values.copy_within(source..source + i.length as usize, i.dest as usize);
        }
        Code::MuxBlocks
        | Code::CopyBlocks
        | Code::Concat
        | Code::Select
        | Code::Insert
        | Code::SelectEach
        | Code::InsertEach => return blocks(program, values, i),
    }
    Ok(())
}

/// What moves blocks of elements about.
fn blocks<T: Word>(program: &Program, values: &mut [T], i: &Instruction) -> Result<(), Fault> {
    let (length, block, dest) = (i.length as usize, i.block as usize, i.dest as usize);
    let (a, b, c) = (i.a as usize, i.b as usize, i.c as usize);
    match i.code {
        Code::MuxBlocks => {
            for instance in 0..length {
                let chosen = if is_set(values[c + instance]) { a } else { b } + instance * block;
                values.copy_within(chosen..chosen + block, dest + instance * block);
            }
        }
        Code::CopyBlocks if block == 1 && b == 0 && c == 1 => {
            let value = values[a];
            values[dest..dest + length].fill(value);
        }
        Code::CopyBlocks if block == 1 => {
            for instance in 0..length {
                values[dest + instance * c] = values[a + instance * b];
            }
        }
        Code::CopyBlocks => {
            for instance in 0..length {
                let from = a + instance * b;
                values.copy_within(from..from + block, dest + instance * c);
            }
        }
        Code::Concat => concat_each(program, values, i),
        Code::Select => {
            let start = chunk_start(values[b], i, i.block, length)?;
            values.copy_within(a + start..a + start + length, dest);
        }
        Code::Insert => {
            let start = chunk_start(values[b], i, i.block, length)?;
            values.copy_within(a..a + length * block, dest);
            values.copy_within(c..c + length, dest + start);
        }
        _ => return chunks_each(program, values, i),
    }
    Ok(())
}

fn concat_each<T: Word>(program: &Program, values: &mut [T], i: &Instruction) {
    let parts = &program.parts[i.a as usize..][..i.b as usize];
    for instance in 0..i.length as usize {
        let mut gathered = 0;
        let mut below = 0;
        for part in parts {
            let value = values[part.offset as usize + instance].to_i64();
            gathered = word::place(gathered, part.ty, value, below);
            below += part.ty.width;
        }
        values[i.dest as usize + instance] = T::from_i64(gathered as i64).wrap(i.ty());
    }
}

/// Where the chunk starts in its vector.
#[inline(always)]
fn chunk_start<T: Word>(
    index: T,
    i: &Instruction,
    chunks: u32,
    elements: usize,
) -> Result<usize, Fault> {
    let index = index.to_i64();
    if index < 0 || index >= i64::from(chunks) {
        return Err(Fault {
            dest: i.dest,
            index,
            chunks,
        });
    }
    Ok(index as usize * elements)
}

fn chunks_each<T: Word>(program: &Program, values: &mut [T], i: &Instruction) -> Result<(), Fault> {
    let Some(shape) = program.shapes.get(i.block as usize) else {
        return Ok(());
    };
    let elements = shape.elements as usize;
    let whole = elements * shape.chunks as usize;
    for instance in 0..shape.instances as usize {
        let index = values[i.b as usize + instance * shape.index_stride as usize];
        let start = chunk_start(index, i, shape.chunks, elements)?;
        let vector = i.a as usize + instance * shape.vector_stride as usize;
        if i.code == Code::SelectEach {
            let from = vector + start;
            values.copy_within(from..from + elements, i.dest as usize + instance * elements);
        } else {
            let dest = i.dest as usize + instance * whole;
            values.copy_within(vector..vector + whole, dest);
            let chunk = i.c as usize + instance * elements;
            values.copy_within(chunk..chunk + elements, dest + start);
        }
    }
    Ok(())
}
