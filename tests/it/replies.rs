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
    assert_eq!(inner.flow_message(), Some("boom"));
    assert_eq!(outer.flow_message(), None);

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
    let read = |status: u16, code: i64| {
        let body = format!(r#"{{"code":{code},"msg":"m"}}"#);
        wire::reply::<Bill>(status, body.as_bytes()).unwrap_err()
    };
    let listed: &[(ErrorKind, bool, &[i64])] = &[
        (
            Invalid,
            false,
            &[
                2_320_001, 2_320_003, 2_320_004, 2_320_006, 99_992_402, 4000, 9499, 10_001, 10_100,
                10_400, 99_991_201, 99_991_301,
            ],
        ),
        (
            Permission,
            false,
            &[2_320_005, 99_991_401, 99_991_672, 99_991_673, 99_991_676],
        ),
        (MonthlyQuota, false, &[99_991_403]),
        (RateLimited, false, &[99_991_400]),
        (
            Token,
            false,
            &[
                99_991_661, 99_991_662, 99_991_663, 99_991_664, 99_991_665, 99_991_666, 99_991_667,
                99_991_668, 99_991_669, 99_991_670, 99_991_671, 99_991_674, 99_991_675, 99_991_677,
                99_991_678, 99_991_679, 99_991_680, 99_991_681, 99_991_641, 99_991_642, 99_991_643,
                99_991_644, 99_991_645, 99_991_692, 99_991_543, 10_003, 10_005, 10_013, 10_014,
                10_015,
            ],
        ),
        (
            Gateway,
            true,
            &[
                2_320_002, 1500, 2200, 5000, 1503, 1551, 1557, 1642, 1663, 1665, 1668, 10_101,
                10_105, 10_500,
            ],
        ),
    ];
    for (kind, may_have_run, codes) in listed {
        for code in *codes {
            // whatever the HTTP status says
            for status in [200, 400, 404, 500] {
                let error = read(status, *code);
                assert_eq!(
                    (error.kind(), error.may_have_run()),
                    (*kind, *may_have_run),
                    "{status} {code}"
                );
                assert_eq!(error.is_retryable(), *kind == RateLimited, "{code}");
                let text = error.to_string();
                let (_, cure) = text.split_once(": m; ").unwrap();
                assert!(!cure.starts_with("the flow"), "{code} has no cure: {text}");
            }
        }
    }
    // in no list: nothing is promised of the run
    for (status, kind) in [(200, Flow), (400, Invalid), (408, Gateway), (500, Gateway)] {
        let error = read(status, 7);
        assert_eq!((error.kind(), error.may_have_run()), (kind, true));
    }
}

