//! The outcome of the flow that a request asked for.

/// How far a flow got, whatever became of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Ran,
    /// It ran and reported a failure.
    Failed,
    /// It was started, and its caller does not wait for it.
    Started,
    DidNotRun,
}
