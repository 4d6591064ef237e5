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

#[cfg(feature = "cli")]
use std::sync::Arc;

use crate::handler::failure::Failure;
use crate::handler::params::Params;
use crate::json::Object;

/// The output that the document's sample reply carries: the execution id, as a number.
pub(crate) const EXECUTION_OUTPUT: &str = "_flowExecutionID";

/// Answers one flow. Preparing is separate from running, because inputs that do not fit must not start a run.
pub(crate) trait Handler: Send + Sync {
    /// Reads the inputs; an error means that the flow does not run.
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure>;

    /// What a person can look at before the flow is called.
    #[cfg(feature = "cli")]
    fn description(&self) -> Description {
        Description::default()
    }

    /// The same flow with these outputs.
    #[cfg(feature = "cli")]
    fn with_outputs(&self, outputs: Object) -> Arc<dyn Handler> {
        Arc::new(fixed::FixedHandler::new(outputs))
    }
}

/// What is known of a flow's answers; nothing, if code gives them.
#[cfg(feature = "cli")]
#[derive(Debug, Default)]
pub(crate) struct Description {
    /// The text of the contract.
    pub(crate) contract: Option<String>,
    /// The outputs of every run.
    pub(crate) outputs: Option<Object>,
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
