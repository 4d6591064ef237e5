//! What the values in one place have shown: their shapes, and what is inside of them. No value is in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use apaas_flow_contract::Shape;
use serde_json::value::RawValue;

/// Deeper than that, a reply is a free-form document, not a fixed shape.
const DEEPEST: usize = 8;

/// An object with more members than this is a map, whose keys are data.
const MOST_FIELDS: usize = 128;

/// A longer key is data.
const LONGEST_NAME: usize = 64;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Several where a value stands in several places: a name that a reply has twice, the items of a list.
    pub(super) shapes: BTreeSet<Shape>,
    /// What is in the lists; nothing without an item.
    pub(super) items: Option<Box<Seen>>,
    /// What is in the objects.
    pub(super) fields: Fields,
}

/// The members of objects in the same place. There are none where a key of any is no name: it may be data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    objects: usize,
    by_name: BTreeMap<String, (usize, Seen)>,
    is_map: bool,
}

impl Seen {
    /// Takes in the text of one more value.
    pub(super) fn take_in(&mut self, value: &str) {
        self.take_in_at(value, 0);
    }

    fn take_in_at(&mut self, value: &str, depth: usize) {
        let shape = Shape::of(value);
        self.shapes.insert(shape);
        if depth == DEEPEST {
            return;
        }
        match shape {
            Shape::Array => {
                for item in serde_json::from_str::<Vec<&RawValue>>(value).unwrap_or_default() {
                    let items = self.items.get_or_insert_default();
                    items.take_in_at(item.get(), depth + 1);
                }
            }
            Shape::Object => {
                // what has no end in its keys, or cannot be read, shows nothing
                let members: BTreeMap<Cow<'_, str>, &RawValue> =
                    serde_json::from_str(value).unwrap_or_default();
                self.fields.take_in(&members, depth + 1);
            }
            _ => {}
        }
    }
}

impl FromIterator<Shape> for Seen {
    fn from_iter<I: IntoIterator<Item = Shape>>(shapes: I) -> Self {
        Self {
            shapes: shapes.into_iter().collect(),
            ..Self::default()
        }
    }
}

impl Fields {
    fn take_in(&mut self, members: &BTreeMap<Cow<'_, str>, &RawValue>, depth: usize) {
        self.is_map |= members.len() > MOST_FIELDS || !members.keys().all(|key| is_name(key));
        if self.is_map {
            self.by_name.clear();
            return;
        }
        self.objects += 1;
        for (name, value) in members {
            let (count, seen) = self.by_name.entry(name.to_string()).or_default();
            *count += 1;
            seen.take_in_at(value.get(), depth);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.by_name.keys()
    }

    /// What is under a name, and whether all of the objects have it.
    pub(super) fn get(&self, name: &str) -> Option<(&Seen, bool)> {
        let (count, seen) = self.by_name.get(name)?;
        Some((seen, *count == self.objects))
    }
}

/// Whether a key can be the name of a field, rather than an id, an email or a text.
fn is_name(key: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || c == '_';
    key.starts_with(begins)
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
        && key.chars().count() <= LONGEST_NAME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(value: &str) -> Seen {
        let mut seen = Seen::default();
        seen.take_in(value);
        seen
    }

    #[test]
    fn what_is_inside_is_seen_by_name_and_shape() {
        let lines = seen(r#"[{"sku": "v4lue", "tags": [1]}, {"sku": null}]"#);
        let line = lines.items.as_ref().unwrap();
        let (sku, always) = line.fields.get("sku").unwrap();
        assert_eq!(sku.shapes, [Shape::String, Shape::Null].into());
        assert!(always);
        let (tags, always) = line.fields.get("tags").unwrap();
        assert_eq!(tags.items.as_ref().unwrap().shapes, [Shape::Integer].into());
        assert!(!always);
        assert!(!format!("{lines:?}").contains("v4lue"));
        assert_eq!(seen("[]").items, None);
    }

    #[test]
    fn keys_that_may_be_data_are_not_kept() {
        for map in [
            r#"{"v4lue@example.com": 1}"#,
            r#"{"1767211281913907": 1}"#,
            r#"{"a v4lue": 1}"#,
            r#"[{"a": 1}, {"v4-lue": 1}]"#,
        ] {
            let seen = seen(map);
            let inside = seen.items.as_deref().unwrap_or(&seen);
            assert!(inside.fields.is_empty(), "{map}");
            assert!(!format!("{seen:?}").contains("v4"), "{map}");
        }
    }

    #[test]
    fn what_lies_deep_is_not_looked_at() {
        let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        let mut seen = &seen(&deep);
        let mut depth = 0;
        while let Some(items) = &seen.items {
            (seen, depth) = (items, depth + 1);
        }
        assert!(depth <= DEEPEST, "{depth}");
    }
}
