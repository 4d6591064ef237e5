use axum::http::StatusCode;
use futures_util::future::join_all;
use order_desk::settings::Settings;

use crate::desk::{Desk, platform};
use crate::redis_server::RedisServer;

#[tokio::test]
async fn two_instances_share_one_budget_and_one_token() {
    let Some(redis) = RedisServer::start(&[]) else {
        return;
    };
    let emulator = platform().await;
    let settings = Settings {
        address: ([127, 0, 0, 1], 0).into(),
        calls_per_minute: 10,
        redis_url: Some(redis.url()),
    };
    let mut desks = Vec::new();
    for _ in 0..2 {
        let client = settings.client(emulator.client_builder()).unwrap();
        desks.push(Desk::start(client).await);
    }
    let keys: Vec<String> = (0..16).map(|n| format!("k-{n}")).collect();
    let orders = keys.iter().zip(desks.iter().cycle());
    let placed = join_all(orders.map(|(key, desk)| desk.place(key))).await;

    let with = |status| placed.iter().filter(|order| order.status == status).count();
    assert_eq!(with(StatusCode::CREATED), 10);
    assert_eq!(with(StatusCode::SERVICE_UNAVAILABLE), 6);
    assert_eq!((emulator.runs(), emulator.token_requests()), (10, 1));
}
