#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[doc(hidden)]
pub use apaas_flow_macros::__Generated;
pub use apaas_flow_macros::apaas_flow;
#[doc(inline)]
pub use apaas_flow_runtime::*;
