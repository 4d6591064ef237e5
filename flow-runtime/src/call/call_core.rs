//! The state machine of a call, without its result type.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use super::context::Context;
use super::endpoint::Endpoint;
use super::identity::{Identity, Run};
use super::pending::Pending;
use super::prepared::Prepared;
use crate::codec::{FieldReader, FieldWriter};
use crate::error::{Error, ErrorKind, Ran, Result};
use crate::execution::{Execution, Outcome};
use crate::transport::background::Task;
use crate::wire::Accept;

/// Everything in a call except its result type, so that it is compiled once here and not again for each flow in the
/// user's crate.
///
/// Boxed, so that users' code moves a call in two registers.
pub(crate) struct CallCore(Box<Inner>);

struct Inner {
    state: State,
    /// Last, so that dropping a call is one function: the state is dropped in one place, and so compiled into it.
    identity: Arc<Identity>,
}

enum State {
    Pending(Pending),
    UnderWay(Task<Result<Run>>),
    /// The reply has arrived, and its outputs are being read.
    Arrived(Arrived),
    /// What the result said about the run, to repeat if the call is awaited again.
    Over(Ending),
}

struct Arrived {
    run: Box<Run>,
    /// Whether the first pass over the outputs was rejected, so they are read again by index.
    is_second: bool,
    /// Set while the outputs are being read. Still set on the next poll only if that panicked.
    is_begun: bool,
}

impl Arrived {
    /// What is wrong with the list of outputs as a whole, once that matters. A bad character in it is replaced.
    fn malformed(&mut self) -> Option<Error> {
        while self.is_second {
            let error = FieldReader::parse(&self.run.reply.out_params).err()?;
            if !self.run.reply.repair_outputs() {
                return Some(error);
            }
        }
        None
    }

    fn read_again(&mut self) {
        self.is_second = true;
        self.is_begun = false;
    }
}

