//! Numbers as a reader wants them.

/// A count with thin spaces between thousands.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A signed count.
pub fn signed(number: i64) -> String {
    match number {
        0.. => count(number.unsigned_abs()),
        _ => format!("\u{2212}{}", count(number.unsigned_abs())),
    }
}

/// A real number to about four significant digits.
pub fn real(number: f64) -> String {
    let magnitude = number.abs();
    let text = match magnitude {
        _ if !number.is_finite() => return number.to_string(),
        0.0 => return "0".into(),
        1e-3..1e6 => {
            let whole = magnitude.log10().floor() as i32;
            let decimals = usize::try_from(3 - whole).unwrap_or(0);
            let text = format!("{magnitude:.decimals$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').into(),
                false => text,
            }
        }
        _ => format!("{magnitude:.3e}"),
    };
    match number < 0.0 {
        true => format!("\u{2212}{text}"),
        false => text,
    }
}

/// Noun and count: `1 step`, `3 steps`.
pub fn plural(number: u64, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{} {one}s", count(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_true() {
        assert_eq!(
            (count(1234).as_str(), count(12_345).as_str()),
            ("1234", "12\u{202f}345")
        );
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(signed(-7), "\u{2212}7");
        assert_eq!(
            (real(0.0), real(-2.0), real(0.12345)),
            ("0".into(), "\u{2212}2".into(), "0.1235".into())
        );
        assert_eq!(
            (real(123_456.0).as_str(), real(1e-9).as_str()),
            ("123456", "1.000e-9")
        );
        assert_eq!(real(f64::INFINITY), "inf");
        assert_eq!(
            (plural(1, "step").as_str(), plural(20, "step").as_str()),
            ("1 step", "20 steps")
        );
    }
}
