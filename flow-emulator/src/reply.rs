//! The texts of all replies.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json::Object;
use crate::request::Violation;
use crate::token::Refusal;

const LIMIT: HeaderName = HeaderName::from_static("x-ogw-ratelimit-limit");
const RESET: HeaderName = HeaderName::from_static("x-ogw-ratelimit-reset");
const LOG_ID: HeaderName = HeaderName::from_static("x-tt-logid");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// One reply, and the one line that says what became of the request without any of its values.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) summary: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: String,
}

impl Reply {
    fn json(status: StatusCode, body: &Value, summary: String) -> Self {
        Self {
            status,
            summary,
            headers: vec![(CONTENT_TYPE, JSON)],
            body: body.to_string(),
        }
    }

    /// A reply as gateways give it where there is no endpoint to answer.
    pub(crate) fn plain(status: StatusCode, reason: &str, explanation: &str) -> Self {
        Self {
            status,
            summary: reason.to_owned(),
            headers: vec![(CONTENT_TYPE, PLAIN)],
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
        Self::refused(StatusCode::BAD_REQUEST, code, msg, explanation, &[], log_id)
    }

    /// A good token is refused.
    pub(crate) fn stale_token(status: StatusCode, log_id: &str) -> Self {
        let refusal = Refusal::Expired;
        let (code, msg, explanation) = (refusal.code(), refusal.msg(), refusal.explanation());
        Self::refused(status, code, msg, explanation, &[], log_id)
    }

    /// Too many requests; `reset` is in seconds.
    pub(crate) fn rate_limited(limit: usize, reset: &str, log_id: &str) -> Self {
        let mut reply = Self::refused(
            StatusCode::TOO_MANY_REQUESTS,
            99_991_400,
            "request trigger frequency limit",
            &format!("the limit is {limit}; wait for {reset} s"),
            &[],
            log_id,
        );
        reply.headers.push((LIMIT, limit.into()));
        if let Ok(reset) = HeaderValue::from_str(reset) {
            reply.headers.push((RESET, reset));
        }
        reply
    }

    /// The platform's own failure.
    pub(crate) fn internal(log_id: &str) -> Self {
        Self::refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            2_320_002,
            "internal error",
            "retry later",
            &[],
            log_id,
        )
    }

    /// A page from something that is not the platform.
    pub(crate) fn page(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Unknown");
        let title = format!("{} {title}", status.as_u16());
        Self {
            status,
            summary: title.clone(),
            headers: vec![(CONTENT_TYPE, HTML)],
            body: format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
                 <center><h1>{title}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
            ),
        }
    }

    /// The same request again, elsewhere.
    pub(crate) fn redirect(location: &str) -> Self {
        let mut reply = Self::page(StatusCode::TEMPORARY_REDIRECT);
        if let Ok(location) = HeaderValue::from_str(location) {
            reply.headers.push((LOCATION, location));
        }
        reply
    }

    /// The beginning of a reply, of either endpoint, whose end never comes.
    pub(crate) fn opening() -> Self {
        Self {
            status: StatusCode::OK,
            summary: "a reply without an end".to_owned(),
            headers: vec![(CONTENT_TYPE, JSON)],
            body: "{\"code\":0,\"msg\":\"".to_owned(),
        }
    }

    /// Cut in the middle, and sent as though it were whole.
    pub(crate) fn truncated(mut self) -> Self {
        let half = self.body.len() / 2;
        let end = (half..self.body.len()).find(|&end| self.body.is_char_boundary(end));
        self.body.truncate(end.unwrap_or_default());
        self
    }

    /// With another status, where a flow ran; the rest is as it was.
    pub(crate) fn with_status(mut self, status: &str) -> Self {
        let Ok(mut body) = serde_json::from_str::<Value>(&self.body) else {
            return self;
        };
        let ran = body
            .pointer("/data/execution_id")
            .is_some_and(|id| id.as_str().is_some_and(|id| !id.is_empty()));
        if let (true, Some(known)) = (ran, body.pointer_mut("/data/status")) {
            *known = status.into();
            self.body = body.to_string();
        }
        self
    }

    /// The document does not allow the request.
    pub(crate) fn invalid(violations: &[Violation], log_id: &str) -> Self {
        let descriptions: Vec<&str> = violations
            .iter()
            .map(|violation| violation.description.as_str())
            .collect();
        Self::refused(
            StatusCode::BAD_REQUEST,
            2_320_001,
            "param is invalid",
            &descriptions.join("; "),
            violations,
            log_id,
        )
    }

    fn refused(
        status: StatusCode,
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
            status,
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

    pub(crate) fn into_response(self, log_id: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
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
