//! The file of a contract: where it lies, and how it is changed while others change it too.
//!
//! A change is made under a lock that all threads and processes respect and that the system releases when its holder
//! dies, and it replaces the file at once: a reader sees the old text or the new one, and never waits.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind::NotFound, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use apaas_flow_contract::{Contract, Diagnostic, LOCK};
use fs4::FileExt;

use crate::error::{Error, ErrorKind, Result};
use crate::wire::path;

/// How long to wait for others: a change takes milliseconds, and a holder that was stopped must stop nobody else.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The file of a flow's contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContractFile {
    folder: PathBuf,
    path: PathBuf,
}

impl ContractFile {
    /// `folder/namespace/flow_id.json`; a character that no constant name may have is percent-encoded, as in a
    /// request's path.
    pub(super) fn new(folder: &Path, namespace: &str, flow_id: &str) -> Result<Self> {
        for name in [namespace, flow_id] {
            if !is_file_name(name) {
                return Err(config(format!(
                    "`{name}` cannot be the name of a contract's file, since Windows has another use for it"
                )));
            }
        }
        let mut path = folder.join(path::segment(namespace).to_string());
        path.push(format!("{}.json", path::segment(flow_id)));
        Ok(Self {
            folder: folder.to_owned(),
            path,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Changes the contract. `change` is given what the file has, maybe twice, and gives the new contract, or nothing
    /// when there is nothing to change: then nothing is locked and nothing is written.
    pub(super) fn change<T>(
        &self,
        mut change: impl FnMut(Option<&Contract>) -> Result<Option<(Contract, T)>>,
    ) -> Result<Option<T>> {
        if change(self.read()?.as_ref())?.is_none() {
            return Ok(None);
        }
        let lock = self.lock()?;
        let known = self.read()?; // which has changed if another process was faster
        let Some((contract, said)) = change(known.as_ref())? else {
            return Ok(None);
        };
        self.replace(&contract.to_string())
            .map_err(|error| self.failed("written", error))?;
        if known.is_none() {
            lock.touch();
        }
        Ok(Some(said))
    }

    fn read(&self) -> Result<Option<Contract>> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == NotFound => return Ok(None),
            text => text.map_err(|error| self.failed("read", error))?,
        };
        Contract::read(&text).map(Some).map_err(|mistakes| {
            let path = self.path.display();
            config(format!("the contract {path}:{}", malformed(&mistakes)))
        })
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        // A link is followed, not replaced.
        let path = match fs::canonicalize(&self.path) {
            Ok(path) => path,
            Err(error) if error.kind() == NotFound => self.path.clone(),
            Err(error) => return Err(error),
        };
        let permissions = match fs::metadata(&path) {
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == NotFound => None,
            Err(error) => return Err(error),
        };
        if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it is read-only",
            ));
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Always the same one, so that what a crash leaves behind is used up by the next change.
        let temporary = path.with_extension("json.tmp");
        let written =
            write(&temporary, text, permissions).and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn lock(&self) -> Result<Lock> {
        self.try_lock(PATIENCE)
            .map_err(|error| self.failed("locked", error))
    }

    fn try_lock(&self, patience: Duration) -> io::Result<Lock> {
        // Some network file systems know a lock by its process alone.
        static THIS_PROCESS: Mutex<()> = Mutex::new(());

        fs::create_dir_all(&self.folder)?;
        // One for all contracts of a folder, since a lock file for each would double what stands in the repository; not
        // the folder itself, which cannot be locked everywhere; and not in the system's temporary folder, which the
        // containers that share a repository need not share.
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(LOCK))?;
        let begun = Instant::now();
        let mut pause = Duration::from_micros(500);
        loop {
            let here = match THIS_PROCESS.try_lock() {
                Ok(here) => Some(here),
                Err(TryLockError::Poisoned(here)) => Some(here.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            };
            if let Some(here) = here {
                match FileExt::try_lock(&file) {
                    Ok(()) => {
                        return Ok(Lock { file, _here: here });
                    }
                    Err(fs4::TryLockError::WouldBlock) => {}
                    Err(fs4::TryLockError::Error(error)) => return Err(error),
                }
            }
            if begun.elapsed() >= patience {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("`{LOCK}` is held by another process or thread"),
                ));
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn failed(&self, what: &str, error: io::Error) -> Error {
        let path = self.path.display();
        config(format!("the contract {path} cannot be {what}: {error}")).because(error)
    }
}

/// `3:24 is malformed: unknown type ..; 5:7: ..`: the first place comes right after the file, where editors find it.
pub(super) fn malformed(mistakes: &[Diagnostic]) -> String {
    let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    mistakes.join("; ").replacen(": ", " is malformed: ", 1)
}

/// Closing the file releases it, in whatever way the process ends.
struct Lock {
    file: File,
    _here: MutexGuard<'static, ()>,
}

impl Lock {
    /// Lets builds notice a contract that is new.
    fn touch(&self) {
        // which they may also not do
        let _ = self.file.set_modified(SystemTime::now());
    }
}

fn write(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Whether Windows can have a file or a folder of this name: a repository is checked out there too.
fn is_file_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_ascii_uppercase();
    let device = match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" => true,
        other => other
            .strip_prefix("COM")
            .or_else(|| other.strip_prefix("LPT"))
            .is_some_and(|port| port.len() == 1 && port.as_bytes().iter().all(u8::is_ascii_digit)),
    };
    !device && !name.ends_with('.')
}

/// Whether contracts can come to lie there: the folder itself need not be there yet.
pub(super) fn check_folder(folder: &Path) -> Result<()> {
    let first = folder.ancestors().find(|path| path.exists());
    match first {
        Some(path) if !path.is_dir() => Err(config(format!(
            "contracts cannot be kept in {}: {} is not a folder",
            folder.display(),
            path.display()
        ))),
        _ => Ok(()),
    }
}

fn config(message: String) -> Error {
    Error::plain(ErrorKind::Config, message)
}
