//! A request that the document allows, or everything that is wrong with one that it does not.

use hyper::HeaderMap;
use serde_json::value::RawValue;

use super::content_type::check_content_type;
use super::fields::{read_idempotent_key, read_is_async, read_loop_masks, read_params};
use super::operator::{Operator, read_operator};
use super::violations::{Violation, Violations};
use crate::handler::params::Params;
use crate::json;
use apaas_flow_contract::suggest::nearest;

/// The body's keys, in the document's order.
const KEYS: [&str; 5] = [
    "is_async",
    "idempotent_key",
    "loop_masks",
    "params",
    "operator",
];

/// A request that the document allows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Request {
    pub(super) operator: Operator,
    pub(super) params: Params,
    pub(super) is_async: bool,
    pub(super) loop_masks: Vec<String>,
    pub(super) idempotency_key: Option<String>,
}

impl Request {
    /// Reads headers and body. An error lists all mistakes, not just the first.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Vec<Violation>> {
        let mut violations = Violations::default();
        check_content_type(headers, &mut violations);
        let mut request = Self::default();
        match std::str::from_utf8(body) {
            Ok(text) => request.read_body(text, &mut violations),
            Err(error) => {
                let byte = error.valid_up_to();
                let what = format!("the body is not UTF-8 from byte {byte} on");
                violations.add("body", "", what);
            }
        }
        violations.or(request)
    }

    fn read_body(&mut self, text: &str, violations: &mut Violations) {
        let object = match json::object(text) {
            Ok(object) => object,
            Err(found) => return violations.add("body", text, format!("the body is {found}")),
        };
        if !object.has("operator") {
            violations.add(
                "operator",
                "",
                r#"operator is missing; it is required, as a string that contains JSON: "{\"_id\": 1111}""#,
            );
        }
        for (key, value) in object.0 {
            match key.as_str() {
                "operator" => self.operator = read_operator(&value, violations),
                "params" => self.params = read_params(&value, violations),
                "is_async" => self.is_async = read_is_async(&value, violations),
                "loop_masks" => self.loop_masks = read_loop_masks(&value, violations),
                "idempotent_key" => self.idempotency_key = read_idempotent_key(&value, violations),
                _ => unknown_key(&key, &value, violations),
            }
        }
    }
}

fn unknown_key(key: &str, value: &RawValue, violations: &mut Violations) {
    let hint = nearest(key, KEYS).map_or_else(
        || format!("the body's keys are {}", KEYS.join(", ")),
        |known| format!("did you mean `{known}`?"),
    );
    violations.add(key, value.get(), format!("unknown key `{key}`; {hint}"));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_violation, json_headers, read_text, violation};
    use super::*;

    #[test]
    fn the_documents_sample_is_valid() {
        let request = read_text(
            r#"{
                "operator": "{\"_id\": 1111, \"email\": \"apaas@bytedance.com\"}",
                "params": "{\"variable_rgrtgqworiginal\": {\"_id\": 5454545}}",
                "is_async": true
            }"#,
        )
        .unwrap();
        assert_eq!(
            request,
            Request {
                operator: Operator {
                    id: Some(1111),
                    email: Some("apaas@bytedance.com".to_owned()),
                },
                params: Params {
                    text: r#"{"variable_rgrtgqworiginal": {"_id": 5454545}}"#.to_owned(),
                    value: serde_json::json!({"variable_rgrtgqworiginal": {"_id": 5_454_545}}),
                },
                is_async: true,
                loop_masks: Vec::new(),
                idempotency_key: None,
            }
        );
    }

    #[test]
    fn all_fields_at_once_are_valid() {
        let request = read_text(
            r#"{"operator":"{\"email\":\"a@b.c\"}","idempotent_key":"k","loop_masks":["\\"],"is_async":false}"#,
        )
        .unwrap();
        assert_eq!(request.operator.id, None);
        assert_eq!(request.operator.email.as_deref(), Some("a@b.c"));
        assert_eq!(request.idempotency_key.as_deref(), Some("k"));
        assert_eq!(request.loop_masks, ["\\"]);
        assert_eq!(request.params, Params::default());
    }

    #[test]
    fn sixteen_digits_keep_their_precision() {
        let request = read_text(
            r#"{"operator":"{\"_id\":9007199254740993}","params":"{\"a\":18446744073709551615}"}"#,
        )
        .unwrap();
        assert_eq!(request.operator.id, Some(9_007_199_254_740_993));
        assert_eq!(request.params.value["a"].as_u64(), Some(u64::MAX));
    }

    #[test]
    fn all_mistakes_are_listed_at_once() {
        let violations =
            Request::read(&HeaderMap::new(), br#"{"params":1,"is_async":1}"#).unwrap_err();
        let fields: Vec<_> = violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["Content-Type", "operator", "params", "is_async"]);
    }

    #[test]
    fn the_body_is_a_json_object() {
        for (body, description) in [
            ("", "the body is nothing instead of a JSON object"),
            ("[]", "the body is an array instead of a JSON object"),
            (
                "{\"operator\":",
                "the body is broken JSON: EOF while parsing a value at line 1 column 12",
            ),
            (
                "operator=1",
                "the body is broken JSON: expected value at line 1 column 1",
            ),
        ] {
            let violations = read_text(body).unwrap_err();
            assert_eq!(violations[0].field, "body");
            assert_eq!(violations[0].description, description);
        }
        let violations = Request::read(&json_headers(), b"{\xff").unwrap_err();
        assert_eq!(
            violations[0].description,
            "the body is not UTF-8 from byte 1 on"
        );
    }

    #[test]
    fn unknown_keys() {
        assert_violation(
            r#""idempotency_key":"k""#,
            "idempotency_key",
            "unknown key `idempotency_key`; did you mean `idempotent_key`?",
        );
        assert_violation(
            r#""zzzzzz":1"#,
            "zzzzzz",
            "unknown key `zzzzzz`; the body's keys are is_async, idempotent_key, loop_masks, params, operator",
        );
    }

    #[test]
    fn a_duplicate_key() {
        let (field, description) = violation(r#""operator":"{\"_id\":1}","operator":"{}""#);
        assert_eq!(field, "body");
        assert!(
            description.contains("`operator` is given twice"),
            "{description}"
        );
    }

    #[test]
    fn operator_is_required() {
        let violations = read_text("{}").unwrap_err();
        assert_eq!(violations[0].field, "operator");
        assert!(
            violations[0]
                .description
                .starts_with("operator is missing;"),
            "{violations:?}"
        );
    }
}
