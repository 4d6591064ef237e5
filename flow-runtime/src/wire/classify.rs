//! What the execute endpoint's reply means: judged by the outer code, the inner code, `error_msg` and `status`, all
//! four; the HTTP status alone is never trusted.

use std::borrow::Cow;

use super::codes::{self, Meaning};
use super::envelope::{Data, Envelope};
use super::raw::{integer, is_compound};
use super::refusal::{self, sentence};
use super::response::Response;
use super::sent::Sent;
use crate::codec::repair;
use crate::error::foreign::{ID, SENTENCE, one_line};
use crate::error::{Error, ErrorContext, ErrorKind, Ran, Result, Stage};
use crate::execution::{Execution, Outcome, Status};

/// Which statuses a call takes for success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// `execute`: the flow is at its end.
    Finished,
    /// `start`: the flow may still be under way.
    Begun,
}

/// A run that went well, its outputs still as text.
#[derive(Clone)]
pub(crate) struct RunReply {
    pub(crate) execution_id: String,
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
    pub(crate) out_params: String,
    pub(crate) log_id: Option<String>,
}

impl RunReply {
    /// An execution that no call is known of.
    pub(crate) fn into_execution<O>(self, output: O) -> Execution<O> {
        Execution {
            execution_id: self.execution_id,
            status: self.status,
            output,
            idempotency_key: String::new(),
            log_id: self.log_id,
            attempts: 1,
        }
    }

    /// Makes outputs readable that bad characters keep from being read; false where there are none, so that it helps
    /// once at most.
    pub(crate) fn repair_outputs(&mut self) -> bool {
        let repaired = repair(self.out_params.as_bytes());
        let repaired = repaired.and_then(|text| String::from_utf8(text).ok());
        repaired
            .map(|repaired| self.out_params = repaired)
            .is_some()
    }

    /// An error in the outputs of this run, with all that the reply says of it. It ended, whatever the kind of an error
    /// that a user's own code made.
    pub(crate) fn into_error(self, error: Error) -> Error {
        let error = error.ran(Ran::Yes).with_outcome(Outcome::Failed);
        error.with(|context| {
            context.execution_id = non_empty(&self.execution_id);
            context.status = Some(self.status).filter(|status| *status != Status::Missing);
            context.log_id = self.log_id;
            context.out_params = Some(self.out_params);
        })
    }
}

/// The execute endpoint's reply to what was sent.
pub(crate) fn classify(
    response: Response<'_>,
    accept: Accept,
    sent: &Sent<'_>,
) -> Result<RunReply> {
    super::reply::read(response, Stage::Execute, sent, |envelope, response| {
        if envelope.code == 0 {
            judge(envelope, response, accept, sent)
        } else {
            Err(refused(envelope, response, sent))
        }
    })
}

/// A reply whose outer code says that all is well.
fn judge(
    envelope: Envelope<'_>,
    response: &Response<'_>,
    accept: Accept,
    sent: &Sent<'_>,
) -> Result<RunReply> {
    let data = &envelope.data;
    let status = status_of(data);
    let failure = match (failure_in(data), &status) {
        (Some(meant), _) if meant.kind == ErrorKind::Flow => Some((meant, "the flow failed")),
        (Some(meant), _) if meant.kind == ErrorKind::Gateway => {
            Some((meant, "the flow engine reports an error"))
        }
        (Some(meant), _) => Some((meant, "the flow engine refused the call")),
        (None, Status::Failed) => Some((FLOW_FAILED, "the flow failed")),
        (None, Status::Rejected) => Some((FLOW_FAILED, "the flow was rejected")),
        (None, Status::Canceled) => Some((FLOW_FAILED, "the flow was canceled")),
        (None, Status::Other(_)) => Some((
            Meaning {
                kind: ErrorKind::Malformed,
                ran: Ran::Maybe,
                cure: "a newer version of apaas-flow may know it",
            },
            "the platform gave a status that this version does not know",
        )),
        (None, Status::Wait | Status::InProcess) if accept == Accept::Finished => Some((
            Meaning {
                kind: ErrorKind::Unfinished,
                ran: Ran::Yes,
                cure: "use `start` for long-running flows or human tasks",
            },
            "the flow has not finished",
        )),
        (None, Status::Missing) if !begun(data) => return Err(no_run(response, data)),
        (None, _) => None,
    };
    match failure {
        None => Ok(RunReply {
            execution_id: id(&data.execution_id),
            outcome: match accept {
                Accept::Finished => Outcome::Ran,
                Accept::Begun => status.of_start(),
            },
            status,
            out_params: without_mark(envelope.data.out_params).into_owned(),
            log_id: response.log_id.clone(),
        }),
        Some((meant, what)) => {
            let said = sent.without_secret(&data.error_msg);
            let message = sentence(what, &said, meant.cure);
            let error = response.error(meant.kind, message).ran(meant.ran);
            Err(error.with(|context| note_run(context, envelope.data, &said)))
        }
    }
}

