//! The execute endpoint's replies.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::Reply;
use crate::endpoint::execute::Outcome;
use crate::handler::failure::Failure;
use crate::json::Object;
use crate::state::end::End;

impl Reply {
    pub(in crate::http) fn execute(outcome: Outcome, log_id: &str) -> Self {
        let end = match &outcome {
            Outcome::Unauthorized(_) | Outcome::Invalid(_) | Outcome::NotRun(_) => End::DidNotRun,
            Outcome::Started { .. } => End::Started,
            Outcome::Ran { .. } => End::Ran,
            Outcome::Failed { .. } => End::Failed,
        };
        let reply = match outcome {
            Outcome::Unauthorized(refusal) => Self::unauthorized(refusal, log_id),
            Outcome::Invalid(violations) => Self::invalid(&violations, log_id),
            Outcome::NotRun(failure) => Data::of_failure(&failure).reply(),
            Outcome::Started { execution_id } => {
                let data = Data {
                    status: "in_process",
                    execution_id: execution_id.to_string(),
                    ..Data::default()
                };
                data.reply()
            }
            Outcome::Ran {
                execution_id,
                outputs,
            } => {
                let data = Data {
                    status: "end",
                    execution_id: execution_id.to_string(),
                    out_params: out_params(&outputs),
                    ..Data::default()
                };
                data.reply()
            }
            Outcome::Failed {
                execution_id,
                failure,
            } => {
                let data = Data {
                    execution_id: execution_id.to_string(),
                    ..Data::of_failure(&failure)
                };
                data.reply()
            }
        };
        reply.ended(end)
    }

    /// The same reply with another `data.status`, if a flow ran.
    pub(in crate::http) fn with_data_status(mut self, status: &str) -> Self {
        let Ok(mut body) = serde_json::from_str::<Value>(&self.body) else {
            return self;
        };
        let ran = body
            .pointer("/data/execution_id")
            .is_some_and(|id| id.as_str().is_some_and(|id| !id.is_empty()));
        if let (true, Some(known)) = (ran, body.pointer_mut("/data/status")) {
            *known = status.into();
            self.body = body.to_string();
        }
        self
    }
}

/// `data` of a reply whose outer code is 0: all strings.
#[derive(Default)]
struct Data<'a> {
    status: &'a str,
    code: &'a str,
    error_msg: &'a str,
    /// Empty if the flow did not run.
    execution_id: String,
    out_params: String,
}

impl<'a> Data<'a> {
    fn of_failure(failure: &'a Failure) -> Self {
        Self {
            status: failure.status(),
            code: failure.code(),
            error_msg: failure.message(),
            ..Self::default()
        }
    }

    fn reply(self) -> Reply {
        let summary = match (self.execution_id.as_str(), self.code) {
            // this text is the emulator's own, while a flow's message may contain values
            ("", code) => format!("not run, {code}: {}", self.error_msg),
            (execution_id, "") => format!("{}, execution {execution_id}", self.status),
            (execution_id, code) => format!("{}, execution {execution_id}, {code}", self.status),
        };
        Reply::json(
            StatusCode::OK,
            &json!({
                "code": 0,
                "msg": "success",
                "data": {
                    "status": self.status,
                    "code": self.code,
                    "error_msg": self.error_msg,
                    "execution_id": self.execution_id,
                    "out_params": self.out_params,
                },
            }),
            summary,
        )
    }
}

/// The text of the array in `out_params`. Each value is copied as it was written.
fn out_params(outputs: &Object) -> String {
    let mut text = String::from("[");
    for (name, value) in &outputs.0 {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str("{\"api_name\":");
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push_str(",\"value\":");
        text.push_str(value.get());
        text.push('}');
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn values_are_copied_as_they_were_written() {
        let outputs = json::object(r#"{"b":18446744073709551617,"a\"":1.10,"c":null}"#).unwrap();
        assert_eq!(
            out_params(&outputs),
            r#"[{"api_name":"b","value":18446744073709551617},{"api_name":"a\"","value":1.10},{"api_name":"c","value":null}]"#
        );
        assert_eq!(out_params(&Object::default()), "[]");
    }
}
