//! The neighbourhood of a moving cell: line buffers, shift registers, and the boundary rule.
//!
//! Words of cells enter row by row. A memory keeps the lines above, so that with each word the
//! words of the same columns in all rows of the reach are at hand; rows beyond the edge are
//! replaced there. Shift registers then keep as many words of each row as the reach needs, and
//! columns beyond the edge are replaced at the taps.

use std::collections::BTreeMap;

use hw_ir::{ModuleBuilder, NetId, Type, types::address_bits};
use program::Boundary;

use super::geometry::{Raster, Reach, Stencil, place_name};

/// Where in the scan the entering word stands.
pub struct Position {
    /// One bit: the stage moves.
    pub advance: NetId,
    /// The row, which stays at `rows + south` after the grid's last.
    pub row: NetId,
    /// The word of the row.
    pub word: NetId,
    /// The word that enters next.
    pub next_word: NetId,
    /// Words of a row.
    words: usize,
    /// One bit: the word whose results leave the window's centre next is the grid's first.
    pub origin: NetId,
}

impl Position {
    /// Adds the counters; `first` marks the grid's first word.
    pub fn build(
        m: &mut ModuleBuilder,
        raster: Raster,
        south: usize,
        advance: NetId,
        first: NetId,
    ) -> Position {
        m.section("where the entering word stands");
        let beyond = (raster.rows + south) as i64;
        let row_type = Type::unsigned(address_bits(beyond as u64 + 1));
        let word_type = Type::unsigned(address_bits(raster.words as u64));
        let row_register = m.register("row_q", row_type, beyond);
        let word_register = m.register("word_q", word_type, 0);
        let top = m.constant("row_top", row_type, 0);
        let row = m.mux("row", first, top, row_register.net);
        let zero = m.constant("word_zero", word_type, 0);
        let word = m.mux("word", first, zero, word_register.net);

        let last = m.constant("word_highest", word_type, raster.words as i64 - 1);
        let is_last = m.equal("word_last", word, last);
        let one = m.constant("word_one", word_type, 1);
        let more = m.add("word_more", word, one);
        let next_word = m.mux("word_d", is_last, zero, more);
        m.drive(word_register, next_word, Some(advance));

        let end = m.constant("row_beyond", row_type, beyond);
        let inside = m.not_equal("row_inside", row, end);
        let moves = m.and("row_moves", is_last, inside);
        let step = m.resize("row_step", moves, row_type);
        let next_row = m.add("row_d", row, step);
        m.drive(row_register, next_row, Some(advance));

        let origin = if south == 0 {
            first
        } else {
            let lead = m.constant("lead_rows", row_type, south as i64);
            let row_first = m.equal("centre_row_first", row, lead);
            let word_first = m.equal("word_first", word, zero);
            m.and("origin", row_first, word_first)
        };
        Position {
            advance,
            row,
            word,
            next_word,
            words: raster.words,
            origin,
        }
    }

    /// The value delayed by `words` moves of the stage.
    pub fn later(&self, m: &mut ModuleBuilder, name: &str, net: NetId, words: usize) -> NetId {
        (1..=words).fold(net, |net, age| {
            m.delay(&format!("{name}_later{age}_q"), net, Some(self.advance), 0)
        })
    }

    /// The last `lines` lines at the entering word's columns, the latest first.
    pub fn lines(&self, m: &mut ModuleBuilder, name: &str, word: NetId, lines: usize) -> NetId {
        let ty = m.ty(word);
        let depth = self.words as u32;
        let memory = m.memory(
            &format!("{name}_lines"),
            ty.times(ty.count * lines as u32),
            depth,
            None,
        );
        let above = m.read(
            &format!("{name}_above_q"),
            memory,
            self.next_word,
            Some(self.advance),
        );
        let kept = if lines == 1 {
            word
        } else {
            let older = m.elements(
                &format!("{name}_older"),
                above,
                0,
                ty.count * (lines as u32 - 1),
            );
            m.join(&format!("{name}_kept"), &[word, older])
        };
        m.write(memory, self.word, self.advance, kept);
        above
    }
}

/// The window of one gather.
pub struct Window<'a> {
    /// The stencil.
    pub stencil: &'a Stencil,
    /// The scan.
    pub raster: Raster,
    /// Whether the boundary rule is applied here; not so where the scan carries the cells beyond
    /// the edge itself.
    pub edges: bool,
}

/// A cell of the window: rows south of the centre, and columns east of the centre word's first
/// cell.
type Place = (i64, i64);

