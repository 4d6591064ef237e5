//! Tokens for a custom app's id and secret: the platform's token endpoint.

use std::sync::Arc;

use bytes::Bytes;
use url::Url;

use super::token::{BoxFuture, LibraryError, Token, TokenSource};
use super::unread_reply::{TokenWatch, UnreadReply};
use crate::codec::push_json_string;
use crate::error::{BoxError, Ran, Result, Stage};
use crate::transport::background;
use crate::transport::http::Http;
use crate::wire::path::join;
use crate::wire::{Sent, token};

const PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";

/// The id and the secret of a custom (self-built) app.
pub(crate) struct AppCredentials {
    http: Arc<Http>,
    url: Url,
    body: Bytes,
    /// To be known where a reply repeats it.
    secret: String,
    unread: Arc<UnreadReply>,
}

impl AppCredentials {
    pub(crate) fn new(
        http: Arc<Http>,
        base: &Url,
        app_id: &str,
        app_secret: &str,
        unread: Arc<UnreadReply>,
    ) -> Self {
        Self {
            http,
            url: join(base, PATH),
            body: body(app_id, app_secret),
            secret: app_secret.to_owned(),
            unread,
        }
    }

    async fn request(&self) -> Result<Token> {
        let response = self
            .http
            .post(
                self.url.clone(),
                None,
                self.body.clone(),
                Arc::new(TokenWatch::new(self.unread.clone())),
            )
            .await?;
        self.unread.forget();
        let length = response.body.len().saturating_add(self.body.len());
        let (secret, body) = (self.secret.clone(), self.body.clone());
        let read = move || {
            let sent = Sent {
                secret: secret.as_bytes(),
                body: &body,
            };
            token(response, &sent)
        };
        let reply = background::work(length, read).await??;
        // Without a lifetime it is used once and never kept.
        Ok(Token::new(reply.token).expires_in(reply.lifetime.unwrap_or_default()))
    }
}

/// Without a `serde_json::Value`, which would bring all of its code with it.
fn body(app_id: &str, app_secret: &str) -> Bytes {
    let mut body = br#"{"app_id":"#.to_vec();
    push_json_string(&mut body, app_id);
    body.extend_from_slice(br#","app_secret":"#);
    push_json_string(&mut body, app_secret);
    body.push(b'}');
    body.into()
}

impl TokenSource for AppCredentials {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        // No token request ever runs a flow.
        Box::pin(async {
            let token = self.request().await;
            token.map_err(|error| LibraryError::boxed(error.ran(Ran::No).at(Stage::Token)))
        })
    }
}
