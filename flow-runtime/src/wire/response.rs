//! What came back over HTTP, or was recorded.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::{Error, ErrorKind};

pub(crate) struct Response<'a> {
    pub(crate) http_status: u16,
    pub(crate) log_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    /// `Content-Encoding`, if there is one.
    pub(crate) encoding: Option<String>,
    pub(crate) body: Cow<'a, [u8]>,
}

impl<'a> Response<'a> {
    /// A recorded one.
    pub(crate) fn recorded(http_status: u16, body: &'a [u8]) -> Self {
        Self {
            http_status,
            log_id: None,
            retry_after: None,
            encoding: None,
            body: Cow::Borrowed(body),
        }
    }

    /// The body, without the byte order mark that a proxy may have put in front of it.
    pub(super) fn json(&self) -> &[u8] {
        self.body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.body)
    }

    pub(super) fn looks_like_json(&self) -> bool {
        let mut bytes = self.json().iter();
        let first = bytes.find(|byte| !byte.is_ascii_whitespace());
        matches!(first, Some(b'{' | b'['))
    }

    /// All of the body, for someone who wants to look into it.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(self.json()).into_owned()
    }

    /// How the body is compressed, by its header or by how it begins.
    pub(super) fn encoding(&self) -> Option<&str> {
        match &*self.body {
            [0x1f, 0x8b, ..] => Some("gzip"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
            _ => self.encoding.as_deref(),
        }
    }

    /// An error with all that the response's head says.
    pub(super) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::plain(kind, message).with(|context| {
            context.http_status = (self.http_status != 200).then_some(self.http_status);
            context.log_id.clone_from(&self.log_id);
            context.retry_after = self.retry_after;
        })
    }
}
