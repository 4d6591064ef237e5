//! The endpoint that executes a flow: who asks, what for, and what came of it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hyper::HeaderMap;
use serde_json::value::to_raw_value;

use crate::failure::Failure;
use crate::flows::{self, Ended, Handler, Run};
use crate::json::Object;
use crate::platform::Platform;
use crate::reply::Reply;
use crate::request::{self, Request};

/// The engine's own codes, as far as they are known.
const NO_SUCH_FLOW: &str = "k_wf_ec_2001006";
const KEY_ALREADY_USED: &str = "k_wf_ec_2001008";

/// A code that the platform does not have: the mistake is in the handler.
const HANDLER_BROKEN: &str = "emulator_handler_broken";

/// The output that the document's sample reply carries: the number of the run.
pub(crate) const EXECUTION_OUTPUT: &str = "_flowExecutionID";

/// One request to execute a flow.
pub(crate) struct Execute {
    pub(crate) namespace: String,
    pub(crate) flow_id: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) log_id: String,
}

impl Execute {
    /// Checks in the platform's order: the gateway's token first, then the request, then the flow.
    pub(crate) fn answer(&self, platform: &Platform) -> Reply {
        if let Err(refusal) = platform.tokens.check(&self.headers, platform.clock.now()) {
            return Reply::unauthorized(refusal, &self.log_id);
        }
        match request::read(&self.headers, &self.body) {
            Ok(request) => self.start(platform, &request),
            Err(violations) => Reply::invalid(&violations, &self.log_id),
        }
    }

    fn start(&self, platform: &Platform, request: &Request) -> Reply {
        let name = flows::name(&self.namespace, &self.flow_id);
        let handler = match platform.flows.find(&name) {
            Ok(handler) => handler,
            Err(why) => return Reply::failed(None, &Failure::new(NO_SUCH_FLOW, why)),
        };
        let run = match prepare(&handler, request) {
            Ok(run) => run,
            Err(Ended::Failed(failure)) => return Reply::failed(None, &failure),
            Err(Ended::Broken(why)) => {
                return Reply::failed(None, &broken(platform, &name, &why));
            }
        };
        let begun = platform
            .ledger
            .begin(&self.namespace, &self.flow_id, request);
        let Ok(execution_id) = begun else {
            let why = "this idempotent_key was used before";
            return Reply::failed(None, &Failure::new(KEY_ALREADY_USED, why));
        };
        let ended = match guarded(run) {
            Ok(outputs) => Ok(outputs),
            Err(Ended::Failed(failure)) => Err(failure),
            Err(Ended::Broken(why)) => Err(broken(platform, &name, &why)),
        };
        platform.ledger.end(execution_id, ended.as_ref().err());
        match ended {
            _ if request.is_async => Reply::started(execution_id),
            Ok(outputs) => Reply::ended(execution_id, &with_execution(outputs, execution_id)),
            Err(failure) => Reply::failed(Some(execution_id), &failure),
        }
    }
}

fn prepare<'a>(handler: &'a Arc<dyn Handler>, request: &'a Request) -> Result<Run<'a>, Ended> {
    guarded(|| Ok(handler.prepare(&request.params)?))
}

/// Runs what a user wrote; a panic is a broken handler.
fn guarded<T>(run: impl FnOnce() -> Result<T, Ended>) -> Result<T, Ended> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|payload| Err(Ended::Broken(format!("panicked: {}", text_of(&*payload)))))
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("with something that is no text")
}

fn broken(platform: &Platform, name: &str, why: &str) -> Failure {
    let why = format!("the handler of flow {name} {why}");
    platform.blame(why.clone());
    Failure::new(HANDLER_BROKEN, why)
}

fn with_execution(mut outputs: Object, execution_id: u64) -> Object {
    if !outputs.has(EXECUTION_OUTPUT) {
        if let Ok(value) = to_raw_value(&execution_id) {
            outputs.0.push((EXECUTION_OUTPUT.to_owned(), value));
        }
    }
    outputs
}
