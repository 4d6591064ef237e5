#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

// its examples are run by `tests/guide`, which has what they need
#[cfg(all(doc, not(doctest)))]
pub mod guide;

#[doc(hidden)]
pub use apaas_flow_macros::__Generated;
pub use apaas_flow_macros::apaas_flow;
#[doc(inline)]
pub use apaas_flow_runtime::*;
