//! What the bytes of an element mean, in either byte order: one place for every file format.

/// Which byte of an element comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The lowest.
    Little,
    /// The highest.
    Big,
}

impl ByteOrder {
    /// An unsigned number of 32 bits, as headers hold them.
    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// The type of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// IEEE 754 binary16.
    F16,
    /// The upper half of a binary32.
    Bf16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Signed, 8 bits.
    I8,
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 16 bits.
    I16,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 32 bits.
    I32,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 64 bits.
    I64,
    /// Unsigned, 64 bits.
    U64,
    /// One byte; everything but 0 is 1.
    Bool,
}

impl Element {
    /// The bytes that one element takes.
    pub fn bytes(self) -> usize {
        match self {
            Element::I8 | Element::U8 | Element::Bool => 1,
            Element::F16 | Element::Bf16 | Element::I16 | Element::U16 => 2,
            Element::F32 | Element::I32 | Element::U32 => 4,
            Element::F64 | Element::I64 | Element::U64 => 8,
        }
    }

    /// The elements that fill `data`; bytes beyond the last whole one are left out. Integers of 64
    /// bits are rounded to the nearest double.
    pub fn values(self, data: &[u8], order: ByteOrder) -> Vec<f64> {
        match self {
            Element::F16 => read(data, order, |bytes| half(u16::from_le_bytes(bytes))),
            Element::Bf16 => read(data, order, |[low, high]: [u8; 2]| {
                f64::from(f32::from_le_bytes([0, 0, low, high]))
            }),
            Element::F32 => read(data, order, |bytes| f64::from(f32::from_le_bytes(bytes))),
            Element::F64 => read(data, order, f64::from_le_bytes),
            Element::I8 => read(data, order, |bytes| f64::from(i8::from_le_bytes(bytes))),
            Element::U8 => read(data, order, |bytes| f64::from(u8::from_le_bytes(bytes))),
            Element::I16 => read(data, order, |bytes| f64::from(i16::from_le_bytes(bytes))),
            Element::U16 => read(data, order, |bytes| f64::from(u16::from_le_bytes(bytes))),
            Element::I32 => read(data, order, |bytes| f64::from(i32::from_le_bytes(bytes))),
            Element::U32 => read(data, order, |bytes| f64::from(u32::from_le_bytes(bytes))),
            Element::I64 => read(data, order, |bytes| i64::from_le_bytes(bytes) as f64),
            Element::U64 => read(data, order, |bytes| u64::from_le_bytes(bytes) as f64),
            Element::Bool => read(data, order, |[byte]: [u8; 1]| f64::from(byte != 0)),
        }
    }
}

/// The elements of `N` bytes; `value` is given the lowest byte first.
fn read<const N: usize>(data: &[u8], order: ByteOrder, value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let chunks = data.as_chunks::<N>().0.iter();
    match order {
        ByteOrder::Little => chunks.map(|bytes| value(*bytes)).collect(),
        ByteOrder::Big => chunks
            .map(|bytes| {
                let mut bytes = *bytes;
                bytes.reverse();
                value(bytes)
            })
            .collect(),
    }
}

/// A float of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 31);
    let fraction = f64::from(bits & 1023) / 1024.0;
    match exponent {
        0 => sign * fraction * f64::from(-14).exp2(),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction) * f64::from(exponent - 15).exp2(),
    }
}

/// From first-index-fastest (Fortran, MATLAB) to last-index-fastest.
pub(super) fn last_index_fastest(shape: &[usize], values: &[f64]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for &length in shape {
        strides.push(stride);
        stride *= length;
    }
    (0..values.len())
        .map(|at| {
            let mut rest = at;
            let mut source = 0;
            for (&length, &stride) in shape.iter().zip(&strides).rev() {
                source += rest % length.max(1) * stride;
                rest /= length.max(1);
            }
            values.get(source).copied().unwrap_or(f64::NAN)
        })
        .collect()
}
