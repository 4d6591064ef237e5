//! What can go wrong, and whether the flow may have run all the same.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::execution::Status;

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
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    ran: Ran,
    retryable: bool,
    timeout: bool,
    context: ErrorContext,
    field_errors: Vec<FieldError>,
    // shared, so that callers who wait for the same token can have the same error
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What is known around a failure, apart from the failure itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct ErrorContext {
    pub(crate) flow: Option<String>,
    pub(crate) stage: Option<Stage>,
    pub(crate) http_status: Option<u16>,
    pub(crate) code: Option<i64>,
    pub(crate) flow_code: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) execution_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) log_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) out_params: Option<String>,
    pub(crate) attempts: u32,
}

impl ErrorContext {
    /// The run to look for is another attempt's.
    pub(crate) fn find_instead(&mut self, other: Self) {
        self.log_id = other.log_id.or_else(|| self.log_id.take());
        self.execution_id = other.execution_id.or_else(|| self.execution_id.take());
        self.out_params = other.out_params.or_else(|| self.out_params.take());
    }
}

/// One output that could not be read into its field, or one input that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// The api name.
    pub(crate) name: String,
    /// Where inside the value, such as `[2].price`; empty for the value itself.
    pub(crate) path: String,
    pub(crate) expected: String,
    /// A kind, such as `string`: never the value.
    pub(crate) found: String,
}

/// Whether the flow ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ran {
    #[default]
    No,
    Maybe,
    Yes,
}

/// What failed. New kinds may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the call is not set up right: no operator, a bad URL, a bad name. Nothing was sent.
    Config,
    /// An input could not be written as JSON. Nothing was sent.
    Encode,
    /// The wait for a place in the quota would have been longer than the limit. This attempt was not sent; an earlier one may have been.
    Queue,
    /// No connection could be made.
    Connect,
    /// The call's time was up.
    Timeout,
    /// No usable token could be had: wrong credentials, or the platform refuses the token.
    Token,
    /// More calls than the platform allows in its period.
    RateLimited,
    /// The tenant's calls of the month are used up: nothing helps but a bigger quota or a new month.
    MonthlyQuota,
    /// The app lacks a scope or the flow's authorisation; the message has the console's address where the platform gave one.
    Permission,
    /// The platform found the request itself wrong, for instance an unknown flow or parameter.
    Invalid,
    /// The platform or something before it broke: an internal error, a lost connection, a proxy's page.
    Gateway,
    /// The reply is not one of this endpoint.
    Malformed,
    /// The flow itself failed, was rejected or was canceled.
    Flow,
    /// The flow waits for a person or still works: such a flow wants `start`.
    Unfinished,
    /// The idempotency key was used before: a run under this key may exist, its result is unknown.
    KeyUsed,
    /// The flow ran, but its outputs do not fit the fields. [`Error::out_params`] has them.
    Decode,
}

/// Which of the two requests of a call a failure belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Fetching the tenant access token; the flow is not touched.
    Token,
    /// Executing the flow.
    Execute,
}

impl Error {
    /// An error of your own: for a handwritten [`Flow`](crate::Flow) or [`TokenSource`](crate::TokenSource).
    ///
    /// ```
    /// use apaas_flow::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Encode, "the order has no lines");
    /// assert!(error.to_string().contains("the order has no lines"));
    /// ```
    pub fn new(kind: ErrorKind, error: impl Into<BoxError>) -> Self {
        let cause = error.into();
        let error = Self::plain(kind, cause.to_string());
        // A text turned into an error has nothing more to tell than the message it became.
        if cause.source().is_some() {
            error.because(cause)
        } else {
            error
        }
    }

