//! What can be chosen before the emulator starts.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use apaas_flow_runtime::{Error, ErrorKind, Result};

use crate::chaos::Chaos;
use crate::contracts;
use crate::described::Described;
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
    contracts: Vec<PathBuf>,
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
            contracts: Vec::new(),
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

    /// Answers every flow that has a contract in this folder, a file `NAMESPACE/FLOW_ID.json` in it, as the contract
    /// describes it. A relative folder is looked for from where the program runs: for a test, its package. Several
    /// folders may be given, one after the other. The program's `--contracts` does the same.
    ///
    /// A run ends well, and gives each output of the contract, the optional ones as well, a value of its type:
    ///
    /// | type | sample |
    /// |---|---|
    /// | `text` | `"sample"` |
    /// | `string` | `"1"` (a text, a decimal, a bigint, an option ...) |
    /// | `integer` | `1` |
    /// | `number` | `1.5` |
    /// | `boolean` | `true` |
    /// | `bigint` | `"9007199254740993"` |
    /// | `decimal` | `"128.50"` |
    /// | `date` | `"2023-05-10"` |
    /// | `datetime` | `1683707400000` (milliseconds: 2023-05-10 08:30 UTC) |
    /// | `option` | `"enable"` |
    /// | `multilingual` | `[{"language_code":1033,"text":"sample"},{"language_code":2052,"text":"样例"}]` |
    /// | `lookup` | `{"_id":1767211281913907,"_name":"sample"}` |
    /// | `phone` | `{"code":"+86","key":"+86(CN)","number":"17600000000"}` |
    /// | `region` | `{"id":1736322142527502,"level":1,"regionCode":"CN","fullPath":[{"language_code":1033,"text":"China"},{"language_code":2052,"text":"中国"}]}` |
    /// | `avatar` | `{"source":"image","image":{"id":"1","mime_type":"image/png","name":"sample.png","size":14216083,"token":"sample"},"color":"#3370ff","color_id":"1","content":"sample"}` |
    /// | `attachment` | `[{"id":"1","mime_type":"image/png","name":"sample.png","size":14216083,"token":"sample"}]` |
    /// | `richtext` | `{"raw":"<p>sample</p>","preview":"sample","config":[]}` |
    /// | `array` | `[]` |
    /// | `object` | `{}` |
    /// | `any` | `"1"` (and where there is no type) |
    ///
    /// These are the flow engine's own forms. An `option` and a `lookup` are one, never several; a list or an object of
    /// which nothing else is known is empty. `_flowExecutionID` is the number of the run where its type has whole
    /// numbers. Whoever needs other values, or a failure, gives the flow a handler: [`on`](Emulator::on) and the others
    /// replace what the contract says of it, the names of its inputs included.
    ///
    /// Where the contract has `inputs`, parameters that do not fit them are refused before anything runs: one that it
    /// does not know with `k_wf_ec_2001001`, unless the contract is `partial`, and a `required` one that is missing with
    /// `k_wf_ec_2001002`. That the platform does so here is a guess. Types are not checked, and `null` is not missing.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # async fn test() -> apaas_flow_runtime::Result<()> {
    /// let emulator = Emulator::builder().contracts("flows").start().await?;
    /// println!("{:?} are answered", emulator.flows());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The files are read once, at the start. Those that do not end in `.json`, and what begins with a dot, are not.
    pub fn contracts(mut self, folder: impl AsRef<Path>) -> Self {
        self.contracts.push(folder.as_ref().to_owned());
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
    /// The port is taken, the address is not one of this machine, or the quota's period is zero. A folder of contracts
    /// that does not exist or has none; contracts that are not well formed: each mistake has a line with its place.
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
    /// As those of [`start`](Self::start).
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
        let contracts = contracts::read(&self.contracts)
            .map_err(|message| Error::new(ErrorKind::Config, message))?;
        let platform = Arc::new(Platform::new(
            self.credentials,
            Tokens::new(self.token_lifetime),
            Ledger::new(self.keep),
            self.quota,
            self.log,
        ));
        platform.faults.chaos(self.chaos);
        for (flow, contract) in contracts {
            let described = Described::new(flow.clone(), contract);
            platform.flows.register(flow, Arc::new(described));
        }
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
            .field("contracts", &self.contracts)
            .field("token_lifetime", &self.token_lifetime)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
