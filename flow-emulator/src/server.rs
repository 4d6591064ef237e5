//! HTTP on a thread and a runtime of its own, so that the emulator answers while the test's runtime is blocked.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use crate::delivery::{Delivery, HungUp, Text};
use crate::execute::Execute;
use crate::fault::{Endpoint, Fault};
use crate::ledger::RequestRecord;
use crate::platform::Platform;
use crate::reply::Reply;
use crate::route::Route;
use crate::token;

/// A larger request body is answered with HTTP 413.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// So much of a body that is too large is still read, since many clients read no reply before they have sent all.
const MOST_DRAINED: usize = 64 * 1024 * 1024;

/// How long handlers that still run are waited for when the server stops.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// How long the accept loop rests when the system has no socket to give.
const REST: Duration = Duration::from_millis(20);

/// A server that runs; dropping it stops it and frees its port.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(host: String, port: u16, platform: Arc<Platform>) -> io::Result<Self> {
        let (started, has_started) = mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("apaas-flow-emulator".to_owned())
            .spawn(move || match listen(&host, port) {
                Ok((runtime, listener, address)) => {
                    if started.send(Ok(address)).is_ok() {
                        runtime.block_on(serve(listener, stopped, platform));
                    }
                    runtime.shutdown_timeout(LAST_WAIT);
                }
                Err(error) => {
                    // its receiver waits for exactly this
                    let _ = started.send(Err(error));
                }
            })?;
        let address = has_started
            .recv()
            .map_err(|_| io::Error::other("the emulator's thread has died"))??;
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
            // it does not panic, and there is nobody to tell if it did
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

async fn serve(
    listener: TcpListener,
    stopped: oneshot::Receiver<Infallible>,
    platform: Arc<Platform>,
) {
    let accepting = tokio::spawn(accept(listener, platform));
    // ends when the sender is dropped
    let _ = stopped.await;
    // the port is free from here on; the runtime ends its tasks only after it has waited for the handlers
    accepting.abort();
    let _ = accepting.await;
}

