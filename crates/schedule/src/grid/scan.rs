//! The scan of a frame in memory, and the place of its results.

use hw_ir::{ModuleBuilder, NetId, Type, types::address_bits};

use super::geometry::Raster;
use super::window::Position;
use crate::Torus;
use crate::counter::{address_counter, also, counter, unless};

/// Rows and words that a scan repeats around the grid, for a periodic boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Halo {
    /// Rows before the first.
    pub north: usize,
    /// Rows after the last.
    pub south: usize,
    /// Words before the first of a row.
    pub west: usize,
    /// Words after the last of a row.
    pub east: usize,
}

impl Halo {
    /// The raster with its halo.
    pub fn around(self, raster: Raster) -> Raster {
        Raster {
            rows: raster.rows + self.north + self.south,
            words: raster.words + self.west + self.east,
            lanes: raster.lanes,
        }
    }

    /// The transfer of a grid with what is repeated around it.
    pub fn torus(self, raster: Raster) -> Torus {
        Torus {
            rows: raster.rows,
            columns: raster.words * raster.lanes,
            north: self.north,
            south: self.south,
            west: self.west * raster.lanes,
            east: self.east * raster.lanes,
        }
    }

    /// Whether nothing is repeated.
    pub fn is_empty(self) -> bool {
        self == Halo::default()
    }
}

/// The reading side of a pass.
pub struct Scan {
    /// The address that is read in this cycle.
    pub address: NetId,
    /// One bit: the word that is read now is the first of a pass.
    pub first: NetId,
}

impl Scan {
    /// Adds the counters; a pass starts in the cycle after `start`.
    pub fn build(m: &mut ModuleBuilder, raster: Raster, halo: Halo, start: NetId) -> Scan {
        m.section("the scan");
        let around = halo.around(raster);
        let scanning = m.register("scanning_q", Type::BIT, 0);
        // A stage that reaches less far than the halo ends its pass before the scan: a start
        // always begins a whole scan.
        let (word_last, row_end) = place(m, "scan_word", around.words, scanning.net, start);
        let row_end = row_end.unwrap_or(word_last);
        let (row_last, end) = place(m, "scan_row", around.rows, row_end, start);
        let end = end.unwrap_or(row_last);
        let kept = unless(m, "scanning_kept", scanning.net, end);
        let next = m.or("scanning_d", start, kept);
        m.drive(scanning, next, None);
        let starts = m.delay("scan_first_q", start, None, 0);
        let first = m.delay("word_first_q", starts, None, 0);
        let address = if halo.is_empty() {
            plain_address(m, raster, scanning.net)
        } else {
            let ends = Ends {
                scanning: scanning.net,
                row_end,
                end,
                start,
            };
            wrapped_address(m, raster, halo, &ends)
        };
        Scan { address, first }
    }
}

/// A counter that starts again at `start`; gives its last place, and that together with `enable`.
fn place(
    m: &mut ModuleBuilder,
    name: &str,
    count: usize,
    enable: NetId,
    start: NetId,
) -> (NetId, Option<NetId>) {
    if count <= 1 {
        return (enable, None);
    }
    let ty = Type::unsigned(address_bits(count as u64));
    let (_, last) = cyclic(m, name, ty, (count as i64 - 1, 1), enable, (0, start));
    (last, Some(m.and(&format!("{name}_end"), enable, last)))
}

struct Ends {
    scanning: NetId,
    row_end: NetId,
    end: NetId,
    start: NetId,
}

fn plain_address(m: &mut ModuleBuilder, raster: Raster, scanning: NetId) -> NetId {
    address_counter(m, "scan_address", raster.positions() as u64, scanning)
        .unwrap_or_else(|| m.constant("scan_address", Type::BIT, 0))
}

