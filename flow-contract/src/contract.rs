//! A contract as it stands in its file, and the edits that leave the rest of the file as it is.

use std::fmt::{self, Write as _};

use crate::conflict::Conflict;
use crate::diagnostic::Diagnostic;
use crate::entry::{DESCRIPTION, Entry};
use crate::grammar;
use crate::json;
use crate::members::Members;

pub(crate) const PARTIAL: &str = "partial";
pub(crate) const INPUTS: &str = "inputs";
pub(crate) const OUTPUTS: &str = "outputs";
pub(crate) const CONFLICTS: &str = "conflicts";

/// The keys of a contract, in the order in which new ones are written.
pub(crate) const KEYS: [&str; 5] = [DESCRIPTION, PARTIAL, INPUTS, OUTPUTS, CONFLICTS];

/// A contract: the members in the file's order, and the text of what is not ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    /// Each key with the text of its value; without it those that follow here.
    pub(crate) members: Members<String>,
    pub(crate) inputs: Members<Entry>,
    pub(crate) outputs: Members<Entry>,
    /// The text of each.
    pub(crate) conflicts: Vec<String>,
}

/// The two lists of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the flow takes.
    Inputs,
    /// What the flow gives.
    Outputs,
}

impl Contract {
    /// Reads a file's text.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the file. What is no JSON has one mistake, the first.
    pub fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        grammar::read(text)
    }

    /// One that lists nothing yet, and may lack anything.
    pub fn partial() -> Self {
        let mut contract = Self::default();
        contract.members.set_true(PARTIAL, &KEYS);
        contract
    }

    /// Whether there may be more than it lists.
    pub fn is_partial(&self) -> bool {
        self.members.boolean(PARTIAL) == Some(true)
    }

    /// What people are told of the flow.
    pub fn description(&self) -> Option<String> {
        self.members.string(DESCRIPTION)
    }

    /// Sets the description.
    pub fn describe(&mut self, description: &str) {
        self.members.set_string(DESCRIPTION, description, &KEYS);
    }

    /// The entries of a side; `None` where the contract says nothing of it.
    pub fn entries(&self, side: Side) -> Option<&Members<Entry>> {
        let (key, entries) = match side {
            Side::Inputs => (INPUTS, &self.inputs),
            Side::Outputs => (OUTPUTS, &self.outputs),
        };
        self.members.get(key).map(|_| entries)
    }

    /// The same, added where there are none.
    pub fn entries_mut(&mut self, side: Side) -> &mut Members<Entry> {
        let (key, entries) = match side {
            Side::Inputs => (INPUTS, &mut self.inputs),
            Side::Outputs => (OUTPUTS, &mut self.outputs),
        };
        self.members.put_in_order(key, String::new(), &KEYS);
        entries
    }

    /// One input or output.
    pub fn entry(&self, side: Side, name: &str) -> Option<&Entry> {
        self.entries(side)?.get(name)
    }

    /// Whether replies disagreed with the output's type, and nobody has decided yet.
    pub fn is_disputed(&self, output: &str) -> bool {
        let entry = self.entry(Side::Outputs, output);
        let mut conflicts = self
            .conflicts
            .iter()
            .filter_map(|text| Conflict::read(text));
        entry.and_then(Entry::value_type).is_some_and(|value| {
            conflicts.any(|known| known.output == output && known.contract == value.to_string())
        })
    }

    /// Whether this conflict is written down.
    pub fn has_conflict(&self, conflict: &Conflict) -> bool {
        let mut known = self.conflicts.iter();
        known.any(|text| Conflict::read(text).as_ref() == Some(conflict))
    }

    /// Adds a conflict, unless it is there.
    pub fn add_conflict(&mut self, conflict: &Conflict) {
        if self.has_conflict(conflict) {
            return;
        }
        let later = |text: &String| Conflict::read(text).is_some_and(|known| known > *conflict);
        let place = self.conflicts.iter().position(later);
        self.conflicts
            .insert(place.unwrap_or(self.conflicts.len()), conflict.to_string());
        self.members.put_in_order(CONFLICTS, String::new(), &KEYS);
    }

    /// Drops the conflicts that have been resolved, and the list of them when that leaves it empty.
    pub fn drop_resolved_conflicts(&mut self) {
        let mut conflicts = std::mem::take(&mut self.conflicts);
        let before = conflicts.len();
        conflicts.retain(|text| Conflict::read(text).is_none_or(|known| self.still_has(&known)));
        if conflicts.is_empty() && before > 0 {
            self.members.remove(CONFLICTS);
        }
        self.conflicts = conflicts;
    }

    /// The output of a conflict, or what is inside of one: `variable_lines[].sku`. A name may have any character.
    fn inside(&self, path: &str) -> Option<Entry> {
        if let Some(entry) = self.outputs.get(path) {
            return Some(entry.clone());
        }
        let mut ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '['));
        ends.find_map(|(end, _)| {
            let (name, rest) = path.split_at_checked(end)?;
            self.outputs.get(name)?.inside(rest)
        })
    }

    fn still_has(&self, conflict: &Conflict) -> bool {
        let Some(entry) = self.inside(&conflict.output) else {
            return false;
        };
        if conflict.contract == Conflict::NOT_OPTIONAL {
            !entry.optional().unwrap_or(self.is_partial())
        } else {
            entry
                .value_type()
                .is_some_and(|value| conflict.contract == value.to_string())
        }
    }
}

