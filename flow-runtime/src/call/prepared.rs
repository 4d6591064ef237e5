//! A call that is ready to be sent, and the task that sends it.

use std::process;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::attempts::Attempts;
use super::context::Context;
#[cfg(feature = "metrics")]
use super::gauges;
use super::identity::{Identity, Run};
use super::retry_loop::{self, Limits, Steps};
use super::retry_policy::AttemptEnd;
use super::telemetry::{CallSpan, EndOfSpan};
use crate::error::{Error, Result, Stage};
use crate::quota::Permit;
use crate::stats::Present;
use crate::transport::background::{self, Task};
use crate::transport::http::Bearer;
use crate::wire::{Accept, RunReply, Sent, classify};

/// The same bytes at every attempt, so the same idempotency key.
pub(super) struct Prepared {
    pub(super) context: Arc<Context>,
    pub(super) identity: Arc<Identity>,
    pub(super) body: Bytes,
    pub(super) accept: Accept,
    pub(super) limits: Limits,
    pub(super) span: CallSpan,
    #[cfg(feature = "contracts")]
    pub(super) recording: Option<crate::contract::Recording>,
}

impl Prepared {
    /// Sends the call on the client's own thread. Dropping the task stops the waiting, but not a flow that has started.
    pub(super) fn send(self) -> Result<Task<Result<Run>>> {
        let here = process::id();
        self.context.used_in.check(here, "client")?;
        self.context.lane.check_process(here)?;
        let context = self.context.clone();
        let span = self.span.clone();
        context.thread.spawn(here, span.watch(self.run()))
    }

    async fn run(self) -> Result<Run> {
        #[cfg(feature = "metrics")]
        gauges::keep(&self.context);
        let attempts = Attempts::default();
        let mut end_of_span =
            EndOfSpan::new(&self.span, &attempts, &self.identity.endpoint.counters);
        let steps = OverHttp {
            call: &self,
            attempts: &attempts,
        };
        let (lane, policy) = (&self.context.lane, &self.context.retry);
        let end = retry_loop::run(&steps, &self.limits, policy, lane, &attempts, &self.span).await;
        let end = attempts.conclude(&self.identity, end);
        end_of_span.ended(&end);
        // The reply has been read: none of the call's limits applies any more.
        #[cfg(feature = "contracts")]
        if let Some(recording) = self.recording {
            recording.write().await;
        }
        end
    }
}

/// The real steps of a call: its attempts over HTTP.
struct OverHttp<'a> {
    call: &'a Prepared,
    attempts: &'a Attempts,
}

impl Steps for OverHttp<'_> {
    type Token = Bearer;

    fn token_at_hand(&self) -> Option<Bearer> {
        self.call.context.tokens.at_hand()
    }

    async fn token(&self) -> Result<Bearer> {
        self.call.context.tokens.get().await
    }

    fn no_token_within(&self, limit: Duration) -> Error {
        self.call.context.tokens.none_within(limit)
    }

    async fn attempt(&self, bearer: Bearer, permit: Permit) -> Result<RunReply> {
        let Prepared {
            context, identity, ..
        } = self.call;
        let departure = self.attempts.begin(permit);
        let under_way = identity.endpoint.counters.attempt();
        let response = context
            .http
            .post(
                identity.endpoint.url.clone(),
                Some(&bearer),
                self.call.body.clone(),
                departure,
            )
            .await;
        drop(under_way);
        let result = match response {
            Ok(response) => {
                self.attempts.answered(response.http_status);
                // an error page is searched for what was sent, all of it
                let length = response.body.len().saturating_add(self.call.body.len());
                let accept = self.call.accept;
                let (secret, body) = (bearer.clone(), self.call.body.clone());
                let read = move || {
                    let sent = Sent {
                        secret: secret.token(),
                        body: &body,
                    };
                    classify(response, accept, &sent)
                };
                background::work(length, read).await.unwrap_or_else(Err)
            }
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| error.at(Stage::Execute));
        self.attempts.end(&result);
        #[cfg(feature = "contracts")]
        if let Some(recording) = &self.call.recording {
            recording.notice(&result, self.call.accept);
        }
        if let Err(error) = &result {
            if AttemptEnd::of(error) == AttemptEnd::TokenRefused {
                context.tokens.refused(&bearer);
            }
        }
        result
    }

    async fn sleep(&self, pause: Duration) {
        sleep(pause).await;
    }

    fn queues(&self) -> Option<Present<'_>> {
        Some(self.call.context.counters.queues())
    }

    fn queued(&self, wait: Duration) {
        self.call.identity.endpoint.counters.has_queued(wait);
    }

    fn rate_limited(&self) {
        self.call.identity.endpoint.counters.rate_limited();
    }

    /// Uses the random bits of a UUID.
    fn jitter(&self) -> f64 {
        let [byte, another, ..] = uuid::Uuid::new_v4().into_bytes();
        f64::from(u16::from_be_bytes([byte, another])) / f64::from(u16::MAX)
    }
}
