use std::time::Duration;

use apaas_flow_emulator::{Emulator, Fault};
use axum::http::StatusCode;
use order_desk::flows::{FindOrder, PlaceOrder};
use serde_json::{Value, json};

use crate::desk::{Desk, key_of_call, order, platform, until};

#[tokio::test]
async fn an_order_is_placed_and_found() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    let placed = desk.place("k-1").await;
    assert_eq!(placed.status, StatusCode::CREATED);
    let placed: Value = placed.json();
    let expected = json!({
        "id": "1767211281913907",
        "number": "D-4711",
        "status": "placed",
        "total": "2.50",
        "placed_at": "2021-12-28T02:20:30.000Z",
    });
    assert_eq!(placed, expected);
    let found: Value = desk.get("/orders/k-1").await.json();
    assert_eq!(found, expected);
    desk.get("/orders/k-2").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_order_needs_a_key() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    let refused = desk.post("/orders", None, &order("tea")).await.unwrap();
    refused.problem(StatusCode::BAD_REQUEST);
    assert_eq!(emulator.execute_requests(), 0);
}

#[tokio::test]
async fn an_order_whose_reply_is_lost_is_not_placed_twice() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    emulator
        .inject(Fault::Dropped { after: true })
        .for_flow::<PlaceOrder>();
    let lost = desk.place("k-1").await.problem(StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(lost["outcome"], "may_have_run");
    assert_eq!(lost["idempotency_key"], key_of_call("k-1"));

    // what a caller does then: send it again, and look it up
    let again = desk.place("k-1").await.problem(StatusCode::CONFLICT);
    assert_eq!(again["outcome"], "may_have_run");
    let found: Value = desk.get("/orders/k-1").await.json();
    assert_eq!(found["number"], "D-4711");
    assert_eq!(emulator.runs_of(&key_of_call("k-1")), 1);
}

#[tokio::test]
async fn an_order_that_did_not_arrive_is_placed_by_the_second_try() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    // more often than one call tries
    emulator.inject(Fault::Dropped { after: false }).times(4);
    let lost = desk.place("k-1").await.problem(StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(lost["outcome"], "may_have_run");
    emulator.clear_faults();
    desk.get("/orders/k-1").await.problem(StatusCode::NOT_FOUND);
    assert_eq!(desk.place("k-1").await.status, StatusCode::CREATED);
    assert_eq!(emulator.runs_of(&key_of_call("k-1")), 1);
}

#[tokio::test]
async fn an_order_is_placed_though_the_caller_hangs_up() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    emulator.inject(Fault::Slow(Duration::from_millis(300)));
    tokio::select! {
        _ = desk.place("k-1") => panic!("it was not slow"),
        () = until("the flow runs", || emulator.runs() == 1) => {}
    }
    until("its reply is seen", || desk.client.stats().calls.ran == 1).await;
    assert_eq!(desk.client.stats().calls.dropped, 0);
    let found = desk.get("/orders/k-1").await;
    assert_eq!(found.status, StatusCode::OK);
}

#[tokio::test]
async fn a_look_is_given_up_when_the_caller_hangs_up() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    emulator
        .inject(Fault::Silent { after: false })
        .for_flow::<FindOrder>();
    tokio::select! {
        _ = desk.get("/orders/k-1") => panic!("it was not silent"),
        () = until("it is sent", || desk.client.stats().in_flight == 1) => {}
    }
    until("it is dropped", || desk.client.stats().calls.dropped == 1).await;
}

#[tokio::test]
async fn what_the_flow_refuses_is_told() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    let refused = desk
        .post("/orders", Some("k-1"), &order("gold"))
        .await
        .unwrap();
    let problem = refused.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["outcome"], "failed");
    assert_eq!(problem["flow_code"], "sold_out");
    assert_eq!(problem["detail"], "no gold left");
    assert!(problem["log_id"].is_string() && problem["execution_id"].is_string());
}

#[tokio::test]
async fn an_order_that_waits_for_a_person_is_accepted() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    emulator.inject(Fault::Status("wait".to_owned()));
    let accepted = desk.place("k-1").await.problem(StatusCode::ACCEPTED);
    assert_eq!(accepted["outcome"], "under_way");
}

#[tokio::test]
async fn the_platform_s_limit_is_passed_on() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    // longer than a caller waits
    emulator.inject(Fault::RateLimited { reset: 29.5 });
    let busy = desk.place("k-1").await;
    assert_eq!(busy.headers["retry-after"], "30");
    let busy = busy.problem(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(busy["outcome"], "did_not_run");
    // the pause holds for all, and is told without asking the platform
    let next = desk.place("k-2").await;
    assert_eq!(next.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(next.headers.contains_key("retry-after"));
    assert_eq!(emulator.execute_requests(), 1);
}

#[tokio::test]
async fn what_is_ours_to_mend_stays_with_us() {
    let emulator = Emulator::builder().app_credentials("cli_desk", "right");
    let emulator = emulator.start().await.unwrap();
    let builder = emulator.client_builder();
    let client = builder.app_credentials("cli_desk", "wrong").build();
    let desk = Desk::start(client.unwrap()).await;
    let broken = desk.place("k-1").await;
    let problem = broken.problem(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem["outcome"], "did_not_run");
    assert_eq!(problem["title"], "something is wrong here");
    assert_eq!(problem.get("detail"), None);
}
