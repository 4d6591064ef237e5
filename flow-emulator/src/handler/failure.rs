//! A failure that a flow reports.

/// What a flow reports when it does not succeed: a code, a message, and the status it ends in.
///
/// ```
/// use apaas_flow_emulator::Failure;
///
/// let failure = Failure::new("stock_empty", "this item is out of stock").with_status("rejected");
/// assert_eq!(failure.code(), "stock_empty");
/// assert_eq!(failure.status(), "rejected");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: String,
    message: String,
    status: String,
}

impl Failure {
    /// A flow that ends as `failed`, with this `data.code` and `data.error_msg`.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status: "failed".to_owned(),
        }
    }

    /// Ends the flow in another status, such as `rejected` or `canceled`.
    pub fn with_status(mut self, status: impl Into<String>) -> Self {
        self.status = status.into();
        self
    }

    /// `data.code` of the reply.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// `data.error_msg` of the reply.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `data.status` of the reply.
    pub fn status(&self) -> &str {
        &self.status
    }
}
