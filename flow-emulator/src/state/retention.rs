//! How much the emulator remembers.

/// How much the emulator remembers of requests and runs.
///
/// Whatever it is, every count goes on: [`runs`](crate::Emulator::runs), [`runs_of`](crate::Emulator::runs_of),
/// [`execute_requests`](crate::Emulator::execute_requests) and the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retention {
    /// A record of each request and of each run.
    #[default]
    Everything,
    /// No records: [`executions`](crate::Emulator::executions) and [`requests`](crate::Emulator::requests) stay empty. Only
    /// the count per idempotency key grows, by about 50 bytes for each key of any length: enough for millions of runs.
    Counts,
    /// No records, and only this many of the most recent idempotency keys, for a process that runs for weeks. A forgotten
    /// key counts as never used, and can run a flow again.
    LastKeys(usize),
}
