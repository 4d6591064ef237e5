//! Flows by hand, written for build times: only the parts of a call that need the flow's types are generic.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess,
    SeqAccess, Visitor,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub struct Description {
    pub namespace: &'static str,
    pub flow_id: &'static str,
}

pub trait Flow: Serialize {
    const DESCRIPTION: &Description;
    type Output: DeserializeOwned;
}

pub struct Client {
    pub http: reqwest::Client,
    pub base: String,
    pub token: String,
}

pub type Error = Box<dyn std::error::Error + Send + Sync>;

impl Client {
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            http: reqwest::Client::new(),
            base: std::env::var("BASE_URL")?,
            token: std::env::var("TOKEN")?,
        })
    }

    pub async fn execute<F: Flow>(&self, flow: &F) -> Result<F::Output, Error> {
        let out_params = self
            .send(F::DESCRIPTION, serde_json::to_string(flow)?)
            .await?;
        Ok(serde_json::from_str::<Outputs<_>>(&out_params)?.0)
    }

    /// Boxed, so that a flow's own future is small.
    fn send<'a>(
        &'a self,
        flow: &'static Description,
        params: String,
    ) -> Pin<Box<dyn Future<Output = Result<String, Error>> + Send + 'a>> {
        Box::pin(self.sent(flow, params))
    }

    async fn sent(&self, flow: &'static Description, params: String) -> Result<String, Error> {
        let body = Request {
            operator: r#"{"_id":1111}"#.into(),
            params,
        };
        let url = format!(
            "{}/open-apis/apaas/v1/applications/{}/flows/{}/execute",
            self.base, flow.namespace, flow.flow_id
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
        Ok(data.out_params)
    }
}

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

/// `[{"api_name": "a", "value": 1}]`, read as `{"a": 1}` would be.
struct Outputs<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Outputs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(OutputsVisitor(PhantomData))
    }
}

struct OutputsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OutputsVisitor<T> {
    type Value = Outputs<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of outputs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(Pairs { list, value: None })).map(Outputs)
    }
}

#[derive(Deserialize)]
struct Pair<'a> {
    api_name: String,
    #[serde(borrow)]
    value: &'a RawValue,
}

struct Pairs<'de, A> {
    list: A,
    value: Option<&'de RawValue>,
}

impl<'de, A: SeqAccess<'de>> MapAccess<'de> for Pairs<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(pair) = self.list.next_element::<Pair<'de>>()? else {
            return Ok(None);
        };
        self.value = Some(pair.value);
        seed.deserialize(pair.api_name.into_deserializer())
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        let value = self
            .value
            .take()
            .ok_or_else(|| A::Error::custom("a value before its name"))?;
        seed.deserialize(value).map_err(A::Error::custom)
    }
}
