//! From a flow's names to the file of its contract.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use apaas_flow_contract::{Contract, Entry, suggest};
use proc_macro2::Span;
use syn::LitStr;
use syn::spanned::Spanned;

use crate::keywords::{CONTRACTS, FOLDER};
use crate::model::{Flow, Port};
use crate::names;
use crate::parse::arguments::Name;
use crate::report::Report;

/// What around the compiler decides where contracts are and whether they matter.
pub(crate) struct BuildEnv {
    /// The folder of the package's `Cargo.toml`.
    pub(crate) package: PathBuf,
    /// The value of `APAAS_FLOW_CONTRACTS`.
    pub(crate) setting: Option<String>,
}

/// A contract, and what else must hold for it to be this flow's.
pub(crate) struct Found {
    pub(crate) contract: Contract,
    /// As messages name it.
    pub(crate) file: String,
    pub(crate) path: PathBuf,
    /// The folder it lies in, where the flow's namespace is a constant that only rustc can compare with it.
    pub(crate) namespace: Option<String>,
}

impl Found {
    /// What the contract says of a field's end.
    pub(crate) fn entry(&self, port: &Port) -> Option<&Entry> {
        self.contract.entry(port.direction.side(), &port.name.text)
    }
}

#[derive(PartialEq)]
enum Setting {
    /// Where there is a contract, it counts.
    Optional,
    Required,
    Ignored,
}

struct File {
    path: PathBuf,
    shown: String,
    text: String,
    namespace: Option<String>,
}

impl BuildEnv {
    pub(crate) fn of_this_compilation() -> Self {
        BuildEnv {
            package: std::env::var_os("CARGO_MANIFEST_DIR")
                .unwrap_or_default()
                .into(),
            setting: std::env::var(CONTRACTS).ok(),
        }
    }

    /// `None`: there is none, it is ignored, or what is wrong with it has been reported.
    pub(crate) fn contract(&self, flow: &Flow, report: &Report) -> Option<Found> {
        let setting = self.setting(flow, report)?;
        if setting == Setting::Ignored {
            return None;
        }
        let file = match flow.contract_argument.given() {
            Some((_, literal)) => self.named(literal, report)?,
            None => self.looked_up(flow, setting == Setting::Required, report)?,
        };
        match Contract::read(&file.text) {
            Ok(contract) => Some(Found {
                contract,
                file: file.shown,
                path: file.path,
                namespace: file.namespace,
            }),
            Err(mistakes) => {
                for mistake in mistakes {
                    let file = &file.shown;
                    report.at(place(flow), format!("contract {file}:{mistake}"));
                }
                None
            }
        }
    }

    fn setting(&self, flow: &Flow, report: &Report) -> Option<Setting> {
        match self.setting.as_deref() {
            None | Some("") => Some(Setting::Optional),
            Some("require") => Some(Setting::Required),
            Some("ignore") => Some(Setting::Ignored),
            Some(other) => {
                report.at(
                    flow.on_the_attribute(),
                    format!("expected the environment's {CONTRACTS} to be `require` or `ignore`, found `{other}`"),
                );
                None
            }
        }
    }

