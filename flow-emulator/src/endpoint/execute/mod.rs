//! The endpoint that executes a flow.

mod content_type;
mod embedded;
mod fields;
mod operator;
mod request;
#[cfg(test)]
mod testing;
pub(crate) mod violations;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hyper::HeaderMap;
use serde_json::value::to_raw_value;

use crate::endpoint::authorization::bearer;
use crate::endpoint::execute::request::Request;
use crate::endpoint::execute::violations::Violation;
use crate::handler::engine_code::{HANDLER_BROKEN, KEY_ALREADY_USED, NO_SUCH_FLOW};
use crate::handler::failure::Failure;
use crate::handler::flow_name::flow_name;
use crate::handler::{EXECUTION_OUTPUT, Handler, Run, RunError};
use crate::json::Object;
use crate::state::State;
use crate::state::ledger::KeyUsed;
use crate::state::record::ExecutionRecord;
use crate::state::tokens::TokenRefusal;

/// A request to execute a flow.
pub(crate) struct Execute {
    pub(crate) namespace: String,
    pub(crate) flow_id: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Unauthorized(TokenRefusal),
    /// The document does not allow the request.
    Invalid(Vec<Violation>),
    /// The flow was refused, and did not run.
    NotRun(Failure),
    /// The flow was started asynchronously.
    Started {
        execution_id: u64,
    },
    Ran {
        execution_id: u64,
        outputs: Object,
    },
    /// The flow ran and reported a failure.
    Failed {
        execution_id: u64,
        failure: Failure,
    },
}

impl Execute {
    /// Checks in the platform's order: the token at the gateway, then the request, then the flow.
    pub(crate) fn answer(&self, state: &State) -> Outcome {
        if let Err(refusal) = state.check_token(bearer(&self.headers)) {
            return Outcome::Unauthorized(refusal);
        }
        match Request::read(&self.headers, &self.body) {
            Ok(request) => self.run(state, &request),
            Err(violations) => Outcome::Invalid(violations),
        }
    }

    fn run(&self, state: &State, request: &Request) -> Outcome {
        let flow = flow_name(&self.namespace, &self.flow_id);
        let handler = match state.flows.find(&flow) {
            Ok(handler) => handler,
            Err(why) => return Outcome::NotRun(Failure::new(NO_SUCH_FLOW, why)),
        };
        let run = match prepare(&*handler, request) {
            Ok(run) => run,
            Err(error) => return Outcome::NotRun(failure(state, &flow, error)),
        };
        let Ok(execution_id) = self.begin(state, request) else {
            let why = "this idempotent_key was used before";
            return Outcome::NotRun(Failure::new(KEY_ALREADY_USED, why));
        };
        let result = catch_panic(run).map_err(|error| failure(state, &flow, error));
        state.ledger.end(execution_id, result.as_ref().err());
        match result {
            _ if request.is_async => Outcome::Started { execution_id },
            Ok(outputs) => Outcome::Ran {
                execution_id,
                outputs: with_execution_id(outputs, execution_id),
            },
            Err(failure) => Outcome::Failed {
                execution_id,
                failure,
            },
        }
    }

    fn begin(&self, state: &State, request: &Request) -> Result<u64, KeyUsed> {
        let key = request.idempotency_key.as_deref();
        state.ledger.begin(key, |execution_id| ExecutionRecord {
            namespace: self.namespace.clone(),
            flow_id: self.flow_id.clone(),
            execution_id: execution_id.to_string(),
            idempotency_key: request.idempotency_key.clone(),
            operator_id: request.operator.id,
            operator_email: request.operator.email.clone(),
            params: request.params.value.clone(),
            is_async: request.is_async,
            loop_masks: request.loop_masks.clone(),
            status: "in_process".to_owned(),
            failure: None,
        })
    }
}

fn prepare<'a>(handler: &'a dyn Handler, request: &'a Request) -> Result<Run<'a>, RunError> {
    catch_panic(|| Ok(handler.prepare(&request.params)?))
}

/// Calls the user's code; if it panics, the handler is broken.
fn catch_panic<T>(run: impl FnOnce() -> Result<T, RunError>) -> Result<T, RunError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        Err(RunError::Broken(match panic_message(&*payload) {
            Some(message) => format!("panicked: {message}"),
            None => "panicked with a payload that is not a string".to_owned(),
        }))
    })
}

fn panic_message(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What the client is told; a broken handler also fails the test.
fn failure(state: &State, flow: &str, error: RunError) -> Failure {
    match error {
        RunError::Failed(failure) => failure,
        RunError::Broken(why) => {
            let why = format!("the handler of flow {flow} {why}");
            state.report_broken_handler(why.clone());
            Failure::new(HANDLER_BROKEN, why)
        }
    }
}

fn with_execution_id(mut outputs: Object, execution_id: u64) -> Object {
    if !outputs.has(EXECUTION_OUTPUT) {
        if let Ok(value) = to_raw_value(&execution_id) {
            outputs.0.push((EXECUTION_OUTPUT.to_owned(), value));
        }
    }
    outputs
}
