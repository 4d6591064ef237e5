//! The identity of a call, and the one place that adds it to successes and errors.

use std::sync::Arc;

use super::endpoint::Endpoint;
use crate::error::{Error, Stage};
use crate::execution::{Execution, Started};
use crate::wire::RunReply;

/// The flow being called, and the idempotency key that all attempts share.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) key: String,
    /// Whether the caller chose the key, so that it may have been used by another call.
    pub(crate) is_own_key: bool,
}

/// The only code in the endpoint's document.
const INVALID_PARAMETER: i64 = 2_320_001;

impl Identity {
    /// Adds this call's identity to an error.
    pub(crate) fn error(&self, error: Error, attempts: u32) -> Error {
        let error = match error.code() {
            Some(INVALID_PARAMETER) if self.is_own_key || attempts > 1 => error.note(
                "a used idempotency key may be refused like this too: the document has no separate code for it",
            ),
            _ => error,
        };
        error.with(|context| {
            context.flow = Some(self.endpoint.label.clone());
            context.idempotency_key = Some(self.key.clone());
            context.attempts = attempts;
        })
    }
}

/// A successful run, its outputs still text.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) identity: Arc<Identity>,
    pub(crate) attempts: u32,
    pub(crate) reply: RunReply,
}

impl Run {
    /// The run without its outputs.
    pub(crate) fn into_execution(self) -> Execution<()> {
        let mut execution = self.reply.into_execution(());
        execution.idempotency_key.clone_from(&self.identity.key);
        execution.attempts = self.attempts;
        execution
    }

    /// The same run once more, with the text of the outputs, which is long and goes over to it.
    pub(crate) fn split_off_outputs(&mut self) -> Self {
        let out_params = std::mem::take(&mut self.reply.out_params);
        let mut run = self.clone();
        run.reply.out_params = out_params;
        run
    }

    /// An error about this run, with all that is known of it.
    pub(crate) fn error(self, error: Error) -> Error {
        let error = self.reply.into_error(error);
        self.identity.error(error.at(Stage::Execute), self.attempts)
    }

    pub(crate) fn into_started(self) -> Started {
        Started {
            execution_id: self.reply.execution_id,
            status: self.reply.status,
            idempotency_key: self.identity.key.clone(),
            log_id: self.reply.log_id,
            attempts: self.attempts,
        }
    }
}
