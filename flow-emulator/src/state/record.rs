//! What the emulator tells about requests and runs afterwards.

use serde_json::Value;

use crate::handler::failure::Failure;
use crate::state::fault::Fault;

/// One run of a flow, from [`Emulator::executions`](crate::Emulator::executions).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExecutionRecord {
    /// The app's namespace.
    pub namespace: String,
    /// The flow's API name.
    pub flow_id: String,
    /// The execution id, as in the reply.
    pub execution_id: String,
    /// `idempotent_key`, if one was sent.
    pub idempotency_key: Option<String>,
    /// `_id` of the operator, if it was sent.
    pub operator_id: Option<i64>,
    /// `email` of the operator, if it was sent.
    pub operator_email: Option<String>,
    /// The inputs: a JSON object, empty if none were sent.
    pub params: Value,
    /// Whether the flow was started asynchronously.
    pub is_async: bool,
    /// The loop masks, in the order they were sent.
    pub loop_masks: Vec<String>,
    /// `in_process` while the handler runs, then `end` or the status of its [`Failure`].
    pub status: String,
    /// What the handler reported, even if the reply could not carry it (`is_async`).
    pub failure: Option<Failure>,
}

/// One request that was answered, whether or not an endpoint has its path, from
/// [`Emulator::requests`](crate::Emulator::requests).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Such as `POST`.
    pub method: String,
    /// The path as it was sent, without the query.
    pub path: String,
    /// The HTTP status of the reply; 0 if a fault left the request without one.
    pub http_status: u16,
    /// The fault, injected or drawn.
    pub fault: Option<Fault>,
    /// `X-Tt-Logid` of the reply.
    pub log_id: String,
    /// The outcome of the request, in one line without any of its values.
    pub outcome: String,
}
