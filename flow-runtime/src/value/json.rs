//! JSON of a part that is not known here, kept for writing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::read::NUMBER;
use crate::codec::Text;

/// A `Value`, read without a look at serde_json's own key for raw text: of that a `Value` begins to read anew, past the
/// limit on how deep lists and objects may go, and a small reply would exhaust the stack.
pub(crate) struct Json(pub(crate) Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Json(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(Text(key)) = map.next_key()? {
            let Json(value) = map.next_value()?;
            let number = value.as_str().filter(|_| key == NUMBER);
            match number.and_then(|digits| digits.parse::<Number>().ok()) {
                Some(number) => return Ok(number.into()),
                None => object.insert(key.into_owned(), value),
            };
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Json;

    #[test]
    fn json_is_kept_as_it_is() {
        for text in [
            "null",
            "[true,-1,18446744073709551615,0.1,\"a\\n\"]",
            r#"{"a":{},"b":[[]],"c":""}"#,
            r#"{"$serde_json::private::RawValue":"[1]"}"#,
        ] {
            let Json(value) = serde_json::from_str(text).unwrap();
            assert_eq!(value.to_string(), text);
        }
        let number = r#"{"$serde_json::private::Number":"0.10"}"#;
        let Json(value) = serde_json::from_str(number).unwrap();
        assert!(value.is_number());
    }

    #[test]
    fn the_limit_on_depth_is_for_all_of_a_value() {
        // each level of text inside of text would have a limit of its own
        let mut text = "1".to_owned();
        for _ in 0..12 {
            let inside = serde_json::to_string(&text).unwrap();
            let (open, close) = ("[".repeat(100), "]".repeat(100));
            text = format!(r#"{open}{{"$serde_json::private::RawValue":{inside}}}{close}"#);
        }
        let Json(value) = serde_json::from_str(&text).unwrap();
        assert!(depth(&value) < 128);
    }

    fn depth(value: &Value) -> usize {
        let inside: Vec<_> = match value {
            Value::Array(values) => values.iter().collect(),
            Value::Object(object) => object.values().collect(),
            _ => Vec::new(),
        };
        inside
            .into_iter()
            .map(depth)
            .max()
            .map_or(0, |deepest| deepest + 1)
    }
}
