//! The server, on its own thread and runtime, so that the emulator answers while the test's runtime is blocked.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use super::service;
use crate::state::State;

/// How long the server waits, when it stops, for handlers that still run.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the accept loop pauses when the system is out of sockets.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(20);

/// A running server. Dropping it stops it and frees its port.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(host: String, port: u16, state: Arc<State>) -> io::Result<Self> {
        let (started, has_started) = mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("apaas-flow-emulator".to_owned())
            .spawn(move || match listen(&host, port) {
                Ok((runtime, listener, address)) => {
                    if started.send(Ok(address)).is_ok() {
                        runtime.block_on(serve(listener, stopped, state));
                    }
                    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
                }
                Err(error) => {
                    // the receiver below waits for exactly this
                    let _ = started.send(Err(error));
                }
            })?;
        let address = has_started
            .recv()
            .map_err(|_| io::Error::other("the emulator's thread died"))??;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // it does not panic, and if it did, there would be nobody to report it to
            let _ = thread.join();
        }
    }
}

fn listen(host: &str, port: u16) -> io::Result<(Runtime, TcpListener, SocketAddr)> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(TcpListener::bind((host, port)))?;
    let address = listener.local_addr()?;
    Ok((runtime, listener, address))
}

async fn serve(listener: TcpListener, stopped: oneshot::Receiver<Infallible>, state: Arc<State>) {
    let accepting = tokio::spawn(accept(listener, state));
    // ends when the sender is dropped
    let _ = stopped.await;
    // this frees the port at once: the runtime ends its tasks only after it has waited for the handlers
    accepting.abort();
    let _ = accepting.await;
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_BACKOFF).await;
            continue;
        };
        // a reply is one small write, which must not wait for the acknowledgement of the previous one
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(move |request| service::serve(Arc::clone(&state), request));
            // an error concerns this connection only, and its client notices
            let _ = http1::Builder::new()
                // the official Python SDK looks for `X-Tt-Logid` case-sensitively
                .title_case_headers(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
