//! The outputs of a run by name, verbatim: no number is rounded.

use std::collections::BTreeMap;

use apaas_flow::{DynamicOutput, Error};
use serde_json::value::RawValue;

pub(crate) type ByName = BTreeMap<String, Box<RawValue>>;

/// Those that can be read, and the error of the last that cannot.
pub(crate) fn by_name(output: &DynamicOutput) -> (ByName, Option<Error>) {
    let (mut outputs, mut unreadable) = (ByName::new(), None);
    for name in output.names() {
        match output.get(&name) {
            Ok(value) => drop(outputs.insert(name, value)),
            Err(error) => unreadable = Some(error),
        }
    }
    (outputs, unreadable)
}
