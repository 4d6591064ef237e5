//! What the document allows in a request to execute a flow, and what is wrong with one that it does not allow.

mod body;
mod content_type;
mod members;
mod operator;
#[cfg(test)]
mod testing;

use hyper::HeaderMap;
use serde_json::Value;

/// How much of a wrong value is quoted.
const QUOTED: usize = 200;

/// A request that the document allows.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Request {
    pub(crate) operator: Operator,
    pub(crate) params: Params,
    pub(crate) is_async: bool,
    pub(crate) loop_masks: Vec<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// Who runs the flow: an id, an email, or both.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Operator {
    pub(crate) id: Option<i64>,
    pub(crate) email: Option<String>,
}

/// The flow's inputs: the text of a JSON object as it was sent, and the same object read.
#[derive(Debug, PartialEq)]
pub(crate) struct Params {
    pub(crate) text: String,
    pub(crate) value: Value,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            text: "{}".to_owned(),
            value: Value::Object(serde_json::Map::new()),
        }
    }
}

/// One thing that is wrong with a request; the description holds names and kinds, never a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) field: String,
    pub(crate) value: String,
    pub(crate) description: String,
}

/// Reads a request; when the document does not allow it, everything that is wrong with it is listed.
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Request, Vec<Violation>> {
    let mut check = Check::default();
    check.content_type(headers);
    let mut request = Request::default();
    match std::str::from_utf8(body) {
        Ok(text) => check.body(text, &mut request),
        Err(error) => {
            let place = error.valid_up_to();
            check.wrong(
                "body",
                "",
                format!("the body is not UTF-8 from byte {place} on"),
            );
        }
    }
    if check.violations.is_empty() {
        Ok(request)
    } else {
        Err(check.violations)
    }
}

#[derive(Default)]
struct Check {
    violations: Vec<Violation>,
}

impl Check {
    fn wrong(&mut self, field: &str, value: &str, description: impl Into<String>) {
        self.violations.push(Violation {
            field: field.to_owned(),
            value: value.chars().take(QUOTED).collect(),
            description: description.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::testing::read_text;
    use super::*;

    #[test]
    fn the_documents_sample_is_allowed() {
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
    fn everything_at_once_is_allowed() {
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
    fn sixteen_digits_stay_whole() {
        let request = read_text(
            r#"{"operator":"{\"_id\":9007199254740993}","params":"{\"a\":18446744073709551615}"}"#,
        )
        .unwrap();
        assert_eq!(request.operator.id, Some(9_007_199_254_740_993));
        assert_eq!(request.params.value["a"].as_u64(), Some(u64::MAX));
    }

    #[test]
    fn all_mistakes_are_listed_at_once() {
        let violations = read(&HeaderMap::new(), br#"{"params":1,"is_async":1}"#).unwrap_err();
        let fields: Vec<_> = violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["Content-Type", "operator", "params", "is_async"]);
    }
}
