//! The last step of a call: from the reply to the flow's outputs.

use std::task::{Context, Poll};

use super::CallCore;
use crate::error::Result;
use crate::execution::Execution;
use crate::flow::Flow;

/// Waits for the reply and reads the outputs, twice if necessary.
///
/// Apart from the flow's own two methods, this is all that is compiled again for each flow in the user's crate. So it
/// is written to generate little code: only the outputs need dropping, and it calls nothing generic, not even `?`.
pub(crate) fn finish<F: Flow>(
    call: &mut CallCore,
    cx: &mut Context<'_>,
) -> Poll<Result<Execution<F::Output>>> {
    match call.arrive(cx) {
        Poll::Ready(Ok(())) => {}
        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
        Poll::Pending => return Poll::Pending,
    }
    let mut outputs = call.outputs();
    match F::read_outputs(&mut outputs) {
        Ok(output) => {
            if let Some(run) = call.accept(outputs.settle()) {
                return Poll::Ready(Ok(Execution {
                    execution_id: run.execution_id,
                    status: run.status,
                    output,
                    idempotency_key: run.idempotency_key,
                    log_id: run.log_id,
                    attempts: run.attempts,
                }));
            }
        }
        Err(error) => {
            if let Some(error) = call.reject(outputs.conclude(error)) {
                return Poll::Ready(Err(error));
            }
        }
    }
    finish::<F>(call, cx)
}
