//! A reference to a record.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A reference to a record, by its `_id`.
///
/// Written as `{"_id": 5454545}`. Read from that, from an id that is a string (`{"_id": "5454545"}`), and from the
/// bare id as number or string; other keys, such as `_name`, are passed over. Ids run to 16 digits and more and never
/// go through a float.
///
/// ```
/// use apaas_flow::value::RecordRef;
///
/// let record = RecordRef::new(1767211281913907);
/// assert_eq!(serde_json::to_string(&record)?, r#"{"_id":1767211281913907}"#);
///
/// for text in [r#"{"_id":"1767211281913907","_name":{"zh_CN":"x"}}"#, r#""1767211281913907""#, "1767211281913907"] {
///     assert_eq!(serde_json::from_str::<RecordRef>(text)?, record);
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef(i64);

impl RecordRef {
    /// The record with this `_id`.
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The record's `_id`.
    pub const fn id(self) -> i64 {
        self.0
    }
}

impl From<i64> for RecordRef {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

impl Serialize for RecordRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("_id", &self.0)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for RecordRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reference;

        impl<'de> Visitor<'de> for Reference {
            type Value = RecordRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record: {\"_id\": id}, or the id as a number or a string of digits")
            }

            fn visit_i64<E: Error>(self, id: i64) -> Result<RecordRef, E> {
                Ok(RecordRef(id))
            }

            fn visit_u64<E: Error>(self, id: u64) -> Result<RecordRef, E> {
                i64::try_from(id)
                    .map(RecordRef)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(id), &self))
            }

            fn visit_str<E: Error>(self, id: &str) -> Result<RecordRef, E> {
                id.parse()
                    .map(RecordRef)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(id), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RecordRef, A::Error> {
                let mut record = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "_id" {
                        record = Some(map.next_value::<RecordRef>()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                record.ok_or_else(|| A::Error::missing_field("_id"))
            }
        }

        deserializer.deserialize_any(Reference)
    }
}
