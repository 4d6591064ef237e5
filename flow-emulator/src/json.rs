//! JSON objects as they were written: order, numbers and repeated names are all still there to be looked at.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members of a JSON object in the order they were written, each value as its own text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object(pub(crate) Vec<(String, Box<RawValue>)>);

impl Object {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// Each value as it was written.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (n, (name, value)) in self.0.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            write!(f, "{comma}{}:{value}", Value::from(name.as_str()))?;
        }
        f.write_str("}")
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Object::default();
                let mut names = HashSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    // before the value is read: the error's place is that of the name
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom(format_args!("`{name}` is given twice")));
                    }
                    object.0.push((name, map.next_value()?));
                }
                Ok(object)
            }
        }

        from.deserialize_map(Members)
    }
}

/// Reads the text of a JSON object; the error says what stands there instead, without quoting it.
pub(crate) fn object(text: &str) -> Result<Object, String> {
    let is_object = text.trim_start().starts_with('{');
    match serde_json::from_str::<Object>(text) {
        Ok(object) => Ok(object),
        Err(_) if !is_object && serde_json::from_str::<&RawValue>(text).is_ok() => {
            Err(format!("{} instead of a JSON object", kind(text)))
        }
        Err(_) if text.trim().is_empty() => Err("nothing instead of a JSON object".to_owned()),
        Err(error) if error.is_data() => Err(format!("an object in which {error}")),
        Err(error) => Err(format!("broken JSON: {error}")),
    }
}

/// What sort of JSON value a text is, told by its first character.
pub(crate) fn kind(text: &str) -> &'static str {
    match text.trim_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(_) => "a number",
        None => "nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_numbers() {
        let read = object(r#" {"z": 18446744073709551617, "a": 0.10} "#).unwrap();
        let members: Vec<_> = read.0.iter().map(|(n, v)| (n.as_str(), v.get())).collect();
        assert_eq!(members, [("z", "18446744073709551617"), ("a", "0.10")]);
    }

    /// A body of a few megabytes must not take hours.
    #[test]
    fn reads_many_names() {
        let members: Vec<String> = (0..200_000).map(|n| format!("\"{n}\":0")).collect();
        let read = object(&format!("{{{}}}", members.join(","))).unwrap();
        assert_eq!(read.0.len(), members.len());
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(
            object("[1]").unwrap_err(),
            "an array instead of a JSON object"
        );
        assert_eq!(object(" ").unwrap_err(), "nothing instead of a JSON object");
        assert_eq!(
            object("{\"a\":}").unwrap_err(),
            "broken JSON: expected value at line 1 column 6"
        );
        assert_eq!(
            object("operator").unwrap_err(),
            "broken JSON: expected value at line 1 column 1"
        );
        assert_eq!(
            object(r#"{"a":1,"a":2}"#).unwrap_err(),
            "an object in which `a` is given twice at line 1 column 10"
        );
    }
}
