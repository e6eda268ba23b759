//! Between bytes and beats: how the elements of a stream are cut into pieces that bytes are made of.

use hw_ir::{ModuleBuilder, NetId, Op, Type};

/// How the elements of a beat lie in its bytes: after one another from the lowest bit of the first
/// byte, as in `tdata`, and zeros above the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packing {
    /// The type of `tdata`.
    pub data: Type,
}

/// Bits of a byte.
pub const BYTE: u32 = 8;

impl Packing {
    /// Bytes of a beat.
    pub fn bytes(self) -> u32 {
        (self.data.bits() as u32).div_ceil(BYTE)
    }

    /// Bits of a piece: the widest that both an element and a byte are whole multiples of.
    pub fn piece(self) -> u32 {
        [8, 4, 2, 1]
            .into_iter()
            .find(|&bits| self.data.width.is_multiple_of(bits))
            .unwrap_or(1)
    }

    /// Pieces of a byte.
    pub fn pieces_of_byte(self) -> u32 {
        BYTE / self.piece()
    }

    /// The type of a register that holds a beat as pieces, padding included.
    pub fn pieces(self) -> Type {
        Type::unsigned(self.piece()).times(self.bytes() * self.pieces_of_byte())
    }

    /// Pieces of the padding in the last byte.
    pub fn padding(self) -> u32 {
        self.pieces().count - self.data.bits() as u32 / self.piece()
    }

    /// The pieces of a byte.
    pub fn split_byte(self, m: &mut ModuleBuilder, byte: NetId) -> NetId {
        let piece = self.piece();
        let parts: Vec<NetId> = (0..self.pieces_of_byte())
            .map(|k| m.slice(&format!("byte_piece_{k}"), byte, k * piece, piece))
            .collect();
        m.join("byte_pieces", &parts)
    }

    /// The first byte of pieces.
    pub fn first_byte(self, m: &mut ModuleBuilder, name: &str, pieces: NetId) -> NetId {
        if self.piece() == BYTE {
            return m.elements(name, pieces, 0, 1);
        }
        let parts: Vec<NetId> = (0..self.pieces_of_byte())
            .map(|k| m.elements(&format!("{name}_piece_{k}"), pieces, k, 1))
            .collect();
        m.concat(name, &parts)
    }

    /// The beat that pieces make.
    pub fn to_beat(self, m: &mut ModuleBuilder, pieces: NetId) -> NetId {
        let (data, piece) = (self.data, self.piece());
        if data.width == piece && !data.signed {
            return m.elements("beat", pieces, 0, data.count);
        }
        let of_element = data.width / piece;
        let elements: Vec<NetId> = (0..data.count)
            .map(|element| {
                let parts: Vec<NetId> = (0..of_element)
                    .map(|k| {
                        let name = format!("element_{element}_piece_{k}");
                        m.elements(&name, pieces, element * of_element + k, 1)
                    })
                    .collect();
                let bits = match parts.as_slice() {
                    [only] => *only,
                    many => m.concat(&format!("element_{element}_bits"), many),
                };
                m.resize(&format!("element_{element}"), bits, data.element())
            })
            .collect();
        m.join("beat", &elements)
    }

    /// The pieces of a beat, zeros in the padding.
    pub fn from_beat(self, m: &mut ModuleBuilder, beat: NetId) -> NetId {
        let (data, piece) = (self.data, self.piece());
        let mut parts = vec![];
        if data.width == piece && !data.signed {
            parts.push(beat);
        } else {
            for element in 0..data.count {
                let name = format!("element_{element}");
                let scalar = m.elements(&name, beat, element, 1);
                for k in 0..data.width / piece {
                    let name = format!("{name}_piece_{k}");
                    parts.push(m.op(&name, Type::unsigned(piece), Op::Slice(scalar, k * piece)));
                }
            }
        }
        if self.padding() > 0 {
            let ty = Type::unsigned(piece).times(self.padding());
            parts.push(m.constant("padding", ty, 0));
        }
        m.join("beat_pieces", &parts)
    }
}
