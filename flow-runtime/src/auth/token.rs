//! Tokens, and where they come from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::unread_reply::UnreadReply;
use crate::error::foreign::one_line;
use crate::error::{BoxError, Error, ErrorKind, Ran, Stage};
use crate::panics::contained;
use crate::transport::user_code::UserCode;

/// A future of any type, as [`TokenSource::fetch`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A tenant access token.
///
/// ```
/// use std::time::Duration;
/// use apaas_flow::Token;
///
/// let token = Token::new("t-7f1bcd13fc57d46bac21793a18e560").expires_in(Duration::from_secs(7200));
/// assert!(!format!("{token:?}").contains("7f1b"));
/// ```
#[derive(Clone)]
pub struct Token {
    pub(crate) secret: String,
    pub(crate) lifetime: Option<Duration>,
}

impl Token {
    /// A token that lives until the platform refuses it.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            secret: token.into(),
            lifetime: None,
        }
    }

    /// How long it lives from now on.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }
}

/// Without the token itself.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// Where a client gets its tokens: implement it to take them from a service of your own.
///
/// It only fetches. The client keeps the token until its end, waits for one fetch at a time, and fetches again once
/// when the platform refuses it. A source that fails, panics or takes too long fails the calls that wait for a token,
/// and no other.
///
/// ```
/// use apaas_flow::{BoxError, BoxFuture, Token, TokenSource};
///
/// struct FromFile;
///
/// impl TokenSource for FromFile {
///     fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
///         Box::pin(async { Ok(Token::new(std::fs::read_to_string("/run/token")?.trim())) })
///     }
/// }
/// # let _ = apaas_flow::Client::builder().token_source(FromFile).build()?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// Fetches a token.
    ///
    /// It runs on a thread of its own, inside a runtime of tokio's, and may block. A client's
    /// [timeout](crate::ClientBuilder::timeout) bounds how long a token is waited for.
    ///
    /// # Errors
    /// Any; its text becomes part of the call's error, of kind [`Token`](crate::ErrorKind::Token).
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>>;
}

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        (**self).fetch()
    }
}

/// A source of the user's, asked on a thread that may block.
impl TokenSource for UserCode<dyn TokenSource> {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async {
            let fetched = self.ask(|source| {
                // its error is put into words on that thread, too
                Box::pin(async { contained(source.fetch()).await.map_err(source_failed) })
            });
            let fetched = fetched.await;
            let fetched = fetched.unwrap_or_else(|error| Err(at_token(error.to_string())));
            fetched.map_err(LibraryError::boxed)
        })
    }
}

/// Of a source's own error: more than of the platform's, since it may tell the causes too.
const MOST_OF_WORDS: usize = 1000;

/// An error in the library's own words, on its way out of a source. A user's source cannot make one: whatever its errors
/// say of a run, there was none.
#[derive(Debug)]
pub(super) struct LibraryError(Error);

impl LibraryError {
    pub(super) fn boxed(error: Error) -> BoxError {
        Box::new(Self(error))
    }
}

impl fmt::Display for LibraryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for LibraryError {}

/// What a source's error means.
pub(super) fn source_failed(error: BoxError) -> Error {
    match error.downcast::<LibraryError>() {
        Ok(own) => own.0,
        Err(error) => {
            let said = error.to_string();
            let said = one_line(&said, MOST_OF_WORDS);
            at_token(format!("the token source failed: {said}"))
                .retryable(true)
                .because(error)
        }
    }
}

/// There is no token, so nothing ran.
pub(super) fn at_token(message: impl Into<String>) -> Error {
    Error::plain(ErrorKind::Token, message)
        .ran(Ran::No)
        .at(Stage::Token)
}

/// No token came in time. `unread`: of the platform's own reply, if the token is requested there.
pub(crate) fn no_token_within(limit: Duration, unread: Option<&UnreadReply>) -> Error {
    let log_id = unread.and_then(UnreadReply::log_id);
    let what = match (unread, &log_id) {
        (None, _) => "the token source gave no token",
        (Some(_), None) => "the platform gave no token",
        (Some(_), Some(_)) => "only the head of a reply",
    };
    Error::plain(ErrorKind::Timeout, format!("{what} within {limit:?}"))
        .ran(Ran::No)
        .at(Stage::Token)
        .with(|context| context.log_id = log_id)
}

/// A token that was fetched elsewhere.
///
/// ```
/// use apaas_flow::{Client, StaticToken};
///
/// let client = Client::builder().token_source(StaticToken::new("t-7f1b")).build()?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct StaticToken(Token);

impl StaticToken {
    /// This token, always.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Token::new(token))
    }
}

impl TokenSource for StaticToken {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
