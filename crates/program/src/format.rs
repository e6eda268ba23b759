//! Number formats: how an integer word stands for a value.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The widest word of a scalar, in bits.
pub const MAX_WIDTH: u32 = 64;

/// How the bits of a word are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Coding {
    /// Two's complement, written `s8f4`.
    Signed,
    /// Natural binary, written `u8f8`.
    Unsigned,
    /// One bit, 0 for -1 and 1 for +1, written `b1`. As an integer the raw value is -1 or +1.
    Bipolar,
}

/// A fixed-point format: a coding, a width in bits and a number of fraction bits.
///
/// A raw integer `r` stands for `r / 2^fraction`. The fraction may be negative and may exceed the
/// width. Raw values are `i64`; an unsigned format is therefore at most 63 bits wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Format {
    coding: Coding,
    width: u32,
    fraction: i32,
}

/// Why a text or a triple of numbers is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text is not of the form `s8f4`, `u8f8` or `b1`.
    #[error(
        "`{0}` is not a word format; write `s8f4` (signed, 8 bits, 4 of them fraction), `u8f8` or `b1`"
    )]
    Syntax(String),
    /// The width is outside what the coding allows.
    #[error("a width of {width} bits in `{text}` is out of range; {allowed}")]
    Width {
        /// The text or the format as it would print.
        text: String,
        /// The width found.
        width: u64,
        /// The range that is allowed.
        allowed: &'static str,
    },
    /// The number of fraction bits is outside -256..=256.
    #[error("{fraction} fraction bits in `{text}` are out of range; from -256 to 256 are possible")]
    Fraction {
        /// The text or the format as it would print.
        text: String,
        /// The number of fraction bits found.
        fraction: i64,
    },
}

impl Format {
    /// The bipolar format `b1`: -1 or +1 in one bit.
    pub const BIPOLAR: Format = Format {
        coding: Coding::Bipolar,
        width: 1,
        fraction: 0,
    };
    /// A truth value: unsigned, one bit, no fraction.
    pub const TRUTH: Format = Format {
        coding: Coding::Unsigned,
        width: 1,
        fraction: 0,
    };

    /// A two's complement format of `width` bits (1 to 64), `fraction` of them fraction.
    ///
    /// # Errors
    /// When the width or the fraction is out of range.
    pub fn signed(width: u32, fraction: i32) -> Result<Format, FormatError> {
        Format::checked(Coding::Signed, u64::from(width), i64::from(fraction))
    }

    /// A natural binary format of `width` bits (1 to 63), `fraction` of them fraction.
    ///
    /// # Errors
    /// When the width or the fraction is out of range.
    pub fn unsigned(width: u32, fraction: i32) -> Result<Format, FormatError> {
        Format::checked(Coding::Unsigned, u64::from(width), i64::from(fraction))
    }

    /// The narrowest two's complement format with `fraction` fraction bits that holds every raw
    /// value from `low` to `high`; `None` when not even 64 bits would do.
    pub fn signed_holding(low: i128, high: i128, fraction: i32) -> Option<Format> {
        (1..=MAX_WIDTH)
            .find(|&width| -(1i128 << (width - 1)) <= low && high < (1i128 << (width - 1)))
            .and_then(|width| Format::signed(width, fraction).ok())
    }

    fn checked(coding: Coding, width: u64, fraction: i64) -> Result<Format, FormatError> {
        let text = || format!("{}{width}f{fraction}", coding.letter());
        let (limit, allowed) = match coding {
            Coding::Signed => (64, "signed words have 1 to 64 bits"),
            Coding::Unsigned => (63, "unsigned words have 1 to 63 bits"),
            Coding::Bipolar => (1, "a bipolar word has 1 bit"),
        };
        if width == 0 || width > limit {
            return Err(FormatError::Width {
                text: text(),
                width,
                allowed,
            });
        }
        if !(-256..=256).contains(&fraction) {
            return Err(FormatError::Fraction {
                text: text(),
                fraction,
            });
        }
        // Both casts fit: the ranges were checked on the lines above.
        Ok(Format {
            coding,
            width: width as u32,
            fraction: fraction as i32,
        })
    }

