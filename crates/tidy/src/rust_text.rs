//! Rust text without what is not code: comments and the contents of literals.

/// The text with every comment and every string and character literal blanked out; line breaks stay, so
/// that line numbers hold. Raw strings and nested block comments are understood.
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped_until(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(
                chars[at..end]
                    .iter()
                    .map(|&c| if c == '\n' { '\n' } else { ' ' }),
            );
            at = end;
        }
    }
    code
}

/// The words of code: runs of letters, digits and `_`, each with its line number, from 1.
pub fn words(code: &str) -> Vec<(usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let lines = code.lines().enumerate();
    lines
        .flat_map(|(index, line)| {
            line.split(move |c| !is_word(c))
                .map(move |word| (index + 1, word))
        })
        .filter(|(_, word)| !word.is_empty())
        .collect()
}

/// Where code names a float type, calls what is named after one (`from_f64`), or holds a float literal
/// (`0.5`, `1.`, `1e3`, `1f64`): the line, from 1, and the text. Ranges, fields of tuples and methods of
/// integers are none.
pub fn floats(code: &str) -> Vec<(usize, String)> {
    let typed = words(code)
        .into_iter()
        .filter(|(_, word)| names_a_float(word) || is_exponent(word))
        .map(|(line, word)| (line, word.to_owned()));
    let pointed = code.lines().enumerate().flat_map(|(index, line)| {
        let points = pointed_literals(line).into_iter();
        points.map(move |text| (index + 1, text))
    });
    typed.chain(pointed).collect()
}

fn names_a_float(word: &str) -> bool {
    let mut parts = word.split('_');
    let literal = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    // `0xf32` is an integer.
    let suffix = word.starts_with(|c: char| c.is_ascii_digit()) && matches!(literal, "f32" | "f64");
    suffix || parts.any(|part| matches!(part, "f32" | "f64"))
}

/// True for `1e3`, which is one word; `1e-3` is the word `1e` and another.
fn is_exponent(word: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '_');
    let starts_as_number = word.starts_with(|c: char| c.is_ascii_digit());
    let parts = word.split_once(['e', 'E']);
    starts_as_number && parts.is_some_and(|(mantissa, power)| digits(mantissa) && digits(power))
}

/// The numbers of a line that a point follows, with the point.
fn pointed_literals(line: &str) -> Vec<String> {
    let chars: Vec<char> = line.chars().collect();
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    let mut found = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == '.') {
        let before: Vec<char> = chars[..at]
            .iter()
            .rev()
            .copied()
            .take_while(is_word)
            .collect();
        let number = before.last().is_some_and(char::is_ascii_digit);
        let of_tuple = chars[..at - before.len()].last() == Some(&'.');
        let fraction = match chars.get(at + 1) {
            None => true,
            Some(c) => c.is_ascii_digit() || !(is_word(c) || *c == '.'),
        };
        if number && !of_tuple && fraction {
            let number: String = before.into_iter().rev().collect();
            found.push(format!("{number}."));
        }
    }
    found
}

/// The end of the comment or literal that begins at `at`; `at` itself where none does.
fn skipped_until(chars: &[char], at: usize) -> usize {
    let follows = |text: &str| {
        text.chars()
            .enumerate()
            .all(|(i, c)| chars.get(at + i) == Some(&c))
    };
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if follows("//") {
        return position(chars, at, '\n');
    }
    if follows("/*") {
        return block_comment_end(chars, at);
    }
    if !in_word && (follows("r\"") || follows("r#") || follows("br\"") || follows("br#")) {
        return raw_string_end(chars, at);
    }
    match chars[at] {
        '"' => quoted_end(chars, at, '"'),
        '\'' if chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'') => {
            quoted_end(chars, at, '\'')
        }
        _ => at,
    }
}

fn position(chars: &[char], from: usize, wanted: char) -> usize {
    (from..chars.len())
        .find(|&i| chars[i] == wanted)
        .unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut i = at;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

/// `at` itself where `r#` begins a raw identifier and no string.
fn raw_string_end(chars: &[char], at: usize) -> usize {
    let hashes_from = position(chars, at, 'r') + 1;
    let hashes = chars[hashes_from..]
        .iter()
        .take_while(|&&c| c == '#')
        .count();
    let opening = hashes_from + hashes;
    if chars.get(opening) != Some(&'"') {
        return at;
    }
    let closes = |i: usize| {
        let after = chars.get(i + 1..i + 1 + hashes);
        chars[i] == '"' && after.is_some_and(|after| after.iter().all(|&c| c == '#'))
    };
    (opening + 1..chars.len())
        .find(|&i| closes(i))
        .map_or(chars.len(), |i| i + 1 + hashes)
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            c if c == quote => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::{code_only, floats, words};

    #[test]
    fn comments_and_literals_are_blank() {
        let text = "let a = \"f64 \\\" // x\"; // f64\n/* f64 /* f64 */ f64 */ b('\"', '\\'', 'c', r#\"f64\"#);";
        let code = code_only(text);
        assert_eq!(words(&code), [(1, "let"), (1, "a"), (2, "b")]);
    }

    #[test]
    fn code_stays() {
        let text = "fn longer<'a>(x: &'a f64) -> r#type { bar#x / 2 }";
        assert_eq!(code_only(text), text);
    }

    #[test]
    fn floats_are_found_however_they_are_written() {
        for code in [
            "x: f64",
            "a.to_f64()",
            "1f32",
            "2_f64",
            "y = 0.5;",
            "y = 1.;",
            "1e3",
            "1e-3",
            "[1.0]",
        ] {
            assert_eq!(floats(code).len(), 1, "{code}: {:?}", floats(code));
        }
    }

    #[test]
    fn what_looks_like_a_float_is_none() {
        for code in [
            "0..5", "pair.0.1", "pair.0", "1.max(2)", "0xf32", "0x1e3", "a1.b", "one_e3",
            "x[1]..=3",
        ] {
            assert!(floats(code).is_empty(), "{code}: {:?}", floats(code));
        }
    }
}
