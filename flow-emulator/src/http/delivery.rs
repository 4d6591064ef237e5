//! How a reply reaches its client, or fails to.

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
