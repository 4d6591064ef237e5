//! What failed, where, and whether the flow ran.

use std::fmt;

/// What failed. New kinds may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the call is misconfigured: no operator, an invalid URL, an invalid name. Nothing was sent.
    Config,
    /// An input could not be written as JSON. Nothing was sent.
    Encode,
    /// The wait for the quota would have exceeded the limit. This attempt was not sent; an earlier one may have been.
    Queue,
    /// No connection could be made. If waiting does not help, as with an untrusted certificate, the message says what
    /// does, and the error is not retryable.
    Connect,
    /// The call timed out.
    Timeout,
    /// There is no usable token: the credentials are wrong, or the platform refuses the token.
    Token,
    /// More calls than the platform's rate limit allows.
    RateLimited,
    /// The tenant's calls of the month are used up: only a bigger quota or the next month helps.
    MonthlyQuota,
    /// The app lacks a scope or the flow's authorisation; the message has the console's address if the platform gave one.
    Permission,
    /// The platform found the request itself wrong, for instance an unknown flow or parameter.
    Invalid,
    /// The platform or something in front of it failed: an internal error, a lost connection, a proxy's page.
    Gateway,
    /// The reply is not one that this endpoint sends.
    Malformed,
    /// The flow itself failed, was rejected or was canceled.
    Flow,
    /// The flow waits for a person or is still running: use `start` for such a flow.
    Unfinished,
    /// The idempotency key was used before, by another call: a run under this key may exist, and its result is unknown.
    ///
    /// If it was this call itself that used the key, the kind is [`ReplyLost`](Self::ReplyLost).
    KeyUsed,
    /// An attempt of this call was lost, and then its own key was refused as used: the platform had accepted the request,
    /// and how the run ended is unknown. [`Error::earlier`](crate::Error::earlier) is the lost attempt.
    ReplyLost,
    /// The flow ran, but its outputs do not fit the fields. [`Error::out_params`](crate::Error::out_params) has them.
    Decode,
}

impl ErrorKind {
    /// The kind in `snake_case`, such as `key_used`: for logs and metrics. It does not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Encode => "encode",
            Self::Queue => "queue",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Token => "token",
            Self::RateLimited => "rate_limited",
            Self::MonthlyQuota => "monthly_quota",
            Self::Permission => "permission",
            Self::Invalid => "invalid",
            Self::Gateway => "gateway",
            Self::Malformed => "malformed",
            Self::Flow => "flow",
            Self::Unfinished => "unfinished",
            Self::KeyUsed => "key_used",
            Self::ReplyLost => "reply_lost",
            Self::Decode => "decode",
        }
    }

    /// Whether the flow ran, where nothing else says so.
    pub(super) fn ran_unless_known(self) -> Ran {
        match self {
            Self::Config
            | Self::Encode
            | Self::Queue
            | Self::Connect
            | Self::Token
            | Self::RateLimited
            | Self::MonthlyQuota
            | Self::Permission
            | Self::Invalid => Ran::No,
            Self::Timeout | Self::Gateway | Self::Malformed | Self::KeyUsed | Self::ReplyLost => {
                Ran::Maybe
            }
            Self::Flow | Self::Unfinished | Self::Decode => Ran::Yes,
        }
    }

    /// Whether the same call, made again later, may succeed.
    pub(super) fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Queue | Self::Connect | Self::Timeout | Self::RateLimited | Self::Gateway
        )
    }
}

/// The same as [`as_str`](ErrorKind::as_str).
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which of the two requests of a call a failure belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Fetching the tenant access token; no flow is involved.
    Token,
    /// Executing the flow.
    Execute,
}

/// Whether the flow ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ran {
    #[default]
    No,
    Maybe,
    Yes,
}
