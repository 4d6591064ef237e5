//! What can go wrong between a client and the platform.

use std::fmt;
use std::time::Duration;

use hyper::header::HeaderValue;

/// Something that goes wrong with a request, for [`Emulator::inject`](crate::Emulator::inject).
///
/// `after` says when: `true` is after the flow ran, `false` is before, and the flow does not run. Either way, the request
/// must be one that would have run its flow without the fault. At the token endpoint, "the flow runs" means that a token
/// is issued.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// HTTP 429 with 99991400 and the two `x-ogw-ratelimit` headers. The flow does not run.
    RateLimited {
        /// `x-ogw-ratelimit-reset`: seconds to wait, fractions included.
        reset: f64,
    },
    /// 99991663, although the token is valid; the next token request gets another one. The flow does not run.
    StaleToken {
        /// The platform sends this refusal with 400 in some tenants and with 200 in others.
        http_status: u16,
    },
    /// An HTML page from a gateway in front of the platform. The flow runs if `after`.
    Gateway {
        /// Such as 502, 503 or 504.
        http_status: u16,
        /// Whether the flow runs first.
        after: bool,
    },
    /// HTTP 500 with the platform's own 2320002. The flow runs if `after`.
    Internal {
        /// Whether the flow runs first.
        after: bool,
    },
    /// The connection is closed before any byte of a reply. The flow runs if `after`; if not, even the body stays unread.
    Dropped {
        /// Whether the flow runs first.
        after: bool,
    },
    /// The usual reply, delayed by this much real time. The flow runs at once.
    Slow(Duration),
    /// No reply at all, until the client goes away or the emulator stops. The flow runs if `after`.
    Silent {
        /// Whether the flow runs first.
        after: bool,
    },
    /// HTTP 200 with a body that goes on until the client goes away or the emulator stops. The flow runs.
    Endless,
    /// Half of the usual JSON, in a complete HTTP reply. The flow runs.
    Truncated,
    /// Half of the usual JSON, then the connection is closed. The flow runs.
    CutOff,
    /// HTTP 200 with an HTML page, as from a captive portal or a login page. The flow runs if `after`.
    Html {
        /// Whether the flow runs first.
        after: bool,
    },
    /// HTTP 307 to another address. The flow does not run.
    Redirect {
        /// Where to. A client that follows takes its token or its secret there.
        location: String,
    },
    /// The usual reply, but with this `data.status`, such as `failed`, `rejected` or `wait`. The flow runs.
    Status(String),
}

/// The endpoint that a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Execute,
    Token,
}

impl Fault {
    /// Whether the request is carried out before it goes wrong.
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

    /// Why this fault cannot happen at all, if so.
    pub(crate) fn invalid(&self, endpoint: Endpoint) -> Option<String> {
        match self {
            Self::RateLimited { reset } if !reset.is_finite() || *reset < 0.0 => Some(format!(
                "`reset` must be a non-negative number of seconds, not {reset}"
            )),
            Self::StaleToken { http_status } | Self::Gateway { http_status, .. }
                if !(200..=599).contains(http_status) =>
            {
                Some(format!(
                    "`http_status` must be from 200 to 599, not {http_status}"
                ))
            }
            Self::Redirect { location } if HeaderValue::from_str(location).is_err() => {
                Some("`location` contains a character that is not allowed in a header".to_owned())
            }
            Self::Status(_) if endpoint == Endpoint::Token => {
                Some("replies of the token endpoint have no status".to_owned())
            }
            _ => None,
        }
    }
}

/// As in the log, where whether the flow ran stands beside it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RateLimited { reset } => write!(f, "rate limited for {reset} s"),
            Self::StaleToken { .. } => f.write_str("token refused"),
            Self::Gateway { http_status, .. } => write!(f, "gateway page, HTTP {http_status}"),
            Self::Internal { .. } => f.write_str("internal error"),
            Self::Dropped { .. } => f.write_str("connection dropped"),
            Self::Slow(delay) => write!(f, "reply delayed by {delay:?}"),
            Self::Silent { .. } => f.write_str("no reply"),
            Self::Endless => f.write_str("endless reply"),
            Self::Truncated => f.write_str("JSON truncated"),
            Self::CutOff => f.write_str("connection closed in the middle of the reply"),
            Self::Html { .. } => f.write_str("HTML page"),
            Self::Redirect { .. } => f.write_str("redirect"),
            Self::Status(status) => write!(f, "status {status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_faults() {
        let why = |endpoint, fault: Fault| fault.invalid(endpoint);
        let status = Fault::Status("wait".to_owned());
        assert_eq!(why(Endpoint::Execute, status.clone()), None);
        assert_eq!(
            why(Endpoint::Token, status).as_deref(),
            Some("replies of the token endpoint have no status")
        );
        for reset in [-0.1, f64::NAN, f64::INFINITY] {
            let why = why(Endpoint::Execute, Fault::RateLimited { reset }).unwrap();
            assert!(why.starts_with("`reset` must be a non-negative number of seconds"));
        }
        for http_status in [0, 100, 600] {
            assert_eq!(
                why(Endpoint::Execute, Fault::StaleToken { http_status }),
                Some(format!(
                    "`http_status` must be from 200 to 599, not {http_status}"
                ))
            );
        }
        let location = "http://x/\r\nSet-Cookie: a".to_owned();
        assert!(why(Endpoint::Token, Fault::Redirect { location }).is_some());
    }
}
