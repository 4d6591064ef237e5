//! A reply that is not the platform's: a proxy's, a gateway's, or that of a wrong address.

use std::fmt::Write as _;

use super::readable::decoded;
use super::response::Response;
use super::sent::Sent;
use crate::error::foreign::{NAME, one_line};
use crate::error::{Error, ErrorKind, Ran, Stage};

/// What a page is read for, and how much of it is shown.
const LOOKED_AT: usize = 4096;
const SHOWN: usize = 120;

struct Verdict {
    kind: ErrorKind,
    ran: Ran,
    what: &'static str,
    /// Whether another attempt may fare better, where the kind alone would say so.
    may_heal: bool,
}

fn verdict(kind: ErrorKind, ran: Ran, what: &'static str) -> Verdict {
    Verdict {
        kind,
        ran,
        what,
        may_heal: true,
    }
}

/// What the HTTP status says, if nothing else does.
fn of_status(http_status: u16) -> Option<Verdict> {
    use ErrorKind::{Connect, Gateway, Invalid, Malformed, RateLimited};
    use Ran::{Maybe, No};

    Some(match http_status {
        300..=399 => verdict(
            Malformed,
            Maybe,
            "the server redirects, which is refused since it would send the request to another place; set `base_url` to the platform itself",
        ),
        404 | 405 => verdict(
            Malformed,
            No,
            "the server does not know this endpoint; check `base_url` and the proxies",
        ),
        407 => Verdict {
            may_heal: false,
            ..verdict(
                Connect,
                No,
                "the proxy wants to be logged in to; put a user and a password into its address",
            )
        },
        // What a server sends on a connection that it closes: a connection that was lost, and no answer.
        408 => verdict(
            Gateway,
            Maybe,
            "the server closed the connection before it had read the request",
        ),
        421 | 425 => verdict(
            Gateway,
            No,
            "the server did not want the request on this connection",
        ),
        413 => verdict(
            Invalid,
            No,
            "the request is too large for the server or a proxy in front of it; send less in the inputs",
        ),
        429 => verdict(
            RateLimited,
            No,
            "rate limited by a proxy in front of the platform",
        ),
        500.. => verdict(
            Gateway,
            Maybe,
            "something in front of the platform answered in its place",
        ),
        _ => return None,
    })
}

/// The error of such a reply.
pub(super) fn error(response: &Response<'_>, stage: Stage, sent: &Sent<'_>) -> Error {
    let is_json = response.looks_like_json();
    let is_page = !is_json && response.encoding().is_none();
    let found = of_status(response.http_status).unwrap_or_else(|| {
        let what = if is_json {
            "the reply is broken JSON, or not this endpoint's; check `base_url` and the proxies"
        } else {
            "the reply is not the platform's; check `base_url` and the proxies"
        };
        verdict(ErrorKind::Malformed, Ran::Maybe, what)
    });
    let mut message = found.what.to_owned();
    if let Some(encoding) = response.encoding() {
        // writing to a String cannot fail
        let _ = write!(
            message,
            "; its body is compressed ({}), which the request did not ask for: check the proxies",
            one_line(encoding, NAME)
        );
    }
    // A page says what answered. Broken JSON may hold a token or outputs, and what a page repeats of the request begins
    // with a brace.
    if stage == Stage::Execute && is_page {
        let _ = write!(message, ", it begins: {:?}", excerpt(response.json(), sent));
    }
    // A status that refuses is believed of a page, not of something that may be a run's reply.
    let ran = match stage {
        Stage::Token => Ran::No,
        Stage::Execute if is_json => Ran::Maybe,
        Stage::Execute => found.ran,
    };
    let error = response.error(found.kind, message).ran(ran);
    let error = if found.may_heal {
        error
    } else {
        error.retryable(false)
    };
    if stage == Stage::Execute && is_json {
        // It may be a run's reply that only its shell makes unreadable: nothing of it is lost.
        error.with(|context| context.out_params = Some(response.text()))
    } else {
        error
    }
}

/// The beginning of a page in one line, without what the request had in it.
fn excerpt(page: &[u8], sent: &Sent<'_>) -> String {
    let page = page.get(..LOOKED_AT).unwrap_or(page);
    let decoded = decoded(page);
    let before_braces = decoded.split(['{', '[']).next().unwrap_or_default();
    let line = one_line(before_braces.trim(), SHOWN + NAME);
    one_line(&sent.without_any(&line), SHOWN).into_owned()
}
