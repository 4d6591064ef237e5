//! What a client is doing, and what it has done: numbers to poll.

mod counters;
#[cfg(feature = "metrics")]
pub mod metrics;

use std::time::Duration;

pub(crate) use counters::{Counters, FlowCounters, FlowLabel, Present};

use crate::execution::Outcome;

/// What a client is doing, and what it has done since it was built. From [`Client::stats`](crate::Client::stats).
///
/// The numbers are those of the client, of its clones, and of the clients that
/// [take a share](crate::Client::with_share_of_quota) of its quota, all together. Each is right by itself; they are not
/// all read at the same instant. With the feature `metrics` the same numbers, and more, go to your monitoring: see
/// the module `apaas_flow::metrics`.
///
/// ```
/// # use apaas_flow::Client;
/// let client = Client::new("cli_a1b2", "secret")?;
/// let stats = client.stats();
/// assert_eq!((stats.queued, stats.in_flight, stats.window.used), (0, 0, 0));
/// assert_eq!(stats.window.limit, 100);
/// assert_eq!(stats.calls.total(), 0);
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientStats {
    /// Calls that wait for the quota.
    pub queued: usize,
    /// Requests on their way: being sent, or waiting for the reply.
    pub in_flight: usize,
    /// The quota. Every client that has a clone of the [`Quota`](crate::Quota) counts in it.
    pub window: WindowStats,
    /// How long no call leaves, since the platform asked for a pause that this process knows of.
    pub paused_for: Option<Duration>,
    /// How long until the token expires. None while there is no token, or if its expiry is not known.
    pub token_expires_in: Option<Duration>,
    /// Calls that have ended.
    pub calls: CallCounts,
    /// Requests that were made to execute a flow: one for each call, and one more for each retry.
    pub attempts: u64,
    /// Attempts that were refused as rate limited.
    pub rate_limited: u64,
    /// Tokens that were asked of the platform, or of your [`TokenSource`](crate::TokenSource).
    pub token_fetches: u64,
    /// How many of those failed.
    pub token_fetches_failed: u64,
}

/// How much of a quota is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowStats {
    /// Requests that count at present. Of a [shared](crate::Quota::shared) quota, those of this process.
    pub used: usize,
    /// At most this many, over all processes; `usize::MAX` without a limit.
    pub limit: usize,
    /// In any window of this length.
    pub period: Duration,
}

/// How many calls ended in which way. A call that was refused before anything was sent did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CallCounts {
    /// [`Outcome::Ran`]; those whose outputs did not fit are in [`undecodable`](Self::undecodable), too.
    pub ran: u64,
    /// [`Outcome::DidNotRun`]
    pub did_not_run: u64,
    /// [`Outcome::MayHaveRun`]
    pub may_have_run: u64,
    /// [`Outcome::Failed`], but for outputs that did not fit.
    pub failed: u64,
    /// [`Outcome::UnderWay`]
    pub under_way: u64,
    /// Calls of any of these ends whose future was dropped before, so that nobody saw it.
    pub dropped: u64,
    /// Calls that ran and whose outputs did not fit the struct: [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    pub undecodable: u64,
}

impl CallCounts {
    /// All calls that have ended.
    pub fn total(&self) -> u64 {
        self.ran + self.did_not_run + self.may_have_run + self.failed + self.under_way
    }

    /// Those that ended in this way.
    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Ran => self.ran,
            Outcome::DidNotRun => self.did_not_run,
            Outcome::MayHaveRun => self.may_have_run,
            Outcome::Failed => self.failed,
            Outcome::UnderWay => self.under_way,
        }
    }
}
