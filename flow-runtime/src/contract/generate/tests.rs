#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use serde_json::json;

use super::from_replies;

#[track_caller]
fn assert_formatted(source: &str) {
    let mut rustfmt = Command::new("rustfmt");
    let mut child = rustfmt
        .args(["--check", "--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(source.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{source}");
}

fn generated(outputs: &[serde_json::Value]) -> String {
    let replies: Vec<String> = outputs
        .iter()
        .map(|outputs| {
            let outputs = outputs.as_object().unwrap().iter();
            let entries: Vec<_> = outputs
                .map(|(name, value)| json!({"api_name": name, "value": value}))
                .collect();
            json!({"code": 0, "data": {"out_params": serde_json::to_string(&entries).unwrap()}})
                .to_string()
        })
        .collect();
    from_replies("package_7344545d87__c", "deleteObject_99c656599f", &replies).unwrap()
}

const SNAPSHOT: &str = include_str!("snapshot.txt");

#[test]
fn replies_of_both_dialects() {
    let source = generated(&[
        json!({
            "variable_a": {"_id": 1_767_211_281_913_907_i64, "_name": "x"},
            "variable_day": "2023-05-10",
            "variable_lines": [{"sku": "a", "type": "128.50"}, {"sku": "b"}],
            "variable_name": [{"language_code": 1033, "text": "x"}],
            "variable_files": [{"id": "1", "mime_type": "image/png", "name": "a", "size": 1, "token": "t"}],
            "订单": true,
        }),
        json!({
            "variable_a": {"_id": "1767211281913907", "_name": {"en_US": "x"}},
            "variable_day": null,
            "variable_lines": [],
            "variable_name": {"en_US": "x"},
            "variable_files": [{"token": "t", "mime_type": "m", "name": "n", "size": "1", "uri": "u"}],
            "variable_status": {"api_name": "enable", "color": "B", "label": {"en_US": "x"}},
        }),
    ]);
    assert_formatted(&source);
    assert_eq!(source, SNAPSHOT, "{source}");
}

#[test]
fn what_is_not_the_reply_to_a_run_is_no_empty_struct() {
    let outputs = json!({"outcome": "ran", "outputs": {"variable_a": 1}}).to_string();
    assert!(from_replies("package_x__c", "flow_y", &[outputs]).is_ok());
    for (reply, says) in [
        (
            json!({"outcome": "did_not_run", "outputs": {}, "error": {"kind": "key_used"}}),
            "a call that did not run (key_used); save that",
        ),
        (
            json!({"outcome": "under_way", "outputs": {}, "error": null}),
            "a call that is under way; save that",
        ),
        (
            json!({"outcome": "failed", "outputs": {"variable_a": 1}, "error": {"kind": "flow"}}),
            "a call that ran and failed (flow); save that",
        ),
        (
            json!({"code": 99_991_672, "msg": "no scope", "data": {}}),
            "a refusal of the platform, with code 99991672",
        ),
        (
            json!({"code": 10003, "msg": "no app", "data": {"out_params": ""}}),
            "a refusal of the platform, with code 10003",
        ),
    ] {
        let refused = from_replies("package_x__c", "flow_y", &[reply.to_string()]);
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// rustfmt puts a single argument on a line of its own only where it would not fit, and two of them sooner.
#[test]
fn a_long_name_is_broken_where_rustfmt_does() {
    for length in 60..100 {
        let name = "a".repeat(length);
        assert_formatted(&generated(&[
            json!({ &name: {&name: 1} }),
            json!({ &name: {} }),
        ]));
    }
}

#[test]
fn an_output_of_a_name_that_the_attribute_refuses_is_said_to_be_left_out() {
    let source = generated(&[json!({"a b": 1, "": 2, "c": {"a b": 3}})]);
    assert_formatted(&source);
    assert!(source.contains("// left out: \"a b\","), "{source}");
    assert!(source.contains("// left out: \"\","), "{source}");
    assert!(!source.contains("#[output(\"a b\")]"), "{source}");
    assert!(source.contains("#[serde(rename = \"a b\")]"), "{source}");
}

/// An `Option` reads as none what the platform may write for nothing.
#[test]
fn a_type_is_seen_through_empty_forms_and_both_dialects() {
    let source = generated(&[
        json!({"day": "", "at": 1_640_658_020_000_i64, "status": "enable", "owner": {}, "id": 17, "text": ""}),
        json!({"day": "2023-05-10", "at": "2021-12-28 10:20:30", "status": {"api_name": "a", "label": null},
            "owner": {"_id": 1, "_name": "a"}, "id": "17", "text": "a"}),
    ]);
    for field in [
        "day: Option<Date>,",
        "at: DateTime,",
        "status: Choice,",
        "owner: Option<Lookup>,",
        "id: BigInt,",
        "text: String,",
    ] {
        assert!(source.contains(&format!("pub {field}")), "{field} {source}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// rustfmt parses it, and changes nothing.
    #[test]
    fn no_name_breaks_out(names in proptest::collection::vec(any::<String>(), 1..6), long in "[a-z_\"\\\\/ A-Z]{60,90}") {
        let mut outputs: serde_json::Map<_, _> = names.iter().map(|n| (n.clone(), json!({n.clone(): [{n.clone(): 1}]}))).collect();
        outputs.insert(long, json!("1.5"));
        for keyword in ["self", "type", "variable_", "variable_type", "\"]\n}", "*/", "//"] {
            outputs.insert(keyword.to_owned(), json!(1));
        }
        assert_formatted(&generated(&[json!(outputs)]));
    }
}
