//! What the page shows of calls, and what its buttons do to them.

use std::process::Command;
use std::time::Duration;

use apaas_flow::{Client, DynamicFlow, ErrorKind, Execution, Outcome, Result, RetryPolicy};
use apaas_flow_contract::{Contract, Entry, Side};
use apaas_flow_emulator::{Emulator, Failure, Fault};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;

const NAMESPACE: &str = "package_x__c";
const FLOW: &str = "flow_y";

/// Would do something if it were taken for HTML.
const HOSTILE: &str = "</script><img src=x onerror=\"window.hacked=true\"><b>bold</b>";

fn emulator() -> Emulator {
    let emulator = Emulator::builder()
        .quota(50, Duration::from_secs(60))
        .page()
        .start_blocking()
        .unwrap();
    emulator.on_raw(NAMESPACE, FLOW, |params| {
        if params["variable_order"] == json!("?") {
            return Err(Failure::new("no_order", "which \"order\"?"));
        }
        Ok(json!({"variable_total": "128.50", "variable_seen": params["variable_order"]}))
    });
    emulator
}

/// So that each request is a call of its own, and its fault is what the call ends with.
pub fn without_retries(emulator: &Emulator) -> Client {
    let builder = emulator.client_builder();
    builder.retry(RetryPolicy::NEVER).build().unwrap()
}

