//! What to do after an attempt: give up, or send the same bytes again, and after how long.
//!
//! A pure decision: the retry loop brings the clock, the jitter and the sending.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Stage};
use crate::wire::is_stale_token;

/// How many attempts a call makes, and how long it waits between them.
///
/// All attempts of a call carry the same bytes, so the same idempotency key: the platform runs the flow once at most.
/// What is sent again: no connection (unless time alone will not help, as with an untrusted certificate), a refused token
/// (once, with a new one), the rate limit, a gateway's 5xx, 408, 421 or 425, a lost connection, a proxy's page in place
/// of a reply. What the flow itself reported never is.
///
/// The backoff doubles from the first pause to the longest. Each pause is drawn at random between half and all of it,
/// so that callers that failed together do not come back together. All this counts against the call's timeout: the call
/// fails at once if a pause would exceed it. Pauses for the rate limit are different: they last as long as the platform
/// says and count against [`queue_limit`](crate::ClientBuilder::queue_limit).
///
/// ```
/// use std::time::Duration;
/// use apaas_flow::{Client, RetryPolicy};
///
/// let client = Client::builder()
///     .app_credentials("cli_a1b2", "secret")
///     .retry(RetryPolicy::default().max_attempts(6).backoff(Duration::from_millis(200), Duration::from_secs(5)))
///     .build()?;
/// let never = Client::builder().app_credentials("cli_a1b2", "secret").retry(RetryPolicy::NEVER).build()?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    first: Duration,
    longest: Duration,
}

impl RetryPolicy {
    /// One attempt, whatever the result.
    pub const NEVER: Self = Self {
        max_attempts: 1,
        first: Duration::ZERO,
        longest: Duration::ZERO,
    };

    /// The maximum number of attempts, including the first; 4 by default. Attempts refused by the rate limit do not
    /// count, but with 1 they are not retried either.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The first and the longest pause; by default half a second and ten seconds.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// The pause after this many failures; `jitter` is between 0 and 1.
    fn pause(&self, failures: u32, jitter: f64) -> Duration {
        let doubled = self
            .first
            .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        doubled
            .min(self.longest)
            .min(FAR)
            .mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// As good as never, and still within the arithmetic of time.
const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(10),
        }
    }
}

/// How an attempt ended, as far as the decision needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptEnd {
    /// A failed or lost connection, a broken gateway: another attempt may succeed.
    Broken,
    /// Refused by the rate limit; the platform may say how long to wait.
    RateLimited(Option<Duration>),
    /// The platform no longer accepts the token.
    TokenRefused,
    /// Anything else, above all what the flow itself reported.
    Final,
}

impl AttemptEnd {
    pub(crate) fn of(error: &Error) -> Self {
        match (error.kind(), error.stage()) {
            // an untrusted certificate, a proxy that wants a password
            (ErrorKind::Connect, _) if !error.may_heal() => Self::Final,
            // The token endpoint is another than the flows': its limit is no pause for them.
            (ErrorKind::Connect | ErrorKind::Gateway, _)
            | (ErrorKind::RateLimited, Some(Stage::Token)) => Self::Broken,
            (ErrorKind::RateLimited, _) => Self::RateLimited(error.retry_after()),
            (ErrorKind::Token, Some(Stage::Execute)) if is_stale_token(error.code()) => {
                Self::TokenRefused
            }
            _ => Self::Final,
        }
    }
}

/// What has happened to a call so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RetryState {
    /// Broken attempts: not those refused by the rate limit or for their token.
    pub(crate) broken: u32,
    /// Attempts refused by the rate limit.
    pub(crate) rate_limited: u32,
    /// Whether a new token has already been fetched.
    pub(crate) renewed: bool,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    GiveUp,
    /// Send again after this long, within the call's timeout.
    BackOff(Duration),
    /// Send again with a new token.
    NewToken,
    /// Take a new permit from the quota, which is paused meanwhile, and send again.
    QueueAgain,
}

/// The pause if the platform does not say how long. It counts by the minute.
const UNKNOWN_RESET: Duration = Duration::from_secs(5);

/// The shortest pause: the platform counts arrivals, so a call sent right at a reset of zero may still be too early.
const SHORTEST_RESET: Duration = Duration::from_millis(100);

/// The longest pause: the limit is per minute, and a misread header must not stop all calls for days.
const LONGEST_RESET: Duration = Duration::from_secs(120);

impl RetryState {
    /// How long to pause the whole quota after the rate limit refused this call.
    pub(crate) fn pause(&mut self, reset: Option<Duration>) -> Duration {
        self.rate_limited = self.rate_limited.saturating_add(1);
        // If the platform keeps saying zero, back off a little more each time.
        let at_least = SHORTEST_RESET.saturating_mul(self.rate_limited);
        reset
            .unwrap_or(UNKNOWN_RESET)
            .max(at_least)
            .min(LONGEST_RESET)
    }

