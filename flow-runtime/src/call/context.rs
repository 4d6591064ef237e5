//! What all calls of a client share.

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoints;
use super::retry_policy::RetryPolicy;
use super::telemetry::Server;
use crate::auth::TokenCache;
use crate::operator::Operator;
use crate::quota::RateLimiter;
use crate::transport::background::IoThread;
use crate::transport::http::Http;
use crate::transport::process::UsedIn;

pub(crate) struct Context {
    pub(crate) used_in: UsedIn,
    pub(crate) thread: IoThread,
    pub(crate) http: Arc<Http>,
    pub(crate) tokens: TokenCache,
    pub(crate) endpoints: Endpoints,
    pub(crate) server: Server,
    pub(crate) operator: Option<Operator>,
    pub(crate) timeout: Duration,
    pub(crate) queue_limit: Duration,
    pub(crate) limiter: Arc<RateLimiter>,
    pub(crate) retry: RetryPolicy,
    #[cfg(feature = "contracts")]
    pub(crate) recorder: Option<crate::contract::Recorder>,
}
