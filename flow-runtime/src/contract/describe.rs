//! What code says of a flow, on its way into the flow's contract.

use std::borrow::Cow;

use super::document::{Document, Side};
use super::shape::Type;
use crate::field::{Text, entries};

/// A line of [`Flow::DESCRIBED`](crate::Flow::DESCRIBED).
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    /// The flow itself has none.
    field: Option<(Side, String)>,
    kind: Option<Type>,
    optional: bool,
    description: Option<String>,
}

/// The contract with what the code says in it; the text of a mistake in the description.
pub(super) fn describe(known: Option<&Document>, described: &[&str]) -> Result<Document, String> {
    let mut document = known.cloned().unwrap_or_default();
    let lines = described.iter().flat_map(|element| element.lines());
    for (i, text) in lines.enumerate() {
        let line = Line::read(text).map_err(|flaw| format!("line {}: {flaw}", i + 1))?;
        let Some((side, name)) = line.field else {
            if let Some(description) = &line.description {
                document.describe(description);
            }
            continue;
        };
        let entries = document.entries_mut(side);
        let mut entry = entries.get(&name).cloned().unwrap_or_default();
        if let Some(kind) = line.kind {
            if !entry.kind().is_some_and(|known| kind.can_be(known, side)) {
                entry.set_kind(kind);
            }
        }
        if line.optional && side == Side::Outputs && entry.optional().is_none() {
            entry.set_optional();
        }
        if let Some(description) = &line.description {
            entry.describe(description);
        }
        entries.put_alphabetically(&name, entry);
    }
    if known != Some(&document) {
        document.drop_resolved_conflicts();
    }
    Ok(document)
}

impl Line {
    fn read(text: &str) -> Result<Self, String> {
        let members = entries(text).map_err(|error| error.to_string())?;
        let mut line = Self::default();
        let (mut side, mut name) = (None, None);
        for (key, value) in &members {
            let string = || {
                serde_json::from_str(value.get())
                    .map(|Text(text)| Cow::into_owned(text))
                    .map_err(|_| format!("`{key}` is no string"))
            };
            match &**key {
                "side" => {
                    side = Some(match &*string()? {
                        "input" => Side::Inputs,
                        "output" => Side::Outputs,
                        other => return Err(format!("unknown side `{other}`")),
                    });
                }
                "name" => name = Some(string()?),
                "type" => {
                    let kind = string()?;
                    let known = Type::from_name(&kind);
                    line.kind = Some(known.ok_or_else(|| format!("unknown type `{kind}`"))?);
                }
                "optional" => line.optional = value.get() == "true",
                "description" => line.description = Some(string()?),
                _ => {}
            }
        }
        if side.is_some() != name.is_some() {
            return Err("`side` and `name` go together".to_owned());
        }
        line.field = side.zip(name);
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIBED: &[&str] = &[
        r#"{"description":"Bills an order."}"#,
        "{\"side\":\"input\",\"name\":\"variable_order\",\"type\":\"integer\",\"optional\":true,\"description\":\"the order\"}\n\
         {\"side\":\"input\",\"name\":\"variable_note\"}",
        r#"{"side":"output","name":"variable_total","type":"string","description":"in \"yuan\""}"#,
        r#"{"side":"output","name":"variable_lines","type":"array","optional":true}"#,
    ];

    fn written(known: &str) -> String {
        let known = Document::parse(known.as_bytes()).unwrap();
        describe(Some(&known), DESCRIBED).unwrap().to_string()
    }

    #[test]
    fn a_new_contract_says_what_the_code_does() {
        let document = describe(None, DESCRIBED).unwrap();
        let text = r#"{
  "description": "Bills an order.",
  "inputs": {
    "variable_note": {},
    "variable_order": { "type": "integer", "description": "the order" }
  },
  "outputs": {
    "variable_lines": { "type": "array", "optional": true },
    "variable_total": { "type": "string", "description": "in \"yuan\"" }
  }
}
"#;
        assert_eq!(document.to_string(), text);
        assert_eq!(written(text), text);
        // A side of which the code says nothing stays unchecked.
        assert_eq!(describe(None, &["{}"]).unwrap().to_string(), "{}\n");
    }

    #[test]
    fn what_only_the_file_knows_is_kept() {
        let known = r#"{"owner":"shop","partial":true,"inputs":{
            "variable_order":{"required":true,"description":"old","type":"boolean"},"variable_other":{"type":"text"}},
            "outputs":{"variable_total":{"type":"decimal","x":1},"variable_lines":{"optional":false,"type":"integer"}},
            "conflicts":[{"output":"variable_lines","contract":"integer","reply":"array"},
                {"output":"variable_total","contract":"decimal","reply":"boolean"}]}"#;
        let text = r#"{
  "owner": "shop",
  "description": "Bills an order.",
  "partial": true,
  "inputs": {
    "variable_note": {},
    "variable_order": { "required": true, "description": "the order", "type": "integer" },
    "variable_other": { "type": "text" }
  },
  "outputs": {
    "variable_total": { "type": "decimal", "x": 1, "description": "in \"yuan\"" },
    "variable_lines": { "optional": false, "type": "array" }
  },
  "conflicts": [
    {"output":"variable_total","contract":"decimal","reply":"boolean"}
  ]
}
"#;
        assert_eq!(written(known), text);
        assert_eq!(written(text), text);
    }

    #[test]
    fn a_mistake_in_a_description_is_said_with_its_line() {
        for (line, flaw) in [
            ("oops", "line 2: expected value"),
            (
                r#"{"side":"left","name":"a"}"#,
                "line 2: unknown side `left`",
            ),
            (
                r#"{"side":"input","name":"a","type":"txt"}"#,
                "line 2: unknown type `txt`",
            ),
            (
                r#"{"side":"input"}"#,
                "line 2: `side` and `name` go together",
            ),
            (r#"{"description":1}"#, "line 2: `description` is no string"),
        ] {
            let error = describe(None, &["{}", line]).unwrap_err();
            assert!(error.starts_with(flaw), "{error}");
        }
    }
}
