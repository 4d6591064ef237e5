//! The emulator as its users hold it.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use apaas_flow_runtime::{Client, Emulated, Error, ErrorKind, Result};
use serde_json::Value;

use crate::builder::Builder;
use crate::chaos::Chaos;
use crate::failure::Failure;
use crate::fault::{Endpoint, Fault, Injected};
use crate::flows::{self, Fixed, Raw};
use crate::ledger::{ExecutionRecord, RequestRecord};
use crate::outputs;
use crate::platform::Platform;
use crate::quota::Quota;
use crate::server::Server;
use crate::typed::{self, Typed};

/// The platform on loopback. It answers from a thread of its own until it is dropped.
///
/// Dropping it stops the server, waits up to a second for handlers that still run, and frees the port. When a handler
/// has panicked, or has returned outputs that cannot be written, **dropping panics** with the flow's name, so that an
/// assertion that failed inside a handler fails the test.
///
/// ```
/// use apaas_flow_emulator::{Emulator, Failure};
/// use serde_json::json;
///
/// # fn main() -> apaas_flow_runtime::Result<()> {
/// let emulator = Emulator::start_blocking()?;
/// emulator.on_raw("package_x__c", "flow_y", |params| {
///     if params["variable_order"].is_null() {
///         return Err(Failure::new("no_order", "which order?"));
///     }
///     Ok(json!({"variable_total": "128.50"}))
/// });
/// println!("point a client at {}", emulator.url());
/// assert!(emulator.executions().is_empty());
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    // taken before the rest is dropped: no handler runs once the broken ones are counted
    server: Option<Server>,
    platform: Arc<Platform>,
    client: Client,
    address: SocketAddr,
    url: String,
}

impl Emulator {
    pub(crate) fn new(server: Server, platform: Arc<Platform>) -> Result<Self> {
        let address = server.address;
        let url = format!("http://{}", reachable(address));
        let client = typed::client(&url, platform.credentials.as_ref())?;
        Ok(Self {
            server: Some(server),
            platform,
            client,
            address,
            url,
        })
    }

    /// Starts an emulator on a free port of 127.0.0.1.
    ///
    /// ```
    /// # async fn test() -> apaas_flow_runtime::Result<()> {
    /// let emulator = apaas_flow_emulator::Emulator::start().await?;
    /// let client = emulator.client();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The system has no port or no thread to give.
    pub async fn start() -> Result<Self> {
        Self::builder().start().await
    }

    /// Starts an emulator on a free port of 127.0.0.1, for programs without async.
    ///
    /// # Errors
    /// The system has no port or no thread to give.
    pub fn start_blocking() -> Result<Self> {
        Self::builder().start_blocking()
    }

