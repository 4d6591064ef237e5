//! One call: a future with options, that owns all it needs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::driver::{self, Task};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Ran, Result};
use crate::send::Order;
use crate::span::CallSpan;
use crate::wire::{Accept, Reply, Request};
use crate::{Client, Execution, Operator, Params, Started};

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
    course: Course,
    finish: fn(Reply, &str) -> Result<R>,
}

/// All of a call but its result's type: compiled once, and not anew in the user's crate for each of his flows.
struct Course {
    state: State,
    key: String,
    endpoint: Arc<Endpoint>,
}

enum State {
    Planned(Box<Plan>),
    UnderWay(Task<Reply>),
    Over,
}

/// What `execute` and the options have set.
struct Plan {
    client: Client,
    /// Written in `execute`; what went wrong there comes out of the await.
    params: Result<Params>,
    accept: Accept,
    operator: Option<Operator>,
    loop_masks: Vec<String>,
    timeout: Option<Duration>,
}

/// The document's limit.
const MOST_LOOP_MASKS: usize = 20;

impl<O> Execute<O> {
    pub(crate) fn new(
        client: &Client,
        endpoint: Arc<Endpoint>,
        params: Result<Params>,
        finish: fn(Reply, &str) -> Result<Execution<O>>,
    ) -> Self {
        Self {
            course: Course::plan(client, endpoint, params, Accept::Finished),
            finish,
        }
    }
}

impl Start {
    pub(crate) fn start(client: &Client, endpoint: Arc<Endpoint>, params: Result<Params>) -> Self {
        Self {
            course: Course::plan(client, endpoint, params, Accept::Begun),
            finish: |reply, _| {
                Ok(Started {
                    execution_id: reply.execution_id,
                    status: reply.status,
                    idempotency_key: reply.idempotency_key,
                    log_id: reply.log_id,
                    attempts: reply.attempts,
                })
            },
        }
    }
}

impl<R> Call<R> {
    /// On whose behalf the flow runs, instead of the client's operator.
    pub fn operator(self, operator: Operator) -> Self {
        self.set(|plan| plan.operator = Some(operator))
    }

    /// The key under which the platform runs the flow once at most, instead of a random one.
    ///
    /// A key that was used before is refused with [`ErrorKind::KeyUsed`]: it does not replay the first run's outputs.
    /// How far a key reaches and how long it lives is not documented, so let it begin with the flow's id.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        if let State::Planned(_) = self.course.state {
            self.course.key = key.into();
        }
        self
    }

    /// What keeps a flow that calls itself through a function from going round forever; at most 20. A caller from outside needs none.
    pub fn loop_masks(self, masks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set(|plan| plan.loop_masks = masks.into_iter().map(Into::into).collect())
    }

    /// The longest time of this call, instead of the client's; the wait for the quota is not part of it.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|plan| plan.timeout = Some(timeout))
    }

    /// The idempotency key of all attempts of this call, known before anything is sent.
    pub fn key(&self) -> &str {
        &self.course.key
    }

    /// Makes the call and waits for its end on this thread, for programs without async.
    ///
    /// It works inside an async runtime too, but keeps the runtime's thread.
    ///
    /// # Errors
    /// As the awaited call.
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> Result<R> {
        driver::block_on(self)
    }

    fn set(mut self, set: impl FnOnce(&mut Plan)) -> Self {
        if let State::Planned(plan) = &mut self.course.state {
            set(plan);
        }
        self
    }
}

impl Course {
    fn plan(
        client: &Client,
        endpoint: Arc<Endpoint>,
        params: Result<Params>,
        accept: Accept,
    ) -> Self {
        Self {
            key: uuid::Uuid::new_v4().to_string(),
            endpoint,
            state: State::Planned(Box::new(Plan {
                client: client.clone(),
                params,
                accept,
                operator: None,
                loop_masks: Vec::new(),
                timeout: None,
            })),
        }
    }

    /// Sends the request on its way.
    fn begin(&self, plan: Plan) -> Result<Task<Reply>> {
        let client = plan.client.shared();
        let params = plan.params.map_err(|error| error.ran(Ran::No))?;
        let operator = plan.operator.as_ref().or(client.operator.as_ref()).ok_or_else(|| {
            Error::plain(
                ErrorKind::Config,
                "no operator; name one with `ClientBuilder::operator`, with `.operator(..)` on the call, or with APAAS_OPERATOR_ID or APAAS_OPERATOR_EMAIL",
            )
        })?;
        if operator.is_empty() {
            return Err(Error::plain(
                ErrorKind::Config,
                "the operator's email is empty; give the one that the low-code platform shows",
            ));
        }
        if plan.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(Error::plain(
                ErrorKind::Config,
                "a timeout of zero leaves no time for the call",
            ));
        }
        if self.key.is_empty() {
            return Err(Error::plain(
                ErrorKind::Config,
                "the idempotency key is empty; leave it out for a random one",
            ));
        }
        if plan.loop_masks.len() > MOST_LOOP_MASKS {
            let many = plan.loop_masks.len();
            return Err(Error::plain(
                ErrorKind::Config,
                format!("{many} loop masks; the platform takes {MOST_LOOP_MASKS} at most"),
            ));
        }
        let endpoint = &self.endpoint;
        let mut request = Request::from_parts(params.into_json(), operator)
            .idempotency_key(&*self.key)
            .loop_masks(plan.loop_masks);
        if plan.accept == Accept::Begun {
            request = request.asynchronous();
        }
        let span = CallSpan::new(endpoint, &client.server);
        #[cfg(feature = "contracts")]
        let recording = client
            .recorder
            .as_ref()
            .map(|recorder| recorder.of(endpoint.namespace.clone(), endpoint.flow_id.clone()));
        driver::spawn(
            span.clone().watch(
                Order {
                    endpoint: endpoint.clone(),
                    body: request.to_vec().into(),
                    accept: plan.accept,
                    timeout: plan.timeout.unwrap_or(client.timeout),
                    #[cfg(feature = "contracts")]
                    recording,
                    client: plan.client,
                    span,
                }
                .send(),
            ),
        )
    }

    /// What every error of this call has in common.
    fn failed(&self, error: Error) -> Error {
        error.with(|facts| {
            facts.flow = Some(self.endpoint.label.clone());
            facts.idempotency_key = Some(self.key.clone());
        })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Reply>> {
        if let State::Planned(_) = self.state {
            if let State::Planned(plan) = std::mem::replace(&mut self.state, State::Over) {
                match self.begin(*plan) {
                    Ok(task) => self.state = State::UnderWay(task),
                    Err(error) => return Poll::Ready(Err(self.failed(error))),
                }
            }
        }
        let State::UnderWay(task) = &mut self.state else {
            return Poll::Ready(Err(self.failed(Error::plain(
                ErrorKind::Config,
                "the call was awaited again after its end",
            ))));
        };
        let sent = ready!(Pin::new(task).poll(cx));
        self.state = State::Over;
        Poll::Ready(match sent {
            Ok(mut reply) => {
                reply.idempotency_key.clone_from(&self.key);
                Ok(reply)
            }
            Err(error) => Err(self.failed(error)),
        })
    }
}

impl<R> Future for Call<R> {
    type Output = Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<R>> {
        let reply = ready!(self.course.poll(cx))?;
        let result = (self.finish)(reply, &self.course.endpoint.label);
        Poll::Ready(result.map_err(|error| self.course.failed(error)))
    }
}

/// Without the parameters.
impl<R> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("flow", &self.course.endpoint.label)
            .field("idempotency_key", &self.course.key)
            .finish_non_exhaustive()
    }
}
