//! The contract of a flow: `flows/NAMESPACE/FLOW_ID.json` in this folder or one above it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use apaas_flow_contract::Contract;

use crate::failure::Mistake;

/// The flow's contract, if there is one.
pub(crate) fn find(namespace: &str, flow_id: &str) -> Result<Option<(PathBuf, Contract)>, Mistake> {
    let is_file_name = |name: &str| Path::new(name).components().count() == 1;
    if !is_file_name(namespace) || !is_file_name(flow_id) {
        return Ok(None);
    }
    let here = env::current_dir().unwrap_or_default();
    let name = Path::new("flows")
        .join(namespace)
        .join(format!("{flow_id}.json"));
    let mut candidates = here.ancestors().map(|folder| folder.join(&name));
    let Some(file) = candidates.find(|file| file.is_file()) else {
        return Ok(None);
    };
    let shown = file.display();
    let text = fs::read_to_string(&file)
        .map_err(|error| Mistake::new(format!("cannot read the contract {shown}: {error}")))?;
    match Contract::read(&text) {
        Ok(contract) => Ok(Some((file, contract))),
        Err(mistakes) => {
            let mistakes: Vec<_> = mistakes
                .iter()
                .map(|mistake| format!("{shown}:{mistake}"))
                .collect();
            Err(Mistake::new(mistakes.join("\n")))
        }
    }
}