    /// `contract = "path"`
    fn named(&self, literal: &LitStr, report: &Report) -> Option<File> {
        let shown = literal.value();
        let path = self.package.join(&shown);
        match read(&path) {
            Ok(Some(text)) => Some(File {
                path,
                shown,
                text,
                namespace: None,
            }),
            Ok(None) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let nearest = path.parent().and_then(|folder| nearest_file(&name, folder));
                let cure = match nearest {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "the path starts at the folder of Cargo.toml".to_owned(),
                };
                report.at(
                    literal.span(),
                    format!("there is no contract `{shown}`; {cure}"),
                );
                None
            }
            Err(error) => {
                report.at(
                    literal.span(),
                    format!("cannot read the contract `{shown}`: {error}"),
                );
                None
            }
        }
    }

    /// `flows/<namespace>/<flow_id>.json`, the nearest one.
    fn looked_up(&self, flow: &Flow, required: bool, report: &Report) -> Option<File> {
        if !flow.contract_argument.is_absent() {
            return None;
        }
        let Name::Text(flow_id) = flow.flow_id.as_ref()? else {
            if required {
                report.at(
                    place(flow),
                    format!("the contract of a flow whose `flow_id` is a constant cannot be looked up; name it with `contract = \"{FOLDER}/...\"`"),
                );
            }
            return None;
        };
        let file = format!("{}.json", flow_id.value());
        let namespace = match flow.namespace.as_ref()? {
            Name::Text(namespace) => Some(namespace.value()),
            Name::Const(_) => None,
        };
        let flawed = |name: &str| name.is_empty() || names::segment_flaw(name).is_some();
        if flawed(&flow_id.value()) || namespace.as_deref().is_some_and(flawed) {
            return None;
        }
        for level in levels(&self.package) {
            let flows = level.join(FOLDER);
            let folders = match &namespace {
                Some(namespace) => vec![namespace.clone()],
                None => folders_with(&flows, &file),
            };
            if folders.len() > 1 {
                let folders: Vec<String> = folders
                    .iter()
                    .map(|folder| format!("{FOLDER}/{folder}/{file}"))
                    .collect();
                let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
                report.at(
                    place(flow),
                    format!(
                        "several contracts could be this flow's: {}; name one with `contract = \"...\"`",
                        suggest::listed(&folders)
                    ),
                );
                return None;
            }
            for folder in folders {
                let path = flows.join(&folder).join(&file);
                let shown = format!("{FOLDER}/{folder}/{file}");
                match read(&path) {
                    Ok(Some(text)) => {
                        return Some(File {
                            path,
                            shown,
                            text,
                            namespace: namespace.is_none().then_some(folder),
                        });
                    }
                    Ok(None) => {}
                    Err(error) => {
                        report.at(
                            place(flow),
                            format!("cannot read the contract {shown}: {error}"),
                        );
                        return None;
                    }
                }
            }
        }
        if required {
            self.report_missing(flow, namespace.as_deref(), &file, report);
        }
        None
    }

    fn report_missing(&self, flow: &Flow, namespace: Option<&str>, file: &str, report: &Report) {
        let nearest = levels(&self.package)
            .find_map(|level| nearest_file(file, &level.join(FOLDER).join(namespace?)));
        let elsewhere = levels(&self.package)
            .flat_map(|level| folders_with(&level.join(FOLDER), file))
            .next();
        let namespace = namespace.unwrap_or("*");
        let cure = match (elsewhere, nearest) {
            (Some(folder), _) => format!("did you mean the namespace `{folder}`?"),
            (None, Some(meant)) => format!("did you mean `{}`?", meant.trim_end_matches(".json")),
            (None, None) => "write it or record it".to_owned(),
        };
        report.at(
            place(flow),
            format!("{CONTRACTS}=require, and there is no contract {FOLDER}/{namespace}/{file} beside Cargo.toml or above it; {cure}"),
        );
    }
}

/// Where a contract's own mistakes are told.
fn place(flow: &Flow) -> Span {
    let of_flow_id = || match &flow.flow_id {
        Some(Name::Text(literal)) => literal.span(),
        Some(Name::Const(path)) => path.span(),
        None => flow.on_the_attribute(),
    };
    match flow.contract_argument.given() {
        Some((_, literal)) => literal.span(),
        None => of_flow_id(),
    }
}

/// The package's folder and those above it, up to the one that holds `Cargo.lock`; the first alone, if none does.
fn levels(package: &Path) -> impl Iterator<Item = &Path> {
    let last = package
        .ancestors()
        .position(|level| level.join("Cargo.lock").is_file())
        .unwrap_or(0);
    package.ancestors().take(last + 1)
}

/// `None`: there is no such file.
fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// In the folder's folders, those that have the file.
fn folders_with(folder: &Path, file: &str) -> Vec<String> {
    let mut names = entries(folder);
    names.retain(|name| folder.join(name).join(file).is_file());
    names
}

/// The contract in a folder whose name was most likely meant.
fn nearest_file(name: &str, folder: &Path) -> Option<String> {
    let is_json = |name: &&str| {
        let extension = Path::new(name).extension();
        extension.is_some_and(|extension| extension == "json")
    };
    let entries = entries(folder);
    let files = entries.iter().map(String::as_str).filter(is_json);
    suggest::nearest(name, files).map(str::to_owned)
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
