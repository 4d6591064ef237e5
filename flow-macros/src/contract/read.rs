//! The text of a contract to what it says. Every mistake in it is told at once, each with its place in the file.

use std::collections::HashMap;

use super::json::{Flaw, Json, Key, Position, Value};
use super::{Contract, Entry, Kind, Side};
use crate::names;

impl Contract {
    /// `file` is what messages call it.
    pub(crate) fn read(file: String, text: &str) -> Result<Self, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let contract = match Json::parse(text) {
            Ok(json) => contract(file, json, &mut flaws),
            Err(flaw) => return Err(vec![flaw]),
        };
        flaws.sort_by_key(|flaw| flaw.at);
        if flaws.is_empty() {
            Ok(contract)
        } else {
            Err(flaws)
        }
    }
}

fn contract(file: String, json: Json, flaws: &mut Vec<Flaw>) -> Contract {
    let mut contract = Contract {
        file,
        inputs: Side::default(),
        outputs: Side::default(),
        partial: false,
    };
    let mut conflicts = Vec::new();
    for (key, value) in object(json, "a contract", flaws) {
        match key.name.as_str() {
            "inputs" => contract.inputs.entries = Some(entries(value, "input", flaws)),
            "outputs" => contract.outputs.entries = Some(entries(value, "output", flaws)),
            "partial" => contract.partial = boolean("partial", &value, flaws),
            "conflicts" => conflicts = disputes(value, flaws),
            "description" => drop(text("description", value, flaws)),
            _ => misspelt(&key, &KEYS, flaws),
        }
    }
    for entry in contract.outputs.entries.iter_mut().flatten() {
        entry.disputed = conflicts
            .iter()
            .any(|(output, kind)| *output == entry.name && kind == entry.kind.word());
    }
    contract
}

const KEYS: [&str; 5] = ["description", "partial", "inputs", "outputs", "conflicts"];
const KEYS_OF_ENTRY: [&str; 4] = ["type", "required", "optional", "description"];

/// A person may have keys of their own, but not one that is a slip of ours: it would switch a check off, unseen.
fn misspelt(key: &Key, known: &[&str], flaws: &mut Vec<Flaw>) {
    if let Some(meant) = known
        .iter()
        .find(|known| names::is_one_slip(&key.name, known))
    {
        let what = format!("unknown key `{}`; did you mean `{meant}`?", key.name);
        push(flaws, key.at, what);
    }
}

/// `{"variable_a": {..}, ..}`
fn entries(json: Json, side: &str, flaws: &mut Vec<Flaw>) -> Vec<Entry> {
    let what = format!("`{side}s`");
    object(json, &what, flaws)
        .into_iter()
        .map(|(key, value)| entry(key.name, value, flaws))
        .collect()
}

/// `{"type": "lookup", "required": true, "description": "the record"}`
fn entry(name: String, json: Json, flaws: &mut Vec<Flaw>) -> Entry {
    let what = format!("`{name}`");
    let mut entry = Entry {
        name,
        kind: Kind::Any,
        required: false,
        optional: false,
        disputed: false,
        description: None,
    };
    for (key, value) in object(json, &what, flaws) {
        match key.name.as_str() {
            "type" => entry.kind = kind(value, flaws),
            "required" => entry.required = boolean("required", &value, flaws),
            "optional" => entry.optional = boolean("optional", &value, flaws),
            "description" => entry.description = text("description", value, flaws),
            _ => misspelt(&key, &KEYS_OF_ENTRY, flaws),
        }
    }
    entry
}

fn kind(json: Json, flaws: &mut Vec<Flaw>) -> Kind {
    let at = json.at;
    let Some(word) = text("type", json, flaws) else {
        return Kind::Any;
    };
    Kind::of_word(&word).unwrap_or_else(|| {
        let words = Kind::ALL.map(Kind::word);
        let cure = match names::nearest(&word, &words) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the types are {}", names::listed(&words)),
        };
        push(flaws, at, format!("unknown type `{word}`; {cure}"));
        Kind::Any
    })
}

/// The recorder's notes, as far as they are as it writes them: the output and the type that was in doubt.
fn disputes(json: Json, flaws: &mut Vec<Flaw>) -> Vec<(String, String)> {
    let Value::List(notes) = json.value else {
        let found = json.value.kind();
        push(
            flaws,
            json.at,
            format!("expected `conflicts` to be a list, found {found}"),
        );
        return Vec::new();
    };
    let dispute = |note: Json| {
        let Value::Object(members) = note.value else {
            return None;
        };
        let mut output = None;
        let mut contract = None;
        for (key, value) in members {
            match (key.name.as_str(), value.value) {
                ("output", Value::Text(name)) => output = Some(name),
                ("contract", Value::Text(kind)) => contract = Some(kind),
                _ => {}
            }
        }
        Some((output?, contract?))
    };
    notes.into_iter().filter_map(dispute).collect()
}

fn object(json: Json, what: &str, flaws: &mut Vec<Flaw>) -> Vec<(Key, Json)> {
    let Value::Object(members) = json.value else {
        let found = json.value.kind();
        push(
            flaws,
            json.at,
            format!("expected {what} to be an object, found {found}"),
        );
        return Vec::new();
    };
    let mut first = HashMap::new();
    for (key, _) in &members {
        let earlier = first.entry(key.name.as_str()).or_insert(key.at);
        if *earlier != key.at {
            let Key { at, name } = key;
            let what = format!(
                "`{name}` is there twice, first in line {}; remove one",
                earlier.line
            );
            push(flaws, *at, what);
        }
    }
    members
}

