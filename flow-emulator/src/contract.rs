//! What a contract says of a flow: the emulator's own reading of the file, apart from those of macro and client.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::file::{self, Place};
use crate::json::kind;
use crate::nearest::nearest;
use crate::samples::{ANY, TYPES, Type};

/// What is known of a flow's inputs and outputs.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Contract {
    /// `None`: nothing.
    pub(crate) inputs: Option<Vec<Entry>>,
    pub(crate) outputs: Vec<Entry>,
    /// Recorded: there may be more inputs and outputs than it has.
    pub(crate) partial: bool,
}

/// One input or one output.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) required: bool,
}

/// One thing that is wrong with a contract, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Flaw {
    pub(crate) place: Place,
    pub(crate) what: String,
}

impl Contract {
    /// Reads a contract's text; where it is none, everything that is wrong with it is listed, in its order.
    pub(crate) fn read(text: &str) -> Result<Self, Vec<Flaw>> {
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| {
            // says "trailing comma" where the other has "key must be a string"
            let error = serde_json::from_str::<Value>(text).err().unwrap_or(error);
            let (place, what) = file::explain(&error, text);
            vec![Flaw { place, what }]
        })?;
        let mut check = Check {
            text,
            flaws: Vec::new(),
        };
        let contract = check.contract(whole);
        check.flaws.sort_by_key(|flaw| flaw.place);
        if check.flaws.is_empty() {
            Ok(contract)
        } else {
            Err(check.flaws)
        }
    }
}

/// Reads on where something is wrong, and keeps it. All that it reads is well formed, and a slice of `text`.
struct Check<'a> {
    text: &'a str,
    flaws: Vec<Flaw>,
}

impl<'a> Check<'a> {
    fn wrong(&mut self, value: &RawValue, what: impl Into<String>) {
        let begin = offset(self.text, value.get());
        self.flaws.push(Flaw {
            place: Place::behind(self.text.get(..begin).unwrap_or_default()),
            what: what.into(),
        });
    }

    fn contract(&mut self, value: &'a RawValue) -> Contract {
        let mut contract = Contract::default();
        for (key, value) in self.object("a contract", value) {
            match key.as_str() {
                "inputs" => contract.inputs = Some(self.entries("`inputs`", value)),
                "outputs" => contract.outputs = self.entries("`outputs`", value),
                "partial" => contract.partial = self.boolean(&key, value),
                // for people
                "description" => self.text(&key, value),
                "conflicts" if kind(value.get()) != "an array" => {
                    self.expected("`conflicts`", "an array", value);
                }
                _ => {}
            }
        }
        contract
    }

    /// `{"variable_a": {...}, ...}`
    fn entries(&mut self, what: &str, value: &'a RawValue) -> Vec<Entry> {
        self.object(what, value)
            .into_iter()
            .map(|(name, value)| self.entry(name, value))
            .collect()
    }

    /// `{"type": "lookup", "required": true}`
    fn entry(&mut self, name: String, value: &'a RawValue) -> Entry {
        let what = format!("`{name}`");
        let mut entry = Entry {
            name,
            kind: ANY,
            required: false,
        };
        for (key, value) in self.object(&what, value) {
            match key.as_str() {
                "type" => entry.kind = self.kind(value),
                "required" => entry.required = self.boolean(&key, value),
                // no sample is left out for it
                "optional" => {
                    self.boolean(&key, value);
                }
                "description" => self.text(&key, value),
                _ => {}
            }
        }
        entry
    }

    fn kind(&mut self, value: &RawValue) -> Type {
        let Ok(word) = serde_json::from_str::<String>(value.get()) else {
            self.expected("`type`", "a string", value);
            return ANY;
        };
        Type::of_word(&word).unwrap_or_else(|| {
            let words = TYPES.map(|known| known.word);
            let cure = match nearest(&word, words) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the types are {}", words.join(", ")),
            };
            self.wrong(value, format!("unknown type `{word}`; {cure}"));
            ANY
        })
    }

    fn boolean(&mut self, key: &str, value: &RawValue) -> bool {
        serde_json::from_str(value.get()).unwrap_or_else(|_| {
            self.expected(&format!("`{key}`"), "`true` or `false`", value);
            false
        })
    }

    fn text(&mut self, key: &str, value: &RawValue) {
        if serde_json::from_str::<String>(value.get()).is_err() {
            self.expected(&format!("`{key}`"), "a string", value);
        }
    }

    fn object(&mut self, what: &str, value: &'a RawValue) -> Vec<(String, &'a RawValue)> {
        let members = match serde_json::from_str(value.get()) {
            Ok(Members(members)) => members,
            Err(_) if kind(value.get()) != "an object" => {
                self.expected(what, "an object", value);
                return Vec::new();
            }
            // half a surrogate pair in a name
            Err(error) => {
                let (_, why) = file::explain(&error, value.get());
                self.wrong(value, format!("a name in {what} cannot be read: {why}"));
                return Vec::new();
            }
        };
        for (at, (name, value)) in members.iter().enumerate() {
            if members.iter().take(at).any(|(earlier, _)| earlier == name) {
                self.wrong(value, format!("`{name}` is there twice; remove one"));
            }
        }
        members
    }

    fn expected(&mut self, what: &str, form: &str, value: &RawValue) {
        let found = kind(value.get());
        self.wrong(
            value,
            format!("expected {what} to be {form}, found {found}"),
        );
    }
}

