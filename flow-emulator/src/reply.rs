//! The texts of all replies.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json::Object;
use crate::request::Violation;
use crate::token::Refusal;

const LOG_ID: HeaderName = HeaderName::from_static("x-tt-logid");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// One reply, and the one line that says what became of the request without any of its values.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) summary: String,
    content_type: HeaderValue,
    body: String,
}

impl Reply {
    fn json(status: StatusCode, body: &Value, summary: String) -> Self {
        Self {
            status,
            summary,
            content_type: JSON,
            body: body.to_string(),
        }
    }

    /// A reply as gateways give it where there is no endpoint to answer.
    pub(crate) fn plain(status: StatusCode, reason: &str, explanation: &str) -> Self {
        Self {
            status,
            summary: reason.to_owned(),
            content_type: PLAIN,
            body: format!("{} {reason}\n{explanation}\n", status.as_u16()),
        }
    }

    /// The token endpoint refuses.
    pub(crate) fn flat(code: i64, msg: &str, explanation: &str) -> Self {
        Self::json(
            StatusCode::OK,
            &json!({"code": code, "msg": msg, "data": {}, "error": {"message": explanation}}),
            format!("{code} {msg}: {explanation}"),
        )
    }

    /// The token endpoint grants.
    pub(crate) fn token(token: &str, expire: u64) -> Self {
        Self::json(
            StatusCode::OK,
            &json!({"code": 0, "msg": "ok", "tenant_access_token": token, "expire": expire}),
            format!("a token for {expire} s"),
        )
    }

    /// The request's token is not let through.
    pub(crate) fn unauthorized(refusal: Refusal, log_id: &str) -> Self {
        let (code, msg, explanation) = (refusal.code(), refusal.msg(), refusal.explanation());
        Self::refused(code, msg, explanation, &[], log_id)
    }

    /// The document does not allow the request.
    pub(crate) fn invalid(violations: &[Violation], log_id: &str) -> Self {
        let descriptions: Vec<&str> = violations
            .iter()
            .map(|violation| violation.description.as_str())
            .collect();
        Self::refused(
            2_320_001,
            "param is invalid",
            &descriptions.join("; "),
            violations,
            log_id,
        )
    }

    fn refused(
        code: i64,
        msg: &str,
        explanation: &str,
        violations: &[Violation],
        log_id: &str,
    ) -> Self {
        let mut error = json!({
            "message": explanation,
            "logid": log_id,
            // the same again under the name that the official SDKs read
            "log_id": log_id,
            "troubleshooter": format!(
                "this reply comes from apaas-flow-emulator, log id {log_id}: no tenant has seen the request"
            ),
        });
        if let (Some(error), false) = (error.as_object_mut(), violations.is_empty()) {
            let violations = violations.iter().map(|violation| {
                json!({
                    "field": violation.field,
                    "value": violation.value,
                    "description": violation.description,
                })
            });
            error.insert("field_violations".to_owned(), violations.collect());
        }
        Self::json(
            StatusCode::BAD_REQUEST,
            &json!({"code": code, "msg": msg, "error": error}),
            format!("{code} {msg}: {explanation}"),
        )
    }

    /// The flow ran to its end.
    pub(crate) fn ended(execution_id: u64, outputs: &Object) -> Self {
        let data = Data {
            status: "end",
            execution_id: execution_id.to_string(),
            out_params: out_params(outputs),
            ..Data::default()
        };
        data.reply()
    }

    /// The flow was started and goes on by itself.
    pub(crate) fn started(execution_id: u64) -> Self {
        let data = Data {
            status: "in_process",
            execution_id: execution_id.to_string(),
            ..Data::default()
        };
        data.reply()
    }

    /// The flow ran and reported a failure, or was not run at all, when there is no execution id.
    pub(crate) fn failed(execution_id: Option<u64>, failure: &Failure) -> Self {
        let data = Data {
            status: failure.ended_as(),
            code: failure.code(),
            error_msg: failure.message(),
            execution_id: execution_id.map(|id| id.to_string()).unwrap_or_default(),
            ..Data::default()
        };
        data.reply()
    }

    pub(crate) fn into_response(self, log_id: &str) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.body)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.content_type);
        if let Ok(log_id) = HeaderValue::from_str(log_id) {
            headers.insert(LOG_ID, log_id);
        }
        response
    }
}

/// The `data` of a reply whose outer code is 0: all strings.
#[derive(Default)]
struct Data<'a> {
    status: &'a str,
    code: &'a str,
    error_msg: &'a str,
    execution_id: String,
    out_params: String,
}

impl Data<'_> {
    fn reply(self) -> Reply {
        let summary = match (self.execution_id.as_str(), self.code) {
            // not run: the text is the emulator's own, while that of a flow may hold values
            ("", code) => format!("not run, {code}: {}", self.error_msg),
            (execution_id, "") => format!("{}, execution {execution_id}", self.status),
            (execution_id, code) => format!("{}, execution {execution_id}, {code}", self.status),
        };
        Reply::json(
            StatusCode::OK,
            &json!({
                "code": 0,
                "msg": "success",
                "data": {
                    "status": self.status,
                    "code": self.code,
                    "error_msg": self.error_msg,
                    "execution_id": self.execution_id,
                    "out_params": self.out_params,
                },
            }),
            summary,
        )
    }
}

/// The text of the array that `out_params` contains; each value is copied as it was written.
fn out_params(outputs: &Object) -> String {
    let mut text = String::from("[");
    for (name, value) in &outputs.0 {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str("{\"api_name\":");
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push_str(",\"value\":");
        text.push_str(value.get());
        text.push('}');
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn values_are_copied_as_they_were_written() {
        let outputs = json::object(r#"{"b":18446744073709551617,"a\"":1.10,"c":null}"#).unwrap();
        assert_eq!(
            out_params(&outputs),
            r#"[{"api_name":"b","value":18446744073709551617},{"api_name":"a\"","value":1.10},{"api_name":"c","value":null}]"#
        );
        assert_eq!(out_params(&Object::default()), "[]");
    }
}
