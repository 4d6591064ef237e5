//! Flows, by hand.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub trait Flow: Serialize {
    const NAMESPACE: &str;
    const FLOW_ID: &str;
    type Output: DeserializeOwned;
}

pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

pub type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Serialize)]
struct Request {
    operator: String,
    params: String,
}

#[derive(Deserialize)]
struct Reply {
    code: i64,
    msg: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    status: String,
    out_params: String,
}

#[derive(Deserialize)]
struct Pair {
    api_name: String,
    value: serde_json::Value,
}

impl Client {
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            http: reqwest::Client::new(),
            base: std::env::var("BASE_URL")?,
            token: std::env::var("TOKEN")?,
        })
    }

    pub async fn execute<F: Flow>(&self, flow: &F) -> Result<F::Output, Error> {
        let body = Request {
            operator: r#"{"_id":1111}"#.into(),
            params: serde_json::to_string(flow)?,
        };
        let url = format!(
            "{}/open-apis/apaas/v1/applications/{}/flows/{}/execute",
            self.base,
            F::NAMESPACE,
            F::FLOW_ID
        );
        let request = self.http.post(url).bearer_auth(&self.token).json(&body);
        let reply: Reply = request.send().await?.json().await?;
        if reply.code != 0 {
            return Err(reply.msg.into());
        }
        let data = reply.data.ok_or("no data")?;
        if data.status != "end" {
            return Err(data.status.into());
        }
        let pairs: Vec<Pair> = serde_json::from_str(&data.out_params)?;
        let object = pairs.into_iter().map(|pair| (pair.api_name, pair.value)).collect();
        Ok(serde_json::from_value(serde_json::Value::Object(object))?)
    }
}
