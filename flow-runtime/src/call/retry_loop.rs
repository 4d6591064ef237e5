//! Makes the attempts of a call, one after the other, until the retry policy gives up or one succeeds.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::attempts::Attempts;
use super::retry_policy::{AttemptEnd, RetryDecision, RetryPolicy, RetryState};
use super::telemetry::CallSpan;
use crate::auth::no_token_within;
use crate::error::{Error, Result};
use crate::quota::{Lane, Permit};
use crate::stats::Present;
use crate::wire::RunReply;

/// What the loop does, injected, so that its tests need neither HTTP nor a clock.
pub(super) trait Steps: Sync {
    type Token: Send;

    /// The token, if it is there already.
    fn token_at_hand(&self) -> Option<Self::Token>;

    /// The token, fetched if necessary.
    fn token(&self) -> impl Future<Output = Result<Self::Token>> + Send;

    /// The error if there was no token within this limit.
    fn no_token_within(&self, limit: Duration) -> Error {
        no_token_within(limit, None)
    }

    /// Sends the request once and says what the reply means.
    fn attempt(
        &self,
        token: Self::Token,
        permit: Permit,
    ) -> impl Future<Output = Result<RunReply>> + Send;

    fn sleep(&self, pause: Duration) -> impl Future<Output = ()> + Send;

    /// Records that an attempt got its permit after this wait.
    fn queued(&self, _wait: Duration) {}

    /// Counts this call as waiting for a permit, until the returned guard is dropped.
    fn queues(&self) -> Option<Present<'_>> {
        None
    }

    /// Records that an attempt was refused as rate limited.
    fn rate_limited(&self) {}

    /// A random number from 0 to 1.
    fn jitter(&self) -> f64;
}

/// How long a call may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// For all attempts, the token and the pauses in between, but not for the wait for the quota.
    pub(super) timeout: Duration,
    /// For the wait for the quota.
    pub(super) queue_limit: Duration,
    /// For everything together.
    pub(super) deadline: Option<Duration>,
}

impl Limits {
    /// The limit that was reached.
    fn reached(&self, is_deadline: bool) -> Duration {
        self.deadline
            .filter(|_| is_deadline)
            .unwrap_or(self.timeout)
    }
}

/// What is left of the limits.
struct Left {
    time: Duration,
    queue: Duration,
    deadline: Option<Instant>,
}

impl Left {
    /// How long to wait in the queue, and the name of that limit. At least `patience`: asking a shared store for a permit
    /// takes that long, and does not count as waiting.
    fn queue(&self, patience: Duration) -> (Duration, &'static str) {
        let (until_deadline, queue) = (self.until_deadline(), self.queue.max(patience));
        if until_deadline < queue {
            (until_deadline, "deadline")
        } else {
            (queue, "queue_limit")
        }
    }

    fn spend_since(&mut self, begun_at: Instant) {
        self.time = self.time.saturating_sub(begun_at.elapsed());
    }

    fn until_deadline(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        })
    }
}

/// After a wait this long in the queue, the token may have been refused or renewed in the meantime.
const LONG_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn run(
    steps: &impl Steps,
    limits: &Limits,
    policy: &RetryPolicy,
    lane: &Lane,
    attempts: &Attempts,
    span: &CallSpan,
) -> Result<RunReply> {
    let mut state = RetryState::default();
    let mut left = Left {
        time: limits.timeout,
        queue: limits.queue_limit,
        deadline: limits
            .deadline
            .and_then(|deadline| Instant::now().checked_add(deadline)),
    };
    loop {
        let error = match once(steps, limits, &mut left, lane, attempts).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };

        let attempt_end = AttemptEnd::of(&error);
        if let AttemptEnd::RateLimited(reset) = attempt_end {
            steps.rate_limited();
            let pause = state.pause(reset);
            span.paused(pause);
            lane.pause(pause);
            let pause = reset.unwrap_or(pause);
            if pause > left.queue(Duration::ZERO).0 {
                return Err(error.note(&format!(
                    "the next attempt would be in {:.1} s, and this call may not wait that long",
                    pause.as_secs_f64()
                )));
            }
        }
        match state.next(attempt_end, policy, steps.jitter()) {
            RetryDecision::BackOff(pause) if pause < left.time.min(left.until_deadline()) => {
                span.retrying(&error, attempts.count(), pause);
                steps.sleep(pause).await;
                left.time = left.time.saturating_sub(pause);
            }
            RetryDecision::GiveUp | RetryDecision::BackOff(_) => return Err(error),
            RetryDecision::NewToken | RetryDecision::QueueAgain => {
                span.retrying(&error, attempts.count(), Duration::ZERO);
            }
        }
    }
}

