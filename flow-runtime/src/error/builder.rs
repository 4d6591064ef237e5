//! Errors for tests, with every field as a call could have set it.

use std::time::Duration;

use super::{BoxError, Error, ErrorKind, Ran, Stage};
use crate::execution::{Outcome, Status};

/// Builds an [`Error`] for a test, from [`Error::builder`]. It checks nothing: what no call ends with can be built too.
#[derive(Debug, Clone)]
#[must_use = "the error is made by `build`"]
pub struct ErrorBuilder(Error);

impl Error {
    /// Builds an error as a call could end with it, for the tests and mocks of your own code.
    ///
    /// The kind decides what is not set: its usual [`outcome`](Self::outcome), whether it is
    /// [retryable](Self::is_retryable), and whether it is a [timeout](Self::is_timeout).
    ///
    /// ```
    /// use apaas_flow::{Error, ErrorKind, Outcome, Status};
    ///
    /// let refused = Error::builder(ErrorKind::Flow, "sold out")
    ///     .flow_code("no_stock")
    ///     .status(Status::Failed)
    ///     .execution_id("1816970091484211")
    ///     .build();
    /// assert_eq!(refused.outcome(), Outcome::Failed);
    /// assert_eq!(refused.flow_code(), Some("no_stock"));
    ///
    /// let lost = Error::builder(ErrorKind::Timeout, "no reply in time").idempotency_key("order-4711").build();
    /// assert_eq!(lost.outcome(), Outcome::MayHaveRun);
    /// assert!(lost.is_timeout());
    ///
    /// let not_sent = Error::builder(ErrorKind::Timeout, "no token in time").outcome(Outcome::DidNotRun).build();
    /// assert!(!not_sent.may_have_run() && not_sent.is_retryable());
    /// ```
    pub fn builder(kind: ErrorKind, error: impl Into<BoxError>) -> ErrorBuilder {
        ErrorBuilder(Self::new(kind, error))
    }
}

impl ErrorBuilder {
    /// The error.
    pub fn build(self) -> Error {
        self.0
    }

