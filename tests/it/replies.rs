//! What replies mean: the document's own, and every way in which one may differ from it.

use apaas_flow::{Error, ErrorKind, Execution, Status, apaas_flow, wire};
use serde_json::{Value, json};

use crate::flows::{Bill, BillOutput, DeleteObject, SUCCESS, reply, success};

fn read(body: &str) -> apaas_flow::Result<Execution<BillOutput>> {
    wire::reply::<Bill>(200, body.as_bytes())
}

fn error(body: &str) -> Error {
    read(body).expect_err("no success")
}

fn outputs() -> Value {
    json!({ "variable_total": "128.50", "variable_lines": [1, 2], "variable_paid": true })
}

#[test]
fn the_documents_success_reply_decodes() {
    let run = wire::reply::<DeleteObject>(200, SUCCESS.as_bytes()).unwrap();
    assert_eq!(run.output.flow_execution_id, 1_816_970_091_484_211_i64);
    assert_eq!(run.execution_id, "1816970091484211");
    assert_eq!(run.status, Status::End);
    assert_eq!(run.attempts, 1);
}

#[test]
fn outputs_come_in_any_order_with_unknown_ones_between() {
    let run = read(&success(&json!({
        "variable_paid": true, "other": {"deep": [1]}, "variable_lines": [1, 2], "variable_total": "128.50"
    })))
    .unwrap();
    assert_eq!(
        run.output,
        BillOutput {
            total: "128.50".to_owned(),
            lines: vec![1, 2],
            paid: true
        }
    );
}

#[test]
fn no_out_params_in_any_spelling_are_no_outputs() {
    #[apaas_flow(namespace = "package_shop__c", flow_id = "quiet")]
    struct Quiet {
        #[output]
        word: Option<String>,
    }

    for data in [
        json!({ "status": "end", "out_params": "" }),
        json!({ "status": "end", "out_params": null }),
        json!({ "status": "end", "out_params": "null" }),
        json!({ "status": "end", "out_params": "[]" }),
        json!({ "status": "end", "out_params": "  " }),
        json!({ "status": "end" }),
    ] {
        let run = wire::reply::<Quiet>(200, reply(&data).as_bytes()).unwrap();
        assert_eq!(run.output.word, None, "{data}");
    }
    // nothing but the code is promised
    let run = wire::reply::<Quiet>(200, br#"{"code":0,"data":{},"msg":null}"#).unwrap();
    assert_eq!(
        (run.execution_id.as_str(), run.status),
        ("", Status::Missing)
    );
}

#[test]
fn integers_are_exact_to_64_bits() {
    #[apaas_flow(namespace = "package_shop__c", flow_id = "big")]
    struct Big {
        #[output]
        least: i64,
        #[output]
        most: u64,
    }
    let run = wire::reply::<Big>(
        200,
        success(&json!({ "least": i64::MIN, "most": u64::MAX })).as_bytes(),
    )
    .unwrap();
    assert_eq!((run.output.least, run.output.most), (i64::MIN, u64::MAX));
}

#[test]
fn every_bad_output_is_listed_with_where_what_and_what_kind() {
    let error = error(&success(
        &json!({ "variable_total": 128.5, "variable_lines": [1, "two"] }),
    ));
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.may_have_run() && !error.is_retryable());
    assert_eq!(error.execution_id(), Some("1816970091484211"));
    assert_eq!(error.status(), Some(&Status::End));
    assert_eq!(
        error.to_string(),
        "flow package_shop__c/bill_0a1b2c3d4e: 3 outputs do not fit their fields: \
         `variable_total` expected a string, found a number with a fraction, \
         `variable_lines` at `[1]` expected `i64`, found a string, \
         `variable_paid` expected `bool`, found nothing of that name (there are `variable_lines`, `variable_total`); \
         the flow ran (status end, execution id 1816970091484211)"
    );
}

