//! Legal Verilog names.

use std::collections::{BTreeMap, HashSet};

use hw_ir::{Design, ImageId, Module, ModuleId, NetId, NetSource, Op};

/// Keywords of Verilog-2005 and SystemVerilog-2017, and names that tools keep for themselves.
const RESERVED: &str = "accept_on alias always always_comb always_ff always_latch and assert assign \
assume automatic before begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez \
cell chandle checker class clocking cmos config const constraint context continue cover covergroup \
coverpoint cross deassign default defparam design disable dist do edge else end endcase endchecker \
endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule endpackage \
endprimitive endprogram endproperty endspecify endsequence endtable endtask enum event eventually \
expect export extends extern final first_match for force foreach forever fork forkjoin function \
generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies \
import incdir include initial inout input inside instance int integer interconnect interface \
intersect join join_any join_none large let liblist library local localparam logic longint \
macromodule matches medium modport module nand negedge nettype new nexttime nmos nor \
noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive \
priority program property protected pull0 pull1 pulldown pullup pulsestyle_ondetect \
pulsestyle_onevent pure rand randc randcase randsequence rcmos real realtime ref reg reject_on \
release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually \
s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled signed small \
soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1 \
sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran \
tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until \
until_with untyped use uwire var vectored virtual void wait wait_order wand weak weak0 weak1 while \
wildcard wire with within wor xnor xor clk rst_n";

/// Whether a name may not be used for a net, an instance or a module, in any case.
pub fn is_reserved(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    RESERVED.split_ascii_whitespace().any(|word| word == lower)
}

/// A legal identifier for a name: other characters become `_`, and a reserved name or one that
/// does not begin with a letter gets `_` or `n_` put to it.
pub fn legal(name: &str) -> String {
    let mut legal: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if !legal.starts_with(|c: char| c.is_ascii_alphabetic()) {
        legal.insert_str(0, "n_");
    }
    if is_reserved(&legal) {
        legal.push('_');
    }
    legal
}

/// The names of everything in a design's text. Each is legal, and unique without regard to case
/// among the names of its place; the first to come keeps its name, later ones get a number.
pub struct DesignNames {
    modules: Vec<String>,
    images: Vec<String>,
    inside: Vec<ModuleNames>,
}

impl DesignNames {
    /// Names a design, the top module first, so that it keeps its name.
    pub fn new(design: &Design) -> DesignNames {
        let mut taken = Taken::default();
        let mut modules: Vec<String> = design
            .modules
            .iter()
            .rev()
            .map(|module| {
                // The testbench of the top has modules of its own.
                taken.name(&module.name, &["", "_tb", "_icarus"])
            })
            .collect();
        modules.reverse();
        let mut taken = Taken::default();
        let images = design
            .images
            .iter()
            .map(|image| taken.name(&image.name, &[""]));
        DesignNames {
            modules,
            images: images.collect(),
            inside: design.modules.iter().map(ModuleNames::new).collect(),
        }
    }

    /// A module's name.
    pub fn module(&self, module: ModuleId) -> &str {
        self.modules
            .get(module.0 as usize)
            .map_or("", String::as_str)
    }

    /// The name of the top module.
    pub fn top(&self) -> &str {
        self.modules.last().map_or("", String::as_str)
    }

    /// Where a module's text stands.
    pub fn source_path(&self, module: ModuleId) -> String {
        format!("rtl/{}.v", self.module(module))
    }

    /// Where a memory file stands.
    pub fn image_path(&self, image: ImageId) -> String {
        format!(
            "rtl/{}.hex",
            self.images.get(image.0 as usize).map_or("", String::as_str)
        )
    }

    /// The names inside a module.
    pub fn inside(&self, module: ModuleId) -> Option<&ModuleNames> {
        self.inside.get(module.0 as usize)
    }
}

/// The names of a module's ports, nets, memories and instances in its text.
pub struct ModuleNames {
    nets: BTreeMap<NetId, String>,
    outputs: Vec<String>,
    memories: Vec<String>,
    instances: Vec<String>,
}