async fn call(
    client: &Client,
    key: &str,
    order: Value,
) -> Result<Execution<apaas_flow::DynamicOutput>> {
    DynamicFlow::new(NAMESPACE, FLOW)?
        .param("variable_order", order)?
        .execute(client)
        .idempotency_key(key)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_appear_with_what_was_sent_and_received() {
    let emulator = emulator();
    let client = emulator.client();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    page.expect_outcomes(&[]).await;

    call(
        &client,
        "order-1",
        json!({"_id": 9_007_199_254_740_993_i64}),
    )
    .await
    .unwrap();
    page.expect_outcomes(&["ran"]).await;
    call(&client, "order-2", json!("?")).await.unwrap_err();
    page.expect_outcomes(&["failed", "ran"]).await;

    page.click(".row[data-outcome=ran]").await;
    let detail = page.find(".detail").await.text().await.unwrap();
    for part in [
        "order-1",
        "Authorization: Bearer ***",
        "HTTP 200",
        // more digits than a number of JavaScript has
        "\"_id\": 9007199254740993",
        "\"variable_total\"",
        "\"128.50\"",
        "emulator-",
    ] {
        assert!(detail.contains(part), "no {part} in {detail}");
    }
    page.expect(
        "document.getElementById('counts').textContent",
        json!("2 runs, 2 execute requests"),
    )
    .await;
    page.expect("document.querySelector('#quota .bar').getAttribute('aria-label').endsWith('2 of 50 in the last 60 s')", json!(true)).await;
    page.expect(
        "document.querySelectorAll('#quota .bar i').length",
        json!(2),
    )
    .await;

    page.click("#filter-tokens").await;
    page.expect_outcomes(&["failed", "ran", "token"]).await;
    let secrets = page
        .run("return document.documentElement.textContent")
        .await
        .to_string();
    assert!(
        !secrets.contains("t-emulator") && !secrets.contains("emulator-secret"),
        "{secrets}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_by_button_reaches_the_next_call_and_its_attempts_are_joined() {
    let emulator = emulator();
    let client = emulator.client();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    page.select("#fault-kind", "gateway").await;
    page.select("#fault-fields select[name=after]", "true")
        .await;
    page.click("#inject").await;
    page.expect(
        "document.getElementById('faults').children.length",
        json!(1),
    )
    .await;
    assert_eq!(emulator.pending_faults(), 1);

    let error = call(&client, "order-1", json!(1)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::ReplyLost, Outcome::MayHaveRun)
    );
    page.expect_outcomes(&["reply_lost", "did_not_run"]).await;
    let joined = page
        .find(".call.several .joined")
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(joined, "2 attempts under the key order-1");
    page.expect(
        "document.getElementById('faults').children.length",
        json!(0),
    )
    .await;

    // of one flow, several times, at the other endpoint, and taken back
    page.select("#fault-flow", "package_x__c/flow_y").await;
    page.fill("#fault-times", "3").await;
    page.click("#inject").await;
    page.expect(
        "document.getElementById('faults').textContent.includes('3 ×')",
        json!(true),
    )
    .await;
    page.select("#fault-flow", "token").await;
    page.click("#inject").await;
    page.expect(
        "document.getElementById('faults').children.length",
        json!(2),
    )
    .await;
    assert_eq!(emulator.pending_faults(), 6);
    page.click("#clear-faults").await;
    page.expect(
        "document.getElementById('faults').children.length",
        json!(0),
    )
    .await;
    assert_eq!(emulator.pending_faults(), 0);

    // an impossible one is refused with the reason
    page.select("#fault-kind", "status").await;
    page.click("#inject").await;
    page.expect(
        "document.getElementById('toast').textContent",
        json!("replies of the token endpoint have no status"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_offered_and_accepted() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let kinds = page.run("return [...document.getElementById('fault-kind').options].map((option) => option.value)").await;
    let kinds: Vec<&str> = kinds
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(kinds.len(), 13);
    for (n, kind) in kinds.iter().enumerate() {
        page.select("#fault-kind", kind).await;
        page.click("#inject").await;
        page.expect(
            "document.getElementById('faults').children.length",
            json!(n + 1),
        )
        .await;
    }
    assert_eq!(emulator.pending_faults(), kinds.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_stay_text() {
    let emulator = emulator();
    emulator.on_raw(HOSTILE, HOSTILE, |_| Ok(json!({ HOSTILE: HOSTILE })));
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let client = emulator.client();
    call(&client, HOSTILE, json!({ HOSTILE: HOSTILE }))
        .await
        .unwrap();
    let wrong = call(&client, "x", json!("?")).await;
    wrong.unwrap_err();
    page.click(".row[data-outcome=ran]").await;
    page.run(
        "document.querySelectorAll('details').forEach((element) => { element.open = true; });",
    )
    .await;
    page.expect(
        "document.querySelectorAll('main img, main b, main script').length",
        json!(0),
    )
    .await;
    page.expect("window.hacked === undefined", json!(true))
        .await;
    let text = page.find("main").await.text().await.unwrap();
    assert!(text.contains(HOSTILE), "{text}");
    assert!(text.contains(&format!("{HOSTILE}/{HOSTILE}")), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_are_edited_in_place_and_restored() {
    let contracts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flows");
    let emulator = Emulator::builder()
        .contracts(contracts)
        .page()
        .start_blocking()
        .unwrap();
    let client = emulator.client();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let total = async || -> Result<String> {
        let quote = DynamicFlow::new("package_shop__c", "quote_0a1b2c3d4e")?;
        let run = quote
            .param("variable_order", json!({"_id": 1}))?
            .execute(&client)
            .await?;
        run.output.get("variable_total")
    };
    assert_eq!(total().await.unwrap(), "128.50");

    page.click("#flows summary").await;
    page.expect(
        "document.querySelector('#flows pre').textContent.includes('Prices an order.')",
        json!(true),
    )
    .await;
    page.fill("#flows textarea", r#"{"variable_total": "7.00"}"#)
        .await;
    page.click("#flows button.primary").await;
    page.expect(
        "document.querySelector('#flows .chip').textContent",
        json!("edited"),
    )
    .await;
    assert_eq!(total().await.unwrap(), "7.00");
    // the contract still checks the inputs
    let unknown = DynamicFlow::new("package_shop__c", "quote_0a1b2c3d4e").unwrap();
    let unknown = unknown
        .param("variable_oder", 1)
        .unwrap()
        .execute(&client)
        .await;
    assert_eq!(unknown.unwrap_err().flow_code(), Some("k_wf_ec_2001001"));

    page.fill("#flows textarea", r#"{"variable_total": "#).await;
    page.click("#flows button.primary").await;
    page.expect(
        "document.getElementById('toast').textContent.startsWith('the outputs are broken JSON')",
        json!(true),
    )
    .await;
    assert_eq!(total().await.unwrap(), "7.00");

    page.click("#flows button:not(.primary)").await;
    page.expect(
        "document.querySelector('#flows .chip').textContent",
        json!("Contract"),
    )
    .await;
    page.expect(
        "document.querySelector('#flows textarea').value.includes('128.50')",
        json!(true),
    )
    .await;
    assert_eq!(total().await.unwrap(), "128.50");
}

#[tokio::test(flavor = "multi_thread")]
async fn chaos_on_and_off_and_everything_afresh() {
    let emulator = emulator();
    let client = without_retries(&emulator);
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    call(&client, "order-1", json!(1)).await.unwrap();
    page.fill("#chaos-rate", "100").await;
    page.click("#chaos button.primary").await;
    page.expect(
        "document.getElementById('chaos-now').textContent",
        json!("On: 100% of execute requests, 50% of token requests, seed 1."),
    )
    .await;
    call(&client, "order-2", json!(1)).await.ok();
    assert_eq!(emulator.faults_met(), 1);
    page.click("#chaos-off").await;
    page.expect(
        "document.getElementById('chaos-now').textContent",
        json!("Off."),
    )
    .await;
    call(&client, "order-3", json!(1)).await.unwrap();
    assert_eq!(emulator.faults_met(), 1);

    let used = call(&client, "order-1", json!(1)).await.unwrap_err();
    assert_eq!(used.kind(), ErrorKind::KeyUsed);
    page.click("#clear").await;
    page.expect_outcomes(&[]).await;
    let still_used = call(&client, "order-1", json!(1)).await.unwrap_err();
    assert_eq!(still_used.kind(), ErrorKind::KeyUsed);
    page.click("#reset").await;
    page.expect_outcomes(&[]).await;
    page.expect(
        "document.querySelectorAll('#quota .bar i').length",
        json!(0),
    )
    .await;
    call(&client, "order-1", json!(1)).await.unwrap();
    page.expect_outcomes(&["ran"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_can_be_taken_along() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let order = json!({"_id": 4711, "note": "it's \"4711\" \\ 订单\n"});
    call(&emulator.client(), "order-4711", order).await.unwrap();
    page.click(".row[data-outcome=ran]").await;

    // compiled and run as the module `copied`
    let test = page.copied("Copy as Rust test").await;
    assert_eq!(test, include_str!("copied/ran.rs"));

    let contract = page.copied("Copy as contract").await;
    let contract =
        Contract::read(&contract).unwrap_or_else(|wrong| panic!("{wrong:?} in {contract}"));
    assert!(contract.is_partial());
    let kind = |side, name| {
        contract
            .entry(side, name)
            .and_then(Entry::value_type)
            .map(|known| known.kind.word())
    };
    assert_eq!(kind(Side::Inputs, "variable_order"), Some("object"));
    assert_eq!(kind(Side::Outputs, "variable_total"), Some("string"));
    assert_eq!(kind(Side::Outputs, "_flowExecutionID"), Some("integer"));

    // sent again under its key, it is refused: it is the same request
    let curl = page.copied("Copy as curl").await;
    assert!(!curl.contains("***"), "{curl}");
    let token = token(&emulator);
    let replayed = Command::new("sh")
        .args(["-c", &curl])
        .env("TOKEN", token)
        .output()
        .unwrap();
    let reply: Value = serde_json::from_slice(&replayed.stdout)
        .unwrap_or_else(|error| panic!("{error}: {replayed:?}"));
    assert_eq!(reply["data"]["code"], "k_wf_ec_2001008", "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_can_one_that_failed_and_one_that_met_a_fault() {
    let emulator = emulator();
    let client = without_retries(&emulator);
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    call(&client, "order-1", json!("?")).await.unwrap_err();
    page.click(".row[data-outcome=failed]").await;
    let test = page.copied("Copy as Rust test").await;
    assert_eq!(test, include_str!("copied/failed.rs"));

    page.click(".row[data-outcome=failed]").await;
    emulator.inject(Fault::Gateway {
        http_status: 502,
        after: true,
    });
    call(&client, "order-2", json!(1)).await.unwrap_err();
    page.click(".row[data-outcome=reply_lost]").await;
    let test = page.copied("Copy as Rust test").await;
    assert_eq!(test, include_str!("copied/fault.rs"));
}

/// A token, as a person would get one for the line with curl.
fn token(emulator: &Emulator) -> String {
    let reply = Command::new("curl")
        .args([
            "-s",
            "-H",
            "Content-Type: application/json",
            "-d",
            r#"{"app_id": "cli_x", "app_secret": "s"}"#,
        ])
        .arg(format!(
            "{}/open-apis/auth/v3/tenant_access_token/internal",
            emulator.url()
        ))
        .output()
        .unwrap();
    let reply: Value = serde_json::from_slice(&reply.stdout).unwrap();
    reply["tenant_access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_and_works_with_the_keyboard() {
    let emulator = emulator();
    emulator.on_raw(NAMESPACE, "another", |_| Ok(json!({})));
    let client = emulator.client();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    call(&client, "order-1", json!(1)).await.unwrap();
    call(&client, "order-2", json!("?")).await.unwrap_err();
    let another = DynamicFlow::new(NAMESPACE, "another").unwrap();
    another.execute(&client).await.unwrap();
    page.expect_outcomes(&["ran", "failed", "ran"]).await;

    page.select("#filter-outcome", "failed").await;
    page.expect_outcomes(&["failed"]).await;
    page.select("#filter-outcome", "").await;
    page.fill("#filter-key", "order-1").await;
    page.expect_outcomes(&["ran"]).await;
    page.fill("#filter-key", "nothing has this").await;
    page.expect_outcomes(&[]).await;
    page.expect(
        "document.getElementById('empty').textContent",
        json!("No request matches the filter."),
    )
    .await;
    // the WebDriver's `clear` is no input of a person
    page.find("#filter-key")
        .await
        .send_keys(&"\u{e003}".repeat(20))
        .await
        .unwrap();

    let body = page.find("body").await;
    body.send_keys("/").await.unwrap();
    page.expect("document.activeElement.id", json!("filter-flow"))
        .await;
    let focused = page.client.active_element().await.unwrap();
    focused.send_keys("flow_y").await.unwrap();
    page.expect_outcomes(&["failed", "ran"]).await;

    page.run("document.activeElement.blur()").await;
    let body = page.find("body").await;
    body.send_keys(&Key::Down.to_string()).await.unwrap();
    let row = page.client.active_element().await.unwrap();
    row.send_keys(&Key::Down.to_string()).await.unwrap();
    let row = page.client.active_element().await.unwrap();
    assert_eq!(
        row.attr("data-outcome").await.unwrap().as_deref(),
        Some("ran")
    );
    row.send_keys(&Key::Enter.to_string()).await.unwrap();
    let detail = page.find(".detail").await.text().await.unwrap();
    assert!(detail.contains("order-1"), "{detail}");
    // what comes in does not take the focus away
    call(&client, "order-3", json!(1)).await.unwrap();
    page.expect_outcomes(&["ran", "failed", "ran"]).await;
    page.expect("document.activeElement.className", json!("row"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_chinese_and_on_a_phone() {
    let emulator = emulator();
    emulator.inject(Fault::RateLimited { reset: 0.01 });
    call(&emulator.client(), "order-1", json!(1)).await.unwrap();
    let Some(page) = Browser::open(&format!("{}/?lang=zh", emulator.url())).await else {
        return;
    };
    page.expect("document.documentElement.lang", json!("zh-CN"))
        .await;
    // nothing is left in English but names; the words of both languages have the same keys
    page.expect(
        "JSON.stringify(Object.keys(WORDS.en)) === JSON.stringify(Object.keys(WORDS.zh))",
        json!(true),
    )
    .await;
    page.expect(
        "document.querySelector('.row .outcome').textContent",
        json!("未执行"),
    )
    .await;
    page.expect(
        "document.querySelector('.row .fault').textContent",
        json!("触发限流"),
    )
    .await;
    page.client.set_window_size(500, 800).await.unwrap();
    page.expect(
        "document.documentElement.scrollWidth <= window.innerWidth",
        json!(true),
    )
    .await;
    page.click(".row[data-outcome=did_not_run]").await;
    page.expect(
        "document.documentElement.scrollWidth <= window.innerWidth",
        json!(true),
    )
    .await;
    page.click("#language").await;
    page.expect(
        "document.querySelector('.row .fault').textContent",
        json!("Rate limited"),
    )
    .await;
    // and stays so
    page.go(emulator.url()).await;
    page.expect("document.documentElement.lang", json!("en"))
        .await;
    let tokens = page
        .client
        .find_all(Locator::Css(".row[data-outcome=token]"))
        .await
        .unwrap();
    assert!(tokens.iter().len() <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_open_before_comes_back() {
    let first = emulator();
    let port = first.address().port();
    let Some(page) = Browser::open(first.url()).await else {
        return;
    };
    call(&first.client(), "order-1", json!(1)).await.unwrap();
    page.expect_outcomes(&["ran"]).await;
    drop(first);
    page.expect(
        "document.getElementById('live').textContent",
        json!("not connected"),
    )
    .await;
    let again = Emulator::builder()
        .port(port)
        .page()
        .start_blocking()
        .unwrap();
    page.expect("document.getElementById('live').textContent", json!("live"))
        .await;
    page.expect_outcomes(&[]).await;
    drop(again);
}
