//! The body of a reply, as far as it goes.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
#[cfg(feature = "cli")]
use tokio::sync::mpsc;

/// What an endless body repeats.
static FILLER: [u8; 16 * 1024] = [b'x'; 16 * 1024];

/// The server closes the connection on purpose.
#[derive(Debug)]
pub(super) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl Error for HungUp {}

/// Some bytes, and what follows them.
#[derive(Debug)]
pub(super) struct ReplyBody {
    next: Bytes,
    then: Then,
    content_length: Option<u64>,
}

#[derive(Debug)]
enum Then {
    End,
    /// Lets hyper send what it has before the connection is closed.
    Flush,
    HangUp,
    Filler,
    /// Whatever is sent here, until nobody can send any more.
    #[cfg(feature = "cli")]
    Stream(mpsc::Receiver<Bytes>),
}

impl ReplyBody {
    /// A complete body.
    pub(super) fn whole(text: Bytes) -> Self {
        Self {
            content_length: Some(text.len() as u64),
            next: text,
            then: Then::End,
        }
    }

    /// Half of a body, then the end of the connection.
    pub(super) fn cut_off(mut text: Bytes) -> Self {
        let content_length = Some(text.len() as u64);
        text.truncate(text.len() / 2);
        Self {
            next: text,
            then: Then::Flush,
            content_length,
        }
    }

    /// A body that begins like this and never ends.
    pub(super) fn endless(beginning: Bytes) -> Self {
        Self {
            next: beginning,
            then: Then::Filler,
            content_length: None,
        }
    }

    /// A body of what is still to come.
    #[cfg(feature = "cli")]
    pub(super) fn stream(pieces: mpsc::Receiver<Bytes>) -> Self {
        Self {
            next: Bytes::new(),
            then: Then::Stream(pieces),
            content_length: None,
        }
    }
}

impl Body for ReplyBody {
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
        match &mut self.then {
            Then::End => Poll::Ready(None),
            Then::Flush => {
                self.then = Then::HangUp;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Then::HangUp => Poll::Ready(Some(Err(HungUp))),
            #[cfg(feature = "cli")]
            Then::Stream(pieces) => pieces
                .poll_recv(context)
                .map(|piece| piece.map(|piece| Ok(Frame::data(piece)))),
            Then::Filler => {
                let filler = Bytes::from_static(&FILLER);
                Poll::Ready(Some(Ok(Frame::data(filler))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.next.is_empty() && matches!(self.then, Then::End)
    }

    fn size_hint(&self) -> SizeHint {
        self.content_length
            .map(SizeHint::with_exact)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_body_takes_no_memory() {
        let mut body = ReplyBody::endless(Bytes::from_static(b"{"));
        let mut context = Context::from_waker(std::task::Waker::noop());
        for turn in 0..1000 {
            let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) else {
                panic!("the body ended");
            };
            let data = frame.into_data().unwrap();
            match turn {
                0 => assert_eq!(data, "{"),
                _ => assert_eq!(data.as_ptr(), FILLER.as_ptr()),
            }
        }
        assert!(!body.is_end_stream());
    }
}
