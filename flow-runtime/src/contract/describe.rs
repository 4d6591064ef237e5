//! What code says of a flow, on its way into the flow's contract.

use apaas_flow_contract::{CodeType, Contract, Entry, Members, Side, ValueType};

/// The contract with what the code says in it.
pub(super) fn describe(known: Option<&Contract>, code: &Contract) -> Contract {
    let mut contract = known.cloned().unwrap_or_default();
    // a recording knows the shape alone
    let is_recorded = contract.is_partial();
    if let Some(description) = code.description() {
        contract.describe(&description);
    }
    for side in [Side::Inputs, Side::Outputs] {
        for (name, said) in code.entries(side).into_iter().flat_map(Members::iter) {
            let entries = contract.entries_mut(side);
            let mut entry = entries.get(name).cloned().unwrap_or_default();
            let own = said.code_type();
            describe_value(&mut entry, own, side, is_recorded);
            let is_optional = side == Side::Outputs && said.optional() == Some(true);
            if is_optional && entry.optional().is_none() {
                entry.set_optional();
            }
            if let Some(description) = said.description() {
                entry.describe(&description);
            }
            entries.put_alphabetically(name, entry);
        }
    }
    if known != Some(&contract) {
        contract.drop_resolved_conflicts();
    }
    contract
}

fn describe_value(entry: &mut Entry, own: CodeType, side: Side, is_recorded: bool) {
    let stays = |known: ValueType| {
        own.agrees_with(known, side) && !(is_recorded && own.says_more_than(known))
    };
    match entry.value_type() {
        Some(known) if stays(known) => {
            if known.several.is_none() && own.is_list_of(known.kind) {
                entry.set_several();
            }
        }
        _ => {
            if let Some(value) = own.as_value_type() {
                entry.set_value_type(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use apaas_flow_contract::Kind;

    use super::*;

    const DESCRIBED: &str = r#"{
        "description": "Bills an order.",
        "inputs": {
            "variable_order": { "type": "integer", "optional": true, "description": "the order" },
            "variable_note": {}
        },
        "outputs": {
            "variable_total": { "type": "string", "description": "in \"yuan\"" },
            "variable_lines": { "type": "array", "optional": true }
        }
    }"#;

    fn described(known: Option<&str>, code: &str) -> String {
        let known = known.map(|known| Contract::read(known).unwrap());
        describe(known.as_ref(), &Contract::read(code).unwrap()).to_string()
    }

    fn written(known: &str) -> String {
        described(Some(known), DESCRIBED)
    }

    #[test]
    fn a_new_contract_says_what_the_code_does() {
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
        assert_eq!(described(None, DESCRIBED), text);
        assert_eq!(written(text), text);
        // A side of which the code says nothing stays unchecked.
        assert_eq!(described(None, "{}"), "{}\n");
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
        let written = |known: &str, code: CodeType| {
            let known = format!(r#"{{"outputs":{{"a":{{"type":"{known}"}}}}}}"#);
            let known = Contract::read(&known).unwrap();
            let mut own = Contract::default();
            let entry = Entry::of_code(code, false, "");
            own.entries_mut(Side::Outputs)
                .put_alphabetically("a", entry);
            // as the attribute hands it over
            let own = Contract::read(&own.to_string()).unwrap();
            let contract = describe(Some(&known), &own);
            let entry = contract.entry(Side::Outputs, "a").unwrap();
            entry.kind().map(Kind::word).unwrap()
        };
        let list = CodeType::List;
        assert_eq!(written("object", list(Kind::Lookup)), "lookup");
        assert_eq!(written("array", list(Kind::Lookup)), "array");
        assert_eq!(written("lookup", list(Kind::Integer)), "array");
        assert_eq!(written("option", list(Kind::String)), "option");
        assert_eq!(
            written("attachment", CodeType::One(Kind::Attachment)),
            "object"
        );
    }

    #[test]
    fn a_list_is_marked_as_one() {
        let written = |known: &str, code: CodeType| {
            let known = format!(r#"{{"partial": true, "outputs":{{"a":{known}}}}}"#);
            let code = Entry::of_code(code, false, "");
            let code = format!(r#"{{"outputs":{{"a":{code}}}}}"#);
            let written = described(Some(&known), &code);
            assert_eq!(described(Some(&written), &code), written);
            let contract = Contract::read(&written).unwrap();
            contract.entry(Side::Outputs, "a").unwrap().to_string()
        };
        let (list, one) = (CodeType::List, CodeType::One);
        let several = r#"{ "type": "option", "several": true }"#;
        assert_eq!(written("{}", list(Kind::Option)), several);
        // as the recorder has it
        assert_eq!(written(r#"{"type": "array"}"#, list(Kind::Option)), several);
        // as a person has it, who said nothing of how many
        for code in [list(Kind::Option), list(Kind::String), one(Kind::Array)] {
            assert_eq!(written(r#"{"type": "option"}"#, code), several);
        }
        assert_eq!(
            written(
                r#"{"type": "option", "required": true}"#,
                list(Kind::Option)
            ),
            r#"{ "type": "option", "several": true, "required": true }"#
        );
        let single = r#"{ "type": "option" }"#;
        assert_eq!(written(several, one(Kind::Option)), single);
        assert_eq!(written(single, one(Kind::Option)), single);
        let said = r#"{ "type": "option", "several": false }"#;
        assert_eq!(written(said, one(Kind::Option)), said);
        assert_eq!(written(said, list(Kind::Option)), several);
        // what only a person says
        let integers = r#"{ "type": "integer", "several": true }"#;
        assert_eq!(written(integers, list(Kind::Integer)), integers);
        assert_eq!(
            written(r#"{ "several": true }"#, list(Kind::Integer)),
            r#"{ "several": true }"#
        );
        // a list itself
        assert_eq!(
            written("{}", list(Kind::Attachment)),
            r#"{ "type": "attachment" }"#
        );
    }

    #[test]
    fn of_a_recorded_shape_the_code_knows_the_type() {
        let code = r#"{"outputs":{"a":{"type":"decimal"},"b":{"type":"string"}}}"#;
        let written = |partial: &str| {
            let known = format!(
                r#"{{"partial":{partial},"outputs":{{"a":{{"type":"string"}},"b":{{"type":"text"}}}}}}"#
            );
            described(Some(&known), code)
        };
        assert!(written("true").contains(r#""a": { "type": "decimal" }"#));
        assert!(written("true").contains(r#""b": { "type": "text" }"#));
        // a person's word stays
        assert!(written("false").contains(r#""a": { "type": "string" }"#));
    }

    #[test]
    fn a_description_may_have_several_lines() {
        let code = r#"{"description":"One.\n\nTwo \\n."}"#;
        assert_eq!(
            described(None, code),
            "{\n  \"description\": \"One.\\n\\nTwo \\\\n.\"\n}\n"
        );
    }
}
