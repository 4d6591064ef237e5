//! The typed client and the emulator, together: each reads the document by itself.

use apaas_flow::{Client, DynamicFlow, ErrorKind, Operator, StaticToken, Status};
use apaas_flow_emulator::{Emulator, Failure};
use serde_json::json;

use crate::flows::{Bill, BillOutput, DeleteObject, DeleteObjectOutput, bill, delete};

#[tokio::test]
async fn a_typed_flow_from_end_to_end() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<DeleteObject>(|input| {
        Ok(DeleteObjectOutput {
            flow_execution_id: input.record.id(),
        })
    });
    emulator.on::<Bill>(|input| {
        assert_eq!(
            (input.order.as_str(), input.note.as_deref()),
            ("4711", None)
        );
        Ok(BillOutput {
            total: "128.50".to_owned(),
            lines: vec![1, i64::MAX],
            paid: true,
        })
    });
    let client = emulator.client();

    let run = delete()
        .execute(&client)
        .idempotency_key("k-1")
        .await
        .unwrap();
    assert_eq!(run.output.flow_execution_id, 5_454_545);
    let run = bill().execute(&client).await.unwrap();
    assert_eq!(run.output.lines, [1, i64::MAX]);

    let executions = emulator.executions();
    assert_eq!(executions.len(), 2);
    assert_eq!(executions[1].execution_id, run.execution_id);
}

#[tokio::test]
async fn what_a_flow_reports_is_the_calls_error() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<Bill>(|_| Err(Failure::new("no_stock", "sold out")));
    let error = bill().execute(&emulator.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.flow_code()),
        (ErrorKind::Flow, Some("no_stock"))
    );
    assert!(error.may_have_run());
    assert!(error.to_string().contains("sold out"), "{error}");
}

#[tokio::test]
async fn a_key_runs_once() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<DeleteObject>(|_| {
        Ok(DeleteObjectOutput {
            flow_execution_id: 1,
        })
    });
    let client = emulator.client();
    delete()
        .execute(&client)
        .idempotency_key("k-1")
        .await
        .unwrap();
    let error = delete()
        .execute(&client)
        .idempotency_key("k-1")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyUsed);
    assert_eq!(emulator.executions().len(), 1);
}

#[tokio::test]
async fn an_unknown_flow_did_not_run() {
    let emulator = Emulator::start().await.unwrap();
    let error = delete().execute(&emulator.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Invalid, false),
        "{error}"
    );
    assert!(emulator.executions().is_empty());
}

#[tokio::test]
async fn a_started_flow_goes_on_by_itself() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<DeleteObject>(|_| {
        Ok(DeleteObjectOutput {
            flow_execution_id: 1,
        })
    });
    let started = delete().start(&emulator.client()).await.unwrap();
    assert_eq!(started.status, Status::InProcess);
    let executions = emulator.executions();
    assert_eq!(executions.len(), 1);
    assert!(executions[0].is_async);
    assert_eq!(executions[0].execution_id, started.execution_id);
}

#[tokio::test]
async fn a_dynamic_flow_and_a_raw_handler() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on_raw("package_x__c", "flow_y", |params| {
        Ok(json!({ "variable_twice": params["variable_a"].as_i64().unwrap() * 2 }))
    });
    let run = DynamicFlow::new("package_x__c", "flow_y")
        .unwrap()
        .param("variable_a", 21)
        .unwrap()
        .execute(&emulator.client())
        .await
        .unwrap();
    assert_eq!(run.output.get::<i64>("variable_twice").unwrap(), 42);
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .token_source(StaticToken::new("t-forged"))
        .operator(Operator::id(1))
        .base_url(emulator.url())
        .build()
        .unwrap();
    let error = delete().execute(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.attempts()),
        (ErrorKind::Token, Some(99_991_663), 2)
    );
}

#[tokio::test]
async fn tokens_that_the_platform_forgets_are_fetched_again() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<DeleteObject>(|_| {
        Ok(DeleteObjectOutput {
            flow_execution_id: 1,
        })
    });
    let client = emulator.client();
    delete().execute(&client).await.unwrap();
    emulator.expire_tokens();
    let run = delete().execute(&client).await.unwrap();
    assert_eq!(run.attempts, 2);
    assert_eq!(emulator.executions().len(), 2);
}