/// How a finished call ended: whether the flow ran, and the ids to find the run.
struct Ending {
    /// The run's error, or [`ErrorKind::Config`] for awaiting twice if the run had none.
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
            kind: match run.reply.outcome {
                Outcome::UnderWay => ErrorKind::Unfinished,
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

    /// The error for awaiting the call again.
    fn again(&self) -> Error {
        Error::plain(
            self.kind,
            "the call was awaited again after it completed; await it once and keep the result",
        )
        .ran(self.ran)
        .with(|context| {
            context.execution_id.clone_from(&self.execution_id);
            context.log_id.clone_from(&self.log_id);
        })
    }
}

impl CallCore {
    pub(crate) fn new(
        context: &Arc<Context>,
        endpoint: Arc<Endpoint>,
        accept: Accept,
        params: FieldWriter,
        written: Result<()>,
    ) -> Self {
        Self(Box::new(Inner {
            identity: Arc::new(Identity {
                endpoint,
                key: uuid::Uuid::new_v4().to_string(),
                is_own_key: false,
            }),
            state: State::Pending(Pending {
                context: context.clone(),
                params,
                written,
                accept,
                operator: None,
                loop_masks: Vec::new(),
                timeout: None,
                queue_limit: None,
                deadline: None,
            }),
        }))
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The inputs and options, as long as the call has not begun.
    pub(super) fn pending(&mut self) -> Option<&mut Pending> {
        match &mut self.0.state {
            State::Pending(pending) => Some(pending),
            _ => None,
        }
    }

    pub(super) fn set_key(&mut self, key: String) {
        if let State::Pending(_) = self.0.state {
            // the call has not begun, so there is no other clone and this copies nothing
            let identity = Arc::make_mut(&mut self.0.identity);
            identity.key = key;
            identity.is_own_key = true;
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Run>> {
        let end = ready!(self.poll_run(cx));
        if let Ok(run) = &end {
            self.0.state = State::Over(Ending::of_run(run));
        }
        Poll::Ready(end)
    }

    /// As [`Self::poll`], but it is for the caller to keep the ending of a run, who may not be done with it.
    fn poll_run(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Run>> {
        if let State::Pending(_) = self.0.state {
            // holds if `prepare` or `send` fails or panics; replaced once the call is running
            let not_sent = State::Over(Ending::NOT_SENT);
            if let State::Pending(pending) = std::mem::replace(&mut self.0.state, not_sent) {
                match pending.prepare(&self.0.identity).and_then(Prepared::send) {
                    Ok(task) => self.0.state = State::UnderWay(task),
                    Err(error) => {
                        self.0.identity.endpoint.counters.ended(Outcome::DidNotRun);
                        return Poll::Ready(Err(self.refuse(error)));
                    }
                }
            }
        }
        match &mut self.0.state {
            // unreachable: the call was started above, and `arrive` stops polling once the reply is here
            State::Pending(_) | State::Arrived(_) => Poll::Pending,
            State::UnderWay(task) => {
                let end = ready!(Pin::new(task).poll(cx));
                let end = end.unwrap_or_else(|error| Err(self.refuse(error)));
                if let Err(error) = &end {
                    self.0.state = State::Over(Ending::of_error(error));
                }
                Poll::Ready(end)
            }
            State::Over(ending) => {
                let error = self.0.identity.error(ending.again(), ending.attempts);
                Poll::Ready(Err(error))
            }
        }
    }

    /// Waits until the reply has arrived and its outputs can be read. The caller then reports to `accept` or `reject`.
    pub(super) fn arrive(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>> {
        if !matches!(self.0.state, State::Arrived(_)) {
            let run = Box::new(ready!(self.poll_run(cx))?);
            self.0.state = State::Arrived(Arrived {
                run,
                is_second: false,
                is_begun: false,
            });
        }
        let State::Arrived(arrived) = &mut self.0.state else {
            return Poll::Pending; // unreachable: set above
        };
        if std::mem::replace(&mut arrived.is_begun, true) {
            let again = Ending::of_run(&arrived.run).again();
            let error = self.0.identity.error(again, arrived.run.attempts);
            return Poll::Ready(Err(error));
        }
        Poll::Ready(match arrived.malformed() {
            Some(error) => Err(self.fail(error)),
            None => Ok(()),
        })
    }

    /// The outputs of the reply.
    pub(super) fn outputs(&self) -> FieldReader<'_> {
        let State::Arrived(Arrived { run, is_second, .. }) = &self.0.state else {
            return FieldReader::first("");
        };
        let out_params = &run.reply.out_params;
        let indexed = is_second
            .then(|| FieldReader::parse(out_params).ok())
            .flatten();
        indexed.unwrap_or_else(|| FieldReader::first(out_params))
    }

    /// Completes the call if the outputs were read correctly; otherwise they must be read again.
    pub(super) fn accept(&mut self, is_true: bool) -> Option<Execution<()>> {
        let State::Arrived(arrived) = &mut self.0.state else {
            return None;
        };
        if !is_true {
            arrived.read_again();
            return None;
        }
        let ending = Ending::of_run(&arrived.run);
        match std::mem::replace(&mut self.0.state, State::Over(ending)) {
            State::Arrived(arrived) => Some(arrived.run.into_execution()),
            _ => None,
        }
    }

    /// Completes the call with this error in its outputs; without an error they must be read again.
    pub(super) fn reject(&mut self, error: Option<Error>) -> Option<Error> {
        let State::Arrived(arrived) = &mut self.0.state else {
            return error;
        };
        match error {
            Some(error) if !arrived.run.reply.repair_outputs() => Some(self.fail(error)),
            _ => {
                arrived.read_again();
                None
            }
        }
    }

    /// Completes the call with an error: the flow ran, but its outputs cannot be read.
    fn fail(&mut self, error: Error) -> Error {
        self.0.identity.endpoint.counters.undecodable();
        let error = match std::mem::replace(&mut self.0.state, State::Over(Ending::NOT_SENT)) {
            State::Arrived(arrived) => arrived.run.error(error),
            _ => error,
        };
        self.0.state = State::Over(Ending::of_error(&error));
        error
    }

    /// An error from outside any attempt.
    fn refuse(&self, error: Error) -> Error {
        self.0.identity.error(error, 0)
    }
}
