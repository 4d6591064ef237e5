//! What the generator has written from two replies, one in each dialect, compiles and reads them.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "a test, and generated code"
)]

use serde_json::json;

mod generated {
    include!("../src/contract/generate/snapshot.txt");
}

use generated::DeleteObject;

fn reply(outputs: &serde_json::Value) -> Vec<u8> {
    let outputs = outputs.as_object().unwrap().iter();
    let entries: Vec<_> = outputs
        .map(|(name, value)| json!({"api_name": name, "value": value}))
        .collect();
    let data =
        json!({"status": "end", "execution_id": "1", "out_params": json!(entries).to_string()});
    json!({"code": "0", "msg": "success", "data": data})
        .to_string()
        .into_bytes()
}

#[test]
fn both_dialects_are_read() {
    let engine = json!({
        "variable_a": {"_id": 1_767_211_281_913_907_i64, "_name": "x"},
        "variable_day": "2023-05-10",
        "variable_lines": [{"sku": "a", "type": "128.50"}, {"sku": "b"}],
        "variable_name": [{"language_code": 1033, "text": "x"}],
        "variable_files": [{"id": "1", "mime_type": "image/png", "name": "a", "size": 1, "token": "t"}],
        "订单": true,
    });
    let read = apaas_flow::wire::reply::<DeleteObject>(200, &reply(&engine))
        .unwrap()
        .output;
    assert_eq!(read.a.id(), 1_767_211_281_913_907);
    assert_eq!(read.lines.len(), 2);
    assert!(read.lines.last().unwrap().r#type.is_none());
    assert_eq!(read.field_6, Some(true));

    let data = json!({
        "variable_a": {"_id": "1767211281913907", "_name": {"en_US": "x"}},
        "variable_day": null,
        "variable_lines": [],
        "variable_name": {"en_US": "x"},
        "variable_files": [{"token": "t", "mime_type": "m", "name": "n", "size": "1", "uri": "u"}],
        "variable_status": {"api_name": "enable", "color": "B", "label": {"en_US": "x"}},
    });
    let read = apaas_flow::wire::reply::<DeleteObject>(200, &reply(&data))
        .unwrap()
        .output;
    assert_eq!(read.status.as_ref().unwrap().api_name(), "enable");
    assert!(read.day.is_none() && read.field_6.is_none());
}
