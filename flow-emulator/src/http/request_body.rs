//! The body of a request, up to a limit.

use http_body_util::BodyExt as _;
use hyper::StatusCode;
use hyper::body::Incoming;

use super::reply::Reply;

/// A larger body is answered with HTTP 413.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// How much of a body that is too large is still read, since many clients read no reply before they have sent everything.
const MAX_DRAINED: usize = 64 * 1024 * 1024;

/// Reads a body; an error is the reply to a request without a usable one.
pub(super) async fn read(mut body: Incoming) -> Result<Vec<u8>, Reply> {
    let mut bytes = Vec::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Reply::plain(
                StatusCode::BAD_REQUEST,
                "bad request",
                "The body ended early.",
            ));
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen > MAX_DRAINED {
            break;
        }
        if seen <= MAX_BODY {
            bytes.extend_from_slice(data);
        }
    }
    if seen > MAX_BODY {
        return Err(Reply::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload too large",
            &format!("At most {MAX_BODY} bytes are allowed."),
        ));
    }
    Ok(bytes)
}
