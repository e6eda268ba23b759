//! The testbench: replays a stimulus and folds every register and port of every cycle.

use hw_ir::probe::{
    CHUNK_BITS, ProbeItem, ProbeSource, SIGNATURE_FACTOR, SIGNATURE_ROTATION, SIGNATURE_START,
    layout,
};
use hw_ir::{Design, Module};
use serde::Serialize;

use crate::columns::{bit_range, comma_separated};
use crate::module::{Implied, top_id};
use crate::names::{DesignNames, ModuleNames};

/// Everything that the layouts around a testbench print.
#[derive(Debug, Serialize)]
pub struct TestbenchView {
    name: String,
    hash: String,
    probe_bits: u64,
    probe_high: u64,
    chunk_high: u64,
    input_high: u64,
    signature_start: String,
    signature_factor: String,
    rotate_split: u32,
    rotate_rest: u32,
    outputs: Vec<String>,
    pins: Vec<String>,
    captures: Vec<String>,
    arrays: Vec<String>,
}

/// What the testbench needs to know of a design.
pub struct Testbench<'a> {
    /// The design.
    pub design: &'a Design,
    /// Its hash.
    pub hash: &'a str,
    /// Its names.
    pub names: &'a DesignNames,
    /// Implied ports, a module each.
    pub implied: &'a [Implied],
}

impl Testbench<'_> {
    /// The view of the testbench.
    pub fn view(&self) -> TestbenchView {
        let layout = layout(self.design);
        let top = self.design.top();
        let bits: u64 = top.inputs.iter().map(|port| top.ty(port.net).bits()).sum();
        let chunks = layout.chunks();
        let probe = self.probe(&layout.items, layout.bits, chunks * CHUNK_BITS);
        TestbenchView {
            name: self.names.top().to_owned(),
            hash: self.hash.to_owned(),
            probe_bits: layout.bits,
            probe_high: chunks * CHUNK_BITS - 1,
            chunk_high: chunks - 1,
            input_high: bits.max(1) - 1,
            signature_start: format!("64'h{SIGNATURE_START:016x}"),
            signature_factor: format!("64'h{SIGNATURE_FACTOR:016x}"),
            rotate_split: 63 - SIGNATURE_ROTATION,
            rotate_rest: 64 - SIGNATURE_ROTATION,
            outputs: self.outputs(top),
            pins: self.pins(top),
            captures: probe.captures,
            arrays: probe.arrays,
        }
    }

    fn outputs(&self, top: &Module) -> Vec<String> {
        let ports = top.outputs.iter().enumerate();
        let bits = ports.map(|(place, port)| (place, bit_range(top.ty(port.net).bits())));
        bits.map(|(place, bits)| format!("wire {bits}{}_w;", self.output(place)))
            .collect()
    }

    fn top_names(&self) -> Option<&ModuleNames> {
        self.names.inside(top_id(self.design))
    }

    fn output(&self, place: usize) -> &str {
        self.top_names().map_or("", |names| names.output(place))
    }

    fn pins(&self, top: &Module) -> Vec<String> {
        let mut pins = vec![];
        let implied = self.implied.last().copied().unwrap_or_default();
        if implied.clock {
            pins.push(".clk (clk)".to_owned());
        }
        if implied.reset {
            pins.push(".rst_n (rst_n_q)".to_owned());
        }
        let names = self.top_names();
        let mut low = 0;
        for port in &top.inputs {
            let bits = top.ty(port.net).bits();
            let name = names.map_or("", |names| names.net(port.net));
            pins.push(format!(".{name} (inputs_q{})", select(low, bits)));
            low += bits;
        }
        for place in 0..top.outputs.len() {
            let name = self.output(place);
            pins.push(format!(".{name} ({name}_w)"));
        }
        comma_separated(pins)
    }

    /// The probe bus, item by item, and zeros above it.
    fn probe(&self, items: &[ProbeItem], bits: u64, padded: u64) -> Probe {
        let mut probe = Probe::default();
        let mut input = 0;
        for (place, item) in items.iter().enumerate() {
            let (low, bits) = (item.bit_offset, item.bits());
            match item.source {
                ProbeSource::Reset => probe.capture(low, bits, "rst_n_q"),
                ProbeSource::Input(_) => {
                    probe.capture(low, bits, &format!("inputs_q{}", select(input, bits)));
                    input += bits;
                }
                ProbeSource::Output(place) => {
                    probe.capture(low, bits, &format!("{}_w", self.output(place as usize)));
                }
                ProbeSource::Register(_) => self.register(place, item, &mut probe),
            }
        }
        if padded > bits {
            let more = padded - bits;
            probe.capture(bits, more, &format!("{{{more}{{1'b0}}}}"));
        }
        probe
    }

    /// A register in all of its instances: loops where it stands in arrays.
    fn register(&self, place: usize, item: &ProbeItem, probe: &mut Probe) {
        let mut path = "dut".to_owned();
        let mut loops = vec![];
        let mut index = String::new();
        let mut module = self.design.top();
        let mut names = self.top_names();
        for (depth, segment) in item.segments.iter().enumerate() {
            let mut instances = module.instances.iter().enumerate();
            let instance = instances.find(|(_, instance)| instance.name == segment.name);
            let Some(((instance, of), names_here)) = instance.zip(names) else {
                return;
            };
            let name = names_here.instance(instance);
            if segment.count > 1 {
                let k = format!("p{place}_{depth}");
                path.push_str(&format!(".gen_{name}[{k}]"));
                index = if index.is_empty() {
                    k.clone()
                } else {
                    format!("({index}) * {} + {k}", segment.count)
                };
                loops.push((k, segment.count));
            }
            path.push_str(&format!(".u_{name}"));
            module = self.design.module(of.module);
            names = self.names.inside(of.module);
        }
        let register = item
            .net
            .zip(names)
            .map_or("", |(net, names)| names.net(net));
        let (low, bits) = (item.bit_offset, item.ty.bits());
        let value = format!("{path}.{register}");
        if loops.is_empty() {
            probe.capture(low, bits, &value);
        } else {
            let to = format!("{low} + ({index}) * {bits} +: {bits}");
            probe.capture_in_loops(&loops, &format!("probe[{to}] = {value};"));
        }
    }
}