    /// [`Error::outcome`], and with it [`Error::may_have_run`].
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.0 = self.0.ran(match outcome {
            Outcome::DidNotRun => Ran::No,
            Outcome::MayHaveRun => Ran::Maybe,
            Outcome::Ran | Outcome::Failed | Outcome::UnderWay => Ran::Yes,
        });
        self.0 = self.0.with_outcome(outcome);
        self
    }

    /// [`Error::is_retryable`], which is `false` all the same where the flow may have run.
    pub fn retryable(self, retryable: bool) -> Self {
        Self(self.0.retryable(retryable))
    }

    /// [`Error::is_timeout`].
    pub fn timeout(self, timeout: bool) -> Self {
        Self(self.0.timed_out(timeout))
    }

    /// The flow, which stands in front of the message.
    pub fn flow(mut self, namespace: &str, flow_id: &str) -> Self {
        self.0.inner().context.flow = Some(format!("{namespace}/{flow_id}"));
        self
    }

    /// [`Error::stage`].
    pub fn stage(self, stage: Stage) -> Self {
        Self(self.0.at(stage))
    }

    /// [`Error::http_status`].
    pub fn http_status(mut self, http_status: u16) -> Self {
        self.0.inner().context.http_status = Some(http_status);
        self
    }

    /// [`Error::code`].
    pub fn code(mut self, code: i64) -> Self {
        self.0.inner().context.code = Some(code);
        self
    }

    /// [`Error::flow_code`].
    pub fn flow_code(mut self, flow_code: impl Into<String>) -> Self {
        self.0.inner().context.flow_code = Some(flow_code.into());
        self
    }

    /// [`Error::flow_message`].
    pub fn flow_message(mut self, flow_message: impl Into<String>) -> Self {
        self.0.inner().context.flow_message = Some(flow_message.into());
        self
    }

    /// [`Error::status`].
    pub fn status(mut self, status: impl Into<Status>) -> Self {
        self.0.inner().context.status = Some(status.into());
        self
    }

    /// [`Error::execution_id`].
    pub fn execution_id(mut self, execution_id: impl Into<String>) -> Self {
        self.0.inner().context.execution_id = Some(execution_id.into());
        self
    }

    /// [`Error::idempotency_key`].
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.0.inner().context.idempotency_key = Some(key.into());
        self
    }

    /// [`Error::log_id`].
    pub fn log_id(mut self, log_id: impl Into<String>) -> Self {
        self.0.inner().context.log_id = Some(log_id.into());
        self
    }

    /// [`Error::retry_after`].
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.inner().context.retry_after = Some(wait);
        self
    }

    /// [`Error::attempts`].
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.0.inner().context.attempts = attempts;
        self
    }

    /// [`Error::out_params`].
    pub fn out_params(mut self, out_params: impl Into<String>) -> Self {
        self.0.inner().context.out_params = Some(out_params.into());
        self
    }

    /// [`Error::earlier`].
    pub fn earlier(self, earlier: Error) -> Self {
        Self(self.0.after(earlier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_as_it_was_set() {
        let earlier = Error::builder(ErrorKind::Gateway, "no reply").build();
        let error = Error::builder(ErrorKind::ReplyLost, "the reply was lost")
            .flow("package_shop__c", "order")
            .stage(Stage::Execute)
            .http_status(400)
            .code(2_320_001)
            .flow_code("k_wf_ec_2001008")
            .status("wait")
            .execution_id("1816970091484211")
            .idempotency_key("order-4711")
            .log_id("l-1")
            .retry_after(Duration::from_secs(3))
            .attempts(2)
            .out_params("[]")
            .earlier(earlier)
            .timeout(true)
            .build();
        assert_eq!(error.kind(), ErrorKind::ReplyLost);
        assert_eq!(error.outcome(), Outcome::MayHaveRun);
        assert_eq!(error.stage(), Some(Stage::Execute));
        assert_eq!(error.http_status(), Some(400));
        assert_eq!(error.code(), Some(2_320_001));
        assert_eq!(error.flow_code(), Some("k_wf_ec_2001008"));
        assert_eq!(error.status(), Some(&Status::Wait));
        assert_eq!(error.execution_id(), Some("1816970091484211"));
        assert_eq!(error.idempotency_key(), Some("order-4711"));
        assert_eq!(error.log_id(), Some("l-1"));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
        assert_eq!(error.attempts(), 2);
        assert_eq!(error.out_params(), Some("[]"));
        assert_eq!(error.earlier().map(Error::kind), Some(ErrorKind::Gateway));
        assert!(error.is_timeout() && !error.is_retryable());
        assert_eq!(
            error.to_string(),
            "flow package_shop__c/order: the reply was lost; the flow may have run (HTTP 400, code 2320001, flow code k_wf_ec_2001008, status wait, execution id 1816970091484211, attempts 2, idempotency key order-4711, log id l-1)"
        );
    }

    #[test]
    fn any_kind_can_have_any_outcome() {
        for (outcome, says) in [
            (Outcome::Ran, "; the flow ran"),
            (Outcome::DidNotRun, "; the flow did not run"),
            (Outcome::MayHaveRun, "; the flow may have run"),
            (Outcome::Failed, "; the flow ran"),
            (Outcome::UnderWay, "; the flow is under way"),
        ] {
            for kind in [ErrorKind::Config, ErrorKind::Gateway, ErrorKind::Unfinished] {
                let error = Error::builder(kind, "x")
                    .flow("a", "b")
                    .outcome(outcome)
                    .retryable(true)
                    .build();
                assert_eq!(error.outcome(), outcome, "{kind}");
                let did_not_run = outcome == Outcome::DidNotRun;
                assert_eq!(error.may_have_run(), !did_not_run, "{kind}");
                assert_eq!(error.is_retryable(), did_not_run, "{kind}");
                assert_eq!(error.to_string(), format!("flow a/b: x{says}"));
            }
        }
    }

    #[test]
    fn what_a_call_knows_of_the_run_overrules_the_builder() {
        let built = Error::builder(ErrorKind::Decode, "x").outcome(Outcome::DidNotRun);
        let error = built.clone().build().ran(Ran::Yes);
        assert_eq!(error.outcome(), Outcome::Failed);
        let error = built.build().or_ran(Ran::Maybe);
        assert_eq!(error.outcome(), Outcome::MayHaveRun);
        let under_way = Error::builder(ErrorKind::Gateway, "x").outcome(Outcome::UnderWay);
        // nothing worse is known
        let error = under_way.build().or_ran(Ran::No);
        assert_eq!(error.outcome(), Outcome::UnderWay);
    }
}
