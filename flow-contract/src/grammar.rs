//! The text of a contract to what it says. Every mistake in it is told, each at its place.

use std::collections::HashMap;

use crate::contract::{self, CONFLICTS, Contract, INPUTS, OUTPUTS, PARTIAL};
use crate::diagnostic::{Diagnostic, Position};
use crate::entry::{self, DESCRIPTION, Entry, FIELDS, ITEMS, OPTIONAL, REQUIRED, SEVERAL, TYPE};
use crate::json::{Json, Key, Value};
use crate::kind::Kind;
use crate::members::Members;
use crate::suggest;

pub(crate) fn read(text: &str) -> Result<Contract, Vec<Diagnostic>> {
    // some editors begin a file with a mark
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = Json::parse(text).map_err(|mistake| vec![mistake])?;
    let mut reader = Reader::default();
    let contract = reader.contract(json);
    let mut mistakes = reader.mistakes;
    mistakes.sort_by_key(|mistake| mistake.at);
    if mistakes.is_empty() {
        Ok(contract)
    } else {
        Err(mistakes)
    }
}

/// What is inside an entry, from a text that has been read as a part of its file.
pub(crate) fn entry_of(text: &str) -> Option<Entry> {
    let mut reader = Reader::default();
    let entry = reader.entry(ITEMS, Json::parse(text).ok()?);
    reader.mistakes.is_empty().then_some(entry)
}

/// The same for several by name.
pub(crate) fn entries_of(text: &str) -> Option<Members<Entry>> {
    let mut reader = Reader::default();
    let entries = reader.entries(FIELDS, Json::parse(text).ok()?);
    reader.mistakes.is_empty().then_some(entries)
}

/// Reads on after a mistake. What it gives then is worth nothing.
#[derive(Default)]
struct Reader {
    mistakes: Vec<Diagnostic>,
}

impl Reader {
    fn contract(&mut self, json: Json<'_>) -> Contract {
        let mut contract = Contract::default();
        for (key, value) in self.object("a contract", json, &contract::KEYS) {
            let mut text = value.text.to_owned();
            match key.as_str() {
                INPUTS => contract.inputs = self.entries(&key, value),
                OUTPUTS => contract.outputs = self.entries(&key, value),
                CONFLICTS => contract.conflicts = self.texts(&key, value),
                PARTIAL => self.boolean(&key, &value),
                DESCRIPTION => drop(self.string(&key, value)),
                _ => {}
            }
            if matches!(key.as_str(), INPUTS | OUTPUTS | CONFLICTS) {
                text.clear();
            }
            contract.members.push(key, text);
        }
        contract
    }

    /// `{ "variable_a": { .. }, .. }`
    fn entries(&mut self, key: &str, json: Json<'_>) -> Members<Entry> {
        let mut entries = Members::default();
        for (name, value) in self.object(&quoted(key), json, &[]) {
            let entry = self.entry(&name, value);
            entries.push(name, entry);
        }
        entries
    }

    /// `{ "type": "lookup", "required": true, "description": "the record" }`
    fn entry(&mut self, name: &str, json: Json<'_>) -> Entry {
        let mut entry = Entry::default();
        let mut inside = Vec::new();
        for (key, value) in self.object(&quoted(name), json, &entry::KEYS) {
            let text = value.text.to_owned();
            match key.as_str() {
                ITEMS => inside.push((ITEMS, Kind::Array, value.at)),
                FIELDS => inside.push((FIELDS, Kind::Object, value.at)),
                _ => {}
            }
            match key.as_str() {
                TYPE => self.kind(value),
                SEVERAL | REQUIRED | OPTIONAL => self.boolean(&key, &value),
                DESCRIPTION => drop(self.string(&key, value)),
                ITEMS => drop(self.entry(&key, value)),
                FIELDS => drop(self.entries(&key, value)),
                _ => {}
            }
            entry.members.push(key, text);
        }
        for (key, owner, at) in inside {
            self.belongs(key, owner, at, &entry);
        }
        entry
    }

    /// Whether the entry is of the one type that has such an inside. A type that is misspelt has been told already.
    fn belongs(&mut self, key: &str, owner: Kind, at: Position, entry: &Entry) {
        let is = match (entry.members.get(TYPE), entry.kind()) {
            (None, _) => "has no `type`".to_owned(),
            (Some(_), None) => return,
            (Some(_), Some(kind)) if kind == owner => return,
            (Some(_), Some(kind)) => format!("is `{}`", kind.word()),
        };
        let owner = owner.word();
        self.mistake(
            at,
            format!("`{key}` says what is inside an `{owner}`, and this {is}; say `\"type\": \"{owner}\"`, or remove it"),
        );
    }

    fn kind(&mut self, json: Json<'_>) {
        let at = json.at;
        let Some(word) = self.string(TYPE, json) else {
            return;
        };
        if Kind::from_word(&word).is_some() {
            return;
        }
        let words: Vec<&str> = Kind::all().map(Kind::word).collect();
        let cure = match suggest::nearest(&word, words.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the types are {}", suggest::listed(&words)),
        };
        self.mistake(at, format!("unknown type `{word}`; {cure}"));
    }

