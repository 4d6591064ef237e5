//! The client that comes with the emulator.

use std::time::Duration;

use apaas_flow_runtime::{Client, ClientBuilder, Operator, Quota, RetryPolicy};

use crate::state::credentials::Credentials;

/// The operator of [`Emulator::client`](crate::Emulator::client), from the document's sample.
const OPERATOR: i64 = 1111;

const MIN_BACKOFF: Duration = Duration::from_millis(1);
const MAX_BACKOFF: Duration = Duration::from_millis(20);

/// A client of the emulator at `url`.
pub(crate) fn client_builder(url: &str, credentials: Option<&Credentials>) -> ClientBuilder {
    let (app_id, app_secret) = credentials.map_or(("cli_emulator", "secret"), |credentials| {
        (credentials.app_id.as_str(), credentials.app_secret.as_str())
    });
    Client::builder()
        .app_credentials(app_id, app_secret)
        .operator(Operator::id(OPERATOR))
        .base_url(url)
        .allow_plain_http(true)
        // a test does not wait for what takes time on the real platform
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::default().backoff(MIN_BACKOFF, MAX_BACKOFF))
}
