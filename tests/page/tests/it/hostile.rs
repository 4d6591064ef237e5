//! The page among other sites, and with more than a person would send.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use apaas_flow::DynamicFlow;
use apaas_flow_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::page::without_retries;

const NAMESPACE: &str = "package_x__c";
const FLOW: &str = "flow_y";

fn emulator() -> Emulator {
    let emulator = Emulator::builder()
        .quota(5000, Duration::from_secs(60))
        .page()
        .start_blocking()
        .unwrap();
    emulator.on_raw(NAMESPACE, FLOW, Ok);
    emulator
}

async fn call(emulator: &Emulator, key: &str, value: Value) {
    let flow = DynamicFlow::new(NAMESPACE, FLOW).unwrap();
    let flow = flow.param("value", value).unwrap();
    let call = flow.execute(&emulator.client()).idempotency_key(key);
    call.await.unwrap();
}

/// A site on another port, which has nothing but this page.
fn site(html: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let html = html.clone();
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let length = html.len();
                let reply = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{html}"
                );
                let _ = stream.write_all(reply.as_bytes());
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_in_the_browser_reads_and_changes_nothing() {
    let emulator = emulator();
    call(&emulator, "order-1", json!("s3cr3t")).await;
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let url = emulator.url();
    let inject = r#"{"endpoint": "execute", "fault": {"kind": "endless"}}"#;
    let html = format!(
        r#"<!doctype html><script>
        const done = {{}};
        const body = '{inject}';
        const end = (name) => (value) => {{ done[name] = String(value); }};
        const post = (name, options) => fetch("{url}/_emulator/actions/inject", {{ method: "POST", body, ...options }})
            .then((reply) => reply.type + reply.status).then(end(name), end(name));
        post("form", {{ mode: "no-cors" }});
        post("json", {{ headers: {{ "Content-Type": "application/json" }} }});
        fetch("{url}/").then((reply) => reply.text()).then(end("fetch"), end("fetch"));
        const events = new EventSource("{url}/_emulator/events");
        events.onmessage = ({{ data }}) => end("events")(data);
        events.onerror = () => end("events")("refused");
        const load = (name, tag, path) => {{
            const element = document.createElement(tag);
            element.onload = () => end(name)("loaded");
            element.onerror = () => end(name)("refused");
            element.src = "{url}" + path;
            document.head.append(element);
        }};
        load("script", "script", "/_emulator/page.js");
        load("img", "img", "/_emulator/events");
        </script>
        <iframe name="frame" src="{url}/"></iframe>
        <form id="form" method="post" enctype="text/plain" target="frame" action="{url}/_emulator/actions/reset">
        <input name='{{"a' value='": 1}}'></form><script>document.getElementById("form").submit()</script>"#
    );
    let elsewhere = site(html);
    // under the same name on another port, and under another name
    for host in ["127.0.0.1", "localhost"] {
        let address = format!("http://{host}:{}/", elsewhere.port());
        page.client.goto(&address).await.unwrap();
        page.expect("Object.keys(done).length", json!(6)).await;
        let done = page.run("return done;").await;
        for fetched in ["form", "json", "fetch"] {
            assert_eq!(done[fetched], "TypeError: Failed to fetch", "{done}");
        }
        for loaded in ["events", "script", "img"] {
            assert_eq!(done[loaded], "refused", "{done}");
        }
        page.expect("frames[0].length", json!(0)).await;
    }
    assert_eq!(emulator.pending_faults(), 0);
    // no key is forgotten: nothing was reset
    assert_eq!(emulator.runs_of("order-1"), 1);

    // a link leads to the page, and to nothing else
    for (path, there) in [("/", true), ("/_emulator/events", false)] {
        page.client
            .goto(&format!("http://{elsewhere}/"))
            .await
            .unwrap();
        page.run(&format!("location.href = '{url}{path}'")).await;
        page.expect("location.href", json!(format!("{url}{path}")))
            .await;
        page.expect("document.querySelector('#list') !== null", json!(there))
            .await;
        page.expect(
            "document.body.textContent.includes('another site')",
            json!(!there),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_in_json_in_json_is_unfolded_only_so_far() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let mut text = "[\"the end\"]".to_owned();
    for _ in 0..12 {
        text = format!("{}{}{}", "[".repeat(100), json!(text), "]".repeat(100));
    }
    call(&emulator, "order-1", json!(text)).await;
    page.click(".row[data-outcome=ran]").await;
    let detail = page.find(".detail").await.text().await.unwrap();
    assert!(
        detail.contains(
            "\n  \"params\": JSON in a string: {\n    \"value\": JSON in a string: [\n      ["
        ),
        "{detail}"
    );
    assert!(detail.contains("the end"), "{detail}");
    page.expect(
        "document.querySelectorAll('.unfolded').length > 2",
        json!(true),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_keeps_no_more_than_the_emulator() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    for n in 0..50 {
        call(&emulator, &format!("order-{n}"), json!("x".repeat(250_000))).await;
    }
    page.expect(
        "exchanges.keys().next().value === undefined || [...exchanges.values()].at(-1).key",
        json!("order-49"),
    )
    .await;
    page.expect("[...exchanges.values()].at(-1).answer !== null && exchanges.size > 20 && exchanges.size < 40", json!(true)).await;
    page.expect("document.querySelectorAll('.row').length === exchanges.size && calls.size === exchanges.size", json!(true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_window_is_a_picture_of_few_parts() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    for n in 0..1500 {
        call(&emulator, &format!("order-{n}"), json!(n)).await;
    }
    page.expect("document.querySelector('#quota .bar').getAttribute('aria-label').endsWith('1500 of 5000 in the last 60 s')", json!(true)).await;
    page.expect(
        "document.querySelectorAll('#quota .bar i').length <= 1000",
        json!(true),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_a_wrong_address_is_shown() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let mut stream = TcpStream::connect(emulator.address()).unwrap();
    stream
        .write_all(b"OPTIONS /open-apis/ HTTP/1.0\r\n\r\n")
        .unwrap();
    page.expect_outcomes(&["other"]).await;
    let row = page.find(".row").await.text().await.unwrap();
    assert!(
        row.contains("OPTIONS /open-apis/") && row.contains("404"),
        "{row}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_behind_others_keeps_no_connection() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let hide = |hidden| {
        format!(
            "Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }}); document.dispatchEvent(new Event('visibilitychange'));"
        )
    };
    call(&emulator, "order-1", json!(1)).await;
    page.expect_outcomes(&["ran"]).await;
    page.click(".row").await;
    page.run(&hide(true)).await;
    page.expect("events", Value::Null).await;
    call(&emulator, "order-2", json!(1)).await;
    page.expect_outcomes(&["ran"]).await;
    page.run(&hide(false)).await;
    page.expect_outcomes(&["ran", "ran"]).await;
    // what was open and had the focus still is
    page.expect(
        "document.activeElement.dataset.logId === document.querySelector('.detail').dataset.logId",
        json!(true),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_stays_where_it_is_while_attempts_come_in() {
    let emulator = emulator();
    let client = without_retries(&emulator);
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let attempt = async || {
        emulator.inject(Fault::Gateway {
            http_status: 502,
            after: false,
        });
        let flow = DynamicFlow::new(NAMESPACE, FLOW).unwrap();
        let call = flow.execute(&client).idempotency_key("order-1");
        call.await.unwrap_err();
    };
    attempt().await;
    page.click(".row[data-outcome=did_not_run]").await;
    page.run("document.querySelector('.detail .buttons button').focus()")
        .await;
    attempt().await;
    page.expect_outcomes(&["did_not_run", "did_not_run"]).await;
    page.expect("document.activeElement.textContent", json!("Copy as curl"))
        .await;
    // from there on with the arrows
    page.run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))").await;
    page.expect(
        "document.activeElement === document.querySelectorAll('.row')[1]",
        json!(true),
    )
    .await;
}