#[test]
fn the_second_grant_has_its_page() {
    const PAGE: &str = "https://ae.feishu.cn/hc/zh-CN/articles/608213399053";
    for body in [
        r#"{"code":2320005,"msg":"m"}"#.to_owned(),
        r#"{"code":99991673,"msg":"m"}"#.to_owned(),
        reply(&json!({ "code": "k_wf_ec_200036", "status": "failed" })),
        reply(&json!({ "code": "k_ec_000009", "status": "failed" })),
    ] {
        assert!(error(&body).to_string().contains(PAGE), "{body}");
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
        ("k_wf_ec_2001005", ErrorKind::Invalid),
        (" k_wf_ec_2001006 ", ErrorKind::Invalid),
        ("k_ec_000009", ErrorKind::Permission),
        ("k_ec_000027", ErrorKind::Permission),
        ("k_ec_000011", ErrorKind::Invalid),
        ("k_ec_000012", ErrorKind::Invalid),
        ("k_ec_000013", ErrorKind::Invalid),
        ("k_ec_000014", ErrorKind::Invalid),
        ("k_ec_000015", ErrorKind::Invalid),
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
fn the_flow_engines_passing_troubles_are_the_flows_once_it_runs() {
    use ErrorKind::{Flow, Gateway, RateLimited};
    for (code, kind, may_have_run) in [
        ("k_ec_000001", Gateway, true),
        ("k_ec_000004", Gateway, true),
        ("k_ec_000018", Gateway, true),
        ("k_ec_000040", Gateway, true),
        ("k_ec_000032", RateLimited, false),
        ("k_ec_000050", Gateway, false),
        ("k_ec_000051", Gateway, false),
        ("k_ec_000052", Gateway, false),
        ("k_ec_000053", Gateway, false),
    ] {
        let before = error(&reply(&json!({ "code": code, "status": "failed" })));
        assert_eq!(
            (before.kind(), before.may_have_run()),
            (kind, may_have_run),
            "{code}"
        );
        let begun = error(&reply(&json!({ "code": code, "execution_id": "7" })));
        assert_eq!((begun.kind(), begun.may_have_run()), (Flow, true), "{code}");
    }
}

#[test]
fn an_inner_code_and_message_may_be_null() {
    let data = json!({ "code": null, "error_msg": null, "status": "end", "execution_id": "7" });
    let run = wire::reply::<Silent>(200, reply(&data).as_bytes()).unwrap();
    assert_eq!(run.execution_id, "7");
    let data = json!({ "code": null, "error_msg": null, "status": "failed", "execution_id": "7" });
    let failed = error(&reply(&data));
    assert_eq!((failed.kind(), failed.flow_code()), (ErrorKind::Flow, None));
}

#[test]
fn a_reply_whose_shell_cannot_be_read_loses_nothing() {
    let body = r#"{"code":0,"msg":"ok","data":{"status":"end","out_params":"[1]"}"#;
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
        r#"{"code":0,"data":{}}"#,
        r#"{"code":0,"data":{"id":7,"list":[]},"msg":"success"}"#,
        r#"{"code":0,"data":{"code":"","error_msg":"","execution_id":"","out_params":"","status":""}}"#,
        r#"{"code":0,"data":{"out_params":"[]"}}"#,
        r#"{"code":0,"data":{"out_params":{}}}"#,
        r#"{"code":0,"data":{"out_params":"null","status":null}}"#,
    ] {
        let error = wire::reply::<Silent>(200, body.as_bytes()).unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run()),
            (ErrorKind::Malformed, true),
            "{body}"
        );
        assert!(error.to_string().contains("base_url"), "{error}");
    }
    // any one of the three is a run
    for data in [
        r#"{"execution_id":"7"}"#,
        r#"{"status":"end"}"#,
        r#"{"out_params":"[{\"api_name\":\"a\",\"value\":1}]"}"#,
    ] {
        let body = format!(r#"{{"code":0,"data":{data}}}"#);
        let run = wire::reply::<Silent>(200, body.as_bytes());
        assert!(run.is_ok(), "{data}: {run:?}");
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

#[test]
fn whole_numbers_are_read_in_every_spelling() {
    let body = r#"{"code":2320001.0,"msg":7}"#;
    assert_eq!(error(body).code(), Some(2_320_001));
    assert_eq!(error(r#"{"code":" 2320001 "}"#).code(), Some(2_320_001));
    let run = wire::reply::<Silent>(
        200,
        br#"{"code":0.0,"data":{"code":0.0,"execution_id":18169700914842110001,"status":"end"}}"#,
    )
    .unwrap();
    assert_eq!(run.execution_id, "18169700914842110001");
}

/// What a server or a proxy does to a text that it cuts or does not escape.
const BAD_CHARACTERS: &[&[u8]] = &[
    br"\ud800",
    br"\udc00x",
    br"\ud83dx",
    b"\xe8\xb0",
    b"\xff",
    b"\n",
    b"\r\n\t",
    b"\x01",
    br"\q",
];

fn with_bad(before: &str, bad: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), bad, after.as_bytes()].concat()
}

#[test]
fn one_bad_character_does_not_sink_the_verdict() {
    for bad in BAD_CHARACTERS {
        let shown = bad.escape_ascii();
        let read = |before: &str, after: &str| {
            wire::reply::<DeleteObject>(200, &with_bad(before, bad, after))
        };

        let refused = read(r#"{"code":2320001,"msg":"param "#, r#" is invalid"}"#).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.may_have_run()),
            (ErrorKind::Invalid, false),
            "{shown}"
        );
        assert!(refused.to_string().contains("is invalid"), "{refused}");

        let stale = read(r#"{"msg":"token "#, r#"","code":99991663}"#).unwrap_err();
        assert_eq!(stale.kind(), ErrorKind::Token, "{shown}");

        let failed = read(
            r#"{"code":0,"data":{"error_msg":"bo"#,
            r#"om","execution_id":"7","status":"failed"}}"#,
        )
        .unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Flow, "{shown}");
        assert_eq!(failed.execution_id(), Some("7"));

        let (before, after) = SUCCESS.split_once("success").unwrap();
        let run = read(before, after).unwrap();
        assert_eq!(run.output.flow_execution_id, 1_816_970_091_484_211);

        // and in a part that nobody reads
        let run = read(r#"{"more":""#, &format!(r#"",{}"#, &SUCCESS[1..]));
        assert!(run.is_ok(), "{shown}: {run:?}");
    }
}

#[test]
fn one_bad_character_in_the_outputs_does_not_sink_them() {
    for bad in BAD_CHARACTERS {
        let outputs = with_bad(
            r#"[{"api_name":"variable_total","value":"a"#,
            bad,
            r#"z"},{"api_name":"variable_lines","value":[1]},{"api_name":"variable_paid","value":true}]"#,
        );
        // badly written in the list, which is a text in its turn
        let Ok(outputs) = String::from_utf8(outputs) else {
            continue;
        };
        let body = reply(&json!({ "status": "end", "out_params": outputs }));
        let run = read(&body).unwrap_or_else(|error| panic!("{}: {error}", bad.escape_ascii()));
        assert!(run.output.total.starts_with('a') && run.output.total.ends_with('z'));
        assert_eq!(run.output.lines, [1]);
    }
    // a line break is what it is
    let body = r#"{"code":0,"data":{"status":"end","out_params":"[{\"api_name\":\"variable_total\",\"value\":\"a
b\"},{\"api_name\":\"variable_lines\",\"value\":[]},{\"api_name\":\"variable_paid\",\"value\":true}]"}}"#;
    assert_eq!(read(body).unwrap().output.total, "a\nb");
}

#[test]
fn a_key_that_comes_twice_is_never_a_word_on_the_run() {
    for body in [
        r#"{"code":2320001,"msg":"m","code":0,"data":{"status":"end","out_params":"[]"}}"#,
        r#"{"code":0,"code":2320001,"msg":"m"}"#,
        r#"{"code":0,"data":{"status":"end"},"data":{"status":"failed"}}"#,
        r#"{"code":0,"data":{"status":"end"},"data":null}"#,
        r#"{"code":2320001,"data":{"execution_id":"7"},"data":{}}"#,
        r#"{"code":0,"data":{"status":"failed","status":"end"}}"#,
        r#"{"code":0,"data":{"code":"k_x","status":"end","code":""}}"#,
        r#"{"code":0,"data":{"status":"end","out_params":"[]","out_params":"[1]"}}"#,
        r#"{"code":0,"data":{"status":"end","execution_id":"7","execution_id":"8"}}"#,
        r#"{"code":0,"c\u006fde":2320001,"data":{"status":"end"}}"#,
        r#"{"code":0,"msg":"a","msg":"b","data":{"status":"end"}}"#,
    ] {
        let error = wire::reply::<Silent>(200, body.as_bytes()).unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run(), error.is_retryable()),
            (ErrorKind::Malformed, true, false),
            "{body}"
        );
        assert_eq!(error.out_params(), Some(body));
        assert!(error.to_string().contains("twice"), "{error}");
    }
    // the same once more is no second word
    let body = r#"{"code":2320001,"msg":"m","code":2320001}"#;
    assert_eq!(error(body).kind(), ErrorKind::Invalid);
}

