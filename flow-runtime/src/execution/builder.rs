//! Successes for tests, with every field as a call could have set it.

use super::{Execution, Started, Status};

/// Builds an [`Execution`] for a test, from [`Execution::builder`].
#[derive(Debug, Clone)]
#[must_use = "the execution is made by `build`"]
pub struct ExecutionBuilder<O>(Execution<O>);

/// Builds a [`Started`] for a test, from [`Started::builder`].
#[derive(Debug, Clone)]
#[must_use = "it is made by `build`"]
pub struct StartedBuilder(Started);

impl<O> Execution<O> {
    /// Builds a run that ended well with this output, for the tests and mocks of your own code.
    ///
    /// Unless it is set otherwise, the status is [`Status::End`] at the first attempt, and everything else is empty.
    ///
    /// ```
    /// use apaas_flow::Execution;
    ///
    /// let run = Execution::builder("128.50").execution_id("1816970091484211").attempts(2).build();
    /// assert_eq!(run.output, "128.50");
    /// assert_eq!(run.attempts, 2);
    /// ```
    pub fn builder(output: O) -> ExecutionBuilder<O> {
        ExecutionBuilder(Self {
            execution_id: String::new(),
            status: Status::End,
            output,
            idempotency_key: String::new(),
            log_id: None,
            attempts: 1,
        })
    }
}

impl Started {
    /// Builds a run that was started, for the tests and mocks of your own code.
    ///
    /// Unless it is set otherwise, the status is [`Status::InProcess`] at the first attempt, and everything else is
    /// empty.
    ///
    /// ```
    /// use apaas_flow::{Outcome, Started};
    ///
    /// let started = Started::builder().execution_id("1816970091484211").build();
    /// assert_eq!(started.outcome(), Outcome::UnderWay);
    /// ```
    pub fn builder() -> StartedBuilder {
        StartedBuilder(Self {
            execution_id: String::new(),
            status: Status::InProcess,
            idempotency_key: String::new(),
            log_id: None,
            attempts: 1,
        })
    }
}

/// The setters of what both have in common, named like the fields.
macro_rules! setters {
    ($builder:ident$(<$output:ident>)?, $built:ty) => {
        impl$(<$output>)? $builder$(<$output>)? {
            /// Sets `execution_id`.
            pub fn execution_id(mut self, execution_id: impl Into<String>) -> Self {
                self.0.execution_id = execution_id.into();
                self
            }

            /// Sets `status`, for instance by the platform's word.
            pub fn status(mut self, status: impl Into<Status>) -> Self {
                self.0.status = status.into();
                self
            }

            /// Sets `idempotency_key`.
            pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
                self.0.idempotency_key = key.into();
                self
            }

            /// Sets `log_id`.
            pub fn log_id(mut self, log_id: impl Into<String>) -> Self {
                self.0.log_id = Some(log_id.into());
                self
            }

            /// Sets `attempts`.
            pub fn attempts(mut self, attempts: u32) -> Self {
                self.0.attempts = attempts;
                self
            }

            /// All that was set.
            pub fn build(self) -> $built {
                self.0
            }
        }
    };
}

setters!(ExecutionBuilder<O>, Execution<O>);
setters!(StartedBuilder, Started);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Outcome;

    #[test]
    fn every_field_is_as_it_was_set() {
        let run = Execution::builder(7)
            .execution_id("e")
            .status("agreed")
            .idempotency_key("k")
            .log_id("l")
            .attempts(3)
            .build();
        let expected = Execution {
            execution_id: "e".to_owned(),
            status: Status::Agreed,
            output: 7,
            idempotency_key: "k".to_owned(),
            log_id: Some("l".to_owned()),
            attempts: 3,
        };
        assert_eq!(run, expected);
        let started = Started::builder()
            .execution_id("e")
            .status(Status::End)
            .idempotency_key("k")
            .log_id("l")
            .attempts(3)
            .build();
        assert_eq!(started.outcome(), Outcome::Ran);
        let expected = Started {
            execution_id: "e".to_owned(),
            status: Status::End,
            idempotency_key: "k".to_owned(),
            log_id: Some("l".to_owned()),
            attempts: 3,
        };
        assert_eq!(started, expected);
    }
}
