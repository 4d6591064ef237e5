//! A contract as it stands in its file: what is known of it is checked, what is not is kept as it is written, and the
//! order is the file's.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::shape::Type;
use crate::codec::{Text, entries};

const DESCRIPTION: &str = "description";
const PARTIAL: &str = "partial";
const INPUTS: &str = "inputs";
const OUTPUTS: &str = "outputs";
const CONFLICTS: &str = "conflicts";
const TYPE: &str = "type";
const REQUIRED: &str = "required";
const OPTIONAL: &str = "optional";

/// Where a member that is new to a file comes to stand.
const ORDER: [&str; 5] = [DESCRIPTION, PARTIAL, INPUTS, OUTPUTS, CONFLICTS];
const ORDER_IN_ENTRY: [&str; 4] = [TYPE, REQUIRED, OPTIONAL, DESCRIPTION];

/// A contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// All members in order, each with the text of its value; without it those that follow here.
    members: Members<String>,
    inputs: Members<Entry>,
    outputs: Members<Entry>,
    /// The text of each.
    conflicts: Vec<String>,
}

/// The two lists of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inputs,
    Outputs,
}

/// One input or output: its members, each with the text of its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry(Members<String>);

/// An output on which the contract and a reply do not agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conflict {
    pub(super) output: String,
    /// The contract's type, or [`Conflict::NOT_OPTIONAL`].
    pub(super) contract: String,
    /// The shape in the reply.
    pub(super) reply: String,
}

/// What is wrong with a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) what: String,
}

impl Document {
    /// Reads a file.
    pub(super) fn parse(file: &[u8]) -> Result<Self, Malformed> {
        // as some editors begin a file
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        serde_json::from_slice(file).map_err(|error| {
            let what = error.to_string();
            let what = what
                .rsplit_once(" at line ")
                .map_or(&*what, |(what, _)| what);
            Malformed {
                line: error.line(),
                column: error.column(),
                what: what.to_owned(),
            }
        })
    }

    /// The contract of a flow of which nothing is known but what replies will show.
    pub(super) fn to_be_recorded() -> Self {
        let mut document = Self::default();
        document.set(PARTIAL, true.to_string());
        document
    }

    /// Whether there may be more than it lists.
    pub(super) fn is_partial(&self) -> bool {
        self.is_true(PARTIAL)
    }

    pub(super) fn describe(&mut self, description: &str) {
        self.set(DESCRIPTION, quoted(description));
    }

    /// The entries of a side; none where the contract does not speak of it.
    pub(super) fn entries(&self, side: Side) -> Option<&Members<Entry>> {
        let (key, entries) = match side {
            Side::Inputs => (INPUTS, &self.inputs),
            Side::Outputs => (OUTPUTS, &self.outputs),
        };
        self.members.get(key).map(|_| entries)
    }

    /// The same, added where there is none.
    pub(super) fn entries_mut(&mut self, side: Side) -> &mut Members<Entry> {
        let (key, entries) = match side {
            Side::Inputs => (INPUTS, &mut self.inputs),
            Side::Outputs => (OUTPUTS, &mut self.outputs),
        };
        self.members.put(key, String::new(), in_order(key, &ORDER));
        entries
    }

    /// Whether this conflict is written down.
    pub(super) fn has_conflict(&self, conflict: &Conflict) -> bool {
        let mut known = self.conflicts.iter();
        known.any(|text| Conflict::read(text).as_ref() == Some(conflict))
    }

    /// Adds a conflict, unless it is there.
    pub(super) fn add_conflict(&mut self, conflict: &Conflict) {
        if self.has_conflict(conflict) {
            return;
        }
        let later = |text: &String| Conflict::read(text).is_some_and(|known| known > *conflict);
        let place = self.conflicts.iter().position(later);
        self.conflicts
            .insert(place.unwrap_or(self.conflicts.len()), conflict.to_string());
        self.members
            .put(CONFLICTS, String::new(), in_order(CONFLICTS, &ORDER));
    }

    /// Drops the conflicts that somebody has resolved, and the list of them when it is empty then.
    pub(super) fn drop_resolved_conflicts(&mut self) {
        let mut conflicts = std::mem::take(&mut self.conflicts);
        let before = conflicts.len();
        conflicts
            .retain(|text| Conflict::read(text).is_none_or(|conflict| self.still_says(&conflict)));
        if conflicts.is_empty() && before > 0 {
            self.members.remove(CONFLICTS);
        }
        self.conflicts = conflicts;
    }

