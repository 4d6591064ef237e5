//! The token endpoint's reply: `{"code": 0, "msg": "ok", "tenant_access_token": "t-...", "expire": 7200}`, flat.

use std::time::Duration;

use super::codes;
use super::raw::{Fault, members, scalar};
use super::refusal;
use super::reply;
use super::response::Response;
use super::sent::Sent;
use crate::error::{Error, ErrorKind, Result, Stage};

/// A token, and how long it lives.
pub(crate) struct TokenReply {
    pub(crate) token: String,
    /// None if the reply does not say it: such a token is used once and never kept.
    pub(crate) lifetime: Option<Duration>,
}

/// The token endpoint's reply to what was sent.
pub(crate) fn token(response: Response<'_>, sent: &Sent<'_>) -> Result<TokenReply> {
    reply::read(response, Stage::Token, sent, |envelope, response| {
        if envelope.code != 0 {
            let meant = codes::outer(envelope.code, response.http_status, Stage::Token);
            return Err(refusal::error(&envelope, response, &meant, sent));
        }
        granted(response)
    })
}

fn granted(response: &Response<'_>) -> Result<TokenReply> {
    let [token, expire] = match members(response.json(), ["tenant_access_token", "expire"]) {
        Ok(values) => values,
        Err(Fault::Ambiguous) => return Err(reply::ambiguous(response, Stage::Token)),
        Err(Fault::Unreadable) => return Err(no_token(response)),
    };
    let token = token
        .filter(|token| token.get().starts_with('"'))
        .and_then(scalar)
        .filter(|token| !token.trim().is_empty());
    match token {
        Some(token) => Ok(TokenReply {
            token: token.trim().to_owned(),
            lifetime: expire.and_then(scalar).and_then(|text| seconds(&text)),
        }),
        None => Err(no_token(response)),
    }
}

fn no_token(response: &Response<'_>) -> Error {
    response.error(
        ErrorKind::Token,
        "the token endpoint's reply has no `tenant_access_token`; check `base_url` and the proxies",
    )
}

/// Longer than any token lives, and short enough for the arithmetic of time.
const LONGEST: f64 = 1e9;

/// A number, in digits or as a text.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds.min(LONGEST)).ok()
}
