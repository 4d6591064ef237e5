//! What the emulator has seen and done: every request that was answered, every run, every key that was used.

use std::sync::{Mutex, PoisonError};

use crate::handler::failure::Failure;
use crate::state::keys::Keys;
use crate::state::random::random;
use crate::state::record::{ExecutionRecord, RequestRecord};
use crate::state::retention::Retention;

/// The first run has the execution id of the document's sample, of 16 digits as in real tenants.
const FIRST_EXECUTION: u64 = 1_816_970_091_484_211;

/// The idempotency key was used before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyUsed;

/// Counts, and records if they are wanted.
pub(crate) struct Ledger {
    seed: u64,
    records: bool,
    entries: Mutex<Entries>,
}

struct Entries {
    log_ids: u64,
    execute_requests: usize,
    runs: u64,
    requests: Vec<RequestRecord>,
    executions: Vec<ExecutionRecord>,
    keys: Keys,
}

impl Ledger {
    pub(crate) fn new(retention: Retention) -> Self {
        let key_limit = match retention {
            Retention::Everything | Retention::Counts => None,
            Retention::LastKeys(keys) => Some(keys),
        };
        Self {
            seed: random() >> 32,
            records: retention == Retention::Everything,
            entries: Mutex::new(Entries {
                log_ids: 0,
                execute_requests: 0,
                runs: 0,
                requests: Vec::new(),
                executions: Vec::new(),
                keys: Keys::new(key_limit),
            }),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Entries) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next request's log id. It says where it comes from, so that nobody takes it to the platform's support.
    pub(crate) fn next_log_id(&self) -> String {
        self.with(|entries| {
            entries.log_ids += 1;
            format!("emulator-{:08x}-{:06}", self.seed, entries.log_ids)
        })
    }

    pub(crate) fn count_execute_request(&self) {
        self.with(|entries| entries.execute_requests += 1);
    }

    pub(crate) fn execute_requests(&self) -> usize {
        self.with(|entries| entries.execute_requests)
    }

    pub(crate) fn record_request(&self, request: RequestRecord) {
        if self.records {
            self.with(|entries| entries.requests.push(request));
        }
    }

    pub(crate) fn requests(&self) -> Vec<RequestRecord> {
        self.with(|entries| entries.requests.clone())
    }

    /// Begins a run and uses up its key; returns its execution id. How far a key reaches is not documented: here all flows
    /// share them, forever.
    pub(crate) fn begin(
        &self,
        key: Option<&str>,
        record: impl FnOnce(u64) -> ExecutionRecord,
    ) -> Result<u64, KeyUsed> {
        self.with(|entries| {
            if let Some(key) = key {
                if entries.keys.runs_of(key) > 0 {
                    return Err(KeyUsed);
                }
                entries.keys.count_run(key);
            }
            let execution_id = FIRST_EXECUTION + entries.runs;
            entries.runs += 1;
            if self.records {
                entries.executions.push(record(execution_id));
            }
            Ok(execution_id)
        })
    }

    /// Every key counts as never used.
    #[cfg(feature = "cli")]
    pub(crate) fn forget_keys(&self) {
        self.with(|entries| entries.keys.clear());
    }

    pub(crate) fn runs(&self) -> usize {
        self.with(|entries| usize::try_from(entries.runs).unwrap_or(usize::MAX))
    }

    pub(crate) fn runs_of(&self, key: &str) -> usize {
        self.with(|entries| entries.keys.runs_of(key))
    }

    /// Ends a run, with the failure if it did not succeed.
    pub(crate) fn end(&self, execution_id: u64, failure: Option<&Failure>) {
        let index = usize::try_from(execution_id.saturating_sub(FIRST_EXECUTION));
        self.with(|entries| {
            let record = index
                .ok()
                .and_then(|index| entries.executions.get_mut(index));
            if let Some(record) = record {
                record.status = failure.map_or("end", Failure::status).into();
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
    use serde_json::Value;

    use super::*;

    fn begin(ledger: &Ledger, flow_id: &str, key: Option<&str>) -> Result<u64, KeyUsed> {
        ledger.begin(key, |execution_id| ExecutionRecord {
            namespace: "a".to_owned(),
            flow_id: flow_id.to_owned(),
            execution_id: execution_id.to_string(),
            idempotency_key: key.map(str::to_owned),
            operator_id: None,
            operator_email: None,
            params: Value::Null,
            is_async: false,
            loop_masks: Vec::new(),
            status: "in_process".to_owned(),
            failure: None,
        })
    }

    #[test]
    fn counts_go_on_without_records() {
        let ledger = Ledger::new(Retention::Counts);
        for n in 0..1000_u64 {
            let id = begin(&ledger, "b", Some(&n.to_string())).unwrap();
            assert_eq!(id, FIRST_EXECUTION + n);
            ledger.end(id, None);
        }
        assert_eq!(begin(&ledger, "b", Some("0")), Err(KeyUsed));
        assert!(begin(&ledger, "b", None).is_ok());
        assert_eq!(ledger.runs(), 1001);
        assert_eq!((ledger.runs_of("999"), ledger.runs_of("1000")), (1, 0));
        assert_eq!(ledger.executions(), []);
    }

    #[test]
    fn only_the_most_recent_keys_are_remembered() {
        let ledger = Ledger::new(Retention::LastKeys(2));
        for key in ["a", "b", "c", "a"] {
            assert!(begin(&ledger, "b", Some(key)).is_ok(), "{key}");
        }
        assert_eq!(begin(&ledger, "b", Some("c")), Err(KeyUsed));
        assert_eq!(begin(&ledger, "b", Some("a")), Err(KeyUsed));
        assert_eq!((ledger.runs_of("b"), ledger.runs()), (0, 4));
    }

    #[test]
    fn a_run_uses_up_its_key() {
        let ledger = Ledger::new(Retention::Everything);
        assert_eq!(begin(&ledger, "b", Some("k")), Ok(FIRST_EXECUTION));
        assert_eq!(begin(&ledger, "c", Some("k")), Err(KeyUsed));
        assert_eq!(begin(&ledger, "b", None), Ok(FIRST_EXECUTION + 1));
        assert_eq!(ledger.executions().len(), 2);
    }

    #[test]
    fn the_right_run_ends() {
        let ledger = Ledger::new(Retention::Everything);
        let first = begin(&ledger, "b", None).unwrap();
        let second = begin(&ledger, "b", None).unwrap();
        ledger.end(
            second,
            Some(&Failure::new("c", "m").with_status("rejected")),
        );
        let statuses = || -> Vec<_> {
            let executions = ledger.executions();
            executions.into_iter().map(|run| run.status).collect()
        };
        assert_eq!(statuses(), ["in_process", "rejected"]);
        ledger.end(first, None);
        assert_eq!(statuses(), ["end", "rejected"]);
    }
}
