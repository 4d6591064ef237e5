//! How an emulator starts, and what can be set before.

use std::fmt;
use std::future::ready;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use apaas_flow_runtime::Result;

use crate::emulator::Emulator;
use crate::error;
use crate::handler::contract::ContractHandler;
use crate::handler::contract_folder;
use crate::http::server::Server;
use crate::state::chaos::Chaos;
use crate::state::credentials::Credentials;
use crate::state::ledger::Ledger;
#[cfg(feature = "cli")]
use crate::state::page::Page;
use crate::state::quota::Quota;
use crate::state::retention::Retention;
use crate::state::tokens::{LIFETIME, Tokens};
use crate::state::{Log, State};

impl Emulator {
    /// Starts an emulator on any free port of 127.0.0.1. It works under any executor; see [`Builder::start`].
    ///
    /// ```
    /// # async fn test() -> apaas_flow::Result<()> {
    /// let emulator = apaas_flow_emulator::Emulator::start().await?;
    /// let client = emulator.client();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The system has no port or no thread left.
    pub fn start() -> impl Future<Output = Result<Self>> + Send {
        Self::builder().start()
    }

    /// Starts an emulator on any free port of 127.0.0.1, without async.
    ///
    /// # Errors
    /// The system has no port or no thread left.
    pub fn start_blocking() -> Result<Self> {
        Self::builder().start_blocking()
    }

    /// Sets host, port, credentials and more before the start.
    pub fn builder() -> Builder {
        Builder::new()
    }
}

/// An emulator before it starts, from [`Emulator::builder`].
///
/// ```
/// use apaas_flow_emulator::Emulator;
///
/// # fn main() -> apaas_flow::Result<()> {
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
    retention: Retention,
    log: Option<Log>,
    #[cfg(feature = "cli")]
    page: bool,
}

impl Builder {
    fn new() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            credentials: None,
            token_lifetime: LIFETIME,
            quota: None,
            chaos: None,
            contracts: Vec::new(),
            retention: Retention::default(),
            log: None,
            #[cfg(feature = "cli")]
            page: false,
        }
    }

    /// The address to listen on, `127.0.0.1` by default; `0.0.0.0` to be reached from other machines and containers.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port to listen on; by default, or with 0, any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The only app that gets a token. By default, any id and secret are accepted if they are not empty.
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

    /// How long a token lives; by default two hours, as on the platform.
    ///
    /// Whatever the lifetime, a token with less than 30 minutes left is not issued again.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// At most `calls` execute requests per app in any window of `period`; by default, any number.
    ///
    /// The window slides, over the arrivals of requests with a valid token. A request over the quota is answered with HTTP
    /// 429 and 99991400, and with the seconds to wait in `x-ogw-ratelimit-reset`; it does not count itself.
    /// [`Emulator::rate_limited`] counts these requests, and [`Emulator::advance`] makes the time pass. With 0 calls every
    /// request is refused; a period of zero, which would limit nothing, is an error at the start.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow::Result<()> {
    /// let like_the_platform = Emulator::builder().quota(100, Duration::from_secs(60)).start_blocking()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn quota(mut self, calls: usize, period: Duration) -> Self {
        self.quota = Some(Quota::new(calls, period));
        self
    }

    /// Makes requests go wrong at random from the start, see [`Emulator::chaos`].
    pub fn chaos(mut self, seed: u64, rate: f64) -> Self {
        self.chaos = Chaos::new(seed, rate);
        self
    }

    /// Answers every flow that has a contract, a file `NAMESPACE/FLOW_ID.json` in this folder. A relative folder is found
    /// from the current directory: in a test, that of its package. Call it again for more folders. The program's
    /// `--contracts` does the same.
    ///
    /// A run succeeds, and gives each output of the contract, also the optional ones, a value of its type:
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
    /// | `any` | `"1"` (also for an output without a type) |
    ///
    /// These are the flow engine's own forms. With `"several": true` there is a list of one such value, and without it a
    /// single one; an `array` and an `object` are empty. `_flowExecutionID` is the execution id, unless its type excludes
    /// integers. For other values, or a failure, register a handler: [`on`](Emulator::on) and the others replace the
    /// contract, including the check of inputs.
    ///
    /// If the contract has `inputs`, parameters that do not match are refused before anything runs: an unknown one with
    /// `k_wf_ec_2001001`, unless the contract is `partial`, and a missing `required` one with `k_wf_ec_2001002`. That the
    /// platform does the same here is a guess. Types are not checked, and `null` is not missing.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # async fn test() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::builder().contracts("flows").start().await?;
    /// println!("answers {:?}", emulator.flows());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The files are read once, at the start. Files that do not end in `.json`, and names that begin with a dot, are ignored.
    pub fn contracts(mut self, folder: impl AsRef<Path>) -> Self {
        self.contracts.push(folder.as_ref().to_owned());
        self
    }

    /// How much the emulator remembers of requests and runs; by default, everything.
    ///
    /// ```
    /// use apaas_flow_emulator::{Emulator, Retention};
    ///
    /// # fn main() -> apaas_flow::Result<()> {
    /// let for_a_million_runs = Emulator::builder().retention(Retention::Counts).start_blocking()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Calls `log` with a line for each request: method, path, HTTP status and outcome, without any value.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::builder().log(|line| eprintln!("{line}")).start_blocking()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Some(Box::new(log));
        self
    }

    /// Shows, at the emulator's own address, what is going on: open [`Emulator::url`] in a browser.
    ///
    /// The page lists requests and runs as they happen, with the values in them, and injects faults. It is for a person who
    /// wants to see what a program does; the program `apaas-flow-emulator` has it always. It answers to this machine's
    /// names and to IP addresses only, so that no other web page can use it.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::builder().page().start_blocking()?;
    /// println!("see {}", emulator.url());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "cli")]
    pub fn page(mut self) -> Self {
        self.page = true;
        self
    }

    /// Starts the emulator, on its own thread with its own runtime.
    ///
    /// It has started when this call returns: the future is ready at once, under any executor.
    ///
    /// # Errors
    /// The port is taken, this machine does not have the address, or the quota's period is zero. A folder of contracts
    /// does not exist or has none, or a contract is malformed: the message has a line for each mistake, with its place.
    pub fn start(self) -> impl Future<Output = Result<Emulator>> + Send {
        ready(self.start_blocking())
    }

    /// Starts the emulator, without async.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_blocking(self) -> Result<Emulator> {
        if self
            .quota
            .as_ref()
            .is_some_and(|quota| quota.period.is_zero())
        {
            return Err(error::config(
                "the quota needs a non-zero period, such as 60 s".to_owned(),
            ));
        }
        let contracts = contract_folder::read(&self.contracts).map_err(error::config)?;
        let state = State::new(
            self.credentials,
            Tokens::new(self.token_lifetime),
            Ledger::new(self.retention),
            self.quota,
            self.log,
        );
        #[cfg(feature = "cli")]
        let state = state.with_page(self.page.then(|| Page::new(self.host.clone())));
        let state = Arc::new(state);
        state.faults.set_chaos(self.chaos);
        for (flow, contract) in contracts {
            let handler = ContractHandler::new(flow.clone(), contract);
            state.flows.register(flow, Arc::new(handler));
        }
        let server = Server::start(self.host.clone(), self.port, Arc::clone(&state))
            .map_err(|error| error::cannot_listen(&self.host, self.port, &error))?;
        Emulator::new(server, state)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("contracts", &self.contracts)
            .field("token_lifetime", &self.token_lifetime)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}