impl Window<'_> {
    /// Adds the window of entering words `word`, with the lines `above` it, the latest first;
    /// gives a vector of `lanes` cells for each tap, in tap order, at the cycle in which the
    /// centre has moved `east words + 1` places.
    pub fn build(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        word: NetId,
        above: Option<NetId>,
    ) -> Vec<NetId> {
        let reach = self.stencil.reach();
        let places = self.places();
        m.section("the lines of the neighbourhood");
        let rows = self.rows(m, position, (word, above), reach, &places);
        let cells = self.shift(m, position, rows, reach, &places);
        self.taps(m, position, reach, cells)
    }

    fn zero_flux(&self) -> bool {
        self.edges && self.stencil.boundary == Boundary::ZeroFlux
    }

    /// Every cell that is needed, for all lanes; zero flux also needs those on the way inward.
    fn places(&self) -> Vec<Place> {
        let mut places = std::collections::BTreeSet::new();
        for &(south, east, _) in &self.stencil.taps {
            for lane in 0..self.raster.lanes as i64 {
                places.insert((south, lane + east));
                if self.zero_flux() {
                    places.extend(inward(east).map(|e| (south, lane + e)));
                }
            }
        }
        places.into_iter().collect()
    }

    /// The entering words of each row that is needed, with rows beyond the edge replaced.
    fn rows(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        (word, above): (NetId, Option<NetId>),
        reach: Reach,
        places: &[Place],
    ) -> BTreeMap<i64, NetId> {
        let lanes = self.raster.lanes as u32;
        let lines = reach.north + reach.south;
        let mut raw = BTreeMap::new();
        for line in 0..=lines {
            let south = reach.south as i64 - line as i64;
            let needed = places.iter().any(|place| place.0 == south);
            let inner = self.zero_flux() && south.unsigned_abs() as usize <= lines;
            if !needed && !inner {
                continue;
            }
            let name = format!("line_{}", place_name(south, 0));
            let net = match above {
                Some(above) if line > 0 => {
                    m.elements(&name, above, (line as u32 - 1) * lanes, lanes)
                }
                _ => word,
            };
            raw.insert(south, net);
        }
        if !self.edges {
            return raw;
        }
        let mut replaced = BTreeMap::new();
        let mut order: Vec<i64> = raw.keys().copied().collect();
        order.sort_by_key(|south| south.abs());
        for south in order {
            let net = self.row(m, position, reach, south, raw[&south], &replaced);
            replaced.insert(south, net);
        }
        replaced
    }

    fn row(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        reach: Reach,
        south: i64,
        net: NetId,
        inner: &BTreeMap<i64, NetId>,
    ) -> NetId {
        if south == 0 {
            return net;
        }
        let name = place_name(south, 0);
        let row_type = m.ty(position.row);
        // The row of the centre is the entering row less the reach to the south.
        let outside = if south < 0 {
            let limit = reach.south as i64 - south;
            let limit = m.constant(&format!("{name}_limit"), row_type, limit);
            m.less(&format!("{name}_outside"), position.row, limit)
        } else {
            let limit = (self.raster.rows + reach.south) as i64 - south - 1;
            let limit = m.constant(&format!("{name}_limit"), row_type, limit);
            m.less(&format!("{name}_outside"), limit, position.row)
        };
        let instead = match self.stencil.boundary {
            Boundary::Fixed(_) => self.beyond(m, &format!("{name}_beyond"), m.ty(net)),
            Boundary::ZeroFlux | Boundary::Periodic => {
                inner.get(&(south - south.signum())).copied().unwrap_or(net)
            }
        };
        m.mux(&format!("row_{name}"), outside, instead, net)
    }

    fn beyond(&self, m: &mut ModuleBuilder, name: &str, ty: Type) -> NetId {
        let value = match self.stencil.boundary {
            Boundary::Fixed(raw) if !ty.signed && ty.width == 1 => i64::from(raw > 0),
            Boundary::Fixed(raw) => raw,
            Boundary::ZeroFlux | Boundary::Periodic => 0,
        };
        m.constant(name, ty, value)
    }

    /// Shift registers of each row; gives the net of each needed cell.
    fn shift(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        rows: BTreeMap<i64, NetId>,
        reach: Reach,
        places: &[Place],
    ) -> BTreeMap<Place, NetId> {
        m.section("the words of the neighbourhood");
        let lanes = self.raster.lanes as i64;
        let centre = self.raster.reach_words(reach.east) as i64;
        let mut cells = BTreeMap::new();
        for (south, entering) in rows {
            // For each age, the first and last cell of the word that is needed then or later.
            let mut needed: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
            for &(_, east) in places.iter().filter(|place| place.0 == south) {
                let age = centre - east.div_euclid(lanes);
                let cell = east.rem_euclid(lanes);
                for earlier in 0..=age {
                    let range = needed.entry(earlier).or_insert((cell, cell));
                    *range = (range.0.min(cell), range.1.max(cell));
                }
            }
            let mut word = (entering, 0);
            for (age, (low, high)) in needed {
                let name = format!("word_{}_age{age}", place_name(south, 0));
                let count = (high - low + 1) as u32;
                let part = m.elements(&format!("{name}_d"), word.0, (low - word.1) as u32, count);
                word = (
                    m.delay(&format!("{name}_q"), part, Some(position.advance), 0),
                    low,
                );
                for cell in low..=high {
                    let east = (centre - age) * lanes + cell;
                    if places.contains(&(south, east)) {
                        let name = format!("cell_{}", cell_name(south, east));
                        let net = m.elements(&name, word.0, (cell - low) as u32, 1);
                        cells.insert((south, east), net);
                    }
                }
            }
        }
        cells
    }

    /// The taps of all lanes, with columns beyond the edge replaced.
    fn taps(
        &self,
        m: &mut ModuleBuilder,
        position: &Position,
        reach: Reach,
        cells: BTreeMap<Place, NetId>,
    ) -> Vec<NetId> {
        m.section("the taps");
        let delay = self.raster.reach_words(reach.east) + 1;
        let sideways = self.edges && (reach.west > 0 || reach.east > 0);
        let word = sideways.then(|| position.later(m, "word", position.word, delay));
        let mut edge = Edge {
            window: self,
            word,
            outside: BTreeMap::new(),
            replaced: BTreeMap::new(),
        };
        let lanes = self.raster.lanes as i64;
        let taps = &self.stencil.taps;
        taps.iter()
            .map(|&(south, east, _)| {
                let of_lanes: Vec<NetId> = (0..lanes)
                    .map(|lane| edge.cell(m, &cells, (south, lane + east)))
                    .collect();
                m.join(&format!("tap_{}", place_name(south, east)), &of_lanes)
            })
            .collect()
    }
}

