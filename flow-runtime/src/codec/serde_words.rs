//! serde's own texts of what is wrong with a value, taken apart. Any other text was written by a type, and may be data.

use super::kind::{BOOLEAN, FRACTION, INTEGER, LIST, NULL, NUMBER, OBJECT, STRING};
use super::traced::{EMPTY_LIST, EMPTY_OBJECT, EMPTY_STRING};

/// What serde says of a value that does not fit.
#[derive(Debug, PartialEq)]
pub(super) enum Words<'m> {
    InvalidType { found: Found<'m>, expected: &'m str },
    InvalidValue { found: Found<'m>, expected: &'m str },
    InvalidLength { expected: &'m str },
    UnknownVariant { found: &'m str, expected: &'m str },
    UnknownField { expected: &'m str },
    MissingField(&'m str),
    DuplicateField(&'m str),
}

/// The value that serde says it found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found<'m> {
    /// None where it is not one of JSON's kinds.
    pub(super) kind: Option<&'static str>,
    /// The value itself, a string as Rust writes it in code.
    pub(super) quote: Option<&'m str>,
}

impl<'m> Words<'m> {
    /// From a whole text; none if it is not exactly one of serde's.
    pub(super) fn parse(text: &'m str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("invalid type: ") {
            let (found, expected) = found(rest)?;
            Some(Self::InvalidType { found, expected })
        } else if let Some(rest) = text.strip_prefix("invalid value: ") {
            let (found, expected) = found(rest)?;
            Some(Self::InvalidValue { found, expected })
        } else if let Some(rest) = text.strip_prefix("invalid length ") {
            let (length, expected) = rest.split_once(", expected ")?;
            is_number(length).then_some(Self::InvalidLength { expected })
        } else if let Some(rest) = text.strip_prefix("unknown variant `") {
            let (found, expected) = one_of(rest, "`, there are no variants")?;
            Some(Self::UnknownVariant { found, expected })
        } else if let Some(rest) = text.strip_prefix("unknown field `") {
            let (_, expected) = one_of(rest, "`, there are no fields")?;
            Some(Self::UnknownField { expected })
        } else if let Some(rest) = text.strip_prefix("missing field `") {
            name(rest).map(Self::MissingField)
        } else {
            let rest = text.strip_prefix("duplicate field `")?;
            name(rest).map(Self::DuplicateField)
        }
    }
}

/// The rest of a name in backticks, with nothing behind it.
fn name(rest: &str) -> Option<&str> {
    rest.strip_suffix('`').filter(|name| !name.contains('`'))
}

/// The name that was found, and the list of those expected, such as "one of `a`, `b`".
fn one_of<'m>(rest: &'m str, none: &str) -> Option<(&'m str, &'m str)> {
    if let Some(found) = rest.strip_suffix(none) {
        return Some((found, "nothing"));
    }
    let (found, expected) = rest.rsplit_once("`, expected ")?;
    let list = expected.strip_prefix("one of ").unwrap_or(expected);
    let names = list.strip_prefix('`')?.strip_suffix('`')?;
    let mut names = names.split("`, `").flat_map(|names| names.split("` or `"));
    names
        .all(|name| !name.contains('`'))
        .then_some((found, expected))
}

/// What was found, and what was expected in its place.
fn found(text: &str) -> Option<(Found<'_>, &str)> {
    const QUOTED: [(&str, &str); 4] = [
        ("boolean `", BOOLEAN),
        ("integer `", INTEGER),
        ("floating point `", FRACTION),
        ("character `", STRING),
    ];
    // serde's words, those of serde_json, and those of our own values
    const NAMED: [(&str, Option<&str>); 24] = [
        ("null", Some(NULL)),
        ("unit value", Some(NULL)),
        ("sequence", Some(LIST)),
        ("map", Some(OBJECT)),
        ("enum", None),
        ("unit variant", Some(STRING)),
        ("newtype variant", Some(OBJECT)),
        ("tuple variant", Some(OBJECT)),
        ("struct variant", Some(OBJECT)),
        ("newtype struct", None),
        ("Option value", None),
        ("byte array", None),
        ("floating point number", Some(FRACTION)),
        // of any kind, with serde_json's `arbitrary_precision`
        ("number", Some(NUMBER)),
        (STRING, Some(STRING)),
        (BOOLEAN, Some(BOOLEAN)),
        (LIST, Some(LIST)),
        (OBJECT, Some(OBJECT)),
        (INTEGER, Some(INTEGER)),
        (FRACTION, Some(FRACTION)),
        (NULL, Some(NULL)),
        (EMPTY_STRING, Some(EMPTY_STRING)),
        (EMPTY_OBJECT, Some(EMPTY_OBJECT)),
        (EMPTY_LIST, Some(EMPTY_LIST)),
    ];

    let named = NAMED.iter().find_map(|(word, kind)| {
        let expected = text.strip_prefix(word)?.strip_prefix(", expected ")?;
        Some((None, *kind, expected))
    });
    let quoted = || {
        QUOTED.iter().find_map(|(start, kind)| {
            let (quote, expected) = text.strip_prefix(start)?.split_once("`, expected ")?;
            let is_number = quote.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')
            });
            let fits = match *kind {
                BOOLEAN => matches!(quote, "true" | "false"),
                STRING => quote.chars().count() == 1,
                _ => is_number,
            };
            fits.then_some((Some(quote), Some(*kind), expected))
        })
    };
    let string = || {
        let length = string_length(text.strip_prefix("string ")?)?;
        let (quote, rest) = text.strip_prefix("string ")?.split_at_checked(length)?;
        Some((Some(quote), Some(STRING), rest.strip_prefix(", expected ")?))
    };
    let (quote, kind, expected) = named.or_else(quoted).or_else(string)?;
    Some((Found { kind, quote }, expected))
}

/// The length of the string, as Rust writes it in code, that a text begins with.
fn string_length(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let inside = text.strip_prefix('"')?;
    let end = inside.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })?;
    Some(end + 2 * '"'.len_utf8())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
