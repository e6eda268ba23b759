//! GTKWave's fast signal trace.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use fst_writer::{
    FstBodyWriter, FstFileType, FstHeaderWriter, FstInfo, FstScopeType, FstSignalType,
    FstVarDirection, FstVarType, FstWriteError,
};

use crate::trace::{VariableId, Writer};

/// Values are compressed in blocks of about this many bytes, so that memory stays bounded.
const BLOCK: usize = 1 << 26;

/// Writes an FST file: first the hierarchy, then the values.
pub(super) enum FstWriter {
    Header(FstHeaderWriter<BufWriter<File>>),
    Body(FstBodyWriter<BufWriter<File>>),
    /// Between the two; a failure leaves it there.
    Closed,
}

fn text(error: FstWriteError) -> String {
    error.to_string()
}

/// The calls come in another order than the format has its parts.
fn order() -> String {
    "the hierarchy comes before the values".to_owned()
}

impl FstWriter {
    pub fn create(path: &Path, header: &str) -> Result<FstWriter, String> {
        // The field has room for 128 bytes, all ASCII in a design's name and hash.
        let version: String = header.chars().filter(char::is_ascii).take(120).collect();
        let info = FstInfo {
            start_time: 0,
            timescale_exponent: -9,
            version,
            date: String::new(),
            file_type: FstFileType::Verilog,
        };
        fst_writer::open_fst(path, &info)
            .map(FstWriter::Header)
            .map_err(text)
    }

    fn header(&mut self) -> Result<&mut FstHeaderWriter<BufWriter<File>>, String> {
        match self {
            FstWriter::Header(header) => Ok(header),
            FstWriter::Body(_) | FstWriter::Closed => Err(order()),
        }
    }

    fn body(&mut self) -> Result<&mut FstBodyWriter<BufWriter<File>>, String> {
        match self {
            FstWriter::Body(body) => Ok(body),
            FstWriter::Header(_) | FstWriter::Closed => Err(order()),
        }
    }
}

impl Writer for FstWriter {
    fn open_scope(&mut self, name: &str) -> Result<(), String> {
        self.header()?
            .scope(name, "", FstScopeType::Module)
            .map_err(text)
    }

    fn close_scope(&mut self) -> Result<(), String> {
        self.header()?.up_scope().map_err(text)
    }

    fn variable(&mut self, name: &str, bits: u32) -> Result<VariableId, String> {
        let (kind, direction) = (FstVarType::Wire, FstVarDirection::Implicit);
        let ty = FstSignalType::bit_vec(bits);
        self.header()?
            .var(name, ty, kind, direction, None)
            .map(VariableId::Fst)
            .map_err(text)
    }

    fn start(&mut self) -> Result<(), String> {
        let FstWriter::Header(header) = std::mem::replace(self, FstWriter::Closed) else {
            return Err(order());
        };
        *self = FstWriter::Body(header.finish().map_err(text)?);
        Ok(())
    }

    fn time(&mut self, time: u64) -> Result<(), String> {
        let body = self.body()?;
        if body.size() > BLOCK {
            body.flush().map_err(text)?;
        }
        body.time_change(time).map_err(text)
    }

    fn change(&mut self, id: VariableId, bits: &[u8]) -> Result<(), String> {
        match id {
            VariableId::Fst(id) => self.body()?.signal_change(id, bits).map_err(text),
            VariableId::Vcd(_) => Ok(()),
        }
    }

    fn finish(self: Box<Self>) -> Result<(), String> {
        let FstWriter::Body(body) = *self else {
            return Err(order());
        };
        body.finish().map(|_| ()).map_err(text)
    }
}
