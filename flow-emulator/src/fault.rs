//! What can go wrong between a client and the platform, on demand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::HeaderValue;

use crate::chaos::Chaos;
use crate::delivery::Delivery;
use crate::reply::Reply;

/// The limit that a fault names: the platform's own, so many calls a minute.
const LIMIT: usize = 100;

/// One thing that goes wrong with a request, for [`Emulator::inject`](crate::Emulator::inject).
///
/// Where a field `after` tells when it goes wrong, `true` is after the flow ran, and `false` before, when it does not run.
/// Either way the request must be one that the emulator would have run without the fault. At the token endpoint, read
/// "a token is given out" for "the flow runs".
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// HTTP 429 with 99991400 and the two `x-ogw-ratelimit` headers. The flow does not run.
    RateLimited {
        /// `x-ogw-ratelimit-reset`: seconds to wait, fractions included.
        reset: f64,
    },
    /// 99991663, though the token is good; the next token that is fetched is another one. The flow does not run.
    StaleToken {
        /// The platform sends this refusal with 400 in some tenants and with 200 in others.
        http_status: u16,
    },
    /// An HTML page from something that stands before the platform. The flow runs with `after`.
    Gateway {
        /// Such as 502, 503 or 504.
        http_status: u16,
        /// Whether the flow runs first.
        after: bool,
    },
    /// HTTP 500 with the platform's own 2320002. The flow runs with `after`.
    Internal {
        /// Whether the flow runs first.
        after: bool,
    },
    /// The connection is closed, and no byte of a reply was sent. The flow runs with `after`; without, the body is not even read.
    Dropped {
        /// Whether the flow runs first.
        after: bool,
    },
    /// The usual reply, so much later, in real time. The flow runs, at once.
    Slow(Duration),
    /// No reply ever: it ends when the client goes away or the emulator stops. The flow runs with `after`.
    Silent {
        /// Whether the flow runs first.
        after: bool,
    },
    /// HTTP 200 with a body that never ends, before the client goes away or the emulator stops. The flow runs.
    Endless,
    /// Half of the usual reply's JSON, in an HTTP reply that is complete. The flow runs.
    Truncated,
    /// Half of the usual reply's JSON, and then the connection is closed. The flow runs.
    CutOff,
    /// HTTP 200 with an HTML page, as a captive portal or a login wall sends it. The flow runs with `after`.
    Html {
        /// Whether the flow runs first.
        after: bool,
    },
    /// HTTP 307 to elsewhere. The flow does not run.
    Redirect {
        /// Where to. A client that follows takes its token or its secret there.
        location: String,
    },
    /// The usual reply with another `data.status`, such as `failed`, `rejected` or `wait`, and all else as it was. The flow runs.
    Status(String),
}

/// The endpoint that a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Execute,
    Token,
}

impl Fault {
    /// Whether the request is answered as usual before it goes wrong.
    pub(crate) fn after(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::StaleToken { .. } | Self::Redirect { .. } => false,
            Self::Gateway { after, .. }
            | Self::Internal { after }
            | Self::Dropped { after }
            | Self::Silent { after }
            | Self::Html { after } => *after,
            Self::Slow(_) | Self::Endless | Self::Truncated | Self::CutOff | Self::Status(_) => {
                true
            }
        }
    }

    /// What the client gets in place of the usual reply; none when it gets that one, see [`alter`](Self::alter).
    pub(crate) fn instead(&self, log_id: &str) -> Option<Delivery> {
        Some(match self {
            Self::RateLimited { reset } => {
                Delivery::Whole(Reply::rate_limited(LIMIT, &reset.to_string(), log_id))
            }
            Self::StaleToken { http_status } => {
                Delivery::Whole(Reply::stale_token(status(*http_status), log_id))
            }
            Self::Gateway { http_status, .. } => Delivery::Whole(Reply::page(status(*http_status))),
            Self::Internal { .. } => Delivery::Whole(Reply::internal(log_id)),
            Self::Dropped { .. } => Delivery::HangUp,
            Self::Silent { .. } => Delivery::Silent,
            Self::Endless => Delivery::Endless(Reply::opening()),
            Self::Html { .. } => Delivery::Whole(Reply::page(StatusCode::OK)),
            Self::Redirect { location } => Delivery::Whole(Reply::redirect(location)),
            Self::Slow(_) | Self::Truncated | Self::CutOff | Self::Status(_) => return None,
        })
    }

    /// The usual reply, with what is wrong with it.
    pub(crate) fn alter(&self, usual: Reply) -> Delivery {
        match self {
            Self::Slow(by) => Delivery::Late(usual, *by),
            Self::Truncated => Delivery::Whole(usual.truncated()),
            Self::CutOff => Delivery::CutOff(usual),
            Self::Status(status) => Delivery::Whole(usual.with_status(status)),
            _ => Delivery::Whole(usual),
        }
    }

    /// Why it cannot happen at all.
    fn impossible(&self, endpoint: Endpoint) -> Option<String> {
        match self {
            Self::RateLimited { reset } if !reset.is_finite() || *reset < 0.0 => Some(format!(
                "`reset` is a number of seconds from 0 on, not {reset}"
            )),
            Self::StaleToken { http_status } | Self::Gateway { http_status, .. }
                if !(200..=599).contains(http_status) =>
            {
                Some(format!(
                    "`http_status` is the status of a reply, from 200 to 599, not {http_status}"
                ))
            }
            Self::Redirect { location } if HeaderValue::from_str(location).is_err() => {
                Some("`location` holds a character that a header cannot carry".to_owned())
            }
            Self::Status(_) if endpoint == Endpoint::Token => {
                Some("a reply of the token endpoint has no status".to_owned())
            }
            _ => None,
        }
    }
}