/// One attempt: a token, a permit, and the request. In this order, since a permit is for a request that is ready to
/// leave: a token that does not come must not hold up other calls in the queue.
async fn once<S: Steps>(
    steps: &S,
    limits: &Limits,
    left: &mut Left,
    lane: &Lane,
    attempts: &Attempts,
) -> Result<RunReply> {
    let mut token = token_for(steps, limits, left).await?;
    let (mut permit, waited) = permit(steps, left, lane, attempts).await?;
    if waited >= LONG_WAIT {
        if let Some(newer) = steps.token_at_hand() {
            token = newer;
        } else {
            // Only once: a token that expires too soon to be cached would not be at hand the next time either.
            drop(permit);
            token = token_for(steps, limits, left).await?;
            (permit, _) = self::permit(steps, left, lane, attempts).await?;
        }
    }
    let end = {
        let attempt = pin!(steps.attempt(token, permit));
        within(limits, left, attempt).await
    };
    // A dropped attempt has recorded how far it got, before this error is made.
    end.unwrap_or_else(|limit| Err(attempts.timed_out(limit)))
}

async fn token_for<S: Steps>(steps: &S, limits: &Limits, left: &mut Left) -> Result<S::Token> {
    if let Some(token) = steps.token_at_hand() {
        return Ok(token);
    }
    let begun_at = Instant::now();
    let fetch = pin!(steps.token());
    let token = within(limits, left, fetch)
        .await
        .unwrap_or_else(|limit| Err(steps.no_token_within(limit)))?;
    left.spend_since(begun_at);
    Ok(token)
}

/// A permit, and how long the call waited for it.
async fn permit(
    steps: &impl Steps,
    left: &mut Left,
    lane: &Lane,
    attempts: &Attempts,
) -> Result<(Permit, Duration)> {
    if let Some(permit) = lane.at_once() {
        steps.queued(Duration::ZERO);
        return Ok((permit, Duration::ZERO));
    }
    let queued_at = Instant::now();
    let (limit, limit_name) = left.queue(lane.patience());
    let queues = steps.queues();
    let permit = lane.acquire(limit, limit_name).await?;
    drop(queues);
    let waited = queued_at.elapsed();
    steps.queued(waited);
    left.queue = left.queue.saturating_sub(waited);
    attempts.queued(waited);
    Ok((permit, waited))
}

