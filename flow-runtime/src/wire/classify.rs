//! What a reply means: judged by the outer code, the inner code, `error_msg` and `status`, all four; the HTTP status
//! alone is never trusted.

use std::fmt::Write as _;

use serde_json::Value;

use super::codes::{self, Meaning};
use super::envelope::{self, Data, Envelope};
use super::response::Response;
use crate::error::{Error, ErrorContext, ErrorKind, Ran, Result, Stage};
use crate::execution::{Execution, Status};

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

    /// An error about this run, with all that the reply says of it.
    pub(crate) fn into_error(self, error: Error) -> Error {
        error.ran(Ran::Yes).with(|context| {
            context.execution_id = non_empty(&self.execution_id);
            context.status = Some(self.status).filter(|status| *status != Status::Missing);
            context.log_id = self.log_id;
            context.out_params = Some(self.out_params);
        })
    }
}

/// The execute endpoint's reply.
pub(crate) fn classify(response: &Response<'_>, accept: Accept) -> Result<RunReply> {
    let envelope = envelope_of(response, Stage::Execute)?;
    if !envelope.data.is_object && accept == Accept::Finished {
        return Err(no_data(response));
    }
    let data = &envelope.data;
    let status = Status::from(&*data.status);
    let failure = match (failure_in(data), &status) {
        (Some(meant), _) if meant.kind == ErrorKind::Flow => Some((meant, "the flow failed")),
        (Some(meant), _) => Some((meant, "the flow engine refused the call")),
        (None, Status::Failed) => Some((flow_failed(), "the flow failed")),
        (None, Status::Rejected) => Some((flow_failed(), "the flow was rejected")),
        (None, Status::Canceled) => Some((flow_failed(), "the flow was canceled")),
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
                cure: "a flow with human tasks or long work wants `start`",
            },
            "the flow has not finished",
        )),
        (None, _) => None,
    };
    match failure {
        None => Ok(RunReply {
            execution_id: data.execution_id.clone().into_owned(),
            status,
            out_params: envelope.data.out_params.into_owned(),
            log_id: response.log_id.clone(),
        }),
        Some((meant, what)) => {
            let message = sentence(what, &data.error_msg, meant.cure);
            let error = refusal(&meant, message, response);
            Err(error.with(|context| note_run(context, data)))
        }
    }
}

fn flow_failed() -> Meaning {
    Meaning {
        kind: ErrorKind::Flow,
        ran: Ran::Yes,
        cure: "",
    }
}

/// What a failed reply tells of the run, if there was one.
fn note_run(context: &mut ErrorContext, data: &Data<'_>) {
    context.flow_code = non_empty(&data.code);
    context.status = non_empty(&data.status).map(|status| Status::from(&*status));
    context.execution_id = non_empty(&data.execution_id);
    context.out_params = non_empty(&data.out_params);
}

/// Whether there is a run to show: then no code can say that there was none.
fn begun(data: &Data<'_>) -> bool {
    let outputs = !matches!(data.out_params.trim(), "" | "[]" | "null");
    let status = !matches!(&*data.status, "" | "failed" | "rejected");
    !data.execution_id.is_empty() || outputs || status
}

/// What the flow engine itself reports as wrong.
fn failure_in(data: &Data<'_>) -> Option<Meaning> {
    let error_code = !matches!(data.code.trim(), "" | "0");
    let error_msg = !matches!(data.error_msg.trim(), "" | "success");
    (error_code || error_msg).then(|| codes::inner(data.code.trim(), begun(data)))
}

/// The envelope of either endpoint, if its outer code says that all is well.
pub(crate) fn envelope_of<'a>(response: &'a Response<'_>, stage: Stage) -> Result<Envelope<'a>> {
    let Some(envelope) = envelope::parse(response.json()) else {
        return Err(no_envelope(response, stage));
    };
    let code = envelope.code.unwrap_or_default();
    if code == 0 {
        return Ok(envelope);
    }
    let meant = match stage {
        Stage::Token => codes::outer(code, response.http_status, stage),
        Stage::Execute => refused_with(
            codes::outer(code, response.http_status, stage),
            &envelope.data,
        ),
    };
    let what = match meant.kind {
        ErrorKind::Gateway | ErrorKind::Flow => "the platform reports an error",
        _ => "the platform refused the request",
    };
    let mut message = sentence(what, &envelope.msg, meant.cure);
    let mut log_id = None;
    let error = envelope
        .error
        .and_then(|error| serde_json::from_str::<Value>(error.get()).ok());
    if let Some(error) = &error {
        push_hints(&mut message, error);
        log_id = error
            .get("logid")
            .and_then(Value::as_str)
            .and_then(non_empty);
    }
    Err(refusal(&meant, message, response).with(|context| {
        context.code = Some(code);
        note_run(context, &envelope.data);
        context.log_id = context.log_id.take().or(log_id);
    }))
}

