use std::time::Duration;

use apaas_flow_emulator::{Emulator, Failure, Fault};
use apaas_flow_runtime::{Emulated, Flow, Operator, Outputs, Params, Result, RetryPolicy};
use serde_json::json;

use crate::http::{self, minimal, with};

struct Discount {
    order: i64,
}

#[derive(Debug, PartialEq)]
struct DiscountOutput {
    total: String,
}

impl Flow for Discount {
    const NAMESPACE: &'static str = http::NAMESPACE;
    const FLOW_ID: &'static str = http::FLOW_ID;
    type Output = DiscountOutput;

    fn write_params(&self, to: &mut Params) -> Result<()> {
        to.field("variable_order", &self.order)
    }

    fn read_outputs(from: &mut Outputs<'_>) -> Result<Self::Output> {
        let total = from.take("variable_total");
        Ok(DiscountOutput { total: total? })
    }
}

impl Emulated for Discount {
    fn read_params(from: &mut Outputs<'_>) -> Result<Self> {
        let order = from.take("variable_order");
        Ok(Self { order: order? })
    }

    fn write_outputs(output: &Self::Output, to: &mut Params) -> Result<()> {
        if output.total == "unwritable" {
            return Err(apaas_flow_runtime::Error::new(
                apaas_flow_runtime::ErrorKind::Encode,
                "no total",
            ));
        }
        to.field("variable_total", &output.total)
    }
}

fn emulator() -> Emulator {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on::<Discount>(|input| match input.order {
        0 => Err(Failure::new("no_order", "which order?")),
        order => Ok(DiscountOutput {
            total: order.to_string(),
        }),
    });
    emulator
}

#[test]
fn a_typed_handler() {
    let emulator = emulator();
    let params = "{\"variable_order\": 9007199254740993, \"unknown\": {}}";
    let reply = http::execute(emulator.address(), &with("params", params));
    assert_eq!(
        reply.outputs()[0],
        json!({"api_name": "variable_total", "value": "9007199254740993"})
    );
}

/// With our own client, which has its own reading of the document.
#[test]
fn the_emulators_client() {
    let emulator = Emulator::builder()
        .app_credentials("cli_a1b2", "its own secret")
        .start_blocking()
        .unwrap();
    emulator.on::<Discount>(|input| {
        let total = input.order.to_string();
        Ok(DiscountOutput { total })
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let call = emulator.client().execute(&Discount {
        order: 9_007_199_254_740_993,
    });
    let run = runtime.block_on(call).unwrap();
    assert_eq!(run.output.total, "9007199254740993");
    let runs = emulator.executions();
    assert_eq!(run.execution_id, runs[0].execution_id);
    assert_eq!(
        Some(run.idempotency_key.as_str()),
        runs[0].idempotency_key.as_deref()
    );
    assert_eq!(runs[0].operator_id, Some(1111));
    let log_id = emulator.requests().pop().unwrap().log_id;
    assert_eq!(run.log_id.as_deref(), Some(log_id.as_str()));
}

#[test]
fn a_client_with_settings_of_the_tests_own() {
    let emulator = Emulator::builder()
        .app_credentials("cli_a1b2", "its own secret")
        .start_blocking()
        .unwrap();
    emulator.on::<Discount>(|input| {
        let total = input.order.to_string();
        Ok(DiscountOutput { total })
    });
    let client = emulator
        .client_builder()
        .operator(Operator::id(7))
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let run = runtime.block_on(client.execute(&Discount { order: 1 }));
    assert_eq!(run.unwrap().output.total, "1");
    assert_eq!(emulator.executions()[0].operator_id, Some(7));

    emulator
        .inject(Fault::Gateway {
            http_status: 504,
            after: false,
        })
        .for_flow::<Discount>();
    let error = runtime.block_on(client.execute(&Discount { order: 1 }));
    assert_eq!(error.unwrap_err().attempts(), 1);
}

#[test]
fn the_emulators_client_has_no_quota() {
    let emulator = emulator();
    let client = emulator.client();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for order in 1..=101 {
            let call = client.execute(&Discount { order });
            let run = tokio::time::timeout(Duration::from_secs(30), call).await;
            assert_eq!(run.unwrap().unwrap().output.total, order.to_string());
        }
    });
    assert_eq!(emulator.runs(), 101);
}

#[test]
fn the_emulators_client_survives_faults() {
    let emulator = emulator();
    emulator.inject(Fault::RateLimited { reset: 0.01 }).times(2);
    emulator.inject(Fault::StaleToken { http_status: 200 });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let call = emulator.client().execute(&Discount { order: 1 });
    let key = call.key().to_owned();
    assert_eq!(runtime.block_on(call).unwrap().output.total, "1");
    assert_eq!((emulator.faults_met(), emulator.runs_of(&key)), (3, 1));
    assert_eq!(emulator.token_requests(), 2);
}

#[test]
fn a_typed_handlers_failure() {
    let emulator = emulator();
    let params = "{\"variable_order\": 0}";
    let reply = http::execute(emulator.address(), &with("params", params));
    assert_eq!(
        reply.failure(),
        ("no_order".to_owned(), "which order?".to_owned())
    );
}

#[test]
fn params_that_do_not_fit_start_no_run() {
    let emulator = emulator();
    for body in [
        minimal(),
        with("params", "{\"variable_order\": \"private\"}"),
        // the same for an asynchronous start
        json!({"operator": "{\"_id\":1}", "is_async": true, "idempotent_key": "k"}),
    ] {
        let reply = http::execute(emulator.address(), &body);
        assert_eq!(reply.data()["status"], "failed");
        let (code, message) = reply.failure();
        assert_eq!(code, "k_wf_ec_2001002");
        let start =
            "params do not fit the inputs of flow package_7344545d87__c/deleteObject_99c656599f: ";
        assert!(message.starts_with(start), "{message}");
        assert!(message.contains("`variable_order`"), "{message}");
        assert!(!message.contains("private"), "{message}");
    }
    assert_eq!(emulator.executions(), []);
    // the key is still unused
    let body = json!({"operator": "{\"_id\":1}", "params": "{\"variable_order\":1}", "idempotent_key": "k"});
    assert_eq!(
        http::execute(emulator.address(), &body).data()["status"],
        "end"
    );
}

#[test]
fn outputs_that_cannot_be_encoded_fail_the_test() {
    let emulator = emulator();
    emulator.on::<Discount>(|_| {
        Ok(DiscountOutput {
            total: "unwritable".to_owned(),
        })
    });
    let params = "{\"variable_order\": 1}";
    let (code, message) = http::execute(emulator.address(), &with("params", params)).failure();
    assert_eq!(code, "emulator_handler_broken");
    assert!(
        message.ends_with("returned outputs that cannot be encoded: no total"),
        "{message}"
    );
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(emulator)));
    assert!(dropped.is_err());
}
