//! The optional fields of the body.

use serde_json::value::RawValue;

use super::embedded::read_embedded;
use super::violations::Violations;
use crate::handler::params::Params;
use crate::json::kind;

const MAX_LOOP_MASKS: usize = 20;

pub(super) fn read_params(value: &RawValue, violations: &mut Violations) -> Params {
    let Some((text, _)) = read_embedded("params", value, violations) else {
        return Params::default();
    };
    match serde_json::from_str(&text) {
        Ok(value) => Params { text, value },
        // well formed, but nested too deep
        Err(error) => {
            violations.add(
                "params",
                &text,
                format!("the string params cannot be read: {error}"),
            );
            Params::default()
        }
    }
}

pub(super) fn read_is_async(value: &RawValue, violations: &mut Violations) -> bool {
    serde_json::from_str(value.get()).unwrap_or_else(|_| {
        let found = kind(value.get());
        violations.add(
            "is_async",
            value.get(),
            format!("is_async is {found}, not a boolean"),
        );
        false
    })
}

pub(super) fn read_loop_masks(value: &RawValue, violations: &mut Violations) -> Vec<String> {
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
        let found = kind(value.get());
        violations.add(
            "loop_masks",
            value.get(),
            format!("loop_masks is {found}, not an array of strings"),
        );
        return Vec::new();
    };
    if items.len() > MAX_LOOP_MASKS {
        violations.add(
            "loop_masks",
            value.get(),
            format!(
                "loop_masks has {} items; at most {MAX_LOOP_MASKS} are allowed",
                items.len()
            ),
        );
    }
    let mut masks = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match serde_json::from_str(item.get()) {
            Ok(mask) => masks.push(mask),
            Err(_) => violations.add(
                &format!("loop_masks[{index}]"),
                item.get(),
                format!("loop_masks[{index}] is {}, not a string", kind(item.get())),
            ),
        }
    }
    masks
}

pub(super) fn read_idempotent_key(value: &RawValue, violations: &mut Violations) -> Option<String> {
    match serde_json::from_str::<String>(value.get()) {
        Ok(key) if key.is_empty() => {
            violations.add(
                "idempotent_key",
                value.get(),
                "idempotent_key is empty, so the next call would repeat it; leave it out or generate a UUID",
            );
            None
        }
        Ok(key) => Some(key),
        Err(_) => {
            let found = kind(value.get());
            violations.add(
                "idempotent_key",
                value.get(),
                format!("idempotent_key is {found}, not a string"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{OPERATOR, assert_violation, read_text, violation};

    #[test]
    fn params_is_a_string_that_contains_an_object() {
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
            "loop_masks has 21 items; at most 20 are allowed",
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
    fn idempotent_key_is_a_non_empty_string() {
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
