//! What can go wrong, and whether the flow may have run all the same.

mod builder;
mod context;
mod field_error;
pub(crate) mod foreign;
mod kind;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::ErrorBuilder;
pub(crate) use context::ErrorContext;
pub(crate) use field_error::FieldError;
use field_error::write_field_errors;
pub(crate) use kind::Ran;
pub use kind::{ErrorKind, Stage};

use crate::execution::{Outcome, Status};

/// Of a call's message, which is one line: the platform's texts in it are clean and short already, those of a user's own
/// token source or flow may be anything.
const MOST_OF_MESSAGE: usize = 4000;

/// The result of everything in this library that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A call that did not bring its outputs, and what is known of the run.
///
/// The first question after a failure is "did it run?": [`may_have_run`](Self::may_have_run) answers it.
/// [`kind`](Self::kind) says what failed; the other methods carry what is needed to find out more.
/// `Display` is one line for a person: what failed, whether the flow ran, the platform's code, the
/// idempotency key and the log id. Neither it nor `Debug` shows a secret, a parameter or an output, unless the platform
/// or the flow itself put one into its own message, which is passed on.
///
/// ```
/// use apaas_flow::{Client, ErrorKind};
///
/// let error = Client::builder().base_url("http://example.com").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert!(!error.may_have_run());
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    ran: Ran,
    /// Said by a builder; otherwise `ran` and the kind say it.
    outcome: Option<Outcome>,
    retryable: bool,
    timeout: bool,
    context: ErrorContext,
    field_errors: Vec<Arc<FieldError>>,
    earlier: Option<Error>,
    /// Its text is part of the message. Shared, so that callers who wait for the same token can have the same error.
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of your own: for a handwritten [`Flow`](crate::Flow) or [`TokenSource`](crate::TokenSource). One for a
    /// test, with more to set, is [built](Self::builder).
    ///
    /// ```
    /// use apaas_flow::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Encode, "the order has no lines");
    /// assert!(error.to_string().contains("the order has no lines"));
    /// ```
    pub fn new(kind: ErrorKind, error: impl Into<BoxError>) -> Self {
        let cause = error.into();
        Self::plain(kind, cause.to_string()).because(cause)
    }

    /// Its own, apart from its clones.
    #[inline(never)]
    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn plain(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            ran: kind.ran_unless_known(),
            outcome: None,
            retryable: kind.is_retryable(),
            timeout: kind == ErrorKind::Timeout,
            context: ErrorContext::default(),
            field_errors: Vec::new(),
            earlier: None,
            cause: None,
        }))
    }

    pub(crate) fn decode(field_errors: Vec<Arc<FieldError>>) -> Self {
        let mut error = Self::plain(ErrorKind::Decode, String::new());
        error.inner().field_errors = field_errors;
        error
    }

    /// The same errors, found while reading inputs.
    pub(crate) fn of_inputs(mut self) -> Self {
        let field_errors = std::mem::take(&mut self.inner().field_errors);
        if !field_errors.is_empty() {
            let field_errors: Vec<_> = field_errors.iter().map(ToString::to_string).collect();
            self.inner().message = field_errors.join(", ");
        }
        self
    }

    pub(crate) fn ran(mut self, ran: Ran) -> Self {
        self.inner().ran = ran;
        self.inner().outcome = None;
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.inner().retryable = retryable;
        self
    }

    pub(crate) fn timed_out(mut self, timeout: bool) -> Self {
        self.inner().timeout = timeout;
        self
    }

    /// Which of the two requests it belongs to.
    pub(crate) fn at(self, stage: Stage) -> Self {
        self.with(|context| context.stage = Some(stage))
    }

    /// Made from another error, whose text the message has.
    pub(crate) fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.inner().cause = Some(Arc::from(cause.into()));
        self
    }

    pub(crate) fn with(mut self, set: impl FnOnce(&mut ErrorContext)) -> Self {
        set(&mut self.inner().context);
        self
    }

    /// The end of a call of which an attempt was lost before.
    pub(crate) fn after(mut self, earlier: Error) -> Self {
        self.inner().earlier = Some(earlier);
        self
    }

    /// One more sentence for whoever reads it.
    pub(crate) fn note(mut self, sentence: &str) -> Self {
        self.inner().message.push_str("; ");
        self.inner().message.push_str(sentence);
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// An earlier attempt of the same call counts too.
    pub(crate) fn or_ran(self, earlier: Ran) -> Self {
        if earlier > self.0.ran {
            self.ran(earlier)
        } else {
            self
        }
    }

    /// Whether sending the request again may help, whatever became of this one.
    pub(crate) fn may_heal(&self) -> bool {
        self.0.retryable
    }

    pub(crate) fn run(&self) -> Ran {
        self.0.ran
    }

    pub(crate) fn context(&self) -> &ErrorContext {
        &self.0.context
    }

    pub(crate) fn field_errors(&self) -> &[Arc<FieldError>] {
        &self.0.field_errors
    }

    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the flow may have run, or did: the OR over all attempts of the call.
    ///
    /// `false` is certain: no attempt reached a flow, and the call can be made again. After `true`, settle it before
    /// you do anything that must not happen twice:
    ///
    /// - Call again **under the same key** ([`idempotency_key`](Self::idempotency_key)): the platform refuses a key that
    ///   it has seen, so the flow cannot run twice under it. Either it runs now, or the call ends with
    ///   [`KeyUsed`](ErrorKind::KeyUsed), and then it ran or is running. How long a key is remembered is not documented.
    /// - Look the run up among the application's flow instances (流程实例) in the low-code platform's console, by
    ///   [`execution_id`](Self::execution_id) or by the time of the call. Support asks for [`log_id`](Self::log_id).
    /// - Where it matters, pass the key as an input, let the flow store it in a record, and query that record
    ///   (`records/batch_query` of the open platform).
    pub fn may_have_run(&self) -> bool {
        self.0.ran != Ran::No
    }

    /// The outcome, where it is not what the kind says.
    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.inner().outcome = Some(outcome);
        self
    }

    /// The outcome of the call, for a program to match on.
    pub fn outcome(&self) -> Outcome {
        if let Some(outcome) = self.0.outcome {
            return outcome;
        }
        match (self.0.ran, self.0.kind) {
            (Ran::No, _) => Outcome::DidNotRun,
            (Ran::Maybe, _) => Outcome::MayHaveRun,
            (Ran::Yes, ErrorKind::Unfinished) => Outcome::UnderWay,
            // awaited again after a good end
            (Ran::Yes, ErrorKind::Config) => Outcome::Ran,
            (Ran::Yes, _) => Outcome::Failed,
        }
    }

    /// The attempt whose loss made the end of this call uncertain: what went wrong with the earlier request that the
    /// platform may have taken in.
    pub fn earlier(&self) -> Option<&Error> {
        self.0.earlier.as_ref()
    }

    /// Whether the same call, made again later under a fresh key, is safe and may succeed.
    ///
    /// Implies `!may_have_run()`.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable && !self.may_have_run()
    }

    /// Whether time ran out: the call's, or the one for making a connection.
    pub fn is_timeout(&self) -> bool {
        self.0.timeout
    }

    /// Whether the platform refused the call because of too many calls ([`retry_after`](Self::retry_after) may say how long to wait).
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// The error that this one was made from: what your [`TokenSource`](crate::TokenSource) returned, or what
    /// [`Error::new`] was given.
    ///
    /// ```
    /// use apaas_flow::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Encode, std::io::Error::from(std::io::ErrorKind::NotFound));
    /// assert!(error.get_ref().is_some_and(|cause| cause.is::<std::io::Error>()));
    /// ```
    pub fn get_ref(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// The HTTP status of the reply, where there was one. Alone it says little: the platform refuses with 200, too.
    pub fn http_status(&self) -> Option<u16> {
        self.0.context.http_status
    }

    /// The platform's code: the outer `code` of the reply, such as 2320001.
    pub fn code(&self) -> Option<i64> {
        self.0.context.code
    }

    /// The flow engine's code: the inner `code` of the reply, such as `k_wf_ec_2001002`.
    pub fn flow_code(&self) -> Option<&str> {
        self.0.context.flow_code.as_deref()
    }

    /// What the flow itself says is wrong, such as "nothing is left of A-7": the `error_msg` of the reply, in one line of
    /// 300 characters at most. For an answer to your own caller, who has no use for the rest of the message; what is in it
    /// is up to the flow's author.
    ///
    /// ```
    /// use apaas_flow::{Error, ErrorKind};
    ///
    /// let sold_out = Error::builder(ErrorKind::Flow, "the flow failed")
    ///     .flow_code("sold_out")
    ///     .flow_message("nothing is left of A-7")
    ///     .build();
    /// assert_eq!(sold_out.flow_message(), Some("nothing is left of A-7"));
    /// ```
    pub fn flow_message(&self) -> Option<&str> {
        self.0.context.flow_message.as_deref()
    }

    /// The status that the platform gave the run.
    pub fn status(&self) -> Option<&Status> {
        self.0.context.status.as_ref()
    }

    /// The platform's id of the run, where the reply had one.
    pub fn execution_id(&self) -> Option<&str> {
        self.0.context.execution_id.as_deref()
    }

    /// The key under which the flow was, or would have been, run.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.context.idempotency_key.as_deref()
    }

    /// The id that the platform's support asks for.
    pub fn log_id(&self) -> Option<&str> {
        self.0.context.log_id.as_deref()
    }

    /// Which request failed; none when it was neither: the call's settings, an input, the wait for the quota.
    pub fn stage(&self) -> Option<Stage> {
        self.0.context.stage
    }

    /// How long the platform asks to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.context.retry_after
    }

    /// How often the flow was sent, the first attempt included.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    /// The raw text of `out_params` of a run whose outputs are not handed over otherwise, so that they are never lost.
    ///
    /// It holds output values, which is why no message contains it.
    pub fn out_params(&self) -> Option<&str> {
        self.0.context.out_params.as_deref()
    }
}

/// `source()` is that of the error that this one was made from: the text of that is part of this one's already, and
/// would be told twice.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref()?.source()
    }
}

/// `Kind: the same line as Display`: what `fn main() -> apaas_flow::Result<()>` prints is meant to be read.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(flow) = &inner.context.flow {
            write!(f, "flow {}: ", foreign::one_line(flow, 2 * foreign::NAME))?;
        }
        if inner.field_errors.is_empty() {
            match &inner.context.flow {
                Some(_) => f.write_str(&foreign::one_line(&inner.message, MOST_OF_MESSAGE))?,
                // of settings and of files: a list of mistakes has a line for each
                None => f.write_str(&inner.message)?,
            }
        } else {
            write_field_errors(f, &inner.field_errors)?;
        }
        if inner.context.flow.is_some() {
            f.write_str(match self.outcome() {
                Outcome::DidNotRun => "; the flow did not run",
                Outcome::MayHaveRun => "; the flow may have run",
                Outcome::UnderWay => "; the flow is under way",
                Outcome::Ran | Outcome::Failed => "; the flow ran",
            })?;
        }
        write!(f, "{}", inner.context)
    }
}
