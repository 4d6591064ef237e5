//! The platform's replies with an outer code other than 0.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::json;

use super::Reply;
use crate::endpoint::execute::violations::Violation;
use crate::state::quota::OverQuota;
use crate::state::tokens::TokenRefusal;

const LIMIT: HeaderName = HeaderName::from_static("x-ogw-ratelimit-limit");
const RESET: HeaderName = HeaderName::from_static("x-ogw-ratelimit-reset");

/// What such a reply says.
#[derive(Default)]
struct Refusal<'a> {
    code: i64,
    msg: &'a str,
    explanation: &'a str,
    violations: &'a [Violation],
}

impl Reply {
    /// The request has no valid token.
    pub(super) fn unauthorized(refusal: TokenRefusal, log_id: &str) -> Self {
        let said = token_refusal(refusal);
        Self::refused(StatusCode::BAD_REQUEST, &said, log_id)
    }

    /// A valid token is refused.
    pub(in crate::http) fn stale_token(status: StatusCode, log_id: &str) -> Self {
        Self::refused(status, &token_refusal(TokenRefusal::Expired), log_id)
    }

    /// The document does not allow the request.
    pub(super) fn invalid(violations: &[Violation], log_id: &str) -> Self {
        let descriptions: Vec<&str> = violations
            .iter()
            .map(|violation| violation.description.as_str())
            .collect();
        let said = Refusal {
            code: 2_320_001,
            msg: "param is invalid",
            explanation: &descriptions.join("; "),
            violations,
        };
        Self::refused(StatusCode::BAD_REQUEST, &said, log_id)
    }

    /// The emulator's own quota refuses the request.
    pub(in crate::http) fn over_quota(over: &OverQuota, log_id: &str) -> Self {
        Self::rate_limited(over.limit, &seconds(over.reset), log_id)
    }

    /// Too many requests; `reset` is in seconds.
    pub(in crate::http) fn rate_limited(limit: usize, reset: &str, log_id: &str) -> Self {
        let said = Refusal {
            code: 99_991_400,
            msg: "request trigger frequency limit",
            explanation: &format!("the limit is {limit}; retry in {reset} s"),
            ..Refusal::default()
        };
        let mut reply = Self::refused(StatusCode::TOO_MANY_REQUESTS, &said, log_id);
        reply.headers.push((LIMIT, limit.into()));
        if let Ok(reset) = HeaderValue::from_str(reset) {
            reply.headers.push((RESET, reset));
        }
        reply
    }

    /// The platform fails.
    pub(in crate::http) fn internal(log_id: &str) -> Self {
        let said = Refusal {
            code: 2_320_002,
            msg: "internal error",
            explanation: "retry later",
            ..Refusal::default()
        };
        Self::refused(StatusCode::INTERNAL_SERVER_ERROR, &said, log_id)
    }

    fn refused(status: StatusCode, said: &Refusal<'_>, log_id: &str) -> Self {
        let Refusal {
            code,
            msg,
            explanation,
            violations,
        } = said;
        let mut error = json!({
            "message": explanation,
            "logid": log_id,
            // again, under the name that the official SDKs read
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
}

fn token_refusal(refusal: TokenRefusal) -> Refusal<'static> {
    const INVALID: &str =
        "Invalid access token for authorization. Please make a test attempt with a correct token.";
    let (code, msg, explanation) = match refusal {
        TokenRefusal::Missing => (
            99_991_661,
            "Missing access token for authorization. Please make a request with token attached.",
            "no token was sent; send the header `Authorization: Bearer <tenant_access_token>`",
        ),
        TokenRefusal::NotAToken => (
            99_991_671,
            INVALID,
            "this is not a tenant access token, which begins with `t-`; \
             get one from POST /open-apis/auth/v3/tenant_access_token/internal",
        ),
        TokenRefusal::Expired => (99_991_663, INVALID, "this token has expired; get a new one"),
        TokenRefusal::Unknown => (
            99_991_663,
            INVALID,
            "this emulator did not issue this token, or has made it invalid; get a new one, from the address that the call is sent to",
        ),
    };
    Refusal {
        code,
        msg,
        explanation,
        ..Refusal::default()
    }
}

/// In seconds and milliseconds, rounded up: whoever waits that long is let through.
fn seconds(wait: Duration) -> String {
    let millis = wait.as_nanos().div_ceil(1_000_000);
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(seconds(Duration::from_secs(60)), "60.000");
        assert_eq!(seconds(Duration::from_millis(1250)), "1.250");
        assert_eq!(seconds(Duration::from_nanos(1)), "0.001");
        assert_eq!(seconds(Duration::from_nanos(999_000_001)), "1.000");
        assert_eq!(seconds(Duration::ZERO), "0.000");
    }
}
