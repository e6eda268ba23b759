//! The instructions of each op.

use hw_ir::{NetId, Op, Type, Value};

use crate::instruction::{ChunkShape, Code, Instruction, Part};
use crate::lower::{Lowerer, Slot, blank};

impl Lowerer<'_, '_> {
    /// Lowers an op; one over constants is evaluated here and now.
    pub(super) fn op(&mut self, net: usize, op: &Op) {
        let operands = self.flat.operands(net);
        if operands.iter().all(|&operand| self.constant[operand]) && self.fold(net, op) {
            return;
        }
        let ty = self.flat.nets[net].ty;
        let id = |a: &NetId| self.operand(net, *a);
        match op {
            // Folded above.
            Op::Constant(_) => {}
            Op::Not(a) => self.elementwise(net, Code::Not, ty, &[id(a)], 0),
            Op::Negate(a) => self.elementwise(net, Code::Negate, ty, &[id(a)], 0),
            Op::ShiftLeft(a, n) => self.elementwise(net, Code::ShiftLeft, ty, &[id(a)], *n),
            Op::ShiftRight(a, n) => self.elementwise(net, Code::ShiftRight, ty, &[id(a)], *n),
            Op::Resize(a) if carries(self.operand_ty(net, *a), ty) => self.rename(net, id(a)),
            Op::Resize(a) => self.elementwise(net, Code::Resize, ty, &[id(a)], 0),
            Op::Slice(a, 0) if carries(self.operand_ty(net, *a), ty) => self.rename(net, id(a)),
            Op::Slice(a, low) => self.elementwise(net, Code::Slice, ty, &[id(a)], *low),
            Op::And(a, b) => self.elementwise(net, Code::And, ty, &[id(a), id(b)], 0),
            Op::Or(a, b) => self.elementwise(net, Code::Or, ty, &[id(a), id(b)], 0),
            Op::Xor(a, b) => self.elementwise(net, Code::Xor, ty, &[id(a), id(b)], 0),
            Op::Add(a, b) => self.elementwise(net, Code::Add, ty, &[id(a), id(b)], 0),
            Op::Subtract(a, b) => self.elementwise(net, Code::Subtract, ty, &[id(a), id(b)], 0),
            Op::Multiply(a, b) => self.elementwise(net, Code::Multiply, ty, &[id(a), id(b)], 0),
            Op::AddSubtract {
                subtract,
                left,
                right,
            } => {
                let operands = [id(left), id(right)];
                let codes = [
                    Code::AddSubtract,
                    Code::AddSubtractEach,
                    Code::AddSubtractEach,
                ];
                self.chosen(net, codes, id(subtract), operands);
            }
            Op::Mux { select, high, low } => {
                let operands = [id(high), id(low)];
                let codes = [Code::Mux, Code::MuxEach, Code::MuxBlocks];
                self.chosen(net, codes, id(select), operands);
            }
            Op::Equal(a, b) => self.reduced(net, Code::Equal, Code::EqualBlocks, id(a), id(b)),
            Op::NotEqual(a, b) => {
                self.reduced(net, Code::NotEqual, Code::NotEqualBlocks, id(a), id(b));
            }
            Op::Less(a, b) => self.reduced(net, Code::Less, Code::Less, id(a), id(b)),
            Op::LessEqual(a, b) => {
                self.reduced(net, Code::LessEqual, Code::LessEqual, id(a), id(b))
            }
            Op::Any(a) => self.reduced(net, Code::Any, Code::AnyBlocks, id(a), id(a)),
            Op::All(a) => self.reduced(net, Code::All, Code::AllBlocks, id(a), id(a)),
            Op::Concat(_) => self.concat(net, &operands),
            Op::Join(_) => self.join(net, &operands),
            Op::Elements(a, start) => self.elements(net, id(a), *start),
            Op::Select { vector, index } => self.select(net, id(vector), id(index)),
            Op::Insert {
                vector,
                index,
                chunk,
            } => {
                self.insert(net, id(vector), id(index), id(chunk));
            }
        }
    }

    /// Evaluates an op over constants. An index out of range is left for the run to report.
    fn fold(&mut self, net: usize, op: &Op) -> bool {
        let base = self.flat.scopes[self.flat.nets[net].scope].base;
        let value = |id: NetId| {
            let slot = self.slot(base + id.0 as usize);
            let range = slot.offset as usize..(slot.offset + slot.len()) as usize;
            Value {
                ty: self.flat.nets[base + id.0 as usize].ty,
                elements: &self.initial[range],
            }
        };
        // Constants that differ between instances exist too: parts of a parent's constant.
        if self.copies(net) > 1 {
            return false;
        }
        let Ok(elements) = op.eval(self.flat.nets[net].ty, &value) else {
            return false;
        };
        let slot = self.place(net);
        let start = slot.offset as usize;
        for (place, element) in self.initial[start..].iter_mut().zip(elements) {
            *place = element;
        }
        self.constant[net] = true;
        true
    }

    fn rename(&mut self, net: usize, of: usize) {
        let offset = self.slot(of).offset;
        self.alias(net, of, offset);
    }

    fn elementwise(&mut self, net: usize, code: Code, ty: Type, operands: &[usize], amount: u32) {
        let copies = self.copies(net);
        let places: Vec<u32> = operands.iter().map(|&of| self.spread(of, copies)).collect();
        let slot = self.place(net);
        let at = |place: usize| places.get(place).copied().unwrap_or(0);
        self.program.push(Instruction {
            amount: amount as u8,
            a: at(0),
            b: at(1),
            length: slot.len(),
            ..blank(code, ty, slot.offset)
        });
    }

