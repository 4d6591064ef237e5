//! Who runs the flow.

use serde_json::value::RawValue;

use super::{Check, Operator};
use crate::json::kind;

impl Check {
    pub(super) fn operator(&mut self, value: &RawValue) -> Operator {
        let mut operator = Operator::default();
        let Some((text, object)) = self.object_in_string("operator", value) else {
            return operator;
        };
        let before = self.violations.len();
        for (key, value) in object.0 {
            match key.as_str() {
                "_id" => match serde_json::from_str(value.get()) {
                    Ok(id) => operator.id = Some(id),
                    Err(_) => self.wrong(
                        "operator._id",
                        value.get(),
                        format!(
                            "operator._id is {}; it is the low-code platform's user id, a whole number of 64 bits",
                            no_integer(&value)
                        ),
                    ),
                },
                "email" => match serde_json::from_str::<String>(value.get()) {
                    Ok(email) if email.is_empty() => self.wrong(
                        "operator.email",
                        value.get(),
                        "operator.email is empty; leave it out or fill it in",
                    ),
                    Ok(email) => operator.email = Some(email),
                    Err(_) => self.wrong(
                        "operator.email",
                        value.get(),
                        format!("operator.email is {}, not a string", kind(value.get())),
                    ),
                },
                _ => self.wrong(
                    &format!("operator.{key}"),
                    value.get(),
                    format!("unknown key `{key}` in operator; its keys are _id and email"),
                ),
            }
        }
        if self.violations.len() == before && operator == Operator::default() {
            self.wrong(
                "operator",
                &text,
                "operator has neither _id nor email; fill in at least one",
            );
        }
        operator
    }
}

fn no_integer(value: &RawValue) -> &'static str {
    match kind(value.get()) {
        "a number" => "a number that is not whole or too large",
        "a string" => "a string (without its quotes it would be right, if these are digits)",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::request::testing::{assert_violation, violation};

    #[test]
    fn operator_is_a_string_with_an_object() {
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
    fn operator_members() {
        assert_violation(
            r#""operator":"{\"_id\":\"1111\"}""#,
            "operator._id",
            "operator._id is a string (without its quotes it would be right, if these are digits); \
             it is the low-code platform's user id, a whole number of 64 bits",
        );
        for id in ["1.5", "1e3", "9223372036854775808"] {
            let (field, description) = violation(&format!(r#""operator":"{{\"_id\":{id}}}""#));
            assert_eq!(field, "operator._id");
            assert!(
                description.contains("a number that is not whole or too large"),
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
