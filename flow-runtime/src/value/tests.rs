//! What holds for all types together.

mod errors;
mod forms;
mod properties;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) use self::properties::{dates, decimals, moments};
use super::*;
use crate::codec::FieldReader;

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("JSON")
}

/// Both dialects' text of one value, and its text in the first.
fn dialects<T: DeserializeOwned + Serialize + PartialEq + Debug>(
    texts: &[&str],
    value: &T,
    first: &str,
) {
    for text in texts {
        assert_eq!(&read::<T>(text), value, "{text}");
    }
    assert_eq!(written(value), first);
    // also from a `Value`, and through a buffer such as serde's `flatten` and `untagged` have
    for text in texts {
        let tree: Value = read(text);
        assert_eq!(&serde_json::from_value::<T>(tree).expect(text), value);
    }
}

/// What the error of a call says when an output is not of this type.
fn complaint<T: DeserializeOwned + Debug>(json: &str) -> String {
    let reply = format!(r#"[{{"api_name":"x","value":{json}}}]"#);
    let mut outputs = FieldReader::parse(&reply).expect("a list");
    outputs.take::<T>("x").expect_err(json).to_string()
}
