//! What a call that went well hands over.

mod builder;

use std::fmt;

pub use builder::{ExecutionBuilder, StartedBuilder};

/// A run that ended well, with its outputs.
///
/// ```
/// use apaas_flow::wire;
/// # use apaas_flow::{Flow, FieldReader, FieldWriter, Result};
/// # struct Total;
/// # impl Flow for Total {
/// #     const NAMESPACE: &'static str = "package_shop__c";
/// #     const FLOW_ID: &'static str = "total";
/// #     type Output = i64;
/// #     fn write_params(&self, _: &mut FieldWriter) -> Result<()> { Ok(()) }
/// #     fn read_outputs(from: &mut FieldReader<'_>) -> Result<i64> { from.take("variable_total") }
/// # }
///
/// let reply = br#"{"code":0,"msg":"success","data":{"code":"","error_msg":"","execution_id":"1816970091484211",
///     "out_params":"[{\"api_name\":\"variable_total\",\"value\":12850}]","status":"end"}}"#;
/// let run = wire::reply::<Total>(200, reply)?;
/// assert_eq!(run.execution_id, "1816970091484211");
/// assert_eq!(run.output, 12850);
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Execution<O> {
    /// The platform's id of the run; empty if the platform gave none.
    pub execution_id: String,
    /// The status that the platform gave the run.
    pub status: Status,
    /// The flow's outputs.
    pub output: O,
    /// The key under which the flow ran; empty for [`wire::reply`](crate::wire::reply), which never saw the request.
    pub idempotency_key: String,
    /// The id that the platform's support asks for.
    pub log_id: Option<String>,
    /// How often the flow was sent, the first attempt included. The key lets it run once all the same.
    pub attempts: u32,
}

/// A run that was started and goes on by itself. The open platform has no call that asks for its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Started {
    /// The platform's id of the run; empty if the platform gave none.
    pub execution_id: String,
    /// The status that the platform gave the run.
    pub status: Status,
    /// The key under which the flow runs.
    pub idempotency_key: String,
    /// The id that the platform's support asks for.
    pub log_id: Option<String>,
    /// How often the flow was sent, the first attempt included.
    pub attempts: u32,
}

/// Where a run stands, in the platform's words.
///
/// Only `end` is in the endpoint's document; the others are read in the platform's own SDK.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// `end`: it ran to its end.
    End,
    /// `agreed`: a person agreed to it.
    Agreed,
    /// `wait`: it waits for a person.
    Wait,
    /// `in_process`: it still works.
    InProcess,
    /// `failed`
    Failed,
    /// `rejected`: a person said no.
    Rejected,
    /// `canceled`
    Canceled,
    /// The reply had no status.
    Missing,
    /// A status that this library does not know.
    Other(String),
}

impl Status {
    /// The status in the platform's words; empty when the reply had none.
    pub fn as_str(&self) -> &str {
        match self {
            Self::End => "end",
            Self::Agreed => "agreed",
            Self::Wait => "wait",
            Self::InProcess => "in_process",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Canceled => "canceled",
            Self::Missing => "",
            Self::Other(other) => other,
        }
    }

    /// The outcome of a run that was started and has this status.
    pub(crate) fn of_start(&self) -> Outcome {
        match self {
            Self::End | Self::Agreed => Outcome::Ran,
            _ => Outcome::UnderWay,
        }
    }
}

impl From<&str> for Status {
    fn from(text: &str) -> Self {
        match text {
            "end" => Self::End,
            "agreed" => Self::Agreed,
            "wait" => Self::Wait,
            "in_process" => Self::InProcess,
            "failed" => Self::Failed,
            "rejected" => Self::Rejected,
            "canceled" => Self::Canceled,
            "" => Self::Missing,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The outcome of a call, for a program to match on: every error and every success has one.
///
/// ```
/// use apaas_flow::{Client, Outcome};
///
/// let error = Client::builder().build().unwrap_err();
/// assert_eq!(error.outcome(), Outcome::DidNotRun);
/// assert_eq!(error.outcome().as_str(), "did_not_run");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The flow ran to a good end.
    Ran,
    /// The flow did not run: it is safe to call again.
    DidNotRun,
    /// The flow may have run, or may still be running: look it up, or call again **under the same key**.
    MayHaveRun,
    /// The flow ran and did not succeed, or its outputs do not fit the fields.
    Failed,
    /// The flow was started and is not at its end.
    UnderWay,
}

impl Outcome {
    /// The outcome in `snake_case`, such as `may_have_run`: for logs and metrics. It does not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::DidNotRun => "did_not_run",
            Self::MayHaveRun => "may_have_run",
            Self::Failed => "failed",
            Self::UnderWay => "under_way",
        }
    }
}

/// As [`as_str`](Outcome::as_str) has it.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<O> Execution<O> {
    /// The same run with other outputs.
    pub(crate) fn with_output<P>(self, output: P) -> Execution<P> {
        Execution {
            execution_id: self.execution_id,
            status: self.status,
            output,
            idempotency_key: self.idempotency_key,
            log_id: self.log_id,
            attempts: self.attempts,
        }
    }

    /// Always [`Outcome::Ran`]: what an error says by its own [`outcome`](crate::Error::outcome).
    pub fn outcome(&self) -> Outcome {
        Outcome::Ran
    }
}

impl Started {
    /// [`Outcome::Ran`] if the platform says that the run is at its end, else [`Outcome::UnderWay`].
    pub fn outcome(&self) -> Outcome {
        self.status.of_start()
    }
}
