//! Bytes to the platform and back, on the library's own thread.

pub(crate) mod background;
pub(crate) mod http;
mod obstacle;
pub(crate) mod process;
pub(crate) mod runtime;
pub(crate) mod tls;
pub(crate) mod user_code;
