//! The environment, and the client that is made from it.

use std::env;
use std::net::SocketAddr;

use apaas_flow::shared::RedisStore;
use apaas_flow::{BoxError, Client, ClientBuilder, Quota};

/// What can be set, besides the `APAAS_*` variables of [`ClientBuilder::from_env`].
///
/// No `Debug`: Redis's URL may have a password in it.
pub struct Settings {
    /// `DESK_ADDRESS`: where to listen; 127.0.0.1:8080 unless set.
    pub address: SocketAddr,
    /// `DESK_CALLS_PER_MINUTE`: the budget of the app, all processes together; 100 unless set, which is the platform's.
    pub calls_per_minute: usize,
    /// `REDIS_URL`: where the processes share that budget, and one token. Without it each counts for itself.
    pub redis_url: Option<String>,
}

impl Settings {
    /// Reads them from the environment.
    ///
    /// # Errors
    /// One that is set and cannot be used.
    pub fn from_env() -> Result<Self, BoxError> {
        Ok(Self {
            address: variable("DESK_ADDRESS", "127.0.0.1:8080")?,
            calls_per_minute: variable("DESK_CALLS_PER_MINUTE", "100")?,
            redis_url: env::var("REDIS_URL").ok().filter(|url| !url.is_empty()),
        })
    }

    /// A client of the app that the builder names, with these settings.
    ///
    /// # Errors
    /// What the builder lacks, or an unusable URL of Redis. That Redis is away is none: until it is back, each process
    /// counts for itself.
    pub fn client(&self, app: ClientBuilder) -> apaas_flow::Result<Client> {
        let quota = Quota::per_minute(self.calls_per_minute);
        match &self.redis_url {
            None => app.quota(quota).build(),
            Some(url) => {
                let store = RedisStore::connect_lazily(url)?;
                let app = app.quota(quota.shared(store.clone()));
                app.token_store(store).build()
            }
        }
    }
}

fn variable<T>(name: &str, default: &str) -> Result<T, BoxError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = env::var(name).unwrap_or_else(|_| default.to_owned());
    let value = text.parse();
    value.map_err(|error| format!("{name}: {error}").into())
}
