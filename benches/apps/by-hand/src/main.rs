//! The same app as `ours`, written by hand: a cached token, timeouts, an idempotency key, serde derives.
//! No rate limit, no retries, no renewal of a refused token.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Clone, Serialize)]
struct DeleteObject {
    #[serde(rename = "variable_rgrtgqworiginal")]
    record: RecordRef,
}

#[derive(Debug, Clone, Serialize)]
struct RecordRef {
    #[serde(rename = "_id")]
    id: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct DeleteObjectOutput {
    #[serde(rename = "_flowExecutionID")]
    flow_execution_id: i64,
}

#[derive(Serialize)]
struct Operator {
    #[serde(rename = "_id", skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

#[derive(Serialize)]
struct Request {
    operator: String,
    params: String,
    idempotent_key: String,
}

#[derive(Deserialize)]
struct Reply {
    code: i64,
    #[serde(default)]
    msg: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    status: String,
    #[serde(default)]
    out_params: String,
    #[serde(default)]
    execution_id: String,
    #[serde(default)]
    error_msg: String,
}

#[derive(Deserialize)]
struct Pair {
    api_name: String,
    value: Value,
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

struct Client {
    http: reqwest::Client,
    base_url: String,
    app_id: String,
    app_secret: String,
    operator: String,
    token: Mutex<Option<Token>>,
}

impl Client {
    fn from_env() -> Result<Self, Error> {
        let var = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
        let operator = Operator {
            id: var("APAAS_OPERATOR_ID")
                .ok()
                .map(|id| id.parse())
                .transpose()?,
            email: var("APAAS_OPERATOR_EMAIL").ok(),
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(30))
                .connect_timeout(Duration::from_secs(5))
                .build()?,
            base_url: var("APAAS_BASE_URL").unwrap_or_else(|_| "https://open.feishu.cn".to_owned()),
            app_id: var("APAAS_APP_ID")?,
            app_secret: var("APAAS_APP_SECRET")?,
            operator: serde_json::to_string(&operator)?,
            token: Mutex::new(None),
        })
    }

    async fn token(&self) -> Result<String, Error> {
        let mut kept = self.token.lock().await;
        match &*kept {
            Some(token) if token.until > Instant::now() => return Ok(token.text.clone()),
            _ => {}
        }
        let url = format!(
            "{}/open-apis/auth/v3/tenant_access_token/internal",
            self.base_url
        );
        let body = serde_json::json!({ "app_id": self.app_id, "app_secret": self.app_secret });
        let reply: TokenReply = self.http.post(url).json(&body).send().await?.json().await?;
        if reply.code != 0 {
            return Err(reply.msg.into());
        }
        let left = Duration::from_secs(reply.expire.saturating_sub(60));
        let text = reply.tenant_access_token;
        *kept = Some(Token {
            text: text.clone(),
            until: Instant::now() + left,
        });
        Ok(text)
    }

    async fn delete_object(
        &self,
        flow: &DeleteObject,
    ) -> Result<(String, DeleteObjectOutput), Error> {
        let url = format!(
            "{}/open-apis/apaas/v1/applications/package_7344545d87__c/flows/deleteObject_99c656599f/execute",
            self.base_url
        );
        let body = Request {
            operator: self.operator.clone(),
            params: serde_json::to_string(flow)?,
            idempotent_key: uuid::Uuid::new_v4().to_string(),
        };
        let request = self
            .http
            .post(url)
            .bearer_auth(self.token().await?)
            .json(&body);
        let reply: Reply = request.send().await?.json().await?;
        if reply.code != 0 {
            return Err(reply.msg.into());
        }
        let data = reply.data.ok_or("no data")?;
        if data.status != "end" {
            return Err(format!("{}: {}", data.status, data.error_msg).into());
        }
        let pairs: Vec<Pair> = serde_json::from_str(&data.out_params)?;
        let object = pairs
            .into_iter()
            .map(|pair| (pair.api_name, pair.value))
            .collect();
        Ok((
            data.execution_id,
            serde_json::from_value(Value::Object(object))?,
        ))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let calls = std::env::args().nth(1).and_then(|calls| calls.parse().ok());
    let client = Client::from_env()?;
    for _ in 0..calls.unwrap_or(1) {
        let flow = DeleteObject {
            record: RecordRef { id: 5_454_545 },
        };
        let (execution_id, output) = client.delete_object(&flow).await?;
        println!("{execution_id} -> {}", output.flow_execution_id);
    }
    Ok(())
}
