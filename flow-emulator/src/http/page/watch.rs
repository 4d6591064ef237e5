//! Keeps each request and its reply for the page.

use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use hyper::{HeaderMap, Request};
use serde_json::value::to_raw_value;

use super::super::answer::Answer;
use super::super::route::Route;
use crate::json;
use crate::state::State;
use crate::state::fault::Endpoint;
use crate::state::page::{self, Exchange, Message};

/// What stands where a secret was.
const HIDDEN: &str = "***";

/// How many characters of an idempotency key are shown. The platform sets no limit.
const MAX_KEY: usize = 1000;

/// A request that is being answered.
pub(in crate::http) struct Watch {
    log_id: String,
    begun: Instant,
}

impl Watch {
    /// The head of a request is there.
    pub(in crate::http) fn arrived(
        state: &State,
        request: &Request<Incoming>,
        log_id: &str,
    ) -> Self {
        if let Some(page) = &state.page {
            let (method, path) = (request.method(), request.uri().path());
            let mut exchange =
                Exchange::new(log_id.to_owned(), method.to_string(), path.to_owned());
            let route = Route::of(method, request.uri());
            exchange.endpoint = route.as_ref().map(Route::endpoint);
            exchange.flow = route.as_ref().and_then(Route::flow);
            exchange.sent = Message::new(shown(request.headers()), String::new());
            page.arrived(exchange);
        }
        Self {
            log_id: log_id.to_owned(),
            begun: Instant::now(),
        }
    }

    /// So is its body.
    pub(in crate::http) fn sent(state: &State, log_id: &str, body: &[u8]) {
        if let Some(page) = &state.page {
            let body = String::from_utf8_lossy(body).into_owned();
            page.update(log_id, |exchange| {
                let (key, body) = match exchange.endpoint {
                    Some(Endpoint::Execute) => (key(&body), body),
                    Some(Endpoint::Token) => (None, without(&body, "app_secret")),
                    None => (None, body),
                };
                exchange.key = key;
                let headers = std::mem::take(&mut exchange.sent.headers);
                exchange.sent = Message::new(headers, body);
            });
        }
    }

    /// It is answered, and this is its line in the log.
    pub(in crate::http) fn answered(self, state: &State, answer: &Answer, line: &str) {
        let Some(page) = &state.page else {
            return;
        };
        let received = match answer.delivery.received() {
            Some((reply, body)) => {
                let (headers, _) = reply.parts();
                let headers = headers.iter().map(|(name, value)| header(name, value));
                let log_id = ("X-Tt-Logid".to_owned(), self.log_id.clone());
                let body = without(&body, "tenant_access_token");
                Message::new(headers.chain([log_id]).collect(), body)
            }
            None => Message::default(),
        };
        let answer = page::Answer {
            after: self.begun.elapsed().saturating_add(answer.delivery.delay()),
            http_status: answer.delivery.http_status(),
            end: answer.end,
            fault: answer.fault.clone(),
            summary: line.to_owned(),
            received,
        };
        page.update(&self.log_id, |exchange| exchange.answer = Some(answer));
    }
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let headers = headers.iter().map(|(name, value)| {
        if name == AUTHORIZATION {
            (title_case(name), format!("Bearer {HIDDEN}"))
        } else {
            header(name, value)
        }
    });
    headers.collect()
}

fn header(name: &HeaderName, value: &HeaderValue) -> (String, String) {
    let value = String::from_utf8_lossy(value.as_bytes());
    (title_case(name), value.into_owned())
}

/// As the emulator writes its own.
fn title_case(name: &HeaderName) -> String {
    let words: Vec<String> = name
        .as_str()
        .split('-')
        .map(|word| match word.split_at_checked(1) {
            Some((first, rest)) => first.to_ascii_uppercase() + rest,
            None => word.to_owned(),
        })
        .collect();
    words.join("-")
}

/// The idempotency key in a request's body, or what a person would read of a very long one.
fn key(body: &str) -> Option<String> {
    let object = json::object(body).ok()?;
    let (_, key) = object.0.iter().find(|(name, _)| name == "idempotent_key")?;
    let key: String = serde_json::from_str(key.get()).ok()?;
    Some(match key.char_indices().nth(MAX_KEY) {
        Some((end, _)) => format!("{}…", key.get(..end).unwrap_or_default()),
        None => key,
    })
}

/// The object without the value of one member.
fn without(body: &str, secret: &str) -> String {
    let Ok(mut object) = json::object(body) else {
        // it is not what it should be, so the secret may be anywhere in it
        let hidden = body.contains(secret);
        return if hidden {
            HIDDEN.to_owned()
        } else {
            body.to_owned()
        };
    };
    if !object.has(secret) {
        return body.to_owned();
    }
    for (name, value) in &mut object.0 {
        if name == secret {
            *value = to_raw_value(HIDDEN).unwrap_or_default();
        }
    }
    object.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        for (body, expected) in [
            (
                r#"{"app_id": "cli_x", "app_secret": "s3cr3t"}"#,
                r#"{"app_id":"cli_x","app_secret":"***"}"#,
            ),
            (
                r#"{"app_secret": {"a": "s3cr3t"}}"#,
                r#"{"app_secret":"***"}"#,
            ),
            (r#"{"app_secret": "s3cr3t""#, "***"),
            (r#"{"app_id": 1.10}"#, r#"{"app_id": 1.10}"#),
            ("app_id=cli_x", "app_id=cli_x"),
            ("app_secret=s3cr3t", "***"),
        ] {
            assert_eq!(without(body, "app_secret"), expected);
        }
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer t-s3cr3t"));
        headers.insert("x-tt-env", HeaderValue::from_static("test"));
        assert_eq!(
            shown(&headers),
            [
                ("Authorization".to_owned(), "Bearer ***".to_owned()),
                ("X-Tt-Env".to_owned(), "test".to_owned())
            ]
        );
    }

    #[test]
    fn the_key_of_a_request() {
        assert_eq!(
            key(r#"{"operator": "{}", "idempotent_key": "a\"b"}"#).as_deref(),
            Some("a\"b")
        );
        assert_eq!(key(r#"{"idempotent_key": 1}"#), None);
        assert_eq!(key("{"), None);
        let long = format!(r#"{{"idempotent_key": "{}"}}"#, "键".repeat(MAX_KEY + 1));
        assert_eq!(key(&long), Some("键".repeat(MAX_KEY) + "…"));
    }
}
