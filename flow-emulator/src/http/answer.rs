//! What becomes of a request: the reply or what a fault makes of it, and the line that tells of both.

use super::delivery::Delivery;
use super::reply::Reply;
use crate::state::end::End;
use crate::state::fault::Fault;

/// What becomes of a request.
pub(super) struct Answer {
    pub(super) delivery: Delivery,
    pub(super) fault: Option<Fault>,
    /// Of the usual reply, even if another one is delivered; empty if there is none.
    pub(super) summary: String,
    /// Of the flow, whatever is delivered; `None` if the request did not get as far.
    #[cfg_attr(
        not(feature = "cli"),
        expect(dead_code, reason = "the page alone shows it")
    )]
    pub(super) end: Option<End>,
}

impl Answer {
    pub(super) fn usual(reply: Reply) -> Self {
        Self {
            summary: reply.summary.clone(),
            end: reply.end,
            delivery: Delivery::Whole(reply),
            fault: None,
        }
    }

    /// In one line: what came of the request, then the fault.
    pub(super) fn outcome(&self) -> String {
        let outcome = match &self.fault {
            None => self.summary.clone(),
            Some(fault) if self.summary.is_empty() => format!("fault: {fault}"),
            Some(fault) => format!("{}; fault: {fault}", self.summary),
        };
        // a name in a request may contain a line break, which must not look like a new line of the log
        outcome.replace(char::is_control, " ")
    }
}
