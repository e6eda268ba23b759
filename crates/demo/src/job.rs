//! One design through the tools: emitted, linted, compared in every cycle, synthesised.

use std::fs;
use std::path::Path;

use codegen::legal;
use cosim::simulators::Emitted;
use cosim::synth::{Counts, Family, count, place_and_route_ecp5};
use cosim::{Bench, Tools, VerifyOptions, verify};
use hw_ir::Design;
use serde_json::{Value, json};

use crate::Failure;
use crate::terminal::spinner;

/// What is done with a design.
pub struct Job<'a> {
    /// The design.
    pub design: &'a Design,
    /// The recorded run that Verilator replays whole.
    pub bench: &'a Bench,
    /// Cycles of it that Icarus replays.
    pub icarus_cycles: u64,
    /// Whether the netlist is placed and routed for a clock figure.
    pub route: bool,
}

impl Job<'_> {
    /// Does the job in a folder, or takes the result of the same design and stimulus from there.
    ///
    /// # Errors
    /// When a tool is missing or fails.
    pub fn run(&self, tools: &Tools, folder: &Path) -> Result<Value, Failure> {
        let path = folder.join("result.json");
        let identity = self.identity();
        let before = fs::read_to_string(&path).ok().and_then(|text| {
            let value: Value = serde_json::from_str(&text).ok()?;
            (value["identity"] == identity.as_str()).then_some(value)
        });
        if let Some(result) = before {
            println!("  (the same design and run as before: results reused)");
            return Ok(result);
        }
        let bar = spinner("lint, Verilator and Icarus");
        let options = VerifyOptions {
            lint: true,
            verilator: true,
            icarus_cycles: self.icarus_cycles,
        };
        let report = verify(tools, self.design, self.bench, folder, options)?;
        bar.finish_and_clear();
        let bar = spinner("Yosys for ECP5");
        let counts = self.synthesise(tools, folder, &bar)?;
        bar.finish_and_clear();
        let result = json!({
            "schema": "hopwire.demo/1",
            "identity": identity,
            "verify": report,
            "holds": report.holds(),
            "synth": counts.0,
            "fmax_mhz": counts.1,
        });
        fs::write(path, serde_json::to_string_pretty(&result)? + "\n")?;
        Ok(result)
    }

    /// Design and run, so that a changed stimulus is run again too.
    fn identity(&self) -> String {
        let last = self.bench.signatures.last().copied().unwrap_or(0);
        let emitter = env!("CARGO_PKG_VERSION");
        format!(
            "{}-{last:016x}-{}-{emitter}",
            hw_ir::json::hash(self.design),
            self.bench.cycles
        )
    }

    fn synthesise(
        &self,
        tools: &Tools,
        folder: &Path,
        bar: &indicatif::ProgressBar,
    ) -> Result<(Counts, Option<f64>), Failure> {
        let top = legal(&self.design.top().name);
        let sources: Vec<String> = self
            .design
            .modules
            .iter()
            .map(|m| format!("rtl/{}.v", legal(&m.name)))
            .collect();
        let emitted = Emitted {
            folder,
            top: &top,
            sources: &sources,
        };
        let counts = count(tools, &emitted, Family::Ecp5)?;
        if !self.route {
            return Ok((counts, None));
        }
        bar.set_message("nextpnr for LFE5U-85F");
        let device = ["--85k", "--package", "CABGA381"].map(String::from);
        let clock = place_and_route_ecp5(tools, folder, &top, &device)?;
        Ok((counts, clock))
    }
}

/// Prints what a job found.
pub fn print(result: &Value) {
    let lint = result["verify"]["lint_warnings"].as_u64().unwrap_or(0);
    println!("  lint        Verilator -Wall, Icarus -Wall, Yosys check: {lint} warnings");
    for simulator in result["verify"]["simulators"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let number = |key: &str| simulator[key].as_u64().unwrap_or(0);
        let name = simulator["name"].as_str().unwrap_or_default();
        println!(
            "  {name:<11} {} cycles, {} registers, {} values compared: {} mismatches",
            number("cycles"),
            number("registers"),
            number("values_compared"),
            number("mismatches"),
        );
        if let Some(net) = simulator["first"]["net"].as_str() {
            println!(
                "              first at cycle {}: {net}",
                simulator["first"]["cycle"]
            );
        }
    }
    let synth = &result["synth"];
    println!(
        "  ECP5        {} LUT4, {} carry cells, {} flip-flops, {} block RAM, {} multipliers",
        synth["lut"], synth["carry"], synth["ff"], synth["bram"], synth["dsp"]
    );
    if let Some(clock) = result["fmax_mhz"].as_f64() {
        println!("  clock       {clock:.1} MHz by nextpnr on an LFE5U-85F");
    }
}
