//! What a contract says of one input or one output.

use std::fmt;

use crate::code_type::CodeType;
use crate::grammar;
use crate::json;
use crate::kind::Kind;
use crate::members::Members;
use crate::value_type::ValueType;

pub(crate) const TYPE: &str = "type";
pub(crate) const SEVERAL: &str = "several";
pub(crate) const ITEMS: &str = "items";
pub(crate) const FIELDS: &str = "fields";
pub(crate) const REQUIRED: &str = "required";
pub(crate) const OPTIONAL: &str = "optional";
pub(crate) const DESCRIPTION: &str = "description";

/// The keys of an entry, in the order in which new ones are written.
pub(crate) const KEYS: [&str; 7] = [
    TYPE,
    SEVERAL,
    ITEMS,
    FIELDS,
    REQUIRED,
    OPTIONAL,
    DESCRIPTION,
];

/// `{ "type": "lookup", "required": true, "description": "the record" }`
///
/// The members in the file's order, each with the text of its value, so that what is not changed is written as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub(crate) members: Members<String>,
}

impl Entry {
    /// What code says of a field.
    pub fn of_code(code: CodeType, is_optional: bool, description: &str) -> Self {
        let mut entry = Self::default();
        if let CodeType::One(kind) | CodeType::List(kind) = code {
            entry.set_kind(kind);
        }
        if let CodeType::List(_) = code {
            entry.set_several();
        }
        if is_optional {
            entry.set_optional();
        }
        if !description.is_empty() {
            entry.describe(description);
        }
        entry
    }

    /// The type in an entry that code has written.
    pub fn code_type(&self) -> CodeType {
        match (self.kind(), self.members.boolean(SEVERAL)) {
            (None, _) => CodeType::Unknown,
            (Some(kind), Some(true)) => CodeType::List(kind),
            (Some(kind), _) => CodeType::One(kind),
        }
    }

    /// What it says of the value, if anything.
    pub fn value_type(&self) -> Option<ValueType> {
        let several = self.members.boolean(SEVERAL);
        let kind = match (self.kind(), several) {
            (Some(kind), _) => kind,
            (None, Some(true)) => Kind::Any,
            (None, _) => return None,
        };
        Some(ValueType { kind, several })
    }

    /// Sets what it says of the value.
    pub fn set_value_type(&mut self, value: ValueType) {
        self.set_kind(value.kind);
        if value.is_list() {
            self.set_several();
        } else {
            self.members.remove(SEVERAL);
        }
    }

    /// Its type; without one it may be anything.
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_word(&self.members.string(TYPE)?)
    }

    /// What each item of an `array` is, if it says so.
    pub fn items(&self) -> Option<Entry> {
        grammar::entry_of(self.members.get(ITEMS)?)
    }

    /// Sets what each item is. What says the same already stays as it is written.
    pub fn set_items(&mut self, items: &Entry) {
        if self.items().as_ref() != Some(items) {
            self.members.put_in_order(ITEMS, items.to_string(), &KEYS);
        }
    }

    /// What an `object` has in it, if it says so.
    pub fn fields(&self) -> Option<Members<Entry>> {
        grammar::entries_of(self.members.get(FIELDS)?)
    }

    /// Sets what is in it. What says the same already stays as it is written.
    pub fn set_fields(&mut self, fields: &Members<Entry>) {
        if self.fields().as_ref() != Some(fields) {
            self.members.put_in_order(FIELDS, object(fields), &KEYS);
        }
    }

    /// What is at `[].sku` below it.
    pub(crate) fn inside(&self, path: &str) -> Option<Entry> {
        if path.is_empty() {
            return Some(self.clone());
        }
        if let Some(rest) = path.strip_prefix("[]") {
            return self.items()?.inside(rest);
        }
        let path = path.strip_prefix('.')?;
        let fields = self.fields()?;
        let mut ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
        ends.find_map(|end| {
            let (name, rest) = path.split_at_checked(end)?;
            fields.get(name)?.inside(rest)
        })
    }

    /// Sets the type. What was said of the inside of an array or an object does not outlive it.
    pub fn set_kind(&mut self, kind: Kind) {
        for (key, owner) in [(ITEMS, Kind::Array), (FIELDS, Kind::Object)] {
            if kind != owner {
                self.members.remove(key);
            }
        }
        self.members.set_string(TYPE, kind.word(), &KEYS);
    }

    /// Says that it is a list of the type.
    pub fn set_several(&mut self) {
        self.members.set_true(SEVERAL, &KEYS);
    }

    /// Whether the input must be given.
    pub fn is_required(&self) -> bool {
        self.members.boolean(REQUIRED) == Some(true)
    }

    /// Whether the output may be missing or null, if that is known.
    pub fn optional(&self) -> Option<bool> {
        self.members.boolean(OPTIONAL)
    }

    /// Says that it may be missing or null.
    pub fn set_optional(&mut self) {
        self.members.set_true(OPTIONAL, &KEYS);
    }

    /// What people are told of it.
    pub fn description(&self) -> Option<String> {
        self.members.string(DESCRIPTION)
    }

    /// Sets the description.
    pub fn describe(&mut self, description: &str) {
        self.members.set_string(DESCRIPTION, description, &KEYS);
    }
}

/// On one line, unless a value that is not ours spans several.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&object(&self.members))
    }
}

/// `{ "a": 1, "b": 2 }`
fn object<T: fmt::Display>(members: &Members<T>) -> String {
    let members = members
        .iter()
        .map(|(key, value)| format!("{}: {value}", json::quoted(key)));
    let members: Vec<_> = members.collect();
    if members.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", members.join(", "))
    }
}