/// Columns on the way from an offset to the centre.
fn inward(east: i64) -> impl Iterator<Item = i64> {
    (0..east.abs()).map(move |steps| steps * east.signum())
}

fn cell_name(south: i64, east: i64) -> String {
    let column = if east < 0 {
        format!("minus{}", -east)
    } else {
        east.to_string()
    };
    format!("{}_column_{column}", place_name(south, 0))
}

/// The boundary rule for columns.
struct Edge<'a> {
    window: &'a Window<'a>,
    /// The word of the centre; `None` where nothing reaches sideways.
    word: Option<NetId>,
    /// For each column outside the centre word: one bit, it lies beyond the edge.
    outside: BTreeMap<i64, NetId>,
    replaced: BTreeMap<Place, NetId>,
}

impl Edge<'_> {
    fn cell(
        &mut self,
        m: &mut ModuleBuilder,
        cells: &BTreeMap<Place, NetId>,
        place: Place,
    ) -> NetId {
        let lanes = self.window.raster.lanes as i64;
        let (south, east) = place;
        let net = cells.get(&place).copied();
        let Some(net) = net else {
            return m.constant("missing_cell", Type::BIT, 0);
        };
        let (true, Some(word)) = (!(0..lanes).contains(&east), self.word) else {
            return net;
        };
        if let Some(&net) = self.replaced.get(&place) {
            return net;
        }
        let outside = self.outside(m, word, east);
        let name = cell_name(south, east);
        let instead = match self.window.stencil.boundary {
            Boundary::Fixed(_) => {
                let ty = m.ty(net);
                self.window.beyond(m, &format!("{name}_beyond"), ty)
            }
            Boundary::ZeroFlux | Boundary::Periodic => {
                let inner = if east < 0 { east + 1 } else { east - 1 };
                self.cell(m, cells, (south, inner))
            }
        };
        let net = m.mux(&format!("inside_{name}"), outside, instead, net);
        self.replaced.insert(place, net);
        net
    }

    fn outside(&mut self, m: &mut ModuleBuilder, word: NetId, east: i64) -> NetId {
        if let Some(&net) = self.outside.get(&east) {
            return net;
        }
        let Raster { words, lanes, .. } = self.window.raster;
        let lanes = lanes as i64;
        let ty = m.ty(word);
        let name = cell_name(0, east);
        let net = if east < 0 {
            let far = (-east + lanes - 1) / lanes;
            let limit = m.constant(&format!("{name}_limit"), ty, far);
            m.less(&format!("{name}_outside"), word, limit)
        } else {
            let far = east / lanes;
            let limit = m.constant(&format!("{name}_limit"), ty, words as i64 - far - 1);
            m.less(&format!("{name}_outside"), limit, word)
        };
        self.outside.insert(east, net);
        net
    }
}
