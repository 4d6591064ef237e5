//! The inputs of one run.

use serde_json::{Map, Value};

/// A JSON object, both as the text that was sent and parsed.
#[derive(Debug, PartialEq)]
pub(crate) struct Params {
    pub(crate) text: String,
    pub(crate) value: Value,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            text: "{}".to_owned(),
            value: Value::Object(Map::new()),
        }
    }
}
