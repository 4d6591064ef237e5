//! Writing JSON as the content of a JSON string, which is how the platform takes parameters.
//!
//! Written so from the start: to escape a text that is complete would be a second pass over it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, Formatter};

use super::push_json_string;
use super::string::is_plain;

/// A serializer that appends to such a text.
pub(crate) type NestedSerializer<'a> = Serializer<&'a mut Vec<u8>, NestedFormatter>;

/// How an input is written: as compact JSON, with its quotes and backslashes as they stand inside a JSON string.
///
/// It is part of the serializer's type that [`FieldWriter::field_with`](crate::FieldWriter::field_with) gives to your
/// function, which takes any [`serde::Serializer`] and need not name it.
#[derive(Debug, Clone, Copy)]
pub struct NestedFormatter;

pub(super) fn serializer(to: &mut Vec<u8>) -> NestedSerializer<'_> {
    Serializer::with_formatter(to, NestedFormatter)
}

/// Appends a value with nothing in it that JSON does not have.
pub(crate) fn push_nested_json(to: &mut Vec<u8>, value: &impl Serialize) {
    // cannot fail: see above, and memory takes every byte
    let _ = value.serialize(&mut serializer(to));
}

/// Appends a text as a JSON string.
pub(crate) fn push_nested_string(to: &mut Vec<u8>, text: &str) {
    if is_plain(text) {
        to.reserve(text.len() + 4);
        to.extend_from_slice(br#"\""#);
        to.extend_from_slice(text.as_bytes());
        to.extend_from_slice(br#"\""#);
    } else {
        push_nested_json(to, &text);
    }
}

/// The JSON itself.
pub(super) fn unnested(text: &[u8]) -> String {
    // never empty: what was written is the content of a string
    serde_json::from_slice(&[b"\"", text, b"\""].concat()).unwrap_or_default()
}

impl Formatter for NestedFormatter {
    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(br#"\""#)
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(br#"\""#)
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        writer.write_all(match escape {
            CharEscape::Quote => br#"\\\""#,
            CharEscape::ReverseSolidus => br"\\\\",
            CharEscape::Solidus => br"\\/",
            CharEscape::Backspace => br"\\b",
            CharEscape::FormFeed => br"\\f",
            CharEscape::LineFeed => br"\\n",
            CharEscape::CarriageReturn => br"\\r",
            CharEscape::Tab => br"\\t",
            CharEscape::AsciiControl(byte) => return write!(writer, r"\\u{byte:04x}"),
        })
    }

    /// Of a `RawValue`.
    fn write_raw_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut escaped = Vec::new();
        push_json_string(&mut escaped, fragment);
        let quotes = 1..escaped.len() - 1;
        writer.write_all(escaped.get(quotes).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::mutation::{Dice, rounds};

    fn nested(value: &impl Serialize) -> String {
        let mut text = b"\"".to_vec();
        value.serialize(&mut serializer(&mut text)).unwrap();
        text.push(b'"');
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn json_in_a_string_is_what_two_passes_of_serde_json_write() {
        let all: Vec<_> = ('\0'..='\u{7f}')
            .chain(['é', '谢', '😀', '"', '\\'])
            .collect();
        let mut dice = Dice::new();
        for _ in 0..rounds() / 10 {
            let text: String = (0..dice.below(40)).map(|_| dice.one_of(&all)).collect();
            let json = serde_json::to_string(&text).unwrap();
            let raw = serde_json::value::RawValue::from_string(json.clone()).unwrap();
            let value = (
                &text,
                BTreeMap::from([(&text, Some(&raw)), (&json, None)]),
                BTreeMap::from([(1, false)]),
                (1.5, i64::MIN, (), 'x'),
            );
            let in_one = serde_json::to_string(&value).unwrap();
            let in_two = serde_json::to_string(&in_one).unwrap();
            assert_eq!(nested(&value), in_two);
            assert_eq!(unnested(&in_two.as_bytes()[1..in_two.len() - 1]), in_one);

            let mut string = b"\"".to_vec();
            push_nested_string(&mut string, &text);
            string.push(b'"');
            assert_eq!(String::from_utf8(string).unwrap(), nested(&text));
        }
    }
}
