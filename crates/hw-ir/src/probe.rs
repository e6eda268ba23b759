//! The probe bus: every port and every register of a design, as one packed word a cycle.
//!
//! The simulator and the emitted testbench both fold this word into a running signature, so the
//! order and the place of each bit stand here once.
//!
//! The items are, from the lowest bit up: the reset `rst_n` (one bit), the inputs of the top, its
//! outputs, then the registers depth-first: those of the module in order, then its instances in
//! order. An array of instances contributes each register of that walk once, with the elements of
//! all its instances after one another: the outermost array's index is the most significant, the
//! element's place the least. Items are packed without gaps; an element takes `width` bits, and
//! element 0 the lowest.
//!
//! The word is cut into 64-bit chunks, the last one zero-extended, and each chunk is folded in
//! order by [`fold`], from [`SIGNATURE_START`] before the first cycle on.

use crate::design::{Design, ModuleId, NetId};
use crate::types::Type;

/// The signature before the first cycle.
pub const SIGNATURE_START: u64 = 0x243F_6A88_85A3_08D3;

/// The odd factor of [`fold`]: 2^64 over the golden ratio.
pub const SIGNATURE_FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// By how many bits [`fold`] rotates.
pub const SIGNATURE_ROTATION: u32 = 23;

/// Bits of a chunk.
pub const CHUNK_BITS: u64 = 64;

/// One more chunk of the probe bus folded into the signature. The map is one-to-one in the
/// signature and in the chunk, so a single difference cannot vanish at once.
#[inline]
pub const fn fold(signature: u64, chunk: u64) -> u64 {
    (signature.rotate_left(SIGNATURE_ROTATION) ^ chunk).wrapping_mul(SIGNATURE_FACTOR)
}

/// An instance on the way from the top to a register.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProbeSegment {
    /// The instance's name, without the emitter's prefix.
    pub name: String,
    /// 1 for a plain instance, more for an array.
    pub count: u32,
}

/// What an item carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProbeSource {
    /// The reset `rst_n`.
    Reset,
    /// An input of the top, by place.
    Input(u32),
    /// An output of the top, by place.
    Output(u32),
    /// A register, by place in its module.
    Register(u32),
}

/// A port of the top, or a register with all of its instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeItem {
    /// The instances from the top to the register; empty for what stands in the top.
    pub segments: Vec<ProbeSegment>,
    /// The port's name, or the name of the register's net.
    pub name: String,
    /// What the item carries.
    pub source: ProbeSource,
    /// The module in which the net stands.
    pub module: ModuleId,
    /// The net; none for the reset.
    pub net: Option<NetId>,
    /// The type of one instance's value.
    pub ty: Type,
    /// How many instances: the product of the segments' counts.
    pub instances: u64,
    /// The bit of the probe bus where the item starts.
    pub bit_offset: u64,
}

impl ProbeItem {
    /// Bits of the item: instances x elements x width.
    pub fn bits(&self) -> u64 {
        self.instances.saturating_mul(self.ty.bits())
    }

    /// The path for a reader, as `lane[8].accumulator`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for segment in &self.segments {
            path.push_str(&segment.name);
            if segment.count > 1 {
                path.push_str(&format!("[{}]", segment.count));
            }
            path.push('.');
        }
        path + &self.name
    }
}

/// Where each port and register stands on the probe bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeLayout {
    /// The items from the lowest bit up.
    pub items: Vec<ProbeItem>,
    /// Bits of the whole bus.
    pub bits: u64,
}

impl ProbeLayout {
    /// How many 64-bit chunks the bus fills.
    pub fn chunks(&self) -> u64 {
        self.bits.div_ceil(CHUNK_BITS)
    }

    fn push(&mut self, mut item: ProbeItem) {
        item.bit_offset = self.bits;
        self.bits = self.bits.saturating_add(item.bits());
        self.items.push(item);
    }
}

