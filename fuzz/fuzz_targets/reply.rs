//! Any bytes as a reply: no panic, no hang, and an error says what is true of every reply.
//!
//! `cargo +nightly fuzz run reply -- -max_total_time=1800`

#![no_main]

use std::collections::BTreeMap;

use apaas_flow::{ErrorKind, apaas_flow, value::RecordRef, wire};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Line {
    article: String,
    price: Option<f64>,
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code)]
enum Tag {
    New,
    Sale { percent: u8 },
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "all")]
#[derive(Debug)]
#[allow(dead_code)]
struct All {
    #[output("a")]
    record: RecordRef,
    #[output("b")]
    number: i64,
    #[output("c")]
    text: Option<String>,
    #[output("d")]
    lines: Vec<Line>,
    #[output("e", default)]
    by_name: BTreeMap<String, u64>,
    #[output("f")]
    nullable: Option<Option<bool>>,
    #[output("g")]
    any: serde_json::Value,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "map", output = BTreeMap<String, serde_json::Value>)]
struct Map {}

fuzz_target!(|data: &[u8]| {
    let Some(([high, low], body)) = data.split_first_chunk() else {
        return;
    };
    let http_status = 100 + u16::from_be_bytes([*high, *low]) % 500;
    for error in [
        wire::reply::<All>(http_status, body).map(drop).err(),
        wire::reply::<Map>(http_status, body).map(drop).err(),
    ]
    .into_iter()
    .flatten()
    {
        let text = format!("{error} {error:?}");
        assert!(!text.contains('\n'), "one line");
        assert!(!(error.is_retryable() && error.may_have_run()));
        assert!(error.out_params().is_none() || error.may_have_run());
        if error.kind() == ErrorKind::Decode {
            assert!(error.may_have_run() && error.out_params().is_some());
        }
    }
    // The other half of the input as outputs: nearly every input gets as far as the fields.
    if let Ok(out_params) = std::str::from_utf8(body) {
        let reply =
            serde_json::json!({ "code": 0, "data": { "status": "end", "out_params": out_params } });
        if let Err(error) = wire::reply::<All>(200, reply.to_string().as_bytes()) {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert_eq!(error.out_params(), Some(out_params));
        }
    }
});
