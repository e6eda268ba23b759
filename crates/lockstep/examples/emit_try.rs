use hw_sim::stimulus::random::Random;
use lockstep::sample;
use ::program::{Order, Storage, Format, Program};
use schedule::{Form, Hardware};
fn tight(mut p: Program) -> Program {
    // accumulator as wide as the worst case
    let f: Format = "s14f0".parse().unwrap();
    let g = &mut p.stages[0].gathers[0];
    g.accumulator = f;
    for n in &mut p.stages[0].apply.nodes { if n.name == "field" || n.name == "zero" { n.format = f; } }
    p
}
fn main() {
    let mut r = Random::new(3);
    for (i, (n, lanes, taps, order)) in [(64, 64, 1, Order::Synchronous), (64, 16, 4, Order::Sequential), (64,64,64,Order::Synchronous), (1024, 64, 1, Order::Synchronous)].into_iter().enumerate() {
        let p = sample::units(&mut r, &sample::Units { units: n, sparse: None, weights: "s8f0".parse().unwrap(), bias: false, order, storage: Storage::Rom, max_steps: 100, on_period_two: order == Order::Synchronous });
        let p = if n == 64 { tight(p) } else { p };
        let t = std::time::Instant::now();
        let s = schedule::schedule(&p, &Hardware { lanes, taps, form: Form::Frame }).unwrap();
        let files = codegen::emit(&s.design, &codegen::EmitOptions::default()).unwrap();
        println!("{i} {:?} {:?} {}", s.timing, t.elapsed(), files.values().map(Vec::len).sum::<usize>());
        for (path, bytes) in files {
            let p = std::path::PathBuf::from(format!("/tmp/emit/{i}")).join(path);
            std::fs::create_dir_all(p.parent().unwrap()).unwrap();
            std::fs::write(p, bytes).unwrap();
        }
    }
}
