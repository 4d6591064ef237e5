//! What the emulator has seen and done: every request that was answered, every flow that ran, every key that was used.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::failure::Failure;
use crate::random::random;
use crate::request::Request;

/// The first run has the document's own number, of 16 digits as in real tenants.
const FIRST_EXECUTION: u64 = 1_816_970_091_484_211;

/// One flow that ran.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExecutionRecord {
    /// The app's namespace.
    pub namespace: String,
    /// The flow's API name.
    pub flow_id: String,
    /// The number of this run, as the reply carried it.
    pub execution_id: String,
    /// `idempotent_key`, when one was sent.
    pub idempotency_key: Option<String>,
    /// `_id` of the operator, when it was sent.
    pub operator_id: Option<i64>,
    /// `email` of the operator, when it was sent.
    pub operator_email: Option<String>,
    /// The inputs: a JSON object, empty when none were sent.
    pub params: Value,
    /// Whether the flow was started to go on by itself.
    pub is_async: bool,
    /// The loop masks, in the order they were sent.
    pub loop_masks: Vec<String>,
    /// `in_process` while the handler runs, then `end` or the status of its [`Failure`].
    pub status: String,
    /// What the handler reported, also where the reply was too early to carry it (`is_async`).
    pub failure: Option<Failure>,
}

/// One request that was answered, of either endpoint or of none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Such as `POST`.
    pub method: String,
    /// The path as it was sent, without a query.
    pub path: String,
    /// The HTTP status of the reply.
    pub http_status: u16,
    /// `X-Tt-Logid` of the reply.
    pub log_id: String,
    /// What became of the request, in one line without any of its values.
    pub outcome: String,
}

/// An idempotency key that was used before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyUsed;

pub(crate) struct Ledger {
    seed: u64,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    log_ids: u64,
    requests: Vec<RequestRecord>,
    executions: Vec<ExecutionRecord>,
    keys: HashSet<String>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            seed: random() >> 32,
            entries: Mutex::default(),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Entries) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next request's log id; it says where it comes from, lest somebody sends it to the platform's support.
    pub(crate) fn log_id(&self) -> String {
        self.with(|entries| {
            entries.log_ids += 1;
            format!("emulator-{:08x}-{:06}", self.seed, entries.log_ids)
        })
    }

    pub(crate) fn answered(&self, request: RequestRecord) {
        self.with(|entries| entries.requests.push(request));
    }

    pub(crate) fn requests(&self) -> Vec<RequestRecord> {
        self.with(|entries| entries.requests.clone())
    }

    /// A run begins, and uses up its key. The document does not say how far a key reaches: here all flows share them, for ever.
    pub(crate) fn begin(
        &self,
        namespace: &str,
        flow_id: &str,
        request: &Request,
    ) -> Result<u64, KeyUsed> {
        self.with(|entries| {
            if let Some(key) = &request.idempotency_key {
                if !entries.keys.insert(key.clone()) {
                    return Err(KeyUsed);
                }
            }
            let execution_id = FIRST_EXECUTION + entries.executions.len() as u64;
            entries.executions.push(ExecutionRecord {
                namespace: namespace.to_owned(),
                flow_id: flow_id.to_owned(),
                execution_id: execution_id.to_string(),
                idempotency_key: request.idempotency_key.clone(),
                operator_id: request.operator.id,
                operator_email: request.operator.email.clone(),
                params: request.params.value.clone(),
                is_async: request.is_async,
                loop_masks: request.loop_masks.clone(),
                status: "in_process".to_owned(),
                failure: None,
            });
            Ok(execution_id)
        })
    }

    /// A run has come to its end: a failure, or `None` for a good one.
    pub(crate) fn end(&self, execution_id: u64, failure: Option<&Failure>) {
        let place = usize::try_from(execution_id.saturating_sub(FIRST_EXECUTION));
        self.with(|entries| {
            let record = place
                .ok()
                .and_then(|place| entries.executions.get_mut(place));
            if let Some(record) = record {
                record.status = failure.map_or("end", Failure::ended_as).into();
                record.failure = failure.cloned();
            }
        });
    }

    pub(crate) fn executions(&self) -> Vec<ExecutionRecord> {
        self.with(|entries| entries.executions.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_used_up_by_the_run_that_brings_it() {
        let ledger = Ledger::new();
        let request = Request {
            idempotency_key: Some("k".to_owned()),
            ..Request::default()
        };
        assert_eq!(ledger.begin("a", "b", &request), Ok(FIRST_EXECUTION));
        assert_eq!(ledger.begin("a", "c", &request), Err(KeyUsed));
        let keyless = Request::default();
        assert_eq!(ledger.begin("a", "b", &keyless), Ok(FIRST_EXECUTION + 1));
        assert_eq!(ledger.executions().len(), 2);
    }

    #[test]
    fn ends_the_right_run() {
        let ledger = Ledger::new();
        let request = Request::default();
        let first = ledger.begin("a", "b", &request).unwrap();
        let second = ledger.begin("a", "b", &request).unwrap();
        ledger.end(second, Some(&Failure::new("c", "m").status("rejected")));
        let statuses = || -> Vec<_> {
            let executions = ledger.executions();
            executions.into_iter().map(|run| run.status).collect()
        };
        assert_eq!(statuses(), ["in_process", "rejected"]);
        ledger.end(first, None);
        assert_eq!(statuses(), ["end", "rejected"]);
    }
}