    /// How the bits are read.
    pub fn coding(self) -> Coding {
        self.coding
    }

    /// The number of bits.
    pub fn width(self) -> u32 {
        self.width
    }

    /// The number of fraction bits.
    pub fn fraction(self) -> i32 {
        self.fraction
    }

    /// Whether raw values may be negative.
    pub fn is_signed(self) -> bool {
        self.coding != Coding::Unsigned
    }

    /// The smallest raw value.
    pub fn min_raw(self) -> i64 {
        match self.coding {
            Coding::Signed => i64::MIN >> (MAX_WIDTH - self.width),
            Coding::Unsigned => 0,
            Coding::Bipolar => -1,
        }
    }

    /// The largest raw value.
    pub fn max_raw(self) -> i64 {
        match self.coding {
            Coding::Signed => i64::MAX >> (MAX_WIDTH - self.width),
            Coding::Unsigned => i64::MAX >> (MAX_WIDTH - 1 - self.width),
            Coding::Bipolar => 1,
        }
    }

    /// Whether `raw` is a value of this format (0 is none of `b1`).
    pub fn holds(self, raw: i64) -> bool {
        match self.coding {
            Coding::Bipolar => raw == -1 || raw == 1,
            Coding::Signed | Coding::Unsigned => (self.min_raw()..=self.max_raw()).contains(&raw),
        }
    }

    /// The distance of two neighbouring values, `2^-fraction`.
    pub fn unit(self) -> f64 {
        (-f64::from(self.fraction)).exp2()
    }

    /// The real value of `raw`; for reports only, no arithmetic of a program uses it.
    pub fn value(self, raw: i64) -> f64 {
        raw as f64 * self.unit()
    }
}

impl Coding {
    fn letter(self) -> char {
        match self {
            Coding::Signed => 's',
            Coding::Unsigned => 'u',
            Coding::Bipolar => 'b',
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.coding {
            Coding::Bipolar => f.write_str("b1"),
            coding => write!(f, "{}{}f{}", coding.letter(), self.width, self.fraction),
        }
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Format, FormatError> {
        if text == "b1" {
            return Ok(Format::BIPOLAR);
        }
        let syntax = || FormatError::Syntax(text.chars().take(40).collect());
        let (coding, rest) = match text.split_at_checked(1) {
            Some(("s", rest)) => (Coding::Signed, rest),
            Some(("u", rest)) => (Coding::Unsigned, rest),
            _ => return Err(syntax()),
        };
        let (width, fraction) = rest.split_once('f').ok_or_else(syntax)?;
        if width.is_empty() || !width.bytes().all(|b| b.is_ascii_digit()) {
            return Err(syntax());
        }
        let width = width.parse().map_err(|_| syntax())?;
        let fraction = fraction.parse().map_err(|_| syntax())?;
        Format::checked(coding, width, fraction)
    }
}

impl Serialize for Format {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Format {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(b1|[su][0-9]+f-?[0-9]+)$",
            "description": "Word format: `s8f4` is signed, 8 bits, 4 of them fraction; `u8f8` is unsigned; `b1` is -1 or +1 in one bit."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_both_ways() {
        for text in ["s8f4", "u8f8", "b1", "s64f0", "u63f-3", "s4f12"] {
            assert_eq!(text.parse::<Format>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_format_says_why() {
        for text in [
            "", "s", "s0f0", "s65f0", "u64f0", "b2", "s8", "8f4", "s8f999", "sf4", "é8f4",
        ] {
            assert!(text.parse::<Format>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_narrowest_format_is_found() {
        assert_eq!(Format::signed_holding(-8, 7, 0).unwrap().width(), 4);
        assert_eq!(Format::signed_holding(-8, 8, 0).unwrap().width(), 5);
        assert_eq!(Format::signed_holding(0, 0, 0).unwrap().width(), 1);
        assert_eq!(Format::signed_holding(0, 1 << 63, 0), None);
    }
}
