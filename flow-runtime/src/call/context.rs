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
    pub(crate) operator: Option<Operator>,
    pub(crate) timeout: Duration,
    pub(crate) queue_limit: Duration,
    pub(crate) lane: Lane,
    pub(crate) retry: RetryPolicy,
    #[cfg(feature = "contracts")]
    pub(crate) recorder: Option<crate::contract::Recorder>,
}
