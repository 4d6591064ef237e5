//! What one server sends, or one output's type does, holds up no call of another client.
//!
//! `cargo test --release --test it -- --ignored --nocapture fairness` on a machine with little else to do.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow::{Client, Flow, Operator, Outputs, Params, Quota, Result, RetryPolicy};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::flows::{SUCCESS, delete, success};
use crate::server::{Server, json as answer};

/// The longest that a call may be held up by what is none of its business.
const BAR: Duration = Duration::from_millis(100);

/// At a time. Many more than there are cores would measure how the system shares those out.
const HOSTILE_CALLS: usize = 2;

struct Slow;

impl Flow for Slow {
    const NAMESPACE: &'static str = "package_shop__c";
    const FLOW_ID: &'static str = "slow";
    type Output = ();

    fn write_params(&self, _: &mut Params) -> Result<()> {
        Ok(())
    }

    fn read_outputs(_: &mut Outputs<'_>) -> Result<()> {
        thread::sleep(Duration::from_millis(500));
        Ok(())
    }
}

/// Answers every request with this, again and again until the connection is closed.
fn flood(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let block = bytes.repeat(64 * 1024 / bytes.len());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, block) = (stream.unwrap(), block.clone());
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                while stream.write_all(&block).is_ok() {}
            });
        }
    });
    url
}

/// The longest of the calls that a calm client makes of a calm server meanwhile, and how many there were.
fn longest_call(calm: &Client, for_: Duration) -> (Duration, usize) {
    let (begun, mut longest, mut count) = (Instant::now(), Duration::ZERO, 0);
    while begun.elapsed() < for_ {
        let call_begun = Instant::now();
        delete().execute(calm).blocking().unwrap();
        longest = longest.max(call_begun.elapsed());
        count += 1;
    }
    (longest, count)
}

fn client(url: &str) -> Client {
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .operator(Operator::id(1111))
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::NEVER)
        .timeout(Duration::from_secs(2))
        .base_url(url)
        .build()
        .unwrap()
}

#[test]
#[ignore = "a measurement"]
fn nobody_else_waits() {
    let calm_server = Server::platform(|_| answer(SUCCESS));
    let calm = calm_server.client();
    let (own, count) = longest_call(&calm, Duration::from_secs(2));
    println!("{:24} {own:>12.1?} at most, {count} calls", "alone");

    let large = 15 << 20;
    let text = success(&json!({ "variable_text": "line\n\"quoted\"\u{1f600}".repeat(large / 32) }));
    let unusual = format!("{},\"error\":{{}}}}", text.trim_end().trim_end_matches('}'));
    let large_text = Server::platform(move |_| answer(&*text));
    let large_unusual = Server::platform(move |_| answer(&*unusual));
    let nested = Server::platform(move |_| answer("[".repeat(large)));
    let large_token = Server::start(move |_| {
        answer(format!(
            r#"{{"code":0,"msg":"{}"}}"#,
            "\\n".repeat(large / 2)
        ))
    });
    let slow = Server::platform(|_| answer(SUCCESS));
    let floods = [
        ("flood of 100", flood(b"HTTP/1.1 100 Continue\r\n\r\n")),
        (
            "flood of 103 with headers",
            flood(b"HTTP/1.1 103 Early Hints\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\ne: 5\r\n\r\n"),
        ),
    ];
    let mut too_long = Vec::new();
    let hostile = [
        ("large reply", large_text.url()),
        ("large unusual reply", large_unusual.url()),
        ("large nonsense", nested.url()),
        ("large token reply", large_token.url()),
        ("slow to decode", slow.url()),
        (floods[0].0, &floods[0].1),
        (floods[1].0, &floods[1].1),
    ];
    for (name, url) in hostile {
        let client = client(url);
        let runtime = Runtime::new().unwrap();
        for _ in 0..HOSTILE_CALLS {
            let client = client.clone();
            runtime.spawn(async move {
                loop {
                    let _ = client.execute(&Slow).await;
                }
            });
        }
        let (longest, count) = longest_call(&calm, Duration::from_secs(5));
        runtime.shutdown_background();
        println!("{name:24} {longest:>12.1?} at most, {count} calls");
        if longest > own + BAR {
            too_long.push(format!("{name}: {longest:?}"));
        }
    }
    assert!(too_long.is_empty(), "{too_long:?}");
}
