//! Value change dump.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use vcd::{IdCode, TimescaleUnit, Value};

use crate::trace::{VariableId, Writer};

/// Writes a VCD file.
pub(super) struct VcdWriter {
    writer: vcd::Writer<BufWriter<File>>,
}

fn text(error: std::io::Error) -> String {
    error.to_string()
}

impl VcdWriter {
    pub fn create(path: &Path, header: &str) -> Result<VcdWriter, String> {
        let file = File::create(path).map_err(text)?;
        let mut writer = vcd::Writer::new(BufWriter::new(file));
        writer.comment(header).map_err(text)?;
        writer.timescale(1, TimescaleUnit::NS).map_err(text)?;
        Ok(VcdWriter { writer })
    }
}

fn code(id: VariableId) -> Option<IdCode> {
    match id {
        VariableId::Vcd(code) => Some(code),
        VariableId::Fst(_) => None,
    }
}

impl Writer for VcdWriter {
    fn open_scope(&mut self, name: &str) -> Result<(), String> {
        self.writer.add_module(name).map_err(text)
    }

    fn close_scope(&mut self) -> Result<(), String> {
        self.writer.upscope().map_err(text)
    }

    fn variable(&mut self, name: &str, bits: u32) -> Result<VariableId, String> {
        self.writer
            .add_wire(bits, name)
            .map(VariableId::Vcd)
            .map_err(text)
    }

    fn start(&mut self) -> Result<(), String> {
        self.writer.enddefinitions().map_err(text)
    }

    fn time(&mut self, time: u64) -> Result<(), String> {
        self.writer.timestamp(time).map_err(text)
    }

    fn change(&mut self, id: VariableId, bits: &[u8]) -> Result<(), String> {
        let Some(code) = code(id) else { return Ok(()) };
        let mut values = bits
            .iter()
            .map(|&bit| if bit == b'1' { Value::V1 } else { Value::V0 });
        match (bits.len(), values.next()) {
            (1, Some(value)) => self.writer.change_scalar(code, value).map_err(text),
            (_, first) => self
                .writer
                .change_vector(code, first.into_iter().chain(values))
                .map_err(text),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.writer.flush().map_err(text)
    }
}
