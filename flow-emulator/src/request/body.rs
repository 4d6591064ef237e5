//! The body: a JSON object with the document's keys.

use serde_json::value::RawValue;

use super::{Check, Request};
use crate::json::{self, kind};
use crate::nearest::nearest;

/// The body's keys, as the document lists them.
const KEYS: [&str; 5] = [
    "is_async",
    "idempotent_key",
    "loop_masks",
    "params",
    "operator",
];

impl Check {
    pub(super) fn body(&mut self, text: &str, request: &mut Request) {
        let object = match json::object(text) {
            Ok(object) => object,
            Err(found) => return self.wrong("body", text, format!("the body is {found}")),
        };
        if !object.has("operator") {
            self.wrong(
                "operator",
                "",
                r#"operator is missing; it is required, as a string that contains JSON: "{\"_id\": 1111}""#,
            );
        }
        for (key, value) in object.0 {
            match key.as_str() {
                "operator" => request.operator = self.operator(&value),
                "params" => request.params = self.params(&value),
                "is_async" => request.is_async = self.is_async(&value),
                "loop_masks" => request.loop_masks = self.loop_masks(&value),
                "idempotent_key" => request.idempotency_key = self.idempotent_key(&value),
                _ => self.unknown_key(&key, &value),
            }
        }
    }

    fn unknown_key(&mut self, key: &str, value: &RawValue) {
        let cure = nearest(key, KEYS).map_or_else(
            || format!("the body's keys are {}", KEYS.join(", ")),
            |known| format!("did you mean `{known}`?"),
        );
        self.wrong(key, value.get(), format!("unknown key `{key}`; {cure}"));
    }

    /// The object inside a string, which is how `operator` and `params` are written.
    pub(super) fn object_in_string(
        &mut self,
        field: &str,
        value: &RawValue,
    ) -> Option<(String, json::Object)> {
        let Ok(text) = serde_json::from_str::<String>(value.get()) else {
            let found = kind(value.get());
            let cure = if found == "an object" {
                "; serialise it into a string first"
            } else {
                ""
            };
            self.wrong(
                field,
                value.get(),
                format!("{field} is {found}, not a string that contains a JSON object{cure}"),
            );
            return None;
        };
        match json::object(&text) {
            Ok(object) => Some((text, object)),
            Err(found) => {
                self.wrong(field, &text, format!("the string {field} contains {found}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::request::read;
    use crate::request::testing::{assert_violation, json_headers, read_text, violation};

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
        let violations = read(&json_headers(), b"{\xff").unwrap_err();
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
    fn a_key_given_twice() {
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
