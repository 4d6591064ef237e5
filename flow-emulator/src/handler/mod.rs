//! What answers a flow: a closure of the test's, the outputs in a file, or a contract.

pub(crate) mod contract;
pub(crate) mod contract_folder;
pub(crate) mod engine_code;
pub(crate) mod failure;
mod file;
pub(crate) mod fixed;
pub(crate) mod flow_name;
pub(crate) mod params;
pub(crate) mod raw;
mod samples;
pub(crate) mod typed;

use crate::handler::failure::Failure;
use crate::handler::params::Params;
use crate::json::Object;

/// The output that the document's sample reply carries: the execution id, as a number.
pub(crate) const EXECUTION_OUTPUT: &str = "_flowExecutionID";

/// Answers one flow. Preparing is separate from running, because inputs that do not fit must not start a run.
pub(crate) trait Handler: Send + Sync {
    /// Reads the inputs; an error means that the flow does not run.
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure>;
}

/// A run that is ready to start; it returns the outputs.
pub(crate) type Run<'a> = Box<dyn FnOnce() -> Result<Object, RunError> + 'a>;

/// Why a run has no outputs.
#[derive(Debug)]
pub(crate) enum RunError {
    /// The handler reported a failure, which is part of the test.
    Failed(Failure),
    /// The handler itself is wrong, which fails the test.
    Broken(String),
}

impl From<Failure> for RunError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
