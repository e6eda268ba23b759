//! The data elements within a variable, read one after another.

use std::io::Read;

use crate::tensor::element::ByteOrder;

/// The data elements within a variable, read one after another. Memory grows with what is there
/// and not with what a tag claims, and never beyond the limit that the caller sets.
pub(super) struct Parts<'a> {
    input: Box<dyn Read + 'a>,
    order: ByteOrder,
}

/// One data element: its kind and its bytes.
pub(super) struct Part {
    pub(super) kind: u32,
    pub(super) data: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(input: Box<dyn Read + 'a>, order: ByteOrder) -> Parts<'a> {
        Parts { input, order }
    }

    pub(super) fn order(&self) -> ByteOrder {
        self.order
    }

    /// The same with at most `bytes` more.
    pub(super) fn limited(self, bytes: u64) -> Parts<'a> {
        Parts::new(Box::new(self.input.take(bytes)), self.order)
    }

    /// The kind and the length of an element of more than 4 bytes.
    pub(super) fn long_tag(&mut self) -> Result<(u32, u64), String> {
        let (kind, length) = (self.word()?, self.word()?);
        Ok((self.order.u32(kind), u64::from(self.order.u32(length))))
    }

    /// The next element, of at most `limit` bytes. Up to 4 bytes may stand in the tag itself, whose
    /// upper half then holds their number.
    pub(super) fn next(&mut self, limit: u64) -> Result<Part, String> {
        let tag = self.word()?;
        let first = self.order.u32(tag);
        let (kind, length) = match first >> 16 {
            0 => {
                let length = self.word()?;
                (first, u64::from(self.order.u32(length)))
            }
            length => (first & 0xffff, u64::from(length)),
        };
        if length > limit {
            return Err(format!("a part of {length} bytes, where {limit} are right"));
        }
        if first >> 16 != 0 {
            let mut data = self.word()?.to_vec();
            if length > data.len() as u64 {
                return Err(format!("a short part of {length} bytes"));
            }
            data.truncate(length as usize);
            return Ok(Part { kind, data });
        }
        let data = self.bytes(length)?;
        // The last part of a compressed variable may come without what fills it up.
        self.bytes_up_to(length.next_multiple_of(8) - length)?;
        Ok(Part { kind, data })
    }

    /// Nothing but filling may follow; reading on also compares the checksum of what is packed.
    pub(super) fn end(mut self) -> Result<(), String> {
        match self.bytes_up_to(8)?.len() {
            0..8 => Ok(()),
            _ => Err("it goes on after its last part".into()),
        }
    }

    fn word(&mut self) -> Result<[u8; 4], String> {
        let bytes = self.bytes(4)?;
        bytes.try_into().map_err(|_| ENDS.to_string())
    }

    fn bytes(&mut self, length: u64) -> Result<Vec<u8>, String> {
        let data = self.bytes_up_to(length)?;
        match data.len() as u64 == length {
            true => Ok(data),
            false => Err(ENDS.into()),
        }
    }

    fn bytes_up_to(&mut self, length: u64) -> Result<Vec<u8>, String> {
        let mut data = Vec::new();
        (&mut self.input)
            .take(length)
            .read_to_end(&mut data)
            .map_err(|error| error.to_string())?;
        Ok(data)
    }
}

const ENDS: &str = "it ends before its last part";
