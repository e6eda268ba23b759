//! How many steps a second the executor runs, for Hopfield networks, with signs and with a smooth
//! function, and for a cellular array.
//!
//! `cargo run --release -p program --example throughput`

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use program::{
    Arrangement, Boundary, Executor, Expression, Format, Gather, Operation, Order, Overflow,
    Program, Role, Rounding, Shape, Stage, Stop, Storage, Table, TableId, Vector, VectorId,
    Weights, When,
};

const STATE: VectorId = VectorId(0);
/// Each figure is taken over at least this time.
const MEASURED: Duration = Duration::from_millis(500);

/// Marsaglia's xorshift64, so that every run measures the same network.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % limit
    }

    fn spins(&mut self, units: usize) -> Vec<i64> {
        (0..units).map(|_| self.below(2) as i64 * 2 - 1).collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let units = 256;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let patterns: Vec<Vec<i64>> = (0..20).map(|_| random.spins(units)).collect();
    let hebb = hebb(&patterns, units);
    let mut noisy = patterns.clone();
    for start in &mut noisy {
        for _ in 0..units / 8 {
            let unit = random.below(units as u64) as usize;
            start[unit] = -start[unit];
        }
    }
    for (name, order) in [
        ("synchronous", Order::Synchronous),
        ("sequential", Order::Sequential),
        ("permuted", Order::Permuted { seed: 1 }),
        ("block of 16", Order::Block { size: 16 }),
    ] {
        let program = hopfield(units, hebb.clone(), order)?;
        report(
            &format!("256 units, {name}, recall of 20"),
            &program,
            &noisy,
            "steps",
        )?;
    }
    // Every unit flips in every step: the most work that a step can be.
    let mut reversing = vec![0; units * units];
    for unit in 0..units {
        reversing[unit * units + unit] = -1;
    }
    let program = hopfield(units, reversing, Order::Synchronous)?;
    report(
        "256 units, synchronous, all flip",
        &program,
        &noisy,
        "steps",
    )?;
    for (name, order) in [
        ("synchronous", Order::Synchronous),
        ("sequential", Order::Sequential),
    ] {
        let weights = (0..units * units).map(|_| random.below(255) as i64 - 127);
        let program = continuous(units, weights.collect(), order)?;
        let start: Vec<i64> = (0..units)
            .map(|_| random.below(4096) as i64 - 2048)
            .collect();
        report(
            &format!("256 units, s12f10 by a table, {name}"),
            &program,
            &[start],
            "steps",
        )?;
    }
    let (rows, columns) = (328, 400);
    for (name, fraction) in [("whole numbers", 0), ("4 fraction bits", 4)] {
        let program = clipped(rows, columns, fraction)?;
        let image: Vec<i64> = random.spins(rows * columns);
        let image: Vec<i64> = image.iter().map(|pixel| pixel << fraction).collect();
        report(
            &format!("400 x 328 cells, clipped 3x3, {name}"),
            &program,
            &[image],
            "iterations",
        )?;
    }
    Ok(())
}

/// Runs from one start after the other, and prints steps a second, loading included.
fn report(
    name: &str,
    program: &Program,
    starts: &[Vec<i64>],
    unit: &str,
) -> Result<(), Box<dyn Error>> {
    let mut executor = Executor::new(program)?;
    let (mut steps, mut runs) = (0, 0u64);
    let mut starts = starts.iter().cycle();
    let begin = Instant::now();
    while begin.elapsed() < MEASURED {
        let Some(start) = starts.next() else { break };
        executor.load(STATE, start)?;
        executor.start()?;
        steps += executor.run()?.steps;
        black_box(executor.values(STATE));
        runs += 1;
    }
    let nanoseconds = begin.elapsed().as_nanos().max(1);
    let rate = u128::from(steps) * 1_000_000_000 / nanoseconds;
    println!(
        "{name:44} {rate:>9} {unit}/s, {} a run",
        steps / runs.max(1)
    );
    Ok(())
}

/// Hebb's rule without self-connections, as integers.
fn hebb(patterns: &[Vec<i64>], units: usize) -> Vec<i64> {
    let mut weights = vec![0; units * units];
    for (place, weight) in weights.iter_mut().enumerate() {
        let (row, column) = (place / units, place % units);
        if row != column {
            *weight = patterns.iter().map(|p| p[row] * p[column]).sum();
        }
    }
    weights
}

fn hopfield(units: usize, values: Vec<i64>, order: Order) -> Result<Program, Box<dyn Error>> {
    let accumulator = Format::signed(16, 0)?;
    let mut apply = Expression::default();
    let field = apply.push("field", Operation::Gathered(0), accumulator);
    let zero = apply.push("zero", Operation::Constant(0), accumulator);
    let positive = apply.push("positive", Operation::Less(zero, field), Format::TRUTH);
    let negative = apply.push("negative", Operation::Less(field, zero), Format::TRUTH);
    let kept = apply.push("kept", Operation::Element(STATE), Format::BIPOLAR);
    let plus = apply.push("plus", Operation::Constant(1), Format::BIPOLAR);
    let minus = apply.push("minus", Operation::Constant(-1), Format::BIPOLAR);
    let low = Operation::Select {
        condition: negative,
        high: minus,
        low: kept,
    };
    let low = apply.push("minus_or_kept", low, Format::BIPOLAR);
    let next = Operation::Select {
        condition: positive,
        high: plus,
        low,
    };
    let next = apply.push("next", next, Format::BIPOLAR);
    let arrangement = Arrangement::Dense {
        rows: units,
        columns: units,
        values,
    };
    let weights = Weights {
        format: Format::signed(6, 0)?,
        arrangement,
        storage: Storage::Rom,
    };
    let gather = Gather {
        source: STATE,
        map: None,
        weights,
        offset: None,
        accumulator,
    };
    let shape = Shape::Units(units);
    let stop = Stop {
        max_steps: 1000,
        when_stable: true,
        on_period_two: false,
    };
    Ok(program(
        shape,
        Format::BIPOLAR,
        order,
        gather,
        (apply, next),
        stop,
    ))
}

