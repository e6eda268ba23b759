//! Memories: their contents after power-up, their read and write ports.

use hw_ir::{Memory, Type, text::literal};

use super::ModuleText;
use crate::columns::range;

/// From how many bits on a memory asks for block memory; below, the tools choose.
const BLOCK_BITS: u64 = 1024;

/// So many words that are written may stand in the look-up tables of logic; the tools choose.
const SHALLOW_WORDS: u32 = 16;

impl ModuleText<'_> {
    pub(super) fn memories(&self) -> Vec<String> {
        let memories = self.module.memories.iter().enumerate();
        memories
            .flat_map(|(place, memory)| self.memory(place, memory))
            .collect()
    }

    fn memory(&self, place: usize, memory: &Memory) -> Vec<String> {
        let name = self.names.memory(place);
        let highest = memory.depth - 1;
        let mut lines = vec![];
        let shallow = memory.write.is_some() && memory.depth <= SHALLOW_WORDS;
        if memory.word.bits() * u64::from(memory.depth) >= BLOCK_BITS && !shallow {
            let kind = if memory.write.is_some() { "ram" } else { "rom" };
            lines.push(format!("(* {kind}_style = \"block\" *)"));
        }
        let word = range(memory.word);
        lines.push(format!("reg {word}{name} [0:{highest}];"));
        if memory.image.is_some() {
            let path = self.file_parameter(place);
            lines.push(format!("initial $readmemh({path}, {name});"));
        } else {
            lines.extend(zeros(name, memory));
        }
        lines.extend(self.memory_ports(name, memory));
        lines
    }

    fn memory_ports(&self, name: &str, memory: &Memory) -> Vec<String> {
        let mut lines = vec!["always @(posedge clk) begin".to_owned()];
        if let Some(write) = &memory.write {
            let (enable, address) = (self.name(write.enable), self.name(write.address));
            let data = self.name(write.data);
            lines.push(format!("  if ({enable}) {name}[{address}] <= {data};"));
        }
        for read in &memory.reads {
            let (data, address) = (self.name(read.data), self.name(read.address));
            let enable = read.enable.map(|enable| self.name(enable));
            let enable = enable.map_or(String::new(), |enable| format!("if ({enable}) "));
            lines.push(format!("  {enable}{data} <= {name}[{address}];"));
        }
        lines.push("end".into());
        lines
    }
}

/// A loop that fills a memory with zeros.
fn zeros(name: &str, memory: &Memory) -> Vec<String> {
    let (bits, highest) = (memory.word.bits(), memory.depth - 1);
    let zero = literal(Type::BIT, &[0]);
    let word = format!("{name}_word");
    vec![
        format!("integer {word};"),
        "initial begin".into(),
        format!("  for ({word} = 0; {word} <= {highest}; {word} = {word} + 1) begin"),
        format!("    {name}[{word}] = {{{bits}{{{zero}}}}};"),
        "  end".into(),
        "end".into(),
    ]
}
