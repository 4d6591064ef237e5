//! What can be chosen before the emulator starts.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use apaas_flow_runtime::{Error, ErrorKind, Result};

use crate::chaos::Chaos;
use crate::emulator::Emulator;
use crate::ledger::{Keep, Ledger};
use crate::platform::{Log, Platform};
use crate::quota::Quota;
use crate::server::Server;
use crate::token::{self, Credentials, Tokens};
use crate::typed;

/// An emulator before it starts, from [`Emulator::builder`].
///
/// ```
/// use apaas_flow_emulator::Emulator;
///
/// # fn main() -> apaas_flow_runtime::Result<()> {
/// let emulator = Emulator::builder()
///     .app_credentials("cli_a1b2", "secret")
///     .start_blocking()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing listens before `start` or `start_blocking`"]
pub struct Builder {
    host: String,
    port: u16,
    credentials: Option<Credentials>,
    token_lifetime: Duration,
    quota: Option<Quota>,
    chaos: Option<Chaos>,
    keep: Keep,
    log: Option<Log>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            credentials: None,
            token_lifetime: token::LIFETIME,
            quota: None,
            chaos: None,
            keep: Keep::default(),
            log: None,
        }
    }

    /// The address to listen on; `127.0.0.1` unless given, and `0.0.0.0` to be reached from other machines and containers.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port to listen on; unless given, or with 0, a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The only app that is given a token. Unless given, any id and secret are good that are not empty.
    pub fn app_credentials(
        mut self,
        app_id: impl Into<String>,
        app_secret: impl Into<String>,
    ) -> Self {
        self.credentials = Some(Credentials {
            app_id: app_id.into(),
            app_secret: app_secret.into(),
        });
        self
    }

    /// How long a token lives; two hours unless given, as on the platform.
    ///
    /// Whatever it is, a token with less than 30 minutes left is not given out again.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Lets no more execute requests of an app through in any stretch of `period` than `calls`; unless given, any number.
    ///
    /// The window slides, and counts the moments at which requests with a valid token arrive. The surplus is answered
    /// with HTTP 429 and 99991400, and with the seconds until the next place is free in `x-ogw-ratelimit-reset`; it takes
    /// no place itself. [`Emulator::rate_limited`] counts it, and [`Emulator::advance`] makes the time pass. With 0 calls
    /// every request is surplus; a period of zero, which would limit nothing, is refused at the start.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// let like_the_platform = Emulator::builder().quota(100, Duration::from_secs(60)).start_blocking()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn quota(mut self, calls: usize, period: Duration) -> Self {
        self.quota = Some(Quota::new(calls, period));
        self
    }

    /// Makes requests go wrong from the start, see [`Emulator::chaos`].
    pub fn chaos(mut self, seed: u64, rate: f64) -> Self {
        self.chaos = Chaos::new(seed, rate);
        self
    }

    /// How much the emulator keeps of what it has seen and done; unless given, everything.
    ///
    /// ```
    /// use apaas_flow_emulator::{Emulator, Keep};
    ///
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// let for_a_million_runs = Emulator::builder().keep(Keep::Counts).start_blocking()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Hears a line about each request that was answered: method, path, HTTP status and what became of it, without any value.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// let emulator = Emulator::builder().log(|line| eprintln!("{line}")).start_blocking()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Some(Box::new(log));
        self
    }

    /// Starts the emulator. Needs no particular executor: it has a thread and a runtime of its own.
    ///
    /// # Errors
    /// The port is taken, the address is not one of this machine, or the quota's period is zero.
    #[expect(
        clippy::unused_async,
        reason = "listening takes microseconds today; callers should not have to change on the day it does not"
    )]
    pub async fn start(self) -> Result<Emulator> {
        self.start_blocking()
    }

    /// Starts the emulator, for programs without async.
    ///
    /// # Errors
    /// The port is taken, the address is not one of this machine, or the quota's period is zero.
    pub fn start_blocking(self) -> Result<Emulator> {
        if self
            .quota
            .as_ref()
            .is_some_and(|quota| quota.period.is_zero())
        {
            return Err(Error::new(
                ErrorKind::Config,
                "the quota's period is zero, which limits nothing; give the time that the calls are for, such as 60 s",
            ));
        }
        let platform = Arc::new(Platform::new(
            self.credentials,
            Tokens::new(self.token_lifetime),
            Ledger::new(self.keep),
            self.quota,
            self.log,
        ));
        platform.faults.chaos(self.chaos);
        let server = Server::start(self.host.clone(), self.port, Arc::clone(&platform))
            .map_err(|error| typed::not_started(&self.host, self.port, &error))?;
        Emulator::new(server, platform)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("token_lifetime", &self.token_lifetime)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
