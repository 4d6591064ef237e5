use std::collections::HashSet;

use apaas_flow_emulator::{Emulator, Failure};
use serde_json::{Value, json};

use crate::http::{self, EXECUTE, FLOW_ID, NAMESPACE, minimal, with};

#[test]
fn a_run_ends_with_its_outputs() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |params| {
        assert_eq!(
            params,
            json!({"variable_rgrtgqworiginal": {"_id": 5_454_545}})
        );
        Ok(json!({"variable_total": "128.50", "variable_lines": [1, null]}))
    });
    let reply = http::execute(
        emulator.address(),
        &with(
            "params",
            "{\"variable_rgrtgqworiginal\": {\"_id\": 5454545}}",
        ),
    );
    let data = reply.data();
    let id = data["execution_id"].as_str().unwrap();
    assert_eq!(id.len(), 16);
    assert_eq!(data["status"], "end");
    assert_eq!(data["code"], "");
    assert_eq!(data["error_msg"], "");
    let number: u64 = id.parse().unwrap();
    assert_eq!(
        reply.outputs(),
        json!([
            {"api_name": "variable_lines", "value": [1, null]},
            {"api_name": "variable_total", "value": "128.50"},
            {"api_name": "_flowExecutionID", "value": number},
        ])
    );
    assert!(
        reply
            .header("Content-Type")
            .unwrap()
            .starts_with("application/json")
    );
}

#[test]
fn an_execution_id_from_the_handler_is_kept() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({"_flowExecutionID": 7})));
    assert_eq!(
        http::execute(emulator.address(), &minimal()).outputs(),
        json!([{"api_name": "_flowExecutionID", "value": 7}])
    );
}

#[test]
fn no_params_are_an_empty_object() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |params| Ok(json!({"seen": params})));
    assert_eq!(
        http::execute(emulator.address(), &minimal()).outputs()[0]["value"],
        json!({})
    );
}

#[test]
fn integers_keep_their_precision() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, Ok);
    // no f64 holds any of them
    let params = r#"{"a":9007199254740993,"b":-9007199254740993,"c":18446744073709551615}"#;
    let reply = http::execute(emulator.address(), &with("params", params));
    let out_params = reply.data()["out_params"].as_str().unwrap().to_owned();
    for number in [
        "9007199254740993",
        "-9007199254740993",
        "18446744073709551615",
    ] {
        assert!(
            out_params.contains(&format!("\"value\":{number}}}")),
            "{out_params}"
        );
    }
}

#[test]
fn a_failure_is_in_the_inner_code() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| {
        Err(Failure::new("stock_empty", "none left"))
    });
    let reply = http::execute(emulator.address(), &minimal());
    assert_eq!(reply.data()["status"], "failed");
    assert_eq!(
        reply.failure(),
        ("stock_empty".to_owned(), "none left".to_owned())
    );
    let runs = emulator.executions();
    assert_eq!(reply.data()["execution_id"], runs[0].execution_id.as_str());
    assert_eq!(runs[0].status, "failed");
    assert_eq!(
        runs[0].failure,
        Some(Failure::new("stock_empty", "none left"))
    );

    emulator.on_raw(NAMESPACE, FLOW_ID, |_| {
        Err(Failure::new("no", "not allowed").with_status("rejected"))
    });
    let reply = http::execute(emulator.address(), &minimal());
    assert_eq!(reply.data()["status"], "rejected");
    assert_eq!(emulator.executions()[1].status, "rejected");
}

#[test]
fn an_asynchronous_start_has_no_outputs() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({"variable_total": 1})));
    let data = http::execute(emulator.address(), &with("is_async", true)).data();
    assert_eq!(data["status"], "in_process");
    assert_eq!(data["out_params"], "");
    let runs = emulator.executions();
    assert!(runs[0].is_async);
    assert_eq!(runs[0].status, "end");
    assert_eq!(data["execution_id"], runs[0].execution_id.as_str());

    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Err(Failure::new("c", "m")));
    let data = http::execute(emulator.address(), &with("is_async", true)).data();
    assert_eq!(data["status"], "in_process");
    assert_eq!(data["code"], "");
    assert_eq!(emulator.executions()[1].status, "failed");
}

#[test]
fn an_unknown_flow() {
    let emulator = Emulator::start_blocking().unwrap();
    let reply = http::execute(emulator.address(), &minimal());
    assert_eq!(reply.data()["status"], "failed");
    assert_eq!(reply.data()["execution_id"], "");
    let (code, message) = reply.failure();
    assert_eq!(code, "k_wf_ec_2001006");
    assert!(message.contains("no flow is registered"), "{message}");

    emulator.on_raw(NAMESPACE, "deleteObject_99c656599e", |_| Ok(json!({})));
    let (_, message) = http::execute(emulator.address(), &minimal()).failure();
    assert_eq!(
        message,
        "unknown flow package_7344545d87__c/deleteObject_99c656599f; \
         did you mean package_7344545d87__c/deleteObject_99c656599e? \
         Registered: package_7344545d87__c/deleteObject_99c656599e"
    );
    assert_eq!(emulator.executions(), []);
}

#[test]
fn a_key_works_once() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    let body = with("idempotent_key", "iuhg23897489797");
    let address = emulator.address();
    assert_eq!(http::execute(address, &body).data()["status"], "end");
    let again = http::execute(address, &body);
    assert_eq!(again.failure().0, "k_wf_ec_2001008");
    assert_eq!(again.data()["execution_id"], "");
    assert_eq!(
        http::execute(address, &with("idempotent_key", "another")).data()["status"],
        "end"
    );
    assert_eq!(emulator.executions().len(), 2);
}