    /// Two operands and a bit: one bit for all, a bit for each element, or for each instance.
    fn chosen(&mut self, net: usize, codes: [Code; 3], bit: usize, operands: [usize; 2]) {
        let copies = self.copies(net);
        let [a, b] = operands.map(|of| self.spread(of, copies));
        let bit = self.slot(bit);
        let slot = self.place(net);
        let [whole, each, blocks] = codes;
        let (code, length) = match (bit.copies, slot.elements) {
            (1, _) => (whole, slot.len()),
            (_, 1) => (each, slot.copies),
            _ => (blocks, slot.copies),
        };
        let ty = self.flat.nets[net].ty;
        let block = slot.elements;
        let instruction = blank(code, ty, slot.offset);
        self.program.push(Instruction {
            a,
            b,
            c: bit.offset,
            length,
            block,
            ..instruction
        });
    }

    /// One bit an instance, from operands of one or several elements.
    fn reduced(&mut self, net: usize, each: Code, blocks: Code, a: usize, b: usize) {
        let copies = self.copies(net);
        let ty = self.flat.nets[a].ty;
        let (a, b) = (self.spread(a, copies), self.spread(b, copies));
        let slot = self.place(net);
        let code = if ty.is_scalar() { each } else { blocks };
        let instruction = blank(code, ty, slot.offset);
        self.program.push(Instruction {
            a,
            b,
            length: copies,
            block: ty.count,
            ..instruction
        });
    }

    fn concat(&mut self, net: usize, operands: &[usize]) {
        let copies = self.copies(net);
        let parts: Vec<Part> = operands
            .iter()
            .map(|&of| Part {
                offset: self.spread(of, copies),
                ty: self.flat.nets[of].ty,
            })
            .collect();
        let slot = self.place(net);
        let (a, b) = (self.program.parts.len() as u32, parts.len() as u32);
        self.program.parts.extend(parts);
        let instruction = blank(Code::Concat, self.flat.nets[net].ty, slot.offset);
        self.program.push(Instruction {
            a,
            b,
            length: copies,
            ..instruction
        });
    }

    fn join(&mut self, net: usize, operands: &[usize]) {
        let slot = self.place(net);
        let mut start = slot.offset;
        for &of in operands {
            let part = self.slot(of);
            self.strided(part, part.elements, part.offset, start, slot);
            start += part.elements;
        }
    }

    fn elements(&mut self, net: usize, of: usize, start: u32) {
        let source = self.slot(of);
        if self.copies(net) == 1 {
            return self.alias(net, of, source.offset + start);
        }
        let slot = self.place(net);
        self.strided(
            source,
            slot.elements,
            source.offset + start,
            slot.offset,
            slot,
        );
    }

    /// A part of each instance of `source` copied to a part of each instance of `dest`.
    fn strided(&mut self, source: Slot, block: u32, from: u32, to: u32, dest: Slot) {
        let instruction = if dest.copies == 1 {
            Instruction {
                a: from,
                length: block,
                ..blank(Code::Copy, Type::BIT, to)
            }
        } else {
            let stride = if source.copies == 1 {
                0
            } else {
                source.elements
            };
            Instruction {
                a: from,
                b: stride,
                c: dest.elements,
                length: dest.copies,
                block,
                ..blank(Code::CopyBlocks, Type::BIT, to)
            }
        };
        self.program.push(instruction);
    }

    fn select(&mut self, net: usize, vector: usize, index: usize) {
        let (vector, index) = (self.slot(vector), self.slot(index));
        let slot = self.place(net);
        let chunks = vector.elements / slot.elements.max(1);
        self.faults.insert(slot.offset, net);
        let (a, b) = (vector.offset, index.offset);
        let ty = self.flat.nets[net].ty;
        if slot.copies == 1 {
            let instruction = blank(Code::Select, ty, slot.offset);
            let (length, block) = (slot.elements, chunks);
            return self.program.push(Instruction {
                a,
                b,
                length,
                block,
                ..instruction
            });
        }
        let block = self.shape(slot.copies, vector, index, slot.elements, chunks);
        let instruction = blank(Code::SelectEach, ty, slot.offset);
        self.program.push(Instruction {
            a,
            b,
            length: slot.copies,
            block,
            ..instruction
        });
    }

    fn insert(&mut self, net: usize, vector: usize, index: usize, chunk: usize) {
        let copies = self.copies(net);
        let c = self.spread(chunk, copies);
        let elements = self.slot(chunk).elements;
        let (vector, index) = (self.slot(vector), self.slot(index));
        let slot = self.place(net);
        let chunks = slot.elements / elements.max(1);
        self.faults.insert(slot.offset, net);
        let (a, b) = (vector.offset, index.offset);
        let ty = self.flat.nets[net].ty;
        if copies == 1 {
            let instruction = blank(Code::Insert, ty, slot.offset);
            let (length, block) = (elements, chunks);
            return self.program.push(Instruction {
                a,
                b,
                c,
                length,
                block,
                ..instruction
            });
        }
        let block = self.shape(copies, vector, index, elements, chunks);
        let instruction = blank(Code::InsertEach, ty, slot.offset);
        self.program.push(Instruction {
            a,
            b,
            c,
            length: copies,
            block,
            ..instruction
        });
    }

    fn shape(&mut self, copies: u32, vector: Slot, index: Slot, elements: u32, chunks: u32) -> u32 {
        let stride = |slot: Slot| if slot.copies == 1 { 0 } else { slot.elements };
        self.program.shapes.push(ChunkShape {
            instances: copies,
            vector_stride: stride(vector),
            index_stride: stride(index),
            elements,
            chunks,
        });
        self.program.shapes.len() as u32 - 1
    }
}

/// Whether every value of one type is the same value in another.
fn carries(from: Type, to: Type) -> bool {
    if from.signed == to.signed {
        from.width <= to.width
    } else {
        to.signed && from.width < to.width
    }
}
