//! Recording: what the replies of a call show goes into the contract of its flow, before the call ends.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use apaas_flow_contract::Conflict;
use tracing::{Span, dispatcher, warn};

use super::file::{self, ContractFile};
use super::merge::merge;
use super::observation::Observation;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::path;
use crate::wire::{Accept, RunReply};

/// The folder into which the calls of a client are recorded.
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
    seen: Mutex<Vec<Observation>>,
}

impl Recording {
    /// Takes down what the reply to an attempt shows.
    pub(crate) fn notice(&self, reply: &Result<RunReply>, accept: Accept) {
        let shown = match reply {
            Ok(reply) => Observation::of(&reply.out_params, accept == Accept::Finished),
            // Where the reply could not be read at all, the error has the whole of it in this place: no list.
            Err(error) => error
                .out_params()
                .filter(|text| text.trim_start().starts_with('['))
                .and_then(|text| Observation::of(text, false)),
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(shown);
    }

    /// Writes it into the flow's contract, on a thread that may wait for a disk. Once begun, it is done even if the
    /// caller goes away. What goes wrong is a warning, and no matter of the call.
    pub(crate) async fn write(self) {
        let seen = self.seen.into_inner();
        let seen = seen.unwrap_or_else(PoisonError::into_inner);
        if seen.is_empty() {
            return;
        }
        let (folder, namespace, flow_id) = (self.folder, self.namespace, self.flow_id);
        let (dispatch, span) = (dispatcher::get_default(Clone::clone), Span::current());
        let writing = tokio::task::spawn_blocking(move || {
            dispatcher::with_default(&dispatch, || {
                span.in_scope(|| record(&folder, &namespace, &flow_id, &seen));
            });
        });
        if let Err(error) = writing.await {
            warn!(%error, "a bug in apaas-flow, please report it");
        }
    }
}

fn record(folder: &Path, namespace: &str, flow_id: &str, seen: &[Observation]) {
    let flow = path::label(namespace, flow_id);
    let recorded = ContractFile::new(folder, namespace, flow_id).and_then(|file| {
        seen.iter().try_fold(Vec::new(), |mut all, seen| {
            all.extend(learn(&file, seen)?);
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
