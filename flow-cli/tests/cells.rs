//! What a spreadsheet makes of values, against the types of a contract.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod program;

use serde_json::{Value, json};

use program::{Ended, FLOW, Folder, program, run};

const CONTRACT: &str = r#"{"inputs": {
    "flag": {"type": "boolean"}, "at": {"type": "datetime"}, "total": {"type": "decimal"}, "number": {"type": "number"},
    "integer": {"type": "integer"}, "bigint": {"type": "bigint"}, "record": {"type": "lookup"}
}}"#;

/// The request with this input, which is not sent.
async fn given(input: &str) -> Ended {
    let folder = Folder::new();
    folder.write("flows/package_x__c/flow_y.json", CONTRACT);
    let args = ["call", FLOW, "-i", input, "--dry-run", "--format", "json"];
    run(program(&folder.0, "http://127.0.0.1:9"), &args).await
}

async fn sent(input: &str) -> Value {
    let ended = given(input).await;
    assert_eq!(ended.exit, 0, "{input}: {ended}");
    ended.json()["params"].take()
}

async fn refused(input: &str, parts: &[&str]) {
    let ended = given(input).await;
    assert_eq!(ended.exit, 2, "{input}: {ended}");
    let message = ended.json()["error"]["message"].take();
    for part in parts {
        assert!(
            message.as_str().unwrap().contains(part),
            "{input}: {part} in {message}"
        );
    }
}

#[tokio::test]
async fn a_boolean_may_be_written_as_excel_does() {
    for (input, flag) in [
        ("flag=TRUE", true),
        ("flag=FALSE", false),
        ("flag=true", true),
        ("flag=false", false),
    ] {
        assert_eq!(sent(input).await, json!({"flag": flag}), "{input}");
    }
    refused("flag=1", &["true or false"]).await;
}

#[tokio::test]
async fn a_serial_date_is_no_time() {
    let parts = ["serial date", "seconds", "2026-11-26T08:00:00+08:00"];
    for input in ["at=46352", "at=0", "at=1795651200", "at=9999999999"] {
        refused(input, &parts).await;
    }
    for (input, millis) in [
        ("at=10000000000", 10_000_000_000_i64),
        ("at=1795651200000", 1_795_651_200_000),
        ("at=-1", -1),
        ("at=2026-11-26T08:00:00+08:00", 1_795_651_200_000),
    ] {
        assert_eq!(sent(input).await, json!({"at": millis}), "{input}");
    }
}

#[tokio::test]
async fn a_number_whose_digits_excel_dropped_is_refused() {
    for name in ["total", "integer", "bigint", "record"] {
        for number in ["1.81697E+15", "1e3", "-1E-5"] {
            let input = format!("{name}={number}");
            refused(&input, &["exponent", "enter every digit"]).await;
        }
    }
    assert_eq!(sent("total=128.50").await, json!({"total": "128.50"}));
    // which is what JSON calls a number
    assert_eq!(sent("number=1e3").await, json!({"number": 1000.0}));
    refused("total=one", &["a decimal number"]).await;
}
