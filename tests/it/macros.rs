//! What `#[apaas_flow]` generates, against the two pure halves of a call.

#![allow(
    clippy::option_option,
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref
)] // missing, null and there are three states; serde's modules are given references

mod arguments;
mod emulated;
mod generics;
mod hygiene;
mod inputs;
mod outputs;

use apaas_flow::{Client, Error, Flow, Operator, wire};
use serde_json::{Value, json};

/// The params that the flow sends.
fn params<F: Flow>(flow: &F) -> Value {
    let body = wire::request(flow, &Operator::id(1)).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    match &body["params"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        Value::Null => json!({}),
        other => panic!("params are the text of an object, not {other}"),
    }
}

/// What the flow makes of a reply with these outputs.
#[allow(clippy::needless_pass_by_value)] // `json!` at each call
fn output<F: Flow>(outputs: Value) -> Result<F::Output, Error> {
    let outputs: Vec<Value> = outputs
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| json!({ "api_name": name, "value": value }))
        .collect();
    let reply = json!({
        "code": 0,
        "msg": "success",
        "data": {
            "code": "",
            "error_msg": "",
            "execution_id": "1",
            "status": "end",
            "out_params": Value::Array(outputs).to_string(),
        },
    });
    wire::reply::<F>(200, reply.to_string().as_bytes()).map(|run| run.output)
}

/// Builds calls; none of them is sent.
fn client() -> Client {
    Client::builder()
        .app_credentials("cli_a", "secret")
        .base_url("http://127.0.0.1:1")
        .build()
        .unwrap()
}