/// The text of the file: two spaces, an entry a line, a newline at the end.
impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = |entries: &Members<Entry>| {
            let lines = entries.iter();
            let lines = lines.map(|(name, entry)| format!("{}: {entry}", json::quoted(name)));
            block(lines, "  ", ['{', '}'])
        };
        let members = self.members.iter().map(|(key, text)| {
            let text = match key {
                INPUTS => entries(&self.inputs),
                OUTPUTS => entries(&self.outputs),
                CONFLICTS => block(self.conflicts.iter().cloned(), "  ", ['[', ']']),
                _ => text.clone(),
            };
            format!("{}: {text}", json::quoted(key))
        });
        writeln!(f, "{}", block(members, "", ['{', '}']))
    }
}

/// Items between brackets, each on a line of its own.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    fn read(text: &str) -> Contract {
        Contract::read(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"))
    }

    /// As `apaas_flow::contract` documents it.
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
        assert_eq!(read(FILE).to_string(), FILE);
        assert_eq!(read("{}").to_string(), "{}\n");
        let empty = "{\n  \"inputs\": {},\n  \"outputs\": {},\n  \"conflicts\": []\n}\n";
        assert_eq!(read(empty).to_string(), empty);
        assert_eq!(read("\u{feff}{}\r\n").to_string(), "{}\n");
    }

    #[test]
    fn what_is_not_changed_is_kept_verbatim_and_in_its_place() {
        let text = "{\"x\":[1.0e2,\n \"\\u4e2d\"],\"outputs\":{\"b\":{ \"x\":  {\"y\" : null},\"type\":\"text\",\"description\":\"\\u4e2d\"},\"a\":{}},\
                    \"conflicts\":[7,{\"output\": \"b\"}],\"$schema\":\"s\"}";
        let mut contract = read(text);
        assert_eq!(
            contract.to_string(),
            "{\n  \"x\": [1.0e2,\n \"\\u4e2d\"],\n  \"outputs\": {\n    \
             \"b\": { \"x\": {\"y\" : null}, \"type\": \"text\", \"description\": \"\\u4e2d\" },\n    \"a\": {}\n  },\n  \
             \"conflicts\": [\n    7,\n    {\"output\": \"b\"}\n  ],\n  \"$schema\": \"s\"\n}\n"
        );
        let mut entry = contract.entry(Side::Outputs, "b").unwrap().clone();
        entry.describe("中");
        contract.describe("中");
        assert_eq!(contract.entry(Side::Outputs, "b"), Some(&entry));
        assert!(
            contract
                .to_string()
                .contains("  \"description\": \"中\",\n")
        );
    }

    #[test]
    fn what_is_new_has_its_place() {
        let mut contract = read(r#"{"outputs":{"m":{},"c":{}},"x":1}"#);
        for name in ["n", "d", "b"] {
            let outputs = contract.entries_mut(Side::Outputs);
            outputs.put_alphabetically(name, Entry::default());
        }
        contract.entries_mut(Side::Inputs);
        contract.describe("says \"so\"");
        let conflict = |output: &str| Conflict {
            output: output.to_owned(),
            contract: "text".to_owned(),
            reply: "null".to_owned(),
        };
        for output in ["m", "c", "m"] {
            contract.add_conflict(&conflict(output));
        }
        assert_eq!(
            contract.to_string(),
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
        entry.set_kind(Kind::Text);
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
            let mut contract = read(&text);
            contract.drop_resolved_conflicts();
            let replies: Vec<_> = contract
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
        let mut contract =
            read(r#"{"conflicts":[{"output":"a","contract":"any","reply":"null"}]}"#);
        contract.drop_resolved_conflicts();
        assert_eq!(contract, Contract::default());
    }
}
