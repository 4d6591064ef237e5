//! What a call shows to `tracing`: one span, and an event at each turn. No value, no token, no secret.
//!
//! The names are OpenTelemetry's for an HTTP client where it has one, and `apaas.` where it has none.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tracing::field::Empty;
use tracing::instrument::WithSubscriber;
use tracing::{Instrument, Span, debug, info_span, warn};

use super::endpoint::Endpoint;
use super::identity::Run;
use crate::error::{Error, Result};

const TEMPLATE: &str = "/open-apis/apaas/v1/applications/{namespace}/flows/{flow_id}/execute";

/// The platform's host and port.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

/// The span of one call.
#[derive(Clone)]
pub(crate) struct CallSpan(Span);

impl CallSpan {
    /// Made where the call is awaited, so that it is a child of the caller's span.
    pub(crate) fn new(endpoint: &Endpoint, server: &Server) -> Self {
        Self(info_span!(
            "apaas_flow.call",
            otel.kind = "client",
            otel.name = %Name(&endpoint.flow_id),
            http.request.method = "POST",
            url.template = TEMPLATE,
            url.full = endpoint.url.as_str(),
            server.address = &*server.host,
            server.port = server.port,
            apaas.namespace = &*endpoint.sent_namespace,
            apaas.flow_id = &*endpoint.flow_id,
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
            otel.status_code = Empty,
            apaas.execution_id = Empty,
            apaas.log_id = Empty,
            apaas.attempts = Empty,
            apaas.queued_ms = Empty,
            apaas.may_have_run = Empty,
        ))
    }

    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self(Span::none())
    }

    /// Runs a future in the span, and for the subscriber that the caller has, on whatever thread.
    pub(crate) fn watch<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        future.instrument(self.0).with_current_subscriber()
    }

    pub(crate) fn paused(&self, pause: Duration) {
        warn!(
            parent: &self.0,
            pause_ms = millis(pause),
            "rate limited: the whole quota pauses"
        );
    }

    pub(crate) fn retrying(&self, error: &Error, attempts: u32, pause: Duration) {
        debug!(
            parent: &self.0,
            error.type = %Kind(error),
            code = error.code(),
            log_id = error.log_id(),
            attempts,
            pause_ms = millis(pause),
            "sending again, under the same key"
        );
    }

    pub(crate) fn ended(
        &self,
        result: &Result<Run>,
        attempts: u32,
        queued: Duration,
        http_status: Option<u16>,
    ) {
        self.0.record("apaas.attempts", attempts);
        self.0.record("apaas.queued_ms", millis(queued));
        self.0.record("http.response.status_code", http_status);
        if attempts > 1 {
            self.0.record("http.request.resend_count", attempts - 1);
        }
        match result {
            Ok(Run { reply, .. }) => {
                self.0.record("apaas.execution_id", &*reply.execution_id);
                self.0.record("apaas.log_id", reply.log_id.as_deref());
                debug!(parent: &self.0, "executed");
            }
            Err(error) => {
                self.0.record("otel.status_code", "ERROR");
                self.0
                    .record("error.type", tracing::field::display(Kind(error)));
                self.0.record("apaas.execution_id", error.execution_id());
                self.0.record("apaas.log_id", error.log_id());
                self.0.record("apaas.may_have_run", error.may_have_run());
                debug!(parent: &self.0, code = error.code(), flow_code = error.flow_code(), "not executed");
            }
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// `execute deleteObject_99c656599f`
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "execute {}", self.0)
    }
}

/// The kind of an error, which is of low cardinality, as `error.type` has to be.
struct Kind<'a>(&'a Error);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.kind())
    }
}