/// In a line of the log, which does not tell whether the flow ran.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RateLimited { reset } => write!(f, "rate limited for {reset} s"),
            Self::StaleToken { .. } => f.write_str("token refused"),
            Self::Gateway { http_status, .. } => {
                write!(f, "a gateway's page of HTTP {http_status}")
            }
            Self::Internal { .. } => f.write_str("internal error"),
            Self::Dropped { .. } => f.write_str("connection dropped"),
            Self::Slow(by) => write!(f, "reply late by {by:?}"),
            Self::Silent { .. } => f.write_str("no reply"),
            Self::Endless => f.write_str("reply without an end"),
            Self::Truncated => f.write_str("JSON cut in half"),
            Self::CutOff => f.write_str("connection cut in the middle of the reply"),
            Self::Html { .. } => f.write_str("an HTML page"),
            Self::Redirect { .. } => f.write_str("redirect"),
            Self::Status(status) => write!(f, "status {status}"),
        }
    }
}

/// A status that [`Fault::impossible`] has let through.
fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY)
}

/// A fault that was injected: once, unless [`times`](Self::times) says otherwise.
#[derive(Debug)]
pub struct Injected<'a> {
    faults: &'a Faults,
    endpoint: Endpoint,
    turn: u64,
    fault: Fault,
}

impl Injected<'_> {
    /// How many requests in a row meet the fault; with 0, none does.
    pub fn times(self, times: usize) {
        self.faults.with(|state| {
            let queue = state.queue(self.endpoint);
            queue.repeat(self.turn, self.fault, times);
        });
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    execute: Queue,
    token: Queue,
    chaos: Option<Chaos>,
    met: usize,
}

impl State {
    fn queue(&mut self, endpoint: Endpoint) -> &mut Queue {
        match endpoint {
            Endpoint::Execute => &mut self.execute,
            Endpoint::Token => &mut self.token,
        }
    }
}

impl Faults {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[track_caller]
    pub(crate) fn inject(&self, endpoint: Endpoint, fault: Fault) -> Injected<'_> {
        if let Some(why) = fault.impossible(endpoint) {
            #[expect(
                clippy::panic,
                reason = "a mistake in the test itself, told at the line that makes it"
            )]
            {
                panic!("{fault:?} cannot be injected: {why}");
            }
        }
        let turn = self.with(|state| state.queue(endpoint).push(fault.clone()));
        Injected {
            faults: self,
            endpoint,
            turn,
            fault,
        }
    }

    pub(crate) fn chaos(&self, chaos: Option<Chaos>) {
        self.with(|state| state.chaos = chaos);
    }

    pub(crate) fn clear(&self) {
        self.with(|state| {
            state.execute.clear();
            state.token.clear();
        });
    }

    pub(crate) fn pending(&self) -> usize {
        self.with(|state| state.execute.left().saturating_add(state.token.left()))
    }

    pub(crate) fn met(&self) -> usize {
        self.with(|state| state.met)
    }

    /// What goes wrong with the request that has just come, if anything.
    pub(crate) fn next(&self, endpoint: Endpoint) -> Option<Fault> {
        self.with(|state| {
            // drawn whether or not it is used: the draw belongs to the number of the request
            let drawn = state.chaos.as_mut().and_then(|chaos| chaos.draw(endpoint));
            let fault = state.queue(endpoint).pop().or(drawn);
            state.met += usize::from(fault.is_some());
            fault
        })
    }
}

