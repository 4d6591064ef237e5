//! What a contract says of a value.

use std::fmt;

use crate::kind::{Kind, Shape};

/// The type of an entry, and whether the value is a list of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueType {
    /// What `"type"` says.
    pub kind: Kind,
    /// What `"several"` says. Where it says nothing, the value may be either, as far as the platform has lists of the
    /// type.
    pub several: Option<bool>,
}

impl ValueType {
    /// Whether the value is a list, each item of which is of the type.
    pub fn is_list(self) -> bool {
        // the platform's attachment is a list itself
        self.several == Some(true) && self.kind != Kind::Attachment
    }

    /// Whether a value can have the shape.
    pub fn allows(self, shape: Shape) -> bool {
        if self.is_list() {
            return shape == Shape::Array;
        }
        let is_single = self.several == Some(false) && self.kind.is_list_when_several();
        self.kind.allows(shape) && !(is_single && shape == Shape::Array)
    }
}

impl From<Kind> for ValueType {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            several: None,
        }
    }
}

/// `option`, `list of option` and `single option`
impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.several {
            _ if self.is_list() => "list of ",
            Some(false) => "single ",
            _ => "",
        })?;
        f.write_str(self.kind.word())
    }
}