/// The address that walks around the torus: a row base and a word, each wrapping by itself.
fn wrapped_address(m: &mut ModuleBuilder, raster: Raster, halo: Halo, ends: &Ends) -> NetId {
    let ty = Type::unsigned(address_bits(raster.positions() as u64));
    let restart = m.or("scan_restart", ends.end, ends.start);

    let first_word = (raster.words - halo.west) % raster.words;
    let fresh_row = m.or("fresh_row", ends.row_end, restart);
    let highest = raster.words as i64 - 1;
    let first_word = (first_word as i64, fresh_row);
    let (word, _) = cyclic(m, "column", ty, (highest, 1), ends.scanning, first_word);
    let first_row = ((raster.rows - halo.north) % raster.rows * raster.words) as i64;
    let last_row = ((raster.rows - 1) * raster.words) as i64;
    let steps = (last_row, raster.words as i64);
    let (row, _) = cyclic(m, "row_base", ty, steps, ends.row_end, (first_row, restart));
    m.add("scan_address", row, word)
}

/// A register that steps up to `highest` and starts again at 0, or at a given value on restart;
/// gives its value, and one bit: it is the highest.
fn cyclic(
    m: &mut ModuleBuilder,
    name: &str,
    ty: Type,
    (highest, step): (i64, i64),
    enable: NetId,
    (first, restart): (i64, NetId),
) -> (NetId, NetId) {
    let register = m.register(&format!("{name}_q"), ty, first);
    let top = m.constant(&format!("{name}_highest"), ty, highest);
    let last = m.equal(&format!("{name}_last"), register.net, top);
    let step = m.constant(&format!("{name}_step"), ty, step);
    let more = m.add(&format!("{name}_more"), register.net, step);
    let zero = m.constant(&format!("{name}_zero"), ty, 0);
    let next = m.mux(&format!("{name}_next"), last, zero, more);
    let first = m.constant(&format!("{name}_first"), ty, first);
    let next = m.mux(&format!("{name}_d"), restart, first, next);
    let moves = m.or(&format!("{name}_moves"), enable, restart);
    m.drive(register, next, Some(moves));
    (register.net, last)
}

/// The writing side of a pass.
pub struct Writing {
    /// One bit: a word of results is written in this cycle.
    pub enable: NetId,
    /// Where to.
    pub position: Option<NetId>,
    /// One bit: it is the last of the pass.
    pub end: NetId,
}

impl Writing {
    /// Adds the counters; `first` marks the first word that leaves the stage, and `phase` is high
    /// while the stage's results count.
    pub fn build(
        m: &mut ModuleBuilder,
        name: &str,
        raster: Raster,
        halo: Halo,
        first: NetId,
        phase: NetId,
    ) -> Writing {
        let starts = m.and(&format!("{name}_leaving_first"), first, phase);
        let leaving = m.register(&format!("{name}_leaving_q"), Type::BIT, 0);
        let inside = m.or(&format!("{name}_leaving"), starts, leaving.net);
        let enable = if halo.is_empty() {
            inside
        } else {
            interior(m, name, (raster, halo), inside, starts)
        };
        let place = counter(
            m,
            &format!("{name}_position"),
            raster.positions() as u64,
            enable,
        );
        let end = also(m, &format!("{name}_end"), enable, place.last);
        let next = unless(m, &format!("{name}_leaving_d"), inside, end);
        m.drive(leaving, next, None);
        Writing {
            enable,
            position: place.value,
            end,
        }
    }
}

/// One bit: the word that leaves lies on the grid and not in the halo.
pub fn interior(
    m: &mut ModuleBuilder,
    name: &str,
    (raster, halo): (Raster, Halo),
    leaving: NetId,
    first: NetId,
) -> NetId {
    let position = Position::build(m, halo.around(raster), 0, leaving, first);
    let mut within = leaving;
    let sides = [
        ("row", position.row, halo.north, raster.rows, halo.south),
        ("word", position.word, halo.west, raster.words, halo.east),
    ];
    for (side, net, before, inside, after) in sides {
        let ty = m.ty(net);
        if before > 0 {
            let limit = m.constant(&format!("{name}_{side}_low"), ty, before as i64);
            let outside = m.less(&format!("{name}_{side}_before"), net, limit);
            within = unless(m, &format!("{name}_{side}_begun"), within, outside);
        }
        if after > 0 {
            let limit = m.constant(&format!("{name}_{side}_high"), ty, (before + inside) as i64);
            let not_past = m.less(&format!("{name}_{side}_not_past"), net, limit);
            within = m.and(&format!("{name}_{side}_within"), within, not_past);
        }
    }
    within
}