#[test]
fn nothing_is_no_error_in_whichever_word() {
    for (name, word) in [
        ("code", json!("null")),
        ("code", json!("OK")),
        ("code", json!("success")),
        ("error_msg", json!("null")),
        ("error_msg", json!("Success")),
        ("error_msg", json!(" ok ")),
        ("status", json!(" end\n")),
    ] {
        let mut data =
            json!({ "out_params": "[]", "execution_id": "7", "status": "end", "code": "" });
        data[name] = word.clone();
        let run = wire::reply::<Silent>(200, reply(&data).as_bytes());
        let status = run.map(|run| run.status);
        assert_eq!(status.ok(), Some(Status::End), "{name} {word}");
    }
}

#[test]
fn outputs_with_a_byte_order_mark_are_read() {
    let list = r#"[{"api_name":"variable_total","value":"1"},{"api_name":"variable_lines","value":[]},{"api_name":"variable_paid","value":true}]"#;
    let data =
        json!({ "status": "end", "execution_id": "7", "out_params": format!("\u{feff}{list}") });
    assert_eq!(read(&reply(&data)).unwrap().output.total, "1");
}

#[test]
fn an_output_that_says_two_things_is_neither() {
    for pair in [
        r#"{"api_name":"variable_total","value":"1","value":"2"}"#,
        r#"{"api_name":"variable_total","value":"1","api_name":"other"}"#,
    ] {
        let list = format!(
            r#"[{pair},{{"api_name":"variable_lines","value":[]}},{{"api_name":"variable_paid","value":true}}]"#
        );
        let data = json!({ "status": "end", "execution_id": "7", "out_params": list });
        let error = error(&reply(&data));
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("twice"), "{error}");
        assert_eq!(error.out_params(), Some(&*list));
    }
}

#[test]
fn what_may_be_the_outputs_is_not_lost_in_a_data_of_another_form() {
    let body = r#"{"code":0,"data":"{\"status\":\"end\",\"out_params\":\"[]\"}"}"#;
    let error = error(body);
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Malformed, true)
    );
    assert_eq!(error.out_params(), Some(body));
}