    /// Chooses host, port, credentials and more before the start.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Answers a flow in its own types, which `#[apaas_flow(..., emulate)]` makes possible.
    ///
    /// The flow is named by `F`; a later handler of the same flow takes the place of an earlier one. Handlers may
    /// block, and several may run at once.
    ///
    /// ```
    /// # use apaas_flow_emulator::{Emulator, Failure};
    /// # use apaas_flow_runtime::{Emulated, Flow, Outputs, Params, Result};
    /// # struct Discount { order: i64 }
    /// # struct DiscountOutput { total: String }
    /// # impl Flow for Discount {
    /// #     const NAMESPACE: &'static str = "package_x__c";
    /// #     const FLOW_ID: &'static str = "flow_y";
    /// #     type Output = DiscountOutput;
    /// #     fn write_params(&self, to: &mut Params) -> Result<()> {
    /// #         to.field("variable_order", &self.order)
    /// #     }
    /// #     fn read_outputs(from: &mut Outputs<'_>) -> Result<DiscountOutput> {
    /// #         Ok(DiscountOutput { total: from.take("variable_total")? })
    /// #     }
    /// # }
    /// # impl Emulated for Discount {
    /// #     fn read_params(from: &mut Outputs<'_>) -> Result<Self> {
    /// #         Ok(Discount { order: from.take("variable_order")? })
    /// #     }
    /// #     fn write_outputs(output: &DiscountOutput, to: &mut Params) -> Result<()> {
    /// #         to.field("variable_total", &output.total)
    /// #     }
    /// # }
    /// # async fn test() -> Result<()> {
    /// let emulator = Emulator::start().await?;
    /// emulator.on::<Discount>(|input| {
    ///     if input.order == 0 {
    ///         return Err(Failure::new("no_order", "which order?"));
    ///     }
    ///     Ok(DiscountOutput { total: "128.50".to_owned() })
    /// });
    /// let run = emulator.client().execute(&Discount { order: 4711 }).await?;
    /// assert_eq!(run.output.total, "128.50");
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test()).unwrap();
    /// ```
    pub fn on<F: Emulated + 'static>(
        &self,
        handler: impl Fn(F) -> Result<F::Output, Failure> + Send + Sync + 'static,
    ) {
        let typed = Typed::<F, _>::new(handler);
        self.platform
            .flows
            .register(Typed::<F, ()>::flow(), Arc::new(typed));
    }

    /// Answers a flow in JSON: a JSON object of `{api name: value}` in, another one out.
    ///
    /// A [`Value`] holds numbers as `i64`, `u64` or `f64`: 1.10 becomes 1.1, and an integer that is too long for them is
    /// rounded. [`on`](Self::on) and [`on_file`](Self::on_file) leave them as they were written.
    ///
    /// ```
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// # let emulator = Emulator::start_blocking()?;
    /// emulator.on_raw("package_x__c", "flow_y", |params| {
    ///     Ok(serde_json::json!({"variable_seen": params["variable_order"]}))
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_raw(
        &self,
        namespace: &str,
        flow_id: &str,
        handler: impl Fn(Value) -> Result<Value, Failure> + Send + Sync + 'static,
    ) {
        self.platform
            .flows
            .register(flows::name(namespace, flow_id), Arc::new(Raw(handler)));
    }

    /// Answers a flow with the outputs in a file, a JSON object of `{api name: value}`, each as it is written there.
    /// The file is read once, now. The program's `--flow` does the same.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// # let emulator = Emulator::start_blocking()?;
    /// emulator.on_file("package_x__c", "flow_y", "tests/outputs.json")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The file cannot be read, or holds something else; the message says where.
    pub fn on_file(&self, namespace: &str, flow_id: &str, file: impl AsRef<Path>) -> Result<()> {
        let outputs = outputs::read(file.as_ref())
            .map_err(|message| Error::new(ErrorKind::Config, message))?;
        self.platform
            .flows
            .register(flows::name(namespace, flow_id), Arc::new(Fixed(outputs)));
        Ok(())
    }

    /// The flows that are answered, by a handler or from a contract, as `NAMESPACE/FLOW_ID` in alphabetical order.
    ///
    /// ```
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// # let emulator = Emulator::start_blocking()?;
    /// emulator.on_raw("package_x__c", "flow_y", Ok);
    /// assert_eq!(emulator.flows(), ["package_x__c/flow_y"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn flows(&self) -> Vec<String> {
        self.platform.flows.names()
    }

    /// A client of this emulator, with an operator and with credentials that are good here. All such clients are clones of
    /// one. It keeps to no quota of its own, so that a test of many calls need not wait.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Where a client reaches the emulator, such as `http://127.0.0.1:54321`: the `base_url`, or `domain`, of any client.
    #[doc(alias = "base_url")]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that the emulator listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the next execute request go wrong, or the next few with [`times`](Injected::times). The fault that was
    /// injected first is met first; a request that the [quota](Builder::quota) refuses leaves it to the others.
    ///
    /// ```
    /// use apaas_flow_emulator::{Emulator, Fault};
    ///
    /// # fn main() -> apaas_flow_runtime::Result<()> {
    /// let emulator = Emulator::start_blocking()?;
    /// emulator.inject(Fault::RateLimited { reset: 1.0 }).times(2);
    /// emulator.inject(Fault::Gateway { http_status: 504, after: true });
    /// assert_eq!(emulator.pending_faults(), 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// When the fault cannot happen: a `reset` that is no number of seconds, an HTTP status that is none, a location that
    /// no header can carry.
    #[track_caller]
    pub fn inject(&self, fault: Fault) -> Injected<'_> {
        self.platform.faults.inject(Endpoint::Execute, fault)
    }

    /// Makes the next request of a token go wrong, as [`inject`](Self::inject) does with execute requests.
    ///
    /// # Panics
    /// As [`inject`](Self::inject) does, and for a [`Fault::Status`], since a reply of this endpoint has none.
    #[track_caller]
    pub fn inject_token(&self, fault: Fault) -> Injected<'_> {
        self.platform.faults.inject(Endpoint::Token, fault)
    }

    /// How many injected faults no request has met yet, of both endpoints.
    pub fn pending_faults(&self) -> usize {
        self.platform.faults.pending()
    }

    /// How many requests have met a fault, injected or drawn, of both endpoints.
    pub fn faults_met(&self) -> usize {
        self.platform.faults.met()
    }

    /// Forgets the injected faults that no request has met yet. [Chaos](Self::chaos) goes on: a rate of 0 ends it.
    pub fn clear_faults(&self) {
        self.platform.faults.clear();
    }

    /// From now on, each execute request goes wrong with this probability, and each request of a token with half of it.
    /// 0 or less, and what is no number, switches it off; more than 1 is as 1, which spares no execute request.
    ///
    /// Which requests meet a fault, and which one, depends on the seed and on the request's number alone, counted from
    /// this call on: concurrent requests change places, the draws do not. All kinds that end by themselves are equally
    /// likely, half of those that have an `after` with it; a [`Fault::RateLimited`] lasts 10 to 50 ms, a [`Fault::Slow`]
    /// up to 20 ms, a [`Fault::Redirect`] leads to a closed port of this machine. [`Fault::Silent`] and
    /// [`Fault::Endless`], which only a client's own limits end, are never drawn: inject them. An injected fault goes first.
    pub fn chaos(&self, seed: u64, rate: f64) {
        self.platform.faults.chaos(Chaos::new(seed, rate));
    }

    /// The flows that really ran, in the order they began, also where the reply was lost. What was refused before it ran
    /// is not among them: see [`requests`](Self::requests). Empty when the emulator [keeps](Builder::keep) counts only.
    pub fn executions(&self) -> Vec<ExecutionRecord> {
        self.platform.ledger.executions()
    }

    /// How many flows really ran, with and without a key.
    pub fn runs(&self) -> usize {
        self.platform.ledger.runs()
    }

    /// How many flows really ran under this idempotency key. As on the platform a used key is refused, so that more than
    /// one is a defect of the emulator itself.
    pub fn runs_of(&self, idempotency_key: &str) -> usize {
        self.platform.ledger.runs_of(idempotency_key)
    }

    /// All requests that were answered, in the order of their answers, the refused ones and those with a fault included.
    /// Empty when the emulator [keeps](Builder::keep) counts only.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.platform.ledger.requests()
    }

    /// How many requests have reached the execute endpoint, the refused ones included.
    pub fn execute_requests(&self) -> usize {
        self.platform.ledger.execute_requests()
    }

    /// How many requests have reached the token endpoint, the refused ones included.
    pub fn token_requests(&self) -> usize {
        self.platform.tokens.requests()
    }

    /// How many execute requests the [quota](Builder::quota) has refused; an injected [`Fault::RateLimited`] is not among them.
    pub fn rate_limited(&self) -> usize {
        self.platform.quota.as_ref().map_or(0, Quota::refused)
    }

    /// Pushes the emulator's clock forward, so that tokens age and the quota's places come free without a sleep. A
    /// client's own clock does not follow: to it, the token then looks good for longer than it is.
    pub fn advance(&self, by: Duration) {
        self.platform.clock.advance(by);
    }

    /// Makes every token invalid that was issued so far: the next call that uses one is answered with 99991663.
    pub fn expire_tokens(&self) {
        self.platform.tokens.expire_all();
    }
}

/// Where a program on this machine reaches a server that listens on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.take();
        let broken = self.platform.take_broken();
        if broken.is_empty() || thread::panicking() {
            return;
        }
        #[expect(
            clippy::panic,
            reason = "the test's own assertion, which failed on another thread, is raised again on the test's"
        )]
        {
            panic!("{}", broken.join("; "));
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
