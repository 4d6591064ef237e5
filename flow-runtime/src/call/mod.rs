//! One call: a future with options, that owns all it needs.

mod attempts;
mod context;
mod departure;
mod endpoint;
mod identity;
mod pending;
mod prepared;
mod retry_loop;
mod retry_policy;
mod telemetry;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};
use std::time::Duration;

pub(crate) use context::Context;
pub(crate) use endpoint::{Endpoint, Endpoints};
use identity::Identity;
pub(crate) use identity::Run;
use pending::Pending;
use prepared::Prepared;
pub use retry_policy::RetryPolicy;
pub(crate) use telemetry::Server;

use crate::codec::Params;
use crate::error::{Error, ErrorKind, Ran, Result};
use crate::execution::{Execution, Started, Status};
use crate::operator::Operator;
#[cfg(feature = "blocking")]
use crate::transport::background;
use crate::transport::background::Task;
use crate::wire::Accept;

/// A call that waits for the flow's outputs: awaited, it gives an [`Execution`].
pub type Execute<O> = Call<Execution<O>>;

/// A call that starts a flow and does not wait for its end: awaited, it gives [`Started`].
///
/// There is nothing to decode, and the type says so. The open platform has no call that asks for the end of a run.
pub type Start = Call<Started>;

/// A call of a flow. Nothing is sent before it is awaited (or polled, or spawned).
///
/// Options are set before that; on a call that is under way they change nothing. It borrows nothing: it can be stored, spawned, or awaited in another task.
///
/// Dropping it while it is under way stops the waiting, **not** the flow: what was sent is sent. The
/// [`key`](Self::key), drawn before anything is sent, is what is left then to find the run on the platform.
///
/// ```no_run
/// use std::time::Duration;
/// # use apaas_flow::{Client, Flow, Operator, Outputs, Params, Result};
/// # struct Nightly;
/// # impl Flow for Nightly {
/// #     const NAMESPACE: &'static str = "package_shop__c";
/// #     const FLOW_ID: &'static str = "nightly";
/// #     type Output = ();
/// #     fn write_params(&self, _: &mut Params) -> Result<()> { Ok(()) }
/// #     fn read_outputs(_: &mut Outputs<'_>) -> Result<()> { Ok(()) }
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
    finish: fn(Run) -> Result<R>,
}

/// All of a call but its result's type: compiled once, and not anew in the user's crate for each flow.
struct CallCore {
    identity: Arc<Identity>,
    state: State,
}

enum State {
    Pending(Box<Pending>),
    UnderWay(Task<Result<Run>>),
    /// What the first end said of the run, for those who await the call again.
    Over(Ending),
}

/// Of a call that is over: whether the flow ran, and what is needed to find the run.
struct Ending {
    /// What is wrong about the run, or with awaiting the call again where nothing is.
    kind: ErrorKind,
    ran: Ran,
    attempts: u32,
    execution_id: Option<String>,
    log_id: Option<String>,
}

impl Ending {
    const NOT_SENT: Self = Self {
        kind: ErrorKind::Config,
        ran: Ran::No,
        attempts: 0,
        execution_id: None,
        log_id: None,
    };

    fn of_run(run: &Run) -> Self {
        Self {
            kind: match run.reply.status {
                Status::Wait | Status::InProcess => ErrorKind::Unfinished,
                _ => ErrorKind::Config,
            },
            ran: Ran::Yes,
            attempts: run.attempts,
            execution_id: Some(run.reply.execution_id.clone()),
            log_id: run.reply.log_id.clone(),
        }
    }

    fn of_error(error: &Error) -> Self {
        Self {
            kind: match error.run() {
                Ran::Yes => error.kind(),
                Ran::No | Ran::Maybe => ErrorKind::Config,
            },
            ran: error.run(),
            attempts: error.attempts(),
            execution_id: error.execution_id().map(str::to_owned),
            log_id: error.log_id().map(str::to_owned),
        }
    }

    /// The error of awaiting the call again.
    fn again(&self) -> Error {
        Error::plain(
            self.kind,
            "the call was awaited again after its end; await it once and keep the result",
        )
        .ran(self.ran)
        .with(|context| {
            context.execution_id.clone_from(&self.execution_id);
            context.log_id.clone_from(&self.log_id);
        })
    }
}

impl<O> Execute<O> {
    pub(crate) fn execute(
        context: &Arc<Context>,
        endpoint: Arc<Endpoint>,
        params: Result<Params>,
        finish: fn(Run) -> Result<Execution<O>>,
    ) -> Self {
        Self {
            core: CallCore::new(context, endpoint, params, Accept::Finished),
            finish,
        }
    }
}

impl Start {
    pub(crate) fn start(
        context: &Arc<Context>,
        endpoint: Arc<Endpoint>,
        params: Result<Params>,
    ) -> Self {
        Self {
            core: CallCore::new(context, endpoint, params, Accept::Begun),
            finish: |run| Ok(run.into_started()),
        }
    }
}

impl<R> Call<R> {
    /// On whose behalf the flow runs, instead of the client's operator.
    pub fn operator(self, operator: Operator) -> Self {
        self.set(|pending| pending.operator = Some(operator))
    }

