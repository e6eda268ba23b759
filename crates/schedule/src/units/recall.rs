//! Memories of whole vectors, written after a step and read as a step begins.
//!
//! A word is stored in the cycle after a step's last one, when all vectors have settled, and recalled
//! in the cycle in which the next step begins; its stages start with the one after that.

use hw_ir::{ModuleBuilder, NetId, Type};
use program::{Format, Program, Recalled, Role, VectorId, When};

use super::phases::Control;
use super::registers::Registers;
use super::stage::Parts;
use crate::arithmetic::net_type;
use crate::counter::also;

/// A vector that is recalled from a memory.
#[derive(Debug, Clone, Copy)]
pub struct RecalledStore<'a> {
    /// The vector.
    pub id: VectorId,
    /// Its name.
    pub name: &'a str,
    /// Its format.
    pub format: Format,
    /// Its elements.
    pub elements: usize,
    /// Elements with padding, as stages read them.
    pub length: usize,
    /// What is stored where.
    pub recalled: &'a Recalled,
}

impl<'a> RecalledStore<'a> {
    /// A vector of the program that is recalled; `None` for a vector of another role.
    pub fn resolve(program: &'a Program, id: VectorId, length: usize) -> Option<RecalledStore<'a>> {
        let vector = program.vector(id)?;
        match &vector.role {
            Role::Recalled(recalled) => Some(RecalledStore {
                id,
                name: &vector.name,
                format: vector.format,
                elements: vector.shape.elements(),
                length,
                recalled,
            }),
            _ => None,
        }
    }
}

/// When words are stored and recalled.
pub struct Moments<'c> {
    /// One bit, a register: a step has ended with the cycle before.
    pub settled: NetId,
    /// One bit: a step begins with the next cycle.
    pub step: NetId,
    /// How steps differ, where they do.
    pub control: Option<&'c Control>,
}

/// Adds the memories; gives the vectors, which keep their values from the start of the first stage of
/// a step to the beginning of the next step.
pub fn build(
    m: &mut ModuleBuilder,
    program: &Program,
    stores: &[RecalledStore<'_>],
    registers: &[Registers],
    moments: &Moments<'_>,
    parts: &mut Parts,
) -> Vec<(VectorId, NetId)> {
    if stores.is_empty() {
        return vec![];
    }
    m.section("memories of whole vectors");
    // The enable of a read must be high under reset.
    let recall = m.delay("recall_q", moments.step, None, 1);
    let mut vectors = vec![];
    for of in stores {
        let value = |id: VectorId| {
            let registers = registers.iter().find(|of| of.id == id);
            registers.map(|of| of.value.net)
        };
        let Recalled {
            of: stored,
            read,
            write,
            words,
        } = *of.recalled;
        let (Some(stored_value), Some(read), Some(write)) =
            (value(stored), value(read), value(write))
        else {
            continue;
        };
        let name = of.name;
        let word = net_type(of.format).times(of.elements as u32);
        let image = parts.image(
            format!("{}_{name}", program.name),
            word,
            vec![0; words * of.elements],
        );
        let memory = m.memory(&format!("{name}_words"), word, words as u32, Some(image));
        let stored_value = m.elements(
            &format!("{name}_stored"),
            stored_value,
            0,
            of.elements as u32,
        );
        let given = given(m, name, program, stored, moments.control);
        let stores = also(m, &format!("{name}_stores"), moments.settled, given);
        let address = m.elements(&format!("{name}_write_address"), write, 0, 1);
        m.write(memory, address, stores, stored_value);
        let address = m.elements(&format!("{name}_read_address"), read, 0, 1);
        let recalled = m.read(&format!("{name}_q"), memory, address, Some(recall));
        if !is_read_whole(program, of) {
            m.any(&format!("{name}_unused"), recalled);
        }
        vectors.push((of.id, padded(m, of, recalled)));
    }
    vectors
}

/// Whether stages read every element: of the vector itself, or of vectors of which it is a part.
fn is_read_whole(program: &Program, of: &RecalledStore<'_>) -> bool {
    let read = |id: VectorId| {
        program
            .stages
            .iter()
            .any(|stage| stage.reads().any(|of| of == id))
    };
    if read(of.id) {
        return true;
    }
    let mut known = vec![false; of.elements];
    for (place, vector) in program.vectors.iter().enumerate() {
        let Role::Joined(parts) = &vector.role else {
            continue;
        };
        let own = parts.iter().filter(|part| part.of == of.id);
        for part in own.filter(|_| read(VectorId(place))) {
            let elements = known.iter_mut().skip(part.first).take(part.count);
            elements.for_each(|known| *known = true);
        }
    }
    known.into_iter().all(|known| known)
}

/// Whether the step that has ended gave the vector a value; `None` stands for always.
fn given(
    m: &mut ModuleBuilder,
    name: &str,
    program: &Program,
    stored: VectorId,
    control: Option<&Control>,
) -> Option<NetId> {
    let control = control?;
    let stages = program.stages.iter();
    let writers = stages.filter(|stage| stage.writes.iter().any(|(target, _)| *target == stored));
    let writers: Vec<When> = writers.map(|stage| stage.when).collect();
    if writers.is_empty() {
        return Some(control.feeds(m, &format!("{name}_fed")));
    }
    if writers.contains(&When::EveryStep) {
        return None;
    }
    let mut phases: Vec<usize> = writers
        .into_iter()
        .filter_map(|when| match when {
            When::Phase(phase) => Some(phase),
            When::Once | When::EveryStep => None,
        })
        .collect();
    phases.sort_unstable();
    phases.dedup();
    Some(control.is_any(m, &format!("{name}_given"), &phases))
}

/// The vector with elements that stand for no row.
fn padded(m: &mut ModuleBuilder, of: &RecalledStore<'_>, vector: NetId) -> NetId {
    let more = of.length - of.elements;
    if more == 0 {
        return vector;
    }
    let padding: Type = net_type(of.format).times(more as u32);
    let padding = m.constant(&format!("{}_padding", of.name), padding, 0);
    m.join(&format!("{}_padded", of.name), &[vector, padding])
}
