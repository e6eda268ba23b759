//! Weights that are loaded at run time are the weights that count.

use ::program::{Arrangement, Executor, Order, Program, Storage, VectorId};
use hw_sim::Simulator;
use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::{Beat, StreamDriver};
use lockstep::host;
use lockstep::sample::{self, Units};
use schedule::{Form, Hardware, schedule};

fn sample(seed: u64, units: usize, order: Order) -> Program {
    let of = Units {
        units,
        sparse: None,
        weights: "s5f0".parse().unwrap(),
        bias: true,
        order,
        storage: Storage::Ram,
        max_steps: 6,
        on_period_two: false,
    };
    sample::units(&mut Random::new(seed), &of)
}

fn weight(program: &Program, row: usize, column: usize) -> i64 {
    match &program.stages[0].gathers[0].weights.arrangement {
        Arrangement::Dense {
            columns, values, ..
        } if row < values.len() => values[row * columns + column],
        _ => 0,
    }
}

#[test]
fn weights_loaded_over_the_stream_take_the_place_of_the_first_ones() {
    for (units, order, lanes, taps) in [
        (9, Order::Synchronous, 2, 2),
        (8, Order::Synchronous, 8, 8),
        (7, Order::Sequential, 1, 3),
        (6, Order::Permuted { seed: 4 }, 1, 2),
    ] {
        let first = sample(1, units, order);
        let mut second = sample(2, units, order);
        // The hardware is made for the first program: its bias stays, its weights go.
        second.vectors = first.vectors.clone();
        let scheduled = schedule(
            &first,
            &Hardware {
                lanes,
                taps,
                form: Form::Frame,
            },
        )
        .unwrap();
        let stream = scheduled.interface.weights.clone().unwrap();
        let mut simulator = Simulator::new(&scheduled.design).unwrap();
        let mut driver = StreamDriver::new(&simulator, host::quiet()).unwrap();
        for &(row, column) in &stream.order {
            let beat = Beat {
                data: vec![weight(&second, row, column)],
                last: false,
            };
            driver.send(&stream.prefix, beat).unwrap();
        }
        let cycles = stream.order.len() as u64 + 8;
        driver.run(&mut simulator, cycles, |_| Ok(())).unwrap();
        assert_eq!(driver.pending(&stream.prefix), 0);

        let start = sample::values(&mut Random::new(5), &second, VectorId(0));
        let (load, unload) = (&scheduled.interface.load, &scheduled.interface.unload);
        for data in load.pack(&[&start]) {
            driver
                .send(&load.prefix, Beat { data, last: false })
                .unwrap();
        }
        let ended =
            driver.run_until_received(&mut simulator, &unload.prefix, unload.beats, 9_000, |_| {
                Ok(())
            });
        assert!(ended.unwrap());
        let beats = driver
            .received(&unload.prefix)
            .iter()
            .map(|r| r.beat.data.clone());
        let beats: Vec<Vec<i64>> = beats.collect();
        let mut executor = Executor::new(&second).unwrap();
        executor.load(VectorId(0), &start).unwrap();
        executor.start().unwrap();
        executor.run().unwrap();
        let state = unload.unpack(&beats).swap_remove(0);
        assert_eq!(state[..units], *executor.values(VectorId(0)), "{order:?}");
    }
}