    pub(crate) fn plain(kind: ErrorKind, message: impl Into<String>) -> Self {
        let ran = match kind {
            ErrorKind::Config
            | ErrorKind::Encode
            | ErrorKind::Queue
            | ErrorKind::Connect
            | ErrorKind::Token
            | ErrorKind::RateLimited
            | ErrorKind::MonthlyQuota
            | ErrorKind::Permission
            | ErrorKind::Invalid => Ran::No,
            ErrorKind::Timeout | ErrorKind::Gateway | ErrorKind::Malformed | ErrorKind::KeyUsed => {
                Ran::Maybe
            }
            ErrorKind::Flow | ErrorKind::Unfinished | ErrorKind::Decode => Ran::Yes,
        };
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            ran,
            retryable: matches!(
                kind,
                ErrorKind::Queue
                    | ErrorKind::Connect
                    | ErrorKind::Timeout
                    | ErrorKind::RateLimited
                    | ErrorKind::Gateway
            ),
            timeout: kind == ErrorKind::Timeout,
            context: ErrorContext::default(),
            field_errors: Vec::new(),
            source: None,
        }))
    }

    pub(crate) fn decode(field_errors: Vec<FieldError>) -> Self {
        let mut error = Self::plain(ErrorKind::Decode, String::new());
        error.0.field_errors = field_errors;
        error
    }

    /// The same errors, found while reading inputs.
    pub(crate) fn of_inputs(mut self) -> Self {
        let field_errors = std::mem::take(&mut self.0.field_errors);
        if !field_errors.is_empty() {
            let field_errors: Vec<_> = field_errors.iter().map(ToString::to_string).collect();
            self.0.message = field_errors.join(", ");
        }
        self
    }

    pub(crate) fn ran(mut self, ran: Ran) -> Self {
        self.0.ran = ran;
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    pub(crate) fn timed_out(mut self, timeout: bool) -> Self {
        self.0.timeout = timeout;
        self
    }

    /// Which of the two requests it belongs to.
    pub(crate) fn at(self, stage: Stage) -> Self {
        self.with(|context| context.stage = Some(stage))
    }

    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn with(mut self, set: impl FnOnce(&mut ErrorContext)) -> Self {
        set(&mut self.0.context);
        self
    }

    /// An earlier attempt of the same call counts too.
    pub(crate) fn or_ran(mut self, earlier: Ran) -> Self {
        self.0.ran = self.0.ran.max(earlier);
        self
    }

    pub(crate) fn run(&self) -> Ran {
        self.0.ran
    }

    pub(crate) fn context(&self) -> &ErrorContext {
        &self.0.context
    }

    pub(crate) fn field_errors(&self) -> &[FieldError] {
        &self.0.field_errors
    }

    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the flow may have run, or did: the OR over all attempts of the call.
    ///
    /// `false` is certain: no attempt reached a flow, and the call can be made again. After `true`, look the run up
    /// on the platform by [`idempotency_key`](Self::idempotency_key), [`execution_id`](Self::execution_id) or
    /// [`log_id`](Self::log_id) before you do anything that must not happen twice.
    pub fn may_have_run(&self) -> bool {
        self.0.ran != Ran::No
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

    /// The platform's code: the outer `code` of the reply, such as 2320001.
    pub fn code(&self) -> Option<i64> {
        self.0.context.code
    }

    /// The flow engine's code: the inner `code` of the reply, such as `k_wf_ec_2001002`.
    pub fn flow_code(&self) -> Option<&str> {
        self.0.context.flow_code.as_deref()
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
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
            write!(f, "flow {flow}: ")?;
        }
        if inner.field_errors.is_empty() {
            f.write_str(&inner.message)?;
        } else {
            write_field_errors(f, &inner.field_errors)?;
        }
        if inner.context.flow.is_some() {
            f.write_str(match inner.ran {
                Ran::No => "; the flow did not run",
                Ran::Maybe => "; the flow may have run",
                Ran::Yes if inner.kind == ErrorKind::Unfinished => "; the flow is under way",
                Ran::Yes => "; the flow ran",
            })?;
        }
        write!(f, "{}", inner.context)
    }
}

fn write_field_errors(f: &mut fmt::Formatter<'_>, field_errors: &[FieldError]) -> fmt::Result {
    match field_errors.len() {
        1 => f.write_str("an output does not fit its field: ")?,
        n => write!(f, "{n} outputs do not fit their fields: ")?,
    }
    for (i, field_error) in field_errors.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{field_error}")?;
    }
    Ok(())
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        // A bare type of Rust's is set apart from the sentence.
        let quote = if self.expected.contains([' ', '`']) {
            ""
        } else {
            "`"
        };
        write!(
            f,
            " expected {quote}{}{quote}, found {}",
            self.expected, self.found
        )
    }
}

/// ` (stage execute, HTTP 400, code 2320001, ...)`, or nothing where nothing is known.
impl fmt::Display for ErrorContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = List { f, open: false };
        match self.stage {
            Some(Stage::Token) => list.item("at the token request", "")?,
            Some(Stage::Execute) | None => {}
        }
        list.optional("HTTP", self.http_status)?;
        list.optional("code", self.code)?;
        list.optional("flow code", self.flow_code.as_deref())?;
        list.optional("status", self.status.as_ref())?;
        list.optional("execution id", self.execution_id.as_deref())?;
        if self.attempts > 1 {
            list.item("attempts", self.attempts)?;
        }
        // A call that never left has a key as well, but nobody can look it up.
        if self.stage.is_some() || self.attempts > 0 {
            list.optional("idempotency key", self.idempotency_key.as_deref())?;
        }
        list.optional("log id", self.log_id.as_deref())?;
        if list.open { f.write_str(")") } else { Ok(()) }
    }
}

struct List<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    open: bool,
}

impl List<'_, '_> {
    fn optional(&mut self, label: &str, value: Option<impl fmt::Display>) -> fmt::Result {
        value.map_or(Ok(()), |value| self.item(label, value))
    }

    fn item(&mut self, label: &str, value: impl fmt::Display) -> fmt::Result {
        self.f.write_str(if self.open { ", " } else { " (" })?;
        self.open = true;
        let value = value.to_string();
        let gap = if value.is_empty() { "" } else { " " };
        write!(self.f, "{label}{gap}{value}")
    }
}
