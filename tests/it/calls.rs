//! A call: what it sends, what its options change, and what it returns.

use std::time::Duration;

use apaas_flow::{DynamicFlow, ErrorKind, Operator, Status};
use serde_json::json;

use crate::flows::{DeleteObject, SUCCESS, bill, delete, reply, success};
use crate::server::{Answer, Server, json};

#[tokio::test]
async fn the_request_matches_the_document() {
    let server = Server::platform(|_| json(SUCCESS));
    let run = delete().execute(&server.client()).await.unwrap();

    let request = &server.executions()[0];
    assert_eq!(
        request.path,
        "/open-apis/apaas/v1/applications/package_7344545d87__c/flows/deleteObject_99c656599f/execute"
    );
    assert_eq!(request.header("authorization"), Some("Bearer t-1"));
    assert_eq!(
        request.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(
        request.body,
        format!(
            r#"{{"operator":"{{\"_id\":1111}}","params":"{{\"variable_rgrtgqworiginal\":{{\"_id\":5454545}}}}","idempotent_key":"{}"}}"#,
            run.idempotency_key
        )
    );
    assert_eq!(run.output.flow_execution_id, 1_816_970_091_484_211);
    assert_eq!(run.attempts, 1);
}

#[tokio::test]
async fn each_call_generates_a_key_known_before_sending() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let (first, second) = (delete().execute(&client), delete().execute(&client));
    assert_ne!(first.key(), second.key());
    let key = first.key().to_owned();
    assert_eq!(uuid_version(&key), Some('4'), "{key}");
    assert!(
        server.requests().is_empty(),
        "nothing is sent before the await"
    );

    let run = first.await.unwrap();
    assert_eq!(run.idempotency_key, key);
    assert_eq!(server.executions()[0].json()["idempotent_key"], json!(key));
}

fn uuid_version(key: &str) -> Option<char> {
    (key.len() == 36).then(|| key.chars().nth(14))?
}

#[tokio::test]
async fn options_change_the_request() {
    let server = Server::platform(|_| json(SUCCESS));
    let call = delete()
        .execute(&server.client())
        .operator(Operator::id(7).with_email("a@example.com"))
        .idempotency_key("order-4711")
        .loop_masks(["\\"])
        .timeout(Duration::from_secs(10));
    assert_eq!(call.key(), "order-4711");
    call.await.unwrap();

    let body = server.executions()[0].json();
    assert_eq!(
        body["operator"],
        json!(r#"{"_id":7,"email":"a@example.com"}"#)
    );
    assert_eq!(body["idempotent_key"], json!("order-4711"));
    assert_eq!(body["loop_masks"], json!(["\\"]));
    assert_eq!(body.get("is_async"), None);
}

#[tokio::test]
async fn a_start_decodes_nothing_and_accepts_an_unfinished_run() {
    for status in ["wait", "in_process", "end", ""] {
        let server = Server::platform(move |_| {
            json(reply(&json!({ "status": status, "execution_id": "7" })))
        });
        let started = delete().start(&server.client()).await.unwrap();
        assert_eq!(started.execution_id, "7");
        assert_eq!(started.status, Status::from(status));
        assert_eq!(server.executions()[0].json()["is_async"], json!(true));
    }
    let server =
        Server::platform(|_| json(reply(&json!({ "status": "failed", "execution_id": "7" }))));
    let error = delete().start(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Flow);
}

#[tokio::test]
async fn a_namespace_alias_sends_the_same_struct_to_another_app() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server
        .builder()
        .namespace_alias("package_7344545d87__c", "package_prod__c")
        .build()
        .unwrap();
    delete().execute(&client).await.unwrap();
    assert!(
        server.executions()[0]
            .path
            .contains("/applications/package_prod__c/flows/deleteObject")
    );
}

#[tokio::test]
async fn the_log_id_comes_from_the_headers() {
    for (headers, expected) in [
        (
            vec![("X-Tt-Logid", "tt"), ("X-Request-Id", "r")],
            Some("tt"),
        ),
        (vec![("X-Request-Id", "r")], Some("r")),
        (vec![], None),
    ] {
        let server = Server::platform(move |_| {
            let headers = headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect();
            Answer::Reply(200, headers, SUCCESS.to_owned())
        });
        let run = delete().execute(&server.client()).await.unwrap();
        assert_eq!(run.log_id.as_deref(), expected);
    }
}

#[tokio::test]
async fn an_error_carries_everything_needed_to_find_the_run() {
    let server = Server::platform(|_| {
        let data = json!({ "status": "failed", "execution_id": "7", "error_msg": "no stock", "code": "k_1" });
        Answer::Reply(200, vec![("X-Tt-Logid", "log-1".to_owned())], reply(&data))
    });
    let error = bill()
        .execute(&server.client())
        .idempotency_key("bill-4711")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "flow package_shop__c/bill_0a1b2c3d4e: the flow failed: no stock; the flow ran \
         (flow code k_1, status failed, execution id 7, idempotency key bill-4711, log id log-1)"
    );
    assert_eq!(error.idempotency_key(), Some("bill-4711"));
    assert_eq!(error.log_id(), Some("log-1"));
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_decode_error_carries_key_and_log_id_too() {
    let server = Server::platform(|_| {
        Answer::Reply(
            200,
            vec![("X-Tt-Logid", "log-1".to_owned())],
            success(&json!({})),
        )
    });
    let error = delete()
        .execute(&server.client())
        .idempotency_key("k-1")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        (error.idempotency_key(), error.log_id()),
        (Some("k-1"), Some("log-1"))
    );
    assert_eq!(error.out_params(), Some("[]"));
}