    fn still_says(&self, conflict: &Conflict) -> bool {
        let Some(entry) = self.outputs.get(&conflict.output) else {
            return false;
        };
        if conflict.contract == Conflict::NOT_OPTIONAL {
            !entry.optional().unwrap_or(self.is_partial())
        } else {
            entry.kind().map(Type::name) == Some(&conflict.contract)
        }
    }

    fn is_true(&self, key: &str) -> bool {
        self.members.get(key).is_some_and(|text| text == "true")
    }

    fn set(&mut self, key: &'static str, text: String) {
        self.members.put(key, text, in_order(key, &ORDER));
    }
}

impl Entry {
    pub(super) fn kind(&self) -> Option<Type> {
        Type::from_name(self.0.get(TYPE)?.trim_matches('"'))
    }

    pub(super) fn set_kind(&mut self, kind: Type) {
        self.set(TYPE, quoted(kind.name()));
    }

    pub(super) fn optional(&self) -> Option<bool> {
        self.0.get(OPTIONAL).map(|text| text == "true")
    }

    pub(super) fn set_optional(&mut self) {
        self.set(OPTIONAL, true.to_string());
    }

    pub(super) fn describe(&mut self, description: &str) {
        self.set(DESCRIPTION, quoted(description));
    }

    fn set(&mut self, key: &'static str, text: String) {
        self.0.put(key, text, in_order(key, &ORDER_IN_ENTRY));
    }
}

impl Conflict {
    /// An output that is always there, the contract says, and that a reply lacks.
    pub(super) const NOT_OPTIONAL: &'static str = "not optional";

    /// One of ours, whatever was added to it.
    fn read(text: &str) -> Option<Self> {
        let members = entries(text).ok()?;
        let member = |key: &str| {
            let (_, value) = members.iter().find(|(known, _)| known == key)?;
            let Text(text) = serde_json::from_str(value.get()).ok()?;
            Some(Cow::into_owned(text))
        };
        Some(Self {
            output: member("output")?,
            contract: member("contract")?,
            reply: member("reply")?,
        })
    }
}

/// Names in the file's order, with something under each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Members<T>(Vec<(String, T)>);

impl<T> Members<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        let (_, value) = self.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }

    /// Puts a value under a name; a new name in front of the first that comes later in the alphabet.
    pub(super) fn put_alphabetically(&mut self, name: &str, value: T) {
        self.put(name, value, |known| known > name);
    }

    fn put(&mut self, name: &str, value: T, is_later: impl Fn(&str) -> bool) {
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *known = value;
            return;
        }
        let place = self.0.iter().position(|(known, _)| is_later(known));
        self.0
            .insert(place.unwrap_or(self.0.len()), (name.to_owned(), value));
    }

    fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Whether a member comes later than this one; an unknown one never does.
fn in_order(key: &str, order: &'static [&str]) -> impl Fn(&str) -> bool {
    let rank = |key: &str| order.iter().position(|known| *known == key);
    let own = rank(key);
    move |known| rank(known) > own
}

/// Two spaces, an entry a line, a newline at the end.
impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = |entries: &Members<Entry>| {
            let lines = entries.iter();
            let lines = lines.map(|(name, entry)| format!("{}: {entry}", quoted(name)));
            block(lines, "  ", ['{', '}'])
        };
        let members = self.members.iter().map(|(key, text)| {
            let text = match key {
                INPUTS => lines(&self.inputs),
                OUTPUTS => lines(&self.outputs),
                CONFLICTS => block(self.conflicts.iter().cloned(), "  ", ['[', ']']),
                _ => text.to_owned(),
            };
            format!("{}: {text}", quoted(key))
        });
        writeln!(f, "{}", block(members, "", ['{', '}']))
    }
}

/// In one line, unless a text of somebody's own goes over several.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<_> = self
            .0
            .iter()
            .map(|(key, text)| format!("{}: {text}", quoted(key)))
            .collect();
        if members.is_empty() {
            f.write_str("{}")
        } else {
            write!(f, "{{ {} }}", members.join(", "))
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"{{ "output": {}, "contract": {}, "reply": {} }}"#,
            quoted(&self.output),
            quoted(&self.contract),
            quoted(&self.reply)
        )
    }
}

