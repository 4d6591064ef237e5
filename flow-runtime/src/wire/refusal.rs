//! The error of a reply in which the platform refuses the request.

use super::codes::Meaning;
use super::envelope::Envelope;
use super::hints::Hints;
use super::response::Response;
use super::sent::Sent;
use crate::error::foreign::{SENTENCE, one_line};
use crate::error::{Error, ErrorKind};

pub(super) fn error(
    envelope: &Envelope<'_>,
    response: &Response<'_>,
    meant: &Meaning,
    sent: &Sent<'_>,
) -> Error {
    let what = match meant.kind {
        ErrorKind::Gateway | ErrorKind::Flow => "the platform reports an error",
        _ => "the platform refused the request",
    };
    let mut message = sentence(what, &sent.without_secret(&envelope.msg), meant.cure);
    let hints = envelope.error.map(Hints::read).unwrap_or_default();
    for hint in hints.texts {
        message.push_str("; ");
        message.push_str(&sent.without_secret(&hint));
    }
    response
        .error(meant.kind, message)
        .ran(meant.ran)
        .with(|context| {
            context.code = Some(envelope.code);
            context.log_id = context.log_id.take().or(hints.log_id);
        })
}

/// `what: said; cure`
pub(super) fn sentence(what: &str, said: &str, cure: &str) -> String {
    let said = one_line(said.trim().trim_end_matches('.'), SENTENCE);
    let mut sentence = what.to_owned();
    for (gap, part) in [(": ", &*said), ("; ", cure)] {
        if !part.is_empty() {
            sentence.push_str(gap);
            sentence.push_str(part);
        }
    }
    sentence
}
