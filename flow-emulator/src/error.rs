//! Why an emulator cannot start, or cannot serve a file.

use std::io;

use apaas_flow_runtime::{Error, ErrorKind};

/// An error in what the emulator was asked for.
pub(crate) fn config(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// The address cannot be listened on; the message says what to do.
pub(crate) fn cannot_listen(host: &str, port: u16, error: &io::Error) -> Error {
    let cure = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; another program listens there: stop it, or choose another port (0 takes any free one)"
        }
        io::ErrorKind::PermissionDenied => {
            "; ports below 1024 are usually reserved: choose a higher one"
        }
        io::ErrorKind::AddrNotAvailable => "; this machine does not have this address",
        _ => "",
    };
    config(format!(
        "the emulator cannot listen on {host} port {port}: {error}{cure}"
    ))
}
