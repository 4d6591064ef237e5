//! One reply, whatever it says: status, headers and body.

mod execute;
mod refusal;
mod token;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::state::end::End;

const LOG_ID: HeaderName = HeaderName::from_static("x-tt-logid");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// A reply, and one line with the outcome of the request, without any of its values.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) summary: String,
    /// The outcome of the flow, if the request was for one.
    pub(super) end: Option<End>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: String,
}

impl Reply {
    fn json(status: StatusCode, body: &Value, summary: String) -> Self {
        Self {
            status,
            summary,
            end: None,
            headers: vec![(CONTENT_TYPE, JSON)],
            body: body.to_string(),
        }
    }

    /// As a gateway replies if no endpoint can.
    pub(super) fn plain(status: StatusCode, reason: &str, explanation: &str) -> Self {
        Self {
            status,
            summary: reason.to_owned(),
            end: None,
            headers: vec![(CONTENT_TYPE, PLAIN)],
            body: format!("{} {reason}\n{explanation}\n", status.as_u16()),
        }
    }

    /// A page from something that is not the platform.
    pub(super) fn page(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Unknown");
        let title = format!("{} {title}", status.as_u16());
        Self {
            status,
            summary: title.clone(),
            end: None,
            headers: vec![(CONTENT_TYPE, HTML)],
            body: format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
                 <center><h1>{title}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
            ),
        }
    }

    /// Sends the client elsewhere, with the same request.
    pub(super) fn redirect(location: &str) -> Self {
        let mut reply = Self::page(StatusCode::TEMPORARY_REDIRECT);
        if let Ok(location) = HeaderValue::from_str(location) {
            reply.headers.push((LOCATION, location));
        }
        reply
    }

    /// The beginning of an endless reply, from either endpoint.
    pub(super) fn opening() -> Self {
        Self {
            status: StatusCode::OK,
            summary: "endless reply".to_owned(),
            end: None,
            headers: vec![(CONTENT_TYPE, JSON)],
            body: "{\"code\":0,\"msg\":\"".to_owned(),
        }
    }

    /// Half of the body, sent as if it were whole.
    pub(super) fn truncated(mut self) -> Self {
        let half = self.body.len() / 2;
        let end = (half..self.body.len()).find(|&end| self.body.is_char_boundary(end));
        self.body.truncate(end.unwrap_or_default());
        self
    }

    pub(super) fn ended(mut self, end: End) -> Self {
        self.end = Some(end);
        self
    }

    /// The headers of its own and the body.
    #[cfg(feature = "cli")]
    pub(super) fn parts(&self) -> (&[(HeaderName, HeaderValue)], &str) {
        (&self.headers, &self.body)
    }

    pub(super) fn into_response(self, log_id: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
        if let Ok(log_id) = HeaderValue::from_str(log_id) {
            headers.insert(LOG_ID, log_id);
        }
        response
    }
}
