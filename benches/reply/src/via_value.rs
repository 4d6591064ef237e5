//! The plain way: everything becomes a `serde_json::Value` first.

use apaas_flow::Status;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{Run, by_hand};

pub fn decode<O: Outputs>(body: &[u8]) -> Run<O> {
    let mut reply: Value = serde_json::from_slice(body).expect("JSON");
    assert!(reply["code"] == 0, "{}", reply["msg"]);
    let data = &mut reply["data"];
    let text = |key: &str| data[key].as_str().unwrap_or_default();
    let status = Status::from(text("status"));
    assert!(matches!(status, Status::End | Status::Agreed), "{status}");
    assert!(
        text("code").is_empty() && text("error_msg").is_empty(),
        "{}",
        data["error_msg"]
    );
    let pairs: Vec<Value> = serde_json::from_str(text("out_params")).expect("JSON");
    let mut outputs = Map::new();
    for mut pair in pairs {
        if let (Value::String(name), value) = (pair["api_name"].take(), pair["value"].take()) {
            outputs.insert(name, value);
        }
    }
    Run {
        execution_id: text("execution_id").to_owned(),
        status,
        output: O::read(outputs),
    }
}

pub fn encode<F: Inputs>(flow: &F) -> Vec<u8> {
    let operator = serde_json::to_value(by_hand::operator()).expect("JSON");
    json!({ "operator": operator.to_string(), "params": flow.params().to_string() })
        .to_string()
        .into_bytes()
}

pub trait Inputs {
    fn params(&self) -> Value;
}

pub trait Outputs: Sized {
    fn read(outputs: Map<String, Value>) -> Self;
}

pub fn value<T: Serialize>(of: T) -> Value {
    serde_json::to_value(of).expect("JSON")
}

/// What has to be written again for each flow.
macro_rules! flow {
    ($flow:ident $output:ident { $($field:ident: $name:literal $type:ty,)* }) => {
        impl via_value::Inputs for $flow {
            fn params(&self) -> Value {
                json!({ $($name: via_value::value(&self.$field),)* })
            }
        }

        impl via_value::Outputs for $output {
            fn read(mut outputs: serde_json::Map<String, Value>) -> Self {
                $output {
                    $($field: serde_json::from_value(outputs.remove($name).expect($name)).expect("fits"),)*
                }
            }
        }
    };
}
pub(crate) use flow;