/// Injected faults by their turn.
#[derive(Debug, Default)]
struct Queue {
    next_turn: u64,
    cleared_before: u64,
    waiting: BTreeMap<u64, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    fault: Fault,
    left: usize,
}

impl Queue {
    fn push(&mut self, fault: Fault) -> u64 {
        let turn = self.next_turn;
        self.next_turn += 1;
        self.waiting.insert(turn, Waiting { fault, left: 1 });
        turn
    }

    /// Makes it so many times in all; a request may have met the fault already, between the two calls of the test.
    fn repeat(&mut self, turn: u64, fault: Fault, times: usize) {
        let met = usize::from(!self.waiting.contains_key(&turn));
        let left = times.saturating_sub(met);
        if left == 0 {
            self.waiting.remove(&turn);
        } else if turn >= self.cleared_before {
            self.waiting.insert(turn, Waiting { fault, left });
        }
    }

    fn pop(&mut self) -> Option<Fault> {
        let mut first = self.waiting.first_entry()?;
        let waiting = first.get_mut();
        if waiting.left > 1 {
            waiting.left -= 1;
            return Some(waiting.fault.clone());
        }
        Some(first.remove().fault)
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.cleared_before = self.next_turn;
    }

    fn left(&self) -> usize {
        let left = self.waiting.values().map(|waiting| waiting.left);
        left.fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Fault = Fault::Dropped { after: false };
    const LATE: Fault = Fault::Dropped { after: true };

    fn next(faults: &Faults) -> Option<Fault> {
        faults.next(Endpoint::Execute)
    }

    #[test]
    fn the_first_that_was_injected_is_met_first() {
        let faults = Faults::default();
        faults.inject(Endpoint::Execute, EARLY).times(2);
        faults.inject(Endpoint::Token, Fault::Endless);
        faults.inject(Endpoint::Execute, LATE);
        assert_eq!(faults.pending(), 4);
        assert_eq!(next(&faults), Some(EARLY));
        assert_eq!(next(&faults), Some(EARLY));
        assert_eq!(next(&faults), Some(LATE));
        assert_eq!(next(&faults), None);
        assert_eq!((faults.pending(), faults.met()), (1, 3));
        assert_eq!(faults.next(Endpoint::Token), Some(Fault::Endless));
    }

    #[test]
    fn times_counts_what_was_met_before_it_was_said() {
        for (times, left) in [(0, 0), (1, 0), (3, 2)] {
            let faults = Faults::default();
            let injected = faults.inject(Endpoint::Execute, EARLY);
            faults.inject(Endpoint::Execute, LATE);
            assert_eq!(next(&faults), Some(EARLY));
            injected.times(times);
            assert_eq!(faults.pending(), left + 1);
            for _ in 0..left {
                assert_eq!(next(&faults), Some(EARLY));
            }
            assert_eq!(next(&faults), Some(LATE));
        }
    }

    #[test]
    fn what_was_cleared_does_not_come_back() {
        let faults = Faults::default();
        let injected = faults.inject(Endpoint::Execute, EARLY);
        faults.inject(Endpoint::Token, EARLY);
        faults.clear();
        injected.times(5);
        assert_eq!(faults.pending(), 0);
        faults.inject(Endpoint::Execute, LATE).times(usize::MAX);
        faults.inject(Endpoint::Execute, LATE);
        assert_eq!(faults.pending(), usize::MAX);
    }

    #[test]
    fn what_cannot_happen() {
        let why = |endpoint, fault: Fault| fault.impossible(endpoint);
        let status = Fault::Status("wait".to_owned());
        assert_eq!(why(Endpoint::Execute, status.clone()), None);
        assert_eq!(
            why(Endpoint::Token, status).as_deref(),
            Some("a reply of the token endpoint has no status")
        );
        for reset in [-0.1, f64::NAN, f64::INFINITY] {
            let why = why(Endpoint::Execute, Fault::RateLimited { reset }).unwrap();
            assert!(why.starts_with("`reset` is a number of seconds from 0 on"));
        }
        for http_status in [0, 100, 600] {
            assert_eq!(
                why(Endpoint::Execute, Fault::StaleToken { http_status }),
                Some(format!(
                    "`http_status` is the status of a reply, from 200 to 599, not {http_status}"
                ))
            );
        }
        let location = "http://x/\r\nSet-Cookie: a".to_owned();
        assert!(why(Endpoint::Token, Fault::Redirect { location }).is_some());
    }
}
