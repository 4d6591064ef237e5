//! One call: a future with options that owns everything it needs.

mod attempts;
mod call_core;
mod context;
mod departure;
mod endpoint;
mod finish;
#[cfg(feature = "metrics")]
mod gauges;
mod identity;
mod pending;
mod prepared;
mod retry_loop;
mod retry_policy;
mod telemetry;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::Duration;

pub(crate) use call_core::CallCore;
pub(crate) use context::Context;
pub(crate) use endpoint::{Endpoint, Endpoints};
pub(crate) use finish::finish;
pub(crate) use identity::Run;
use pending::Pending;
pub use retry_policy::RetryPolicy;
pub(crate) use telemetry::Server;

use crate::error::Result;
use crate::execution::{Execution, Started};
use crate::operator::Operator;
#[cfg(feature = "blocking")]
use crate::transport::background;

/// A call that waits for the flow's outputs: awaiting it yields an [`Execution`].
pub type Execute<O> = Call<Execution<O>>;

/// A call that starts a flow without waiting for it to finish: awaiting it yields [`Started`].
///
/// There are no outputs, and the type says so: the open platform has no API to query the result of a run.
pub type Start = Call<Started>;

/// A call of a flow. Nothing is sent until it is awaited (or polled, or spawned).
///
/// Set options before that; once the call is running they have no effect. A call borrows nothing, so it can be stored,
/// spawned, or awaited in another task.
///
/// Dropping a running call stops the waiting, **not** the flow: a sent request cannot be taken back. Use the
/// [`key`](Self::key), generated before anything is sent, to find the run on the platform.
///
/// ```no_run
/// use std::time::Duration;
/// # use apaas_flow::{Client, Flow, Operator, FieldReader, FieldWriter, Result};
/// # struct Nightly;
/// # impl Flow for Nightly {
/// #     const NAMESPACE: &'static str = "package_shop__c";
/// #     const FLOW_ID: &'static str = "nightly";
/// #     type Output = ();
/// #     fn write_params(&self, _: &mut FieldWriter) -> Result<()> { Ok(()) }
/// #     fn read_outputs(_: &mut FieldReader<'_>) -> Result<()> { Ok(()) }
/// # }
/// # async fn example(client: Client) -> Result<()> {
/// let call = client
///     .execute(&Nightly)
///     .operator(Operator::id(1111))
///     .idempotency_key("nightly-2026-11-22")
///     .timeout(Duration::from_secs(10));
/// println!("key {}", call.key());
/// let run = call.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is sent only when it is awaited; add `.await`"]
pub struct Call<R> {
    core: CallCore,
    advance: Advance<R>,
}

/// Drives the part of a call that depends on its result type: from the reply to the result.
pub(crate) type Advance<R> = fn(&mut CallCore, &mut task::Context<'_>) -> Poll<Result<R>>;

impl<R> Call<R> {
    pub(crate) fn new(core: CallCore, advance: Advance<R>) -> Self {
        Self { core, advance }
    }
}

impl Start {
    pub(crate) fn start(core: CallCore) -> Self {
        Self::new(core, |core, cx| core.poll(cx).map_ok(Run::into_started))
    }
}

impl<R> Call<R> {
    /// The user on whose behalf the flow runs, instead of the client's operator.
    pub fn operator(self, operator: Operator) -> Self {
        self.set(|pending| pending.operator = Some(operator))
    }

    /// The key that makes the platform run the flow at most once, instead of a random one.
    ///
    /// A used key is refused with [`ErrorKind::KeyUsed`](crate::ErrorKind::KeyUsed); it does not replay the first run's outputs. The scope and
    /// lifetime of a key are not documented, so start it with the flow's id.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.core.set_key(key.into());
        self
    }

    /// Guards against endless loops when a flow calls itself through a function; at most 20. External callers need
    /// none.
    pub fn loop_masks(self, masks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set(|pending| pending.loop_masks = masks.into_iter().map(Into::into).collect())
    }

    /// The timeout of this call, for its token and all attempts together, but not for the wait for the rate limit.
    /// Overrides the client's.
    ///
    /// It also excludes pauses that the platform asks for; [`queue_limit`](Self::queue_limit) bounds both. If a user is
    /// waiting for the answer, as in a web handler, set a [`deadline`](Self::deadline).
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|pending| pending.timeout = Some(timeout))
    }

    /// The longest time this call may wait for the rate limit, including pauses that the platform asks for. Overrides
    /// the client's.
    pub fn queue_limit(self, limit: Duration) -> Self {
        self.set(|pending| pending.queue_limit = Some(limit))
    }

    /// The longest time this call may take in total: rate limit, token, attempts and the pauses between them. Use it in
    /// web handlers.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use apaas_flow::{DynamicFlow, Client, ErrorKind, Outcome};
    /// # async fn handler(client: Client) -> Result<String, (u16, String)> {
    /// # let flow = DynamicFlow::new("package_shop__c", "price").map_err(|error| (500, error.to_string()))?;
    /// let run = flow.execute(&client).deadline(Duration::from_secs(5)).await;
    /// match run {
    ///     Ok(run) => Ok(run.execution_id),
    ///     // nothing happened: the caller may retry
    ///     Err(error) if error.outcome() == Outcome::DidNotRun => Err((503, error.to_string())),
    ///     // it may have happened: the caller must not blindly retry
    ///     Err(error) => Err((500, error.to_string())),
    /// }
    /// # }
    /// ```
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|pending| pending.deadline = Some(deadline))
    }

    /// The idempotency key that all attempts of this call share, known before anything is sent.
    pub fn key(&self) -> &str {
        &self.core.identity().key
    }

    /// Makes the call and blocks this thread until it completes, for programs without async.
    ///
    /// It works inside an async runtime too, but blocks the runtime's thread.
    ///
    /// # Errors
    /// The same as awaiting the call.
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> Result<R> {
        background::block_on(self)
    }

    fn set(mut self, set: impl FnOnce(&mut Pending)) -> Self {
        if let Some(pending) = self.core.pending() {
            set(pending);
        }
        self
    }
}

impl<R> Future for Call<R> {
    type Output = Result<R>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Result<R>> {
        let call = self.get_mut();
        (call.advance)(&mut call.core, cx)
    }
}

/// Omits the parameters.
impl<R> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("flow", &self.core.identity().endpoint.label)
            .field("idempotency_key", &self.core.identity().key)
            .finish_non_exhaustive()
    }
}
