use std::time::Duration;

use apaas_flow_emulator::Fault;
use axum::http::StatusCode;

use crate::desk::{Desk, order, platform, until};

const SLOW: Fault = Fault::Slow(Duration::from_millis(300));

#[tokio::test]
async fn a_stop_lets_what_is_under_way_come_to_its_end_and_nothing_else_in() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    emulator.inject(SLOW);
    let stop = async {
        until("the flow runs", || emulator.runs() == 1).await;
        desk.ask_to_stop();
        let body = order("tea");
        while desk.post("/orders", Some("k-2"), &body).await.is_some() {
            assert!(desk.client.stats().in_flight > 0, "it is still open");
        }
    };
    let (placed, ()) = tokio::join!(desk.place("k-1"), stop);
    assert_eq!(placed.status, StatusCode::CREATED);
    desk.stopped().await;
}

#[tokio::test]
async fn a_stop_waits_for_an_order_whose_caller_has_hung_up() {
    let emulator = platform().await;
    let desk = Desk::start(emulator.client()).await;
    emulator.inject(SLOW);
    tokio::select! {
        _ = desk.place("k-1") => panic!("it was not slow"),
        () = until("the flow runs", || emulator.runs() == 1) => {}
    }
    desk.ask_to_stop();
    let client = desk.client.clone();
    desk.stopped().await;
    let calls = client.stats().calls;
    assert_eq!((calls.ran, calls.dropped), (1, 0));
}
