//! What the simulator executes: instructions over one array of element values.
//!
//! A net's value is a range of that array. The ranges are laid out so that an instruction's
//! operands always stand before its result.

use hw_ir::Type;

/// What an instruction does to each element, or to each block of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// `dest = !a`
    Not,
    /// `dest = -a`
    Negate,
    /// `dest = a << amount`
    ShiftLeft,
    /// `dest = a >> amount`
    ShiftRight,
    /// `dest = a`, wrapped to the instruction's type
    Resize,
    /// `dest = a >> amount`, wrapped
    Slice,
    And,
    Or,
    Xor,
    Add,
    Subtract,
    Multiply,
    /// `dest = c ? a - b : a + b`, one `c` for all elements
    AddSubtract,
    /// The same with a `c` for each element
    AddSubtractEach,
    /// Compares element by element; the instruction's type is the operands'
    Equal,
    NotEqual,
    Less,
    LessEqual,
    /// `dest = a != 0` for each element
    Any,
    /// `dest` = all bits of `a`, for each element
    All,
    /// Reductions over `length` blocks of `block` elements
    EqualBlocks,
    NotEqualBlocks,
    AnyBlocks,
    AllBlocks,
    /// `dest = c ? a : b`, one `c` for all elements
    Mux,
    /// The same with a `c` for each element
    MuxEach,
    /// The same with a `c` for each of `length` blocks of `block` elements
    MuxBlocks,
    /// `length` results from the parts `a..a + b` of the table
    Concat,
    /// `dest = a`
    Copy,
    /// `length` blocks of `block` elements, `b` apart at the source and `c` at the destination
    CopyBlocks,
    /// `dest` = chunk number `b` of `a`; a chunk has `length` elements, and there are `block`
    Select,
    /// `dest = a` with chunk number `b` replaced by `c`; chunks have `length` elements, `block` many
    Insert,
    /// `Select` or `Insert` over several instances, shaped by entry `block` of the table
    SelectEach,
    InsertEach,
}

/// One step of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instruction {
    pub code: Code,
    pub signed: bool,
    pub width: u8,
    pub amount: u8,
    /// Where the result starts.
    pub dest: u32,
    /// Where the operands start.
    pub a: u32,
    pub b: u32,
    pub c: u32,
    /// Elements, or blocks, of the result.
    pub length: u32,
    pub block: u32,
}

impl Instruction {
    /// The element type that the code works in.
    #[inline(always)]
    pub fn ty(&self) -> Type {
        Type {
            signed: self.signed,
            width: u32::from(self.width),
            count: 1,
        }
    }
}

/// Which net a `Select` or `Insert` belongs to: found by its destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// Where the instruction's result starts.
    pub dest: u32,
    pub index: i64,
    pub chunks: u32,
}

/// A part of a `Concat`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub offset: u32,
    pub ty: Type,
}

/// A `Select` or `Insert` over several instances. Strides are elements from one instance to the
/// next, 0 where all instances share the operand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkShape {
    pub instances: u32,
    pub vector_stride: u32,
    pub index_stride: u32,
    /// Elements of a chunk.
    pub elements: u32,
    pub chunks: u32,
}

/// Instructions of one kind after one another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    /// Whether each instruction has one element as its result and as each operand.
    pub scalar: bool,
    pub end: u32,
}

/// Instructions in the order in which they run, with the tables that they need.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    pub instructions: Vec<Instruction>,
    pub segments: Vec<Segment>,
    pub parts: Vec<Part>,
    pub shapes: Vec<ChunkShape>,
}

impl Program {
    /// Appends an instruction.
    pub fn push(&mut self, instruction: Instruction) {
        let scalar = instruction.length == 1
            && !matches!(
                instruction.code,
                Code::EqualBlocks
                    | Code::NotEqualBlocks
                    | Code::AnyBlocks
                    | Code::AllBlocks
                    | Code::MuxBlocks
                    | Code::CopyBlocks
                    | Code::Insert
                    | Code::SelectEach
                    | Code::InsertEach
            );
        self.instructions.push(instruction);
        let end = self.instructions.len() as u32;
        match self.segments.last_mut() {
            Some(last) if last.scalar == scalar => last.end = end,
            _ => self.segments.push(Segment { scalar, end }),
        }
    }
}

/// What a register or memory does at a clock edge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    /// A register takes `source`, where `enable` is 1.
    Move {
        dest: u32,
        source: u32,
        length: u32,
        enable: Option<u32>,
    },
    /// Each instance, of `block` elements, has its own enable.
    MoveEach {
        dest: u32,
        source: u32,
        instances: u32,
        block: u32,
        enable: u32,
    },
    /// A register's own vector with one chunk replaced.
    Insert {
        dest: u32,
        index: u32,
        chunk: u32,
        length: u32,
        chunks: u32,
        enable: Option<u32>,
    },
    /// A read port.
    Read { memory: u32, port: Access },
    /// A write port.
    Write { memory: u32, port: Access },
}

/// One port of all instances of a memory. Strides are 0 where all instances share the operand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    pub instances: u32,
    pub address: u32,
    pub address_stride: u32,
    pub enable: Option<u32>,
    pub enable_stride: u32,
    /// The data of instance 0; instance-major.
    pub data: u32,
    pub data_stride: u32,
    /// Elements of a word.
    pub word: u32,
    /// Elements from one instance's memory to the next; 0 where they share one.
    pub memory_stride: u32,
    /// `depth - 1`.
    pub mask: u32,
}
