//! What code says of a flow, on its way into the flow's contract.

use super::document::{Document, Side};
use super::shape::{Told, Type};

/// A line of [`Flow::DESCRIBED`](crate::Flow::DESCRIBED): `input`, api name, type or nothing, `optional` or nothing, and
/// the description, with a tab between two columns. The flow itself has the same with no name.
struct Line<'a> {
    side: Option<Side>,
    name: &'a str,
    told: Option<Told>,
    optional: bool,
    description: Option<String>,
}

/// The contract with what the code says in it; the text of a mistake in the description.
pub(super) fn describe(known: Option<&Document>, described: &str) -> Result<Document, String> {
    let mut document = known.cloned().unwrap_or_default();
    for (i, text) in described.lines().enumerate() {
        let line = Line::read(text).ok_or_else(|| format!("line {}", i + 1))?;
        let Some(side) = line.side else {
            if let Some(description) = &line.description {
                document.describe(description);
            }
            continue;
        };
        let is_recorded = document.is_partial();
        let entries = document.entries_mut(side);
        let mut entry = entries.get(line.name).cloned().unwrap_or_default();
        if let Some(told) = line.told {
            // a recording knows the shape alone
            let stays = |known: Type| {
                told.can_be(known, side) && !(is_recorded && told.says_more_than(known))
            };
            if !entry.kind().is_some_and(stays) {
                entry.set_kind(told.as_type());
            }
        }
        if line.optional && side == Side::Outputs && entry.optional().is_none() {
            entry.set_optional();
        }
        if let Some(description) = &line.description {
            entry.describe(description);
        }
        entries.put_alphabetically(line.name, entry);
    }
    if known != Some(&document) {
        document.drop_resolved_conflicts();
    }
    Ok(document)
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut columns = text.splitn(5, '\t');
        let mut next = || columns.next();
        let side = match next()? {
            "flow" => None,
            "input" => Some(Side::Inputs),
            "output" => Some(Side::Outputs),
            _ => return None,
        };
        let name = next()?;
        let told = match next()? {
            "" => None,
            told => Some(Told::read(told)?),
        };
        let optional = next()? == "optional";
        let description = unescaped(next()?);
        Some(Line {
            side,
            name,
            told,
            optional,
            description: (!description.trim().is_empty()).then(|| description.trim().to_owned()),
        })
    }
}

/// `\n` is the end of a line, and `\` is doubled.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        out.push(match c {
            '\\' => match characters.next() {
                Some('n') => '\n',
                other => other.unwrap_or('\\'),
            },
            c => c,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIBED: &str = "flow\t\t\t\tBills an order.\n\
        input\tvariable_order\tinteger\toptional\tthe order\n\
        input\tvariable_note\t\t\t\n\
        output\tvariable_total\tstring\t\tin \"yuan\"\n\
        output\tvariable_lines\tarray\toptional\t";

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
        assert_eq!(describe(None, "flow\t\t\t\t").unwrap().to_string(), "{}\n");
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
    fn a_list_is_told_by_its_items() {
        let written = |known: &str, told: &str| {
            let known = format!(r#"{{"outputs":{{"a":{{"type":"{known}"}}}}}}"#);
            let known = Document::parse(known.as_bytes()).unwrap();
            let document = describe(Some(&known), &format!("output\ta\t{told}\t\t")).unwrap();
            let kind = document.entries(Side::Outputs).unwrap().get("a").unwrap();
            kind.kind().map(super::super::shape::Type::name).unwrap()
        };
        assert_eq!(written("object", "lookup[]"), "lookup");
        assert_eq!(written("array", "lookup[]"), "array");
        assert_eq!(written("lookup", "integer[]"), "array");
        assert_eq!(written("option", "string[]"), "option");
        assert_eq!(written("attachment", "attachment"), "object");
    }

    #[test]
    fn of_a_recorded_shape_the_code_knows_the_type() {
        let described = "flow\t\t\t\t\noutput\ta\tdecimal\t\t\noutput\tb\tstring\t\t";
        let written = |partial: &str| {
            let known = format!(
                r#"{{"partial":{partial},"outputs":{{"a":{{"type":"string"}},"b":{{"type":"text"}}}}}}"#
            );
            let known = Document::parse(known.as_bytes()).unwrap();
            describe(Some(&known), described).unwrap().to_string()
        };
        assert!(written("true").contains(r#""a": { "type": "decimal" }"#));
        assert!(written("true").contains(r#""b": { "type": "text" }"#));
        // a person's word stays
        assert!(written("false").contains(r#""a": { "type": "string" }"#));
    }

    #[test]
    fn a_description_may_have_several_lines() {
        let described = "flow\t\t\t\tOne.\\n\\nTwo \\\\n.\\n";
        assert_eq!(
            describe(None, described).unwrap().to_string(),
            "{\n  \"description\": \"One.\\n\\nTwo \\\\n.\"\n}\n"
        );
    }

    #[test]
    fn a_mistake_in_a_description_is_said_with_its_line() {
        for line in ["oops", "left\ta\t\t\t", "input\ta\ttxt\t\t", "input\ta"] {
            let described = format!("flow\t\t\t\t\n{line}");
            assert_eq!(describe(None, &described).unwrap_err(), "line 2", "{line}");
        }
    }
}
