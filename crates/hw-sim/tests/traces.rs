//! Trace files.

mod support;

use std::path::Path;

use hw_ir::{Connection, Design, ModuleBuilder, ModuleId, Type};
use hw_sim::{Simulator, TraceFormat, Tracer};
use support::design;

/// Two counters of which each has a step of its own.
fn counters() -> Design {
    let ty = Type::unsigned(4);
    let mut lane = ModuleBuilder::new("lane", "Counts.");
    let step = lane.input("step_i", ty);
    let count = lane.register("count_q", ty, 0);
    let next = lane.add("count_d", count.net, step);
    lane.drive(count, next, None);
    lane.output("count_o", count.net);
    let lane = lane.finish();
    let mut m = ModuleBuilder::new("counters", "Two counters.");
    let steps = m.input("steps", ty.times(2));
    let counts = m.instances(
        "lane",
        ModuleId(0),
        &lane,
        2,
        vec![Connection::Split(steps)],
    );
    m.output("counts", counts[0]);
    design(vec![lane, m.finish()], vec![])
}

fn write(path: &Path) -> String {
    let design = counters();
    let mut simulator = Simulator::new(&design).unwrap();
    simulator.set_input_by_name("steps", &[1, 6]).unwrap();
    let format = TraceFormat::of(path);
    let select = |path: &str| path.ends_with("_q") || path == "steps";
    let hash = hw_ir::json::hash(&design);
    let mut tracer = Tracer::create(path, format, &simulator, &hash, 1..4, select).unwrap();
    for cycle in 0..6 {
        simulator.set_reset(cycle > 1);
        tracer.record(&mut simulator).unwrap();
        simulator.tick().unwrap();
    }
    tracer.finish().unwrap();
    hash
}

#[test]
fn a_vcd_shows_the_window() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run.vcd");
    let hash = write(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(text.replace(&hash, "HASH"));
}

#[test]
fn an_fst_tells_the_design_and_is_the_same_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let [first, second] = ["a.fst", "b.fst"].map(|name| directory.path().join(name));
    let hash = write(&first);
    write(&second);
    let bytes = std::fs::read(&first).unwrap();
    assert_eq!(bytes, std::fs::read(&second).unwrap());
    assert!(
        bytes
            .windows(hash.len())
            .any(|window| window == hash.as_bytes())
    );
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    let simulator = Simulator::new(&counters()).unwrap();
    let path = Path::new("/nowhere/at/all/run.vcd");
    for format in [TraceFormat::Vcd, TraceFormat::Fst] {
        let error = Tracer::create(path, format, &simulator, "", 0..1, |_| true).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("HW0807: the trace `/nowhere/at/all/run.vcd`")
        );
    }
}
