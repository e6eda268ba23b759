//! Plants errors in emitted text, to see that the comparison notices them.
//!
//! A test that has never failed shows little. Each [`Fault`] is a mistake that an emitter could
//! make and that lint tools do not report; [`places`] finds where it can be made, and
//! [`Mutant::apply`] makes it. [`crate::verify::verify_files`] must then report a mismatch, unless
//! the mutant means the same as the original.

use codegen::Files;

/// A kind of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Zeros enter where the sign should.
    SignExtension,
    /// What rounding adds is left out, or what breaks its ties.
    Rounding,
    /// A register's value under reset is inverted.
    ResetValue,
    /// An index into a vector or memory, or the place of a slice, is off by one.
    Index,
    /// The design does not wait for the receiver.
    ReadyIgnored,
    /// A sum is a difference.
    Sum,
    /// A comparison takes equality in.
    Comparison,
    /// The branches of a choice are exchanged.
    Branches,
    /// A register or memory does not wait for its enable.
    EnableIgnored,
    /// The words of a memory file stand in reverse order.
    ReversedFile,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Fault; 10] = [
        Fault::SignExtension,
        Fault::Rounding,
        Fault::ResetValue,
        Fault::Index,
        Fault::ReadyIgnored,
        Fault::Sum,
        Fault::Comparison,
        Fault::Branches,
        Fault::EnableIgnored,
        Fault::ReversedFile,
    ];
}

/// An error at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The kind of error.
    pub fault: Fault,
    /// The file that it is in.
    pub file: String,
    /// The line, from 1; 1 where the whole file is meant.
    pub line: usize,
    /// The line, or the file, before.
    pub before: String,
    /// The line, or the file, after.
    pub after: String,
}

impl Mutant {
    /// The files with the error in them.
    pub fn apply(&self, files: &Files) -> Files {
        let mut files = files.clone();
        if let Some(bytes) = files.get_mut(&self.file) {
            let text = String::from_utf8_lossy(bytes).into_owned();
            *bytes = match self.fault {
                Fault::ReversedFile => self.after.clone().into_bytes(),
                Fault::SignExtension
                | Fault::Rounding
                | Fault::ResetValue
                | Fault::Index
                | Fault::ReadyIgnored
                | Fault::Sum
                | Fault::Comparison
                | Fault::Branches
                | Fault::EnableIgnored => replace_line(&text, self.line, &self.after).into_bytes(),
            };
        }
        files
    }
}

fn replace_line(text: &str, number: usize, with: &str) -> String {
    let lines = text.lines().zip(1..);
    let lines = lines.map(|(line, at)| if at == number { with } else { line });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// All places of some files where an error of a kind can be planted, in file and line order.
pub fn places(files: &Files, fault: Fault) -> Vec<Mutant> {
    let mut mutants = vec![];
    for (file, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        let mutant = |line: usize, before: &str, after: String| Mutant {
            fault,
            file: file.clone(),
            line,
            before: before.to_owned(),
            after,
        };
        if fault == Fault::ReversedFile {
            let reversed: String = text.lines().rev().flat_map(|line| [line, "\n"]).collect();
            if file.ends_with(".hex") && reversed != text {
                mutants.push(mutant(1, &text, reversed));
            }
        } else if file.starts_with("rtl/") && file.ends_with(".v") {
            let mut in_reset = false;
            let lines = text.lines().zip(1..);
            let matters = |line: &str| !line.contains("unused") && !reads_sign(&text, line);
            for (line, number) in lines.filter(|(line, _)| matters(line)) {
                let after = alter(fault, line, in_reset);
                mutants.extend(after.map(|after| mutant(number, line, after)));
                in_reset = (in_reset || line.contains("if (!rst_n) begin"))
                    && !line.contains("end else begin");
            }
        }
    }
    mutants
}

/// Whether a line reads just the highest bit of a word. Next to it stands a copy of it wherever the
/// word has a bit to spare, so that an index off by one says nothing.
fn reads_sign(text: &str, line: &str) -> bool {
    let value = line.split_once(" = ").map(|(_, value)| value);
    let read = value.and_then(|value| value.strip_suffix("];")?.split_once('['));
    read.is_some_and(|(word, bit)| {
        text.lines().any(|line| {
            let declaration = line.split([';', '=', ',']).next().unwrap_or_default();
            declaration.trim_end().ends_with(&format!(" {word}"))
                && declaration.contains(&format!("[{bit}:0]"))
        })
    })
}

/// A line with the error in it, where it has a place for it.
fn alter(fault: Fault, line: &str, in_reset: bool) -> Option<String> {
    let code = line.split("//").next().unwrap_or_default();
    match fault {
        Fault::SignExtension => without_sign(line),
        Fault::Rounding => without_rounding(code),
        Fault::ResetValue => {
            let (target, value) = code.split_once("<= ").filter(|_| in_reset)?;
            Some(format!("{target}<= ~{value}"))
        }
        Fault::Index => shifted_index(code),
        Fault::ReadyIgnored => without_ready(code),
        Fault::Sum => other_sign(code, " + ", " - "),
        Fault::Comparison => other_sign(code, " < ", " <= "),
        Fault::Branches => exchanged(code),
        Fault::EnableIgnored => {
            let (before, rest) = code.split_once("if (")?;
            let (_, update) = rest.split_once(") ").filter(|_| before.trim().is_empty())?;
            update.contains(" <= ").then(|| format!("{before}{update}"))
        }
        Fault::ReversedFile => None,
    }
}

/// `x = a + b` becomes `x = a - b`.
fn other_sign(code: &str, sign: &str, other: &str) -> Option<String> {
    let (target, value) = code.split_once(" = ")?;
    let (left, right) = value.split_once(sign)?;
    let one_operator = target.trim_start().starts_with("wire") && !value.contains('?');
    one_operator.then(|| format!("{target} = {left}{other}{right}"))
}

/// `x = c ? a : b` becomes `x = c ? b : a`.
fn exchanged(code: &str) -> Option<String> {
    let (target, value) = code.split_once(" = ")?;
    let (condition, branches) = value.split_once(" ? ")?;
    let (high, low) = branches.trim_end().strip_suffix(';')?.split_once(" : ")?;
    Some(format!("{target} = {condition} ? {low} : {high};"))
}

/// `{{6{x[4]}}, x}` becomes `{{6{1'b0}}, x}`.
fn without_sign(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("{{")?;
    let (count, rest) = rest.split_once('{')?;
    let (_, rest) = rest.split_once("}}, ")?;
    Some(format!("{before}{{{{{count}{{1'b0}}}}, {rest}"))
}

/// `x_rounded = x_whole + x_increment` becomes `x_rounded = x_whole`, and what breaks ties to even
/// is left out of `x_not_tied_to_even`.
fn without_rounding(code: &str) -> Option<String> {
    let (target, value) = code.split_once(" = ")?;
    let sign = if target.trim_end().ends_with("_rounded") {
        " + "
    } else if target.trim_end().ends_with("_not_tied_to_even") {
        " | "
    } else {
        return None;
    };
    let (kept, _) = value.split_once(sign)?;
    Some(format!("{target} = {kept};"))
}

/// `x[index]` becomes `x[index + 1'b1]`, and `x[7:2]` becomes `x[6:1]`.
fn shifted_index(code: &str) -> Option<String> {
    let (target, value) = code.split_once("= ")?;
    let (vector, rest) = value.split_once('[')?;
    let (index, rest) = rest.split_once(']')?;
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !vector
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        return None;
    }
    let shifted = match index.split_once(':') {
        None if is_name(index) => format!("{index} + 1'b1"),
        None => index.parse::<u64>().ok()?.checked_sub(1)?.to_string(),
        Some((high, low)) => {
            let low = low.parse::<u64>().ok()?.checked_sub(1)?;
            format!("{}:{low}", high.parse::<u64>().ok()?.checked_sub(1)?)
        }
    };
    Some(format!("{target}= {vector}[{shifted}]{rest}"))
}