/// `x+ = x + (g(sum W x) - x) / 4` with g in a table, for ever.
fn continuous(units: usize, values: Vec<i64>, order: Order) -> Result<Program, Box<dyn Error>> {
    let (state, argument) = (Format::signed(12, 10)?, Format::signed(10, 6)?);
    let (sum, wide) = (Format::signed(28, 17)?, Format::signed(16, 12)?);
    let resize = |of, rounding| Operation::Resize {
        of,
        rounding,
        overflow: Overflow::Saturate,
    };
    let mut apply = Expression::default();
    let field = apply.push("field", Operation::Gathered(0), sum);
    let x = apply.push("x", Operation::Element(STATE), state);
    let argument = apply.push("argument", resize(field, Rounding::HalfEven), argument);
    let table = TableId(0);
    let of = argument;
    let squashed = apply.push("squashed", Operation::Lookup { of, table }, state);
    let change = Operation::Subtract(squashed, x);
    let change = apply.push("change", change, Format::signed(13, 10)?);
    let quarter = apply.push("quarter", Operation::Scale(change), Format::signed(13, 12)?);
    let x = apply.push("x_wide", resize(x, Rounding::Floor), wide);
    let moved = apply.push("moved", Operation::Add(x, quarter), wide);
    let next = apply.push("next", resize(moved, Rounding::HalfEven), state);
    let gather = Gather {
        source: STATE,
        map: None,
        weights: Weights {
            format: Format::signed(8, 7)?,
            arrangement: Arrangement::Dense {
                rows: units,
                columns: units,
                values,
            },
            storage: Storage::Rom,
        },
        offset: None,
        accumulator: sum,
    };
    let stop = Stop {
        max_steps: 100,
        when_stable: false,
        on_period_two: false,
    };
    let shape = Shape::Units(units);
    let mut program = program(shape, state, order, gather, (apply, next), stop);
    let input = Format::signed(10, 6)?;
    // x / (1 + |x|), whose slope at 0 is 1.
    let entry = |raw: i64| (raw << 10) / (64 + raw.abs());
    program.tables.push(Table {
        name: "squash".into(),
        input,
        output: state,
        entries: (input.min_raw()..=input.max_raw()).map(entry).collect(),
    });
    Ok(program)
}

/// `x+ = sat(sum A x)` with coefficients that keep the picture in motion.
fn clipped(rows: usize, columns: usize, fraction: i32) -> Result<Program, Box<dyn Error>> {
    let state = Format::signed(2 + fraction as u32, fraction)?;
    let accumulator = Format::signed(12, fraction)?;
    let mut apply = Expression::default();
    let field = apply.push("field", Operation::Gathered(0), accumulator);
    let one = apply.push("one", Operation::Constant(1 << fraction), accumulator);
    let minus_one = apply.push(
        "minus_one",
        Operation::Constant(-1 << fraction),
        accumulator,
    );
    let below = apply.push("below", Operation::Minimum(field, one), accumulator);
    let clipped = apply.push("clipped", Operation::Maximum(below, minus_one), accumulator);
    let resize = Operation::Resize {
        of: clipped,
        rounding: Rounding::HalfEven,
        overflow: Overflow::Saturate,
    };
    let next = apply.push("next", resize, state);
    let arrangement = Arrangement::Stencil {
        radius: 1,
        coefficients: vec![1, -2, 1, 3, -1, 2, -3, 1, -1],
        boundary: Boundary::Fixed(-1 << fraction),
    };
    let weights = Weights {
        format: Format::signed(4, 0)?,
        arrangement,
        storage: Storage::Rom,
    };
    let gather = Gather {
        source: STATE,
        map: None,
        weights,
        offset: None,
        accumulator,
    };
    let shape = Shape::Grid { rows, columns };
    let stop = Stop {
        max_steps: 50,
        when_stable: true,
        on_period_two: false,
    };
    Ok(program(
        shape,
        state,
        Order::Synchronous,
        gather,
        (apply, next),
        stop,
    ))
}

fn program(
    shape: Shape,
    format: Format,
    order: Order,
    gather: Gather,
    (apply, next): (Expression, program::NodeId),
    stop: Stop,
) -> Program {
    Program {
        name: "measured".into(),
        kind: "sample".into(),
        sources: vec![],
        vectors: vec![Vector {
            name: "state".into(),
            shape,
            format,
            role: Role::State,
        }],
        tables: vec![],
        stages: vec![Stage {
            name: "update".into(),
            when: When::EveryStep,
            gathers: vec![gather],
            apply,
            writes: vec![(STATE, next)],
            rest: None,
        }],
        order,
        phases: None,
        stop,
    }
}
