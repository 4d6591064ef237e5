//! What a call reports to `tracing`: one span, and an event at each step. Never a value, token or secret. A user's layer
//! that panics at one of these events changes no end of a call.
//!
//! Field names follow OpenTelemetry's conventions for HTTP clients; the rest start with `apaas.`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tracing::dispatcher::{self, Dispatch};
use tracing::field::{Empty, Value};
use tracing::instrument::WithSubscriber;
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Span, debug, info_span, warn};

use super::attempts::Attempts;
use super::identity::{Identity, Run};
use crate::error::{Error, Ran, Result};
use crate::execution::Outcome;
use crate::panics::caught;
use crate::stats::FlowCounters;

const TEMPLATE: &str = "/open-apis/apaas/v1/applications/{namespace}/flows/{flow_id}/execute";

/// The platform's host and port.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

/// The span of one call, and the caller's subscriber.
#[derive(Clone)]
pub(crate) struct CallSpan {
    span: Span,
    /// None if no subscriber in the process records anything.
    dispatch: Option<Dispatch>,
}

impl CallSpan {
    /// Created where the call is awaited, so that the caller's span is its parent.
    pub(super) fn new(identity: &Identity, server: &Server) -> Self {
        let endpoint = &identity.endpoint;
        let span = info_span!(
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
            apaas.idempotency_key = &*identity.key,
            apaas.outcome = Empty,
            apaas.may_have_run = Empty,
        );
        Self {
            span,
            dispatch: (LevelFilter::current() != LevelFilter::OFF)
                .then(|| dispatcher::get_default(Clone::clone)),
        }
    }

    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self {
            span: Span::none(),
            dispatch: None,
        }
    }

    /// Runs a future in the span and with the caller's subscriber, on any thread.
    ///
    /// Boxed, since a task copies the whole of its future each time it changes its state.
    pub(crate) fn watch<T>(
        self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = T> + Send>> {
        let future = future.instrument(self.span);
        match self.dispatch {
            Some(dispatch) => Box::pin(future.with_subscriber(dispatch)),
            None => Box::pin(future),
        }
    }

    pub(crate) fn paused(&self, pause: Duration) {
        caught(|| {
            warn!(
                parent: &self.span,
                pause_ms = millis(pause),
                "rate limited; pausing the whole quota"
            );
        });
    }

    pub(crate) fn retrying(&self, error: &Error, attempts: u32, pause: Duration) {
        caught(|| {
            debug!(
                parent: &self.span,
                error.type = ?error.kind(),
                code = error.code(),
                log_id = error.log_id(),
                attempts,
                pause_ms = millis(pause),
                "sending again, under the same key"
            );
        });
    }

    fn ended(&self, end: &Result<Run>, outcome: Outcome, attempts: &Attempts) {
        self.attempted(attempts);
        match end {
            Ok(Run { reply, .. }) => {
                self.record("apaas.outcome", &outcome.as_str());
                self.record("apaas.execution_id", &&*reply.execution_id);
                self.record("apaas.log_id", &reply.log_id.as_deref());
                debug!(parent: &self.span, "executed");
            }
            Err(error) => {
                self.record("otel.status_code", &"ERROR");
                self.record("error.type", &tracing::field::debug(error.kind()));
                self.record("apaas.outcome", &outcome.as_str());
                self.record("apaas.execution_id", &error.execution_id());
                self.record("apaas.log_id", &error.log_id());
                self.record("apaas.may_have_run", &error.may_have_run());
                debug!(parent: &self.span, code = error.code(), flow_code = error.flow_code(), "not executed");
            }
        }
    }

    /// The caller dropped the call. No one receives an error, so this is the only record.
    fn dropped(&self, outcome: Outcome, attempts: &Attempts) {
        self.attempted(attempts);
        self.record("otel.status_code", &"ERROR");
        self.record("error.type", &"dropped");
        self.record("apaas.outcome", &outcome.as_str());
        self.record("apaas.log_id", &attempts.log_id().as_deref());
        self.record("apaas.may_have_run", &(outcome != Outcome::DidNotRun));
        if outcome != Outcome::DidNotRun {
            let warn = || {
                warn!(
                    parent: &self.span,
                    attempts = attempts.count(),
                    "the call was dropped after its request had left; the flow may have run: look it up by the idempotency key"
                );
            };
            match &self.dispatch {
                Some(dispatch) => dispatcher::with_default(dispatch, warn),
                None => warn(),
            }
        }
    }

    /// The same code for all fields and types.
    #[inline(never)]
    fn record(&self, field: &'static str, value: &dyn Value) {
        self.span.record(field, value);
    }

    fn attempted(&self, attempts: &Attempts) {
        let (count, (queued, http_status)) = (attempts.count(), attempts.seen());
        self.record("apaas.attempts", &count);
        self.record("apaas.queued_ms", &millis(queued));
        self.record("http.response.status_code", &http_status);
        if count > 1 {
            self.record("http.request.resend_count", &(count - 1));
        }
    }
}

/// A guard that counts the outcome and records it in the span, even if the call is dropped midway.
pub(super) struct EndOfSpan<'a> {
    span: &'a CallSpan,
    attempts: &'a Attempts,
    counters: &'a FlowCounters,
    has_ended: bool,
}

impl<'a> EndOfSpan<'a> {
    pub(super) fn new(
        span: &'a CallSpan,
        attempts: &'a Attempts,
        counters: &'a FlowCounters,
    ) -> Self {
        Self {
            span,
            attempts,
            counters,
            has_ended: false,
        }
    }

    pub(super) fn ended(&mut self, end: &Result<Run>) {
        self.has_ended = true;
        let outcome = outcome(end);
        self.counters.ended(outcome);
        caught(|| self.span.ended(end, outcome, self.attempts));
    }
}

impl Drop for EndOfSpan<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            let outcome = match self.attempts.ran() {
                Ran::No => Outcome::DidNotRun,
                Ran::Maybe | Ran::Yes => Outcome::MayHaveRun,
            };
            self.counters.ended(outcome);
            self.counters.dropped();
            caught(|| self.span.dropped(outcome, self.attempts));
        }
    }
}

fn outcome(end: &Result<Run>) -> Outcome {
    match end {
        Ok(Run { reply, .. }) => reply.outcome,
        Err(error) => error.outcome(),
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
