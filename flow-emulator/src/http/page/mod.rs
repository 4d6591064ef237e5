//! The page in the browser: what it is made of, what it follows and what its buttons do.
//!
//! Its addresses begin with `/_emulator/`, which no endpoint of the platform does, but for the page itself at `/`.

mod access;
mod actions;
mod events;
mod fault_form;
mod view;
mod watch;

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};

use super::reply_body::ReplyBody;
use super::request_body;
use crate::state::State;
use actions::Action;
pub(super) use watch::Watch;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Nothing from anywhere else, and no other site may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The address of the page itself.
const PAGE: &str = "/";

/// A file that the page is made of.
struct Asset {
    path: &'static str,
    media_type: &'static str,
    text: &'static str,
}

static ASSETS: [Asset; 3] = [
    Asset {
        path: PAGE,
        media_type: "text/html; charset=utf-8",
        text: include_str!("assets/page.html"),
    },
    Asset {
        path: "/_emulator/page.css",
        media_type: "text/css; charset=utf-8",
        text: include_str!("assets/page.css"),
    },
    Asset {
        path: "/_emulator/page.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("assets/page.js"),
    },
];

const EVENTS: &str = "/_emulator/events";
const ACTIONS: &str = "/_emulator/actions/";

/// What of the page a request is for.
pub(super) enum Asked {
    Asset(&'static str, &'static str),
    Events,
    Action(Action),
    /// It is there, but for this method only.
    Otherwise(Method),
}

/// `None` if the request is not for the page, or there is none.
pub(super) fn asked(state: &State, request: &Request<Incoming>) -> Option<Asked> {
    state.page.as_ref()?;
    of(request.method(), request.uri().path())
}

fn of(method: &Method, path: &str) -> Option<Asked> {
    let (asked, its_method) = if let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) {
        (Asked::Asset(asset.media_type, asset.text), Method::GET)
    } else if path == EVENTS {
        (Asked::Events, Method::GET)
    } else {
        let action = Action::named(path.strip_prefix(ACTIONS)?)?;
        (Asked::Action(action), Method::POST)
    };
    Some(if *method == its_method {
        asked
    } else {
        Asked::Otherwise(its_method)
    })
}

/// Answers a request for the page.
pub(super) async fn answer(
    state: Arc<State>,
    asked: Asked,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    let Some(page) = &state.page else {
        return plain(StatusCode::NOT_FOUND, "this emulator has no page\n");
    };
    let (head, body) = request.into_parts();
    let linkable = head.uri.path() == PAGE;
    if let Err(why) = access::check(&head.headers, &page.host, linkable) {
        return plain(StatusCode::FORBIDDEN, why);
    }
    match asked {
        Asked::Asset(media_type, text) => of_type(media_type, Bytes::from_static(text.as_bytes())),
        Asked::Events => with_headers(events::follow(state), "text/event-stream"),
        Asked::Otherwise(method) => {
            let mut response = plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "this method is not allowed here\n",
            );
            if let Ok(method) = HeaderValue::from_str(method.as_str()) {
                response.headers_mut().insert(ALLOW, method);
            }
            response
        }
        Asked::Action(action) => {
            if let Err(why) = access::check_action(&head.headers) {
                return plain(StatusCode::FORBIDDEN, why);
            }
            let Ok(body) = request_body::read(body).await else {
                return plain(
                    StatusCode::BAD_REQUEST,
                    "the body is too large, or ended early\n",
                );
            };
            match action.run(&state, &body) {
                Ok(()) => of_type("application/json", Bytes::from_static(b"{}")),
                Err(why) => plain(StatusCode::BAD_REQUEST, &format!("{why}\n")),
            }
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response<ReplyBody> {
    let mut response = of_type(
        "text/plain; charset=utf-8",
        Bytes::copy_from_slice(text.as_bytes()),
    );
    *response.status_mut() = status;
    response
}

fn of_type(media_type: &'static str, body: Bytes) -> Response<ReplyBody> {
    with_headers(ReplyBody::whole(body), media_type)
}

fn with_headers(body: ReplyBody, media_type: &'static str) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // of a browser that does not say which site asks, as none does over plain HTTP to another machine
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_addresses_are_left_alone() {
        for (method, path) in [
            (
                Method::GET,
                "/open-apis/auth/v3/tenant_access_token/internal",
            ),
            (Method::GET, "/_emulator"),
            (Method::GET, "/_emulator/"),
            (Method::POST, "/_emulator/actions/unknown"),
            (Method::GET, "/index.html"),
        ] {
            assert!(of(&method, path).is_none(), "{path}");
        }
        assert!(matches!(
            of(&Method::POST, "/"),
            Some(Asked::Otherwise(Method::GET))
        ));
        assert!(matches!(
            of(&Method::GET, "/_emulator/actions/reset"),
            Some(Asked::Otherwise(Method::POST))
        ));
    }

    #[test]
    fn the_page_asks_nothing_of_any_other_host() {
        for asset in &ASSETS {
            for foreign in [
                "http://",
                "https://",
                "//cdn",
                "@import",
                "innerHTML",
                "eval(",
            ] {
                let found = asset.text.match_indices(foreign).find(|(at, _)| {
                    // the name of a namespace is no address that is asked for
                    let rest = asset.text.get(*at..).unwrap_or_default();
                    !rest.starts_with("http://www.w3.org/") && !rest.starts_with("http://127.0.0.1")
                });
                assert_eq!(found, None, "{} has {foreign}", asset.path);
            }
        }
    }
}
