//! What all calls of a client share.
//!
//! A client that takes a share of the quota has another lane, and all the rest in common with the one it came from.

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoints;
use super::retry_policy::RetryPolicy;
use super::telemetry::Server;
use crate::auth::TokenCache;
use crate::operator::Operator;
use crate::quota::Lane;
use crate::stats::{ClientStats, Counters};
use crate::transport::background::IoThread;
use crate::transport::http::Http;
use crate::transport::process::UsedIn;

#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) used_in: Arc<UsedIn>,
    pub(crate) thread: Arc<IoThread>,
    pub(crate) http: Arc<Http>,
    pub(crate) tokens: TokenCache,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) server: Arc<Server>,
    /// None with a token source.
    pub(crate) app_id: Option<String>,
    pub(crate) operator: Option<Operator>,
    pub(crate) timeout: Duration,
    pub(crate) queue_limit: Duration,
    pub(crate) lane: Lane,
    pub(crate) retry: RetryPolicy,
    pub(crate) counters: Arc<Counters>,
    #[cfg(feature = "contracts")]
    pub(crate) recorder: Option<crate::contract::Recorder>,
}

impl Context {
    pub(crate) fn stats(&self) -> ClientStats {
        let counters = &self.counters;
        let (token_fetches, token_fetches_failed) = counters.token_fetches();
        ClientStats {
            queued: counters.queued_now(),
            in_flight: counters.in_flight_now(),
            window: self.lane.window(),
            paused_for: self.lane.paused_for(),
            token_expires_in: self.tokens.expires_in(),
            calls: counters.calls(),
            attempts: counters.attempts(),
            rate_limited: counters.rate_limits(),
            token_fetches,
            token_fetches_failed,
        }
    }
}