/// How far into `text` a slice of it begins.
fn offset(text: &str, slice: &str) -> usize {
    slice.as_ptr().addr().wrapping_sub(text.as_ptr().addr())
}

/// The members of an object as slices of its text, in their order; a name may be there twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(Each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(text: &str) -> Vec<String> {
        let flaws = Contract::read(text).err().unwrap_or_default();
        flaws
            .iter()
            .map(|flaw| format!("{}: {}", flaw.place, flaw.what))
            .collect()
    }

    fn entry(name: &str, word: &str, required: bool) -> Entry {
        Entry {
            name: name.to_owned(),
            kind: Type::of_word(word).unwrap(),
            required,
        }
    }

    #[test]
    fn says_what_the_file_says() {
        let text = r#"{
            "description": "Deletes one record.",
            "inputs": {"b": {"type": "lookup", "required": true, "description": "流程", "unit": 1}, "a": {}},
            "outputs": {"c": {"type": "integer", "optional": true}, "d": {"type": "decimal"}},
            "partial": true,
            "conflicts": [{"output": "d", "contract": "decimal", "reply": "array"}, 5],
            "owner": ["anybody", 1e999]
        }"#;
        assert_eq!(
            Contract::read(text),
            Ok(Contract {
                inputs: Some(vec![entry("b", "lookup", true), entry("a", "any", false)]),
                outputs: vec![entry("c", "integer", false), entry("d", "decimal", false)],
                partial: true,
            })
        );
        assert_eq!(Contract::read("{}"), Ok(Contract::default()));
        let without = Contract::read(r#"{"inputs": {}}"#).unwrap();
        assert_eq!(without.inputs, Some(Vec::new()));
    }

    #[test]
    fn every_mistake_is_told_where_it_stands() {
        let text = "{\n \"partial\": 1,\n \"inputs\": [],\n \"outputs\": {\n  \"流\": {\"type\": \"strnig\"},\n  \
                    \"流\": {\"optional\": \"no\"}, \"b\": {\"type\": \"uuid\"},\n  \"c\": \"text\", \"d\": {\"type\": null},\n  \
                    \"e\": {\"required\": 0, \"type\": \"text\", \"type\": \"text\"}\n }\n}";
        let flaws = flaws(text);
        let types = TYPES.map(|known| known.word).join(", ");
        assert_eq!(
            flaws,
            [
                "2:13: expected `partial` to be `true` or `false`, found a number",
                "3:12: expected `inputs` to be an object, found an array",
                "5:17: unknown type `strnig`; did you mean `string`?",
                "6:8: `流` is there twice; remove one",
                "6:21: expected `optional` to be `true` or `false`, found a string",
                &format!("6:42: unknown type `uuid`; the types are {types}"),
                "7:8: expected `c` to be an object, found a string",
                "7:30: expected `type` to be a string, found null",
                "8:21: expected `required` to be `true` or `false`, found a number",
                "8:48: `type` is there twice; remove one",
            ]
        );
    }

    /// As the macro and whoever records into the file do.
    #[test]
    fn what_is_not_served_is_read_all_the_same() {
        assert_eq!(
            flaws(r#"{"description": 5, "conflicts": {}, "outputs": {"a": {"description": []}}}"#),
            [
                "1:17: expected `description` to be a string, found a number",
                "1:33: expected `conflicts` to be an array, found an object",
                "1:70: expected `description` to be a string, found an array",
            ]
        );
    }

    #[test]
    fn what_is_no_contract() {
        assert_eq!(
            flaws("\n []"),
            ["2:2: expected a contract to be an object, found an array"]
        );
        assert_eq!(flaws("{\n\"流\": {},}"), ["2:9: trailing comma"]);
        assert_eq!(flaws("{} {}"), ["1:4: trailing characters"]);
        assert_eq!(
            flaws(r#"{"inputs": {"\ud800": {}}}"#),
            ["1:12: a name in `inputs` cannot be read: unexpected end of hex escape"]
        );
        let deep = format!("{{\"x\": {}{}}}", "[".repeat(9999), "]".repeat(9999));
        assert_eq!(Contract::read(&deep), Ok(Contract::default()));
    }
}