    /// The members of an object. A person may have keys of their own where these are known, but not a likely typo of
    /// one: it would switch a check off, unseen.
    fn object<'a>(
        &mut self,
        what: &str,
        json: Json<'a>,
        known: &[&str],
    ) -> Vec<(String, Json<'a>)> {
        let Value::Object(members) = json.value else {
            self.expected(what, "an object", &json);
            return Vec::new();
        };
        let mut first: HashMap<&str, Position> = HashMap::new();
        for (Key { at, name }, _) in &members {
            let earlier = first.entry(name).or_insert(*at);
            if earlier != at {
                let line = earlier.line;
                let message = format!("duplicate key `{name}`, first in line {line}; remove one");
                self.mistake(*at, message);
            }
            let mut meant = known.iter();
            let meant = meant.find(|known| suggest::is_one_edit_off(name, known));
            if let Some(meant) = meant.filter(|meant| *meant != name) {
                let message = format!("unknown key `{name}`; did you mean `{meant}`?");
                self.mistake(*at, message);
            }
        }
        let members = members.into_iter();
        members.map(|(key, value)| (key.name, value)).collect()
    }

    /// The texts of a list's items.
    fn texts(&mut self, key: &str, json: Json<'_>) -> Vec<String> {
        let Value::List(items) = json.value else {
            self.expected(&quoted(key), "an array", &json);
            return Vec::new();
        };
        items.iter().map(|item| item.text.to_owned()).collect()
    }

    fn boolean(&mut self, key: &str, json: &Json<'_>) {
        if !matches!(json.value, Value::Boolean) {
            self.expected(&quoted(key), "`true` or `false`", json);
        }
    }

    fn string(&mut self, key: &str, json: Json<'_>) -> Option<String> {
        if let Value::Text(text) = json.value {
            return Some(text);
        }
        self.expected(&quoted(key), "a string", &json);
        None
    }

    fn expected(&mut self, what: &str, form: &str, json: &Json<'_>) {
        let found = json.value.name();
        self.mistake(
            json.at,
            format!("expected {what} to be {form}, found {found}"),
        );
    }

    fn mistake(&mut self, at: Position, message: String) {
        self.mistakes.push(Diagnostic::new(at, message));
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Side::{Inputs, Outputs};

    #[test]
    fn says_what_the_file_says() {
        let text = r#"{
            "description": "Deletes one record.",
            "inputs": {"a": {"type": "lookup", "required": true, "description": "the \u8bb0录", "unit": 1}, "b": {}},
            "outputs": {"c": {"type": "integer", "optional": true}, "d": {"type": "integer", "optional": false}},
            "partial": true,
            "conflicts": [{"output": "d", "contract": "integer", "reply": "string"}, {"output": "c", "contract": "text", "reply": "null"}, 5],
            "owner": ["anybody", 1e999]
        }"#;
        let contract = read(text).unwrap();
        assert!(contract.is_partial());
        assert_eq!(
            contract.description().as_deref(),
            Some("Deletes one record.")
        );
        let seen = |side, name| {
            let entry = contract.entry(side, name)?;
            Some((entry.kind(), entry.is_required(), entry.optional()))
        };
        assert_eq!(seen(Inputs, "a"), Some((Some(Kind::Lookup), true, None)));
        assert_eq!(seen(Inputs, "b"), Some((None, false, None)));
        assert_eq!(seen(Inputs, "c"), None);
        assert_eq!(
            seen(Outputs, "c"),
            Some((Some(Kind::Integer), false, Some(true)))
        );
        assert_eq!(
            seen(Outputs, "d"),
            Some((Some(Kind::Integer), false, Some(false)))
        );
        assert!(contract.is_disputed("d") && !contract.is_disputed("c"));
        let described = contract.entry(Inputs, "a").and_then(Entry::description);
        assert_eq!(described.as_deref(), Some("the 记录"));
        let names: Vec<_> = contract.entries(Outputs).unwrap().names().collect();
        assert_eq!(names, ["c", "d"]);
    }

    #[test]
    fn says_what_is_inside() {
        let text = r#"{"outputs": {"a": {"type": "array", "items": {"type": "object", "fields":
            {"sku": {"type": "text", "description": "the \u8bb0"}, "tags": {"type": "array", "items": {}, "optional": true}}}}}}"#;
        let contract = read(text).unwrap();
        let lines = contract.entry(Outputs, "a").unwrap();
        assert!(lines.fields().is_none());
        let fields = lines.items().and_then(|line| line.fields()).unwrap();
        let names: Vec<_> = fields.names().collect();
        assert_eq!(names, ["sku", "tags"]);
        let sku = fields.get("sku").unwrap();
        assert_eq!(sku.description().as_deref(), Some("the 记"));
        assert!(sku.items().is_none() && sku.fields().is_none());
        let tags = fields.get("tags").unwrap();
        assert_eq!(
            (tags.optional(), tags.items()),
            (Some(true), Some(Entry::default()))
        );

        // an edit keeps it, but for another type
        let mut edited = lines.clone();
        edited.describe("d");
        edited.set_kind(Kind::Array);
        assert_eq!(edited.items(), lines.items());
        edited.set_kind(Kind::Text);
        assert_eq!(
            edited.to_string(),
            r#"{ "type": "text", "description": "d" }"#
        );
    }

    #[test]
    fn a_side_that_is_not_there_is_not_empty() {
        let contract = read(r#"{"outputs": {}}"#).unwrap();
        assert!(contract.entries(Inputs).is_none());
        assert!(contract.entries(Outputs).is_some());
        assert!(!contract.is_partial());
    }
}
