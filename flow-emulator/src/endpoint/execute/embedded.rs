//! JSON inside of a string, which is how `operator` and `params` are sent.

use serde_json::value::RawValue;

use super::violations::Violations;
use crate::json::{self, Object, kind};

/// The object in a string, and its text.
pub(super) fn read_embedded(
    field: &str,
    value: &RawValue,
    violations: &mut Violations,
) -> Option<(String, Object)> {
    let Ok(text) = serde_json::from_str::<String>(value.get()) else {
        let found = kind(value.get());
        let cure = if found == "an object" {
            "; serialise it into a string first"
        } else {
            ""
        };
        violations.add(
            field,
            value.get(),
            format!("{field} is {found}, not a string that contains a JSON object{cure}"),
        );
        return None;
    };
    match json::object(&text) {
        Ok(object) => Some((text, object)),
        Err(found) => {
            violations.add(field, &text, format!("the string {field} contains {found}"));
            None
        }
    }
}
