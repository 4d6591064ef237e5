//! Testing your own code, with or without a server.
//!
//! | you test | with |
//! |---|---|
//! | the calls too: inputs, outputs, lost replies, the rate limit | the emulator, package `apaas-flow-emulator`: the platform on loopback, with the types of your flows |
//! | how your program handles an outcome | a mock of your own trait, with results from the builders of this module |
//! | a struct against a saved reply | [`wire::reply`](crate::wire::reply) |
//!
//! # A mock
//! Let the code under test use a trait of your own, and implement it for the [`Client`](crate::Client) with the call. A
//! mock can then return any result: [`Execution::builder`], [`Started::builder`] and [`Error::builder`] set every field
//! that a call could have set.
//!
//! ```
//! use apaas_flow::{apaas_flow, Client, Error, ErrorKind, Execution, Outcome, Result};
//!
//! #[apaas_flow(namespace = "package_shop__c", flow_id = "order_0a1b2c3d4e")]
//! #[derive(Clone)]
//! pub struct TakeOrder {
//!     #[input("variable_articles")]
//!     pub articles: Vec<String>,
//!     #[output("variable_number")]
//!     pub number: String,
//! }
//!
//! /// What the shop needs from the platform.
//! trait Orders {
//!     async fn take(&self, order: TakeOrder) -> Result<Execution<TakeOrderOutput>>;
//! }
//!
//! impl Orders for Client {
//!     async fn take(&self, order: TakeOrder) -> Result<Execution<TakeOrderOutput>> {
//!         order.execute(self).await
//!     }
//! }
//!
//! async fn order(orders: &impl Orders, articles: Vec<String>) -> String {
//!     match orders.take(TakeOrder { articles }).await {
//!         Ok(run) => format!("number {}", run.output.number),
//!         Err(error) if error.outcome() == Outcome::DidNotRun => "try again".to_owned(),
//!         Err(error) => format!("ask for {}", error.idempotency_key().unwrap_or_default()),
//!     }
//! }
//!
//! /// Ends every call in the same way.
//! struct Always(Result<Execution<TakeOrderOutput>>);
//!
//! impl Orders for Always {
//!     async fn take(&self, _: TakeOrder) -> Result<Execution<TakeOrderOutput>> {
//!         self.0.clone()
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let output = TakeOrderOutput { number: "4711".to_owned() };
//! let taken = Always(Ok(Execution::builder(output).execution_id("1816970091484211").build()));
//! assert_eq!(order(&taken, vec![]).await, "number 4711");
//!
//! // a kind has its usual outcome ...
//! let limited = Always(Err(Error::builder(ErrorKind::RateLimited, "slow down").build()));
//! assert_eq!(order(&limited, vec![]).await, "try again");
//!
//! // ... or any other
//! let lost = Error::builder(ErrorKind::Gateway, "no reply").outcome(Outcome::MayHaveRun).idempotency_key("k-1");
//! assert_eq!(order(&Always(Err(lost.build())), vec![]).await, "ask for k-1");
//! # });
//! ```
//!
//! An error of each outcome, by a kind that usually has it:
//!
//! ```
//! use apaas_flow::{Error, ErrorKind, Outcome};
//!
//! for (kind, outcome) in [
//!     (ErrorKind::Connect, Outcome::DidNotRun),
//!     (ErrorKind::Timeout, Outcome::MayHaveRun),
//!     (ErrorKind::Flow, Outcome::Failed),
//!     (ErrorKind::Unfinished, Outcome::UnderWay),
//! ] {
//!     assert_eq!(Error::builder(kind, "a test").build().outcome(), outcome);
//! }
//! // the run is over and well, and the call was awaited once more
//! let again = Error::builder(ErrorKind::Config, "awaited again").outcome(Outcome::Ran).build();
//! assert!(again.may_have_run());
//! ```
//!
//! The outputs of a [`DynamicFlow`](crate::DynamicFlow) are made by [`DynamicOutput::parse`](crate::DynamicOutput::parse).
//!
//! [`Execution::builder`]: crate::Execution::builder
//! [`Started::builder`]: crate::Started::builder
//! [`Error::builder`]: crate::Error::builder

pub use crate::error::ErrorBuilder;
pub use crate::execution::{ExecutionBuilder, StartedBuilder};
