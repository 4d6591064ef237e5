//! A desk on a free port, and a platform on which orders are placed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use apaas_flow::value::{Choice, DateTime, RecordRef};
use apaas_flow::{Client, Flow};
use apaas_flow_emulator::{Emulator, Failure};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use metrics_exporter_prometheus::PrometheusHandle;
use order_desk::app::App;
use order_desk::flows::{
    FindOrder, FindOrderOutput, Order, PlaceOrder, PlaceOrderOutput, PriceOrder, PriceOrderOutput,
};
use order_desk::health::install_metrics;
use order_desk::serve::serve;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A platform that knows the desk's flows. What was placed is found again; nobody has the article `gold`.
pub async fn platform() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<PriceOrder>(|order| {
        let pieces: u32 = order.lines.iter().map(|line| line.quantity.get()).sum();
        Ok(PriceOrderOutput {
            total: format!("{pieces}.50").parse().unwrap(),
            valid_until: DateTime::new(1_640_658_030_000),
        })
    });
    let placed: Arc<Mutex<HashMap<String, Order>>> = Arc::default();
    let records = placed.clone();
    emulator.on::<PlaceOrder>(move |new| {
        if new.lines.iter().any(|line| line.sku == "gold") {
            return Err(Failure::new("sold_out", "no gold left"));
        }
        let order = Order {
            record: RecordRef::new(1_767_211_281_913_907),
            number: "D-4711".to_owned(),
            status: Choice::new("placed"),
            total: new.total,
            placed_at: DateTime::new(1_640_658_030_000),
        };
        records.lock().unwrap().insert(new.key, order.clone());
        Ok(PlaceOrderOutput { order })
    });
    emulator.on::<FindOrder>(move |find| {
        let order = placed.lock().unwrap().get(&find.key).cloned();
        Ok(FindOrderOutput { order })
    });
    emulator
}

/// One instance of the service.
pub struct Desk {
    pub client: Client,
    url: String,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
}

impl Desk {
    pub async fn start(client: Client) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = App::new(client.clone(), metrics());
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        Self {
            client,
            url,
            stop,
            served: tokio::spawn(serve(listener, app, stopped)),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(self.url.clone() + path);
        send(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    pub async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> Option<Answer> {
        post(self.url.clone() + path, key, body).await
    }

    /// Places an order of tea.
    pub async fn place(&self, key: &str) -> Answer {
        let answer = self.post("/orders", Some(key), &order("tea")).await;
        answer.unwrap()
    }

    pub fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    pub async fn stopped(self) {
        self.served.await.unwrap().unwrap();
    }
}

pub fn order(sku: &str) -> Value {
    json!({ "customer": 4711, "lines": [{ "sku": sku, "quantity": 2 }], "total": "2.50" })
}

/// The call's key of a request's key.
pub fn key_of_call(key: &str) -> String {
    format!("{}-{key}", PlaceOrder::FLOW_ID)
}

/// What a caller gets.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The body of an answer that is no success, and says so.
    pub fn problem(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status.as_u16());
        problem
    }
}

/// None if it is not answered.
pub async fn post(url: String, key: Option<&str>, body: &Value) -> Option<Answer> {
    let mut request = Request::post(url).header("Content-Type", "application/json");
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    send(request.body(body.to_string().into()).unwrap()).await
}

/// On a connection of its own, which is closed when this is dropped.
async fn send(request: Request<Body>) -> Option<Answer> {
    let http = Http::builder(TokioExecutor::new()).build_http();
    let (head, body) = http.request(request).await.ok()?.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.ok()?;
    Some(Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(body.into()).unwrap(),
    })
}

/// One recorder a process.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| install_metrics().unwrap()).clone()
}

/// Waits for what another task or process does.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