#[tokio::test]
async fn an_invalid_call_is_refused_before_anything_is_sent() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let no_operator = apaas_flow::Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url(server.url())
        .build()
        .unwrap();
    for (error, says) in [
        (
            delete().execute(&no_operator).await.unwrap_err(),
            "operator",
        ),
        (
            delete()
                .execute(&client)
                .operator(Operator::email(" "))
                .await
                .unwrap_err(),
            "email is empty",
        ),
        (
            delete()
                .execute(&client)
                .timeout(Duration::ZERO)
                .await
                .unwrap_err(),
            "`timeout` must be greater than zero",
        ),
        (
            delete()
                .execute(&client)
                .idempotency_key("")
                .await
                .unwrap_err(),
            "idempotency key",
        ),
        (
            delete()
                .execute(&client)
                .loop_masks(vec!["m"; 21])
                .await
                .unwrap_err(),
            "21 loop masks",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!error.may_have_run());
        assert!(error.to_string().contains(says), "{error}");
        assert!(
            error.to_string().contains("the flow did not run"),
            "{error}"
        );
    }
    assert!(server.requests().is_empty());
    delete()
        .execute(&client)
        .loop_masks(vec!["m"; 20])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_dynamic_flow_is_a_call_like_any_other() {
    let server = Server::platform(|_| {
        json(success(
            &json!({ "variable_total": "128.50", "variable_n": 1 }),
        ))
    });
    let run = DynamicFlow::new("package x", "flow/y")
        .unwrap()
        .param("variable_a", 1)
        .unwrap()
        .param("variable_none", None::<i64>)
        .unwrap()
        .execute(&server.client())
        .await
        .unwrap();
    let request = &server.executions()[0];
    assert!(
        request
            .path
            .ends_with("/applications/package%20x/flows/flow%2Fy/execute"),
        "{}",
        request.path
    );
    assert_eq!(request.json()["params"], json!(r#"{"variable_a":1}"#));

    let total: String = run.output.get("variable_total").unwrap();
    assert_eq!(total, "128.50");
    assert_eq!(run.output.get::<Option<i64>>("gone").unwrap(), None);
    assert_eq!(run.output.names().len(), 2);
    assert_eq!(
        run.output.get::<i64>("variable_total").unwrap_err().kind(),
        ErrorKind::Decode
    );
}

#[tokio::test]
async fn a_decode_error_of_a_dynamic_flow_names_the_run() {
    let server = Server::platform(|_| json(success(&json!({ "variable_total": "128.50" }))));
    let flow = DynamicFlow::new("package_x__c", "flow_y").unwrap();
    let run = flow.clone().execute(&server.client()).await.unwrap();
    let error = run.output.get::<i64>("variable_total").unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Decode, true)
    );
    assert_eq!(error.execution_id(), Some("1816970091484211"));
    assert_eq!(error.idempotency_key(), Some(&*run.idempotency_key));
    assert_eq!(error.out_params(), Some(run.output.as_str()));
    assert!(
        error.to_string().starts_with("flow package_x__c/flow_y: "),
        "{error}"
    );
}

#[tokio::test]
async fn options_set_on_a_running_call_have_no_effect() {
    let server = Server::platform(|_| {
        std::thread::sleep(Duration::from_millis(100));
        json(SUCCESS)
    });
    let mut call = delete().execute(&server.client()).idempotency_key("sent");
    let early = tokio::time::timeout(Duration::from_millis(20), &mut call).await;
    assert!(early.is_err());
    let call = call.idempotency_key("other").operator(Operator::id(9));
    assert_eq!(call.key(), "sent");
    assert_eq!(call.await.unwrap().idempotency_key, "sent");
    assert_eq!(
        server.executions()[0].json()["idempotent_key"],
        json!("sent")
    );
}

#[tokio::test]
async fn a_custom_error_before_sending_did_not_run() {
    struct Odd;

    impl apaas_flow::Flow for Odd {
        const NAMESPACE: &'static str = "package_shop__c";
        const FLOW_ID: &'static str = "odd";
        type Output = ();
        fn write_params(&self, _: &mut apaas_flow::Params) -> apaas_flow::Result<()> {
            Err(apaas_flow::Error::new(ErrorKind::Gateway, "mine"))
        }
        fn read_outputs(_: &mut apaas_flow::Outputs<'_>) -> apaas_flow::Result<()> {
            Ok(())
        }
    }

    let server = Server::platform(|_| json(SUCCESS));
    let error = server.client().execute(&Odd).await.unwrap_err();
    assert!(!error.may_have_run(), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_call_can_be_stored_spawned_and_joined() {
    fn assert_send<T: Send + 'static>(call: T) -> T {
        call
    }
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let call = assert_send(delete().execute(&client));
    let spawned = tokio::spawn(call);
    let (one, two) = tokio::join!(delete().execute(&client), delete().start(&client));
    assert!(one.is_ok() && two.is_ok() && spawned.await.unwrap().is_ok());
    let run = client.execute::<DeleteObject>(&delete()).await.unwrap();
    assert_eq!(run.execution_id, "1816970091484211");
}
