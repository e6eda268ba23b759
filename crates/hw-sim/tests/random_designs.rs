//! Random designs against the naive evaluator, in every net of every instance in every cycle.

mod support;

use hw_ir::{Design, ModuleId, NetId, probe};
use hw_sim::Simulator;
use proptest::prelude::*;
use support::naive::Naive;
use support::{Random, generate};

/// Compares all nets of a scope and of the scopes below it.
fn compare(
    design: &Design,
    naive: &Naive<'_>,
    simulator: &mut Simulator,
    id: ModuleId,
    path: &mut Vec<(usize, String)>,
) {
    let module = design.module(id);
    let places: Vec<usize> = path.iter().map(|(place, _)| *place).collect();
    let nodes = naive.instances(&places);
    let prefix: String = path.iter().map(|(_, name)| format!("{name}.")).collect();
    for (place, net) in module.nets.iter().enumerate() {
        let name = format!("{prefix}{}", net.name);
        let handle = simulator.net(&name).unwrap();
        let expected: Vec<i64> = nodes
            .iter()
            .flat_map(|&node| naive.value(node, NetId(place as u32)))
            .collect();
        assert_eq!(
            simulator.read(&handle).unwrap(),
            expected,
            "{name}: {:?}",
            net.source
        );
    }
    for (place, instance) in module.instances.iter().enumerate() {
        path.push((place, instance.name.clone()));
        compare(design, naive, simulator, instance.module, path);
        path.pop();
    }
}

/// The probe bus from the naive values, bit by bit.
fn naive_probe(design: &Design, naive: &Naive<'_>, rst_n: bool) -> Vec<u64> {
    let layout = probe::layout(design);
    let mut chunks = vec![0u64; layout.chunks() as usize];
    let mut bit = 0;
    let mut put = |pattern: u64, width: u32| {
        for at in 0..width {
            chunks[bit / 64] |= ((pattern >> at) & 1) << (bit % 64);
            bit += 1;
        }
    };
    for item in &layout.items {
        let Some(net) = item.net else {
            put(u64::from(rst_n), 1);
            continue;
        };
        let mut id = ModuleId(design.modules.len() as u32 - 1);
        let mut places = vec![];
        for segment in &item.segments {
            let instances = &design.module(id).instances;
            let place = instances
                .iter()
                .position(|i| i.name == segment.name)
                .unwrap();
            id = instances[place].module;
            places.push(place);
        }
        for node in naive.instances(&places) {
            for value in naive.value(node, net) {
                put(item.ty.pattern(value), item.ty.width);
            }
        }
    }
    chunks
}

fn run(seed: u64, levels: usize, ops: usize, limit: u32) {
    let mut random = Random(seed);
    let design = generate::random_design(&mut random, levels, ops, limit);
    let mut simulator = Simulator::new(&design).unwrap_or_else(|error| panic!("{error}"));
    let mut naive = Naive::new(&design);
    let top = design.top();
    // Without the reads, which evaluate everything: only what an edge needs.
    let mut quiet = simulator.clone();
    for cycle in 0..16 {
        let rst_n = cycle > 0 && !random.one_in(10);
        simulator.set_reset(rst_n);
        quiet.set_reset(rst_n);
        for (place, port) in top.inputs.iter().enumerate() {
            // Held inputs leave something to skip.
            if random.one_in(2) {
                continue;
            }
            let values = generate::values(&mut random, top.ty(port.net));
            for simulator in [&mut simulator, &mut quiet] {
                simulator.set_input_by_name(&port.name, &values).unwrap();
            }
            naive.inputs[place] = values;
        }
        naive.forget();
        compare(
            &design,
            &naive,
            &mut simulator,
            ModuleId(design.modules.len() as u32 - 1),
            &mut vec![],
        );
        let probe = naive_probe(&design, &naive, rst_n);
        assert_eq!(simulator.probe().unwrap(), probe);
        assert_eq!(quiet.probe().unwrap(), probe);
        let folded = probe
            .iter()
            .fold(7, |signature, &chunk| probe::fold(signature, chunk));
        assert_eq!(quiet.fold_signature(7).unwrap(), folded);
        simulator.tick().unwrap();
        quiet.tick().unwrap();
        naive.tick(rst_n);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn one_module(seed: u64, ops in 1usize..60) {
        run(seed, 1, ops, 31);
    }

    #[test]
    fn nested_arrays(seed: u64, levels in 2usize..4, ops in 1usize..25) {
        run(seed, levels, ops, 31);
    }

    #[test]
    fn wide_words(seed: u64, levels in 1usize..3, ops in 1usize..30) {
        run(seed, levels, ops, 64);
    }
}