#[test]
fn a_refused_call_uses_up_no_key() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    let body = with("idempotent_key", "k");
    assert_eq!(http::execute(address, &body).failure().0, "k_wf_ec_2001006");
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    assert_eq!(http::execute(address, &body).data()["status"], "end");
}

#[test]
fn runs_are_recorded() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    let body = json!({
        "operator": "{\"_id\": 1111, \"email\": \"apaas@bytedance.com\"}",
        "params": "{\"a\": [1]}",
        "idempotent_key": "k",
        "loop_masks": ["\\", "x"],
    });
    let data = http::execute(emulator.address(), &body).data();
    http::execute(emulator.address(), &minimal());
    let runs = emulator.executions();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].namespace, NAMESPACE);
    assert_eq!(runs[0].flow_id, FLOW_ID);
    assert_eq!(data["execution_id"], runs[0].execution_id.as_str());
    assert_eq!(runs[0].idempotency_key.as_deref(), Some("k"));
    assert_eq!(runs[0].operator_id, Some(1111));
    assert_eq!(
        runs[0].operator_email.as_deref(),
        Some("apaas@bytedance.com")
    );
    assert_eq!(runs[0].params, json!({"a": [1]}));
    assert!(!runs[0].is_async);
    assert_eq!(runs[0].loop_masks, ["\\", "x"]);
    assert_eq!(runs[0].status, "end");
    assert_eq!(runs[0].failure, None);
    assert_eq!(runs[1].idempotency_key, None);
    assert_eq!(runs[1].operator_email, None);
    assert_ne!(runs[0].execution_id, runs[1].execution_id);
}

#[test]
fn every_request_is_recorded_under_its_log_id() {
    let emulator = Emulator::start_blocking().unwrap();
    let token = http::token(emulator.address());
    let executed = http::execute_with(emulator.address(), &token, EXECUTE, "[]");
    let lost = http::request(emulator.address(), "GET", "/secret?a=b", &[], b"");
    let requests = emulator.requests();
    assert_eq!(requests.len(), 3);
    let log_ids: HashSet<_> = requests.iter().map(|request| &request.log_id).collect();
    assert_eq!(log_ids.len(), 3);
    assert_eq!(requests[0].path, http::TOKEN);
    assert!(!requests[0].outcome.contains(&token));
    assert_eq!(requests[1].http_status, 400);
    assert_eq!(
        executed.header("X-Tt-Logid"),
        Some(requests[1].log_id.as_str())
    );
    assert_eq!(
        requests[1].outcome,
        "2320001 param is invalid: the body is an array instead of a JSON object"
    );
    assert_eq!(
        (requests[2].method.as_str(), requests[2].path.as_str()),
        ("GET", "/secret")
    );
    assert_eq!(lost.header("X-Tt-Logid"), Some(requests[2].log_id.as_str()));
}

#[test]
fn names_are_decoded() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw("a/b", "流 程", |_| Ok(json!({})));
    let path = "/open-apis/apaas/v1/applications/a%2fb/flows/%E6%B5%81%20%E7%A8%8B/execute";
    let token = http::token(emulator.address());
    let reply = http::execute_with(emulator.address(), &token, path, &minimal().to_string());
    assert_eq!(reply.data()["status"], "end");
    assert_eq!(emulator.executions()[0].flow_id, "流 程");
}

#[test]
fn the_log_has_a_line_per_request_and_no_values() {
    let (tell, hear) = std::sync::mpsc::channel();
    let emulator = Emulator::builder()
        .log(move |line| tell.send(line.to_owned()).unwrap())
        .start_blocking()
        .unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({"variable": "private"})));
    http::execute(
        emulator.address(),
        &with("params", "{\"variable\": \"private\"}"),
    );
    http::execute(emulator.address(), &with("is_async", "private"));
    let mut lines: Vec<String> = hear.try_iter().collect();
    http::execute(emulator.address(), &with("a\nb\u{7f}", 1));
    http::request(emulator.address(), "GET", "/x", &[], b"");
    lines.extend(hear.try_iter());
    assert_eq!(lines.len(), 7, "{lines:#?}");
    let id = &emulator.executions()[0].execution_id;
    assert_eq!(
        lines[1],
        format!("POST {EXECUTE} -> 200 end, execution {id}")
    );
    assert_eq!(
        lines[3],
        format!(
            "POST {EXECUTE} -> 400 2320001 param is invalid: is_async is a string, not a boolean"
        )
    );
    assert!(!lines.concat().contains("private"));
    assert!(lines[5].contains(": unknown key `a b `;"), "{}", lines[5]);
    assert_eq!(lines[6], "GET /x -> 404 page not found");
}

#[test]
fn all_of_data_is_strings() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    let data = http::execute(emulator.address(), &minimal()).data();
    let members = data.as_object().unwrap();
    let mut names: Vec<_> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["code", "error_msg", "execution_id", "out_params", "status"]
    );
    assert!(members.values().all(Value::is_string), "{data}");
}

#[test]
fn the_log_id_is_where_the_official_sdks_look_for_it() {
    let emulator = Emulator::start_blocking().unwrap();
    let reply = http::execute(emulator.address(), &json!({}));
    let log_id = reply.header("X-Tt-Logid").unwrap();
    // one of them is case-sensitive
    assert!(reply.head.contains(&format!("X-Tt-Logid: {log_id}\r\n")));
    assert_eq!(reply.json()["error"]["log_id"], log_id);
}
