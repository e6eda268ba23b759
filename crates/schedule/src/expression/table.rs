//! Tables in hardware: logic where they are small, memories with fixed contents where not.

use hw_ir::{Image, ImageId, ModuleBuilder, NetId, Op, Type};
use program::{Expression, Operation, Program, Table, TableId};

use crate::arithmetic::{encode, net_type};

/// Bits of a table that stands in logic, at most. A table of n-bit arguments takes 2^(n - 4)
/// four-input look-up tables for each bit of an entry: 32 for this many, which cost less than the
/// cycle of a memory, and than block memory of which they would fill a thirty-sixth.
const LOGIC_BITS: u64 = 512;

/// Whether a table stands in logic and has its entry in the cycle of its argument; else it is a
/// memory, whose entry shows a cycle later.
pub fn in_logic(table: &Table) -> bool {
    table.entries.len() as u64 * u64::from(table.output.width()) <= LOGIC_BITS
}

/// The first table in memory that an expression looks a value up in.
pub fn in_memory<'p>(program: &'p Program, expression: &Expression) -> Option<&'p Table> {
    let mut nodes = expression.nodes.iter();
    nodes.find_map(|node| match node.operation {
        Operation::Lookup { table, .. } => program.table(table).filter(|table| !in_logic(table)),
        _ => None,
    })
}

/// Entries as their nets carry them, by the bit pattern of the argument.
fn by_pattern(table: &Table) -> Vec<i64> {
    let argument = net_type(table.input);
    let entry = |pattern: usize| {
        let entry = table.entry(argument.wrap(pattern as i64)).unwrap_or(0);
        encode(table.output, entry)
    };
    (0..table.entries.len()).map(entry).collect()
}

/// The entry for an argument; that of a memory with `image` a cycle later.
pub fn entry(
    m: &mut ModuleBuilder,
    name: &str,
    table: &Table,
    argument: NetId,
    image: Option<ImageId>,
) -> NetId {
    let pattern = Type::unsigned(table.input.width());
    let index = m.resize(&format!("{name}_index"), argument, pattern);
    let word = net_type(table.output);
    let length = table.entries.len() as u32;
    match image {
        Some(image) => {
            let memory = m.memory(&format!("{name}_table"), word, length, Some(image));
            m.read(&format!("{name}_q"), memory, index, None)
        }
        None => {
            let entries = Op::Constant(by_pattern(table));
            let entries = m.op(&format!("{name}_table"), word.times(length), entries);
            m.select(name, entries, index, 1)
        }
    }
}

/// The images of the tables that stand in memories, as they are asked for.
#[derive(Debug, Default)]
pub struct TableImages {
    made: Vec<(TableId, ImageId)>,
}

impl TableImages {
    /// The image of a table, which is made where it is new; `None` for a table of another program.
    pub fn get(
        &mut self,
        images: &mut Vec<Image>,
        program: &Program,
        id: TableId,
    ) -> Option<ImageId> {
        if let Some((_, image)) = self.made.iter().find(|(made, _)| *made == id) {
            return Some(*image);
        }
        let table = program.table(id)?;
        let image = ImageId(images.len() as u32);
        images.push(Image {
            name: format!("{}_{}_table", program.name, table.name),
            word: net_type(table.output),
            elements: by_pattern(table),
        });
        self.made.push((id, image));
        Some(image)
    }
}
