//! The runtime of [`apaas-flow`](https://docs.rs/apaas-flow): what stands between an annotated struct and the platform.
//!
//! Use it through `apaas-flow`, which adds the attribute. A call goes through these modules, top to bottom:
//!
//! | step | where |
//! |---|---|
//! | inputs to JSON | `params`, `field` |
//! | options, and the future that waits | `call`, on the client's own thread (`transport::background`) |
//! | attempts, timeouts | `send`, which asks `retry` what to do next |
//! | a place in the rate limit | `quota` |
//! | a token | `token_cache`, `credentials`, `token_store` |
//! | bytes over HTTP | `http` |
//! | what the reply means | `wire` |
//! | JSON to outputs | `outputs`, `field` |
//! | names and shapes to a file | `contract` |
#![forbid(unsafe_code)]

mod auth;
mod call;
mod client;
mod codec;
#[cfg(feature = "contracts")]
pub mod contract;
mod dynamic;
mod error;
mod execution;
mod flow;
#[cfg(test)]
mod mutation;
mod operator;
mod quota;
mod transport;
pub mod value;
pub mod wire;

pub use auth::{
    BoxFuture, MemoryTokenStore, StaticToken, StoredToken, Token, TokenSource, TokenStore,
};
pub use call::{Call, Execute, RetryPolicy, Start};
pub use client::{Client, ClientBuilder, FEISHU, LARK};
#[doc(hidden)]
pub use codec::{FieldSerializer, InputValue, OutputValue, ValueDeserializer};
pub use codec::{Outputs, Params};
pub use dynamic::{DynamicFlow, DynamicOutput};
pub use error::{BoxError, Error, ErrorKind, Result, Stage};
pub use execution::{Execution, Outcome, Started, Status};
#[doc(hidden)]
pub use flow::emulated;
pub use flow::{Emulated, Flow};
pub use operator::Operator;
pub use quota::Quota;

/// The one door for generated code. Nothing in it is promised.
#[doc(hidden)]
pub mod __private {
    pub use crate::call::{Execute, Start};
    pub use crate::client::Client;
    pub use crate::codec::{Outputs, Params};
    pub use crate::error::Result;
    pub use crate::flow::{Emulated, Flow, check_contract, check_flow_id, check_namespace};
}
