//! All outputs by name, and everything about them that does not fit.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::value::Value;
use crate::codec::entries::{entries, refusal_of_entries};
use crate::codec::explain::{explain_read, named};
use crate::error::foreign::{NAME, one_line};
use crate::error::{Error, FieldError, Result};

/// An api name and the text of its value.
pub(super) struct Entry<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) text: &'a str,
}

/// All outputs of a reply.
pub(super) struct Index<'a> {
    entries: Vec<Entry<'a>>,
    /// Where to look first: most outputs are taken in the reply's order.
    next: usize,
    has_repeated_name: bool,
    field_errors: Vec<Arc<FieldError>>,
}

impl<'a> Index<'a> {
    /// Parses the text of `out_params`, or of an object `{api name: value}`; `""` means no outputs.
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        let entries = all(text).map_err(|error| {
            let refusal = refusal_of_entries(text, &error);
            Error::decode(vec![Arc::new(explain_read(
                "out_params",
                text,
                &refusal,
                0,
            ))])
        })?;
        Ok(Self::new(entries))
    }

    pub(super) fn new(entries: Vec<Entry<'a>>) -> Self {
        Self {
            next: 0,
            has_repeated_name: has_repeated_name(&entries),
            entries,
            field_errors: Vec::new(),
        }
    }

    pub(super) fn into_entries(self) -> Vec<Entry<'a>> {
        self.entries
    }

    pub(super) fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    pub(super) fn has_repeated_name(&self) -> bool {
        self.has_repeated_name
    }

    /// The value under a name.
    pub(super) fn find(&mut self, name: &str) -> Result<Option<Value<'a>>> {
        let (before, after) = self.entries.split_at(self.next.min(self.entries.len()));
        let mut found = after.iter().chain(before).enumerate();
        let Some((steps, Entry { text, .. })) = found.find(|(_, entry)| entry.name == name) else {
            return Ok(None);
        };
        let value = Value::closed(text);
        self.next = (self.next + steps + 1) % self.entries.len().max(1);
        let differs = |entry: &Entry<'_>| entry.name == name && entry.text != *text;
        if self.has_repeated_name && self.entries.iter().any(differs) {
            return Err(self.fail(FieldError {
                name: name.to_owned(),
                path: String::new(),
                expected: "one value".to_owned(),
                found: "several that differ".to_owned(),
            }));
        }
        Ok(Some(value))
    }

    pub(super) fn missing(&mut self, name: &str, rust_type: &str) -> Error {
        let field_error = FieldError {
            name: name.to_owned(),
            path: String::new(),
            expected: named(rust_type),
            found: self.nothing(),
        };
        self.fail(field_error)
    }

    /// Says that there is no such output, and lists those that exist: the name is most likely misspelt.
    fn nothing(&self) -> String {
        const MOST: usize = 12;

        let names: Vec<_> = self
            .entries
            .iter()
            .take(MOST)
            .map(|entry| format!("`{}`", one_line(&entry.name, NAME)))
            .collect();
        match names.len() {
            0 => "no outputs at all".to_owned(),
            _ if self.entries.len() > MOST => {
                format!("nothing of that name (there are {}, ...)", names.join(", "))
            }
            _ => format!("nothing of that name (there are {})", names.join(", ")),
        }
    }

    /// The error of one output, which is also kept for the error of all.
    pub(super) fn fail(&mut self, field_error: FieldError) -> Error {
        let field_error = Arc::new(field_error);
        self.field_errors.push(field_error.clone());
        Error::decode(vec![field_error])
    }

    /// The error of all outputs that have failed so far.
    pub(super) fn failed(&self) -> Error {
        Error::decode(self.field_errors.clone())
    }

    /// The error of all outputs, given the one that ended the reading. If that is not an output's, it is returned as it is.
    pub(super) fn error_of_all(&mut self, error: Error) -> Error {
        if error.field_errors().is_empty() {
            error
        } else {
            Error::decode(std::mem::take(&mut self.field_errors))
        }
    }
}

/// The entries of a list or an object, in order.
pub(super) fn all(text: &str) -> serde_json::Result<Vec<Entry<'_>>> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let entries = entries(text)?.into_iter();
    Ok(entries
        .map(|(name, value)| Entry {
            name,
            text: value.get(),
        })
        .collect())
}

/// Whether a name occurs more than once. For as few outputs as flows usually have, each is compared with each, which
/// allocates nothing; length and last letter tell most names apart.
pub(super) fn has_repeated_name(entries: &[Entry<'_>]) -> bool {
    const FEW: usize = 32;

    if entries.len() > FEW {
        let mut names = HashSet::with_capacity(entries.len());
        return !entries.iter().all(|entry| names.insert(&*entry.name));
    }
    let is_same = |one: &str, other: &str| {
        one.len() == other.len() && one.as_bytes().last() == other.as_bytes().last() && one == other
    };
    let mut rest = entries;
    while let [entry, others @ ..] = rest {
        if others.iter().any(|other| is_same(&entry.name, &other.name)) {
            return true;
        }
        rest = others;
    }
    false
}