/// The layout of a design's probe bus. Nets, modules and ports that do not exist are left out;
/// [`crate::check`] refuses designs that name them.
pub fn layout(design: &Design) -> ProbeLayout {
    let mut layout = ProbeLayout {
        items: vec![],
        bits: 0,
    };
    let top = ModuleId(design.modules.len().saturating_sub(1) as u32);
    layout.push(ProbeItem {
        segments: vec![],
        name: "rst_n".to_owned(),
        source: ProbeSource::Reset,
        module: top,
        net: None,
        ty: Type::BIT,
        instances: 1,
        bit_offset: 0,
    });
    let Some(module) = design.modules.last() else {
        return layout;
    };
    let inputs = module
        .inputs
        .iter()
        .zip(0..)
        .map(|(port, place)| (port, ProbeSource::Input(place)));
    let outputs = module.outputs.iter().zip(0..);
    let outputs = outputs.map(|(port, place)| (port, ProbeSource::Output(place)));
    for (port, source) in inputs.chain(outputs) {
        let Some(net) = module.nets.get(port.net.0 as usize) else {
            continue;
        };
        layout.push(ProbeItem {
            segments: vec![],
            name: port.name.clone(),
            source,
            module: top,
            net: Some(port.net),
            ty: net.ty,
            instances: 1,
            bit_offset: 0,
        });
    }
    walk(design, top, &mut vec![], 1, &mut layout);
    layout
}

fn walk(
    design: &Design,
    id: ModuleId,
    segments: &mut Vec<ProbeSegment>,
    instances: u64,
    layout: &mut ProbeLayout,
) {
    let Some(module) = design.modules.get(id.0 as usize) else {
        return;
    };
    for (register, place) in module.registers.iter().zip(0..) {
        let Some(net) = module.nets.get(register.net.0 as usize) else {
            continue;
        };
        layout.push(ProbeItem {
            segments: segments.clone(),
            name: net.name.clone(),
            source: ProbeSource::Register(place),
            module: id,
            net: Some(register.net),
            ty: net.ty,
            instances,
            bit_offset: 0,
        });
    }
    // An instance of an earlier module only: so the walk ends.
    for instance in module
        .instances
        .iter()
        .filter(|instance| instance.module < id)
    {
        segments.push(ProbeSegment {
            name: instance.name.clone(),
            count: instance.count,
        });
        let instances = instances.saturating_mul(u64::from(instance.count));
        walk(design, instance.module, segments, instances, layout);
        segments.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Instance, Module, Net, NetSource, Register, Reset};

    fn module(name: &str, width: u32, instances: Vec<Instance>) -> Module {
        let net = |name: &str, source| Net {
            name: name.to_owned(),
            ty: Type::unsigned(width),
            source,
            note: None,
            section: None,
        };
        Module {
            name: name.to_owned(),
            purpose: String::new(),
            header: vec![],
            source: None,
            nets: vec![net("q", NetSource::Register(0))],
            inputs: vec![],
            outputs: vec![],
            registers: vec![Register {
                net: NetId(0),
                next: NetId(0),
                enable: None,
                reset: Reset::All(0),
            }],
            memories: vec![],
            instances,
        }
    }

    fn array(name: &str, module: u32, count: u32) -> Instance {
        let (inputs, outputs) = (vec![], vec![]);
        Instance {
            name: name.to_owned(),
            module: ModuleId(module),
            count,
            inputs,
            outputs,
        }
    }

    #[test]
    fn nested_arrays_multiply() {
        let design = Design {
            name: "top".to_owned(),
            header: vec![],
            modules: vec![
                module("cell", 3, vec![]),
                module("row", 5, vec![array("cell", 0, 4)]),
                module("top", 7, vec![array("row", 1, 2), array("one", 0, 1)]),
            ],
            images: vec![],
        };
        let layout = layout(&design);
        let found: Vec<_> = layout
            .items
            .iter()
            .map(|item| (item.path(), item.instances, item.bit_offset))
            .collect();
        let expected = [
            ("rst_n", 1, 0),
            ("q", 1, 1),
            ("row[2].q", 2, 8),
            ("row[2].cell[4].q", 8, 18),
            ("one.q", 1, 42),
        ];
        assert_eq!(
            found,
            expected
                .map(|(path, n, bit)| (path.to_owned(), n, bit))
                .to_vec()
        );
        assert_eq!(layout.bits, 45);
        assert_eq!(layout.chunks(), 1);
    }

    #[test]
    fn fold_is_the_stated_map() {
        let expected = (SIGNATURE_START.rotate_left(23) ^ 5).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        assert_eq!(fold(SIGNATURE_START, 5), expected);
    }
}
