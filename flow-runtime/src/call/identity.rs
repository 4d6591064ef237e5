//! Which call it is. What a call adds to the words of the platform, to a success and to an error alike, is added here.

use std::sync::Arc;

use super::endpoint::Endpoint;
use crate::error::{Error, Ran, Stage};
use crate::execution::{Execution, Started};
use crate::wire::RunReply;

/// The flow that is called, and the key of all attempts to do so.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) key: String,
    /// Whether the caller chose the key, so that it may have been used by another call.
    pub(crate) is_own_key: bool,
}

/// The one code of the endpoint's document.
const INVALID_PARAMETER: i64 = 2_320_001;

impl Identity {
    /// The error of this call, after so many attempts.
    pub(crate) fn error(&self, error: Error, attempts: u32) -> Error {
        let error = match error.code() {
            Some(INVALID_PARAMETER) if self.is_own_key || attempts > 1 => error.note(
                "an idempotency key that was used before may be refused in this way too: the document has no code of its own for it",
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

/// A run that went well, its outputs still as text.
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
        self.identity
            .error(error.ran(Ran::Yes).at(Stage::Execute), self.attempts)
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
