//! The byte front of a board gives what the design itself gives.

use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::{Beat, StreamDriver, StreamOptions};
use hw_sim::{SimulationError, Simulator};
use lockstep::{host, sample};
use program::{Boundary, Order, Program, Rounding, Storage, VectorId};
use schedule::{Form, Hardware, Scheduled};

/// The bytes of beats, as a host sends them.
fn bytes_of(beats: &[Vec<i64>], width: u32, bytes: u32) -> Vec<i64> {
    let mut out = vec![];
    for beat in beats {
        let bit = |at: u32| {
            beat.get((at / width) as usize)
                .map_or(0, |v| v >> (at % width) & 1)
        };
        for byte in 0..bytes {
            out.push((0..8).map(|k| bit(byte * 8 + k) << k).sum());
        }
    }
    out
}

/// Sends bytes, waits for an answer of so many bytes.
fn exchange(
    scheduled: &Scheduled,
    sent: &[i64],
    answer: usize,
) -> Result<Vec<i64>, SimulationError> {
    let design = hopwire::board::behind_bytes(scheduled).expect("a byte front");
    hw_ir::check(&design).expect("a valid design");
    let mut simulator = Simulator::new(&design)?;
    let mut driver = StreamDriver::new(&simulator, StreamOptions::default())?;
    for &byte in sent {
        driver.send(
            "s_axis",
            Beat {
                data: vec![byte],
                last: false,
            },
        )?;
    }
    let done =
        driver.run_until_received(&mut simulator, "m_axis", answer, 1_000_000, |_| Ok(()))?;
    assert!(
        done,
        "no answer after {} bytes",
        driver.received("m_axis").len()
    );
    driver.run(&mut simulator, 50, |_| Ok(()))?;
    assert_eq!(
        driver.received("m_axis").len(),
        answer,
        "more than the answer"
    );
    let lights = simulator.output("lights_o")?;
    let lights = simulator.value(&lights)?;
    assert_eq!(lights >> 2 & 3, 0, "neither at work nor faulty");
    let status_byte = driver
        .received("m_axis")
        .iter()
        .rev()
        .nth(2)
        .map(|beat| beat.beat.data[0]);
    assert_eq!(Some(lights & 3), status_byte);
    Ok(driver
        .received("m_axis")
        .iter()
        .flat_map(|beat| beat.beat.data.clone())
        .collect())
}

fn compare(program: &Program, hardware: Hardware, random: &mut Random) {
    let scheduled = schedule::schedule(program, &hardware).expect("scheduled");
    let values: Vec<(VectorId, Vec<i64>)> = host::loaded(program)
        .map(|id| (id, sample::values(random, program, id)))
        .collect();
    let run = host::run(&scheduled, &values, host::quiet(), 1_000_000)
        .expect("simulated")
        .expect("an end");

    let load = &scheduled.interface.load;
    let fields: Vec<&[i64]> = load
        .fields
        .iter()
        .map(|(id, _)| {
            let found = values.iter().find(|(of, _)| of == id);
            found.map_or(&[][..], |(_, values)| values.as_slice())
        })
        .collect();
    let width = load.element_bits();
    let mut sent = vec![];
    if scheduled.interface.weights.is_some() {
        sent.push(hopwire::board::STATE_TRANSFER);
    }
    sent.extend(bytes_of(
        &load.pack(&fields),
        width,
        load.bits().div_ceil(8),
    ));
    let unload = &scheduled.interface.unload;
    let beat_bytes = unload.bits().div_ceil(8) as usize;
    let answer = exchange(&scheduled, &sent, unload.beats * beat_bytes + 3).expect("simulated");

    let (beats, trailer) = answer.split_at(unload.beats * beat_bytes);
    let element = unload.element_bits();
    let beats: Vec<Vec<i64>> = beats
        .chunks(beat_bytes)
        .map(|bytes| {
            let bit = |at: u32| bytes[(at / 8) as usize] >> (at % 8) & 1;
            let element = |e: u32| (0..element).map(|k| bit(e * element + k) << k).sum();
            (0..unload.elements as u32).map(element).collect()
        })
        .collect();
    let mut state = unload.unpack(&beats).swap_remove(0);
    state.truncate(run.state.len());
    assert_eq!(state, run.state);
    let steps = run
        .steps
        .or(scheduled.timing.fixed_steps.map(|steps| steps as i64));
    let status = if run.steps.is_none() && run.status == 0 {
        3
    } else {
        run.status
    };
    assert_eq!(trailer[0], status);
    assert_eq!(
        Some(trailer[1] + 256 * trailer[2]),
        steps.map(|steps| steps.min(0xffff))
    );
}

