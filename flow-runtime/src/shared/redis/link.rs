//! The connection to Redis, on a thread of its own.
//!
//! A connection belongs to the runtime that opened it, and stands still when that does; no caller's runtime is used. A
//! connection on which something went wrong, or was not answered in time, is given up, and the next question opens
//! another.

use std::fmt;
use std::future::Future;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, RedisError, RedisResult};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::error::foreign::{SENTENCE, one_line};
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::transport::process::UsedIn;
use crate::transport::runtime::ProcessRuntime;

static RUNTIME: ProcessRuntime = ProcessRuntime::new("apaas-flow-redis", || {});

/// Whoever asks waits for as long as it likes; after this, the connection is given up.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Link {
    client: Client,
    connection: Mutex<Option<Opened>>,
    used_in: UsedIn,
}

#[derive(Clone)]
struct Opened {
    connection: MultiplexedConnection,
    /// To give up this one and not its successor.
    number: Arc<()>,
}

impl Link {
    /// # Errors
    /// [`ErrorKind::Config`]: not a URL of Redis.
    pub(super) fn new(url: &str) -> Result<Self> {
        // The errors do not quote the text: it may contain a password.
        let config = |message: &str| Error::plain(ErrorKind::Config, message);
        let url = url.trim();
        let is_tls = url.starts_with("rediss:") || url.starts_with("valkeys:");
        if is_tls && !cfg!(feature = "redis-rustls") {
            return Err(config(
                "a Redis URL with TLS needs the feature `redis-rustls`",
            ));
        }
        #[cfg(feature = "redis-rustls")]
        if is_tls {
            set_crypto_provider();
        }
        let client = Client::open(url).map_err(|_| {
            config("invalid Redis URL; expected something like redis://127.0.0.1:6379")
        })?;
        Ok(Self {
            client,
            connection: Mutex::new(None),
            used_in: UsedIn::default(),
        })
    }

    /// Without user and password.
    pub(super) fn address(&self) -> String {
        match self.client.get_connection_info().addr() {
            ConnectionAddr::Tcp(host, port) => format!("redis://{host}:{port}"),
            ConnectionAddr::TcpTls { host, port, .. } => format!("rediss://{host}:{port}"),
            ConnectionAddr::Unix(path) => format!("redis+unix://{}", path.display()),
            _ => "a Redis".to_owned(),
        }
    }

    /// Asks Redis something.
    ///
    /// # Errors
    /// In words for a log: never a server's own, which may repeat what it was sent.
    pub(super) async fn run<T, F>(
        self: &Arc<Self>,
        question: impl FnOnce(MultiplexedConnection) -> F + Send + 'static,
    ) -> Result<T, BoxError>
    where
        T: Send + 'static,
        F: Future<Output = RedisResult<T>> + Send,
    {
        self.used_in.check(process::id(), "Redis store")?;
        let link = self.clone();
        let asked = RUNTIME.handle()?.spawn(async move {
            let Ok(opened) = timeout(PATIENCE, link.open()).await else {
                return Err("no connection in time".to_owned());
            };
            let opened = opened.map_err(|error| Reason(&error).to_string())?;
            match timeout(PATIENCE, question(opened.connection.clone())).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => {
                    if is_of_connection(&error) {
                        link.give_up(&opened).await;
                    }
                    Err(Reason(&error).to_string())
                }
                Err(_) => {
                    link.give_up(&opened).await;
                    Err("no answer in time".to_owned())
                }
            }
        });
        match asked.await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err("the Redis client failed".into()),
        }
    }

    /// The open connection, or a new one; whoever comes meanwhile waits for the same.
    async fn open(&self) -> RedisResult<Opened> {
        let mut slot = self.connection.lock().await;
        if let Some(opened) = &*slot {
            return Ok(opened.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let opened = Opened {
            connection,
            number: Arc::default(),
        };
        Ok(slot.insert(opened).clone())
    }

    async fn give_up(&self, opened: &Opened) {
        let mut slot = self.connection.lock().await;
        slot.take_if(|other| Arc::ptr_eq(&other.number, &opened.number));
    }
}

/// The redis crate takes rustls's provider of cryptography for the whole process, and panics where there is none, or
/// where an app has two built in without a choice. One that is set already stays.
#[cfg(feature = "redis-rustls")]
fn set_crypto_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Whether another connection may fare better: after a failover the address leads to another server, while this one
/// stays connected to what has become a replica.
fn is_of_connection(error: &RedisError) -> bool {
    error.is_unrecoverable_error()
        || error.is_io_error()
        || error.is_timeout()
        || matches!(code(error), Some("READONLY" | "MASTERDOWN" | "LOADING"))
}

/// What the server says is wrong; of Redis 5 and 6, which put it into the text of an `ERR` where a script failed, too.
fn code(error: &RedisError) -> Option<&str> {
    let code = error.code()?;
    let detail = error.detail().filter(|_| code == "ERR").unwrap_or_default();
    if detail.starts_with("max number of clients") {
        return Some("MAXCLIENTS");
    }
    let mut words = detail.split(|c: char| !c.is_ascii_uppercase());
    Some(words.find(|word| IN_SCRIPTS.contains(word)).unwrap_or(code))
}

const IN_SCRIPTS: [&str; 5] = ["READONLY", "OOM", "MISCONF", "NOREPLICAS", "MASTERDOWN"];

/// What went wrong, and the cure. Of what a server says, only the code: the rest may repeat a password or a token.
struct Reason<'a>(&'a RedisError);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        if error.is_timeout() {
            return f.write_str("no answer in time");
        }
        if let Some(code) = code(error) {
            let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
            let code: String = code.chars().filter(|c| is_plain(*c)).take(20).collect();
            return write!(f, "{} ({code})", meaning(&code));
        }
        if error.kind() == redis::ErrorKind::AuthenticationFailed {
            return f.write_str(meaning("WRONGPASS"));
        }
        if error.is_io_error() {
            // the operating system's words, not the server's
            let text = error.to_string();
            let cure = if text.contains("ertificate") {
                "; the certificate is not trusted: name a file of those that are in SSL_CERT_FILE"
            } else {
                ""
            };
            return write!(f, "no connection: {}{cure}", one_line(&text, SENTENCE));
        }
        write!(f, "Redis did not answer as expected ({:?})", error.kind())
    }
}

fn meaning(code: &str) -> &'static str {
    match code {
        "NOAUTH" => "Redis wants a password; put it into the URL: redis://:password@host:6379",
        "WRONGPASS" => "Redis refuses the user or the password",
        "NOPERM" => {
            "the Redis user lacks a permission; it needs `~apaas-flow:* +@read +@write +@scripting +@connection +time`"
        }
        "WRONGTYPE" | "POISONED" => {
            "something else is stored under our keys, `apaas-flow:*`; delete them, they are made again"
        }
        "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" | "TRYAGAIN" => {
            "this Redis is one node of a cluster; a single Redis (or a proxy of the cluster) is needed"
        }
        "READONLY" | "MASTERDOWN" => "this Redis is a replica; the primary is needed",
        "LOADING" => "Redis is starting",
        "BUSY" => "Redis is busy with another script",
        "OOM" => "Redis has no memory left",
        "MISCONF" => "Redis cannot write to its disk",
        "NOREPLICAS" => "Redis refuses writes: too few of its replicas are connected",
        "MAXCLIENTS" => "Redis is at its limit of connections (`maxclients`)",
        "ERR" => "Redis refuses a command of ours; Redis 5 or newer with scripts is needed",
        _ => "Redis answered with an error",
    }
}
