//! An administrative region.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::Multilingual;
use super::read::{self, Integer, Object, Readable, required};
use super::write::{rest, some};

/// An administrative region: a country, a province, a city.
///
/// | | |
/// |---|---|
/// | written | `{"id": 1736322142527502, "level": 1, "regionCode": "FSM", "fullPath": [{"language_code": 1033, "text": "..."}]}`, without what is not known |
/// | read | that, of which only the id must be there; `{"_id": "1736322142527502", "region_code": "FSM", "full_path": {"en_US": "..."}}` |
///
/// The shape is seen, not documented; fields may be added.
///
/// ```
/// use apaas_flow::value::Region;
///
/// let region: Region = serde_json::from_str(
///     r#"{"_id":"1736322142527502","region_code":"FSM","full_path":{"en_US":"Micronesia"}}"#,
/// )?;
/// assert_eq!(region.id, 1736322142527502);
/// assert_eq!(region.full_path.text(), Some("Micronesia"));
/// assert_eq!(
///     serde_json::to_string(&region)?,
///     r#"{"id":1736322142527502,"regionCode":"FSM","fullPath":[{"language_code":1033,"text":"Micronesia"}]}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Region {
    /// The platform's id of the region.
    pub id: i64,
    /// How deep in the tree of regions it lies.
    pub level: Option<i64>,
    /// The region's code, such as `FSM`.
    pub region_code: Option<String>,
    /// The names from the top of the tree down to it, in one text a language.
    pub full_path: Multilingual,
    /// Keys that are not known here, kept for writing.
    pub extra: BTreeMap<String, Value>,
}

impl Region {
    /// The region with this id.
    pub const fn new(id: i64) -> Self {
        Self {
            id,
            level: None,
            region_code: None,
            full_path: Multilingual::new(),
            extra: BTreeMap::new(),
        }
    }
}

/// The region with this id.
impl From<i64> for Region {
    fn from(id: i64) -> Self {
        Self::new(id)
    }
}

/// The region's id.
impl From<Region> for i64 {
    fn from(region: Region) -> Self {
        region.id
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        some(&mut map, "level", self.level.as_ref())?;
        some(&mut map, "regionCode", self.region_code.as_ref())?;
        let path = Some(&self.full_path).filter(|path| !path.is_empty());
        some(&mut map, "fullPath", path)?;
        rest(map, &self.extra)
    }
}

impl Readable for Region {
    const EXPECTED: &'static str = "a region: {\"id\": 1, \"level\": 1, \"regionCode\": \"...\", \"fullPath\": []} or {\"_id\": \"1\", \"region_code\": \"...\", \"full_path\": {}}";
    const KEYS: &'static str =
        "$apaas_flow(id,_id,level,regionCode,region_code,fullPath,full_path)";

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut id, mut level, mut region_code, mut full_path) = (None, None, None, None);
        let mut extra = BTreeMap::new();
        while let Some(key) = object.key()? {
            match &*key {
                "id" | "_id" => id = object.part()?,
                "level" => level = object.perhaps()?.map(|Integer(level)| level),
                "regionCode" | "region_code" => region_code = object.text()?,
                "fullPath" | "full_path" => full_path = object.perhaps()?,
                _ => object.keep(key, &mut extra)?,
            }
        }
        let Integer(id) = required(id, "id")?;
        Ok(Self {
            id,
            level,
            region_code,
            full_path: full_path.unwrap_or_default(),
            extra,
        })
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
