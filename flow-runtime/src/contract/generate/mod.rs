//! From contracts and saved replies to annotated structs (feature `generate`).
//!
//! What is written is a source file of yours: read it, change it, keep it. Nested objects use serde's derives, and where
//! nothing is known of a value it is a `serde_json::Value`, so that the file may need these two crates. What was
//! guessed from a sample is said in a comment at the field.

mod described;
mod infer;
mod known;
mod model;
mod names;
mod reply;
#[cfg(test)]
mod tests;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use apaas_flow_contract::Contract;
use model::Model;
use serde_json::{Map, Value};

use crate::contract::file::malformed;
use crate::error::{Error, ErrorKind, Result};

/// The structs of contracts: files `<namespace>/<flow_id>.json`, or folders in which such files are found.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("apaas-flow-doc-generate-{}", std::process::id()));
/// # std::fs::create_dir_all(folder.join("package_shop__c"))?;
/// # let file = folder.join("package_shop__c/price_0a1b2c3d4e.json");
/// # std::fs::write(&file, r#"{"outputs": {"variable_total": {"type": "decimal"}}}"#)?;
/// let source = apaas_flow::contract::generate::from_contracts(&[&folder])?; // "flows"
/// assert!(source.contains("pub struct Price {"));
/// assert!(source.contains("pub total: Decimal,"));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Config`]: a file cannot be read or is malformed (which line, and what is wrong), or none is found.
pub fn from_contracts<P: AsRef<Path>>(paths: &[P]) -> Result<String> {
    let mut files = Vec::new();
    for path in paths {
        find(path.as_ref(), 0, &mut files)?;
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        return Err(config(
            "no contract was found there; they are `<namespace>/<flow_id>.json`".to_owned(),
        ));
    }
    let models = files.iter().map(|file| of_file(file));
    Ok(write::file(&models.collect::<Result<Vec<_>>>()?))
}

/// The struct of a flow from saved replies: each the whole reply, or `out_params` alone as string or array, or
/// what `apaas-flow call --format json` has printed. What one
/// of several lacks is optional. Inputs are not in a reply: add them.
///
/// ```
/// let reply = r#"[{"api_name": "variable_status", "value": "enable"}, {"api_name": "_flowExecutionID", "value": 1}]"#;
/// let source = apaas_flow::contract::generate::from_replies("package_shop__c", "price_0a1b2c3d4e", &[reply])?;
/// assert!(source.contains("pub status: String,"));
/// assert!(source.contains("pub flow_execution_id: i64,"));
/// # Ok::<(), apaas_flow::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Config`]: a reply is not one, or not that of a run; or a name cannot be that of a flow.
pub fn from_replies<R: AsRef<str>>(
    namespace: &str,
    flow_id: &str,
    replies: &[R],
) -> Result<String> {
    check_names(namespace, flow_id)?;
    let outputs = replies.iter().map(|text| reply::outputs(text.as_ref()));
    let outputs = outputs.collect::<Result<Vec<Map<String, Value>>>>()?;
    let outputs: Vec<&Map<String, Value>> = outputs.iter().collect();
    let model = Model {
        namespace: namespace.to_owned(),
        flow_id: flow_id.to_owned(),
        outputs: infer::fields(&outputs),
        ..Model::default()
    };
    Ok(write::file(&[model]))
}

/// Deeper than `flows/<namespace>/<flow_id>.json` lies from the root of a repository.
const DEEPEST: usize = 8;

fn find(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, error))? {
        let path = entry.map_err(|error| unreadable(path, error))?.path();
        let is_contract = path.extension().is_some_and(|end| end == "json");
        if (path.is_dir() && depth < DEEPEST) || (path.is_file() && is_contract) {
            find(&path, depth + 1, files)?;
        }
    }
    Ok(())
}

fn of_file(path: &Path) -> Result<Model> {
    let absolute = std::path::absolute(path).map_err(|error| unreadable(path, error))?;
    let name = |part: Option<&std::ffi::OsStr>| {
        part.and_then(|n| n.to_str()).unwrap_or_default().to_owned()
    };
    let namespace = name(absolute.parent().and_then(Path::file_name));
    let flow_id = name(absolute.file_stem());
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let contract = Contract::read(&text).map_err(|mistakes| {
        config(format!(
            "the contract {}:{}",
            path.display(),
            malformed(&mistakes)
        ))
    })?;
    check_names(&namespace, &flow_id)?;
    Ok(described::model(&namespace, &flow_id, &contract))
}

fn check_names(namespace: &str, flow_id: &str) -> Result<()> {
    for (what, name) in [("namespace", namespace), ("flow id", flow_id)] {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-.~".contains(&b);
        if matches!(name, "" | "." | "..") || !name.bytes().all(is_allowed) {
            return Err(config(format!(
                "`{}` cannot be the {what} of an annotated struct; it has ASCII letters, digits, `_`, `-`, `.` and `~`",
                name.escape_debug()
            )));
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    config(format!("{} cannot be read: {error}", path.display())).because(error)
}

fn config(message: String) -> Error {
    Error::plain(ErrorKind::Config, message)
}
