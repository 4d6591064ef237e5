use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, platform};

#[tokio::test]
async fn an_order_is_priced() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    let body = json!({ "customer": 4711, "lines": [{ "sku": "tea", "quantity": 128 }] });
    let priced = desk.post("/quotes", None, &body).await.unwrap();
    assert_eq!(priced.status, StatusCode::OK);
    let quote: Value = priced.json();
    let expected = json!({ "total": "128.50", "valid_until": "2021-12-28T02:20:30.000Z" });
    assert_eq!(quote, expected);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_before_anything_is_sent() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    for body in [
        json!({ "customer": 4711 }),
        json!({ "customer": 4711, "lines": [], "colour": "red" }),
        json!({ "customer": 4711, "lines": [{ "sku": "tea", "quantity": 0 }] }),
        json!({ "customer": "nobody", "lines": [] }),
    ] {
        let refused = desk.post("/quotes", None, &body).await.unwrap();
        let problem = refused.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["detail"].is_string(), "{problem}");
    }
    assert_eq!(emulator.execute_requests(), 0);
}
