//! The folders that contracts lie in.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use apaas_flow_contract::Contract;

use crate::handler::file;
use crate::handler::flow_name::flow_name;

/// How the name of a contract ends.
const ENDING: &str = ".json";

/// The contracts in `folders`, by the names of their flows. Everything that is wrong with any of them is told, a line
/// for each.
pub(crate) fn read(folders: &[PathBuf]) -> Result<BTreeMap<String, Contract>, String> {
    let mut search = Search::default();
    for folder in folders {
        search.folder(folder);
    }
    if search.wrong.is_empty() {
        Ok(search.contracts)
    } else {
        Err(search.wrong.join("\n"))
    }
}

#[derive(Default)]
struct Search {
    contracts: BTreeMap<String, Contract>,
    /// Where each flow's was found.
    files: BTreeMap<String, PathBuf>,
    wrong: Vec<String>,
}

impl Search {
    fn folder(&mut self, folder: &Path) {
        let names = match names_in(folder) {
            Ok(names) => names,
            Err(error) => return self.wrong.push(no_folder(folder, &error)),
        };
        let before = self.wrong.len();
        let mut found = false;
        for namespace in &names {
            let within = folder.join(namespace);
            if !within.is_dir() {
                continue;
            }
            match names_in(&within) {
                Ok(names) => {
                    for flow_id in names.iter().filter_map(|name| name.strip_suffix(ENDING)) {
                        found |= self.file(&within, namespace, flow_id);
                    }
                }
                Err(error) => self.wrong.push(unreadable(&within, &error)),
            }
        }
        if !found && self.wrong.len() == before {
            self.wrong.push(no_contract(folder, &names));
        }
    }

    /// Whether there is a contract, good or bad.
    fn file(&mut self, within: &Path, namespace: &str, flow_id: &str) -> bool {
        let path = within.join(format!("{flow_id}{ENDING}"));
        if path.is_dir() {
            return false;
        }
        let flow = flow_name(namespace, flow_id);
        if let Some(earlier) = self.files.insert(flow.clone(), path.clone()) {
            let (earlier, path) = (earlier.display(), path.display());
            self.wrong.push(format!(
                "flow {flow} has two contracts, {earlier} and {path}; remove one"
            ));
            return true;
        }
        match file::text(&path).map(|text| Contract::read(&text)) {
            Err(why) => self.wrong.push(why),
            Ok(Ok(contract)) => {
                self.contracts.insert(flow, contract);
            }
            Ok(Err(mistakes)) => {
                let path = path.display();
                let mistakes = mistakes.iter();
                self.wrong
                    .extend(mistakes.map(|mistake| format!("{path}:{mistake}")));
            }
        }
        true
    }
}

/// The names in a folder, in alphabetical order, without those that begin with a dot.
fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        // what is not Unicode is no flow's name
        if let Ok(name) = entry?.file_name().into_string() {
            if !name.starts_with('.') {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

fn no_folder(folder: &Path, error: &io::Error) -> String {
    let shown = folder.display();
    match error.kind() {
        ErrorKind::NotFound => match std::env::current_dir() {
            Ok(here) if folder.is_relative() => {
                format!("there is no folder {shown} in {}", here.display())
            }
            _ => format!("there is no folder {shown}"),
        },
        ErrorKind::NotADirectory => format!(
            "{shown} is no folder; contracts are files FOLDER/NAMESPACE/FLOW_ID{ENDING}, and the folder is given"
        ),
        _ => unreadable(folder, error),
    }
}

fn unreadable(folder: &Path, error: &io::Error) -> String {
    format!("cannot read {}: {error}", folder.display())
}

fn no_contract(folder: &Path, names: &[String]) -> String {
    let looked_for = folder.join("NAMESPACE").join(format!("FLOW_ID{ENDING}"));
    let (folder, looked_for) = (folder.display(), looked_for.display());
    let hint = match names.iter().find(|name| name.ends_with(ENDING)) {
        Some(name) => format!(
            "; it has {name} itself: if it is a namespace's folder, give the one that it is in"
        ),
        None => String::new(),
    };
    format!("no contract in {folder}, where {looked_for} is looked for{hint}")
}