#[test]
fn outputs_of_a_run_are_never_lost() {
    let error = error(&success(&json!({ "variable_total": 1 })));
    assert_eq!(
        error.out_params(),
        Some(r#"[{"api_name":"variable_total","value":1}]"#)
    );
    let error = self::error(&reply(
        &json!({ "status": "end", "out_params": "<oops>", "execution_id": "1" }),
    ));
    assert_eq!(
        (error.kind(), error.out_params()),
        (ErrorKind::Decode, Some("<oops>"))
    );
    assert!(!error.to_string().contains("oops"));
}

#[test]
fn a_failure_shows_in_any_of_four_places() {
    // the outer code
    let outer = error(r#"{"code":2320001,"msg":"param is invalid"}"#);
    assert_eq!(
        (outer.kind(), outer.code(), outer.may_have_run()),
        (ErrorKind::Invalid, Some(2_320_001), false)
    );

    // the inner code
    let inner = error(&reply(
        &json!({ "code": "k_x", "error_msg": "boom", "status": "end", "execution_id": "7" }),
    ));
    assert_eq!(
        (inner.kind(), inner.flow_code(), inner.may_have_run()),
        (ErrorKind::Flow, Some("k_x"), true)
    );
    assert!(inner.to_string().contains("boom"));

    // the message alone
    let message = error(&reply(
        &json!({ "code": "", "error_msg": "boom", "status": "end" }),
    ));
    assert_eq!(
        (message.kind(), message.may_have_run()),
        (ErrorKind::Flow, true)
    );

    // the status alone
    for (text, status) in [
        ("failed", Status::Failed),
        ("rejected", Status::Rejected),
        ("canceled", Status::Canceled),
    ] {
        let error = error(&reply(&json!({ "status": text, "execution_id": "7" })));
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Flow, Some(&status))
        );
        assert!(error.may_have_run());
        assert_eq!(error.execution_id(), Some("7"));
    }
}

#[test]
fn success_has_three_statuses() {
    for status in [json!("end"), json!("agreed"), json!(null)] {
        let mut data =
            json!({ "out_params": "[]", "execution_id": "7", "code": "0", "error_msg": "success" });
        data["status"] = status.clone();
        let run = wire::reply::<Silent>(200, reply(&data).as_bytes());
        assert!(run.is_ok(), "{status}: {run:?}");
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "silent")]
#[derive(Debug)]
struct Silent {}

#[test]
fn no_status_is_silently_taken_for_another() {
    for status in ["wait", "in_process"] {
        let error = error(&reply(&json!({ "status": status, "execution_id": "7" })));
        assert_eq!(error.kind(), ErrorKind::Unfinished);
        assert!(error.may_have_run() && !error.is_retryable());
        assert!(error.to_string().contains("`start`"), "{error}");
    }
    let error = error(&reply(&json!({ "status": "paused", "execution_id": "7" })));
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.status(), Some(&Status::Other("paused".to_owned())));
    assert!(error.may_have_run());
    assert!(error.to_string().contains("status paused"), "{error}");
}

#[test]
fn a_used_key_may_have_run_even_at_the_first_attempt() {
    let error = error(&reply(
        &json!({ "code": "k_wf_ec_2001008", "error_msg": "repeated", "status": "failed" }),
    ));
    assert_eq!(error.kind(), ErrorKind::KeyUsed);
    assert!(error.may_have_run() && !error.is_retryable());
}

