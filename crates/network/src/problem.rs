//! Everything that can be wrong with a description or with the data it names.

use std::path::{Path, PathBuf};

use program::FormatError;

/// What was found wrong. The text says what was found; [`Problem::expected`] what would be right,
/// and [`Problem::code`] is a name that stays the same from version to version.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// The description file cannot be read.
    #[error("the description cannot be read: {reason}")]
    UnreadableDescription {
        /// What the operating system said.
        reason: String,
    },
    /// A file is larger than the reader accepts.
    #[error("`{}` has {bytes} bytes, more than the {limit} that are read", path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size.
        limit: u64,
    },
    /// The text is not TOML.
    #[error("this is not valid TOML: {reason}")]
    Syntax {
        /// What the TOML parser said.
        reason: String,
    },
    /// A key that the section does not know.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key found.
        key: String,
        /// The known key that is spelled most alike.
        suggestion: Option<String>,
        /// All keys known at this place.
        known: Vec<String>,
    },
    /// A key that must be there is not.
    #[error("the key `{key}` is missing")]
    MissingKey {
        /// The missing key.
        key: String,
        /// What it should hold.
        expected: String,
    },
    /// A value of the wrong type or outside a list of words.
    #[error("found {found}")]
    WrongValue {
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A word that is none of a list.
    #[error("`{found}` is no {what}")]
    UnknownWord {
        /// What the word should name.
        what: &'static str,
        /// What stands there.
        found: String,
        /// The known word that is spelled most alike.
        suggestion: Option<String>,
        /// All known words.
        known: Vec<String>,
    },
    /// A name that cannot name a Verilog module.
    #[error("the name `{}` {reason}", name.escape_debug())]
    Name {
        /// The name found.
        name: String,
        /// Why it cannot be used.
        reason: &'static str,
    },
    /// A number outside its range.
    #[error("{what} is {value}")]
    OutOfRange {
        /// What the number counts or measures.
        what: &'static str,
        /// The number.
        value: f64,
        /// The smallest that is allowed.
        low: f64,
        /// The largest that is allowed.
        high: f64,
    },
    /// A text that is no word format.
    #[error("{0}")]
    Format(FormatError),
    /// A format of the wrong coding for its use.
    #[error("the format `{found}` cannot be used for {what}")]
    FormatUse {
        /// The format found.
        found: String,
        /// What it should hold.
        what: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// Two keys that exclude or need each other.
    #[error("{message}")]
    Conflict {
        /// What does not go together.
        message: String,
        /// What would be right.
        expected: String,
    },
    /// A template that is not a square of 1, 3 or 5 rows.
    #[error("the template has {found}")]
    TemplateShape {
        /// The rows and columns found.
        found: String,
    },
    /// The array is smaller than the template.
    #[error("an array of {rows} x {columns} cells is smaller than the {size} x {size} template")]
    TemplateTooLarge {
        /// Rows of the array.
        rows: usize,
        /// Columns of the array.
        columns: usize,
        /// Rows and columns of the template.
        size: usize,
    },
    /// A data file cannot be read.
    #[error("`{}` cannot be read: {reason}", path.display())]
    UnreadableData {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// A data file is not what its name says.
    #[error("`{}` is not a readable {kind} file: {reason}", path.display())]
    BrokenData {
        /// The file.
        path: PathBuf,
        /// The file format.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The elements of an array are of a type that holds no numbers.
    #[error("`{}` holds elements of type {found}", path.display())]
    ElementType {
        /// The file.
        path: PathBuf,
        /// The element type found.
        found: String,
    },
    /// A header announces more elements than are accepted.
    #[error("`{}` announces {shape}, more than the {limit} elements that are read", path.display())]
    TooManyElements {
        /// The file.
        path: PathBuf,
        /// The announced shape.
        shape: String,
        /// The largest number of elements.
        limit: u64,
    },
    /// A file name without a known ending.
    #[error("`{found}` has no known ending")]
    UnknownEnding {
        /// The file name.
        found: String,
        /// The endings that are read here.
        known: &'static str,
    },
    /// An archive does not hold the array asked for.
    #[error("`{}` holds no array `{key}`", path.display())]
    NoSuchArray {
        /// The archive.
        path: PathBuf,
        /// The array asked for.
        key: String,
        /// The closest name and all names found.
        suggestion: Option<String>,
        /// The names found.
        known: Vec<String>,
    },
    /// A file or an array of a kind that is not read.
    #[error("`{}` holds {found}", path.display())]
    UnreadKind {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// What would work.
        expected: String,
    },
    /// An array of the wrong shape.
    #[error("{what} has {found}")]
    Shape {
        /// What the array is.
        what: &'static str,
        /// The shape found.
        found: String,
        /// The shape that would be right.
        expected: String,
    },
    /// A weight matrix with different numbers of rows and columns.
    #[error("the weight matrix has {rows} rows and {columns} columns")]
    NotSquare {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// NaN or an infinity.
    #[error("{what} holds {value} at {position}")]
    NotFinite {
        /// What the array is.
        what: &'static str,
        /// `NaN`, `inf` or `-inf`.
        value: f64,
        /// Where in the array, from 0.
        position: String,
    },
    /// An element outside the values that it may have.
    #[error("{what} holds {value} at {position}")]
    ElementValue {
        /// What the array is.
        what: &'static str,
        /// The value found.
        value: f64,
        /// Where in the array, from 0.
        position: String,
        /// The values that are allowed.
        allowed: &'static str,
    },
    /// A number that is no token of the vocabulary.
    #[error(
        "{what} holds the token {value}{}",
        position.as_ref().map_or(String::new(), |at| format!(" at {at}"))
    )]
    Token {
        /// What holds it.
        what: &'static str,
        /// The number found.
        value: f64,
        /// Where in the array, from 0; none of a single number.
        position: Option<String>,
        /// The size of the vocabulary.
        vocabulary: usize,
    },
    /// Probabilities that do not sum to one.
    #[error("{}", sums(what, rows))]
    Probabilities {
        /// What the table is.
        what: &'static str,
        /// Each of these rows, from 0, and its sum.
        rows: Vec<(usize, f64)>,
    },
    /// A sequence of tokens that is no postfix program for its stack.
    #[error("{message}")]
    Postfix {
        /// Which sequence and step, and what was found there.
        message: String,
        /// What would be right.
        expected: String,
    },
    /// An entry of a sparse matrix that is no place of it, or twice the same place.
    #[error("entry {entry} of the sparse weights: {reason}")]
    SparseEntry {
        /// Number of the entry, from 0.
        entry: usize,
        /// What is wrong with it.
        reason: String,
        /// What would be right.
        expected: String,
    },
    /// A line of a problem file that cannot be read.
    #[error("this line cannot be read: {reason}")]
    ProblemLine {
        /// What is wrong with it.
        reason: String,
        /// What would be right.
        expected: String,
    },
    /// A header that announces another number of something than there is.
    #[error("the header announces {announced} {what}, and there are {found}")]
    HeaderCount {
        /// What is counted.
        what: &'static str,
        /// The number in the header.
        announced: usize,
        /// The number found.
        found: usize,
    },
    /// An edge to a vertex that the graph has not.
    #[error("the vertex {} is none of the {vertices} of the graph", vertex.escape_debug())]
    VertexOutside {
        /// The vertex as it is written.
        vertex: String,
        /// Vertices of the graph.
        vertices: usize,
    },
    /// A coefficient of a bit that the function has not.
    #[error("bit {bit} is none of the {bits} bits of the header")]
    BitOutside {
        /// The bit.
        bit: usize,
        /// Bits of the function.
        bits: usize,
    },
    /// An edge from a vertex to itself.
    #[error("an edge joins the vertex {} to itself", vertex.escape_debug())]
    SelfLoop {
        /// The vertex.
        vertex: String,
    },
    /// A pair that is given twice.
    #[error("the pair {} was given before, in line {first}", ends.escape_debug())]
    DuplicateEdge {
        /// The pair, as `a and b`.
        ends: String,
        /// The line that gave it first.
        first: usize,
    },
    /// A problem in which there is nothing to solve.
    #[error("there is nothing to solve: {message}")]
    EmptyProblem {
        /// What was found.
        message: String,
        /// What would be something.
        expected: String,
    },
    /// A problem that needs more than can be built.
    #[error("the problem needs {found} {what}")]
    ProblemTooLarge {
        /// What it needs too many of.
        what: &'static str,
        /// How many.
        found: String,
        /// The largest number.
        limit: usize,
    },
    /// A problem without an answer.
    #[error("there is no answer: {message}")]
    NoAnswer {
        /// Why.
        message: String,
        /// What would have one.
        expected: String,
    },
    /// A sequence with more steps than are remembered.
    #[error("sequence {sequence} has {steps} steps, and {longest} are remembered")]
    TooLong {
        /// Its number, from 0.
        sequence: usize,
        /// Its steps.
        steps: usize,
        /// The most steps.
        longest: usize,
    },
    /// An image of another size than the array of cells.
    #[error("the image `{}` has {found_rows} rows and {found_columns} columns", path.display())]
    ImageSize {
        /// The image.
        path: PathBuf,
        /// Its rows.
        found_rows: usize,
        /// Its columns.
        found_columns: usize,
        /// Rows of the array.
        rows: usize,
        /// Columns of the array.
        columns: usize,
    },
}

impl Problem {
    /// The stable code: `HW01..` the file, `HW02..` what it says, `HW03..` the data it names,
    /// `HW04..` a problem that is to be solved.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::UnreadableDescription { .. } => "HW0101",
            Problem::FileTooLarge { .. } => "HW0102",
            Problem::Syntax { .. } => "HW0103",
            Problem::UnknownKey { .. } => "HW0104",
            Problem::MissingKey { .. } => "HW0105",
            Problem::WrongValue { .. } => "HW0106",
            Problem::UnknownWord { .. } => "HW0107",
            Problem::Name { .. } => "HW0201",
            Problem::OutOfRange { .. } => "HW0202",
            Problem::Format(_) => "HW0203",
            Problem::FormatUse { .. } => "HW0204",
            Problem::Conflict { .. } => "HW0205",
            Problem::TemplateShape { .. } => "HW0206",
            Problem::TemplateTooLarge { .. } => "HW0207",
            Problem::UnreadableData { .. } => "HW0301",
            Problem::BrokenData { .. } => "HW0302",
            Problem::ElementType { .. } => "HW0303",
            Problem::TooManyElements { .. } => "HW0304",
            Problem::UnknownEnding { .. } => "HW0305",
            Problem::NoSuchArray { .. } => "HW0306",
            Problem::Shape { .. } => "HW0307",
            Problem::NotSquare { .. } => "HW0308",
            Problem::NotFinite { .. } => "HW0309",
            Problem::ElementValue { .. } => "HW0310",
            Problem::SparseEntry { .. } => "HW0311",
            Problem::ImageSize { .. } => "HW0312",
            Problem::UnreadKind { .. } => "HW0313",
            Problem::Token { .. } => "HW0314",
            Problem::Probabilities { .. } => "HW0315",
            Problem::TooLong { .. } => "HW0317",
            Problem::Postfix { .. } => "HW0318",
            Problem::ProblemLine { .. } => "HW0401",
            Problem::HeaderCount { .. } => "HW0402",
            Problem::VertexOutside { .. } | Problem::BitOutside { .. } => "HW0403",
            Problem::SelfLoop { .. } => "HW0404",
            Problem::DuplicateEdge { .. } => "HW0405",
            Problem::EmptyProblem { .. } => "HW0406",
            Problem::ProblemTooLarge { .. } => "HW0407",
            Problem::NoAnswer { .. } => "HW0408",
        }
    }

    /// What would be right, in words that follow "expected:".
    pub fn expected(&self) -> String {
        match self {
            Problem::UnreadableDescription { .. } => "a readable description file (TOML)".into(),
            Problem::FileTooLarge { limit, .. } => format!("a file of at most {limit} bytes"),
            Problem::Syntax { .. } => "a TOML document, see https://toml.io".into(),
            Problem::UnknownKey {
                suggestion, known, ..
            } => choice(suggestion.as_deref(), known),
            Problem::MissingKey { expected, .. }
            | Problem::WrongValue { expected, .. }
            | Problem::Conflict { expected, .. }
            | Problem::UnreadKind { expected, .. }
            | Problem::Shape { expected, .. }
            | Problem::ProblemLine { expected, .. }
            | Problem::EmptyProblem { expected, .. }
            | Problem::NoAnswer { expected, .. }
            | Problem::Postfix { expected, .. }
            | Problem::SparseEntry { expected, .. } => expected.clone(),
            Problem::HeaderCount { what, found, .. } => {
                format!("`{found}` in the header, or the {what} that it announces")
            }
            Problem::VertexOutside { vertices, .. } => {
                format!("a whole number from 1 to {vertices}")
            }
            Problem::BitOutside { bits, .. } => {
                format!("a whole number from 0 to {}", bits.max(&1) - 1)
            }
            Problem::SelfLoop { .. } => "edges between two vertices".into(),
            Problem::DuplicateEdge { .. } => {
                "each pair once, whichever of the two comes first; weights are not added up".into()
            }
            Problem::ProblemTooLarge { limit, .. } => format!("{limit} at most"),
            Problem::UnknownWord {
                suggestion, known, ..
            }
            | Problem::NoSuchArray {
                suggestion, known, ..
            } => choice(suggestion.as_deref(), known),
            Problem::Name { .. } => NAME_RULE.into(),
            Problem::OutOfRange { low, high, .. } if *low == f64::MIN_POSITIVE => {
                format!("a number above 0, {high} at most")
            }
            Problem::OutOfRange { low, high, .. } => format!("a number from {low} to {high}"),
            Problem::Format(_) => FORMAT_RULE.into(),
            Problem::FormatUse { expected, .. } => (*expected).into(),
            Problem::TemplateShape { .. } => {
                "as many rows as columns: 1 x 1, 3 x 3 or 5 x 5 finite numbers".into()
            }
            Problem::TemplateTooLarge { size, .. } => {
                format!("at least {size} rows and {size} columns")
            }
            Problem::UnreadableData { .. } => {
                "a readable file; paths count from the folder of the description".into()
            }
            Problem::BrokenData { kind, .. } => format!("a well-formed {kind} file"),
            Problem::ElementType { .. } => {
                "real numbers: integers of 8 to 64 bits, floats of 16 to 64 bits, or booleans"
                    .into()
            }
            Problem::TooManyElements { limit, .. } => format!("at most {limit} elements"),
            Problem::UnknownEnding { known, .. } => (*known).into(),
            Problem::NotSquare { rows, columns } => {
                let side = rows.max(columns);
                format!("as many rows as columns, one of each for every unit, say {side} x {side}")
            }
            Problem::Token { vocabulary, .. } => format!(
                "a whole number from 0 to {}, for a vocabulary of {vocabulary}",
                vocabulary.max(&1) - 1
            ),
            Problem::Probabilities { .. } => {
                "rows that sum to 1; `normalise = true` divides each by its sum".into()
            }
            Problem::NotFinite { .. } => "finite numbers only".into(),
            Problem::ElementValue { allowed, .. } => (*allowed).into(),
            Problem::TooLong { steps, longest, .. } => {
                format!("sequences of {longest} steps at most, or `longest = {steps}`")
            }
            Problem::ImageSize {
                rows,
                columns,
                found_rows,
                found_columns,
                ..
            } => format!(
                "{rows} rows and {columns} columns as in [network]; or set `rows = {found_rows}` \
                 and `columns = {found_columns}` there"
            ),
        }
    }

    /// The file the problem lies in, where it is not the description itself.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Problem::FileTooLarge { path, .. }
            | Problem::UnreadableData { path, .. }
            | Problem::BrokenData { path, .. }
            | Problem::ElementType { path, .. }
            | Problem::TooManyElements { path, .. }
            | Problem::NoSuchArray { path, .. }
            | Problem::UnreadKind { path, .. }
            | Problem::ImageSize { path, .. } => Some(path),
            _ => None,
        }
    }
}

