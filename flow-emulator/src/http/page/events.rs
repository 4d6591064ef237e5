//! What the page follows: server-sent events.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::super::reply_body::ReplyBody;
use super::view;
use crate::state::State;

/// What happens within this time is told at once: no person reads faster, and a benchmark makes thousands of calls in it.
const AT_MOST_EVERY: Duration = Duration::from_millis(100);

/// How long nothing may happen before a comment is sent. A page that was closed is noticed when something is sent to it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Everything that there is, and then whatever changes.
pub(super) fn follow(state: Arc<State>) -> ReplyBody {
    // one event at a time: a slow page gets fewer of them, each with more in it
    let (events, body) = mpsc::channel(1);
    tokio::spawn(publish(state, events));
    ReplyBody::stream(body)
}

async fn publish(state: Arc<State>, events: mpsc::Sender<Bytes>) {
    let Some(page) = &state.page else {
        return;
    };
    let mut version = page.follow();
    let mut seen = 0;
    let mut flows = Value::Null;
    let mut first = true;
    loop {
        version.mark_unchanged();
        let news = page.since(seen);
        seen = news.version;
        let now = view::flows(&state);
        let changed = (now != flows).then_some(&now);
        let event = view::event(&state, page, &news, first, changed);
        flows = now;
        first = false;
        if events
            .send(Bytes::from(format!("data: {event}\n\n")))
            .await
            .is_err()
        {
            return;
        }
        sleep(AT_MOST_EVERY).await;
        while timeout(KEEP_ALIVE, version.changed()).await.is_err() {
            if events.send(Bytes::from_static(b":\n\n")).await.is_err() {
                return;
            }
        }
    }
}
