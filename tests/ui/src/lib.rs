//! Nothing but the cases of `tests/compile.rs`: those that must compile, and those that must not, with what the user reads then.
#![forbid(unsafe_code)]