/// Statements that take the probe bus, all at the falling edge of the clock.
#[derive(Debug, Default)]
struct Probe {
    /// Statements of one block.
    captures: Vec<String>,
    /// Generate loops, each with a block of its own.
    arrays: Vec<String>,
}

impl Probe {
    fn capture(&mut self, low: u64, bits: u64, value: &str) {
        let to = select(low, bits);
        self.captures.push(format!("probe{to} = {value};"));
    }

    fn capture_in_loops(&mut self, loops: &[(String, u32)], statement: &str) {
        let lines = &mut self.arrays;
        lines.extend(loops.iter().map(|(k, _)| format!("genvar {k};")));
        lines.push("generate".into());
        for (depth, (k, count)) in loops.iter().enumerate() {
            let indent = "  ".repeat(depth + 1);
            lines.push(format!(
                "{indent}for ({k} = 0; {k} < {count}; {k} = {k} + 1) begin : gen_{k}"
            ));
        }
        let indent = "  ".repeat(loops.len() + 1);
        lines.push(format!("{indent}always @(negedge clk) {statement}"));
        for depth in (0..loops.len()).rev() {
            lines.push(format!("{}end", "  ".repeat(depth + 1)));
        }
        lines.push("endgenerate".into());
    }
}

fn select(low: u64, bits: u64) -> String {
    if bits == 1 {
        format!("[{low}]")
    } else {
        format!("[{}:{low}]", low + bits - 1)
    }
}
