//! From a flow's names to the file of its contract.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use apaas_flow_contract::{Contract, Entry, LOCK, suggest};
use proc_macro2::Span;
use syn::LitStr;
use syn::spanned::Spanned;

use super::build_env::{BuildEnv, Setting};
use crate::ctxt::Ctxt;
use crate::keywords::{CONTRACTS, FOLDER};
use crate::model::{FieldBinding, Flow};
use crate::names;
use crate::parse::arguments::Name;

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
    /// What the contract says of a field.
    pub(crate) fn entry(&self, binding: &FieldBinding) -> Option<&Entry> {
        self.contract
            .entry(binding.direction.side(), &binding.name.text)
    }
}

struct File {
    path: PathBuf,
    shown: String,
    text: String,
    namespace: Option<String>,
}

/// A file that may be the flow's contract.
struct Candidate<'a> {
    /// The folder that has `flows`.
    level: &'a Path,
    namespace: String,
    path: PathBuf,
}

impl Candidate<'_> {
    /// As messages name it, seen from the folder that all candidates lie in.
    fn shown(&self, from: &Path) -> String {
        let path = self.path.strip_prefix(from).unwrap_or(&self.path);
        let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
        names.join("/")
    }
}

impl BuildEnv {
    /// `None`: there is none, it is ignored, or what is wrong with it has been reported.
    pub(crate) fn contract(&self, flow: &Flow, cx: &Ctxt) -> Option<Found> {
        let setting = self.setting(flow, cx)?;
        if setting == Setting::Ignored {
            return None;
        }
        let file = match flow.contract_argument.given() {
            Some((_, literal)) => self.named(literal, cx)?,
            None => self.looked_up(flow, setting == Setting::Required, cx)?,
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
                    cx.error_at(place(flow), format!("contract {file}:{mistake}"));
                }
                None
            }
        }
    }

    /// The files whose change must cause another expansion: the contract, or if there is none, the file that is touched when
    /// there is a new one.
    pub(crate) fn tracked(&self, found: Option<&Found>) -> Vec<PathBuf> {
        if let Some(found) = found {
            return vec![found.path.clone()];
        }
        let locks = self.levels().map(|level| level.join(FOLDER).join(LOCK));
        locks.filter(|lock| std::fs::read(lock).is_ok()).collect()
    }

    /// `contract = "path"`
    fn named(&self, literal: &LitStr, cx: &Ctxt) -> Option<File> {
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
                cx.error_at(
                    literal.span(),
                    format!("there is no contract `{shown}`; {cure}"),
                );
                None
            }
            Err(error) => {
                cx.error_at(
                    literal.span(),
                    format!("cannot read the contract `{shown}`: {error}"),
                );
                None
            }
        }
    }

    /// `flows/<namespace>/<flow_id>.json`, beside the package or above it.
    fn looked_up(&self, flow: &Flow, required: bool, cx: &Ctxt) -> Option<File> {
        if !flow.contract_argument.is_absent() {
            return None;
        }
        let Name::Text(flow_id) = flow.flow_id.as_ref()? else {
            if required {
                cx.error_at(
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
        let candidates = self.candidates(namespace.as_deref(), &file);
        let [candidate] = candidates.as_slice() else {
            if !candidates.is_empty() {
                report_several(flow, namespace.is_some(), &candidates, cx);
            } else if required {
                self.report_missing(flow, namespace.as_deref(), &file, cx);
            }
            return None;
        };
        let shown = candidate.shown(candidate.level);
        match std::fs::read_to_string(&candidate.path) {
            Ok(text) => Some(File {
                path: candidate.path.clone(),
                shown,
                text,
                namespace: namespace.is_none().then(|| candidate.namespace.clone()),
            }),
            Err(error) => {
                cx.error_at(
                    place(flow),
                    format!("cannot read the contract {shown}: {error}"),
                );
                None
            }
        }
    }

    /// At every level: if one contract hid another, the other would be edited in vain.
    fn candidates(&self, namespace: Option<&str>, file: &str) -> Vec<Candidate<'_>> {
        let candidates = self.levels().flat_map(|level| {
            let flows = level.join(FOLDER);
            let namespaces = match namespace {
                Some(namespace) => vec![namespace.to_owned()],
                None => folders_with(&flows, file),
            };
            namespaces.into_iter().map(move |namespace| Candidate {
                level,
                path: flows.join(&namespace).join(file),
                namespace,
            })
        });
        let mut candidates: Vec<_> = candidates.filter(|file| is_there(&file.path)).collect();
        if candidates.len() > 1 {
            // a folder may be a link to the other
            let mut seen = HashSet::new();
            candidates.retain(|file| seen.insert(file.path.canonicalize().ok()));
        }
        candidates
    }

    fn report_missing(&self, flow: &Flow, namespace: Option<&str>, file: &str, cx: &Ctxt) {
        let nearest = self
            .levels()
            .find_map(|level| nearest_file(file, &level.join(FOLDER).join(namespace?)));
        let elsewhere = self
            .levels()
            .flat_map(|level| folders_with(&level.join(FOLDER), file))
            .next();
        let namespace = namespace.unwrap_or("*");
        let cure = match (elsewhere, nearest) {
            (Some(folder), _) => format!("did you mean the namespace `{folder}`?"),
            (None, Some(meant)) => format!("did you mean `{}`?", meant.trim_end_matches(".json")),
            (None, None) => "write it or record it".to_owned(),
        };
        cx.error_at(
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

fn report_several(flow: &Flow, is_certain: bool, candidates: &[Candidate<'_>], cx: &Ctxt) {
    // the last one lies highest
    let Some(highest) = candidates.last() else {
        return;
    };
    let files = candidates.iter();
    let files: Vec<String> = files.map(|file| file.shown(highest.level)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let files = suggest::listed(&files);
    let message = if is_certain {
        format!(
            "this flow has several contracts: {files}; remove all but one, or name one with `contract = \"...\"`"
        )
    } else {
        format!(
            "several contracts could be this flow's: {files}; name one with `contract = \"...\"`"
        )
    };
    cx.error_at(place(flow), message);
}

fn is_there(path: &Path) -> bool {
    match path.metadata() {
        Ok(_) => true,
        Err(error) => !is_absence(&error),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// `None`: there is no such file.
fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if is_absence(&error) => Ok(None),
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
