//! Setting up a client. `build` reports mistakes in the settings before any call.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Client;
use super::base_url::{base_url, is_loopback};
use crate::auth::{
    AppCredentials, NewSharedToken, TokenCache, TokenSource, TokenStore, UnreadReply, shared_token,
    store_key,
};
use crate::call::{Context, Endpoints, RetryPolicy, Server};
use crate::error::{Error, ErrorKind, Result};
use crate::flow::check_dynamic;
use crate::operator::Operator;
use crate::quota::Quota;
use crate::stats::Counters;
use crate::transport::http::{Customize, Http};
use crate::transport::tls::Certificates;
use crate::transport::user_code::UserCode;

/// The base URL of Feishu.
pub const FEISHU: &str = "https://open.feishu.cn";

/// The base URL of Lark. We have not verified that Lark offers the low-code platform.
pub const LARK: &str = "https://open.larksuite.com";

const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const QUEUE_LIMIT: Duration = Duration::from_secs(600);
/// The endpoint's documented limit.
const CALLS_PER_MINUTE: usize = 100;
const RESPONSE_LIMIT: usize = 16 << 20;

/// Sets up a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use apaas_flow::{Client, LARK, Operator};
///
/// let client = Client::builder()
///     .app_credentials("cli_a1b2", "secret")
///     .operator(Operator::email("ops@example.com"))
///     .base_url(LARK)
///     .namespace_alias("package_dev__c", "package_prod__c")
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    tokens: Option<Tokens>,
    pub(super) operator: Option<Operator>,
    pub(super) base_url: String,
    pub(super) allow_plain_http: bool,
    namespace_aliases: HashMap<String, String>,
    timeout: Duration,
    connect_timeout: Duration,
    queue_limit: Duration,
    quota: Quota,
    retry: RetryPolicy,
    response_limit: usize,
    token_store: Option<(Arc<dyn TokenStore>, NewSharedToken)>,
    customize: Option<Customize>,
    #[cfg(feature = "contracts")]
    contracts: Option<std::path::PathBuf>,
}

enum Tokens {
    App { id: String, secret: String },
    Source(Arc<dyn TokenSource>),
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ClientBuilder {
    /// The default settings: Feishu, 30 seconds per call, 100 calls a minute, no credentials.
    pub fn new() -> Self {
        Self {
            tokens: None,
            operator: None,
            base_url: FEISHU.to_owned(),
            allow_plain_http: false,
            namespace_aliases: HashMap::new(),
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            queue_limit: QUEUE_LIMIT,
            quota: Quota::per_minute(CALLS_PER_MINUTE),
            retry: RetryPolicy::default(),
            response_limit: RESPONSE_LIMIT,
            token_store: None,
            customize: None,
            #[cfg(feature = "contracts")]
            contracts: None,
        }
    }

    /// The id and secret of a custom (self-built) app.
    pub fn app_credentials(
        mut self,
        app_id: impl Into<String>,
        app_secret: impl Into<String>,
    ) -> Self {
        self.tokens = Some(Tokens::App {
            id: app_id.into(),
            secret: app_secret.into(),
        });
        self
    }

    /// Gets tokens from this source instead of the app's credentials: a [`StaticToken`](crate::StaticToken) or your own
    /// type.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.tokens = Some(Tokens::Source(source_of_user(Arc::new(source))));
        self
    }

