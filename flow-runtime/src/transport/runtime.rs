//! A runtime on a thread of its own.

use std::convert::Infallible;
use std::io;
use std::process;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::error::{Error, ErrorKind, Result};

/// The thread ends when this is dropped.
pub(super) struct RuntimeThread {
    pub(super) handle: Handle,
    _keep: oneshot::Sender<Infallible>,
}

impl RuntimeThread {
    /// `begin` runs on it first.
    pub(super) fn start(name: &str, begin: fn()) -> Result<Self> {
        Self::try_start(name, begin).map_err(|error| {
            Error::plain(
                ErrorKind::Config,
                format!("the library's thread could not be started: {error}"),
            )
            .because(error)
        })
    }

    fn try_start(name: &str, begin: fn()) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (keep, dropped) = oneshot::channel();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                begin();
                runtime.block_on(async {
                    let _ = dropped.await;
                    idle().await;
                });
            })?;
        Ok(Self {
            handle,
            _keep: keep,
        })
    }
}

/// The longest that what was begun may take after all have gone who might want it.
const LONGEST_END: Duration = Duration::from_secs(60);

/// Until there is nothing left to do here, such as putting a token into a store.
async fn idle() {
    let metrics = Handle::current().metrics();
    let end = Instant::now() + LONGEST_END;
    while metrics.num_alive_tasks() > 0 && Instant::now() < end {
        sleep(Duration::from_millis(10)).await;
    }
}

/// One for the whole process, started when it is first needed.
///
/// Threads do not live on in a process that was forked, so it starts one of its own. Nothing of the parent's is
/// touched there, and there is no lock that another thread of the parent's could have held.
pub(crate) struct ProcessRuntime {
    name: &'static str,
    begin: fn(),
    /// With the process that it belongs to.
    started: OnceLock<(u32, RuntimeThread)>,
    /// Of a process that was forked from that one.
    forked: OnceLock<Box<Self>>,
}

impl ProcessRuntime {
    pub(crate) const fn new(name: &'static str, begin: fn()) -> Self {
        Self {
            name,
            begin,
            started: OnceLock::new(),
            forked: OnceLock::new(),
        }
    }

    /// A start that fails, for want of a thread perhaps, is tried again by the next call.
    pub(crate) fn handle(&self) -> Result<&Handle> {
        let here = process::id();
        let mut this = self;
        loop {
            match this.started.get() {
                Some((process, thread)) if *process == here => return Ok(&thread.handle),
                Some(_) => {
                    let forked = || Box::new(Self::new(self.name, self.begin));
                    this = this.forked.get_or_init(forked);
                }
                None => {
                    let started = RuntimeThread::start(self.name, self.begin)?;
                    // If another was faster, this one ends again.
                    let _ = this.started.set((here, started));
                }
            }
        }
    }
}
