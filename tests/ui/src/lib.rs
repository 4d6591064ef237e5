//! Nothing but the cases of `tests/compile.rs`: those that must compile, and those that must not, with what the user
//! reads then. The examples in the attribute's documentation are run here too.
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../../../flow-macros/src/apaas_flow.md")]
pub struct AttributeExamples;