fn boolean(key: &str, json: &Json, flaws: &mut Vec<Flaw>) -> bool {
    match json.value {
        Value::Bool(value) => value,
        ref other => {
            push(
                flaws,
                json.at,
                format!(
                    "expected `{key}` to be `true` or `false`, found {}",
                    other.kind()
                ),
            );
            false
        }
    }
}

fn text(key: &str, json: Json, flaws: &mut Vec<Flaw>) -> Option<String> {
    match json.value {
        Value::Text(text) => Some(text),
        other => {
            push(
                flaws,
                json.at,
                format!("expected `{key}` to be a string, found {}", other.kind()),
            );
            None
        }
    }
}

fn push(flaws: &mut Vec<Flaw>, at: Position, what: String) {
    flaws.push(Flaw { at, what });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::mark::Direction::{Input, Output};

    fn flaws(text: &str) -> Vec<String> {
        match Contract::read("f.json".to_owned(), text) {
            Ok(_) => Vec::new(),
            Err(flaws) => flaws
                .iter()
                .map(|flaw| format!("{}: {}", flaw.at, flaw.what))
                .collect(),
        }
    }

    #[test]
    fn says_what_the_file_says() {
        let text = r#"{
            "inputs": {"a": {"type": "lookup", "required": true, "description": "the record", "unit": 1}, "b": {}},
            "outputs": {"c": {"type": "integer", "optional": true}, "d": {"type": "integer"}},
            "partial": true,
            "conflicts": [{"output": "d", "contract": "integer", "reply": "string"}, {"output": "c", "contract": "text"}, 5],
            "owner": ["anybody"]
        }"#;
        let contract =
            Contract::read("f.json".to_owned(), text).unwrap_or_else(|flaws| panic!("{flaws:?}"));
        assert!(contract.partial);
        let seen = |direction, name| {
            contract
                .entry(direction, name)
                .map(|entry: &Entry| (entry.kind, entry.required, entry.optional, entry.disputed))
        };
        assert_eq!(seen(Input, "a"), Some((Kind::Lookup, true, false, false)));
        assert_eq!(seen(Input, "b"), Some((Kind::Any, false, false, false)));
        assert_eq!(seen(Input, "c"), None);
        assert_eq!(seen(Output, "c"), Some((Kind::Integer, false, true, false)));
        assert_eq!(seen(Output, "d"), Some((Kind::Integer, false, false, true)));
        let described = contract
            .entry(Input, "a")
            .and_then(|entry| entry.description.as_deref());
        assert_eq!(described, Some("the record"));
    }

    #[test]
    fn a_side_that_is_not_there_is_not_empty() {
        let contract = Contract::read(String::new(), r#"{"outputs": {}}"#)
            .unwrap_or_else(|flaws| panic!("{flaws:?}"));
        assert!(contract.inputs.entries.is_none());
        assert!(contract.outputs.entries.is_some());
    }

    #[test]
    fn every_mistake_is_told_where_it_stands() {
        let text = "{\n \"partial\": 1,\n \"inputs\": [],\n \"outputs\": {\n  \"a\": {\"type\": \"strnig\"},\n  \"a\": \
            {\"optional\": \"no\"},\n  \"b\": {\"type\": \"uuid\"}, \"c\": \"text\", \"d\": {\"description\": 5}\n }\n}";
        let flaws = flaws(text);
        let expected = [
            "2:13: expected `partial` to be `true` or `false`, found a number",
            "3:12: expected `inputs` to be an object, found a list",
            "5:17: unknown type `strnig`; did you mean `string`?",
            "6:3: `a` is there twice, first in line 5; remove one",
            "6:21: expected `optional` to be `true` or `false`, found a string",
        ];
        assert_eq!(flaws.get(..5), Some(&expected.map(str::to_owned)[..]));
        assert!(
            flaws[5].starts_with("7:17: unknown type `uuid`; the types are `text`, `string`, "),
            "{flaws:?}"
        );
        assert_eq!(
            flaws[6],
            "7:31: expected `c` to be an object, found a string"
        );
        assert_eq!(
            flaws[7],
            "7:60: expected `description` to be a string, found a number"
        );
        assert_eq!(flaws.len(), 8);
    }

    #[test]
    fn a_key_of_ours_may_not_be_misspelt() {
        assert_eq!(
            flaws(
                "{\"output\": {}, \"Inputs\": {\"a\": 5}, \"outputs\": {\"a\": {\"typ\": \"text\", \"requird\": true}}}"
            ),
            [
                "1:2: unknown key `output`; did you mean `outputs`?",
                "1:16: unknown key `Inputs`; did you mean `inputs`?",
                "1:54: unknown key `typ`; did you mean `type`?",
                "1:69: unknown key `requird`; did you mean `required`?",
            ]
        );
        let own = "{\"owner\": 1, \"in\": 2, \"$schema\": 3, \"outputs\": {\"a\": {\"types\": [], \"description_zh\": \"\", \"unit\": 1}}}";
        assert_eq!(
            flaws(own),
            ["1:55: unknown key `types`; did you mean `type`?"]
        );
    }

    /// As whoever records into the file does.
    #[test]
    fn what_nothing_is_checked_by_is_read_all_the_same() {
        assert_eq!(
            flaws("{\"description\": 5, \"conflicts\": {}}"),
            [
                "1:17: expected `description` to be a string, found a number",
                "1:33: expected `conflicts` to be a list, found an object",
            ]
        );
        assert!(flaws("{\"description\": \"a\", \"conflicts\": [5, {}, \"b\"]}").is_empty());
    }

    #[test]
    fn a_contract_is_an_object() {
        assert_eq!(
            flaws("[]"),
            ["1:1: expected a contract to be an object, found a list"]
        );
        assert_eq!(
            flaws("{"),
            ["1:2: expected a key in double quotes, found the end of the file"]
        );
    }
}
