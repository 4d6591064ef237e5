//! What the page copies, of values and names that are hard to copy.

use apaas_flow::{Client, DynamicFlow};
use apaas_flow_contract::Contract;
use apaas_flow_emulator::{Emulator, Fault};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::browser::Browser;

const NAMESPACE: &str = "package_x__c";

/// A name that is one segment of the path only when encoded, and no name of Rust.
const FLOW: &str = "2/类型-async";

/// Each once: what Rust, `json!` or a number of JavaScript cannot hold as it stands.
const HARD: &str = r#"{
    "null": null, "yes": true, "empty": {}, "none": [],
    "": "no name", "__proto__": "a name of JavaScript", "{}": "a name of Rust",
    "small": -5, "id": 3000000000, "large": 1767211281913907, "least": -9223372036854775808,
    "most": 18446744073709551615, "more": 18446744073709551616, "tenth": 0.1, "power": 1E+5, "zero": -0.0,
    "text": "quotes \" and ' and \\, {}, 订单, \u0000\u0007\t\r\n\u202e\ufeff\u2028, 👨‍👩‍👧",
    "inside": "{\"a\": \"[1]\"}"
}"#;

fn emulator() -> Emulator {
    let emulator = Emulator::builder().page().start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW, Ok);
    emulator
}

async fn call(client: &Client, inputs: &[(&str, &str)]) {
    let mut flow = DynamicFlow::new(NAMESPACE, FLOW).unwrap();
    for (name, json) in inputs {
        let value = RawValue::from_string((*json).to_owned()).unwrap();
        flow = flow.param(name, value).unwrap();
    }
    flow.execute(client).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_compiles_whatever_the_values_are() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    // longer and deeper than `json!` takes
    let long = json!((0..150).collect::<Vec<_>>()).to_string();
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    call(
        &emulator.client(),
        &[("hard", HARD), ("long", &long), ("deep", &deep)],
    )
    .await;
    page.click(".row[data-outcome=ran]").await;
    // compiled and run as the module `copied`
    let test = page.copied("Copy as Rust test").await;
    assert_eq!(test, include_str!("copied/hard.rs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rust_cannot_hold_is_replaced() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let text = r#"["a\ud800b", {"\udc00": 1e400}]"#;
    let written = page
        .run(&format!(
            "const node = read('{}'); return [rustJson(node), plainJson(node)];",
            text.replace('\\', "\\\\")
        ))
        .await;
    assert_eq!(
        written,
        json!([
            r#"["a\u{fffd}b", {"\u{fffd}": null}]"#,
            "[\"a\u{fffd}b\",{\"\u{fffd}\":null}]"
        ])
    );
}

/// Pairs of a fault and its text.
macro_rules! faults {
    ($($fault:expr),* $(,)?) => { vec![$(($fault, stringify!($fault))),*] };
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_written_as_rust_has_it() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let each = faults![
        Fault::RateLimited { reset: 1.0 },
        Fault::RateLimited { reset: 0.25 },
        Fault::StaleToken { http_status: 400 },
        Fault::Gateway {
            http_status: 502,
            after: true
        },
        Fault::Internal { after: false },
        Fault::Dropped { after: true },
        Fault::Slow(std::time::Duration::from_secs_f64(2.0)),
        Fault::Slow(std::time::Duration::from_secs_f64(1e-7)),
        Fault::Silent { after: true },
        Fault::Endless,
        Fault::Truncated,
        Fault::CutOff,
        Fault::Html { after: true },
        Fault::Redirect {
            location: "http://127.0.0.1:9/\"".to_owned()
        },
        Fault::Status("wait\\".to_owned()),
    ];
    for (n, (fault, text)) in each.iter().enumerate() {
        emulator.inject(fault.clone());
        page.run("act('chaos', { rate: 0 });").await; // makes it look
        page.expect("state.faults.length", json!(n + 1)).await;
        let written = page
            .run(&format!("return rustFault(state.faults[{n}].fault);"))
            .await;
        assert_eq!(written, json!(text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_read_whatever_the_names_are() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let names = [
        "__proto__",
        "constructor",
        "10",
        "9",
        "$type",
        "type",
        "a/b",
        "订单",
        "\"\\\n\0",
        "\u{202e}",
    ];
    let inputs: Vec<(&str, &str)> = names.iter().map(|name| (*name, "1.5")).collect();
    call(&emulator.client(), &inputs).await;
    page.click(".row[data-outcome=ran]").await;
    let text = page.copied("Copy as contract").await;
    let contract = Contract::read(&text).unwrap_or_else(|wrong| panic!("{wrong:?} in {text}"));
    for name in names {
        for side in [
            apaas_flow_contract::Side::Inputs,
            apaas_flow_contract::Side::Outputs,
        ] {
            let entry = contract.entry(side, name);
            let kind = entry.and_then(|entry| entry.value_type().map(|known| known.kind.word()));
            assert_eq!(kind, Some("number"), "{name:?} in {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_whole_is_not_copied() {
    let emulator = emulator();
    let Some(page) = Browser::open(emulator.url()).await else {
        return;
    };
    let large = json!("x".repeat(300_000)).to_string();
    call(&emulator.client(), &[("large", &large)]).await;
    page.click(".row[data-outcome=ran]").await;
    page.find(".detail pre").await;
    page.expect(
        "document.querySelectorAll('.detail button').length",
        json!(0),
    )
    .await;
    let told = page.run("return document.querySelector('.sides').textContent.match(/Only the beginning/g).length").await;
    assert_eq!(told, Value::from(2));
}
