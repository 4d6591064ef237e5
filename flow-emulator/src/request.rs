//! What the document allows in a request to execute a flow, and what is wrong with one that it does not allow.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use serde_json::Value;
use serde_json::value::RawValue;

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

const MOST_LOOP_MASKS: usize = 20;

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

    fn content_type(&mut self, headers: &HeaderMap) {
        let given = headers
            .get(CONTENT_TYPE)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default();
        if !is_json_utf8(&given) {
            self.wrong(
                "Content-Type",
                &given,
                "send the header `Content-Type: application/json; charset=utf-8`",
            );
        }
    }

    fn body(&mut self, text: &str, request: &mut Request) {
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
    fn object_in_string(
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

    fn operator(&mut self, value: &RawValue) -> Operator {
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

    fn params(&mut self, value: &RawValue) -> Params {
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

    fn is_async(&mut self, value: &RawValue) -> bool {
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

    fn loop_masks(&mut self, value: &RawValue) -> Vec<String> {
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

    fn idempotent_key(&mut self, value: &RawValue) -> Option<String> {
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

/// `application/json`, with no charset or with UTF-8.
fn is_json_utf8(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter(|part| !part.is_empty()).all(|part| {
            part.split_once('=').is_none_or(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
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
    use super::*;

    const OPERATOR: &str = r#""operator":"{\"_id\":1111}""#;

    fn json_headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        headers
    }

    fn read_text(body: &str) -> Result<Request, Vec<Violation>> {
        read(&json_headers(), body.as_bytes())
    }

    /// The only violation of a body that has a right operator and `members`.
    #[track_caller]
    fn violation(members: &str) -> (String, String) {
        let body = if members.contains("operator") {
            format!("{{{members}}}")
        } else {
            format!("{{{OPERATOR},{members}}}")
        };
        let mut violations = read_text(&body).unwrap_err();
        assert_eq!(violations.len(), 1, "{violations:#?}");
        let only = violations.remove(0);
        (only.field, only.description)
    }

    #[track_caller]
    fn assert_violation(members: &str, field: &str, description: &str) {
        assert_eq!(
            violation(members),
            (field.to_owned(), description.to_owned())
        );
    }

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

    #[test]
    fn all_mistakes_are_listed_at_once() {
        let violations = read(&HeaderMap::new(), br#"{"params":1,"is_async":1}"#).unwrap_err();
        let fields: Vec<_> = violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["Content-Type", "operator", "params", "is_async"]);
    }

    #[test]
    fn content_types() {
        for right in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=\"UTF-8\"",
        ] {
            assert!(is_json_utf8(right), "{right}");
        }
        for wrong in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json; charset=gbk",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!is_json_utf8(wrong), "{wrong}");
        }
    }
}