#[test]
fn the_platforms_codes_have_their_kinds() {
    use ErrorKind::{Flow, Gateway, Invalid, MonthlyQuota, Permission, RateLimited, Token};
    let kind = |status: u16, code: i64| {
        let body = format!(r#"{{"code":{code},"msg":"m"}}"#);
        let error = wire::reply::<Bill>(status, body.as_bytes()).unwrap_err();
        (error.kind(), error.may_have_run(), error.is_retryable())
    };
    for (status, code, expected) in [
        (400, 2_320_001, (Invalid, false, false)),
        (400, 2_320_002, (Gateway, true, false)),
        (400, 2_320_004, (Invalid, false, false)),
        (400, 2_320_005, (Permission, false, false)),
        (429, 99_991_400, (RateLimited, false, true)),
        (400, 99_991_400, (RateLimited, false, true)),
        (400, 99_991_403, (MonthlyQuota, false, false)),
        (400, 99_991_663, (Token, false, false)),
        (200, 99_991_663, (Token, false, false)),
        (400, 99_991_668, (Token, false, false)),
        (400, 99_991_672, (Permission, false, false)),
        (400, 99_991_401, (Permission, false, false)),
        (500, 1500, (Gateway, true, false)),
        // in no list: nothing is promised of the run
        (200, 7, (Flow, true, false)),
        (400, 7, (Invalid, true, false)),
        (500, 7, (Gateway, true, false)),
    ] {
        assert_eq!(kind(status, code), expected, "{status} {code}");
    }
}

#[test]
fn a_missing_scope_names_the_console_page() {
    let error = error(
        r#"{"code":99991672,"msg":"Access denied","error":{"log_id":"x","logid":"20240102abc",
            "permission_violations":[{"type":"action_scope_required","subject":"app_engine:flow:write","url":"https://open.feishu.cn/app/cli_x/auth"}],
            "helps":[{"url":"https://open.feishu.cn/document/help","description":"how"}]}}"#,
    );
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert_eq!(error.log_id(), Some("20240102abc"));
    let text = error.to_string();
    assert!(
        text.contains("grant it at https://open.feishu.cn/app/cli_x/auth"),
        "{text}"
    );
    assert!(
        text.contains("see https://open.feishu.cn/document/help"),
        "{text}"
    );
    assert!(text.contains("app_engine:flow:write"), "{text}");
}

#[test]
fn the_values_that_the_platform_repeats_are_left_out() {
    let error = error(
        r#"{"code":99992402,"msg":"field validation failed","error":{"field_violations":[
            {"field":"operator","value":"secret","description":"operator is required"}]}}"#,
    );
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("field operator: operator is required"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
}

/// An outer code that refuses, and a run to show for it all the same.
#[test]
fn a_refusal_with_a_run_in_it_may_have_run() {
    let error = |status, code: i64, data: Value| {
        let body = json!({ "code": code, "msg": "m", "data": data }).to_string();
        wire::reply::<Bill>(status, body.as_bytes()).unwrap_err()
    };
    let invalid = error(
        400,
        2_320_001,
        json!({ "execution_id": "77", "status": "failed" }),
    );
    assert_eq!(
        (invalid.kind(), invalid.may_have_run()),
        (ErrorKind::Invalid, true)
    );
    let limited = error(
        429,
        99_991_400,
        json!({ "execution_id": "9", "status": "in_process" }),
    );
    assert!(limited.may_have_run() && !limited.is_retryable());
    for (status, code) in [(400, 2_320_001), (200, 1)] {
        let used = error(status, code, json!({ "code": "k_wf_ec_2001008" }));
        assert_eq!(
            (used.kind(), used.may_have_run()),
            (ErrorKind::KeyUsed, true)
        );
    }
    for data in [json!(null), json!({}), json!(""), json!([1]), json!(7)] {
        let refused = error(400, 99_991_663, data);
        assert_eq!(
            (refused.kind(), refused.may_have_run()),
            (ErrorKind::Token, false)
        );
    }
}

#[test]
fn the_flow_engines_own_refusals_did_not_run_unless_there_is_a_run() {
    for (code, kind) in [
        ("k_wf_ec_200036", ErrorKind::Permission),
        ("k_wf_ec_2001001", ErrorKind::Invalid),
        ("k_wf_ec_2001002", ErrorKind::Invalid),
        ("k_wf_ec_2001004", ErrorKind::Invalid),
        (" k_wf_ec_2001006 ", ErrorKind::Invalid),
    ] {
        let refused = error(&reply(&json!({ "code": code, "status": "failed" })));
        assert_eq!(
            (refused.kind(), refused.may_have_run()),
            (kind, false),
            "{code}"
        );
        let begun = error(&reply(&json!({ "code": code, "execution_id": "7" })));
        assert_eq!((begun.kind(), begun.may_have_run()), (kind, true), "{code}");
    }
    for data in [
        json!({ "code": "k_wf_ec_2001001", "status": "end", "out_params": "[{}]" }),
        json!({ "code": "k_wf_ec_2001002", "status": "in_process" }),
        json!({ "code": "k_wf_ec_2001002", "out_params": "[1]" }),
    ] {
        assert!(error(&reply(&data)).may_have_run(), "{data}");
    }
    let slow = error(&reply(&json!({ "code": "k_ec_000054" })));
    assert_eq!((slow.kind(), slow.may_have_run()), (ErrorKind::Flow, true));
}

