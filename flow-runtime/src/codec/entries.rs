//! The entries of a JSON object or a list of pairs, values left as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::traced::{Empties, Refusal, reread};

/// An api name and the text of its value.
pub(crate) type Entry<'a> = (Cow<'a, str>, &'a RawValue);

/// No flow has so many outputs; a reply of the shortest would take many times its length in memory.
pub(super) const MOST: usize = 1 << 16;

/// Reads `{"name": value}`, or `[{"api_name": "name", "value": value}]` as the platform has it.
///
/// The keys of a pair may come in any order, mixed with others.
pub(crate) fn entries(text: &str) -> serde_json::Result<Vec<Entry<'_>>> {
    // An upper bound from the shortest possible pair, capped: few flows have more outputs.
    let room = (text.len() / r#"{"api_name":"a","value":1}"#.len()).min(64);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let entries = deserializer.deserialize_any(All { room })?;
    deserializer.end()?;
    Ok(entries)
}

/// Where in a text that is no such list or object the mistake is.
pub(crate) fn refusal_of_entries<'de>(text: &'de str, error: &serde_json::Error) -> Refusal<'de> {
    struct Entries;

    impl<'de> Deserialize<'de> for Entries {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let entries = deserializer.deserialize_newtype_struct(KEYS, All { room: 0 });
            entries.map(|_| Self)
        }
    }

    let reread = reread(text, error, &Empties::default(), |trace| {
        Entries::deserialize(trace.deserializer())
    });
    let refusal = reread.err();
    refusal.unwrap_or_else(|| Refusal::of_whole(text, "", error))
}

/// What is known of a pair's keys, for the error.
const KEYS: &str = "$apaas_flow(api_name,value)";

struct All {
    /// The initial capacity.
    room: usize,
}

impl<'de> Visitor<'de> for All {
    type Value = Vec<Entry<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of {\"api_name\", \"value\"}")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, pairs: D) -> Result<Self::Value, D::Error> {
        pairs.deserialize_any(self)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(self.room);
        while let Some(Pair(entry)) = list.next_element()? {
            entries.extend(entry);
            check_count(entries.len())?;
        }
        Ok(entries)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(self.room);
        while let Some(Text(name)) = map.next_key()? {
            entries.push((name, map.next_value()?));
            check_count(entries.len())?;
        }
        Ok(entries)
    }
}

fn check_count<E: Error>(count: usize) -> Result<(), E> {
    if count > MOST {
        return Err(E::invalid_length(count, &"65536 outputs at most"));
    }
    Ok(())
}

/// One `{"api_name": ..., "value": ...}`; nothing where one of the two is missing.
struct Pair<'a>(Option<Entry<'a>>);

impl<'de> Deserialize<'de> for Pair<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Pair<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{\"api_name\", \"value\"}")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                pair: D,
            ) -> Result<Self::Value, D::Error> {
                pair.deserialize_map(self)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut name, mut value) = (None, None);
                while let Some(Text(key)) = map.next_key()? {
                    match &*key {
                        "api_name" => {
                            let Text(text) = map.next_value()?;
                            once(&mut name, text, "api_name", |text| text)?;
                        }
                        "value" => {
                            let new: &RawValue = map.next_value()?;
                            once(&mut value, new, "value", |value| value.get())?;
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Pair(name.zip(value)))
            }
        }

        deserializer.deserialize_newtype_struct(KEYS, One)
    }
}

/// Sets what a key has; of two that differ, nobody can say which is meant.
fn once<T, E: Error>(
    slot: &mut Option<T>,
    new: T,
    key: &'static str,
    text: impl Fn(&T) -> &str,
) -> Result<(), E> {
    match slot.replace(new) {
        Some(before) if slot.as_ref().map(&text) != Some(text(&before)) => {
            Err(E::duplicate_field(key))
        }
        _ => Ok(()),
    }
}

/// A string, borrowed unless it has escapes; serde's own `Cow` never borrows.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;

        impl<'de> Visitor<'de> for Borrowed {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, entries};

    fn read(text: &str) -> Vec<(String, String)> {
        entries(text)
            .expect("readable")
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value.get().to_owned()))
            .collect()
    }

    #[test]
    fn keys_come_in_any_order_mixed_with_others() {
        let expected = [
            ("a".to_owned(), "1".to_owned()),
            ("b".to_owned(), "[\"x\"]".to_owned()),
        ];
        assert_eq!(
            read(r#"[{"api_name":"a","value":1},{"api_name":"b","value":["x"]}]"#),
            expected
        );
        assert_eq!(
            read(r#"[{"value":1,"type":{"k":[]},"api_name":"a"}, {"value":["x"],"api_name":"b"}]"#),
            expected
        );
        assert_eq!(read(r#"{"a":1,"b":["x"]}"#), expected);
    }

    #[test]
    fn there_are_no_more_than_a_flow_can_have() {
        let pair = r#"{"api_name":"a","value":1}"#;
        let pairs = |count| format!("[{}{pair}]", format!("{pair},").repeat(count - 1));
        let members = |count| format!("{{{}\"\":1}}", "\"\":1,".repeat(count - 1));
        for text in [pairs(MOST), members(MOST)] {
            assert_eq!(read(&text).len(), MOST);
        }
        for text in [pairs(MOST + 1), members(MOST + 1)] {
            let error = entries(&text).unwrap_err().to_string();
            assert!(error.contains("65536 outputs at most"), "{error}");
        }
    }

    #[test]
    fn nothing_is_no_entry() {
        assert_eq!(read("[]"), []);
        assert_eq!(read("null"), []);
        assert_eq!(read(r#"[{"api_name":"a"},{"value":1},{}]"#), []);
        assert!(entries("[1]").is_err());
        assert_eq!(
            read(r#"[{"api_name":"a","value":1,"api_name":"a","value":1}]"#).len(),
            1
        );
        assert!(entries(r#"[{"api_name":"a","value":1,"value":2}]"#).is_err());
        assert!(entries(r#"[{"api_name":"a","value":1,"api_name":"b"}]"#).is_err());
        assert!(entries(r#"[{"api_name":7,"value":1}]"#).is_err());
    }
}
