//! What the emulator has seen and done: every request that was answered, every flow that ran, every key that was used.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::failure::Failure;
use crate::fault::Fault;
use crate::random::random;
use crate::request::Request;

/// The first run has the document's own number, of 16 digits as in real tenants.
const FIRST_EXECUTION: u64 = 1_816_970_091_484_211;

/// How much the emulator keeps of what it has seen and done.
///
/// The counts go on whatever is kept: [`runs`](crate::Emulator::runs), [`runs_of`](crate::Emulator::runs_of),
/// [`execute_requests`](crate::Emulator::execute_requests) and the others that give a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// A record of each request and of each run.
    #[default]
    Everything,
    /// No records: [`executions`](crate::Emulator::executions) and [`requests`](crate::Emulator::requests) stay empty. What
    /// grows is a count for each idempotency key, of some 50 bytes, however long the key: enough for millions of runs.
    Counts,
    /// No records, and only the last so many idempotency keys, for a program that runs for weeks. A key that is
    /// forgotten counts as never used: it could run a flow again.
    CountsOfLast(usize),
}

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
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Such as `POST`.
    pub method: String,
    /// The path as it was sent, without a query.
    pub path: String,
    /// The HTTP status of the reply; 0 where a fault left it without one.
    pub http_status: u16,
    /// The fault that it met, injected or drawn.
    pub fault: Option<Fault>,
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
    pub(crate) fn new(keep: Keep) -> Self {
        let most_keys = match keep {
            Keep::Everything | Keep::Counts => None,
            Keep::CountsOfLast(most) => Some(most),
        };
        Self {
            seed: random() >> 32,
            records: keep == Keep::Everything,
            entries: Mutex::new(Entries {
                log_ids: 0,
                execute_requests: 0,
                runs: 0,
                requests: Vec::new(),
                executions: Vec::new(),
                keys: Keys::new(most_keys),
            }),
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

    pub(crate) fn count_execute_request(&self) {
        self.with(|entries| entries.execute_requests += 1);
    }

    pub(crate) fn execute_requests(&self) -> usize {
        self.with(|entries| entries.execute_requests)
    }

    pub(crate) fn answered(&self, request: RequestRecord) {
        if self.records {
            self.with(|entries| entries.requests.push(request));
        }
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
                if entries.keys.runs_of(key) > 0 {
                    return Err(KeyUsed);
                }
                entries.keys.ran(key);
            }
            let execution_id = FIRST_EXECUTION + entries.runs;
            entries.runs += 1;
            if self.records {
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
            }
            Ok(execution_id)
        })
    }

    pub(crate) fn runs(&self) -> usize {
        self.with(|entries| usize::try_from(entries.runs).unwrap_or(usize::MAX))
    }

    pub(crate) fn runs_of(&self, key: &str) -> usize {
        self.with(|entries| entries.keys.runs_of(key))
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

/// How often each idempotency key has run a flow. Kept by a hash of 128 bits, so that its size does not depend on theirs;
/// that two keys ever share one is out of the question.
struct Keys {
    hashers: [RandomState; 2],
    runs: HashMap<[u64; 2], u32>,
    /// The keys in the order of their first run, and how many are remembered.
    last: Option<(VecDeque<[u64; 2]>, usize)>,
}

impl Keys {
    fn new(most: Option<usize>) -> Self {
        Self {
            hashers: [RandomState::new(), RandomState::new()],
            runs: HashMap::new(),
            last: most.map(|most| (VecDeque::new(), most)),
        }
    }

    fn hash(&self, key: &str) -> [u64; 2] {
        self.hashers.each_ref().map(|hasher| hasher.hash_one(key))
    }

    fn ran(&mut self, key: &str) {
        let hash = self.hash(key);
        let runs = self.runs.entry(hash).or_default();
        *runs += 1;
        if let (Some((last, most)), 1) = (&mut self.last, *runs) {
            last.push_back(hash);
            if last.len() > *most {
                if let Some(oldest) = last.pop_front() {
                    self.runs.remove(&oldest);
                }
            }
        }
    }

    fn runs_of(&self, key: &str) -> usize {
        let runs = self.runs.get(&self.hash(key)).copied();
        runs.map_or(0, |runs| usize::try_from(runs).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(key: &str) -> Request {
        Request {
            idempotency_key: Some(key.to_owned()),
            ..Request::default()
        }
    }

    #[test]
    fn counts_go_on_without_records() {
        let ledger = Ledger::new(Keep::Counts);
        for n in 0..1000_u64 {
            let id = ledger.begin("a", "b", &keyed(&n.to_string())).unwrap();
            assert_eq!(id, FIRST_EXECUTION + n);
            ledger.end(id, None);
        }
        assert_eq!(ledger.begin("a", "b", &keyed("0")), Err(KeyUsed));
        assert!(ledger.begin("a", "b", &Request::default()).is_ok());
        assert_eq!(ledger.runs(), 1001);
        assert_eq!((ledger.runs_of("999"), ledger.runs_of("1000")), (1, 0));
        assert_eq!(ledger.executions(), []);
    }

    #[test]
    fn forgets_all_but_the_last_keys() {
        let ledger = Ledger::new(Keep::CountsOfLast(2));
        for key in ["a", "b", "c", "a"] {
            assert!(ledger.begin("a", "b", &keyed(key)).is_ok(), "{key}");
        }
        assert_eq!(ledger.begin("a", "b", &keyed("c")), Err(KeyUsed));
        assert_eq!(ledger.begin("a", "b", &keyed("a")), Err(KeyUsed));
        assert_eq!((ledger.runs_of("b"), ledger.runs()), (0, 4));
        ledger.with(|entries| {
            assert_eq!(entries.keys.runs.len(), 2);
            assert_eq!(entries.keys.last.as_ref().unwrap().0.len(), 2);
        });
    }

    #[test]
    fn a_second_run_of_a_key_would_be_seen() {
        let mut keys = Keys::new(None);
        keys.ran("a");
        keys.ran("a");
        assert_eq!((keys.runs_of("a"), keys.runs_of("b")), (2, 0));
    }

    #[test]
    fn a_key_is_used_up_by_the_run_that_brings_it() {
        let ledger = Ledger::new(Keep::Everything);
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
        let ledger = Ledger::new(Keep::Everything);
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
