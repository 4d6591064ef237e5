//! How much memory a long reply takes, each in a process of its own:
//! `cargo test --test it -- --ignored a_long_reply --nocapture`

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use apaas_flow::{Client, DynamicFlow, Operator, StaticToken};

const LENGTH: usize = 15_000_000;

/// What stands in front of the long part of a reply, what that is made of, and what follows.
const SHAPES: &[(&str, &str, &str, &str)] = &[
    (
        "a long text",
        r#"{"code":0,"data":{"status":"end","out_params":"[{\"api_name\":\"a\",\"value\":\""#,
        "x",
        r#"\"}]"}}"#,
    ),
    (
        "a long list",
        r#"{"code":0,"data":{"status":"end","out_params":"[{\"api_name\":\"a\",\"value\":[7"#,
        ",7",
        r#"]}]"}}"#,
    ),
    (
        "outputs that are no text",
        r#"{"code":0,"data":{"status":"end","out_params":[{"api_name":"a","value":[7"#,
        ",7",
        "]}]}}",
    ),
    (
        "a bad character beside it",
        r#"{"code":0,"msg":"\ud800","data":{"status":"end","out_params":"[{\"api_name\":\"a\",\"value\":\""#,
        "x",
        r#"\"}]"}}"#,
    ),
    (
        "a reply that is cut",
        r#"{"code":0,"data":{"status":"end","out_params":"[{\"api_name\":\"a\",\"value\":\""#,
        "x",
        r#"\"}]"}"#,
    ),
    (
        "a failed run",
        r#"{"code":0,"data":{"status":"failed","out_params":"[{\"api_name\":\"a\",\"value\":\""#,
        "x",
        r#"\"}]"}}"#,
    ),
    (
        "a code that is a list",
        r#"{"code":0,"data":{"status":"end","code":[7"#,
        ",7",
        "]}}",
    ),
    ("a long message", r#"{"code":2320001,"msg":""#, "x", r#""}"#),
    (
        "a long error",
        r#"{"code":2320001,"error":{"helps":[{}"#,
        ",{}",
        "]}}",
    ),
    (
        "many short outputs",
        r#"{"code":0,"data":{"status":"end","out_params":{"":7"#,
        r#","":7"#,
        "}}}",
    ),
    ("a deep reply", r#"{"code":2320001,"data":"#, "[", "}"),
];

const SHAPE: &str = "APAAS_FLOW_TEST_SHAPE";

/// In kilobytes.
fn memory(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[ignore = "seconds, and a process for each reply"]
fn a_long_reply_takes_three_times_its_length_at_most() {
    for (index, (what, ..)) in SHAPES.iter().enumerate() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "memory::one_of_them", "--nocapture"])
            .env(SHAPE, index.to_string())
            .output()
            .unwrap();
        let output = String::from_utf8(child.stdout).unwrap();
        let (_, grown) = output
            .split_once("grown by ")
            .unwrap_or_else(|| panic!("{output}"));
        let grown: usize = grown.split_whitespace().next().unwrap().parse().unwrap();
        let whole = grown * 1024;
        println!(
            "{what}: {}.{:02}",
            whole / LENGTH,
            whole * 100 / LENGTH % 100
        );
        assert!(whole <= 3 * LENGTH, "{what}: {whole} bytes for {LENGTH}");
    }
}

#[tokio::test]
#[ignore = "run by the other, in a process of its own"]
async fn one_of_them() {
    let Ok(index) = std::env::var(SHAPE) else {
        return;
    };
    let client = Client::builder()
        .token_source(StaticToken::new("t-1"))
        .operator(Operator::id(1))
        .base_url(server(index.parse().unwrap()))
        .build()
        .unwrap();
    let flow = DynamicFlow::new("package_shop__c", "long").unwrap();
    // once on a small scale, so that all code that is needed is there
    drop(
        flow.execute(&client)
            .await
            .map_err(|error| error.to_string()),
    );
    let had = memory("VmRSS:");
    drop(flow.execute(&client).await);
    println!("grown by {}", memory("VmHWM:").saturating_sub(had));
}

/// A server that never holds the reply which it sends; the first is a short one.
fn server(index: usize) -> String {
    let (_, before, unit, after) = SHAPES[index];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for length in [1_000, LENGTH] {
            // a request is sent in one piece
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let mut units = length / unit.len();
            let body = before.len() + units * unit.len() + after.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {body}\r\n\r\n{before}"
            )
            .unwrap();
            while units > 0 {
                let some = units.min(1_000);
                stream.write_all(unit.repeat(some).as_bytes()).unwrap();
                units -= some;
            }
            stream.write_all(after.as_bytes()).unwrap();
        }
    });
    url
}
