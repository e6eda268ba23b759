//! Lines of text: columns under each other, comments, banners, ranges of bits.

use hw_ir::Type;

/// The width of a banner within a module, indentation included.
const BANNER_COLUMNS: usize = 98;

/// A column is not made wider than this for the sake of one long name.
const WIDEST_COLUMN: usize = 40;

/// Words with which a comment must not begin: tools take it for a command then.
const COMMANDS: [&str; 6] = [
    "verilator",
    "synopsys",
    "synthesis",
    "pragma",
    "cadence",
    "ambit",
];

/// `signed [7:0] ` and its kin, for a declaration. A vector of elements is a flat, unsigned word.
pub fn range(ty: Type) -> String {
    let signed = if ty.signed && ty.is_scalar() {
        "signed "
    } else {
        ""
    };
    format!("{signed}{}", bit_range(ty.bits()))
}

/// `[7:0] ` for eight bits, nothing for one.
pub fn bit_range(bits: u64) -> String {
    if bits == 1 {
        String::new()
    } else {
        format!("[{}:0] ", bits - 1)
    }
}

/// The width that a column needs; longer entries stick out.
pub fn width<'a>(entries: impl Iterator<Item = &'a str>) -> usize {
    let widths = entries.map(|entry| entry.chars().count());
    widths
        .filter(|&width| width <= WIDEST_COLUMN)
        .max()
        .unwrap_or(0)
}

/// Lines of a target and a value with this sign between them, the signs under each other.
pub fn aligned(sign: &str, rows: &[(String, String)]) -> Vec<String> {
    let widest = width(rows.iter().map(|(target, _)| target.as_str()));
    rows.iter()
        .map(|(target, value)| format!("{target:<widest$} {sign} {value};"))
        .collect()
}

/// A comma after each line but the last.
pub fn comma_separated(lines: Vec<String>) -> Vec<String> {
    let last = lines.len().saturating_sub(1);
    let comma = |place: usize| if place < last { "," } else { "" };
    lines
        .into_iter()
        .enumerate()
        .map(|(place, line)| format!("{line}{}", comma(place)))
        .collect()
}

/// A text as a comment of one line: what is no visible character becomes a space, and no tool
/// takes it for a command.
pub fn comment(text: &str) -> String {
    let visible = text.replace(
        |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}',
        " ",
    );
    let line = visible.trim().trim_end_matches('\\');
    let lower = line.to_ascii_lowercase();
    if COMMANDS.iter().any(|command| lower.starts_with(command)) {
        format!("// - {line}")
    } else {
        format!("// {line}")
    }
}

/// A comment that opens a section of a module.
pub fn banner(text: &str) -> String {
    let start = comment(&format!("---- {text} "));
    let dashes = (BANNER_COLUMNS - 3).saturating_sub(start.chars().count());
    format!("{start} {}", "-".repeat(dashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stays_on_its_line_and_is_no_command() {
        assert_eq!(comment("a\nassign b = 1;\r"), "// a assign b = 1;");
        assert_eq!(
            comment("Synopsys translate_off"),
            "// - Synopsys translate_off"
        );
        assert_eq!(comment("goes on \\"), "// goes on ");
    }

    #[test]
    fn banners_end_in_one_column() {
        let lengths = ["registers", "cycle 1: the signed term"].map(|text| banner(text).len());
        assert_eq!(lengths, [BANNER_COLUMNS - 2; 2]);
    }

    #[test]
    fn one_long_name_does_not_push_the_others() {
        let long = "n".repeat(WIDEST_COLUMN + 1);
        let rows = [("a", "x"), ("bcd", "y"), (long.as_str(), "z")]
            .map(|(target, value)| (target.to_owned(), value.to_owned()));
        let expected = [
            "a   = x;".to_owned(),
            "bcd = y;".to_owned(),
            format!("{long} = z;"),
        ];
        assert_eq!(aligned("=", &rows), expected);
    }
}
