//! What the repository knows of a flow: `flows/<namespace>/<flow_id>.json`.

pub(crate) mod agree;
pub(crate) mod find;
pub(crate) mod json;
mod read;
pub(crate) mod rust_type;
#[cfg(test)]
mod tests;

use crate::parse::mark::Direction;

/// A contract that was found and read.
pub(crate) struct Contract {
    /// As messages name it.
    pub(crate) file: String,
    inputs: Side,
    outputs: Side,
    /// Recorded: names that are not in it may exist all the same.
    partial: bool,
}

/// What is known of the inputs, or of the outputs.
#[derive(Default)]
struct Side {
    /// `None`: nothing.
    entries: Option<Vec<Entry>>,
}

pub(crate) struct Entry {
    pub(crate) name: String,
    kind: Kind,
    required: bool,
    optional: bool,
    /// Replies disagreed with the type, and no person has decided yet.
    disputed: bool,
    pub(crate) description: Option<String>,
}

/// The types a contract can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    String,
    Integer,
    Number,
    Boolean,
    BigInt,
    Decimal,
    Date,
    DateTime,
    Option,
    Multilingual,
    Lookup,
    Phone,
    Region,
    Avatar,
    Attachment,
    RichText,
    Array,
    Object,
    Any,
}

impl Contract {
    /// What it says of the field's end on one side.
    pub(crate) fn entry(&self, direction: Direction, name: &str) -> Option<&Entry> {
        self.side(direction).get(name)
    }

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Input => &self.inputs,
            Direction::Output => &self.outputs,
        }
    }
}

impl Side {
    fn entries(&self) -> &[Entry] {
        self.entries.as_deref().unwrap_or_default()
    }

    fn get(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.name == name)
    }

    fn names(&self) -> Vec<&str> {
        self.entries()
            .iter()
            .map(|entry| entry.name.as_str())
            .collect()
    }
}

impl Kind {
    const ALL: [Kind; 20] = [
        Kind::Text,
        Kind::String,
        Kind::Integer,
        Kind::Number,
        Kind::Boolean,
        Kind::BigInt,
        Kind::Decimal,
        Kind::Date,
        Kind::DateTime,
        Kind::Option,
        Kind::Multilingual,
        Kind::Lookup,
        Kind::Phone,
        Kind::Region,
        Kind::Avatar,
        Kind::Attachment,
        Kind::RichText,
        Kind::Array,
        Kind::Object,
        Kind::Any,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::BigInt => "bigint",
            Kind::Decimal => "decimal",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
            Kind::Option => "option",
            Kind::Multilingual => "multilingual",
            Kind::Lookup => "lookup",
            Kind::Phone => "phone",
            Kind::Region => "region",
            Kind::Avatar => "avatar",
            Kind::Attachment => "attachment",
            Kind::RichText => "richtext",
            Kind::Array => "array",
            Kind::Object => "object",
            Kind::Any => "any",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
