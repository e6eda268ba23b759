//! The wire format of protocol buffers, read without recursion: a message is a list of numbered
//! fields, and a reader goes into those alone that it knows.

use crate::error::ImportError;

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its number.
    pub number: u64,
    /// Its value.
    pub value: Value<'a>,
    /// Where it stands in the file, in bytes.
    pub offset: usize,
}

/// The value of a field.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A whole number.
    Varint(u64),
    /// Eight bytes.
    Fixed64([u8; 8]),
    /// Four bytes.
    Fixed32([u8; 4]),
    /// A text, a message within the message, or numbers one behind the other.
    Bytes(&'a [u8]),
}

/// A message that is read field by field.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Message<'a> {
    /// The message of these bytes, which stand at `offset` of the file.
    pub fn new(bytes: &'a [u8], offset: usize) -> Message<'a> {
        Message {
            rest: bytes,
            offset,
        }
    }

    fn broken(&self, reason: &str) -> ImportError {
        ImportError::Broken {
            kind: "ONNX",
            offset: self.offset,
            reason: reason.into(),
        }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        self.offset += count;
        Some(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ImportError> {
        let bytes = self.take(N).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| self.broken("a number ends early"))
    }

    fn varint(&mut self) -> Result<u64, ImportError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.fixed::<1>()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.broken("a whole number has more than 64 bits"))
    }

    /// The next field; none at the end.
    ///
    /// # Errors
    /// What is no field.
    pub fn next(&mut self) -> Result<Option<Field<'a>>, ImportError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = key >> 3;
        if number == 0 {
            return Err(self.broken("a field has the number 0"));
        }
        let (value, offset) = match key & 7 {
            0 => (Value::Varint(self.varint()?), self.offset),
            1 => (Value::Fixed64(self.fixed()?), self.offset),
            5 => (Value::Fixed32(self.fixed()?), self.offset),
            2 => {
                let length = self.varint()?;
                let offset = self.offset;
                let length = usize::try_from(length).ok();
                let bytes = length.and_then(|length| self.take(length));
                let bytes = bytes.ok_or_else(|| {
                    self.broken("a field claims more bytes than the message around it holds")
                })?;
                (Value::Bytes(bytes), offset)
            }
            _ => return Err(self.broken("a field is of no type that ONNX has")),
        };
        Ok(Some(Field {
            number,
            value,
            offset,
        }))
    }
}

impl<'a> Field<'a> {
    fn wrong(&self, wanted: &str) -> ImportError {
        ImportError::Broken {
            kind: "ONNX",
            offset: self.offset,
            reason: format!("field {} is no {wanted}", self.number),
        }
    }

    /// The message that it is.
    ///
    /// # Errors
    /// Another type.
    pub fn message(&self) -> Result<Message<'a>, ImportError> {
        Ok(Message::new(self.bytes()?, self.offset))
    }

    /// Its bytes.
    ///
    /// # Errors
    /// Another type.
    pub fn bytes(&self) -> Result<&'a [u8], ImportError> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.wrong("text or message")),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// Another type, or bytes that are not UTF-8.
    pub fn text(&self) -> Result<&'a str, ImportError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| self.wrong("text in UTF-8"))
    }

    /// Its whole number, as ONNX reads `int64`.
    ///
    /// # Errors
    /// Another type.
    pub fn integer(&self) -> Result<i64, ImportError> {
        match self.value {
            Value::Varint(value) => Ok(value.cast_signed()),
            _ => Err(self.wrong("whole number")),
        }
    }

    /// Its number of 32 bits.
    ///
    /// # Errors
    /// Another type.
    pub fn float(&self) -> Result<f32, ImportError> {
        match self.value {
            Value::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(self.wrong("number of 32 bits")),
        }
    }

    /// Adds its whole numbers: one, or packed ones.
    ///
    /// # Errors
    /// Another type.
    pub fn integers(&self, into: &mut Vec<i64>) -> Result<(), ImportError> {
        let Value::Bytes(bytes) = self.value else {
            into.push(self.integer()?);
            return Ok(());
        };
        let mut packed = Message::new(bytes, self.offset);
        while !packed.rest.is_empty() {
            into.push(packed.varint()?.cast_signed());
        }
        Ok(())
    }

    /// Adds its numbers of 32 bits: one, or packed ones.
    ///
    /// # Errors
    /// Another type.
    pub fn floats(&self, into: &mut Vec<f32>) -> Result<(), ImportError> {
        let Value::Bytes(bytes) = self.value else {
            into.push(self.float()?);
            return Ok(());
        };
        let (numbers, rest) = bytes.as_chunks::<4>();
        into.extend(numbers.iter().map(|number| f32::from_le_bytes(*number)));
        match rest.is_empty() {
            true => Ok(()),
            false => Err(self.wrong("list of numbers of 32 bits")),
        }
    }

    /// Adds its numbers of 64 bits: one, or packed ones.
    ///
    /// # Errors
    /// Another type.
    pub fn doubles(&self, into: &mut Vec<f64>) -> Result<(), ImportError> {
        let bytes = match &self.value {
            Value::Bytes(bytes) => bytes,
            Value::Fixed64(bytes) => bytes.as_slice(),
            _ => return Err(self.wrong("list of numbers of 64 bits")),
        };
        let (numbers, rest) = bytes.as_chunks::<8>();
        into.extend(numbers.iter().map(|number| f64::from_le_bytes(*number)));
        match rest.is_empty() {
            true => Ok(()),
            false => Err(self.wrong("list of numbers of 64 bits")),
        }
    }
}
