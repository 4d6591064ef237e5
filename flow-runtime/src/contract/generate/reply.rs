//! The outputs in a saved reply.

use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::execution::Outcome;
use crate::value::AnyJson;

/// The whole envelope, or `out_params` alone, as the string that travels or the array in it; or what `apaas-flow call
/// --format json` prints, which has the outputs by name.
pub(super) fn outputs(reply: &str) -> Result<Map<String, Value>> {
    let mut value = parse(reply)?;
    if let Some(outcome) = value.get("outcome").and_then(Value::as_str) {
        if outcome != Outcome::Ran.as_str() {
            return Err(unfinished(outcome, &value));
        }
        if let Some(Value::Object(outputs)) = value.get_mut("outputs").map(Value::take) {
            return Ok(outputs);
        }
    }
    if let Some(code) = value.get("code").and_then(Value::as_i64) {
        if code != 0 {
            return Err(unusable(&format!(
                "it is a refusal of the platform, with code {code}; save the reply to a call that ran"
            )));
        }
    }
    let status = value.pointer("/data/status").and_then(Value::as_str);
    if let Some(status @ ("failed" | "rejected" | "canceled")) = status {
        return Err(unusable(&format!(
            "it is of a run with the status `{status}`; save the reply to one that ended well"
        )));
    }
    for key in ["data", "out_params"] {
        if let Value::Object(object) = &mut value {
            match object.remove(key) {
                Some(inner) => value = inner,
                None if key == "data" => {}
                None => return Err(malformed("it has no `out_params`")),
            }
        }
    }
    if let Value::String(text) = &value {
        value = match text.trim() {
            "" => Value::Null,
            text => parse(text)?,
        };
    }
    let entries = match value {
        Value::Null => Vec::new(),
        Value::Array(entries) => entries,
        _ => return Err(malformed("its `out_params` is not a list")),
    };
    let mut outputs = Map::new();
    for mut entry in entries {
        let name = entry.get("api_name").and_then(Value::as_str);
        let name = name
            .ok_or_else(|| malformed("an output has no `api_name`"))?
            .to_owned();
        let value = entry.get_mut("value").map_or(Value::Null, Value::take);
        outputs.insert(name, value);
    }
    Ok(outputs)
}

fn parse(text: &str) -> Result<Value> {
    let text = text.trim_start_matches('\u{feff}');
    let AnyJson(value) = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        malformed(&format!("it is not JSON ({place})"))
    })?;
    Ok(value)
}

/// Of what a call printed that did not bring the outputs of a run.
fn unfinished(outcome: &str, printed: &Value) -> Error {
    let ended = match outcome {
        "did_not_run" => "did not run",
        "may_have_run" => "may have run",
        "failed" => "ran and failed",
        "under_way" => "is under way",
        _ => "has an outcome that is not known here",
    };
    let kind = printed.pointer("/error/kind").and_then(Value::as_str);
    let kind = kind.map(|kind| format!(" ({})", kind.escape_debug()));
    unusable(&format!(
        "it is the result of a call that {ended}{}; save that of a call whose `outcome` is `ran`",
        kind.unwrap_or_default()
    ))
}

fn malformed(what: &str) -> Error {
    unusable(&format!(
        "{what}; give the whole reply, or its `out_params`"
    ))
}

fn unusable(what: &str) -> Error {
    Error::plain(
        ErrorKind::Config,
        format!("the saved reply cannot be used: {what}"),
    )
}
