//! HTTP: the one place that knows reqwest.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Method;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName,
    HeaderValue, RETRY_AFTER,
};
use url::Url;

use super::obstacle::{Obstacle, obstacle};
use super::tls::{self, Certificates};
use crate::error::foreign::{ID, one_line};
use crate::error::{Error, ErrorKind, Ran, Result};
use crate::wire::Response;
use crate::wire::retry_after::{http_date, wait};

/// What a user may change of the reqwest client, before our own settings are applied.
pub(crate) type Customize =
    Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// The most bytes that are set aside for a reply before any of them has come.
const ROOM: usize = 64 * 1024;

/// An HTTP client that follows no redirect and resends nothing by itself.
pub(crate) struct Http {
    client: reqwest::Client,
    response_limit: usize,
}

/// The value of an `Authorization` header, which no `Debug` shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Bearer(HeaderValue);

/// Of a token, which goes with each request. Servers refuse heads that are longer.
pub(crate) const MOST_OF_TOKEN: usize = 8 * 1024;

impl Bearer {
    /// None if the token is empty, or cannot be sent: it has characters that no such header carries, or is too long.
    pub(crate) fn new(token: &str) -> Option<Self> {
        if token.is_empty()
            || token.len() > MOST_OF_TOKEN
            || !token.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return None;
        }
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    /// The token in it.
    pub(crate) fn token(&self) -> &[u8] {
        let value = self.0.as_bytes();
        value.strip_prefix(b"Bearer ").unwrap_or(value)
    }
}

/// Follows a request on its way.
pub(crate) trait Watch: Send + Sync + 'static {
    /// The first of the body is handed to a connection: from now on a server may act on it.
    fn leaves(&self);

    fn has_left(&self) -> bool;

    /// The head of the reply is there, with this log id.
    fn is_answered(&self, log_id: Option<&str>);

    /// Nobody waits for the rest of the reply any more, of which this log id is known.
    fn is_given_up(&self, log_id: String);
}

impl Http {
    pub(crate) fn new(
        connect_timeout: Duration,
        response_limit: usize,
        loopback: bool,
        certificates: Certificates,
        customize: Option<Customize>,
    ) -> Result<Self> {
        let mut builder = tls::set_up(reqwest::Client::builder(), certificates)?;
        if loopback {
            // A proxy would look for the emulator on its own machine.
            builder = builder.no_proxy();
        }
        if let Some(customize) = customize {
            builder = customize(builder);
        }
        let client = builder
            .user_agent(concat!("apaas-flow/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect_timeout)
            // The body's departure is exact with HTTP/1 only: a request given up before it does not leave later.
            .http1_only()
            // A 307 of the token request would post the app secret to another place.
            .redirect(reqwest::redirect::Policy::none())
            // What is sent again is decided here alone, where the idempotency key is known.
            .retry(reqwest::retry::never())
            .referer(false)
            // It would log the app secret and the inputs.
            .connection_verbose(false)
            .tcp_nodelay(true)
            .build()
            .map_err(|error| tls::failed("the HTTP client cannot be built", &chain(&error)))?;
        Ok(Self {
            client,
            response_limit,
        })
    }

    /// Posts JSON and reads the whole reply, whatever its status.
    ///
    /// # Errors
    /// No connection, a connection that broke, or a reply over the limit.
    pub(crate) async fn post(
        &self,
        url: Url,
        bearer: Option<&Bearer>,
        body: Bytes,
        watch: Arc<dyn Watch>,
    ) -> Result<Response<'static>> {
        let mut post = pin!(self.post_here(url, bearer, body, watch));
        poll_fn(|cx| poll(post.as_mut(), cx)).await
    }

    async fn post_here(
        &self,
        url: Url,
        bearer: Option<&Bearer>,
        body: Bytes,
        watch: Arc<dyn Watch>,
    ) -> Result<Response<'static>> {
        let mut request = reqwest::Request::new(Method::POST, url);
        fill(request.headers_mut(), bearer);
        *request.body_mut() = Some(reqwest::Body::wrap(Watched {
            body: Some(body),
            watch: watch.clone(),
        }));
        let failed = |error: reqwest::Error| broken(&error, watch.has_left());
        let mut response = self.client.execute(request).await.map_err(failed)?;

        let mut head = Head {
            log_id: log_id(response.headers()),
            watch: &*watch,
        };
        watch.is_answered(head.log_id.as_deref());
        let http_status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let encoding = encoding(response.headers());
        // in one piece, as far as a server's word for it is to be trusted
        let announced = response
            .content_length()
            .and_then(|bytes| usize::try_from(bytes).ok());
        let mut body = Vec::with_capacity(announced.unwrap_or(0).min(ROOM));
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= self.response_limit => chunk,
                Ok(Some(_)) => return Err(head.tell(self.too_large())),
                Ok(None) => break,
                Err(error) => return Err(head.tell(failed(error))),
            };
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            http_status,
            log_id: head.log_id.take(),
            retry_after,
            encoding,
            body: Cow::Owned(body),
        })
    }

    /// The time by the server's clock, as the head of its reply to a bare request tells it.
    pub(crate) async fn date(&self, url: Url) -> Result<Option<SystemTime>> {
        let request = reqwest::Request::new(Method::GET, url);
        let response = self.client.execute(request).await;
        let response = response.map_err(|error| broken(&error, false))?;
        Ok(date(response.headers()))
    }

    fn too_large(&self) -> Error {
        let limit = self.response_limit;
        Error::plain(
            ErrorKind::Malformed,
            format!("the reply is larger than {limit} bytes; see `ClientBuilder::response_limit`"),
        )
        .ran(Ran::Maybe)
    }
}