/// `m_axis_tready` on the right-hand side, or at the pin of an instance, becomes 1.
fn without_ready(code: &str) -> Option<String> {
    const READY: &str = "m_axis_tready";
    if let Some((target, value)) = code.split_once(" = ") {
        return value
            .contains(READY)
            .then(|| format!("{target} = {}", value.replace(READY, "1'b1")));
    }
    let pin = format!("({READY})");
    code.contains(&pin).then(|| code.replace(&pin, "(1'b1)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn altered(fault: Fault, line: &str) -> Option<String> {
        alter(fault, line, true)
    }

    #[test]
    fn each_error_is_made_where_it_can_be() {
        let cases = [
            (
                Fault::SignExtension,
                "x = {{6{a[4]}}, a};",
                "x = {{6{1'b0}}, a};",
            ),
            (
                Fault::Rounding,
                "x_rounded = x_whole + x_increment;",
                "x_rounded = x_whole;",
            ),
            (Fault::ResetValue, "x <= 3'd0;", "x <= ~3'd0;"),
            (Fault::Index, "x = y[i];", "x = y[i + 1'b1];"),
            (Fault::Index, "x = y[7:2];", "x = y[6:1];"),
            (Fault::Index, "q <= mem[a];", "q <= mem[a + 1'b1];"),
            (
                Fault::ReadyIgnored,
                "go = v & m_axis_tready;",
                "go = v & 1'b1;",
            ),
            (
                Fault::ReadyIgnored,
                ".ready_i (m_axis_tready),",
                ".ready_i (1'b1),",
            ),
        ];
        for (fault, before, after) in cases {
            assert_eq!(altered(fault, before).as_deref(), Some(after));
        }
    }

    #[test]
    fn other_lines_stay() {
        let lines = [
            "wire [7:0] a = b;",
            "x = y[5:0];",
            "assign s_axis_tready = go;",
            "end",
        ];
        for line in lines {
            for fault in Fault::ALL {
                assert_eq!(altered(fault, line), None, "{fault:?} {line}");
            }
        }
    }

    #[test]
    fn only_the_lines_of_the_reset_are_reset_values() {
        let text = "if (!rst_n) begin\n  a <= 1'b0;\nend else begin\n  a <= b;\nend\n";
        let files = Files::from([("rtl/a.v".to_owned(), text.as_bytes().to_vec())]);
        let mutants = places(&files, Fault::ResetValue);
        assert_eq!(mutants.len(), 1);
        let changed = mutants[0].apply(&files);
        let expected = text.replace("1'b0", "~1'b0");
        assert_eq!(changed["rtl/a.v"], expected.as_bytes());
    }
}
