//! The client: what all calls share.

mod base_url;
mod builder;
mod env;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use builder::{ClientBuilder, FEISHU, LARK};

use crate::call::{Call, CallCore, Context, Endpoint, Execute, Start, finish};
use crate::codec::Params;
use crate::error::Result;
use crate::flow::{Flow, check_names};
use crate::wire::Accept;

/// A client of one app on the platform. Cheap to clone: all clones share the token, the connections and the quota.
///
/// It may be used from several async runtimes, and from none with the feature `blocking`.
///
/// ```no_run
/// # use apaas_flow::{Client, Operator};
/// # async fn example() -> apaas_flow::Result<()> {
/// let client = Client::builder()
///     .app_credentials("cli_a1b2", "secret")
///     .operator(Operator::email("ops@example.com"))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Context>);

impl Client {
    /// A client of the app with these credentials on Feishu, all else as the builder has it by default.
    ///
    /// It has no operator: each call names its own, see [`Call::operator`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the id or the secret is empty.
    pub fn new(app_id: impl Into<String>, app_secret: impl Into<String>) -> Result<Self> {
        Self::builder().app_credentials(app_id, app_secret).build()
    }

    /// A client to be set up setting by setting.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client set up by the environment, as [`ClientBuilder::from_env`] reads it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): lists every variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// Executes a flow and waits for its outputs, once the call is awaited.
    ///
    /// The `execute` that `#[apaas_flow]` generates is this.
    pub fn execute<F: Flow>(&self, flow: &F) -> Execute<F::Output> {
        check_names::<F>();
        let core = self.call(F::NAMESPACE, F::FLOW_ID, Accept::Finished, &flow);
        Call::new(core, finish::<F>)
    }

    /// Starts a flow and does not wait for its end, once the call is awaited.
    ///
    /// The `start` that `#[apaas_flow]` generates is this.
    pub fn start<F: Flow>(&self, flow: &F) -> Start {
        check_names::<F>();
        Call::start(self.call(F::NAMESPACE, F::FLOW_ID, Accept::Begun, &flow))
    }

    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.0
    }

    pub(crate) fn endpoint(
        &self,
        namespace: impl Into<Cow<'static, str>>,
        flow_id: impl Into<Cow<'static, str>>,
    ) -> Arc<Endpoint> {
        self.0.endpoints.of(namespace.into(), flow_id.into())
    }

    /// All of a call's beginning that the flow's type has no part in.
    fn call(
        &self,
        namespace: &'static str,
        flow_id: &'static str,
        accept: Accept,
        inputs: &dyn Inputs,
    ) -> CallCore {
        let mut params = Params::new();
        let written = inputs.write(&mut params);
        let endpoint = self.endpoint(namespace, flow_id);
        CallCore::new(&self.0, endpoint, accept, params, written)
    }
}

/// A flow of which nothing is asked but to write its inputs.
trait Inputs {
    fn write(&self, to: &mut Params) -> Result<()>;
}

/// Of the reference, which has nothing to drop: the table of a `dyn` has an entry for that too.
impl<F: Flow> Inputs for &F {
    fn write(&self, to: &mut Params) -> Result<()> {
        self.write_params(to)
    }
}

/// Without the credentials.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = self.0.endpoints.base_url().as_str().trim_end_matches('/');
        f.debug_struct("Client")
            .field("base_url", &base_url)
            .field("operator", &self.0.operator)
            .field("timeout", &self.0.timeout)
            .finish_non_exhaustive()
    }
}
