//! How a reply reaches its client, or fails to.

#[cfg(feature = "cli")]
use std::borrow::Cow;
use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;

use super::reply::Reply;
use super::reply_body::{HungUp, ReplyBody};

/// What the client gets to see.
#[derive(Debug)]
pub(super) enum Delivery {
    Whole(Reply),
    Delayed(Reply, Duration),
    /// Half of the reply, then the end of the connection.
    CutOff(Reply),
    /// The reply is only the beginning of what is sent.
    Endless(Reply),
    /// Nothing, on a connection that stays open.
    Silent,
    /// Nothing, on a connection that is closed.
    HangUp,
}

impl Delivery {
    /// 0 if no reply is sent.
    pub(super) fn http_status(&self) -> u16 {
        match self {
            Self::Whole(reply)
            | Self::Delayed(reply, _)
            | Self::CutOff(reply)
            | Self::Endless(reply) => reply.status.as_u16(),
            Self::Silent | Self::HangUp => 0,
        }
    }

    /// The reply that is sent, and how much of its body.
    #[cfg(feature = "cli")]
    pub(super) fn received(&self) -> Option<(&Reply, Cow<'_, str>)> {
        match self {
            Self::Whole(reply) | Self::Delayed(reply, _) | Self::Endless(reply) => {
                Some((reply, reply.parts().1.into()))
            }
            Self::CutOff(reply) => {
                let body = reply.parts().1.as_bytes();
                let half = body.get(..body.len() / 2).unwrap_or_default();
                Some((reply, String::from_utf8_lossy(half)))
            }
            Self::Silent | Self::HangUp => None,
        }
    }

    /// How long the reply is held back.
    #[cfg(feature = "cli")]
    pub(super) fn delay(&self) -> Duration {
        match self {
            Self::Delayed(_, delay) => *delay,
            _ => Duration::ZERO,
        }
    }

    /// Must be awaited on the connection's task, which ends with the connection: it may wait for as long as that lives.
    pub(super) async fn deliver(self, log_id: &str) -> Result<Response<ReplyBody>, HungUp> {
        let (reply, body): (_, fn(Bytes) -> ReplyBody) = match self {
            Self::Whole(reply) => (reply, ReplyBody::whole),
            Self::Delayed(reply, delay) => {
                tokio::time::sleep(delay).await;
                (reply, ReplyBody::whole)
            }
            Self::CutOff(reply) => (reply, ReplyBody::cut_off),
            Self::Endless(reply) => (reply, ReplyBody::endless),
            Self::Silent => pending().await,
            Self::HangUp => return Err(HungUp),
        };
        Ok(reply.into_response(log_id).map(body))
    }
}