/// Two kinds of request are posted, and the code for it should not be there twice.
#[inline(never)]
fn poll<F: Future>(future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
    future.poll(cx)
}

/// Of a request's headers, those that are not the client's.
fn fill(headers: &mut HeaderMap, bearer: Option<&Bearer>) {
    // with the client's and the connection's own, in one piece
    headers.reserve(8);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    // What is compressed could not be read, and a decompressed body is of any length.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(Bearer(value)) = bearer {
        headers.insert(AUTHORIZATION, value.clone());
    }
}

/// The head of a reply whose body is still to come.
struct Head<'a> {
    log_id: Option<String>,
    watch: &'a dyn Watch,
}

impl Head<'_> {
    fn tell(&mut self, error: Error) -> Error {
        error.with(|context| context.log_id = self.log_id.take())
    }
}

/// The body never came: time was up, or the call was dropped.
impl Drop for Head<'_> {
    fn drop(&mut self) {
        if let Some(log_id) = self.log_id.take() {
            self.watch.is_given_up(log_id);
        }
    }
}

/// A request that brought no whole reply.
fn broken(error: &reqwest::Error, has_left: bool) -> Error {
    let (kind, what) = if error.is_builder() {
        (ErrorKind::Config, "the request cannot be made")
    } else if !has_left {
        (ErrorKind::Connect, "no connection")
    } else {
        (
            ErrorKind::Gateway,
            "the connection was lost before the whole reply was there",
        )
    };
    let host = error.url().map_or_else(String::new, |url| {
        format!(" to {}", url.origin().ascii_serialization())
    });
    let what = if kind == ErrorKind::Connect {
        format!("{what}{host}")
    } else {
        what.to_owned()
    };
    let chain = chain(error);
    let error = Error::plain(kind, format!("{what}: {chain}"))
        .ran(if has_left { Ran::Maybe } else { Ran::No })
        .timed_out(error.is_timeout());
    match obstacle(&chain) {
        Some(Obstacle { cure, lasts }) if kind == ErrorKind::Connect => {
            let may_heal = error.may_heal() && !lasts;
            error.note(cure).retryable(may_heal)
        }
        _ => error,
    }
}

/// An error with its causes in one line, without the URL, which the flow's name tells better.
fn chain(error: &reqwest::Error) -> String {
    let mut line = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    if cause.is_none() {
        line.push_str(&error.to_string());
    }
    while let Some(error) = cause {
        let text = error.to_string();
        // hyper's word for where it was, and a text that repeats its cause's, tell nobody anything
        if !text.starts_with("client error") && !line.ends_with(&text) {
            let gap = if line.is_empty() { "" } else { ": " };
            // writing to a String cannot fail
            let _ = write!(line, "{gap}{text}");
        }
        cause = error.source();
    }
    line
}

/// The id that support asks for: `X-Tt-Logid`, else `X-Request-Id`.
fn log_id(headers: &HeaderMap) -> Option<String> {
    static NAMES: [HeaderName; 2] = [
        HeaderName::from_static("x-tt-logid"),
        HeaderName::from_static("x-request-id"),
    ];
    NAMES
        .iter()
        .filter_map(|name| headers.get(name))
        .find(|value| !value.is_empty())
        .map(|value| match value.to_str() {
            Ok(ascii) => one_line(ascii, ID).into_owned(),
            Err(_) => one_line(&String::from_utf8_lossy(value.as_bytes()), ID).into_owned(),
        })
}

/// How long to wait: `x-ogw-ratelimit-reset`, else HTTP's own `Retry-After`; the first that means anything.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    static NAMES: [HeaderName; 2] = [
        HeaderName::from_static("x-ogw-ratelimit-reset"),
        RETRY_AFTER,
    ];
    NAMES.iter().find_map(|name| wait_under(name, headers))
}

#[inline(never)] // in the loop over two names it would be there twice
fn wait_under(name: &HeaderName, headers: &HeaderMap) -> Option<Duration> {
    let texts = headers.get_all(name).iter().map(HeaderValue::to_str);
    texts.flatten().find_map(|text| {
        // A point in time is one of the server's clock.
        wait(text, date(headers).unwrap_or_else(SystemTime::now))
    })
}

fn date(headers: &HeaderMap) -> Option<SystemTime> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

fn encoding(headers: &HeaderMap) -> Option<String> {
    let encoding = headers.get(CONTENT_ENCODING)?.to_str().ok()?;
    (!matches!(encoding, "" | "identity")).then(|| encoding.to_owned())
}

/// A body that notes when a connection takes it.
struct Watched {
    body: Option<Bytes>,
    watch: Arc<dyn Watch>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.watch.leaves();
        Poll::Ready(self.body.take().map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}
