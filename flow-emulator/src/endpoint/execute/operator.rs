//! Who runs the flow.

use serde_json::value::RawValue;

use super::embedded::read_embedded;
use super::violations::Violations;
use crate::json::kind;

/// An id, an email, or both.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Operator {
    pub(super) id: Option<i64>,
    pub(super) email: Option<String>,
}

pub(super) fn read_operator(value: &RawValue, violations: &mut Violations) -> Operator {
    let mut operator = Operator::default();
    let Some((text, object)) = read_embedded("operator", value, violations) else {
        return operator;
    };
    let before = violations.len();
    for (key, value) in object.0 {
        match key.as_str() {
            "_id" => operator.id = read_id(&value, violations),
            "email" => operator.email = read_email(&value, violations),
            _ => violations.add(
                &format!("operator.{key}"),
                value.get(),
                format!("unknown key `{key}` in operator; its keys are _id and email"),
            ),
        }
    }
    if violations.len() == before && operator == Operator::default() {
        violations.add(
            "operator",
            &text,
            "operator has neither _id nor email; fill in at least one",
        );
    }
    operator
}

fn read_id(value: &RawValue, violations: &mut Violations) -> Option<i64> {
    let id = serde_json::from_str(value.get()).ok();
    if id.is_none() {
        let found = match kind(value.get()) {
            "a number" => "a number with a fraction or an exponent, or out of range",
            "a string" => "a string (if it holds digits, drop the quotes)",
            other => other,
        };
        violations.add(
            "operator._id",
            value.get(),
            format!("operator._id is {found}; it must be the low-code platform's user id, a 64-bit integer"),
        );
    }
    id
}

fn read_email(value: &RawValue, violations: &mut Violations) -> Option<String> {
    let what = match serde_json::from_str::<String>(value.get()) {
        Ok(email) if !email.is_empty() => return Some(email),
        Ok(_) => "operator.email is empty; leave it out or fill it in".to_owned(),
        Err(_) => format!("operator.email is {}, not a string", kind(value.get())),
    };
    violations.add("operator.email", value.get(), what);
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_violation, violation};

    #[test]
    fn operator_is_a_string_that_contains_an_object() {
        assert_violation(
            r#""operator":{"_id":1111}"#,
            "operator",
            "operator is an object, not a string that contains a JSON object; serialise it into a string first",
        );
        assert_violation(
            r#""operator":null"#,
            "operator",
            "operator is null, not a string that contains a JSON object",
        );
        assert_violation(
            r#""operator":"1111""#,
            "operator",
            "the string operator contains a number instead of a JSON object",
        );
        assert_violation(
            r#""operator":"{}""#,
            "operator",
            "operator has neither _id nor email; fill in at least one",
        );
    }

    #[test]
    fn operator_fields() {
        assert_violation(
            r#""operator":"{\"_id\":\"1111\"}""#,
            "operator._id",
            "operator._id is a string (if it holds digits, drop the quotes); \
             it must be the low-code platform's user id, a 64-bit integer",
        );
        for id in ["1.5", "1e3", "9223372036854775808"] {
            let (field, description) = violation(&format!(r#""operator":"{{\"_id\":{id}}}""#));
            assert_eq!(field, "operator._id");
            assert!(
                description.contains("a number with a fraction or an exponent, or out of range"),
                "{description}"
            );
        }
        assert_violation(
            r#""operator":"{\"_id\":1,\"email\":2}""#,
            "operator.email",
            "operator.email is a number, not a string",
        );
        assert_violation(
            r#""operator":"{\"email\":\"\"}""#,
            "operator.email",
            "operator.email is empty; leave it out or fill it in",
        );
        assert_violation(
            r#""operator":"{\"_id\":1,\"open_id\":\"ou_1\"}""#,
            "operator.open_id",
            "unknown key `open_id` in operator; its keys are _id and email",
        );
    }
}
