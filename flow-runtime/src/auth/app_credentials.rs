//! Tokens for a custom app's id and secret: the platform's token endpoint.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::token::{BoxFuture, Token, TokenSource};
use crate::error::{BoxError, Error, ErrorKind, Ran, Result, Stage};
use crate::transport::background;
use crate::transport::http::Http;
use crate::wire::path::join;
use crate::wire::{Response, envelope_of};

const PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";

/// The id and the secret of a custom (self-built) app.
pub(crate) struct AppCredentials {
    http: Arc<Http>,
    url: Url,
    body: String,
}

impl AppCredentials {
    pub(crate) fn new(http: Arc<Http>, base: &Url, app_id: &str, app_secret: &str) -> Self {
        Self {
            http,
            url: join(base, PATH),
            body: serde_json::json!({ "app_id": app_id, "app_secret": app_secret }).to_string(),
        }
    }

    async fn request(&self) -> Result<Token> {
        let body = self.body.clone().into();
        let response = self
            .http
            .post(
                self.url.clone(),
                None,
                body,
                Arc::new(AtomicBool::new(false)),
            )
            .await?;
        background::work(response.body.len(), move || token(&response)).await?
    }
}

fn token(response: &Response<'_>) -> Result<Token> {
    envelope_of(response, Stage::Token)?;
    read(&response.body).ok_or_else(|| {
        Error::plain(
            ErrorKind::Token,
            "the token endpoint's reply has no `tenant_access_token`",
        )
        .with(|context| context.log_id.clone_from(&response.log_id))
    })
}

/// `{"code": 0, "msg": "ok", "tenant_access_token": "t-...", "expire": 7200}`, flat
fn read(body: &[u8]) -> Option<Token> {
    let reply: Value = serde_json::from_slice(body).ok()?;
    let token = reply
        .get("tenant_access_token")?
        .as_str()
        .filter(|token| !token.is_empty())?;
    // Without a lifetime it is used once and never kept.
    let lifetime = reply.get("expire").and_then(Value::as_u64).unwrap_or(0);
    Some(Token::new(token).expires_in(Duration::from_secs(lifetime)))
}

impl TokenSource for AppCredentials {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        // No token request ever runs a flow.
        Box::pin(async {
            let token = self.request().await;
            Ok(token.map_err(|error| error.ran(Ran::No).at(Stage::Token))?)
        })
    }
}
