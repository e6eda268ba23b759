//! Layouts hold layout only: no sign, no sized literal, no arithmetic.

use tidy::{SourceFile, tracked_files_ending};

fn templates() -> Vec<SourceFile> {
    let files = tracked_files_ending(".tera").expect("tracked files");
    assert!(!files.is_empty(), "no layouts are tracked");
    files
}

/// What stands between the delimiters of Tera tags, `[% %]` and `[= =]`, without marks of white space control.
fn tags(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (open, close) in [("[%", "%]"), ("[=", "=]")] {
        for piece in text.split(open).skip(1) {
            let inner = piece.split(close).next().unwrap_or_default();
            found.push(
                inner
                    .strip_prefix('-')
                    .unwrap_or(inner)
                    .strip_suffix('-')
                    .unwrap_or(inner),
            );
        }
    }
    found
}

/// The tag with the contents of its strings left out.
fn without_strings(tag: &str) -> String {
    tag.split(['"', '\'', '`']).step_by(2).collect()
}

/// True where a Verilog literal with a size, such as a width, a quote and a base, stands in the line.
fn holds_a_sized_literal(line: &str) -> bool {
    let chars: Vec<char> = line.chars().collect();
    (1..chars.len()).any(|at| {
        let base = if matches!(chars.get(at + 1), Some('s' | 'S')) {
            at + 2
        } else {
            at + 1
        };
        let digit = |c: &char| c.is_ascii_hexdigit() || matches!(c, 'x' | 'z' | '[');
        chars[at] == '\''
            && chars[at - 1].is_ascii_digit()
            && matches!(chars.get(base), Some('b' | 'd' | 'h' | 'o'))
            && chars.get(base + 1).is_some_and(digit)
    })
}

#[test]
fn layouts_hold_no_sign_and_no_sized_literal() {
    let mut found = Vec::new();
    for file in templates() {
        for (index, line) in file.text.lines().enumerate() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if words.any(|word| word == "signed" || word == "unsigned")
                || holds_a_sized_literal(line)
            {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "layouts that say what a number means: {found:#?}"
    );
}

#[test]
fn tags_hold_no_arithmetic() {
    let mut found = Vec::new();
    for file in templates() {
        for tag in tags(&file.text) {
            if without_strings(tag).contains(['+', '-', '*', '/', '%']) {
                found.push(format!("{}: {tag}", file.path));
            }
        }
    }
    assert!(found.is_empty(), "arithmetic in tags: {found:#?}");
}

#[test]
fn what_is_looked_for_is_found() {
    assert_eq!(tags("a [%- if b -%] c [= d + 1 =]"), [" if b ", " d + 1 "]);
    assert_eq!(without_strings("x | f(a=\"b-c\")"), "x | f(a=)");
    assert!(holds_a_sized_literal("q <= 4'd0;") && holds_a_sized_literal("8'sh[= value =]"));
    assert!(!holds_a_sized_literal("the 2's complement, a 'd'"));
}
