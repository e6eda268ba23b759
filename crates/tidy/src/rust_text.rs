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
    use super::{code_only, words};

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
}
