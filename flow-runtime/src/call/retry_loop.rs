//! The attempts of a call, one after the other, until one is the last.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::attempts::Attempts;
use super::retry_policy::{Outcome, RetryDecision, RetryPolicy, RetryState};
use super::telemetry::CallSpan;
use crate::error::Result;
use crate::quota::{Permit, RateLimiter};
use crate::wire::RunReply;

/// What the loop is made of: injected, so that its tests need neither HTTP nor a clock.
pub(super) trait Steps: Sync {
    /// Sends the request once and says what the reply means.
    fn attempt(&self, permit: Permit) -> impl Future<Output = Result<RunReply>> + Send;

    fn sleep(&self, pause: Duration) -> impl Future<Output = ()> + Send;

    /// A random number from 0 to 1.
    fn jitter(&self) -> f64;
}

/// How long a call may take. Waiting for the quota is not the call's time, so there are two.
pub(super) struct Limits {
    pub(super) timeout: Duration,
    pub(super) queue_limit: Duration,
}

pub(super) async fn run(
    steps: &impl Steps,
    limits: Limits,
    policy: &RetryPolicy,
    limiter: &Arc<RateLimiter>,
    attempts: &Attempts,
    span: &CallSpan,
) -> Result<RunReply> {
    let mut state = RetryState::default();
    let (mut time_left, mut queue_left) = (limits.timeout, limits.queue_limit);
    loop {
        let queued_at = Instant::now();
        let permit = limiter.acquire(queue_left).await?;
        let begun_at = Instant::now();
        let queued = begun_at - queued_at;
        queue_left = queue_left.saturating_sub(queued);
        attempts.queued(queued);

        let error = match timeout(time_left, steps.attempt(permit)).await {
            Err(_) => return Err(attempts.timed_out(limits.timeout)),
            Ok(Ok(reply)) => return Ok(reply),
            Ok(Err(error)) => error,
        };
        time_left = time_left.saturating_sub(begun_at.elapsed());

        let outcome = Outcome::of(&error);
        if let Outcome::RateLimited(reset) = outcome {
            let pause = state.pause(reset);
            span.paused(pause);
            limiter.pause(pause);
            if reset.unwrap_or(pause) > queue_left {
                return Err(error);
            }
        }
        match state.next(outcome, policy, steps.jitter()) {
            RetryDecision::BackOff(pause) if pause < time_left => {
                span.retrying(&error, attempts.count(), pause);
                steps.sleep(pause).await;
                time_left = time_left.saturating_sub(pause);
            }
            RetryDecision::GiveUp | RetryDecision::BackOff(_) => return Err(error),
            RetryDecision::NewToken | RetryDecision::QueueAgain => {
                span.retrying(&error, attempts.count(), Duration::ZERO);
            }
        }
    }
}
