//! From the end of a call to the state of its row.

use apaas_flow::{Error, ErrorKind, Execution, Outcome};

use crate::journal::{End, RowState};

/// A call that has ended.
pub(crate) struct Ended<O> {
    pub(crate) end: End,
    /// The run with its outputs, if they were seen.
    pub(crate) run: Option<Execution<O>>,
    /// It did not run, and may do so if it is sent again.
    pub(crate) may_heal: bool,
}

/// What the end of a call means for its row. `may_have_run`: whether an earlier call under the same key may have run.
pub(crate) fn ended<O>(
    key: &str,
    may_have_run: bool,
    end: Result<Execution<O>, Error>,
) -> Ended<O> {
    match end {
        Ok(run) => Ended {
            end: End {
                key: key.to_owned(),
                state: RowState::Ran,
                reply_lost: false,
                reached: true,
                execution_id: Some(run.execution_id.clone()),
                log_id: run.log_id.clone(),
                error_kind: None,
                error: None,
            },
            run: Some(run),
            may_heal: false,
        },
        Err(error) => {
            let (state, reply_lost) = state_of(&error, may_have_run);
            Ended {
                end: End {
                    key: key.to_owned(),
                    state,
                    reply_lost,
                    reached: reached(&error),
                    execution_id: error.execution_id().map(str::to_owned),
                    log_id: error.log_id().map(str::to_owned),
                    error_kind: Some(error.kind().as_str().to_owned()),
                    error: Some(text_of(&error, may_have_run, state)),
                },
                run: None,
                may_heal: state == RowState::DidNotRun && error.is_retryable(),
            }
        }
    }
}

/// The code that makes the call of a row, and writes its inputs, has panicked.
pub(crate) fn inputs_panicked() -> Error {
    Error::builder(
        ErrorKind::Encode,
        "the code that writes its inputs panicked",
    )
    .outcome(Outcome::DidNotRun)
    .build()
}

/// The code that reads the outputs of a call has panicked. `again`: what the call says when it is awaited once more.
pub(crate) fn outputs_panicked(again: Error) -> Error {
    match again.outcome() {
        Outcome::Ran => {}
        // before anything was sent
        Outcome::DidNotRun => return inputs_panicked(),
        _ => return again,
    }
    // as of outputs that do not fit: the row is never sent again
    let error = Error::builder(
        ErrorKind::Decode,
        "the code that reads its outputs panicked",
    )
    .outcome(Outcome::Failed);
    let error = match again.execution_id() {
        Some(id) => error.execution_id(id),
        None => error,
    };
    match again.log_id() {
        Some(id) => error.log_id(id),
        None => error,
    }
    .build()
}

/// The state, and whether the reply of the run was lost.
fn state_of(error: &Error, may_have_run: bool) -> (RowState, bool) {
    match (error.kind(), error.outcome()) {
        // the platform has accepted a request of ours under this key
        (ErrorKind::ReplyLost, _) => (RowState::Ran, true),
        // an earlier call of this row used it: nobody else has the key
        (ErrorKind::KeyUsed, _) if may_have_run => (RowState::Ran, true),
        (_, Outcome::Failed) => (RowState::Failed, false),
        // This call did not run, which says nothing about the earlier one.
        (_, Outcome::DidNotRun) if !may_have_run => (RowState::DidNotRun, false),
        (_, Outcome::Ran) => (RowState::Ran, false),
        _ => (RowState::Unknown, false),
    }
}

/// Whether the platform may refuse the key from now on, so that the row needs another one to be sent again.
fn reached(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Config
            | ErrorKind::Encode
            | ErrorKind::Queue
            | ErrorKind::Connect
            | ErrorKind::Token
    )
}

fn text_of(error: &Error, may_have_run: bool, state: RowState) -> String {
    if may_have_run && state == RowState::Unknown && error.outcome() == Outcome::DidNotRun {
        // the documentation has no code for a used key; this may be how one is refused
        return format!(
            "still unknown: sent again under its own key, which came to nothing ({error})"
        );
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(kind: ErrorKind, outcome: Outcome, may_have_run: bool) -> (RowState, bool) {
        let error = Error::builder(kind, "").outcome(outcome).build();
        let ended = ended::<()>("k", may_have_run, Err(error));
        (ended.end.state, ended.end.reply_lost)
    }

    #[test]
    fn a_row_is_what_its_call_says() {
        use {ErrorKind as Kind, Outcome as Is, RowState as State};

        for (kind, outcome, first, settled) in [
            (
                Kind::Connect,
                Is::DidNotRun,
                State::DidNotRun,
                State::Unknown,
            ),
            // a used key may be refused like this too
            (
                Kind::Invalid,
                Is::DidNotRun,
                State::DidNotRun,
                State::Unknown,
            ),
            (
                Kind::Gateway,
                Is::MayHaveRun,
                State::Unknown,
                State::Unknown,
            ),
            (Kind::Flow, Is::Failed, State::Failed, State::Failed),
            (Kind::Decode, Is::Failed, State::Failed, State::Failed),
            (
                Kind::Unfinished,
                Is::UnderWay,
                State::Unknown,
                State::Unknown,
            ),
        ] {
            assert_eq!(state(kind, outcome, false), (first, false), "{kind:?}");
            assert_eq!(state(kind, outcome, true), (settled, false), "{kind:?}");
        }
        assert_eq!(
            state(Kind::ReplyLost, Is::MayHaveRun, false),
            (State::Ran, true)
        );
        // used by someone else, unless this row was sent before
        assert_eq!(
            state(Kind::KeyUsed, Is::MayHaveRun, false),
            (State::Unknown, false)
        );
        assert_eq!(
            state(Kind::KeyUsed, Is::MayHaveRun, true),
            (State::Ran, true)
        );
    }
}
