//! Whether words about a value have the value, or a part of it, in them.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Whether a text of a type's author has a string, a number or a key of this JSON in it, as a word of its own.
///
/// What it is unsure of, it takes for a yes.
pub(super) fn mentions(words: &str, json: &str, keys: Keys) -> bool {
    let is_mentioned = Cell::new(false);
    let look = Look {
        words,
        keys,
        is_mentioned: &is_mentioned,
    };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    look.deserialize(&mut deserializer).is_err() || is_mentioned.get()
}

/// Which keys of objects are looked for too.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Keys {
    All,
    None,
}

#[derive(Clone, Copy)]
struct Look<'l> {
    words: &'l str,
    keys: Keys,
    is_mentioned: &'l Cell<bool>,
}

impl Look<'_> {
    fn at(self, value: &str) {
        if has_word(self.words, value) {
            self.is_mentioned.set(true);
        }
    }
}

/// Whether a text has another in it, with no letter or digit beside it.
fn has_word(text: &str, word: &str) -> bool {
    let word = word.trim();
    let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let (before, rest) = text.split_at(at);
            let after = rest.get(word.len()..).unwrap_or_default();
            is_apart(before.chars().next_back()) && is_apart(after.chars().next())
        })
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.at(&number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.at(&number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.at(&number.to_string());
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.at(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        match self.keys {
            Keys::All => {
                while map.next_key_seed(self)?.is_some() {
                    map.next_value_seed(self)?;
                }
            }
            Keys::None => {
                while map.next_key::<IgnoredAny>()?.is_some() {
                    map.next_value_seed(self)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, mentions};

    #[test]
    fn a_value_is_found_wherever_it_stands() {
        for json in [
            r#""alice""#,
            r#"[1,{"a":["alice"]}]"#,
            r#"{"alice":1}"#,
            r#""\u0061lice""#,
            "[47.5]",
            "-12",
            "[",
            r#""\ud800""#,
        ] {
            assert!(
                mentions("not alice, nor 47.5 or -12", json, Keys::All),
                "{json}"
            );
        }
        for json in ["[]", r#""""#, r#""ali""#, "7", "true", "8"] {
            assert!(
                !mentions("not alice, a u8 or true", json, Keys::All),
                "{json}"
            );
        }
        assert!(!mentions("not alice", r#"{"alice":1}"#, Keys::None));
    }
}
