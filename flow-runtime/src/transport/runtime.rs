//! A runtime on a thread of its own: one for each process, started when it is first needed.

#[cfg(feature = "blocking")]
use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::process;
use std::sync::OnceLock;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};

#[cfg(feature = "blocking")]
thread_local! {
    /// The runtime whose thread this is.
    static CURRENT: Cell<&'static str> = const { Cell::new("") };
}

/// Threads do not live on in a process that was forked, so it starts one of its own. Nothing of the parent's is
/// touched there, and there is no lock that another thread of the parent's could have held.
pub(super) struct BackgroundRuntime {
    name: &'static str,
    started: OnceLock<Started>,
    /// Of a process that was forked from the one in which this was started.
    forked: OnceLock<Box<Self>>,
}

struct Started {
    process: u32,
    handle: Handle,
    /// The thread ends when this is dropped.
    _keep: oneshot::Sender<Infallible>,
}

impl BackgroundRuntime {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            started: OnceLock::new(),
            forked: OnceLock::new(),
        }
    }

    /// The runtime. A start that fails, for want of a thread perhaps, is tried again by the next call.
    pub(super) fn handle(&self) -> Result<&Handle> {
        let process = process::id();
        let mut this = self;
        loop {
            match this.started.get() {
                Some(started) if started.process == process => return Ok(&started.handle),
                Some(_) => this = this.forked.get_or_init(|| Box::new(Self::new(self.name))),
                None => {
                    let started = start(self.name, process).map_err(|error| {
                        Error::plain(
                            ErrorKind::Config,
                            format!("the library's thread could not be started: {error}"),
                        )
                        .because(error)
                    })?;
                    // If another was faster, this one ends again.
                    let _ = this.started.set(started);
                }
            }
        }
    }

    /// Whether this is its thread.
    #[cfg(feature = "blocking")]
    pub(super) fn is_here(&self) -> bool {
        CURRENT.get() == self.name
    }
}

fn start(name: &'static str, process: u32) -> io::Result<Started> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    let (keep, dropped) = oneshot::channel();
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            #[cfg(feature = "blocking")]
            CURRENT.set(name);
            let _ = runtime.block_on(dropped);
        })?;
    Ok(Started {
        process,
        handle,
        _keep: keep,
    })
}
