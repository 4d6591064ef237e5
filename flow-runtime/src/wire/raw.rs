//! JSON gone through one level at a time, with what lies below left as text: how deep a reply is, is the server's
//! choice, and must cost no stack and no memory of ours.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::codec::{Cursor, Text};

/// Why an object cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none, or has a bad character.
    Unreadable,
    /// A key comes twice with different values: which of them is meant, nobody can say.
    Ambiguous,
}

/// The values under these keys of an object.
pub(super) fn members<'a, const N: usize>(
    json: &'a [u8],
    keys: [&str; N],
) -> Result<[Option<&'a RawValue>; N], Fault> {
    let mut values = [None; N];
    read_members(json, &keys, &mut values).map(|()| values)
}

fn read_members<'a>(
    json: &'a [u8],
    keys: &[&str],
    values: &mut [Option<&'a RawValue>],
) -> Result<(), Fault> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let is_clear = deserializer.deserialize_map(Members { keys, values });
    match is_clear.and_then(|is_clear| deserializer.end().map(|()| is_clear)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::Ambiguous),
        Err(_) => Err(Fault::Unreadable),
    }
}

struct Members<'k, 'a> {
    keys: &'k [&'k str],
    values: &'k mut [Option<&'a RawValue>],
}

impl<'de> Visitor<'de> for Members<'_, 'de> {
    /// Whether no key came twice with different values.
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_clear = true;
        while let Some(Text(key)) = map.next_key()? {
            let known = self.keys.iter().position(|known| *known == key);
            match known.and_then(|known| self.values.get_mut(known)) {
                Some(slot) => {
                    let value: &RawValue = map.next_value()?;
                    let before = slot.replace(value);
                    is_clear &= before.is_none_or(|before| before.get() == value.get());
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(is_clear)
    }
}

/// The first elements of a list; none of what is not a list.
pub(super) fn first_elements(list: &RawValue, most: usize) -> Vec<&RawValue> {
    let mut deserializer = serde_json::Deserializer::from_str(list.get());
    deserializer
        .deserialize_seq(FirstElements(most))
        .unwrap_or_default()
}

struct FirstElements(usize);

impl<'de> Visitor<'de> for FirstElements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < self.0 {
            match list.next_element()? {
                Some(element) => elements.push(element),
                None => return Ok(elements),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(elements)
    }
}

/// What stands for an object or a list that is none of ours to show.
const OBJECT: &str = "{…}";
const LIST: &str = "[…]";

/// A value where the document has a text: a string, what a number or a boolean is written as, nothing for null. None
/// for a string with half a surrogate pair in it, which passes as raw text.
pub(super) fn scalar(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    Some(match json.as_bytes().first() {
        Some(b'"') => return text(json),
        Some(b'n') => Cow::Borrowed(""),
        Some(b'{' | b'[') if is_empty(json) => Cow::Borrowed(""),
        Some(b'{') => Cow::Borrowed(OBJECT),
        Some(b'[') => Cow::Borrowed(LIST),
        _ => Cow::Borrowed(json),
    })
}

/// As `scalar`, but an object or a list is its own text.
pub(super) fn scalar_or_json(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'{' | b'[') => Some(Cow::Borrowed(json)),
        _ => scalar(value),
    }
}

/// Whether a scalar was an object or a list.
pub(super) fn is_compound(scalar: &str) -> bool {
    matches!(scalar, OBJECT | LIST)
}

fn is_empty(compound: &str) -> bool {
    let inside = compound.get(1..compound.len() - 1);
    inside.is_some_and(|inside| inside.trim().is_empty())
}

fn text(json: &str) -> Option<Cow<'_, str>> {
    Cursor::new(json.as_bytes()).string_or_null()
}