    /// Records the attempt and decides what to do next.
    pub(crate) fn next(
        &mut self,
        outcome: AttemptEnd,
        policy: &RetryPolicy,
        jitter: f64,
    ) -> RetryDecision {
        if policy.max_attempts == 1 {
            return RetryDecision::GiveUp;
        }
        match outcome {
            AttemptEnd::Final => RetryDecision::GiveUp,
            AttemptEnd::TokenRefused if self.renewed => RetryDecision::GiveUp,
            AttemptEnd::TokenRefused => {
                self.renewed = true;
                RetryDecision::NewToken
            }
            AttemptEnd::RateLimited(_) => RetryDecision::QueueAgain,
            AttemptEnd::Broken => {
                self.broken = self.broken.saturating_add(1);
                if self.broken < policy.max_attempts {
                    RetryDecision::BackOff(policy.pause(self.broken, jitter))
                } else {
                    RetryDecision::GiveUp
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: 4,
        first: Duration::from_millis(100),
        longest: Duration::from_millis(250),
    };

    fn decisions(outcomes: &[AttemptEnd], policy: RetryPolicy) -> Vec<RetryDecision> {
        let mut state = RetryState::default();
        outcomes
            .iter()
            .map(|outcome| state.next(*outcome, &policy, 1.0))
            .collect()
    }

    #[test]
    fn every_outcome_at_every_attempt() {
        use AttemptEnd::{Broken, Final, RateLimited, TokenRefused};
        use RetryDecision::{BackOff, GiveUp, NewToken, QueueAgain};
        let ms = Duration::from_millis;
        let reset = RateLimited(Some(ms(1500)));

        for (outcomes, expected) in [
            (vec![Final, Final], vec![GiveUp, GiveUp]),
            (
                vec![Broken; 4],
                vec![BackOff(ms(100)), BackOff(ms(200)), BackOff(ms(250)), GiveUp],
            ),
            (vec![TokenRefused, TokenRefused], vec![NewToken, GiveUp]),
            (
                vec![TokenRefused, Broken, TokenRefused],
                vec![NewToken, BackOff(ms(100)), GiveUp],
            ),
            (
                vec![Broken, TokenRefused, Broken],
                vec![BackOff(ms(100)), NewToken, BackOff(ms(200))],
            ),
            (vec![reset; 6], vec![QueueAgain; 6]),
            (vec![RateLimited(None)], vec![QueueAgain]),
            (
                vec![reset, Broken, reset, Broken],
                vec![QueueAgain, BackOff(ms(100)), QueueAgain, BackOff(ms(200))],
            ),
            (vec![Broken, Final], vec![BackOff(ms(100)), GiveUp]),
        ] {
            assert_eq!(decisions(&outcomes, POLICY), expected, "{outcomes:?}");
            assert!(
                decisions(&outcomes, RetryPolicy::NEVER)
                    .iter()
                    .all(|next| *next == GiveUp)
            );
        }
    }

    #[test]
    fn a_rate_limit_pauses_for_as_long_as_the_platform_says() {
        let ms = Duration::from_millis;
        let mut state = RetryState::default();
        assert_eq!(state.pause(Some(ms(1500))), ms(1500));
        assert_eq!(state.pause(None), UNKNOWN_RESET);
        assert_eq!(state.pause(Some(ms(0))), ms(300), "the third time in a row");
        assert_eq!(
            state.pause(Some(Duration::from_secs(1_785_000_000))),
            LONGEST_RESET
        );
    }

    #[test]
    fn jitter_is_between_half_and_all_of_the_pause() {
        assert_eq!(POLICY.pause(1, 0.0), Duration::from_millis(50));
        assert_eq!(POLICY.pause(1, 1.0), Duration::from_millis(100));
        assert_eq!(POLICY.pause(3, 0.5), Duration::from_micros(187_500));
        assert_eq!(POLICY.pause(u32::MAX, 1.0), Duration::from_millis(250));
        assert_eq!(RetryPolicy::NEVER.pause(1, 1.0), Duration::ZERO);
        let endless = RetryPolicy::default().backoff(Duration::MAX, Duration::MAX);
        assert_eq!(endless.pause(u32::MAX, 1.0), FAR);
        assert_eq!(
            POLICY.backoff(Duration::MAX, Duration::ZERO).pause(1, 0.5),
            Duration::ZERO
        );
    }

    #[test]
    fn errors_map_to_attempt_ends() {
        let at = |kind, stage| Error::plain(kind, "").with(|facts| facts.stage = Some(stage));
        for (error, expected) in [
            (at(ErrorKind::Connect, Stage::Token), AttemptEnd::Broken),
            (at(ErrorKind::Connect, Stage::Execute), AttemptEnd::Broken),
            (at(ErrorKind::Gateway, Stage::Execute), AttemptEnd::Broken),
            (at(ErrorKind::RateLimited, Stage::Token), AttemptEnd::Broken),
            (
                at(ErrorKind::RateLimited, Stage::Execute)
                    .with(|facts| facts.retry_after = Some(Duration::from_secs(1))),
                AttemptEnd::RateLimited(Some(Duration::from_secs(1))),
            ),
            (
                at(ErrorKind::Token, Stage::Execute).with(|facts| facts.code = Some(99_991_663)),
                AttemptEnd::TokenRefused,
            ),
            (
                at(ErrorKind::Token, Stage::Token).with(|facts| facts.code = Some(99_991_663)),
                AttemptEnd::Final,
            ),
            (
                at(ErrorKind::Token, Stage::Token).with(|facts| facts.code = Some(10_015)),
                AttemptEnd::Final,
            ),
        ] {
            assert_eq!(AttemptEnd::of(&error), expected, "{error:?}");
        }
        assert_eq!(
            AttemptEnd::of(&at(ErrorKind::Connect, Stage::Token).retryable(false)),
            AttemptEnd::Final
        );
        for kind in [
            ErrorKind::Config,
            ErrorKind::Encode,
            ErrorKind::Queue,
            ErrorKind::Timeout,
            ErrorKind::MonthlyQuota,
            ErrorKind::Permission,
            ErrorKind::Invalid,
            ErrorKind::Malformed,
            ErrorKind::Flow,
            ErrorKind::Unfinished,
            ErrorKind::KeyUsed,
            ErrorKind::Decode,
        ] {
            assert_eq!(
                AttemptEnd::of(&at(kind, Stage::Execute)),
                AttemptEnd::Final,
                "{kind:?}"
            );
        }
    }
}