/// An outer code that refuses says that nothing ran, unless there is a run to show for it.
fn refused_with(outer: Meaning, data: &Data<'_>) -> Meaning {
    let inner = failure_in(data);
    let ran = inner.as_ref().map_or(Ran::No, |inner| inner.ran);
    let begun = begun(data) || !data.status.is_empty();
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

/// A reply of something else than the platform: a proxy, a gateway, a wrong address.
fn no_envelope(response: &Response<'_>, stage: Stage) -> Error {
    let http_status = response.http_status;
    let (kind, ran, what) = match http_status {
        300..=399 => (
            ErrorKind::Malformed,
            Ran::Maybe,
            "the server redirects, which is refused since it would send the request to another place; set `base_url` to the platform itself",
        ),
        429 => (
            ErrorKind::RateLimited,
            Ran::No,
            "too many calls, says something before the platform",
        ),
        // Nobody took the request in.
        404 | 405 | 407 | 413 => (
            ErrorKind::Malformed,
            Ran::No,
            "the server does not know this endpoint; check `base_url` and the proxies",
        ),
        500.. => (
            ErrorKind::Gateway,
            Ran::Maybe,
            "something before the platform answered in its place",
        ),
        _ if looks_like_json(response.json()) => (
            ErrorKind::Malformed,
            Ran::Maybe,
            "the reply is broken JSON, or not this endpoint's; check `base_url` and the proxies",
        ),
        _ => (
            ErrorKind::Malformed,
            Ran::Maybe,
            "the reply is not the platform's; check `base_url` and the proxies",
        ),
    };
    let mut message = what.to_owned();
    // A page says what answered. Broken JSON may hold a token or outputs, and what a page repeats of the request
    // begins with a brace.
    if stage == Stage::Execute && !looks_like_json(response.json()) {
        let page = String::from_utf8_lossy(response.json());
        // writing to a String cannot fail
        let _ = write!(
            message,
            ", it begins: {:?}",
            excerpt(page.split(['{', '[']).next().unwrap_or_default(), 120)
        );
    }
    // A status that refuses is believed of a page, not of something that may be a run's reply.
    let ran = match stage {
        Stage::Token => Ran::No,
        Stage::Execute if looks_like_json(response.json()) => Ran::Maybe,
        Stage::Execute => ran,
    };
    let error = refusal(
        &Meaning {
            kind,
            ran,
            cure: "",
        },
        message,
        response,
    );
    if stage == Stage::Token || !looks_like_json(response.json()) {
        return error;
    }
    // It may be a run's reply that only its shell makes unreadable: nothing of it is lost.
    let body = String::from_utf8_lossy(response.json()).into_owned();
    error.with(|context| context.out_params = Some(body))
}

/// `{"code": 0}` and nothing else: every service has such a reply, and this endpoint's has `data`.
fn no_data(response: &Response<'_>) -> Error {
    let meant = Meaning {
        kind: ErrorKind::Malformed,
        ran: Ran::Maybe,
        cure: "",
    };
    let message = "the reply has no `data`; check that `base_url` is the platform's";
    refusal(&meant, message.to_owned(), response)
}

fn looks_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn refusal(meant: &Meaning, message: String, response: &Response<'_>) -> Error {
    Error::plain(meant.kind, message)
        .ran(meant.ran)
        .with(|context| {
            context.http_status = (response.http_status != 200).then_some(response.http_status);
            context.log_id.clone_from(&response.log_id);
            context.retry_after = response.retry_after;
        })
}

/// `what: said; cure`
fn sentence(what: &str, said: &str, cure: &str) -> String {
    let mut sentence = what.to_owned();
    for (gap, part) in [
        (": ", &*excerpt(said.trim().trim_end_matches('.'), 300)),
        ("; ", cure),
    ] {
        if !part.is_empty() {
            sentence.push_str(gap);
            sentence.push_str(part);
        }
    }
    sentence
}

/// What the platform's `error` object adds: the console's pages above all. The values in it are left out.
fn push_hints(message: &mut String, error: &Value) {
    let each = |list: &str| {
        error
            .get(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let text = |item: &Value, key: &str| {
        item.get(key)
            .and_then(Value::as_str)
            .map(|text| excerpt(text, 300))
            .unwrap_or_default()
    };
    let mut hint = |label: &str, what: &str| {
        if !what.is_empty() && !message.contains(what) {
            message.push_str("; ");
            message.push_str(label);
            message.push_str(what);
        }
    };
    for violation in each("field_violations") {
        hint(
            "field ",
            &format!(
                "{}: {}",
                text(violation, "field"),
                text(violation, "description")
            ),
        );
    }
    for violation in each("permission_violations") {
        // The address stands under either key.
        let url = text(violation, "url");
        let url = if url.is_empty() {
            text(violation, "uri")
        } else {
            url
        };
        hint("grant it at ", &url);
    }
    for help in each("helps") {
        hint("see ", &text(help, "url"));
    }
}

/// The beginning of a text, in one line.
fn excerpt(text: &str, most: usize) -> String {
    let mut line: String = text
        .chars()
        .take(most)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
    }
    line
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