/// Items between braces, each on a line of its own.
fn block(items: impl Iterator<Item = String>, indent: &str, [open, close]: [char; 2]) -> String {
    let mut text = String::from(open);
    for (i, item) in items.enumerate() {
        let comma = if i == 0 { "" } else { "," };
        // writing to a String cannot fail
        let _ = write!(text, "{comma}\n{indent}  {item}");
    }
    if text.len() > open.len_utf8() {
        text.push('\n');
        text.push_str(indent);
    }
    text.push(close);
    text
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a contract: an object with `inputs` and `outputs`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut document = Document::default();
                while let Some(key) = map.next_key_seed(NewName(&document.members))? {
                    let text = match &*key {
                        INPUTS => {
                            document.inputs = map.next_value()?;
                            String::new()
                        }
                        OUTPUTS => {
                            document.outputs = map.next_value()?;
                            String::new()
                        }
                        CONFLICTS => {
                            let all: Vec<Box<RawValue>> = map.next_value()?;
                            document.conflicts = all.iter().map(|raw| raw.get().into()).collect();
                            String::new()
                        }
                        DESCRIPTION => quoted(&map.next_value::<String>()?),
                        PARTIAL => map.next_value::<bool>()?.to_string(),
                        _ => map.next_value::<Box<RawValue>>()?.get().to_owned(),
                    };
                    document.members.0.push((key, text));
                }
                Ok(document)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Members<Entry> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<Entry>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of entries by api name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Members::default();
                while let Some(name) = map.next_key_seed(NewName(&entries))? {
                    let entry = map.next_value()?;
                    entries.0.push((name, entry));
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an entry, such as { \"type\": \"text\" }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut members = Members::default();
                while let Some(key) = map.next_key_seed(NewName(&members))? {
                    let text = match &*key {
                        TYPE => quoted(map.next_value::<Type>()?.name()),
                        REQUIRED | OPTIONAL => map.next_value::<bool>()?.to_string(),
                        DESCRIPTION => quoted(&map.next_value::<String>()?),
                        _ => map.next_value::<Box<RawValue>>()?.get().to_owned(),
                    };
                    members.0.push((key, text));
                }
                Ok(Entry(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A name that is not among these yet.
struct NewName<'a, T>(&'a Members<T>);

impl<'de, T> DeserializeSeed<'de> for NewName<'_, T> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let Text(name) = Text::deserialize(deserializer)?;
        if self.0.get(&name).is_some() {
            return Err(D::Error::custom(format!("`{name}` stands here twice")));
        }
        Ok(name.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse(text.as_bytes()).unwrap()
    }

    fn wrong(text: &str) -> (usize, usize, String) {
        let Malformed { line, column, what } = Document::parse(text.as_bytes()).unwrap_err();
        (line, column, what)
    }

    /// As the module's page shows it.
    const FILE: &str = r#"{
  "description": "Deletes one record.",
  "partial": true,
  "inputs": {
    "variable_record": { "type": "lookup", "required": true, "description": "the record" }
  },
  "outputs": {
    "_flowExecutionID": { "type": "integer" },
    "variable_total": { "type": "decimal", "optional": true }
  },
  "conflicts": [
    { "output": "variable_total", "contract": "integer", "reply": "string" }
  ]
}
"#;

    #[test]
    fn a_file_of_ours_is_printed_as_it_was() {
        assert_eq!(parse(FILE).to_string(), FILE);
        assert_eq!(parse("{}").to_string(), "{}\n");
        let empty = "{\n  \"inputs\": {},\n  \"outputs\": {},\n  \"conflicts\": []\n}\n";
        assert_eq!(parse(empty).to_string(), empty);
        assert_eq!(parse("\u{feff}{}\r\n").to_string(), "{}\n");
    }

    #[test]
    fn what_is_not_known_is_kept_verbatim_and_in_its_place() {
        let text = "{\"x\":[1.0e2,\n \"\\u4e2d\"],\"outputs\":{\"b\":{ \"x\":  {\"y\" : null},\"type\":\"text\"},\"a\":{}},\
                    \"conflicts\":[7,{\"output\": \"b\"}],\"$schema\":\"s\"}";
        assert_eq!(
            parse(text).to_string(),
            "{\n  \"x\": [1.0e2,\n \"\\u4e2d\"],\n  \"outputs\": {\n    \
             \"b\": { \"x\": {\"y\" : null}, \"type\": \"text\" },\n    \"a\": {}\n  },\n  \
             \"conflicts\": [\n    7,\n    {\"output\": \"b\"}\n  ],\n  \"$schema\": \"s\"\n}\n"
        );
    }

    #[test]
    fn what_is_new_has_its_place() {
        let mut document = parse(r#"{"outputs":{"m":{},"c":{}},"x":1}"#);
        for name in ["n", "d", "b"] {
            let outputs = document.entries_mut(Side::Outputs);
            outputs.put_alphabetically(name, Entry::default());
        }
        document.entries_mut(Side::Inputs);
        document.describe("says \"so\"");
        let conflict = |output: &str| Conflict {
            output: output.to_owned(),
            contract: "text".to_owned(),
            reply: "null".to_owned(),
        };
        for output in ["m", "c", "m"] {
            document.add_conflict(&conflict(output));
        }
        assert_eq!(
            document.to_string(),
            r#"{
  "description": "says \"so\"",
  "inputs": {},
  "outputs": {
    "b": {},
    "d": {},
    "m": {},
    "c": {},
    "n": {}
  },
  "x": 1,
  "conflicts": [
    { "output": "c", "contract": "text", "reply": "null" },
    { "output": "m", "contract": "text", "reply": "null" }
  ]
}
"#
        );
        let mut entry = Entry::default();
        entry.describe("d");
        entry.set_optional();
        entry.set_kind(Type::Text);
        assert_eq!(
            entry.to_string(),
            r#"{ "type": "text", "optional": true, "description": "d" }"#
        );
    }

    #[test]
    fn a_conflict_is_dropped_when_the_contract_no_longer_says_so() {
        let kept = |contract: &str| {
            let text = format!(
                r#"{{{contract}, "conflicts": [
                    {{"output":"a","contract":"integer","reply":"string","note":1}},
                    {{"output":"a","contract":"not optional","reply":"absent"}},
                    {{"output":"gone","contract":"integer","reply":"string"}}]}}"#
            );
            let mut document = parse(&text);
            document.drop_resolved_conflicts();
            let replies: Vec<_> = document
                .conflicts
                .iter()
                .map(|text| Conflict::read(text).unwrap().reply)
                .collect();
            replies.join(" ")
        };
        assert_eq!(
            kept(r#""outputs":{"a":{"type":"integer"}}"#),
            "string absent"
        );
        assert_eq!(kept(r#""outputs":{"a":{"type":"any"}}"#), "absent");
        assert_eq!(
            kept(r#""outputs":{"a":{"type":"integer","optional":true}}"#),
            "string"
        );
        assert_eq!(kept(r#""partial":true,"outputs":{"a":{}}"#), "");
        assert_eq!(
            kept(r#""partial":true,"outputs":{"a":{"optional":false}}"#),
            "absent"
        );
        let mut document =
            parse(r#"{"conflicts":[{"output":"a","contract":"any","reply":"null"}]}"#);
        document.drop_resolved_conflicts();
        assert_eq!(document, Document::default());
    }

    #[test]
    fn what_is_malformed_is_said_with_its_place() {
        let (line, column, what) =
            wrong("{\n  \"outputs\": {\n    \"a\": { \"type\": \"txt\" }\n  }\n}");
        assert_eq!((line, column), (3, 24));
        assert!(
            what.starts_with("unknown type `txt`; there are text, string,"),
            "{what}"
        );
        for (text, place, part) in [
            ("", (1, 0), "EOF"),
            (
                "{\n\"outputs\": {\"a\": {},\n\"a\": {}}}",
                (3, 3),
                "`a` stands here twice",
            ),
            (
                "{\"inputs\": {},\n\"inputs\": {}}",
                (2, 8),
                "`inputs` stands here twice",
            ),
            (
                "{\"outputs\": {\"a\": {\"type\": \"text\", \"type\": \"text\"}}}",
                (1, 41),
                "twice",
            ),
            (
                "{\"inputs\": {\"a\": {\"required\": \"yes\"}}}",
                (1, 35),
                "expected a boolean",
            ),
            (
                "{\"outputs\": {\"a\": {\"optional\": 1}}}",
                (1, 32),
                "expected a boolean",
            ),
            (
                "{\"outputs\": {\"a\": \"text\"}}",
                (1, 24),
                "expected an entry",
            ),
            (
                "{\"outputs\": {\"a\": {\"type\": null}}}",
                (1, 31),
                "expected the name of a type",
            ),
            (
                "{\"outputs\": []}",
                (1, 12),
                "expected an object of entries",
            ),
            (
                "{\"outputs\": null}",
                (1, 16),
                "expected an object of entries",
            ),
            ("{\"conflicts\": {}}", (1, 14), "expected a sequence"),
            ("{\"partial\": \"yes\"}", (1, 17), "expected a boolean"),
            ("{\"description\": 7}", (1, 17), "expected a string"),
            ("[]", (1, 0), "expected a contract"),
            ("{} {}", (1, 4), "trailing characters"),
        ] {
            let (line, column, what) = wrong(text);
            assert_eq!((line, column), place, "{text}: {what}");
            assert!(what.contains(part), "{text}: {what}");
        }
        assert!(Document::parse(b"{\"x\": \"\xff\"}").is_err());
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(9999), "]".repeat(9999));
        let _ = Document::parse(deep.as_bytes()); // no panic, whichever it is
    }
}
