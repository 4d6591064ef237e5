//! One request, from its head to the reply on its way.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tokio::task::spawn_blocking;

use super::answer::Answer;
use super::delivery::Delivery;
use super::fault;
#[cfg(feature = "cli")]
use super::page;
use super::reply::Reply;
use super::reply_body::{HungUp, ReplyBody};
use super::request_body;
use super::route::Route;
use crate::endpoint::authorization::bearer;
use crate::endpoint::execute::Execute;
use crate::endpoint::token;
use crate::state::State;
use crate::state::fault::Fault;
use crate::state::record::RequestRecord;

/// Answers on a separate task: as on the platform, a flow goes on when its caller has hung up.
pub(super) async fn serve(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, HungUp> {
    #[cfg(feature = "cli")]
    if let Some(asked) = page::asked(&state, &request) {
        return Ok(page::answer(state, asked, request).await);
    }
    let log_id = state.ledger.next_log_id();
    let answered = tokio::spawn(answer(state, request, log_id.clone()));
    let delivery = answered
        .await
        .unwrap_or_else(|_| Delivery::Whole(internal_error()));
    delivery.deliver(&log_id).await
}

/// Answers a request, logs it and records it.
async fn answer(state: Arc<State>, request: Request<Incoming>, log_id: String) -> Delivery {
    #[cfg(feature = "cli")]
    let watch = page::Watch::arrived(&state, &request, &log_id);
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let answer = dispatch(&state, request, &log_id).await;
    let http_status = answer.delivery.http_status();
    let outcome = answer.outcome();
    if let Some(log) = &state.log {
        log(&format!("{method} {path} -> {http_status} {outcome}"));
    }
    #[cfg(feature = "cli")]
    watch.answered(&state, &answer, &outcome);
    state.ledger.record_request(RequestRecord {
        method,
        path,
        http_status,
        fault: answer.fault,
        log_id,
        outcome,
    });
    answer.delivery
}

async fn dispatch(state: &Arc<State>, request: Request<Incoming>, log_id: &str) -> Answer {
    let (head, body) = request.into_parts();
    let route = Route::of(&head.method, &head.uri);
    // a request has arrived once its head has
    let arrival = match &route {
        Some(route) => state.arrive(
            route.endpoint(),
            route.flow().as_deref(),
            bearer(&head.headers),
        ),
        None => Ok(None),
    };
    if let Ok(Some(fault @ Fault::Dropped { after: false })) = arrival {
        return Answer {
            delivery: Delivery::HangUp,
            fault: Some(fault),
            summary: String::new(),
            end: None,
        };
    }
    let body = match request_body::read(body).await {
        Ok(body) => body,
        Err(reply) => return Answer::usual(reply),
    };
    #[cfg(feature = "cli")]
    page::Watch::sent(state, log_id, &body);
    match arrival {
        Ok(None) => Answer::usual(reply_to(state, route, head, body, log_id).await),
        Ok(Some(fault)) => {
            let usual = reply_to(state, route, head, body, log_id);
            go_wrong(fault, usual, log_id).await
        }
        Err(over_quota) => Answer::usual(Reply::over_quota(&over_quota, log_id)),
    }
}

/// Carries out the request only if the fault comes after that.
async fn go_wrong(fault: Fault, usual: impl Future<Output = Reply>, log_id: &str) -> Answer {
    let mut summary = String::new();
    let mut end = None;
    let delivery = if let Some(delivery) = fault::replacement(&fault, log_id) {
        if fault.after() {
            let usual = usual.await;
            (summary, end) = (usual.summary, usual.end);
        }
        delivery
    } else {
        let usual = usual.await;
        summary.clone_from(&usual.summary);
        end = usual.end;
        fault::distort(&fault, usual)
    };
    Answer {
        delivery,
        fault: Some(fault),
        summary,
        end,
    }
}

/// The usual reply.
async fn reply_to(
    state: &Arc<State>,
    route: Option<Route>,
    head: Parts,
    body: Vec<u8>,
    log_id: &str,
) -> Reply {
    match route {
        Some(Route::Token) => Reply::token(token::answer(state, &body)),
        Some(Route::Execute { namespace, flow_id }) => {
            let execute = Execute {
                namespace,
                flow_id,
                headers: head.headers,
                body,
            };
            let state = Arc::clone(state);
            // a handler may block, or call the emulator itself
            match spawn_blocking(move || execute.answer(&state)).await {
                Ok(outcome) => Reply::execute(outcome, log_id),
                Err(_) => internal_error(),
            }
        }
        None => Reply::plain(
            StatusCode::NOT_FOUND,
            "page not found",
            &format!(
                "The emulator does not answer {} {}, but these two:\n\
                 POST /open-apis/auth/v3/tenant_access_token/internal\n\
                 POST /open-apis/apaas/v1/applications/:namespace/flows/:flow_id/execute",
                head.method,
                head.uri.path()
            ),
        ),
    }
}

fn internal_error() -> Reply {
    Reply::plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal server error",
        "This is a bug in the emulator itself.",
    )
}
