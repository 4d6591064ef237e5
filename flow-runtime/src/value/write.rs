//! Writing objects that have only some of their keys.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap};
use serde_json::Value;

/// Writes an entry, if there is a value.
pub(super) fn some<M: SerializeMap, T: Serialize>(
    to: &mut M,
    key: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| to.serialize_entry(key, value))
}

/// Writes what was kept, and ends the object.
pub(super) fn rest<M: SerializeMap>(
    mut to: M,
    extra: &BTreeMap<String, Value>,
) -> Result<M::Ok, M::Error> {
    for (key, value) in extra {
        to.serialize_entry(key, value)?;
    }
    to.end()
}
