//! Part of [apaas-flow](https://docs.rs/apaas-flow), for its other packages: the file format of contracts.
//!
//! A contract is what a repository knows of a flow. The attribute checks structs against it, the client records into
//! it, the emulator answers from it; all three read and write it here, so that they agree on every file.
//!
//! ```
//! use apaas_flow_contract::{Contract, Kind, Side};
//!
//! let text = r#"{ "outputs": { "variable_total": { "type": "decimal", "optional": true } } }"#;
//! let contract = Contract::read(text).expect("a well-formed contract");
//! let total = contract.entry(Side::Outputs, "variable_total").expect("listed");
//! assert_eq!((total.kind(), total.optional()), (Some(Kind::Decimal), Some(true)));
//!
//! let mistakes = Contract::read(r#"{ "outputs": { "a": { "type": "strnig" } } }"#).unwrap_err();
//! assert_eq!(mistakes[0].to_string(), "1:31: unknown type `strnig`; did you mean `string`?");
//! ```
#![forbid(unsafe_code)]

mod code_type;
mod conflict;
mod contract;
mod diagnostic;
mod entry;
mod grammar;
mod json;
mod kind;
mod members;
pub mod suggest;
mod value_type;

pub use code_type::CodeType;
pub use conflict::Conflict;
pub use contract::{Contract, Side};
pub use diagnostic::{Diagnostic, Position};
pub use entry::Entry;
pub use kind::{Kind, Shape};
pub use members::Members;
pub use value_type::ValueType;

/// The file in a folder of contracts by which those who change them take turns. It is touched when there is a new
/// contract: a build can depend on it, as it cannot on a file that is not there.
pub const LOCK: &str = ".lock";
