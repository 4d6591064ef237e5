//! The runtime of [`apaas-flow`](https://docs.rs/apaas-flow): the layer between an annotated struct and the platform.
//!
//! Use it through `apaas-flow`, which adds the attribute. A call passes through these modules, top to bottom:
//!
//! | step | where |
//! |---|---|
//! | inputs to JSON | `value`, `codec` |
//! | options, the future that is awaited, attempts and retries | `call` |
//! | a place in the rate limit | `quota` |
//! | a token | `auth` |
//! | bytes over HTTP, on a thread of the client's own | `transport` |
//! | what the reply means | `wire` |
//! | JSON to outputs | `codec`, `value` |
//! | names and shapes to a file | `contract` |
#![cfg_attr(docsrs, feature(doc_cfg))]
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
mod panics;
mod quota;
pub mod shared;
mod stats;
pub mod testing;
mod transport;
pub mod value;
pub mod wire;

pub use auth::{
    BoxFuture, MemoryTokenStore, StaticToken, StoredToken, Token, TokenSource, TokenStore,
};
pub use call::{Call, Execute, RetryPolicy, Start};
#[doc(hidden)] // for `apaas-flow`, which reads the same variables
pub use client::credential;
pub use client::{Client, ClientBuilder, FEISHU, LARK};
pub use codec::{
    FieldParts, FieldReader, FieldSerializer, FieldWriter, InputValue, NestedFormatter,
    OutputValue, Outputs, Params, ValueDeserializer,
};
pub use dynamic::{DynamicFlow, DynamicOutput};
pub use error::{BoxError, Error, ErrorKind, Result, Stage};
pub use execution::{Execution, Outcome, Started, Status};
#[doc(hidden)]
pub use flow::emulated;
pub use flow::{Emulated, Flow};
pub use operator::Operator;
pub use quota::{Quota, QuotaStore};
#[cfg(feature = "metrics")]
pub use stats::metrics;
pub use stats::{CallCounts, ClientStats, WindowStats};

/// Everything generated code uses. Not covered by semver.
#[doc(hidden)]
pub mod __private {
    pub use crate::call::{Execute, Start};
    pub use crate::client::Client;
    pub use crate::codec::{Outputs, Params};
    pub use crate::error::Result;
    pub use crate::flow::{Emulated, Flow, check_contract, check_flow_id, check_namespace};
}
