//! Replies that mean harm, or that repeat what nobody should read.

use apaas_flow::{Error, ErrorKind, Status, wire};
use serde_json::json;

use crate::flows::{Bill, DeleteObject, bill, delete, reply};
use crate::server::{Answer, Server, json, status, token};

fn error(http_status: u16, body: &str) -> Error {
    wire::reply::<Bill>(http_status, body.as_bytes()).unwrap_err()
}

/// JSON whose strings hold JSON, each level under the key by which serde_json reads raw text, which sets its limit of
/// recursion back.
fn nested() -> String {
    let mut json = "1".to_owned();
    for _ in 0..14 {
        let (open, close) = ("[".repeat(120), "]".repeat(120));
        let inner = serde_json::to_string(&json).unwrap();
        json = format!(r#"{open}{{"$serde_json::private::RawValue":{inner}}}{close}"#);
    }
    json
}

#[test]
fn no_depth_of_a_reply_is_a_depth_of_the_stack() {
    let nested = nested();
    assert!(nested.len() < 1_000_000, "{}", nested.len());
    let deep = format!("{}{}", "[".repeat(300_000), "]".repeat(300_000));
    for bomb in [&*nested, &deep] {
        for body in [
            format!(r#"{{"code":2320001,"msg":"m","error":{bomb}}}"#),
            format!(r#"{{"code":2320001,"msg":"m","error":{{"helps":[{bomb}]}}}}"#),
            format!(r#"{{"code":2320001,"msg":"m","error":{{"helps":[{{"url":{bomb}}}]}}}}"#),
            format!(r#"{{"code":2320001,"msg":{bomb}}}"#),
            format!(r#"{{"code":2320001,"data":{bomb}}}"#),
            format!(r#"{{"code":2320001,"more":{bomb}}}"#),
        ] {
            let error = error(400, &body);
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        }
        assert_eq!(
            error(200, &format!(r#"{{"code":{bomb}}}"#)).kind(),
            ErrorKind::Malformed
        );
        for key in ["code", "status", "execution_id", "error_msg", "out_params"] {
            let body = format!(r#"{{"code":0,"data":{{"{key}":{bomb}}}}}"#);
            let error = error(200, &body);
            assert!(error.may_have_run(), "{key}: {error}");
            assert!(error.to_string().len() < 1000);
        }
    }
}

#[tokio::test]
async fn no_depth_of_a_tokens_reply_is_a_depth_of_the_stack() {
    let nested = nested();
    for body in [
        format!(r#"{{"code":0,"tenant_access_token":{nested}}}"#),
        format!(r#"{{"code":0,"tenant_access_token":"t-1","expire":{nested},"more":{nested}}}"#),
        format!(r#"{{"code":10003,"msg":{nested},"error":{nested}}}"#),
    ] {
        let server = Server::start(move |request| {
            if request.is_token() {
                json(&*body)
            } else {
                json(crate::flows::SUCCESS)
            }
        });
        let end = delete().execute(&server.client()).await;
        assert!(end.is_ok() || end.is_err_and(|error| error.kind() == ErrorKind::Token));
    }
}

#[test]
fn a_hundred_thousand_hints_are_five() {
    let violation = |n: u32| {
        format!(r#"{{"field":"field_{n}","description":"description {n}","value":"secret"}}"#)
    };
    let violations: Vec<_> = (0..100_000).map(violation).collect();
    let violations = violations.join(",");
    let body = format!(
        r#"{{"code":99992402,"msg":"m","error":{{"logid":"the-log-id","field_violations":[{violations}],
            "helps":[{{"url":"https://a"}},{{"url":"https://b"}}],
            "permission_violations":[{{"url":"https://console"}},{{"uri":"https://other"}},{{"url":"https://console"}}]}}}}"#
    );
    let error = error(400, &body);
    let text = error.to_string();
    assert_eq!(error.log_id(), Some("the-log-id"));
    assert_eq!(text.matches("description").count(), 3, "{text}");
    for hint in [
        "grant it at https://console",
        "grant it at https://other",
        "field field_0: description 0",
    ] {
        assert_eq!(text.matches(hint).count(), 1, "{text}");
    }
    assert!(text.len() < 1000, "{text}");
}

#[test]
fn no_foreign_text_is_told_at_length() {
    let long = "x".repeat(2_000_000);
    for body in [
        format!(r#"{{"code":1,"msg":"{long}"}}"#),
        format!(r#"{{"code":0,"data":{{"status":"{long}","execution_id":"{long}"}}}}"#),
        format!(
            r#"{{"code":0,"data":{{"status":"failed","code":"{long}","error_msg":"{long}"}}}}"#
        ),
        format!(
            r#"{{"code":1,"error":{{"logid":"{long}","helps":[{{"url":"{long}"}}],
                "field_violations":[{{"field":"{long}","description":"{long}"}}]}}}}"#
        ),
        reply(
            &json!({ "status": "end", "out_params": format!(r#"[{{"api_name":"{long}","value":1}}]"#) }),
        ),
        format!("<html>{long}"),
    ] {
        let error = error(200, &body);
        assert!(error.to_string().len() < 3000, "{error}");
        for id in [error.execution_id(), error.log_id(), error.flow_code()] {
            assert!(id.is_none_or(|id| id.len() < 200));
        }
        assert!(
            error
                .status()
                .is_none_or(|status| status.as_str().len() < 200)
        );
    }
}

/// Line breaks, what a terminal obeys, marks of direction, what has no width.
const HOSTILE: &str = "x\r\n2026-01-01 ERROR\u{1b}[2J\u{9b}1A\u{202e}\u{2066}\u{200f}\u{61c}\u{200b}\u{2028}\u{feff}\u{7f}y";

fn assert_harmless(text: &str) {
    for c in text.chars() {
        assert!(!c.is_control(), "{c:?} in {text:?}");
        assert!(
            !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'),
            "{c:?} in {text:?}"
        );
    }
}

#[test]
fn no_foreign_text_breaks_a_line_or_hides_in_it() {
    let data = |key: &str| {
        let mut data = json!({ "status": "failed", "execution_id": "7" });
        data[key] = HOSTILE.into();
        reply(&data)
    };
    let hints = json!({ "code": 2_320_001, "msg": HOSTILE, "error": {
        "logid": HOSTILE,
        "helps": [{ "url": HOSTILE }],
        "permission_violations": [{ "url": HOSTILE }],
        "field_violations": [{ "field": HOSTILE, "description": HOSTILE }],
    } });
    let outputs = json!([{ "api_name": HOSTILE, "value": { HOSTILE: [HOSTILE] } }]).to_string();
    for body in [
        data("status"),
        data("execution_id"),
        data("code"),
        data("error_msg"),
        hints.to_string(),
        reply(&json!({ "status": "end", "execution_id": HOSTILE, "out_params": outputs })),
        format!("<h1>{HOSTILE}"),
    ] {
        let error = error(200, &body);
        assert_harmless(&error.to_string());
        assert_harmless(&format!("{error:?}"));
        let status = error.status().map(Status::as_str);
        for text in [
            error.execution_id(),
            error.log_id(),
            error.flow_code(),
            status,
        ] {
            assert_harmless(text.unwrap_or_default());
        }
    }
    let body = json!({ "code": 0, "data": {
        "status": "end",
        "execution_id": HOSTILE,
        "out_params": r#"[{"api_name":"_flowExecutionID","value":1}]"#,
    } });
    let run = wire::reply::<DeleteObject>(200, body.to_string().as_bytes()).unwrap();
    assert_harmless(&run.execution_id);
    assert!(run.execution_id.starts_with('x') && run.execution_id.ends_with('y'));
}

#[tokio::test]
async fn no_header_breaks_a_line_or_hides_in_it() {
    let log_id = "x\u{202e}y\tz".repeat(1000);
    let server = Server::platform(move |_| {
        let headers = vec![("x-tt-logid", log_id.clone())];
        Answer::Reply(400, headers, r#"{"code":2320001,"msg":"m"}"#.to_owned())
    });
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_harmless(&error.to_string());
    assert!(error.to_string().len() < 1000, "{error}");
    let log_id = error.log_id().unwrap();
    assert_harmless(log_id);
    assert!(log_id.starts_with('x'), "{log_id}");
}

#[test]
fn what_is_an_object_in_a_texts_place_shows_none_of_it() {
    for key in ["code", "execution_id", "status", "error_msg"] {
        for value in [json!({ "variable_total": "0utput" }), json!([["0utput"]])] {
            let body = reply(&json!({ "status": "failed", key: value }));
            let error = error(200, &body);
            assert!(error.may_have_run(), "{error}");
            let shown = format!("{error} {:?} {:?}", error.flow_code(), error.execution_id());
            assert!(!shown.contains("0utput"), "{shown}");
        }
    }
    let body = format!(r#"{{"code":2320001,"msg":{}}}"#, json!({ "a": "0utput" }));
    assert!(!error(400, &body).to_string().contains("0utput"));
    // an object is no id for a program to use
    let body = reply(&json!({
        "status": "end",
        "execution_id": { "id": "0utput" },
        "out_params": r#"[{"api_name":"_flowExecutionID","value":1}]"#
    }));
    let run = wire::reply::<DeleteObject>(200, body.as_bytes()).unwrap();
    assert_eq!(run.execution_id, "");
}

#[tokio::test]
async fn a_page_that_repeats_the_request_is_shown_without_it() {
    for (http_status, page) in [
        (502, "<pre>Authorization: Bearer t-v3ry-s3cret-7f1b</pre>"),
        (502, "<pre>authorization: bearer%20t-v3ry-s3cret-7f1b</pre>"),
        (403, "<b>blocked</b>: 4711-v4lue in the request"),
        (403, "<b>blocked</b>: 4711%2Dv4lue, 张三丰"),
        (403, "<b>blocked</b>: operator h1dden@example.com"),
        (403, "<b>blocked</b>: 4711-v4"),
    ] {
        let server = Server::start(move |request| {
            if request.is_token() {
                token("t-v3ry-s3cret-7f1b", 7200)
            } else {
                status(http_status, page)
            }
        });
        let client = server
            .builder()
            .operator(apaas_flow::Operator::email("h1dden@example.com"))
            .build()
            .unwrap();
        let bill = Bill {
            order: "4711-v4lue".to_owned(),
            note: Some("张三丰".to_owned()),
        };
        let error = bill.execute(&client).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(if http_status == 502 {
                "<pre>"
            } else {
                "blocked"
            }),
            "{text}"
        );
        for part in [
            "t-v3", "s3cret", "7f1b", "4711", "v4", "张三", "三丰", "h1dden",
        ] {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }
    assert_eq!(bill().order, "4711");
}

#[tokio::test]
async fn a_message_that_repeats_a_secret_is_shown_without_it() {
    let server = Server::start(|request| {
        if request.is_token() {
            token("t-v3ry-s3cret", 7200)
        } else {
            status(
                400,
                r#"{"code":99991668,"msg":"bad token t-v3ry-s3cret!","error":{"helps":[{"url":"https://h?t=t-v3ry-s3cret"}]}}"#,
            )
        }
    });
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert!(error.to_string().contains("bad token …!"), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");

    let server = Server::start(|_| json(r#"{"code":10014,"msg":"bad secret: s3cr3t"}"#));
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert!(error.to_string().contains("bad secret: …"), "{error}");
}

#[tokio::test]
async fn a_start_that_shows_no_run_may_have_begun_one() {
    for body in [
        r#"{"code":0}"#,
        r#"{"code":0,"data":{}}"#,
        r#"{"code":0,"msg":"ok","data":"started"}"#,
    ] {
        let server = Server::platform(move |_| json(body));
        let error = delete().start(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run()),
            (ErrorKind::Malformed, true),
            "{body}"
        );
        assert_eq!(server.executions().len(), 1);
    }
}