/// A whole number, in digits or as a text of digits, or with a fraction that is none.
pub(super) fn integer(scalar: &str) -> Option<i64> {
    let scalar = scalar.trim();
    scalar.parse().ok().or_else(|| {
        let number = scalar.parse::<f64>().ok()?;
        let is_exact = number.fract() == 0.0 && number.abs() < 1e15;
        // without a fraction and without an exponent
        is_exact.then(|| number.to_string().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutation::{Dice, rounds};

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_scalar_is_its_text_and_a_compound_shows_nothing() {
        for (json, text) in [
            (r#""a\n\u0041\ud83d\ude00""#, "a\nA😀"),
            ("\"谢\"", "谢"),
            ("1816970091484211", "1816970091484211"),
            ("117.63331139400017", "117.63331139400017"),
            ("1e400", "1e400"),
            ("true", "true"),
            ("null", ""),
            ("{ }", ""),
            ("[]", ""),
            (r#"{"secret":1}"#, "{…}"),
            (r#"["secret"]"#, "[…]"),
        ] {
            assert_eq!(scalar(raw(json)).unwrap(), text, "{json}");
        }
        assert_eq!(
            scalar_or_json(raw(r#"["secret"]"#)).unwrap(),
            r#"["secret"]"#
        );
        assert_eq!(scalar(raw(r#""\ud800""#)), None);
    }

    #[test]
    fn a_string_is_read_as_serde_json_reads_it() {
        let parts = [
            "\\", "\"", "u", "\\u0041", "\\ud83d", "\\ude00", "n", "/", "谢", "x",
        ];
        let mut dice = Dice::new();
        let mut read = 0;
        for _ in 0..rounds() / 4 {
            let inside: String = (0..dice.below(12)).map(|_| dice.one_of(&parts)).collect();
            let json = format!("\"{inside}\"");
            if let Ok(value) = serde_json::from_str::<&RawValue>(&json) {
                read += 1;
                let truth = serde_json::from_str::<String>(&json).ok();
                assert_eq!(scalar(value).map(Cow::into_owned), truth, "{json}");
            }
        }
        assert!(read > 100, "{read}");
    }

    #[test]
    fn a_whole_number_is_read_in_every_unambiguous_spelling() {
        for (text, number) in [
            ("0", Some(0)),
            (" 7200 ", Some(7200)),
            ("-1", Some(-1)),
            ("2320001.0", Some(2_320_001)),
            ("2.320001e6", Some(2_320_001)),
            ("9223372036854775807", Some(i64::MAX)),
            ("0.5", None),
            ("1e300", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
            ("abc", None),
            ("0x10", None),
        ] {
            assert_eq!(integer(text), number, "{text}");
        }
    }

    #[test]
    fn a_key_comes_once_or_says_the_same_again() {
        let read = |json: &'static str| {
            let [a] = members(json.as_bytes(), ["a"])?;
            Ok(a.map(RawValue::get))
        };
        assert_eq!(read(r#"{"a":1,"b":1,"b":2}"#), Ok(Some("1")));
        assert_eq!(read(r#"{"a":1,"a":1}"#), Ok(Some("1")));
        assert_eq!(read("{}"), Ok(None));
        assert_eq!(read(r#"{"a":1,"a":2}"#), Err(Fault::Ambiguous));
        assert_eq!(read(r#"{"a":1,"\u0061":null}"#), Err(Fault::Ambiguous));
        for json in ["", "[]", "null", r#"{"a":1"#, r#"{"a":1}}"#] {
            assert_eq!(read(json), Err(Fault::Unreadable), "{json}");
        }
    }

    #[test]
    fn depth_and_length_cost_nothing() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let object = format!(r#"{{"a":{deep},"$serde_json::private::RawValue":"{{}}"}}"#);
        let [found, missing] = members(object.as_bytes(), ["a", "b"]).unwrap();
        assert_eq!(found.unwrap().get().len(), deep.len());
        assert!(missing.is_none());
        let long = format!("[{}0]", "0,".repeat(100_000));
        assert_eq!(first_elements(raw(&long), 5).len(), 5);
        assert_eq!(first_elements(raw("{}"), 5).len(), 0);
    }
}
