//! The stream driver against a small design: two streams in, their sums out, through a register.

mod support;

use hw_ir::{Design, ModuleBuilder, Type};
use hw_sim::{Beat, SignatureRecorder, Simulator, StreamDriver, StreamOptions};
use support::design;

const BYTE: Type = Type::unsigned(8);

/// Takes a beat of each stream together, and offers the sum.
fn adder() -> Design {
    let mut m = ModuleBuilder::new("adder", "Adds two streams.");
    let s_valid = m.input("s_axis_tvalid", Type::BIT);
    let s_data = m.input("s_axis_tdata", BYTE);
    let w_valid = m.input("w_axis_tvalid", Type::BIT);
    let w_data = m.input("w_axis_tdata", BYTE);
    let taken = m.input("m_axis_tready", Type::BIT);
    let full = m.register("full_q", Type::BIT, 0);
    let empty = m.not("empty", full.net);
    let both = m.and("both", s_valid, w_valid);
    let accept = m.and("accept", both, empty);
    let sum = m.add("sum", s_data, w_data);
    let result = m.delay("sum_q", sum, Some(accept), 0);
    let left = m.not("left", taken);
    let kept = m.and("kept", full.net, left);
    let next = m.or("full_d", accept, kept);
    m.drive(full, next, None);
    m.output("s_axis_tready", accept);
    m.output("w_axis_tready", accept);
    m.output("m_axis_tvalid", full.net);
    m.output("m_axis_tdata", result);
    design(vec![m.finish()], vec![])
}

fn beat(value: i64) -> Beat {
    Beat {
        data: vec![value],
        last: true,
    }
}

#[test]
fn beats_pass_once_and_in_order_whatever_the_gaps() {
    for seed in 0..20 {
        let mut simulator = Simulator::new(&adder()).unwrap();
        let options = StreamOptions {
            seed,
            gap_per_mille: 400,
            stall_per_mille: 600,
            ..StreamOptions::default()
        };
        let mut driver = StreamDriver::new(&simulator, options).unwrap();
        for k in 0..30 {
            driver.send("s_axis", beat(k)).unwrap();
            driver.send("w_axis", beat(3 * k)).unwrap();
        }
        let done = driver.run_until_received(&mut simulator, "m_axis", 30, 5000, |_| Ok(()));
        assert!(done.unwrap());
        let sums: Vec<i64> = driver
            .received("m_axis")
            .iter()
            .map(|b| b.beat.data[0])
            .collect();
        assert_eq!(sums, (0..30).map(|k| 4 * k).collect::<Vec<_>>());
        assert_eq!((driver.sent("s_axis"), driver.pending("s_axis")), (30, 0));
    }
}

#[test]
fn the_payload_is_held_while_stalled() {
    let mut simulator = Simulator::new(&adder()).unwrap();
    let options = StreamOptions {
        seed: 5,
        random_data: true,
        reset_per_mille: 20,
        ..StreamOptions::default()
    };
    let mut driver = StreamDriver::new(&simulator, options).unwrap();
    let names = ["s_axis_tvalid", "s_axis_tdata", "accept"];
    let nets = names.map(|name| simulator.net(name).unwrap());
    let mut before: Option<i64> = None;
    let mut held = 0;
    let mut low_in_reset = 0;
    driver
        .run(&mut simulator, 2000, |simulator| {
            let [valid, data, ready] = nets.clone().map(|net| simulator.value(&net).unwrap());
            if !simulator.rst_n() {
                assert_eq!(valid, 0);
                low_in_reset += 1;
                before = None;
                return Ok(());
            }
            if let Some(payload) = before {
                assert_eq!((valid, data), (1, payload));
                held += 1;
            }
            before = (valid == 1 && ready == 0).then_some(data);
            Ok(())
        })
        .unwrap();
    assert!(held > 100 && low_in_reset > 10 && !driver.resets().is_empty());
}

#[test]
fn a_replay_gives_the_same_signature() {
    let design = adder();
    let mut simulator = Simulator::new(&design).unwrap();
    let options = StreamOptions {
        random_data: true,
        reset_per_mille: 10,
        ..StreamOptions::default()
    };
    let mut driver = StreamDriver::new(&simulator, options.clone()).unwrap();
    let mut recorder = SignatureRecorder::new(100);
    driver
        .run(&mut simulator, 1000, |simulator| recorder.record(simulator))
        .unwrap();
    let stimulus = driver.into_stimulus();
    assert_eq!(stimulus.cycles(), 1000);
    assert!(stimulus.runs().windows(2).all(|pair| pair[0] != pair[1]));
    let mut again = SignatureRecorder::new(100);
    let mut simulator = Simulator::new(&design).unwrap();
    stimulus
        .play(&mut simulator, |simulator| again.record(simulator))
        .unwrap();
    assert_eq!(recorder.finish(), again.finish());
    let mut driver = StreamDriver::new(&simulator, options).unwrap();
    driver
        .run(&mut Simulator::new(&design).unwrap(), 1000, |_| Ok(()))
        .unwrap();
    assert_eq!(driver.stimulus(), &stimulus);
}

#[test]
fn unknown_streams_and_wrong_data_are_refused() {
    let simulator = Simulator::new(&adder()).unwrap();
    let mut driver = StreamDriver::new(&simulator, StreamOptions::default()).unwrap();
    insta::assert_snapshot!(driver.send("x_axis", beat(1)).unwrap_err(), @"HW0805: the design has no input stream `x_axis`");
    insta::assert_snapshot!(driver.send("s_axis", beat(256)).unwrap_err(), @"HW0806: input `s_axis_tdata` takes 1 x 8 bits, unsigned, found 256");
    insta::assert_snapshot!(driver.set(&simulator, "mode", &[1]).unwrap_err(), @"HW0805: the design has no input `mode`");
}
