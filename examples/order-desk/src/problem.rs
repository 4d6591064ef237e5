//! From the end of a call to an HTTP status.

use std::time::Duration;

use apaas_flow::{Error, ErrorKind, Outcome};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// When to come again, where nobody says.
const SOON: Duration = Duration::from_secs(1);

/// An answer that is not what was asked for, as RFC 9457 has it.
///
/// Where a flow was called, `outcome` says what became of *this* request, in the words of [`Outcome::as_str`]; earlier
/// ones under the same key are no part of it. The ids are for whoever looks the run up.
#[derive(Debug, Serialize)]
pub struct Problem {
    title: &'static str,
    status: u16,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    call: Option<Box<Call>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

/// What is known of a call that did not bring its outputs.
#[derive(Debug, Serialize)]
struct Call {
    outcome: &'static str,
    flow_code: Option<String>,
    idempotency_key: Option<String>,
    execution_id: Option<String>,
    log_id: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, title: &'static str) -> Self {
        Self {
            title,
            status: status.as_u16(),
            call: None,
            detail: None,
            retry_after: None,
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something is wrong here")
    }
}

/// The one place where the end of a call becomes an answer, and is logged. First comes what became of the flow, since
/// that is what the caller has to know; then why.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let outcome = match error.kind() {
            // a used key may be refused like this, too: then an earlier request has run
            ErrorKind::Invalid => Outcome::MayHaveRun,
            _ => error.outcome(),
        };
        let mut problem = match (outcome, error.kind()) {
            (_, ErrorKind::Invalid) => Self::internal(),
            (_, ErrorKind::KeyUsed) => Self::new(
                StatusCode::CONFLICT,
                "this key was used before; look the order up by it",
            ),
            (Outcome::DidNotRun, _) if error.is_retryable() => Self {
                retry_after: Some(error.retry_after().unwrap_or(SOON)),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "not now; send it again later, under the same key",
                )
            },
            (Outcome::MayHaveRun, _) => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "no answer was seen; send it again, under the same key",
            ),
            (Outcome::UnderWay, _) => {
                Self::new(StatusCode::ACCEPTED, "it is under way; look it up later")
            }
            (Outcome::Failed, ErrorKind::Flow) => Self {
                detail: error.flow_message().map(str::to_owned),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "the flow refused it; `flow_code` and `detail` say why",
                )
            },
            // a grant, a secret, a contract: for us to mend, and no business of the caller's
            _ => Self::internal(),
        };
        if problem.status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, "a call failed");
        } else {
            tracing::warn!(%error, status = problem.status, "a call did not bring its outputs");
        }
        problem.call = Some(Box::new(Call {
            outcome: outcome.as_str(),
            flow_code: error.flow_code().map(str::to_owned),
            idempotency_key: error.idempotency_key().map(str::to_owned),
            execution_id: error.execution_id().map(str::to_owned),
            log_id: error.log_id().map(str::to_owned),
        }));
        problem
    }
}

/// A body that cannot be read.
impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self {
            detail: Some(rejection.body_text()),
            ..Self::new(rejection.status(), "the body is not what is expected")
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem);
        if let Some(wait) = retry_after {
            // whole seconds, and not too early
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_call_has_its_status() {
        use {ErrorKind as Kind, Outcome as Is};

        for (kind, outcome, status, told) in [
            (Kind::Queue, Is::DidNotRun, 503, "did_not_run"),
            (Kind::Timeout, Is::DidNotRun, 503, "did_not_run"),
            (Kind::Connect, Is::DidNotRun, 503, "did_not_run"),
            (Kind::Timeout, Is::MayHaveRun, 504, "may_have_run"),
            // rate limited, after an attempt that was lost
            (Kind::RateLimited, Is::MayHaveRun, 504, "may_have_run"),
            (Kind::ReplyLost, Is::MayHaveRun, 504, "may_have_run"),
            (Kind::KeyUsed, Is::MayHaveRun, 409, "may_have_run"),
            (Kind::Flow, Is::Failed, 422, "failed"),
            (Kind::Unfinished, Is::UnderWay, 202, "under_way"),
            // it ran, and our struct is wrong
            (Kind::Decode, Is::Failed, 500, "failed"),
            (Kind::Config, Is::DidNotRun, 500, "did_not_run"),
            (Kind::Token, Is::DidNotRun, 500, "did_not_run"),
            (Kind::Permission, Is::DidNotRun, 500, "did_not_run"),
            (Kind::MonthlyQuota, Is::DidNotRun, 500, "did_not_run"),
            (Kind::Invalid, Is::DidNotRun, 500, "may_have_run"),
        ] {
            let error = Error::builder(kind, "grant it at https://secret").outcome(outcome);
            let problem = Problem::from(error.build());
            let call = problem.call.as_ref().map(|call| call.outcome);
            assert_eq!((problem.status, call), (status, Some(told)), "{kind}");
            assert_eq!(problem.retry_after.is_some(), status == 503, "{kind}");
            let body = serde_json::to_string(&problem).unwrap();
            assert!(!body.contains("secret"), "{body}");
        }
    }
}
