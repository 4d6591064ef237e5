//! A record that a field points to, with its name.

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::label::Label;
use super::read::{self, Integer, Object, Readable, Unfit, required};
use super::write::some;
use super::{Multilingual, RecordRef};
use crate::codec::is_output;

/// A record that a lookup field points to: its `_id` and, where the platform sends it, its name.
///
/// | | |
/// |---|---|
/// | written | `{"_id": 1767211281913907}`: the name is the platform's to know, and is never sent to it |
/// | read | `{"_id": 1767211281913907, "_name": ...}`, where the id may be a string of digits and the name a text or [`Multilingual`]; the bare id as number or string of digits |
///
/// The emulator, which stands in for the platform, sends the name: what a handler sets here, the client reads.
///
/// Where only the id matters, [`RecordRef`] is the smaller type. Several records are a `Vec<Lookup>`, of at most 200.
/// In two lookups that are equal the names are equal too; compare [`id`](Self::id)s to compare records.
///
/// ```
/// use apaas_flow::value::Lookup;
///
/// let owner: Lookup = serde_json::from_str(r#"{"_id":"1767211281913907","_name":{"en_US":"Li Lei","zh_CN":"李雷"}}"#)?;
/// assert_eq!(owner.id(), 1767211281913907);
/// assert_eq!(owner.name(), Some("李雷"));
/// assert_eq!(serde_json::to_string(&owner)?, r#"{"_id":1767211281913907}"#);
///
/// let owner: Lookup = serde_json::from_str(r#"{"_id":1767211281913907,"_name":"Li Lei"}"#)?;
/// assert_eq!(owner, Lookup::new(1767211281913907).with_name("Li Lei"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lookup {
    record: RecordRef,
    name: Option<Label>,
}

impl Lookup {
    /// The record with this `_id`.
    pub const fn new(id: i64) -> Self {
        Self {
            record: RecordRef::new(id),
            name: None,
        }
    }

    /// With a name, as the platform would send it.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(Label::Text(name.into()));
        self
    }

    /// With a name in several languages.
    pub fn with_names(mut self, names: Multilingual) -> Self {
        self.name = Some(Label::Multilingual(names));
        self
    }

    /// The record's `_id`.
    pub const fn id(&self) -> i64 {
        self.record.id()
    }

    /// The record without its name.
    pub const fn record(&self) -> RecordRef {
        self.record
    }

    /// The record's name, if the platform sent one; of several languages the one that [`Multilingual::text`] picks.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref()?.text()
    }

    /// The record's name by language, if the platform sent it so.
    pub fn names(&self) -> Option<&Multilingual> {
        self.name.as_ref()?.texts()
    }
}

impl From<i64> for Lookup {
    fn from(id: i64) -> Self {
        Self::new(id)
    }
}

/// The record's id.
impl From<Lookup> for i64 {
    fn from(lookup: Lookup) -> Self {
        lookup.id()
    }
}

impl From<RecordRef> for Lookup {
    fn from(record: RecordRef) -> Self {
        Self { record, name: None }
    }
}

impl From<Lookup> for RecordRef {
    fn from(lookup: Lookup) -> Self {
        lookup.record
    }
}

/// The record alone.
impl From<&Lookup> for RecordRef {
    fn from(lookup: &Lookup) -> Self {
        lookup.record()
    }
}

impl Serialize for Lookup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_output() {
            return self.record.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("_id", &self.id())?;
        some(&mut map, "_name", self.name.as_ref())?;
        map.end()
    }
}

impl Readable for Lookup {
    const EXPECTED: &'static str =
        "a record: {\"_id\": id, \"_name\": name}, or the id as a number or a string of digits";
    const KEYS: &'static str = "$apaas_flow(_id,_name)";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        RecordRef::from_text(text).map(Self::from)
    }

    fn from_integer(id: i64) -> Result<Self, Unfit> {
        Ok(Self::new(id))
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut id, mut name) = (None, None);
        while let Some(key) = object.key()? {
            match &*key {
                "_id" => id = object.part()?,
                "_name" => name = object.perhaps()?,
                _ => object.pass_over()?,
            }
        }
        let Integer(id) = required(id, "_id")?;
        Ok(Self {
            record: RecordRef::new(id),
            name,
        })
    }
}

impl<'de> Deserialize<'de> for Lookup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
