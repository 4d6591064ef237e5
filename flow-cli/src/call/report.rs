//! The outcome of a call, for people and for programs.

use apaas_flow::{CallCounts, DynamicOutput, Error, ErrorKind, Execution, Outcome, Started};
use serde::Serialize;

use super::outputs::{ByName, by_name};
use crate::failure::{USAGE, printable};

/// One object, with the same members for successes and errors: those listed in the package's README.
#[derive(Serialize)]
pub(crate) struct Report {
    outcome: &'static str,
    flow: String,
    execution_id: Option<String>,
    status: Option<String>,
    attempts: u32,
    idempotency_key: Option<String>,
    log_id: Option<String>,
    outputs: ByName,
    error: Option<Failed>,
    #[serde(skip)]
    exit: u8,
}

#[derive(Serialize)]
struct Failed {
    kind: &'static str,
    message: String,
    code: Option<i64>,
    flow_code: Option<String>,
    retryable: bool,
}

impl Report {
    pub(crate) fn ran(flow: &str, run: Execution<DynamicOutput>) -> Self {
        let (outputs, unreadable) = by_name(&run.output);
        if let Some(error) = unreadable {
            // it has all that is known of the run
            return Self {
                outputs,
                ..Self::failed(flow, &error)
            };
        }
        Self {
            outcome: Outcome::Ran.as_str(),
            flow: flow.to_owned(),
            execution_id: filled(&run.execution_id),
            status: filled(run.status.as_str()),
            attempts: run.attempts,
            idempotency_key: filled(&run.idempotency_key),
            log_id: run.log_id,
            outputs,
            error: None,
            exit: 0,
        }
    }

    pub(crate) fn started(flow: &str, run: Started) -> Self {
        Self {
            outcome: run.outcome().as_str(),
            flow: flow.to_owned(),
            execution_id: filled(&run.execution_id),
            status: filled(run.status.as_str()),
            attempts: run.attempts,
            idempotency_key: filled(&run.idempotency_key),
            log_id: run.log_id,
            outputs: ByName::new(),
            error: None,
            exit: 0,
        }
    }

    pub(crate) fn failed(flow: &str, error: &Error) -> Self {
        Self {
            outcome: error.outcome().as_str(),
            flow: flow.to_owned(),
            execution_id: error.execution_id().and_then(filled),
            status: error.status().and_then(|status| filled(status.as_str())),
            attempts: error.attempts(),
            idempotency_key: error.idempotency_key().and_then(filled),
            log_id: error.log_id().and_then(filled),
            outputs: error
                .out_params()
                .and_then(|text| DynamicOutput::parse(text).ok())
                .map(|output| by_name(&output).0)
                .unwrap_or_default(),
            error: Some(Failed {
                kind: error.kind().as_str(),
                message: error.to_string(),
                code: error.code(),
                flow_code: error.flow_code().map(str::to_owned),
                retryable: error.is_retryable(),
            }),
            exit: exit_status(error),
        }
    }

    /// A mistake by the user: nothing was sent.
    pub(crate) fn usage(flow: &str, message: &str) -> Self {
        Self::unsent(flow, "usage", message, USAGE)
    }

    /// Ctrl-C or SIGTERM, after this many attempts, with the outcome by then.
    pub(crate) fn interrupted(flow: &str, key: &str, attempts: u32, ended: CallCounts) -> Self {
        let (outcome, message, exit) = if ended.did_not_run > 0 {
            let message =
                "interrupted before a request that could run the flow had left; it did not run"
                    .to_owned();
            (Outcome::DidNotRun, message, 1)
        } else {
            let message = format!(
                "interrupted after the request had left; the flow may have run; to find out, call again with --key {key}: a used key is refused, so the flow cannot run twice under it"
            );
            (Outcome::MayHaveRun, message, 3)
        };
        Self {
            outcome: outcome.as_str(),
            attempts,
            idempotency_key: filled(key),
            ..Self::unsent(flow, "interrupted", &message, exit)
        }
    }

    fn unsent(flow: &str, kind: &'static str, message: &str, exit: u8) -> Self {
        Self {
            outcome: Outcome::DidNotRun.as_str(),
            flow: flow.to_owned(),
            execution_id: None,
            status: None,
            attempts: 0,
            idempotency_key: None,
            log_id: None,
            outputs: ByName::new(),
            error: Some(Failed {
                kind,
                message: message.to_owned(),
                code: None,
                flow_code: None,
                retryable: false,
            }),
            exit,
        }
    }

    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// The exit status if nobody gets this: no success, whatever became of the run.
    pub(crate) fn exit_unprinted(&self) -> u8 {
        match self.exit {
            0 if self.outcome == Outcome::UnderWay.as_str() => 5,
            0 => 4,
            exit => exit,
        }
    }

    /// The message for people, on stderr.
    pub(crate) fn complaint(&self) -> Option<&str> {
        self.error.as_ref().map(|error| error.message.as_str())
    }

    pub(crate) fn json(&self) -> String {
        // cannot fail: its maps have keys of text
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// A line for each known member, then the outputs.
    pub(crate) fn text(&self) -> String {
        let attempts = self.attempts.to_string();
        let lines = [
            ("outcome", Some(self.outcome)),
            ("flow", Some(&*self.flow)),
            ("status", self.status.as_deref()),
            ("execution id", self.execution_id.as_deref()),
            ("key", self.idempotency_key.as_deref()),
            ("log id", self.log_id.as_deref()),
            ("attempts", (self.attempts > 0).then_some(&*attempts)),
        ];
        let mut text = String::new();
        for (name, value) in lines {
            if let Some(value) = value {
                text.push_str(&format!("{name:<14}{}\n", printable(value)));
            }
        }
        let width = self.outputs.keys().map(|name| name.chars().count()).max();
        let width = width.unwrap_or_default();
        if !self.outputs.is_empty() {
            text.push_str("\noutputs\n");
        }
        for (name, value) in &self.outputs {
            text.push_str(&format!(
                "  {:<width$}  {}\n",
                printable(name),
                printable(value.get())
            ));
        }
        text
    }
}

/// The exit status of an error, as listed in the command's help.
fn exit_status(error: &Error) -> u8 {
    match (error.kind(), error.outcome()) {
        (ErrorKind::Config | ErrorKind::Encode, Outcome::DidNotRun) => USAGE,
        (_, Outcome::Ran) => 0,
        (_, Outcome::DidNotRun) => 1,
        (_, Outcome::Failed) => 4,
        (_, Outcome::UnderWay) => 5,
        // what is new is not known to be safe
        _ => 3,
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
