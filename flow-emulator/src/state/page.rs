//! What the page in the browser shows: the latest requests, with what was sent and what came back.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::state::end::End;
use crate::state::fault::{Endpoint, Fault};

/// How many requests are kept, and how many bytes of them, whichever is reached first.
const MAX_EXCHANGES: usize = 500;
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How much of one body is kept.
const MAX_BODY: usize = 256 * 1024;

/// The latest requests and a counter of everything that happens, which pages wait for.
#[derive(Debug)]
pub(crate) struct Page {
    /// The name that the emulator was told to listen on, which a browser may use for it.
    pub(crate) host: String,
    kept: Mutex<Kept>,
    version: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: VecDeque<Exchange>,
    bytes: usize,
    version: u64,
    cleared: u64,
    /// Whether any were forgotten since they were last cleared.
    forgotten: bool,
}

/// One request and its reply.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) log_id: String,
    /// When this was last changed, in versions of the page.
    version: u64,
    pub(crate) arrived: SystemTime,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) endpoint: Option<Endpoint>,
    /// `NAMESPACE/FLOW_ID`, as sent.
    pub(crate) flow: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) sent: Message,
    /// `None` while the request is being answered.
    pub(crate) answer: Option<Answer>,
}

/// Headers and body, without what is secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// How many bytes the body had, where it is not whole here.
    pub(crate) cut_from: Option<usize>,
}

/// The outcome of a request.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) after: Duration,
    /// 0 if no reply was sent.
    pub(crate) http_status: u16,
    pub(crate) end: Option<End>,
    pub(crate) fault: Option<Fault>,
    /// The line of the log.
    pub(crate) summary: String,
    pub(crate) received: Message,
}

/// What happened since a page last looked.
pub(crate) struct News {
    pub(crate) version: u64,
    /// Whether what the page shows is no longer there.
    pub(crate) cleared: bool,
    /// The log id of the oldest request that is kept.
    pub(crate) oldest: Option<String>,
    /// Whether older ones are no longer kept.
    pub(crate) forgotten: bool,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Message {
    pub(crate) fn new(headers: Vec<(String, String)>, mut body: String) -> Self {
        let length = body.len();
        if length > MAX_BODY {
            let end = (0..=MAX_BODY).rev().find(|&end| body.is_char_boundary(end));
            body.truncate(end.unwrap_or_default());
        }
        Self {
            headers,
            cut_from: (body.len() < length).then_some(length),
            body,
        }
    }

    fn bytes(&self) -> usize {
        let headers = self.headers.iter();
        let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
        headers + self.body.len()
    }
}

impl Exchange {
    pub(crate) fn new(log_id: String, method: String, path: String) -> Self {
        Self {
            log_id,
            version: 0,
            arrived: SystemTime::now(),
            method,
            path,
            endpoint: None,
            flow: None,
            key: None,
            sent: Message::default(),
            answer: None,
        }
    }

