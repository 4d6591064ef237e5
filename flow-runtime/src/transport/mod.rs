//! Bytes to the platform and back, on the library's own thread.

pub(crate) mod background;
pub(crate) mod http;
mod obstacle;
