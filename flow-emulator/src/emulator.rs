//! The emulator as a test holds it.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use apaas_flow_runtime::{Client, ClientBuilder, Emulated, Result};
use serde_json::Value;

use crate::client::client_builder;
use crate::error;
use crate::handler::Handler;
use crate::handler::failure::Failure;
use crate::handler::fixed::FixedHandler;
use crate::handler::flow_name::flow_name;
use crate::handler::raw::RawHandler;
use crate::handler::typed::TypedHandler;
use crate::http::server::Server;
use crate::state::State;
use crate::state::chaos::Chaos;
use crate::state::fault::{Endpoint, Fault};
use crate::state::faults::Injected;
use crate::state::quota::Quota;
use crate::state::record::{ExecutionRecord, RequestRecord};

/// The platform on loopback. It answers from its own thread until it is dropped.
///
/// Dropping it stops the server, waits up to a second for handlers that still run, and frees the port. If a handler
/// panicked, or returned outputs that cannot be encoded, **dropping panics** with the flow's name: a failed assertion in
/// a handler fails the test.
///
/// ```
/// use apaas_flow_emulator::{Emulator, Failure};
/// use serde_json::json;
///
/// # fn main() -> apaas_flow::Result<()> {
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
    /// Taken before the rest is dropped, so that no handler runs while the broken ones are reported.
    server: Option<Server>,
    state: Arc<State>,
    client: Client,
    address: SocketAddr,
    url: String,
}

impl Emulator {
    pub(crate) fn new(server: Server, state: Arc<State>) -> Result<Self> {
        let address = server.address;
        let url = format!("http://{}", reachable(address));
        let client = client_builder(&url, state.credentials.as_ref()).build()?;
        Ok(Self {
            server: Some(server),
            state,
            client,
            address,
            url,
        })
    }