impl ModuleNames {
    fn new(module: &Module) -> ModuleNames {
        let mut taken = Taken::default();
        let mut nets = BTreeMap::new();
        for port in &module.inputs {
            let name = taken.name(&port.name, &[""]);
            nets.insert(port.net, name);
        }
        let outputs: Vec<String> = module
            .outputs
            .iter()
            .map(|port| taken.name(&port.name, &[""]))
            .collect();
        for (net, place) in module.nets.iter().zip(0..) {
            // The position of a chunk is a wire of its own, named after the net.
            let derived: &[&str] = match net.source {
                NetSource::Op(Op::Select { .. } | Op::Insert { .. }) => &["", "_offset", "_spread"],
                NetSource::Op(_)
                | NetSource::Input
                | NetSource::Register(_)
                | NetSource::Read(..)
                | NetSource::Instance(..) => &[""],
            };
            nets.entry(NetId(place))
                .or_insert_with(|| taken.name(&net.name, derived));
        }
        let memories = module
            .memories
            .iter()
            .map(|m| taken.name(&m.name, &["", "_word", "_file"]));
        let memories = memories.collect();
        let instances = module.instances.iter().map(|i| taken.instance(&i.name));
        let instances = instances.collect();
        ModuleNames {
            nets,
            outputs,
            memories,
            instances,
        }
    }

    /// A net's name.
    pub fn net(&self, net: NetId) -> &str {
        self.nets.get(&net).map_or("", String::as_str)
    }

    /// The name of an output port.
    pub fn output(&self, output: usize) -> &str {
        self.outputs.get(output).map_or("", String::as_str)
    }

    /// A memory's name.
    pub fn memory(&self, memory: usize) -> &str {
        self.memories.get(memory).map_or("", String::as_str)
    }

    /// An instance's name, without its prefix.
    pub fn instance(&self, instance: usize) -> &str {
        self.instances.get(instance).map_or("", String::as_str)
    }
}

/// Names in use, in lower case.
#[derive(Default)]
struct Taken(HashSet<String>);

impl Taken {
    /// A legal name that is free together with all the names made of it by these endings.
    fn name(&mut self, name: &str, endings: &[&str]) -> String {
        self.find(name, |stem| {
            endings
                .iter()
                .map(|ending| format!("{stem}{ending}"))
                .collect()
        })
    }

    /// A name whose instance, generate block and loop variable are free.
    fn instance(&mut self, name: &str) -> String {
        self.find(name, |stem| {
            vec![
                format!("u_{stem}"),
                format!("gen_{stem}"),
                format!("{stem}_k"),
            ]
        })
    }

    fn find(&mut self, name: &str, derived: impl Fn(&str) -> Vec<String>) -> String {
        let stem = legal(name);
        let mut candidate = stem.clone();
        let mut number = 2;
        loop {
            let names = derived(&candidate.to_ascii_lowercase());
            if !names.iter().any(|name| self.0.contains(name)) {
                self.0.extend(names);
                return candidate;
            }
            candidate = format!("{stem}_{number}");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_of_both_languages_are_reserved_in_any_case() {
        for name in ["wire", "Logic", "BIT", "do", "final", "clk"] {
            assert!(is_reserved(name), "{name}");
            assert!(!is_reserved(&legal(name)), "{name}");
        }
    }

    #[test]
    fn every_text_becomes_an_identifier() {
        for name in [
            "",
            "9lives",
            "a/b",
            "näme",
            "$x",
            "_q",
            "a\nb",
            "\"quoted\"",
        ] {
            let legal = legal(name);
            assert!(
                legal.starts_with(|c: char| c.is_ascii_alphabetic()),
                "{legal}"
            );
            assert!(
                legal.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
                "{legal}"
            );
        }
    }

    #[test]
    fn names_made_of_others_are_kept_free() {
        let mut taken = Taken::default();
        assert_eq!(taken.name("u_lane", &[""]), "u_lane");
        assert_eq!(taken.instance("lane"), "lane_2");
        assert_eq!(taken.name("Part_Offset", &[""]), "Part_Offset");
        assert_eq!(taken.name("part", &["", "_offset"]), "part_2");
        assert_eq!(taken.name("a/b", &[""]), "a_b");
        assert_eq!(taken.name("A_B", &[""]), "A_B_2");
        assert_eq!(taken.name("table", &["", "_file"]), "table_");
    }
}