#[test]
fn units_behind_bytes() {
    let mut random = Random::new(5);
    for (units, lanes, taps, storage, max_steps) in [
        (12, 4, 1, Storage::Rom, 40),
        (8, 8, 8, Storage::Rom, 70_000),
        (20, 3, 2, Storage::Ram, 40),
    ] {
        let program = sample::units(
            &mut random,
            &sample::Units {
                units,
                sparse: None,
                weights: "s4f0".parse().expect("a format"),
                bias: false,
                order: Order::Synchronous,
                storage,
                max_steps,
                on_period_two: true,
            },
        );
        compare(
            &program,
            Hardware {
                lanes,
                taps,
                form: Form::Frame,
            },
            &mut random,
        );
    }
}

#[test]
fn grids_behind_bytes() {
    let mut random = Random::new(6);
    for (state, form, lanes) in [
        ("s2f0", Form::Streaming { iterations: 3 }, 2),
        ("s5f2", Form::Frame, 1),
        ("s8f5", Form::Frame, 2),
        ("b1", Form::Frame, 4),
    ] {
        let program = sample::cells(
            &mut random,
            &sample::Cells {
                rows: 5,
                columns: 12,
                radius: 1,
                state: state.parse().expect("a format"),
                rounding: Rounding::HalfEven,
                euler: false,
                input: state != "b1",
                boundary: Boundary::ZeroFlux,
                max_steps: 4,
                when_stable: true,
            },
        );
        compare(
            &program,
            Hardware {
                lanes,
                taps: 1,
                form,
            },
            &mut random,
        );
    }
}

#[test]
fn the_board_top_is_clean_and_the_byte_front_equals_its_verilog() {
    let tools = cosim::Tools::new();
    let needed = [
        cosim::Tool::Verilator,
        cosim::Tool::Iverilog,
        cosim::Tool::Vvp,
        cosim::Tool::Yosys,
    ];
    if !tools.have(&needed) {
        assert!(
            std::env::var_os("HOPWIRE_REQUIRE_TOOLS").is_none(),
            "tools are missing"
        );
        eprintln!("skipped: Verilator, Icarus and Yosys are not installed");
        return;
    }
    let mut random = Random::new(7);
    let units = sample::Units {
        units: 12,
        sparse: None,
        weights: "s4f0".parse().expect("a format"),
        bias: false,
        order: Order::Synchronous,
        storage: Storage::Ram,
        max_steps: 40,
        on_period_two: true,
    };
    let program = sample::units(&mut random, &units);
    let hardware = Hardware {
        lanes: 3,
        taps: 2,
        form: Form::Frame,
    };
    let scheduled = schedule::schedule(&program, &hardware).expect("scheduled");
    let design = hopwire::board::behind_bytes(&scheduled).expect("a byte front");
    let options = StreamOptions {
        random_data: true,
        reset_per_mille: 2,
        ..StreamOptions::default()
    };
    let bench = cosim::Bench::record(&design, options, &[], 2000).expect("recorded");
    let mut files = codegen::emit(
        &design,
        &codegen::EmitOptions {
            extra: cosim::verify::bench_files(&design, &bench),
            ..Default::default()
        },
    )
    .expect("emitted");
    let folder = tempfile::tempdir().expect("a folder");
    let icarus = cosim::VerifyOptions {
        icarus_cycles: 2000,
        verilator: false,
        lint: true,
    };
    let report =
        cosim::verify::verify_files(&tools, &design, &files, &bench, folder.path(), icarus)
            .expect("verified");
    assert!(report.holds(), "{report:?}");

    files.extend(hopwire::board::wrapper::files(&design.name).expect("a board"));
    cosim::verify::write_files(folder.path(), &files).expect("written");
    let sources = hopwire::emission::sources(&files, &["rtl/", "board/"]);
    let lint = cosim::lint::lint(
        &tools,
        folder.path(),
        hopwire::board::wrapper::TOP,
        &sources,
    );
    assert_eq!(lint.expect("linted").complaints, Vec::<String>::new());
}
