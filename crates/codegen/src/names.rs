//! Legal Verilog names.

use std::collections::{BTreeMap, HashSet};

use hw_ir::{Module, NetId, NetSource, Op};

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

/// The names of a module's nets, memories and instances in its text.
pub struct ModuleNames {
    nets: Vec<String>,
    memories: Vec<String>,
    instances: Vec<String>,
}

impl ModuleNames {
    /// Names everything, ports first, so that ports keep their names; each name is legal and
    /// unique without regard to case.
    pub fn new(module: &Module) -> ModuleNames {
        let mut taken = HashSet::from(["clk".to_owned(), "rst_n".to_owned()]);
        let mut nets = BTreeMap::new();
        for port in &module.inputs {
            nets.insert(port.net, unique(&mut taken, &port.name, false));
        }
        for port in &module.outputs {
            taken.insert(legal(&port.name).to_ascii_lowercase());
        }
        for (place, net) in module.nets.iter().enumerate() {
            let id = NetId(place as u32);
            // The position of a chunk is a wire of its own, named after the net.
            let offset = matches!(
                net.source,
                NetSource::Op(Op::Select { .. } | Op::Insert { .. })
            );
            nets.entry(id)
                .or_insert_with(|| unique(&mut taken, &net.name, offset));
        }
        let memories = module
            .memories
            .iter()
            .map(|m| unique(&mut taken, &m.name, false));
        let memories = memories.collect();
        let instances = module
            .instances
            .iter()
            .map(|i| unique(&mut taken, &i.name, false));
        let instances = instances.collect();
        ModuleNames {
            nets: nets.into_values().collect(),
            memories,
            instances,
        }
    }

    /// A net's name.
    pub fn net(&self, net: NetId) -> &str {
        self.nets.get(net.0 as usize).map_or("", String::as_str)
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

fn unique(taken: &mut HashSet<String>, name: &str, offset: bool) -> String {
    let stem = legal(name);
    let mut candidate = stem.clone();
    let mut number = 2;
    loop {
        let lower = candidate.to_ascii_lowercase();
        let with_offset = format!("{lower}_offset");
        let clash = taken.contains(&lower) || (offset && taken.contains(&with_offset));
        let free = !clash;
        if free {
            taken.insert(lower);
            if offset {
                taken.insert(with_offset);
            }
            return candidate;
        }
        candidate = format!("{stem}_{number}");
        number += 1;
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
        for name in ["", "9lives", "a/b", "näme", "$x", "_q"] {
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
}
