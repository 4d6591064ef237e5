//! Written by hand on reqwest for speed: a URL parsed once, a cached token, timeouts, an idempotency key, and the
//! visitor of `reply`. No rate limit, no retries, no renewal of a refused token.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use apaas_flow::wire;
use reply::{Run, Sample};
use reqwest::{Url, header};
use serde::{Deserialize, Serialize};

use crate::{Fetch, TOKEN_PATH};

pub type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Serialize)]
struct Params {
    #[serde(rename = "variable_order")]
    order: i64,
}

#[derive(Serialize)]
struct Request<'a> {
    operator: &'a str,
    params: String,
    idempotent_key: String,
}

#[derive(Serialize)]
struct Credentials<'a> {
    app_id: &'a str,
    app_secret: &'a str,
}

#[derive(Deserialize)]
struct TokenReply {
    code: i64,
    #[serde(default)]
    msg: String,
    #[serde(default)]
    tenant_access_token: String,
    #[serde(default)]
    expire: u64,
}

struct Token {
    text: String,
    until: Instant,
}

pub struct Client {
    http: reqwest::Client,
    base_url: Url,
    operator: String,
    token: RwLock<Option<Token>>,
}

impl Client {
    pub fn new(base_url: &str) -> Result<Self, Error> {
        Ok(Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .connect_timeout(Duration::from_secs(5))
                .build()?,
            base_url: base_url.parse()?,
            operator: serde_json::to_string(&reply::by_hand::operator())?,
            token: RwLock::new(None),
        })
    }

    pub fn url<F: Sample>(&self) -> Result<Url, Error> {
        Ok(self.base_url.join(&wire::path::<Fetch<F>>())?)
    }

    /// The reply is read by the sample's visitor.
    pub async fn execute<F: Sample>(&self, url: Url, order: i64) -> Result<Run<F::Output>, Error> {
        let body = Request {
            operator: &self.operator,
            params: serde_json::to_string(&Params { order })?,
            idempotent_key: uuid::Uuid::new_v4().to_string(),
        };
        let token = self.token().await?;
        let reply = self.post(url, &body, Some(&token)).await?.bytes().await?;
        Ok(F::decode_by_hand(&reply))
    }

    async fn token(&self) -> Result<String, Error> {
        match &*self.token.read().unwrap_or_else(PoisonError::into_inner) {
            Some(token) if token.until > Instant::now() => return Ok(token.text.clone()),
            _ => {}
        }
        let credentials = Credentials {
            app_id: "cli_bench",
            app_secret: "secret",
        };
        let url = self.base_url.join(TOKEN_PATH)?;
        let reply = self.post(url, &credentials, None).await?.bytes().await?;
        let reply: TokenReply = serde_json::from_slice(&reply)?;
        if reply.code != 0 {
            return Err(reply.msg.into());
        }
        let left = Duration::from_secs(reply.expire.saturating_sub(60));
        let text = reply.tenant_access_token;
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = Some(Token {
            text: text.clone(),
            until: Instant::now() + left,
        });
        Ok(text)
    }

    async fn post(
        &self,
        url: Url,
        body: &impl Serialize,
        token: Option<&str>,
    ) -> Result<reqwest::Response, Error> {
        let mut request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(serde_json::to_vec(body)?);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Ok(request.send().await?.error_for_status()?)
    }
}
