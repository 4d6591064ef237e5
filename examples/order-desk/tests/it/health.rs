use apaas_flow_emulator::Emulator;
use axum::http::StatusCode;

use crate::desk::{Desk, platform};

#[tokio::test]
async fn it_is_ready_when_the_platform_takes_its_credentials() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    assert_eq!(desk.get("/readyz").await.status, StatusCode::OK);
    assert_eq!(emulator.execute_requests(), 0);
}

#[tokio::test]
async fn with_a_wrong_secret_it_is_alive_but_not_ready() {
    let emulator = Emulator::builder().app_credentials("cli_desk", "right");
    let emulator = emulator.start().await.unwrap();
    let client = emulator
        .client_builder()
        .app_credentials("cli_desk", "wrong")
        .build();
    let desk = Desk::start(client.unwrap()).await;
    assert_eq!(desk.get("/healthz").await.status, StatusCode::OK);
    let problem = desk
        .get("/readyz")
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE);
    assert!(!problem.to_string().contains("wrong"), "{problem}");
}

#[tokio::test]
async fn what_was_called_is_counted() {
    let emulator = platform().await;
    let client = emulator
        .client_builder()
        .app_credentials("cli_counted", "secret")
        .build();
    let desk = Desk::start(client.unwrap()).await;
    desk.place("k-1").await;
    let text = desk.get("/metrics").await.body;
    let flow = r#"app="cli_counted",flow="package_desk__c/placeOrder_1b2c3d4e5f""#;
    let ran = format!("apaas_flow_calls_total{{{flow},outcome=\"ran\"}} 1");
    assert!(text.lines().any(|line| line == ran), "{text}");
    let quick = format!("apaas_flow_request_seconds_bucket{{{flow},le=\"10\"}} 1");
    assert!(text.lines().any(|line| line == quick), "{text}");
}
