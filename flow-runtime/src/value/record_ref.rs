//! A reference to a record.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ValueError;
use super::read::{self, Integer, Object, Readable, Unfit, required};

/// A reference to a record, by its `_id`.
///
/// | | |
/// |---|---|
/// | written | `{"_id": 1767211281913907}`, as the platform's documents have it for inputs |
/// | read | that; an id that is a string (`{"_id": "1767211281913907"}`); the bare id as number or string of digits |
///
/// Other keys, such as `_name`, are passed over: [`Lookup`](super::Lookup) keeps the name. Ids run to 16 digits and
/// more and never go through a float. Several records are a `Vec<RecordRef>`, of at most 200.
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

/// The record's id.
impl From<RecordRef> for i64 {
    fn from(record: RecordRef) -> Self {
        record.id()
    }
}

/// From the digits of an id.
impl FromStr for RecordRef {
    type Err = ValueError;

    fn from_str(id: &str) -> Result<Self, ValueError> {
        read::integer(id)
            .map(Self)
            .ok_or(ValueError("a record's id is an integer of 64 bits"))
    }
}

/// The id.
impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for RecordRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("_id", &self.0)?;
        map.end()
    }
}

impl Readable for RecordRef {
    const EXPECTED: &'static str =
        "a record: {\"_id\": id}, or the id as a number or a string of digits";
    const KEYS: &'static str = "$apaas_flow(_id)";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }

    fn from_integer(id: i64) -> Result<Self, Unfit> {
        Ok(Self(id))
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let mut id = None;
        while let Some(key) = object.key()? {
            if key == "_id" {
                id = object.part()?;
            } else {
                object.pass_over()?;
            }
        }
        let Integer(id) = required(id, "_id")?;
        Ok(Self(id))
    }
}

impl<'de> Deserialize<'de> for RecordRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