    /// Answers a flow in its own types; `#[apaas_flow(.., emulate)]` makes that possible.
    ///
    /// `F` names the flow. A flow has one handler: the last one that is registered. Handlers may block, and several can
    /// run at once.
    ///
    /// ```
    /// use apaas_flow::apaas_flow;
    /// use apaas_flow_emulator::{Emulator, Failure};
    ///
    /// #[apaas_flow(namespace = "package_x__c", flow_id = "flow_y", emulate)]
    /// struct Discount {
    ///     #[input("variable_order")]
    ///     order: i64,
    ///     #[output("variable_total")]
    ///     total: String,
    /// }
    ///
    /// # async fn test() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::start().await?;
    /// emulator.on::<Discount>(|input| {
    ///     if input.order == 0 {
    ///         return Err(Failure::new("no_order", "which order?"));
    ///     }
    ///     Ok(DiscountOutput { total: "128.50".to_owned() })
    /// });
    /// let run = Discount { order: 4711 }.execute(&emulator.client()).await?;
    /// assert_eq!(run.output.total, "128.50");
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test()).unwrap();
    /// ```
    pub fn on<F: Emulated + 'static>(
        &self,
        handler: impl Fn(F) -> Result<F::Output, Failure> + Send + Sync + 'static,
    ) {
        let handler = TypedHandler::<F, _>::new(handler);
        self.register(F::NAMESPACE, F::FLOW_ID, handler);
    }

    /// Answers a flow in JSON, from one JSON object of `{api name: value}` to another.
    ///
    /// [`Value`] holds numbers as `i64`, `u64` or `f64`: 1.10 becomes 1.1, and an integer too large for them is rounded.
    /// [`on`](Self::on) and [`on_file`](Self::on_file) keep numbers exactly as they were written.
    ///
    /// ```
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow::Result<()> {
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
        self.register(namespace, flow_id, RawHandler(handler));
    }

    /// Answers a flow with the outputs in a file, a JSON object of `{api name: value}`. Values are sent exactly as they
    /// are written there. The file is read once, now. The program's `--flow` does the same.
    ///
    /// ```no_run
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow::Result<()> {
    /// # let emulator = Emulator::start_blocking()?;
    /// emulator.on_file("package_x__c", "flow_y", "tests/outputs.json")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The file cannot be read, or is not a JSON object; the message says where.
    pub fn on_file(&self, namespace: &str, flow_id: &str, file: impl AsRef<Path>) -> Result<()> {
        let handler = FixedHandler::from_file(file.as_ref()).map_err(error::config)?;
        self.register(namespace, flow_id, handler);
        Ok(())
    }

    fn register(&self, namespace: &str, flow_id: &str, handler: impl Handler + 'static) {
        let flow = flow_name(namespace, flow_id);
        self.state.flows.register(flow, Arc::new(handler));
    }

    /// The flows that are answered, by a handler or from a contract, as `NAMESPACE/FLOW_ID` in alphabetical order.
    ///
    /// ```
    /// # use apaas_flow_emulator::Emulator;
    /// # fn main() -> apaas_flow::Result<()> {
    /// # let emulator = Emulator::start_blocking()?;
    /// emulator.on_raw("package_x__c", "flow_y", Ok);
    /// assert_eq!(emulator.flows(), ["package_x__c/flow_y"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn flows(&self) -> Vec<String> {
        self.state.flows.names()
    }

    /// A client of this emulator, with an operator and valid credentials. All of them are clones of one client, which has
    /// no quota of its own and short pauses between attempts, so that a test does not wait.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A [`client`](Self::client) before it is built, for a test that sets more: credentials, operator and address are set.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use apaas_flow::{Quota, RetryPolicy};
    /// use apaas_flow_emulator::Emulator;
    ///
    /// # fn main() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::start_blocking()?;
    /// let as_in_production = emulator
    ///     .client_builder()
    ///     .quota(Quota::per_minute(100))
    ///     .retry(RetryPolicy::default())
    ///     .timeout(Duration::from_secs(5))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        client_builder(&self.url, self.state.credentials.as_ref())
    }

    /// The address for clients, such as `http://127.0.0.1:54321`: their `base_url` or `domain`.
    #[doc(alias = "base_url")]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that the emulator listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the next execute request go wrong, or the next few with [`times`](Injected::times), or those of one flow with
    /// [`for_flow`](Injected::for_flow). Faults are met in the order of their injection. A request over the
    /// [quota](crate::Builder::quota) meets none, and leaves them to later ones.
    ///
    /// ```
    /// use apaas_flow_emulator::{Emulator, Fault};
    ///
    /// # fn main() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::start_blocking()?;
    /// emulator.inject(Fault::RateLimited { reset: 1.0 }).times(2);
    /// emulator.inject(Fault::Gateway { http_status: 504, after: true });
    /// assert_eq!(emulator.pending_faults(), 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the fault is impossible: a negative or non-finite `reset`, an HTTP status outside of 200 to 599, a location that
    /// a header cannot carry.
    #[track_caller]
    pub fn inject(&self, fault: Fault) -> Injected<'_> {
        self.state.faults.inject(Endpoint::Execute, fault)
    }

    /// Makes the next token request go wrong, as [`inject`](Self::inject) does with execute requests.
    ///
    /// # Panics
    /// As [`inject`](Self::inject), and for [`Fault::Status`], since replies of this endpoint have no status.
    #[track_caller]
    pub fn inject_token(&self, fault: Fault) -> Injected<'_> {
        self.state.faults.inject(Endpoint::Token, fault)
    }

    /// How many injected faults are still to be met, at both endpoints.
    pub fn pending_faults(&self) -> usize {
        self.state.faults.pending()
    }

    /// How many requests have met a fault, injected or drawn, at both endpoints.
    pub fn faults_met(&self) -> usize {
        self.state.faults.met()
    }

    /// Removes the injected faults that are still to be met. [Chaos](Self::chaos) goes on: a rate of 0 ends it.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// From now on, makes each execute request go wrong with this probability, and each token request with half of it.
    /// NaN and rates <= 0 disable it; a rate above 1 counts as 1, and spares no execute request.
    ///
    /// Which requests meet a fault, and which one, depends only on the seed and the request's number, counted from this
    /// call. With concurrent requests it is open which request gets which number.
    ///
    /// All faults that end by themselves are equally likely; of those with `after`, half come after the flow ran. A drawn
    /// [`Fault::RateLimited`] lasts 10 to 50 ms, a [`Fault::Slow`] up to 20 ms, and a [`Fault::Redirect`] leads to a closed
    /// port of this machine. [`Fault::Silent`] and [`Fault::Endless`], which only the client's own limits end, are never
    /// drawn: inject them. Injected faults go first.
    pub fn chaos(&self, seed: u64, rate: f64) {
        self.state.faults.set_chaos(Chaos::new(seed, rate));
    }

    /// The runs, in the order they began, including those whose reply was lost. What was refused did not run: see
    /// [`requests`](Self::requests). Empty unless [retention](crate::Builder::retention) includes records.
    pub fn executions(&self) -> Vec<ExecutionRecord> {
        self.state.ledger.executions()
    }

    /// How many runs there were, with and without an idempotency key.
    pub fn runs(&self) -> usize {
        self.state.ledger.runs()
    }

    /// How many runs there were under this idempotency key. A used key is refused, so more than one would be a bug in the
    /// emulator itself.
    pub fn runs_of(&self, idempotency_key: &str) -> usize {
        self.state.ledger.runs_of(idempotency_key)
    }

    /// All requests in the order of their replies, including those that were refused or met a fault. Empty unless
    /// [retention](crate::Builder::retention) includes records.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.state.ledger.requests()
    }

    /// How many requests have reached the execute endpoint, including the refused ones.
    pub fn execute_requests(&self) -> usize {
        self.state.ledger.execute_requests()
    }

    /// How many requests have reached the token endpoint, including the refused ones.
    pub fn token_requests(&self) -> usize {
        self.state.tokens.requests()
    }

    /// How many execute requests the [quota](crate::Builder::quota) has refused; an injected [`Fault::RateLimited`] does
    /// not count.
    pub fn rate_limited(&self) -> usize {
        self.state.quota.as_ref().map_or(0, Quota::refused)
    }

    /// Moves the emulator's clock forward, so that tokens age and the quota's window moves on without a sleep. A client's
    /// clock does not follow: it believes that its token lives longer than it does.
    pub fn advance(&self, by: Duration) {
        self.state.clock.advance(by);
    }

    /// Invalidates every token issued so far: the next call with one of them is answered with 99991663.
    pub fn expire_tokens(&self) {
        self.state.tokens.expire_all();
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
        let broken = self.state.take_broken_handlers();
        if broken.is_empty() || thread::panicking() {
            return;
        }
        #[expect(
            clippy::panic,
            reason = "the test's own assertion, which failed on the server's thread, is raised again on the test's"
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
