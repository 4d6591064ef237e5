//! From the bytes of either endpoint's reply to its envelope.

use std::borrow::Cow;

use super::envelope::{self, Envelope};
use super::intermediary;
use super::raw::Fault;
use super::response::Response;
use super::sent::Sent;
use crate::codec::repair;
use crate::error::{Error, ErrorKind, Ran, Result, Stage};

/// Reads the envelope and judges it. Where it cannot be read for a bad character, it is read once more without: what
/// the reply says is worth more than how it is written.
pub(super) fn read<T>(
    mut response: Response<'_>,
    stage: Stage,
    sent: &Sent<'_>,
    judge: impl Fn(Envelope<'_>, &Response<'_>) -> Result<T>,
) -> Result<T> {
    sent.hide_in(&mut response.log_id);
    let mut fault = match envelope::parse(response.json()) {
        Ok(envelope) => return judge(envelope, &response),
        Err(fault) => fault,
    };
    let repaired = match fault {
        Fault::Unreadable if response.looks_like_json() => repair(response.json()),
        _ => None,
    };
    if let Some(repaired) = repaired {
        // the unreadable one goes first: there is never a third text of this length
        response.body = Cow::Owned(repaired);
        fault = match envelope::parse(response.json()) {
            Ok(envelope) => return judge(envelope, &response),
            Err(fault) => fault,
        };
    }
    Err(match fault {
        Fault::Unreadable => intermediary::error(&response, stage, sent),
        Fault::Ambiguous => ambiguous(&response, stage),
    })
}

/// Which of its two words is meant decides whether a flow ran, and nobody can say which it is.
pub(super) fn ambiguous(response: &Response<'_>, stage: Stage) -> Error {
    let error = response.error(
        ErrorKind::Malformed,
        "the reply says two things at once: a key comes twice with different values; check the proxies",
    );
    match stage {
        Stage::Token => error.ran(Ran::No),
        Stage::Execute => error
            .ran(Ran::Maybe)
            .with(|context| context.out_params = Some(response.text())),
    }
}