    /// Stores the tokens of `app_credentials` outside this client, for example to share them among processes. By
    /// default the client keeps its token in memory only.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Some(store_of_user(Arc::new(store)));
        self
    }

    /// The user on whose behalf flows run, unless a call names another operator.
    pub fn operator(mut self, operator: Operator) -> Self {
        self.operator = Some(operator);
        self
    }

    /// The platform's address: [`FEISHU`] (the default), [`LARK`], or any other, such as your own gateway.
    ///
    /// Plain `http://` is accepted for this machine only, unless [allowed](Self::allow_plain_http).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Allows `http://` to other machines, which sends the app secret and every token unencrypted.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Sends the flows of one namespace to another: the same structs, another app. Call it once per namespace.
    pub fn namespace_alias(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.namespace_aliases.insert(from.into(), to.into());
        self
    }

    /// The timeout of a call, including the token and all attempts. 30 seconds by default.
    ///
    /// It excludes the wait for a permit from the [quota](Self::quota), which [`queue_limit`](Self::queue_limit) bounds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The timeout for connecting, within the call's timeout. 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The longest time a call may wait for the quota, including pauses that the platform asks for. Default: ten
    /// minutes.
    ///
    /// A call fails at once if the wait would exceed this.
    pub fn queue_limit(mut self, limit: Duration) -> Self {
        self.queue_limit = limit;
        self
    }

    /// The rate limit; 100 calls a minute by default. Clones of a [`Quota`] share one budget.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = quota;
        self
    }

    /// How many attempts a call makes, and how long it waits between them.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The largest reply to accept, in bytes; a larger one is an error. 16 MiB by default.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Records what replies reveal about the flows as contracts in this folder, such as `"flows"`: names and types of
    /// outputs, never values. See [`contract`](crate::contract).
    ///
    /// A relative path is resolved against the current directory when [`build`](Self::build) is called. The folder need
    /// not exist yet.
    #[cfg(feature = "contracts")]
    pub fn record_contracts(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        self.contracts = Some(folder.into());
        self
    }

    /// Customizes the underlying reqwest client, for example its proxy or certificates.
    ///
    /// Our own settings are applied afterwards: no redirects, no retries, the connect timeout. With the default TLS
    /// (rustls with ring) the TLS backend already exists at this point, so reqwest's certificate settings have no
    /// effect. They work with the features `native-tls` and `rustls-aws-lc`.
    #[cfg(feature = "unstable-reqwest")]
    pub fn http(
        mut self,
        customize: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.customize = Some(Box::new(customize));
        self
    }

    /// Builds the client. Sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Config`]: no credentials, an unusable URL, an invalid name, a zero timeout or quota, or a file
    /// where the contracts folder should be.
    pub fn build(self) -> Result<Client> {
        let url = base_url(&self.base_url, self.allow_plain_http)?;
        for (from, to) in &self.namespace_aliases {
            check_dynamic("namespace", from)?;
            check_dynamic("namespace", to)?;
        }
        if self.timeout.is_zero() || self.connect_timeout.is_zero() {
            return Err(config(
                "`timeout` and `connect_timeout` must be greater than zero",
            ));
        }
        if !self.quota.is_usable() {
            return Err(config(
                "the quota needs at least one call and a non-zero period",
            ));
        }
        #[cfg(feature = "contracts")]
        let recorder = self
            .contracts
            .as_deref()
            .map(crate::contract::Recorder::new)
            .transpose()?;
        let http = Arc::new(Http::new(
            self.connect_timeout,
            self.response_limit,
            is_loopback(&url),
            match url.scheme() {
                "https" => Certificates::Required,
                _ if is_loopback(&url) => Certificates::Unused,
                _ => Certificates::IfThereAreAny,
            },
            self.customize,
        )?);
        let app_id = match &self.tokens {
            Some(Tokens::App { id, .. }) => Some(id.clone()),
            _ => None,
        };
        let app = app_id.as_deref();
        let counters = Arc::new(Counters::new(app));
        let lane = self
            .quota
            .into_lane(url.as_str().trim_end_matches('/'), app)?;
        let (mut shared, mut unread) = (None, None);
        let source: Arc<dyn TokenSource> = match self.tokens {
            None => {
                return Err(config(
                    "no credentials; set `app_credentials` or `token_source`",
                ));
            }
            // A source has no identity to store tokens under: it would get the tokens of another source.
            Some(Tokens::Source(_)) if self.token_store.is_some() => {
                return Err(config(
                    "`token_store` works with `app_credentials` only; a `token_source` stores its own tokens",
                ));
            }
            Some(Tokens::Source(source)) => source,
            Some(Tokens::App { id, secret }) => {
                if id.trim().is_empty() || secret.trim().is_empty() {
                    return Err(config("the app id or the app secret is empty"));
                }
                shared = self.token_store.map(|(store, shared_token)| {
                    let base_url = url.as_str().trim_end_matches('/');
                    shared_token(store, store_key(base_url, &id, &secret), self.timeout)
                });
                let http = http.clone();
                let reply = unread.insert(Arc::<UnreadReply>::default()).clone();
                Arc::new(AppCredentials::new(http, &url, &id, &secret, reply))
            }
        };
        Ok(Client(Arc::new(Context {
            used_in: Arc::default(),
            thread: Arc::default(),
            tokens: TokenCache::new(source, unread, shared, self.timeout, counters.clone()),
            lane,
            queue_limit: self.queue_limit,
            retry: self.retry,
            http,
            server: Arc::new(Server {
                host: url.host_str().unwrap_or_default().to_owned(),
                port: url.port_or_known_default(),
            }),
            app_id,
            endpoints: Arc::new(Endpoints::new(
                url,
                self.namespace_aliases,
                counters.clone(),
            )),
            counters,
            operator: self.operator,
            timeout: self.timeout,
            #[cfg(feature = "contracts")]
            recorder,
        })))
    }
}

// Not in `build`, which all programs have: one without a source or a store of its own is then without this code.

fn source_of_user(source: Arc<dyn TokenSource>) -> Arc<dyn TokenSource> {
    Arc::new(UserCode::new("token source", source))
}

fn store_of_user(store: Arc<dyn TokenStore>) -> (Arc<dyn TokenStore>, NewSharedToken) {
    (Arc::new(UserCode::new("token store", store)), shared_token)
}

/// Omits the credentials.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("operator", &self.operator)
            .field("timeout", &self.timeout)
            .field("quota", &self.quota)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

pub(super) fn config(message: impl Into<String>) -> Error {
    Error::plain(ErrorKind::Config, message)
}
