use ::program::{Boundary, Order, Rounding, Storage, VectorId};
use hw_sim::stimulus::random::Random;
use lockstep::{host, sample};
use schedule::{Form, Hardware};
fn main() {
    let mut r = Random::new(3);
    let mut designs = vec![];
    for (order, lanes, taps, sparse) in [
        (Order::Synchronous, 4, 1, None),
        (Order::Permuted { seed: 5 }, 1, 4, None),
        (Order::Synchronous, 5, 3, Some(4)),
        (Order::Synchronous, 12, 12, None),
    ] {
        let p = sample::units(
            &mut r,
            &sample::Units {
                units: 12,
                sparse,
                weights: "s4f0".parse().unwrap(),
                bias: true,
                order,
                storage: Storage::Ram,
                max_steps: 6,
                on_period_two: true,
            },
        );
        designs.push(
            schedule::schedule(
                &p,
                &Hardware {
                    lanes,
                    taps,
                    form: Form::Frame,
                },
            )
            .unwrap()
            .design,
        );
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
        (true, true, "s5f2", Boundary::ZeroFlux, 2, Form::Frame, 2),
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
        designs.push(
            schedule::schedule(
                &p,
                &Hardware {
                    lanes,
                    taps: 1,
                    form,
                },
            )
            .unwrap()
            .design,
        );
    }
    for (i, d) in designs.iter().enumerate() {
        let files = codegen::emit(d, &codegen::EmitOptions::default()).unwrap();
        for (path, bytes) in files {
            let p = std::path::PathBuf::from(format!("/tmp/emit/{i}")).join(path);
            std::fs::create_dir_all(p.parent().unwrap()).unwrap();
            std::fs::write(p, bytes).unwrap();
        }
    }
    let _ = (host::quiet(), VectorId(0));
}