const FLOW_FAILED: Meaning = Meaning {
    kind: ErrorKind::Flow,
    ran: Ran::Yes,
    cure: "",
};

/// Every service has a reply like `{"code": 0, "data": {}}`: it does not show that anything ran.
fn no_run(response: &Response<'_>, data: &Data<'_>) -> Error {
    let message = if data.names_run {
        "the reply's `data` is not an object, though it names a run"
    } else if data.is_object {
        "the reply says nothing of a run: no execution id, no status, no outputs; check that `base_url` is the platform's"
    } else {
        "the reply has no `data`; check that `base_url` is the platform's"
    };
    response
        .error(ErrorKind::Malformed, message)
        .ran(Ran::Maybe)
        .with(|context| context.out_params = Some(response.text()))
}

/// The error of an outer code that refuses.
fn refused(envelope: Envelope<'_>, response: &Response<'_>, sent: &Sent<'_>) -> Error {
    let meant = refused_with(
        codes::outer(envelope.code, response.http_status, Stage::Execute),
        &envelope.data,
    );
    let said = sent.without_secret(&envelope.data.error_msg);
    refusal::error(&envelope, response, &meant, sent)
        .with(|context| note_run(context, envelope.data, &said))
}

/// It says that nothing ran, unless there is a run to show for it.
fn refused_with(outer: Meaning, data: &Data<'_>) -> Meaning {
    let inner = failure_in(data);
    let ran = inner.as_ref().map_or(Ran::No, |inner| inner.ran);
    let begun = begun(data) || data.names_run || !data.status.trim().is_empty();
    match inner {
        Some(inner) if inner.kind == ErrorKind::KeyUsed => inner,
        _ => Meaning {
            ran: outer
                .ran
                .max(ran)
                .max(if begun { Ran::Maybe } else { Ran::No }),
            ..outer
        },
    }
}

/// What a failed reply tells of the run, if there was one; `said` is its message, without secrets.
fn note_run(context: &mut ErrorContext, data: Data<'_>, said: &str) {
    context.flow_message = Some(said.trim())
        .filter(|said| !is_no_error(said))
        .map(|said| one_line(said, SENTENCE).into_owned());
    context.flow_code = non_empty(&one_line(data.code.trim(), ID));
    context.status = Some(status_of(&data)).filter(|status| *status != Status::Missing);
    context.execution_id = non_empty(&id(&data.execution_id));
    // it can be long, so it is copied only where it stands in the reply as it is
    context.out_params = Some(data.out_params.into_owned()).filter(|text| !text.is_empty());
}

/// Whether there is a run to show: then no code can say that there was none.
fn begun(data: &Data<'_>) -> bool {
    let outputs = !matches!(data.out_params.trim(), "" | "[]" | "{}" | "null");
    let status = !matches!(data.status.trim(), "" | "failed" | "rejected");
    !data.execution_id.is_empty() || outputs || status
}

/// Without the byte order mark that whoever made the text may have put in front of it.
fn without_mark(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

/// What the flow engine itself reports as wrong.
fn failure_in(data: &Data<'_>) -> Option<Meaning> {
    let code = data.code.trim();
    let error_code = !is_no_error(code) && integer(code) != Some(0);
    let error_msg = !is_no_error(data.error_msg.trim());
    (error_code || error_msg).then(|| codes::inner(code, begun(data)))
}

/// Nothing, or another service's word for it; `null` is what becomes of nothing that is made a text.
fn is_no_error(text: &str) -> bool {
    let words = ["null", "ok", "success"];
    text.is_empty() || words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn status_of(data: &Data<'_>) -> Status {
    Status::from(&*one_line(data.status.trim(), ID))
}

/// The platform's id of a run, for a program to use: empty if it is none.
fn id(text: &str) -> String {
    if is_compound(text) {
        String::new()
    } else {
        one_line(text, ID).into_owned()
    }
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
