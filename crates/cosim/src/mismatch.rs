//! Where a simulator and `hw-sim` part: the first cycle, the net, and both values.

use std::fs;

use hw_ir::Design;
use hw_ir::probe::{ProbeItem, ProbeSource, layout};
use serde::Serialize;

use crate::bench::{Bench, INTERVAL, replay};
use crate::error::CosimError;
use crate::simulators::{Emitted, Simulated};
use crate::tools::Tools;

/// The first difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The compared cycle, from 0.
    pub cycle: u64,
    /// The register or port, as `lane[8].accumulator_q`, with the element of a vector.
    pub net: String,
    /// Its value in `hw-sim`, in hexadecimal.
    pub expected: String,
    /// Its value in the other simulator, in hexadecimal (`x` where undefined).
    pub found: String,
    /// The line of the description that the module comes from.
    pub source: Option<String>,
}

/// Runs both sides again around the first interval whose signatures differ.
///
/// # Errors
/// When a side cannot be run again.
pub fn locate(
    tools: &Tools,
    emitted: &Emitted<'_>,
    simulator: Simulated,
    design: &Design,
    bench: &Bench,
    interval: u64,
) -> Result<Option<Mismatch>, CosimError> {
    let (from, to) = (interval * INTERVAL, (interval + 1) * INTERVAL);
    let window = [
        "+window=build/window.txt".to_owned(),
        format!("+window_from={from}"),
        format!("+window_to={to}"),
    ];
    let path = emitted.folder.join("build/window.txt");
    if path.exists() {
        fs::remove_file(&path).map_err(CosimError::file("cannot remove", &path))?;
    }
    emitted.run(tools, simulator, "tb/stimulus.txt", &window)?;
    let text = fs::read_to_string(&path).map_err(CosimError::file("cannot read", path))?;
    let mut expected = vec![];
    replay(design, &bench.stimulus, |cycle, simulator| {
        if (from..to).contains(&cycle) {
            expected.push(simulator.probe()?);
        }
        Ok(())
    })?;
    let items = layout(design).items;
    for ((cycle, expected), found) in (from..).zip(&expected).zip(text.lines()) {
        if let Some(mismatch) = differing(design, &items, cycle, expected, found.trim()) {
            return Ok(Some(mismatch));
        }
    }
    Ok(None)
}

/// The first net that differs: of the registers, or else of the outputs, since what a register
/// takes shows at the outputs as well.
fn differing(
    design: &Design,
    items: &[ProbeItem],
    cycle: u64,
    expected: &[u64],
    found: &str,
) -> Option<Mismatch> {
    let sides = Sides::new(expected, found);
    let is_register = |item: &&ProbeItem| matches!(item.source, ProbeSource::Register(_));
    let registers = items.iter().filter(is_register);
    let ports = items.iter().filter(|item| !is_register(item));
    let (item, element) = registers
        .chain(ports)
        .find_map(|item| Some((item, sides.differing_element(item)?)))?;
    let width = u64::from(item.ty.width);
    let low = item.bit_offset + element * width;
    let module = design.module(item.module);
    Some(Mismatch {
        cycle,
        net: path(item, element),
        expected: number(&sides.expected, low, width),
        found: number(&sides.found, low, width),
        source: match item.source {
            ProbeSource::Register(_) => module.source.clone(),
            ProbeSource::Reset | ProbeSource::Input(_) | ProbeSource::Output(_) => None,
        },
    })
}

/// The bits of the probe bus in both simulators, the lowest first; none where undefined.
struct Sides {
    expected: Vec<Option<bool>>,
    found: Vec<Option<bool>>,
}

impl Sides {
    /// Of chunks of 64 bits, and of a line of binary digits.
    fn new(expected: &[u64], found: &str) -> Sides {
        let bits = |chunk: &u64| {
            let chunk = *chunk;
            (0..64).map(move |bit| Some(chunk >> bit & 1 == 1))
        };
        let digit = |digit: u8| match digit {
            b'0' => Some(false),
            b'1' => Some(true),
            _ => None,
        };
        Sides {
            expected: expected.iter().flat_map(bits).collect(),
            found: found.bytes().rev().map(digit).collect(),
        }
    }

    fn differing_element(&self, item: &ProbeItem) -> Option<u64> {
        let mut bits = item.bit_offset..item.bit_offset + item.bits();
        let differs = |bit: &u64| {
            let bit = *bit as usize;
            self.expected.get(bit) != self.found.get(bit)
        };
        let bit = bits.find(differs)?;
        Some((bit - item.bit_offset) / u64::from(item.ty.width))
    }
}

/// Some bits in hexadecimal; `x` where one is undefined.
fn number(bits: &[Option<bool>], low: u64, width: u64) -> String {
    let mut bits = (low..low + width).rev().map(|bit| bits.get(bit as usize));
    let value = bits.try_fold(0u64, |value, bit| {
        Some(value << 1 | u64::from(bit.copied().flatten()?))
    });
    value.map_or("x".into(), |value| format!("{value:x}"))
}

/// The path of one element of an item: `lane[8].sum_q`, or `lane[8].sum_q element 2` of several.
fn path(item: &ProbeItem, element: u64) -> String {
    let count = u64::from(item.ty.count.max(1));
    let (mut instance, within) = (element / count, element % count);
    let mut segments = vec![];
    // The outermost array's index is the most significant.
    for segment in item.segments.iter().rev() {
        let of = u64::from(segment.count.max(1));
        segments.push(if of > 1 {
            format!("{}[{}].", segment.name, instance % of)
        } else {
            format!("{}.", segment.name)
        });
        instance /= of;
    }
    segments.reverse();
    let suffix = if count > 1 {
        format!(" element {within}")
    } else {
        String::new()
    };
    format!("{}{}{suffix}", segments.concat(), item.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_ir::probe::ProbeSegment;
    use hw_ir::{ModuleId, Type};

    fn item() -> ProbeItem {
        let segment = |name: &str, count| ProbeSegment {
            name: name.into(),
            count,
        };
        ProbeItem {
            segments: vec![segment("row", 2), segment("one", 1), segment("cell", 3)],
            name: "sum_q".into(),
            source: ProbeSource::Register(0),
            module: ModuleId(0),
            net: None,
            ty: Type::signed(4).times(2),
            instances: 6,
            bit_offset: 1,
        }
    }

    #[test]
    fn an_element_is_named_by_its_instances() {
        let expected = [
            (0, "row[0].one.cell[0].sum_q element 0"),
            (3, "row[0].one.cell[1].sum_q element 1"),
            (10, "row[1].one.cell[2].sum_q element 0"),
        ];
        for (element, text) in expected {
            assert_eq!(path(&item(), element), text);
        }
    }

    #[test]
    fn the_element_that_differs_is_found() {
        // Element 2 is 5 and 4; the bit below all elements is the reset.
        let found = format!("{:064b}", 4u64 << 9 | 1);
        let sides = Sides::new(&[5 << 9 | 1], &found);
        assert_eq!(sides.differing_element(&item()), Some(2));
        assert_eq!(number(&sides.expected, 9, 4), "5");
        assert_eq!(number(&sides.found, 9, 4), "4");
        let undefined = found.replace("100", "10x");
        assert_eq!(number(&Sides::new(&[], &undefined).found, 9, 4), "x");
    }
}
