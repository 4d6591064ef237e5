//! The runtime of [`apaas-flow`](https://docs.rs/apaas-flow): what stands between an annotated struct and the platform.
//!
//! Use it through `apaas-flow`, which adds the attribute. A call goes through these modules, top to bottom:
//!
//! | step | where |
//! |---|---|
//! | inputs to JSON | `params`, `field` |
//! | options, and the future that waits | `call`, on the `driver`'s thread |
//! | attempts, timeouts | `send`, which asks `retry` what to do next |
//! | a place in the rate limit | `quota` |
//! | a token | `token_cache`, `credentials`, `token_store` |
//! | bytes over HTTP | `http` |
//! | what the reply means | `wire` |
//! | JSON to outputs | `outputs`, `field` |
//! | names and shapes to a file | `contract` |
#![forbid(unsafe_code)]

mod builder;
mod call;
mod client;
#[cfg(feature = "contracts")]
pub mod contract;
mod credentials;
mod driver;
mod dynamic;
mod endpoint;
mod error;
mod execution;
mod field;
mod flow;
mod http;
#[cfg(test)]
mod mutation;
mod names;
mod operator;
mod outputs;
mod params;
mod quota;
mod retry;
mod send;
mod span;
mod token;
mod token_cache;
mod token_store;
pub mod value;
pub mod wire;

use std::future::Future;
use std::pin::Pin;

pub use builder::{ClientBuilder, FEISHU, LARK};
pub use call::{Call, Execute, Start};
pub use client::Client;
pub use dynamic::{DynamicFlow, DynamicOutput};
pub use error::{Error, ErrorKind, Result, Stage};
pub use execution::{Execution, Started, Status};
#[doc(hidden)]
pub use field::{FieldSerializer, InputValue, OutputValue, ValueDeserializer};
#[doc(hidden)]
pub use flow::emulated;
pub use flow::{Emulated, Flow};
pub use operator::Operator;
pub use outputs::Outputs;
pub use params::Params;
pub use quota::Quota;
pub use retry::RetryPolicy;
pub use token::{StaticToken, Token, TokenSource};
pub use token_store::{MemoryTokenStore, StoredToken, TokenStore};

/// An error of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A future of any type, as [`TokenSource::fetch`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The one door for generated code. Nothing in it is promised.
#[doc(hidden)]
pub mod __private {
    pub use crate::names::{check_contract, check_flow_id, check_namespace};
    pub use crate::{Client, Emulated, Execute, Flow, Outputs, Params, Result, Start};
}
