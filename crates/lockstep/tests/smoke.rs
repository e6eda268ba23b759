use ::program::{Boundary, Order, Rounding, Storage, VectorId};
use hw_sim::stimulus::random::Random;
use lockstep::{host, sample};
use schedule::{Form, Hardware};

#[test]
fn smoke() {
    let mut r = Random::new(3);
    for (order, lanes, taps, sparse) in [
        (Order::Synchronous, 4, 1, None),
        (Order::Synchronous, 3, 2, None),
        (Order::Synchronous, 16, 16, None),
        (Order::Synchronous, 5, 3, Some(4)),
        (Order::Sequential, 1, 1, None),
        (Order::Sequential, 2, 3, None),
        (Order::Permuted { seed: 5 }, 1, 4, None),
        (Order::Block { size: 4 }, 2, 2, None),
        (Order::Block { size: 4 }, 4, 2, None),
    ] {
        let p = sample::units(
            &mut r,
            &sample::Units {
                units: 12,
                sparse,
                weights: "s4f0".parse().unwrap(),
                bias: true,
                order,
                storage: Storage::Rom,
                max_steps: 6,
                on_period_two: true,
            },
        );
        let s = schedule::schedule(
            &p,
            &Hardware {
                lanes,
                taps,
                form: Form::Frame,
            },
        )
        .unwrap();
        hw_ir::check(&s.design).unwrap();
        let v = sample::values(&mut r, &p, VectorId(0));
        let run = host::run(&s, &[(VectorId(0), v.clone())], host::quiet(), 10000)
            .unwrap()
            .unwrap();
        println!(
            "{order:?} {lanes}x{taps} {run:?} expect {}",
            s.timing.run(run.steps.unwrap() as u64)
        );
        assert_eq!(run.latency, s.timing.run(run.steps.unwrap() as u64));
    }
    for (input, euler, state, boundary, radius, form, lanes) in [
        (
            true,
            false,
            "s2f0",
            Boundary::Fixed(-1),
            1,
            Form::Streaming { iterations: 3 },
            1,
        ),
        (
            true,
            false,
            "s2f0",
            Boundary::ZeroFlux,
            2,
            Form::Streaming { iterations: 1 },
            2,
        ),
        (false, false, "b1", Boundary::ZeroFlux, 1, Form::Frame, 2),
        (true, true, "s5f2", Boundary::Fixed(-4), 1, Form::Frame, 1),
        (true, false, "s4f1", Boundary::Periodic, 2, Form::Frame, 1),
    ] {
        let p = sample::cells(
            &mut r,
            &sample::Cells {
                rows: 7,
                columns: 8,
                radius,
                state: state.parse().unwrap(),
                rounding: Rounding::HalfEven,
                euler,
                input,
                boundary,
                max_steps: 4,
                when_stable: true,
            },
        );
        let s = schedule::schedule(
            &p,
            &Hardware {
                lanes,
                taps: 1,
                form,
            },
        )
        .unwrap();
        hw_ir::check(&s.design).unwrap();
        let v: Vec<_> = host::loaded(&p)
            .map(|id| (id, sample::values(&mut r, &p, id)))
            .collect();
        let run = host::run(&s, &v, host::quiet(), 10000).unwrap().unwrap();
        println!("{form:?} {run:?} {:?}", s.timing);
    }
}
