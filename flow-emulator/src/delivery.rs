//! How a reply reaches its client, or does not.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};

use crate::reply::Reply;

/// What is sent over and over where a reply has no end.
static FILLER: [u8; 16 * 1024] = [b'x'; 16 * 1024];

/// What becomes of a request on the wire.
#[derive(Debug)]
pub(crate) enum Delivery {
    Whole(Reply),
    Late(Reply, Duration),
    CutOff(Reply),
    /// The reply's text is only the beginning.
    Endless(Reply),
    Silent,
    HangUp,
}

impl Delivery {
    /// 0 where no reply is sent.
    pub(crate) fn http_status(&self) -> u16 {
        match self {
            Self::Whole(reply)
            | Self::Late(reply, _)
            | Self::CutOff(reply)
            | Self::Endless(reply) => reply.status.as_u16(),
            Self::Silent | Self::HangUp => 0,
        }
    }

    /// Belongs on the connection's own task, which ends when the client goes away: there it waits no longer than for that.
    pub(crate) async fn deliver(self, log_id: &str) -> Result<Response<Text>, HungUp> {
        let (reply, text): (_, fn(Bytes) -> Text) = match self {
            Self::Whole(reply) => (reply, Text::whole),
            Self::Late(reply, by) => {
                tokio::time::sleep(by).await;
                (reply, Text::whole)
            }
            Self::CutOff(reply) => (reply, Text::cut_off),
            Self::Endless(reply) => (reply, Text::endless),
            Self::Silent => pending().await,
            Self::HangUp => return Err(HungUp),
        };
        Ok(reply.into_response(log_id).map(text))
    }
}

/// The server closes the connection, on purpose.
#[derive(Debug)]
pub(crate) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl Error for HungUp {}

/// The text of a reply, as far as it goes.
#[derive(Debug)]
pub(crate) struct Text {
    next: Bytes,
    then: Then,
    /// What is announced in `Content-Length`.
    announced: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    /// What was sent so far is on its way before the connection is closed.
    Flush,
    HangUp,
    Filler,
}

impl Text {
    fn whole(text: Bytes) -> Self {
        Self {
            announced: Some(text.len() as u64),
            next: text,
            then: Then::End,
        }
    }

    fn cut_off(mut text: Bytes) -> Self {
        let announced = Some(text.len() as u64);
        text.truncate(text.len() / 2);
        Self {
            next: text,
            then: Then::Flush,
            announced,
        }
    }

    fn endless(beginning: Bytes) -> Self {
        Self {
            next: beginning,
            then: Then::Filler,
            announced: None,
        }
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = HungUp;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HungUp>>> {
        if !self.next.is_empty() {
            let next = std::mem::take(&mut self.next);
            return Poll::Ready(Some(Ok(Frame::data(next))));
        }
        match self.then {
            Then::End => Poll::Ready(None),
            Then::Flush => {
                self.then = Then::HangUp;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Then::HangUp => Poll::Ready(Some(Err(HungUp))),
            Then::Filler => {
                let filler = Bytes::from_static(&FILLER);
                Poll::Ready(Some(Ok(Frame::data(filler))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.next.is_empty() && self.then == Then::End
    }

    fn size_hint(&self) -> SizeHint {
        self.announced.map(SizeHint::with_exact).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_end_takes_no_memory() {
        let mut text = Text::endless(Bytes::from_static(b"{"));
        let mut context = Context::from_waker(std::task::Waker::noop());
        for turn in 0..1000 {
            let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut text).poll_frame(&mut context) else {
                panic!("it ended");
            };
            let data = frame.into_data().unwrap();
            match turn {
                0 => assert_eq!(data, "{"),
                _ => assert_eq!(data.as_ptr(), FILLER.as_ptr()),
            }
        }
        assert!(!text.is_end_stream());
    }
}
