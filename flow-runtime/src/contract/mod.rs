//! The contracts of flows: files in your repository that say what each flow takes and gives (feature `contracts`).
//!
//! The open platform publishes no definition of a flow. A contract is what a team knows of one: recorded from replies,
//! written from an annotated struct, or by hand. `#[apaas_flow]` checks structs against it while compiling, and every
//! later change is a diff to review.
//!
//! # The file
//!
//! `flows/<namespace>/<flow_id>.json`:
//!
//! ```json
//! {
//!   "description": "Deletes one record.",
//!   "partial": true,
//!   "inputs": {
//!     "variable_record": { "type": "lookup", "required": true, "description": "the record" }
//!   },
//!   "outputs": {
//!     "_flowExecutionID": { "type": "integer" },
//!     "variable_total": { "type": "decimal", "optional": true }
//!   },
//!   "conflicts": [
//!     { "output": "variable_total", "contract": "integer", "reply": "string" }
//!   ]
//! }
//! ```
//!
//! Every key may be left out, and keys of your own are kept as they are; a likely typo of one of these is refused. Where `inputs` or `outputs` is left out, that
//! side is not checked; `partial` says that there may be more than is listed. In an entry:
//!
//! | key | meaning |
//! |---|---|
//! | `type` | `text` `bigint` `decimal` `date` `datetime` `option` `multilingual` `lookup` `phone` `region` `avatar` `attachment` `richtext`: the platform's. `string` `integer` `number` `boolean` `array` `object`: a JSON shape, `string` being whatever travels as one. `any`, and no `type` at all: anything |
//! | `several` | `true`: a list of the type, such as `Vec<Choice>`; `false`: one value. Without it, either: an `option`, a `lookup` and a `multilingual` may be several. An `attachment` is a list itself |
//! | `items` | of an `array`: what each item is, an entry again; `optional`: it may be null |
//! | `fields` | of an `object`: what is in it, an entry for each name; `optional` is meant as for outputs |
//! | `required` | an input that must be given |
//! | `optional` | an output that may be missing or null |
//! | `description` | for people |
//!
//! # Recording
//!
//! ```
//! use apaas_flow::Client;
//!
//! # let folder = std::env::temp_dir().join("apaas-flow-doc-record/flows");
//! let client = Client::builder()
//!     .app_credentials("cli_a1b2", "secret")
//!     .operator(apaas_flow::Operator::id(1111))
//!     .record_contracts(&folder) // "flows", in your repository
//!     .build()?;
//! # assert!(!folder.exists()); // before there is something to record
//! # Ok::<(), apaas_flow::Error>(())
//! ```
//!
//! Every reply with outputs then goes into its flow's file before the call ends: the names and the JSON shapes of its
//! outputs and of what is inside of them, **never a value**. (An object of which a key is no name, but an email or an
//! id perhaps, is recorded without its inside.) A reply that does not fit the struct teaches as much, which is the way to find out what
//! a flow gives; so does the reply of a run that failed, except that nothing follows from what it lacks. A file that
//! recording creates is `partial`. For programs that you run to find out, not for production: each call reads a file.
//!
//! - Null and absence say that an output of a partial contract is `optional`. One that comes up only later is not: the
//!   flow may have gained it.
//! - **What stands in a file is never changed**: no type, no description, nothing that a person or an earlier reply has
//!   said. Only what is not said yet is added. Where a reply does not agree, there is an entry in `conflicts` and one
//!   `tracing` warning, and it is yours to correct the entry (`"type": "any"` is an answer too, and `"several": true`) or the flow; the
//!   conflict goes away with the next thing that is recorded. `"optional": false` says that an output is always there.
//! - What is inside of an output is named `variable_lines[].sku` in a conflict.
//! - Where replies do not agree on a shape, the first one makes the type, and the others are conflicts.
//! - Several threads and processes may record at the same time. A file is replaced at once, and not touched when there
//!   is nothing new. One that cannot be read is left alone. What goes wrong is a `tracing` warning and never fails a call.
//!
//! The lock is the file `.lock` in the folder, which is no part of the catalogue:
//!
//! ```gitignore
//! /flows/.lock
//! /flows/*/*.json.tmp
//! ```
//!
//! (The second is what a crash may leave behind; the next change of the same file removes it.)
//!
//! # From code
//!
//! [`write()`], called in a test, writes the contract of an annotated struct.
//!
//! # In CI
//!
//! `APAAS_FLOW_CONTRACTS=require cargo build` fails where an annotated struct of yours has no contract: in the package that
//! cargo builds and in its workspace, not in a dependency. To require contracts wherever the repository is built, put it
//! into `.cargo/config.toml` (a variable of the environment takes precedence):
//!
//! ```toml
//! [env]
//! APAAS_FLOW_CONTRACTS = "require"
//! ```
//!
//! After the tests, `git status --porcelain flows` prints nothing unless the structs say more than the contracts in the
//! repository.
//! `APAAS_FLOW_CONTRACTS=ignore cargo test` builds code that no longer agrees with its contract, so that its tests can write a new one.