    fn bytes(&self) -> usize {
        let received = self.answer.as_ref();
        let received = received.map_or(0, |answer| answer.received.bytes() + answer.summary.len());
        let names = [&self.flow, &self.key].map(|name| name.as_ref().map_or(0, String::len));
        self.path.len() + names.iter().sum::<usize>() + self.sent.bytes() + received
    }
}

impl Page {
    pub(crate) fn new(host: String) -> Self {
        Self {
            host,
            kept: Mutex::default(),
            version: watch::Sender::new(0),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is kept, and wakes the pages that wait.
    fn change(&self, change: impl FnOnce(&mut Kept)) {
        let mut kept = self.kept();
        kept.version += 1;
        change(&mut kept);
        // under the lock, so that versions are sent in their order
        self.version.send_replace(kept.version);
    }

    /// A request has arrived.
    pub(crate) fn arrived(&self, exchange: Exchange) {
        self.change(|kept| {
            kept.bytes += exchange.bytes();
            kept.exchanges.push_back(Exchange {
                version: kept.version,
                ..exchange
            });
            kept.forget_the_oldest();
        });
    }

    /// More is known of a request, unless it has been forgotten.
    pub(crate) fn update(&self, log_id: &str, update: impl FnOnce(&mut Exchange)) {
        self.change(|kept| {
            let mut latest_first = kept.exchanges.iter_mut().rev();
            if let Some(exchange) = latest_first.find(|exchange| exchange.log_id == log_id) {
                let before = exchange.bytes();
                update(exchange);
                exchange.version = kept.version;
                kept.bytes = kept.bytes.saturating_sub(before) + exchange.bytes();
            }
            kept.forget_the_oldest();
        });
    }

    /// Something else than a request changed what the page shows.
    pub(crate) fn changed(&self) {
        self.change(|_| {});
    }

    /// Forgets all requests.
    pub(crate) fn clear(&self) {
        self.change(|kept| {
            kept.exchanges.clear();
            kept.bytes = 0;
            kept.forgotten = false;
            kept.cleared = kept.version;
        });
    }

    /// What is newer than this version.
    pub(crate) fn since(&self, version: u64) -> News {
        let kept = self.kept();
        let newer = kept.exchanges.iter();
        let newer = newer.filter(|exchange| exchange.version > version);
        News {
            version: kept.version,
            cleared: kept.cleared > version,
            oldest: kept.exchanges.front().map(|oldest| oldest.log_id.clone()),
            forgotten: kept.forgotten,
            exchanges: newer.cloned().collect(),
        }
    }

    /// Follows the version.
    pub(crate) fn follow(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

impl Kept {
    fn forget_the_oldest(&mut self) {
        while self.exchanges.len() > MAX_EXCHANGES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.exchanges.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(oldest.bytes());
            self.forgotten = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(log_id: &str, body: &str) -> Exchange {
        Exchange {
            sent: Message::new(Vec::new(), body.to_owned()),
            ..Exchange::new(log_id.to_owned(), "POST".to_owned(), "/".to_owned())
        }
    }

    fn log_ids(news: &News) -> Vec<&str> {
        let exchanges = news.exchanges.iter();
        exchanges.map(|exchange| exchange.log_id.as_str()).collect()
    }

    #[test]
    fn a_page_hears_what_is_new_to_it() {
        let page = Page::new(String::new());
        page.arrived(exchange("a", ""));
        page.arrived(exchange("b", ""));
        let first = page.since(0);
        assert_eq!((log_ids(&first), first.cleared), (vec!["a", "b"], false));
        assert!(page.since(first.version).exchanges.is_empty());

        page.update("a", |exchange| exchange.key = Some("k".to_owned()));
        let second = page.since(first.version);
        assert_eq!(log_ids(&second), ["a"]);
        assert_eq!(second.exchanges[0].key.as_deref(), Some("k"));

        page.clear();
        page.arrived(exchange("c", ""));
        let third = page.since(second.version);
        assert_eq!((log_ids(&third), third.cleared), (vec!["c"], true));
        assert!(!page.since(third.version).cleared);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let page = Page::new(String::new());
        for n in 0..=MAX_EXCHANGES {
            page.arrived(exchange(&n.to_string(), ""));
        }
        assert_eq!(page.since(0).exchanges.len(), MAX_EXCHANGES);
        assert_eq!(page.since(0).exchanges[0].log_id, "1");
        assert_eq!(page.since(0).oldest.as_deref(), Some("1"));
        assert!(page.since(0).forgotten);
        page.update("0", |exchange| exchange.key = Some("forgotten".to_owned()));

        let large = "x".repeat(MAX_BODY);
        for n in 0..100 {
            page.arrived(exchange(&format!("large {n}"), &large));
        }
        assert!(page.since(0).exchanges.len() <= MAX_BYTES / MAX_BODY);
        let bytes: usize = page.since(0).exchanges.iter().map(Exchange::bytes).sum();
        assert_eq!(page.kept().bytes, bytes);

        page.clear();
        assert!(!page.since(0).forgotten && page.since(0).oldest.is_none());
        for n in 0..100 {
            page.arrived(Exchange {
                flow: Some(large.clone()),
                ..exchange(&n.to_string(), "")
            });
        }
        assert!(
            page.since(0).exchanges.len() <= MAX_BYTES / MAX_BODY,
            "a name counts, too"
        );
    }

    #[test]
    fn a_long_body_is_cut_between_characters() {
        let length = 3 * MAX_BODY;
        let message = Message::new(Vec::new(), "流".repeat(MAX_BODY));
        assert_eq!(message.cut_from, Some(length));
        assert!(message.body.len() <= MAX_BODY && message.body.len() > MAX_BODY - 3);
        assert_eq!(Message::new(Vec::new(), "流".to_owned()).cut_from, None);
    }
}
