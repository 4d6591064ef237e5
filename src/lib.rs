#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub use apaas_flow_macros::apaas_flow;
#[doc(inline)]
pub use apaas_flow_runtime::*;
