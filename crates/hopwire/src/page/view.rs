//! What the layout prints: sections made of a few kinds of blocks. Everything is decided and put in
//! words here and in the sections; the layout only places it, and escapes every text.

use serde::Serialize;

/// The whole page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// The name of the network.
    pub title: String,
    /// What it is, in a line.
    pub subtitle: String,
    /// The style sheet.
    pub style: &'static str,
    /// Its sections.
    pub sections: Vec<Section>,
    /// The last line.
    pub footer: String,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// The name in links, an identifier.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What it tells.
    pub lead: String,
    /// Its contents.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Block {
    /// Terms and what they are.
    Terms {
        /// The pairs.
        rows: Vec<Term>,
    },
    /// A table.
    Table(Table),
    /// Drawings beside each other, where there is room.
    Figures {
        /// The drawings.
        figures: Vec<Figure>,
    },
    /// Groups of pictures, beside each other where there is room.
    Pictures {
        /// The groups.
        groups: Vec<Group>,
    },
    /// Parts of a whole as one bar.
    Parts {
        /// The parts, from left to right.
        parts: Vec<Part>,
        /// What there is to see.
        caption: String,
    },
    /// A text that is folded up.
    Source {
        /// The heading.
        title: String,
        /// The text.
        text: String,
    },
    /// A remark.
    Note {
        /// The text.
        text: String,
    },
}

/// A term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// Its name.
    pub name: String,
    /// What it is.
    pub text: String,
    /// Whether it is a text of a program.
    pub code: bool,
}

impl Term {
    /// A term in words.
    pub fn new(name: &str, text: impl Into<String>) -> Term {
        Term {
            name: name.into(),
            text: text.into(),
            code: false,
        }
    }

    /// A term that is a text of a program.
    pub fn code(name: &str, text: impl Into<String>) -> Term {
        Term {
            code: true,
            ..Term::new(name, text)
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The heading.
    pub title: String,
    /// Whether it holds numbers.
    pub number: bool,
}

/// Columns of these titles; a `#` before a title says that the column holds numbers.
pub fn columns(titles: &[&str]) -> Vec<Column> {
    let column = |title: &&str| Column {
        title: title.trim_start_matches('#').into(),
        number: title.starts_with('#'),
    };
    titles.iter().map(column).collect()
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// `yes`, `no`, `open`, `code`, `strong`, or nothing.
    pub tone: &'static str,
    /// A small drawing instead of the text, which then says the same in words.
    pub drawing: Option<String>,
}

impl Cell {
    /// A cell with a text in a tone.
    pub fn toned(text: impl Into<String>, tone: &'static str) -> Cell {
        Cell {
            text: text.into(),
            tone,
            drawing: None,
        }
    }

    /// A cell with a text of a program.
    pub fn code(text: impl Into<String>) -> Cell {
        Cell::toned(text, "code")
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::toned(text, "")
    }
}

/// A drawing with its caption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The drawing, as SVG that was escaped.
    pub svg: String,
    /// What there is to see.
    pub caption: String,
    /// Whether it keeps its size and is scrolled where there is no room.
    pub scrolled: bool,
}

impl Figure {
    /// A drawing that is scaled to the room that it has.
    pub fn scaled(svg: String, caption: impl Into<String>) -> Figure {
        Figure {
            svg,
            caption: caption.into(),
            scrolled: false,
        }
    }
}

/// Pictures beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The pictures.
    pub pictures: Vec<Picture>,
    /// What there is to see.
    pub caption: String,
}

/// A picture of a state or an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The picture itself, as a `data:` address.
    pub data: String,
    /// The width on the page, in pixels.
    pub width: usize,
}

/// A part of a bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// How large it is, in words.
    pub text: String,
    /// Its share of the bar, in percent.
    pub percent: f64,
}
