//! Pictures of the page, one of which is in the README.

use std::fs;
use std::path::Path;
use std::time::Duration;

use apaas_flow::{DynamicFlow, RetryPolicy};
use apaas_flow_emulator::{Emulator, Failure, Fault};
use serde_json::json;

use crate::browser::Browser;

/// `APAAS_FLOW_SCREENSHOTS=docs cargo test -p apaas-flow-page-tests -- --ignored screenshots`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes files, for a person to look at"]
async fn screenshots() {
    let folder = std::env::var("APAAS_FLOW_SCREENSHOTS")
        .expect("APAAS_FLOW_SCREENSHOTS is the folder for them");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(folder);
    let contracts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flows");
    let emulator = Emulator::builder()
        .contracts(contracts)
        .quota(20, Duration::from_secs(60))
        .page()
        .start_blocking()
        .unwrap();
    emulator.on_raw("package_shop__c", "place_order", |params| {
        if params["variable_order"] == json!("4713") {
            return Err(Failure::new("sold_out", "nothing is left of A-7"));
        }
        Ok(json!({"variable_record": {"_id": 1_767_211_281_913_907_i64, "_name": "order 4711"}, "variable_total": "128.50"}))
    });
    let client = emulator
        .client_builder()
        .retry(RetryPolicy::default().backoff(Duration::from_millis(300), Duration::from_secs(1)))
        .build()
        .unwrap();
    let place = async |order: &str| {
        let order_placed = DynamicFlow::new("package_shop__c", "place_order").unwrap();
        let order_placed = order_placed
            .param("variable_order", order)
            .unwrap()
            .param("variable_lines", json!([{"sku": "A-7", "count": 2}]))
            .unwrap();
        let _ = order_placed
            .execute(&client)
            .idempotency_key(format!("place_order-{order}"))
            .await;
    };
    let quote = async |order: i64| {
        let quote = DynamicFlow::new("package_shop__c", "quote_0a1b2c3d4e").unwrap();
        let _ = quote
            .param("variable_order", json!({"_id": order}))
            .unwrap()
            .execute(&client)
            .await;
    };
    quote(4711).await;
    quote(4712).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    place("4711").await;
    emulator.inject(Fault::Dropped { after: false });
    emulator.inject(Fault::Gateway {
        http_status: 502,
        after: true,
    });
    place("4712").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    place("4713").await;
    emulator.inject(Fault::RateLimited { reset: 1.0 });
    quote(4713).await;
    emulator.inject(Fault::Silent { after: true }).times(2);
    tokio::time::sleep(Duration::from_secs(1)).await;
    fs::create_dir_all(&folder).unwrap();
    for (language, theme) in [
        ("en", "light"),
        ("zh", "dark"),
        ("en", "dark"),
        ("zh", "light"),
    ] {
        let address = format!("{}/?lang={language}", emulator.url());
        let page = Browser::open_in(theme, &address)
            .await
            .expect("chromedriver is installed");
        page.click(".row[data-outcome=failed]").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let picture = page.client.screenshot().await.unwrap();
        fs::write(
            folder.join(format!("emulator-{language}-{theme}.png")),
            picture,
        )
        .unwrap();
        page.client.set_window_size(500, 900).await.unwrap();
        let picture = page.client.screenshot().await.unwrap();
        fs::write(
            folder.join(format!("emulator-{language}-{theme}-phone.png")),
            picture,
        )
        .unwrap();
    }
}