mod describe;
mod file;
#[cfg(feature = "generate")]
pub mod generate;
mod merge;
mod observation;
mod record;
mod seen;

use std::path::{Path, PathBuf};

use apaas_flow_contract::Contract;

pub(crate) use record::{Recorder, Recording};

use crate::error::{Error, ErrorKind, Result};
use crate::flow::{Flow, check_names};
use crate::wire::path;
use file::ContractFile;

/// Writes what the code says of a flow into its contract in this folder, and gives the file's path.
///
/// API names, doc comments as descriptions, and the types as far as the Rust types tell. To be called in a test, so
/// that the catalogue of a team's flows is in its repository; nothing is written while compiling.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("apaas-flow-doc-write-{}", std::process::id()));
/// use apaas_flow::{apaas_flow, contract, value::RecordRef};
///
/// /// Deletes one record.
/// #[apaas_flow(namespace = "package_7344545d87__c", flow_id = "deleteObject_99c656599f")]
/// struct DeleteObject {
///     /// The record to delete.
///     #[input("variable_rgrtgqworiginal")]
///     record: RecordRef,
///
///     /// The platform's number for this run.
///     #[output("_flowExecutionID")]
///     flow_execution_id: i64,
/// }
///
/// let file = contract::write::<DeleteObject>(&folder)?; // "flows", beside Cargo.toml: where cargo runs tests
/// assert!(file.ends_with("package_7344545d87__c/deleteObject_99c656599f.json"));
/// assert_eq!(
///     std::fs::read_to_string(&file)?,
///     r#"{
///   "description": "Deletes one record.",
///   "inputs": {
///     "variable_rgrtgqworiginal": { "type": "lookup", "description": "The record to delete." }
///   },
///   "outputs": {
///     "_flowExecutionID": { "type": "integer", "description": "The platform's number for this run." }
///   }
/// }
/// "#
/// );
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In a file that is there already, what only the file knows is kept: other names, keys of your own, `required`,
/// `conflicts`. A type is replaced only where the code's type cannot be it (for a `String`, `decimal` stays), or where the
/// file is `partial` and knows the shape alone (`string` becomes `decimal` for a [`Decimal`](crate::value::Decimal)), and a
/// description only by another one. A side of which the struct says nothing is left out, which is unchecked. Written
/// twice, the file is the same, and not touched the second time.
///
/// A [`Flow`] that is implemented by hand does not describe itself, and is refused while compiling:
///
/// ```compile_fail
/// # use apaas_flow::{Flow, FieldReader, FieldWriter, Result, contract};
/// struct Handwritten;
/// impl Flow for Handwritten {
///     // ...
/// #   const NAMESPACE: &'static str = "package_shop__c";
/// #   const FLOW_ID: &'static str = "nightly";
/// #   type Output = ();
/// #   fn write_params(&self, _: &mut FieldWriter) -> Result<()> { Ok(()) }
/// #   fn read_outputs(_: &mut FieldReader<'_>) -> Result<()> { Ok(()) }
/// }
/// contract::write::<Handwritten>("flows")?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Config`]: the file that is there is malformed (which line, and what is wrong), or it cannot be read or
/// written. Nothing has been changed then.
pub fn write<F: Flow>(folder: impl AsRef<Path>) -> Result<PathBuf> {
    const {
        assert!(
            !F::DESCRIBED.is_empty(),
            "this flow does not describe itself; `contract::write` is for structs with `#[apaas_flow]`, the contract of a handwritten `Flow` is written by hand"
        );
    }
    check_names::<F>();
    write_described(folder.as_ref(), F::NAMESPACE, F::FLOW_ID, F::DESCRIBED)
}

fn write_described(
    folder: &Path,
    namespace: &str,
    flow_id: &str,
    described: &str,
) -> Result<PathBuf> {
    let code = Contract::read(described).map_err(|mistakes| {
        let flow = path::label(namespace, flow_id);
        let malformed = file::malformed(&mistakes);
        Error::plain(
            ErrorKind::Config,
            format!("the description of the flow {flow}:{malformed}"),
        )
    })?;
    file::check_folder(folder)?;
    let file = ContractFile::new(folder, namespace, flow_id)?;
    file.change(|known| {
        let contract = describe::describe(known, &code);
        Ok((known != Some(&contract)).then_some((contract, ())))
    })?;
    Ok(file.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_description_is_said_with_its_place() {
        let described = "{\n\"outputs\": {\"a\": {\"type\": \"txt\"}}, \"inputs\": 5}";
        let folder = Path::new("never made");
        let error = write_described(folder, "package_x__c", "flow_y", described).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(
            error.to_string(),
            "the description of the flow package_x__c/flow_y:2:27 is malformed: unknown type `txt`; did you mean `text`?; \
             2:46: expected `inputs` to be an object, found a number"
        );
        assert!(!folder.exists());
    }
}