    /// The key under which the platform runs the flow once at most, instead of a random one.
    ///
    /// A key that was used before is refused with [`ErrorKind::KeyUsed`]: it does not replay the first run's outputs.
    /// How far a key reaches and how long it lives is not documented, so let it begin with the flow's id.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        if let State::Pending(_) = self.core.state {
            // nobody else has a clone before the call begins
            let identity = Arc::make_mut(&mut self.core.identity);
            identity.key = key.into();
            identity.is_own_key = true;
        }
        self
    }

    /// What keeps a flow that calls itself through a function from going round forever; at most 20. A caller from outside needs none.
    pub fn loop_masks(self, masks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set(|pending| pending.loop_masks = masks.into_iter().map(Into::into).collect())
    }

    /// The longest that this call may take apart from the queue of the rate limit, instead of the client's timeout: its
    /// token and all attempts share it.
    ///
    /// The wait for the rate limit is no part of it, nor is a pause that the platform asks for: a call may wait for
    /// those as long as [`queue_limit`](Self::queue_limit) allows. Where someone waits for the answer, as in a web
    /// handler, set a [`deadline`](Self::deadline).
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|pending| pending.timeout = Some(timeout))
    }

    /// The longest wait of this call for the rate limit, pauses that the platform asks for included, instead of the
    /// client's queue limit.
    pub fn queue_limit(self, limit: Duration) -> Self {
        self.set(|pending| pending.queue_limit = Some(limit))
    }

    /// The longest that this call may take with everything: rate limit, token, attempts and the pauses between them.
    /// It is what a web handler wants.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use apaas_flow::{DynamicFlow, Client, ErrorKind, Outcome};
    /// # async fn handler(client: Client) -> Result<String, (u16, String)> {
    /// # let flow = DynamicFlow::new("package_shop__c", "price").map_err(|error| (500, error.to_string()))?;
    /// let run = flow.execute(&client).deadline(Duration::from_secs(5)).await;
    /// match run {
    ///     Ok(run) => Ok(run.execution_id),
    ///     // nothing happened: the caller can try again
    ///     Err(error) if error.outcome() == Outcome::DidNotRun => Err((503, error.to_string())),
    ///     // it may have happened: the caller must not simply try again
    ///     Err(error) => Err((500, error.to_string())),
    /// }
    /// # }
    /// ```
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|pending| pending.deadline = Some(deadline))
    }

    /// The idempotency key of all attempts of this call, known before anything is sent.
    pub fn key(&self) -> &str {
        &self.core.identity.key
    }

    /// Makes the call and waits for its end on this thread, for programs without async.
    ///
    /// It works inside an async runtime too, but keeps the runtime's thread.
    ///
    /// # Errors
    /// As the awaited call.
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> Result<R> {
        background::block_on(self)
    }

    fn set(mut self, set: impl FnOnce(&mut Pending)) -> Self {
        if let State::Pending(pending) = &mut self.core.state {
            set(pending);
        }
        self
    }
}

impl CallCore {
    fn new(
        context: &Arc<Context>,
        endpoint: Arc<Endpoint>,
        params: Result<Params>,
        accept: Accept,
    ) -> Self {
        Self {
            identity: Arc::new(Identity {
                endpoint,
                key: uuid::Uuid::new_v4().to_string(),
                is_own_key: false,
            }),
            state: State::Pending(Box::new(Pending {
                context: context.clone(),
                params,
                accept,
                operator: None,
                loop_masks: Vec::new(),
                timeout: None,
                queue_limit: None,
                deadline: None,
            })),
        }
    }

    fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Run>> {
        if let State::Pending(_) = self.state {
            // until it is known to be more
            let not_sent = State::Over(Ending::NOT_SENT);
            if let State::Pending(pending) = std::mem::replace(&mut self.state, not_sent) {
                match pending.prepare(&self.identity).and_then(Prepared::send) {
                    Ok(task) => self.state = State::UnderWay(task),
                    Err(error) => return Poll::Ready(Err(self.refuse(error))),
                }
            }
        }
        match &mut self.state {
            State::Pending(_) => Poll::Pending, // never: it has just begun
            State::UnderWay(task) => {
                let end = ready!(Pin::new(task).poll(cx));
                let end = end.unwrap_or_else(|error| Err(self.refuse(error)));
                self.state = State::Over(match &end {
                    Ok(run) => Ending::of_run(run),
                    Err(error) => Ending::of_error(error),
                });
                Poll::Ready(end)
            }
            State::Over(ending) => {
                let error = self.identity.error(ending.again(), ending.attempts);
                Poll::Ready(Err(error))
            }
        }
    }

    /// The run is there, and its outputs cannot be read.
    fn failed(&mut self, error: &Error) {
        self.state = State::Over(Ending::of_error(error));
    }

    /// An error that no attempt has to do with.
    fn refuse(&self, error: Error) -> Error {
        self.identity.error(error, 0)
    }
}

impl<R> Future for Call<R> {
    type Output = Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Result<R>> {
        let run = ready!(self.core.poll(cx))?;
        let result = (self.finish)(run);
        if let Err(error) = &result {
            self.core.failed(error);
        }
        Poll::Ready(result)
    }
}

/// Without the parameters.
impl<R> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("flow", &self.core.identity.endpoint.label)
            .field("idempotency_key", &self.core.identity.key)
            .finish_non_exhaustive()
    }
}