#[test]
fn a_reply_whose_shell_cannot_be_read_loses_nothing() {
    let body = r#"{"code":0,"msg":"\ud800","data":{"status":"end","out_params":"[1]"}}"#;
    let error = error(body);
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Malformed, true)
    );
    assert_eq!(error.out_params(), Some(body));
    // whatever the HTTP status says
    for http_status in [404, 413, 429] {
        let error = wire::reply::<Bill>(http_status, br#"{"code":0,"data":{"status":"end","out_"#)
            .unwrap_err();
        assert!(error.may_have_run() && !error.is_retryable(), "{error}");
    }
    // and what merely stands beside the run does no harm
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let run = wire::reply::<Silent>(
        200,
        format!(r#"{{"code":0,"error":{deep},"data":{{"status":"end"}}}}"#).as_bytes(),
    );
    assert!(run.is_ok(), "{run:?}");
    assert!(wire::reply::<DeleteObject>(200, format!("\u{feff}{SUCCESS}").as_bytes()).is_ok());
}

#[test]
fn a_reply_that_every_service_could_send_is_not_the_platforms() {
    for body in [
        r#"{"code":0}"#,
        r#"{"code":0,"data":null}"#,
        r#"{"code":0,"data":"ok","msg":"ok"}"#,
    ] {
        let error = wire::reply::<Silent>(200, body.as_bytes()).unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run()),
            (ErrorKind::Malformed, true),
            "{body}"
        );
        assert!(error.to_string().contains("base_url"), "{error}");
    }
}

#[test]
fn what_is_no_envelope_is_said_to_be_none() {
    let error = |status, body: &str| wire::reply::<Bill>(status, body.as_bytes()).unwrap_err();

    let proxy = error(502, "<html>\r\n<h1>502 Bad Gateway</h1>");
    assert_eq!(
        (proxy.kind(), proxy.may_have_run()),
        (ErrorKind::Gateway, true)
    );
    assert!(
        proxy.to_string().contains("<h1>502 Bad Gateway</h1>"),
        "{proxy}"
    );
    assert!(!proxy.to_string().contains('\n'));

    let wrong_host = error(404, "404 page not found");
    assert_eq!(
        (wrong_host.kind(), wrong_host.may_have_run()),
        (ErrorKind::Malformed, false)
    );
    assert!(wrong_host.to_string().contains("base_url"), "{wrong_host}");

    let redirect = error(307, "");
    assert_eq!(
        (redirect.kind(), redirect.may_have_run()),
        (ErrorKind::Malformed, true)
    );
    assert!(redirect.to_string().contains("redirects"), "{redirect}");

    for body in [
        "",
        "{}",
        "[]",
        "null",
        "{\"code\":\"abc\"}",
        "{\"code\":0",
        "\u{0}\u{1}",
    ] {
        let error = error(200, body);
        assert_eq!(
            (error.kind(), error.may_have_run()),
            (ErrorKind::Malformed, true),
            "{body:?}"
        );
    }
    // JSON may hold values: none of it is shown
    assert!(!error(200, r#"{"secret":1}"#).to_string().contains("secret"));
}

#[test]
fn an_envelope_counts_whatever_the_http_status() {
    let run = wire::reply::<DeleteObject>(500, SUCCESS.as_bytes()).unwrap();
    assert_eq!(run.output.flow_execution_id, 1_816_970_091_484_211);
}

#[test]
fn scalars_of_another_type_than_the_document_says_are_understood() {
    let run = wire::reply::<Silent>(
        200,
        br#"{"code":"0","msg":null,"data":{"code":0,"execution_id":1816970091484211,"status":"end","out_params":[]}}"#,
    )
    .unwrap();
    assert_eq!(run.execution_id, "1816970091484211");
    let run = read(&reply(&json!({
        "status": "end", "out_params": outputs().as_object().unwrap()
    })))
    .unwrap();
    assert!(run.output.paid);
}