async fn accept(listener: TcpListener, platform: Arc<Platform>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(REST).await;
            continue;
        };
        // a reply is one small write, which must not wait for an acknowledgement of the last one
        let _ = stream.set_nodelay(true);
        let platform = Arc::clone(&platform);
        tokio::spawn(async move {
            let service = service_fn(move |request| serve_one(Arc::clone(&platform), request));
            // what is wrong with a connection is its client's to notice
            let _ = http1::Builder::new()
                // the platform's official Python SDK looks for `X-Tt-Logid` in just these letters
                .title_case_headers(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Answers on a task of its own: as on the platform, a flow goes on when its caller has hung up.
async fn serve_one(
    platform: Arc<Platform>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Text>, HungUp> {
    let log_id = platform.ledger.log_id();
    let answered = tokio::spawn(answer(platform, request, log_id.clone()));
    let delivery = answered
        .await
        .unwrap_or_else(|_| Delivery::Whole(internal_error()));
    delivery.deliver(&log_id).await
}

async fn answer(
    platform: Arc<Platform>,
    request: hyper::Request<Incoming>,
    log_id: String,
) -> Delivery {
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let answer = dispatch(&platform, request, &log_id).await;
    let http_status = answer.delivery.http_status();
    let outcome = one_line(&answer.outcome());
    if let Some(log) = &platform.log {
        log(&format!("{method} {path} -> {http_status} {outcome}"));
    }
    platform.ledger.answered(RequestRecord {
        method,
        path,
        http_status,
        fault: answer.fault,
        log_id,
        outcome,
    });
    answer.delivery
}

/// What becomes of a request.
struct Answer {
    delivery: Delivery,
    fault: Option<Fault>,
    /// Of the usual reply, also where that is not the one that is delivered; empty where there is none.
    summary: String,
}

impl Answer {
    fn usual(reply: Reply) -> Self {
        Self {
            summary: reply.summary.clone(),
            delivery: Delivery::Whole(reply),
            fault: None,
        }
    }

    /// In one line; a fault stands after what came of the request before it went wrong.
    fn outcome(&self) -> String {
        match &self.fault {
            None => self.summary.clone(),
            Some(fault) if self.summary.is_empty() => format!("fault: {fault}"),
            Some(fault) => format!("{}; fault: {fault}", self.summary),
        }
    }
}

/// A name in a request may hold a line break, which must not look like a line of the log.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

async fn dispatch(
    platform: &Arc<Platform>,
    request: hyper::Request<Incoming>,
    log_id: &str,
) -> Answer {
    let (head, body) = request.into_parts();
    let head = hyper::Request::from_parts(head, ());
    let route = Route::of(head.method(), head.uri());
    // a request has arrived once its head has
    let arrived = match route {
        Some(Route::Execute { .. }) => platform.arrive(Endpoint::Execute, head.headers(), log_id),
        Some(Route::Token) => platform.arrive(Endpoint::Token, head.headers(), log_id),
        None => Ok(None),
    };
    let fault = match arrived {
        Ok(Some(fault @ Fault::Dropped { after: false })) => {
            return Answer {
                delivery: Delivery::HangUp,
                fault: Some(fault),
                summary: String::new(),
            };
        }
        Ok(fault) => Ok(fault),
        Err(surplus) => Err(surplus),
    };
    let body = match read(body).await {
        Ok(body) => body,
        Err(reply) => return Answer::usual(reply),
    };
    let usual = reply_to(platform, route, head, body, log_id);
    match fault {
        Ok(None) => Answer::usual(usual.await),
        Ok(Some(fault)) => go_wrong(fault, usual, log_id).await,
        Err(surplus) => Answer::usual(surplus),
    }
}

/// The usual reply is asked for only where the fault leaves room for it.
async fn go_wrong(fault: Fault, usual: impl Future<Output = Reply>, log_id: &str) -> Answer {
    let mut summary = String::new();
    let delivery = if let Some(delivery) = fault.instead(log_id) {
        if fault.after() {
            summary = usual.await.summary;
        }
        delivery
    } else {
        let usual = usual.await;
        summary.clone_from(&usual.summary);
        fault.alter(usual)
    };
    Answer {
        delivery,
        fault: Some(fault),
        summary,
    }
}

async fn reply_to(
    platform: &Arc<Platform>,
    route: Option<Route>,
    head: hyper::Request<()>,
    body: Vec<u8>,
    log_id: &str,
) -> Reply {
    match route {
        Some(Route::Token) => token::answer(
            &platform.tokens,
            platform.credentials.as_ref(),
            &body,
            platform.clock.now(),
        ),
        Some(Route::Execute { namespace, flow_id }) => {
            let execute = Execute {
                namespace,
                flow_id,
                headers: head.into_parts().0.headers,
                body,
                log_id: log_id.to_owned(),
            };
            let platform = Arc::clone(platform);
            // a handler may block, or call the emulator itself
            spawn_blocking(move || execute.answer(&platform))
                .await
                .unwrap_or_else(|_| internal_error())
        }
        None => Reply::plain(
            StatusCode::NOT_FOUND,
            "page not found",
            &format!(
                "The emulator does not answer {} {}, but these two:\n\
                 POST /open-apis/auth/v3/tenant_access_token/internal\n\
                 POST /open-apis/apaas/v1/applications/:namespace/flows/:flow_id/execute",
                head.method(),
                head.uri().path()
            ),
        ),
    }
}

async fn read(mut body: Incoming) -> Result<Vec<u8>, Reply> {
    let mut bytes = Vec::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Reply::plain(
                StatusCode::BAD_REQUEST,
                "bad request",
                "The body broke off.",
            ));
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen > MOST_DRAINED {
            break;
        }
        if seen <= LARGEST_BODY {
            bytes.extend_from_slice(data);
        }
    }
    if seen > LARGEST_BODY {
        return Err(Reply::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload too large",
            &format!("A body may have {LARGEST_BODY} bytes."),
        ));
    }
    Ok(bytes)
}

fn internal_error() -> Reply {
    Reply::plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal server error",
        "This is a defect of the emulator itself.",
    )
}
