//! Recording: what the replies of a call show goes into the contract of its flow, before the call ends.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apaas_flow_contract::Conflict;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::{Span, dispatcher, warn};

use super::file::{self, ContractFile};
use super::merge::merge;
use super::observation::Observation;
use crate::error::{Error, ErrorKind, Result};
use crate::panics::caught;
use crate::wire::path;
use crate::wire::{Accept, RunReply};

/// The folder into which the calls of a client are recorded.
#[derive(Clone)]
pub(crate) struct Recorder(Arc<Path>);

impl Recorder {
    /// Nothing is made before there is something to record.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        // A program that changes its folder later still means this one.
        let folder = std::path::absolute(folder).map_err(|error| {
            Error::plain(
                ErrorKind::Config,
                format!("the folder for contracts cannot be used: {error}"),
            )
        })?;
        file::check_folder(&folder)?;
        Ok(Self(folder.into()))
    }

    /// For a call of a flow, under the flow's own names, whatever namespace the call is sent to.
    pub(crate) fn of(&self, namespace: Cow<'static, str>, flow_id: Cow<'static, str>) -> Recording {
        Recording {
            folder: self.0.clone(),
            namespace,
            flow_id,
            seen: Mutex::default(),
        }
    }
}

/// What one call is to record.
pub(crate) struct Recording {
    folder: Arc<Path>,
    namespace: Cow<'static, str>,
    flow_id: Cow<'static, str>,
    seen: Mutex<Vec<Seen>>,
}

/// `out_params` of a reply, not read yet.
struct Seen {
    out_params: String,
    /// Of an error: where the reply could not be read at all, it has the whole of it in this place, which is no list.
    is_error: bool,
    finished: bool,
}

impl Seen {
    fn read(&self) -> Option<Observation> {
        if self.is_error && !self.out_params.trim_start().starts_with('[') {
            return None;
        }
        Observation::of(&self.out_params, self.finished)
    }
}

/// How long a call waits for its recording, once its reply is there: as a rule that takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who holds the lock of a folder may keep it, and each who waits for it needs a thread.
static WRITERS: Semaphore = Semaphore::const_new(16);

impl Recording {
    /// Takes down the reply to an attempt.
    pub(crate) fn notice(&self, reply: &Result<RunReply>, accept: Accept) {
        let out_params = match reply {
            Ok(reply) => Some(reply.out_params.as_str()),
            Err(error) => error.out_params(),
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(out_params.map(|out_params| Seen {
            out_params: out_params.to_owned(),
            is_error: reply.is_err(),
            finished: reply.is_ok() && accept == Accept::Finished,
        }));
    }

    /// Writes it into the flow's contract, on a thread that may wait for a disk. Once begun, it is done even if the
    /// caller goes away, or has waited long enough. What goes wrong is a warning, and no matter of the call.
    pub(crate) async fn write(self) {
        let seen = self.seen.into_inner();
        let seen = seen.unwrap_or_else(PoisonError::into_inner);
        if seen.is_empty() {
            return;
        }
        let (folder, namespace, flow_id) = (self.folder, self.namespace, self.flow_id);
        let (dispatch, span) = (dispatcher::get_default(Clone::clone), Span::current());
        let flow = path::label(&namespace, &flow_id);
        let recorded = timeout(PATIENCE, async {
            let Ok(writer) = WRITERS.acquire().await else {
                return; // never: it is not closed
            };
            let writing = tokio::task::spawn_blocking(move || {
                let _writer = writer;
                dispatcher::with_default(&dispatch, || {
                    span.in_scope(|| record(&folder, &namespace, &flow_id, &seen));
                });
            });
            if writing.await.is_err() {
                caught(|| warn!("a bug in apaas-flow, please report it: a recording panicked"));
            }
        });
        if recorded.await.is_err() {
            caught(|| {
                warn!(
                    flow,
                    "a recording takes long, and the call does not wait for it any longer"
                );
            });
        }
    }
}

fn record(folder: &Path, namespace: &str, flow_id: &str, seen: &[Seen]) {
    let flow = path::label(namespace, flow_id);
    let recorded = ContractFile::new(folder, namespace, flow_id).and_then(|file| {
        let mut seen = seen.iter().filter_map(Seen::read);
        seen.try_fold(Vec::new(), |mut all, seen| {
            all.extend(learn(&file, &seen)?);
            Ok(all)
        })
    });
    match recorded {
        Ok(conflicts) => {
            for Conflict {
                output,
                contract,
                reply,
            } in conflicts
            {
                warn!(
                    flow,
                    output, contract, reply, "a reply does not agree with the flow's contract"
                );
            }
        }
        Err(error) => warn!(flow, %error, "a reply was not recorded"),
    }
}

/// Adds what was seen to a contract, and gives the conflicts that are new.
fn learn(file: &ContractFile, seen: &Observation) -> Result<Vec<Conflict>> {
    let conflicts = file.change(|known| {
        let merged = merge(known, seen);
        Ok(merged.map(|merged| (merged.contract, merged.conflicts)))
    })?;
    Ok(conflicts.unwrap_or_default())
}
