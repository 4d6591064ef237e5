//! What a flow reports when it ends badly.

/// What the flow itself reports when it ends badly: its code and message, and the status it ends in.
///
/// ```
/// use apaas_flow_emulator::Failure;
///
/// let failure = Failure::new("stock_empty", "no item of this kind is left").status("rejected");
/// assert_eq!(failure.code(), "stock_empty");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: String,
    message: String,
    status: String,
}

impl Failure {
    /// A flow that ended as `failed`, with this `data.code` and `data.error_msg`.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status: "failed".to_owned(),
        }
    }

    /// Ends the flow in another status, such as `rejected` or `canceled`.
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = status.into();
        self
    }

    /// What stands in `data.code`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What stands in `data.error_msg`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What stands in `data.status`.
    pub fn ended_as(&self) -> &str {
        &self.status
    }
}
