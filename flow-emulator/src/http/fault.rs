//! What each fault looks like to the client.

use hyper::StatusCode;

use super::delivery::Delivery;
use super::reply::Reply;
use crate::state::fault::Fault;

/// The limit that an injected rate limit names: the platform's own, in calls per minute.
const LIMIT: usize = 100;

/// What the client gets instead of the usual reply; `None` if it gets a distorted one, see [`distort`].
pub(super) fn replacement(fault: &Fault, log_id: &str) -> Option<Delivery> {
    Some(match fault {
        Fault::RateLimited { reset } => {
            Delivery::Whole(Reply::rate_limited(LIMIT, &reset.to_string(), log_id))
        }
        Fault::StaleToken { http_status } => {
            Delivery::Whole(Reply::stale_token(status(*http_status), log_id))
        }
        Fault::Gateway { http_status, .. } => Delivery::Whole(Reply::page(status(*http_status))),
        Fault::Internal { .. } => Delivery::Whole(Reply::internal(log_id)),
        Fault::Dropped { .. } => Delivery::HangUp,
        Fault::Silent { .. } => Delivery::Silent,
        Fault::Endless => Delivery::Endless(Reply::opening()),
        Fault::Html { .. } => Delivery::Whole(Reply::page(StatusCode::OK)),
        Fault::Redirect { location } => Delivery::Whole(Reply::redirect(location)),
        Fault::Slow(_) | Fault::Truncated | Fault::CutOff | Fault::Status(_) => return None,
    })
}

/// The usual reply, with what goes wrong with it.
pub(super) fn distort(fault: &Fault, usual: Reply) -> Delivery {
    match fault {
        Fault::Slow(delay) => Delivery::Delayed(usual, *delay),
        Fault::Truncated => Delivery::Whole(usual.truncated()),
        Fault::CutOff => Delivery::CutOff(usual),
        Fault::Status(status) => Delivery::Whole(usual.with_data_status(status)),
        _ => Delivery::Whole(usual),
    }
}

/// A status that was checked when the fault was injected.
fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY)
}