/// Runs a step within the timeout; the error is the limit that was reached. A failed step uses up some of the timeout.
///
/// The caller pins the step: passed by value, it would take its room in this future a second time, and the whole future
/// of each call is copied to the heap.
async fn within<T>(
    limits: &Limits,
    left: &mut Left,
    step: Pin<&mut impl Future<Output = Result<T>>>,
) -> Result<Result<T>, Duration> {
    let begun_at = Instant::now();
    let time = left.time.min(left.until_deadline());
    let is_deadline = time < left.time;
    let end = timeout(time, step)
        .await
        .map_err(|_| limits.reached(is_deadline));
    if !matches!(end, Ok(Ok(_))) {
        left.spend_since(begun_at);
    }
    end
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use super::*;
    use crate::error::{ErrorKind, Stage};
    use crate::execution::{Outcome, Status};
    use crate::quota::Quota;

    const SECOND: Duration = Duration::from_secs(1);

    /// Attempts with scripted ends, and pauses that are recorded instead of slept.
    struct Scripted {
        ends: Mutex<VecDeque<Result<RunReply>>>,
        pauses: Mutex<Vec<Duration>>,
    }

    impl Steps for Scripted {
        type Token = ();

        fn token_at_hand(&self) -> Option<()> {
            Some(())
        }

        async fn token(&self) -> Result<()> {
            Ok(())
        }

        async fn attempt(&self, (): (), mut permit: Permit) -> Result<RunReply> {
            permit.departed();
            self.ends.lock().unwrap().pop_front().unwrap()
        }

        async fn sleep(&self, pause: Duration) {
            self.pauses.lock().unwrap().push(pause);
        }

        fn jitter(&self) -> f64 {
            1.0
        }
    }

    const RAN: Result<RunReply> = Ok(RunReply {
        execution_id: String::new(),
        status: Status::End,
        outcome: Outcome::Ran,
        out_params: String::new(),
        log_id: None,
    });

    fn failed(kind: ErrorKind) -> Result<RunReply> {
        Err(Error::plain(kind, "").at(Stage::Execute))
    }

    /// The end, the pauses, and how many scripted attempts are left.
    async fn run(
        ends: impl IntoIterator<Item = Result<RunReply>>,
        timeout: Duration,
    ) -> (Result<RunReply>, Vec<Duration>, usize) {
        let steps = Scripted {
            ends: Mutex::new(ends.into_iter().collect()),
            pauses: Mutex::default(),
        };
        let limits = Limits {
            timeout,
            queue_limit: 10 * SECOND,
            deadline: None,
        };
        let policy = RetryPolicy::default().backoff(SECOND, 10 * SECOND);
        let end = super::run(
            &steps,
            &limits,
            &policy,
            &Quota::UNLIMITED.lane(),
            &Attempts::default(),
            &CallSpan::none(),
        )
        .await;
        let left = steps.ends.lock().unwrap().len();
        (end, steps.pauses.into_inner().unwrap(), left)
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_fare_better_is_sent_again_after_a_growing_pause() {
        let ends = [
            failed(ErrorKind::Gateway),
            failed(ErrorKind::Connect),
            RAN,
            RAN,
        ];
        let (end, pauses, left) = run(ends, 30 * SECOND).await;
        assert!(end.is_ok());
        assert_eq!((pauses, left), (vec![SECOND, 2 * SECOND], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_flow_says_is_the_end() {
        let (end, pauses, left) = run([failed(ErrorKind::Flow), RAN], 30 * SECOND).await;
        assert_eq!(end.err().unwrap().kind(), ErrorKind::Flow);
        assert_eq!((pauses, left), (vec![], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_would_outlast_the_timeout_is_not_begun() {
        let ends = [failed(ErrorKind::Gateway), failed(ErrorKind::Gateway), RAN];
        let (end, pauses, left) = run(ends, 3 * SECOND).await;
        assert_eq!(end.err().unwrap().kind(), ErrorKind::Gateway);
        assert_eq!((pauses, left), (vec![SECOND], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_beyond_the_queue_limit_is_not_waited_for() {
        let limited = |reset| {
            failed(ErrorKind::RateLimited)
                .map_err(|error| error.with(|context| context.retry_after = Some(reset)))
        };
        let begun = Instant::now();
        let (end, pauses, _) = run([limited(4 * SECOND), RAN], 30 * SECOND).await;
        assert!(end.is_ok());
        assert_eq!((begun.elapsed(), pauses), (4 * SECOND, vec![]));

        let begun = Instant::now();
        let (end, _, left) = run([limited(4 * SECOND), limited(7 * SECOND), RAN], SECOND).await;
        assert_eq!(end.err().unwrap().kind(), ErrorKind::RateLimited);
        assert_eq!((begun.elapsed(), left), (4 * SECOND, 1));
    }

    /// The token at hand at each look, and the tokens that were sent.
    struct Tokens {
        at_hand: Mutex<VecDeque<Option<usize>>>,
        fetched: Mutex<usize>,
        sent: Mutex<Vec<usize>>,
    }

    impl Steps for Tokens {
        type Token = usize;

        fn token_at_hand(&self) -> Option<usize> {
            self.at_hand.lock().unwrap().pop_front().flatten()
        }

        async fn token(&self) -> Result<usize> {
            let mut fetched = self.fetched.lock().unwrap();
            *fetched += 1;
            Ok(100 + *fetched)
        }

        async fn attempt(&self, token: usize, mut permit: Permit) -> Result<RunReply> {
            permit.departed();
            self.sent.lock().unwrap().push(token);
            RAN
        }

        async fn sleep(&self, _: Duration) {}

        fn jitter(&self) -> f64 {
            1.0
        }
    }

    /// The token that is sent after a wait for the one permit there is.
    async fn sent_after(wait: Duration, at_hand: [Option<usize>; 2]) -> usize {
        let steps = Tokens {
            at_hand: Mutex::new(at_hand.into()),
            fetched: Mutex::default(),
            sent: Mutex::default(),
        };
        let limits = Limits {
            timeout: SECOND,
            queue_limit: 100 * SECOND,
            deadline: None,
        };
        let lane = Quota::new(1, 60 * SECOND).lane();
        let taken = lane.acquire(SECOND, "queue_limit").await.unwrap();
        let gives_back = tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            drop(taken);
        });
        let (attempts, span) = (Attempts::default(), CallSpan::none());
        let policy = RetryPolicy::NEVER;
        let end = super::run(&steps, &limits, &policy, &lane, &attempts, &span).await;
        assert!(end.is_ok());
        gives_back.await.unwrap();
        let sent = steps.sent.into_inner().unwrap();
        assert_eq!(sent.len(), 1);
        sent[0]
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_long_wait_the_token_is_looked_at_again() {
        assert_eq!(sent_after(SECOND / 2, [Some(1), Some(2)]).await, 1);
        assert_eq!(sent_after(5 * SECOND, [Some(1), Some(2)]).await, 2);
        assert_eq!(
            sent_after(5 * SECOND, [Some(1), None]).await,
            101,
            "fetched"
        );
        // one that is never cached is fetched twice, and no more
        assert_eq!(sent_after(5 * SECOND, [None, None]).await, 102);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_does_not_come_takes_no_permit() {
        struct Never;

        impl Steps for Never {
            type Token = ();

            fn token_at_hand(&self) -> Option<()> {
                None
            }

            async fn token(&self) -> Result<()> {
                std::future::pending().await
            }

            async fn attempt(&self, (): (), _: Permit) -> Result<RunReply> {
                RAN
            }

            async fn sleep(&self, _: Duration) {}

            fn jitter(&self) -> f64 {
                1.0
            }
        }

        let limits = Limits {
            timeout: 8 * SECOND,
            queue_limit: SECOND,
            deadline: None,
        };
        let lane = Quota::new(1, 60 * SECOND).lane();
        let (attempts, span) = (Attempts::default(), CallSpan::none());
        let policy = RetryPolicy::default();
        let call = super::run(&Never, &limits, &policy, &lane, &attempts, &span);
        let other = async {
            tokio::time::sleep(SECOND).await;
            lane.at_once().is_some()
        };
        let begun = Instant::now();
        let (end, is_free) = tokio::join!(call, other);
        assert!(is_free);
        let error = end.err().unwrap();
        assert_eq!(
            (error.kind(), error.stage()),
            (ErrorKind::Timeout, Some(Stage::Token))
        );
        assert_eq!(begun.elapsed(), 8 * SECOND);
    }
}