const NAME_RULE: &str = "a letter, then at most 62 letters, digits or `_` (all ASCII), no keyword \
     of Verilog or SystemVerilog, and not beginning with `verilator`";

const FORMAT_RULE: &str =
    "`s8f4` (signed, 8 bits, 4 of them fraction), `u8f8`, `b1`; signed words have 1 to 64 bits";

/// Rows named in a message at most.
const NAMED: usize = 8;

/// What rows of probabilities sum to, and by how much that is wrong.
fn sums(what: &str, rows: &[(usize, f64)]) -> String {
    let told = |(at, (row, sum)): (usize, &(usize, f64))| {
        let of = if at == 0 {
            format!(" of {what}")
        } else {
            String::new()
        };
        let way = if *sum < 1.0 { "too little" } else { "too much" };
        format!(
            "row {row}{of} sums to {sum}, {way} by {:.3e}",
            (sum - 1.0).abs()
        )
    };
    let named: Vec<String> = rows.iter().take(NAMED).enumerate().map(told).collect();
    let named = named.join("; ");
    match rows.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}

/// The word of `known` that is spelled most like `found`, if any is close.
pub(crate) fn closest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&found.to_lowercase(), word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word.to_string())
}

fn choice(suggestion: Option<&str>, known: &[String]) -> String {
    let list: Vec<String> = known
        .iter()
        .take(40)
        .map(|word| format!("`{word}`"))
        .collect();
    let list = match list.as_slice() {
        [] => "nothing is known here".to_string(),
        [only] => only.clone(),
        many => format!("one of {}", many.join(", ")),
    };
    match suggestion {
        Some(word) => format!("did you mean `{word}`? Known: {list}"),
        None => list,
    }
}
