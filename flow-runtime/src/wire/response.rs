//! What came back over HTTP, or was recorded.

use std::borrow::Cow;
use std::time::Duration;

pub(crate) struct Response<'a> {
    pub(crate) http_status: u16,
    pub(crate) log_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Cow<'a, [u8]>,
}

impl Response<'_> {
    /// The body, without the byte order mark that a proxy may have put in front of it.
    pub(crate) fn json(&self) -> &[u8] {
        self.body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.body)
    }
}
