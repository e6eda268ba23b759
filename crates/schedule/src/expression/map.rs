//! The map of a gather as a module.

use hw_ir::{Module, ModuleBuilder, NetId};
use program::{Gather, Program, VectorId};

use super::{Leaf, Leaves, build, table};
use crate::arithmetic::net_type;
use crate::error::ScheduleError;

/// The module that maps one source element of a gather before it is weighted, where there is a
/// map. Input `element_i`, output `mapped_o`, no register.
///
/// # Errors
/// When the map reads more than its source, or looks a value up in a table that is too large for
/// logic.
pub fn map_module(
    program: &Program,
    gather: &Gather,
    name: &str,
) -> Result<Option<Module>, ScheduleError> {
    let Some((map, node)) = &gather.map else {
        return Ok(None);
    };
    if let Some(table) = table::in_memory(program, map) {
        return Err(ScheduleError::Form {
            name: program.name.clone(),
            found: format!(
                "a table of {} entries in the map of a sum",
                table.entries.len()
            ),
            why: format!(
                "`{}` stands in a memory, which takes a cycle, and a map has none",
                table.name
            ),
            works: "a signal that a stage before writes with the mapped values".into(),
        });
    }
    let wrong = |why: &str| ScheduleError::Program {
        name: program.name.clone(),
        why: why.into(),
    };
    let source = program
        .vector(gather.source)
        .ok_or_else(|| wrong("an unknown source"))?;
    let mut m = ModuleBuilder::new(name, "what is made of a source before it is weighted");
    let element = m.input("element_i", net_type(source.format));
    let leaves = Source {
        vector: gather.source,
        net: element,
    };
    let net = build(&mut m, program, map, *node, &leaves);
    m.output(
        "mapped_o",
        net.ok_or_else(|| wrong("a map over more than its source"))?,
    );
    Ok(Some(m.finish()))
}

struct Source {
    vector: VectorId,
    net: NetId,
}

impl Leaves for Source {
    fn gathered(&self, _: usize) -> Option<Leaf> {
        None
    }

    fn element(&self, vector: VectorId) -> Option<Leaf> {
        let (net, held) = (self.net, true);
        (vector == self.vector).then_some(Leaf { net, held })
    }
}
