//! What a body may have beside the operator.

use serde_json::value::RawValue;

use super::{Check, Params};
use crate::json::kind;

const MOST_LOOP_MASKS: usize = 20;

impl Check {
    pub(super) fn params(&mut self, value: &RawValue) -> Params {
        let Some((text, _)) = self.object_in_string("params", value) else {
            return Params::default();
        };
        match serde_json::from_str(&text) {
            Ok(value) => Params { text, value },
            // what is well formed and cannot be read: nested too deep
            Err(error) => {
                self.wrong(
                    "params",
                    &text,
                    format!("the string params cannot be read: {error}"),
                );
                Params::default()
            }
        }
    }

    pub(super) fn is_async(&mut self, value: &RawValue) -> bool {
        serde_json::from_str(value.get()).unwrap_or_else(|_| {
            let found = kind(value.get());
            self.wrong(
                "is_async",
                value.get(),
                format!("is_async is {found}, not a boolean"),
            );
            false
        })
    }

    pub(super) fn loop_masks(&mut self, value: &RawValue) -> Vec<String> {
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
            let found = kind(value.get());
            self.wrong(
                "loop_masks",
                value.get(),
                format!("loop_masks is {found}, not an array of strings"),
            );
            return Vec::new();
        };
        if items.len() > MOST_LOOP_MASKS {
            self.wrong(
                "loop_masks",
                value.get(),
                format!(
                    "loop_masks has {} items; it may have 0 to {MOST_LOOP_MASKS}",
                    items.len()
                ),
            );
        }
        let mut masks = Vec::with_capacity(items.len());
        for (place, item) in items.into_iter().enumerate() {
            match serde_json::from_str(item.get()) {
                Ok(mask) => masks.push(mask),
                Err(_) => self.wrong(
                    &format!("loop_masks[{place}]"),
                    item.get(),
                    format!("loop_masks[{place}] is {}, not a string", kind(item.get())),
                ),
            }
        }
        masks
    }

    pub(super) fn idempotent_key(&mut self, value: &RawValue) -> Option<String> {
        match serde_json::from_str::<String>(value.get()) {
            Ok(key) if key.is_empty() => {
                self.wrong(
                    "idempotent_key",
                    value.get(),
                    "idempotent_key is empty, so that the next call would repeat it; leave it out or draw a uuid",
                );
                None
            }
            Ok(key) => Some(key),
            Err(_) => {
                let found = kind(value.get());
                self.wrong(
                    "idempotent_key",
                    value.get(),
                    format!("idempotent_key is {found}, not a string"),
                );
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::request::testing::{OPERATOR, assert_violation, read_text, violation};

    #[test]
    fn params_is_a_string_with_an_object() {
        assert_violation(
            r#""params":{"a":1}"#,
            "params",
            "params is an object, not a string that contains a JSON object; serialise it into a string first",
        );
        assert_violation(
            r#""params":"""#,
            "params",
            "the string params contains nothing instead of a JSON object",
        );
        assert_violation(
            r#""params":"[]""#,
            "params",
            "the string params contains an array instead of a JSON object",
        );
        assert_violation(
            r#""params":"{\"a\":1,\"a\":2}""#,
            "params",
            "the string params contains an object in which `a` is given twice at line 1 column 10",
        );
        let deep = format!("{{\\\"a\\\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert_violation(
            &format!(r#""params":"{deep}""#),
            "params",
            "the string params cannot be read: recursion limit exceeded at line 1 column 132",
        );
    }

    #[test]
    fn is_async_is_a_boolean() {
        assert_violation(
            r#""is_async":"true""#,
            "is_async",
            "is_async is a string, not a boolean",
        );
    }

    #[test]
    fn loop_masks_are_at_most_twenty_strings() {
        let masks = |count| vec!["\"m\""; count].join(",");
        let body = format!("{{{OPERATOR},\"loop_masks\":[{}]}}", masks(20));
        assert_eq!(read_text(&body).unwrap().loop_masks.len(), 20);
        assert_violation(
            &format!("\"loop_masks\":[{}]", masks(21)),
            "loop_masks",
            "loop_masks has 21 items; it may have 0 to 20",
        );
        assert_violation(
            r#""loop_masks":"m""#,
            "loop_masks",
            "loop_masks is a string, not an array of strings",
        );
        assert_violation(
            r#""loop_masks":["m",1]"#,
            "loop_masks[1]",
            "loop_masks[1] is a number, not a string",
        );
    }

    #[test]
    fn idempotent_key_is_a_string_that_is_not_empty() {
        assert_violation(
            r#""idempotent_key":7"#,
            "idempotent_key",
            "idempotent_key is a number, not a string",
        );
        let (field, description) = violation(r#""idempotent_key":"""#);
        assert_eq!(field, "idempotent_key");
        assert!(
            description.starts_with("idempotent_key is empty"),
            "{description}"
        );
    }
}
